import type { Host } from '../host/host.ts';

/** One established socket and the processes that hold it. */
export interface Socket {
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  readonly holders: readonly { readonly pid: number; readonly descriptor: number }[];
}

export interface SocketAddress {
  readonly address: string;
  readonly port: number;
}

/** The established TCP sockets that `ss` shows, without those whose holders it may not see; empty where it cannot be run. */
export async function readSockets(host: Host): Promise<readonly Socket[]> {
  const result = await host.run(['ss', '-Htnp', 'state', 'established'], { timeoutMs: 2000 });
  return result.outcome === 'exited' && result.code === 0 ? parseSockets(result.stdout) : [];
}

/** Reads the output of `ss -H -n -p state established`: queues, local, remote, holders (ss.c). */
export function parseSockets(text: string): readonly Socket[] {
  return text.split('\n').flatMap((line) => {
    const fields = /^\d+\s+\d+\s+(\S+)\s+(\S+)\s+users:\((.*)\)\s*$/.exec(line.trimStart());
    const [local, remote] = [splitAddress(fields?.[1]), splitAddress(fields?.[2])];
    if (local === undefined || remote === undefined) return [];
    return [{ local, remote, holders: parseHolders(fields?.[3] ?? '') }];
  });
}

/**
 * `("name",pid=1,fd=2),…`. A name can be chosen to look like another entry, but it has no more than 15 bytes, and an
 * entry with what must follow it has at least 16.
 */
function parseHolders(text: string): Socket['holders'] {
  return [...text.matchAll(/\("(?:.*?)",pid=(\d+),fd=(\d+)\)(?=,\("|$)/gs)].map(([, pid, descriptor]) => ({
    pid: Number(pid),
    descriptor: Number(descriptor),
  }));
}

/** `1.2.3.4:22`, `[2001:db8::1]:22`, `[fe80::1%eth0]:22`, `[fe80::1]%eth0:22`. */
function splitAddress(text: string | undefined): SocketAddress | undefined {
  const colon = text?.lastIndexOf(':') ?? -1;
  if (text === undefined || colon < 1) return undefined;
  const port = Number(text.slice(colon + 1));
  const address = text.slice(0, colon).replace(/[[\]]/g, '');
  return Number.isInteger(port) && port > 0 ? { address, port } : undefined;
}
