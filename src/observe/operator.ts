import type { Host } from '../host/host.ts';
import { known, type Printable, printable } from '../host/printable.ts';
import type { InterfaceName } from '../wg/key.ts';
import { type Carrier, peerCarrying, plainAddress } from '../wg/peer-carrying.ts';
import { type Client, screenClient, tmuxClient } from './multiplexer.ts';
import { consoleName, type Process, readProcess } from './process-tree.ts';
import type { Session } from './snapshot.ts';
import { isSshServer, type SshConnection, sshConnection } from './ssh-connection.ts';

/** Where the person at the keyboard comes from. */
export type Operator =
  | SshConnection
  | { readonly kind: 'local'; readonly tty: Printable }
  | { readonly kind: 'unknown'; readonly why: Printable };

/** No real chain of processes is as long. */
const mostProcesses = 64;

/** Where the chain of processes above this one leaves the machine. */
export type Entrance =
  /** `below`: the descendants of the SSH server down to this process, or to the terminal attached to it; nearest to it first. */
  | { readonly kind: 'ssh'; readonly server: Process; readonly below: readonly Process[] }
  /** `first`: the process furthest up that has a terminal of the machine itself. */
  | { readonly kind: 'console'; readonly tty: string; readonly first: Process }
  | { readonly kind: 'unknown'; readonly why: Printable };

/**
 * Finds the operator by the ancestors of this process, because the environment cannot be relied upon: sudo drops
 * SSH_CONNECTION, and inside tmux or screen it is that of a session long gone. Never throws; what cannot be told is
 * `unknown` with the reason.
 */
export async function findOperator(host: Host): Promise<Operator> {
  const entrance = await findEntrance(host);
  switch (entrance.kind) {
    case 'ssh': {
      const { server, below } = entrance;
      return (await sshConnection(host, server, below)) ?? { kind: 'unknown', why: printable(untold(server)) };
    }
    case 'console':
      return { kind: 'local', tty: known(entrance.tty) };
    case 'unknown':
      return entrance;
  }
}

/** Follows the ancestors of this process up, through terminal multiplexers to whoever looks at them now. Never throws. */
export async function findEntrance(host: Host): Promise<Entrance> {
  const below: Process[] = [];
  const seen = new Set<number>();
  let pid = host.facts.pid;
  while (pid > 0) {
    if (seen.has(pid)) return unknown('the ancestors of this process form a loop in /proc');
    if (seen.size >= mostProcesses) return unknown('this process has too many ancestors');
    seen.add(pid);
    const process = await readProcess(host, pid);
    if (process === undefined) return endOfChain(below, 'the ancestors of this process cannot be read from /proc');
    const client = await clientOf(host, process, below);
    if (client !== undefined && 'why' in client) return { kind: 'unknown', why: client.why };
    if (client !== undefined) {
      below.length = 0;
      pid = client.pid;
      continue;
    }
    if (isSshServer(process)) return { kind: 'ssh', server: process, below };
    below.push(process);
    pid = process.parent;
  }
  return endOfChain(below, 'no SSH server and no console is among the ancestors of this process');
}

function unknown(why: string): Entrance {
  return { kind: 'unknown', why: printable(why) };
}

function untold({ name, pid }: Process): string {
  return `neither ss nor SSH_CONNECTION tells who is connected to ${name} (pid ${pid})`;
}

/** Nobody on the way up came over a network: a terminal of the machine itself, if one of them has it. */
function endOfChain(below: readonly Process[], why: string): Entrance {
  const first = below.findLast(({ terminal }) => consoleName(terminal) !== undefined);
  const tty = first === undefined ? undefined : consoleName(first.terminal);
  return first === undefined || tty === undefined ? unknown(why) : { kind: 'console', tty, first };
}

/** Where a process is the server of a terminal that people attach to from elsewhere: who is attached. */
async function clientOf(host: Host, process: Process, below: readonly Process[]): Promise<Client | undefined> {
  const child = below.at(-1);
  if (child === undefined) return undefined;
  if (process.name === 'tmux: server') return tmuxClient(host, process, child);
  if (process.name === 'screen') return screenClient(host, process);
  // Its UDP socket is not connected to anybody (mosh, network.cc), so no table of the kernel names the client.
  if (process.name === 'mosh-server')
    return { why: known('this runs inside mosh, which tells nobody where its client is') };
  return undefined;
}

/** A WireGuard interface and what its peers carry. */
export interface Tunnels {
  readonly name: InterfaceName;
  readonly peers: readonly Carrier[];
}

/**
 * Whether the operator's connection comes through a tunnel, and by which peer. The kernel's own routing decides where it
 * can be asked, so that a peer that carries everything does not catch an operator on the internet. Where it cannot,
 * prefixes of length 0 do not count.
 */
export async function locateOperator(host: Host, operator: Operator, interfaces: readonly Tunnels[]): Promise<Session> {
  if (operator.kind === 'unknown') return operator;
  if (operator.kind === 'local') return { kind: 'local' };
  const address = plainAddress(operator.address) ?? operator.address;
  const device = await deviceTowards(host, address, plainAddress(operator.localAddress));
  const through = interfaces.filter(({ name }) => device === undefined || name === device);
  const peer = peerCarrying(
    address,
    through.flatMap(({ peers }) => peers),
    device === undefined ? 1 : 0,
  );
  return peer === undefined ? { kind: 'outside', address } : { kind: 'tunnel', peer, address };
}

/**
 * The interface by which answers to the address leave. First for answers from the connection's own local address, which
 * policy routing may treat differently; the kernel refuses that question for an address that is no longer its own.
 */
async function deviceTowards(host: Host, address: string, local: string | undefined): Promise<string | undefined> {
  const asked = local === undefined ? undefined : await routeDevice(host, [address, 'from', local]);
  return asked ?? (await routeDevice(host, [address]));
}

/** The interface by which the kernel would send to an address; `lo` for one of its own. Undefined where it does not tell. */
export async function routeDevice(host: Host, question: readonly string[]): Promise<string | undefined> {
  const result = await host.run(['ip', '-j', 'route', 'get', ...question], { timeoutMs: 1000 });
  if (result.outcome !== 'exited' || result.code !== 0) return undefined;
  try {
    const routes: unknown = JSON.parse(result.stdout);
    const route: unknown = Array.isArray(routes) ? routes[0] : undefined;
    const found = typeof route === 'object' && route !== null && 'dev' in route ? route.dev : undefined;
    return typeof found === 'string' ? found : undefined;
  } catch {
    return undefined;
  }
}
