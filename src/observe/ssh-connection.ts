import ipaddr from 'ipaddr.js';
import type { Host } from '../host/host.ts';
import { type Printable, printable } from '../host/printable.ts';
import { type Process, readProcess, readVariable } from './process-tree.ts';
import { readSockets, type Socket, type SocketAddress } from './sockets.ts';

/** An SSH connection that carries a terminal session. */
export interface SshConnection {
  readonly kind: 'ssh';
  /** The other end of the connection, as the kernel or sshd writes it. */
  readonly address: string;
  readonly port: number;
  /** This machine's end of it. */
  readonly localAddress: string;
  /** How it is known. */
  readonly evidence: Printable;
}

/** OpenSSH (before and since 9.8) and Dropbear. */
export function isSshServer(process: Process): boolean {
  return ['sshd', 'sshd-session', 'dropbear'].includes(process.name);
}

/**
 * Who is connected to an SSH server that is an ancestor of this process. `below` are its descendants down to this process,
 * nearest to this process first. Undefined where nothing tells.
 */
export async function sshConnection(
  host: Host,
  server: Process,
  below: readonly Process[],
): Promise<SshConnection | undefined> {
  return (await sshService(host, server, below)).connection;
}

/** A connection, and the processes that serve it. */
export interface SshService {
  /** Undefined where nothing tells. */
  readonly connection: SshConnection | undefined;
  /**
   * The servers that hold the connection's socket: that of the session, and the monitor that accepted the connection where
   * it is another one. Where that cannot be seen, that of the session alone.
   */
  readonly servers: readonly number[];
}

/** The same, with the processes of this connection and no other. */
export async function sshService(host: Host, server: Process, below: readonly Process[]): Promise<SshService> {
  const servers = await sessionServers(host, server);
  const told = await toldConnection(host, below);
  const socket = sessionSocket(await readSockets(host), servers, told?.remote);
  if (socket !== undefined) {
    const evidence = `the socket of ${server.name} (pid ${server.pid})`;
    const holders = socket.holders.map(({ pid }) => pid).filter((pid) => servers.includes(pid));
    return { connection: connected(socket.remote, socket.local.address, evidence), servers: [server.pid, ...holders] };
  }
  if (told === undefined) return { connection: undefined, servers: [server.pid] };
  const { name, pid } = told.process;
  const holder = pid === host.facts.pid ? 'this process' : `${name} (pid ${pid})`;
  const evidence = `SSH_CONNECTION of ${holder}, started by ${server.name}`;
  return { connection: connected(told.remote, told.local, evidence), servers: [server.pid] };
}

function connected(remote: SocketAddress, localAddress: string, evidence: string): SshConnection {
  return { kind: 'ssh', address: remote.address, port: remote.port, localAddress, evidence: printable(evidence) };
}

/** The SSH server that serves the session and those above it: the monitor that holds the connection with it, the listener. */
async function sessionServers(host: Host, server: Process): Promise<readonly number[]> {
  const servers = [server.pid];
  let above = await readProcess(host, server.parent);
  while (above !== undefined && isSshServer(above) && servers.length < 4 && !servers.includes(above.pid)) {
    servers.push(above.pid);
    above = await readProcess(host, above.parent);
  }
  return servers;
}

/**
 * The session's connection among the sockets of its server, which also holds one for each forwarded port: the one that
 * the session was told of; else the one that most of its servers hold (forwards are held by one); else the first opened.
 */
function sessionSocket(
  sockets: readonly Socket[],
  servers: readonly number[],
  told: SocketAddress | undefined,
): Socket | undefined {
  const held = sockets.flatMap((socket) => {
    const holders = socket.holders.filter(({ pid }) => servers.includes(pid));
    const first = Math.min(...holders.map(({ descriptor }) => descriptor));
    const asTold = socket.remote.address === told?.address && socket.remote.port === told.port;
    return holders.length === 0 ? [] : [{ socket, asTold, holders: holders.length, first }];
  });
  held.sort((a, b) => Number(b.asTold) - Number(a.asTold) || b.holders - a.holders || a.first - b.first);
  return held[0]?.socket;
}

interface ToldConnection {
  readonly process: Process;
  readonly remote: SocketAddress;
  readonly local: string;
}

/** What sshd told the session at its start. Only descendants of the server are asked, the nearest to it first. */
async function toldConnection(host: Host, below: readonly Process[]): Promise<ToldConnection | undefined> {
  for (const process of below.toReversed()) {
    const value = await readVariable(host, process.pid, 'SSH_CONNECTION');
    const [address = '', port, local = ''] = value?.split(' ') ?? [];
    if (ipaddr.isValid(address) && ipaddr.isValid(local))
      return { process, remote: { address, port: Number(port) }, local };
  }
  return undefined;
}
