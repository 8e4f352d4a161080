import type { Argv, Host } from '../host/host.ts';
import { known, type Printable } from '../host/printable.ts';
import { isPid, type Process, pseudoTerminal, readOwner, readProcess, readVariable } from './process-tree.ts';

/** The process through which somebody looks at a terminal multiplexer now, or why it cannot be told. */
export type Client = { readonly pid: number } | { readonly why: Printable };

/**
 * The client of a tmux server that was last active in the session of one of its panes. The environment of a pane is that of
 * whoever started the server or the window, so it says nothing about who looks at it now.
 */
export async function tmuxClient(host: Host, server: Process, pane: Process): Promise<Client> {
  const [socket, serverPid, session] = splitTmux((await readVariable(host, pane.pid, 'TMUX')) ?? '');
  if (socket === undefined || Number(serverPid) !== server.pid) {
    return { why: known('this runs inside tmux, whose server does not say where it listens') };
  }
  const ask = await tmuxCommand(host, server, socket);
  if (ask === undefined) return { why: known('this runs inside tmux, whose server belongs to someone else') };
  const paneName = await readVariable(host, pane.pid, 'TMUX_PANE');
  const panes = await rows(host, [...ask, 'list-panes', '-a', '-F', '#{session_id} #{pane_id}']);
  const clients = await rows(host, [...ask, 'list-clients', '-F', '#{client_pid} #{client_activity} #{session_id}']);
  if (panes === undefined || clients === undefined)
    return { why: known('this runs inside tmux, which does not answer') };
  const sessions = new Set(panes.filter(([, name]) => name === paneName).map(([id]) => id));
  if (sessions.size === 0) sessions.add(`$${session}`);
  const watching = clients
    .filter(([pid, , id]) => sessions.has(id) && isPid(Number(pid)))
    .sort(([, one], [, other]) => Number(other) - Number(one));
  const pid = Number(watching[0]?.[0]);
  return isPid(pid) ? { pid } : { why: known('this runs inside tmux, and no terminal is attached to its session') };
}

/** `socket,server pid,session number`; the socket's path may hold commas. */
function splitTmux(text: string): readonly (string | undefined)[] {
  return /^(\/.*),(\d+),(\d+)$/s.exec(text)?.slice(1) ?? [];
}

/**
 * How to ask a tmux server. A server can make its client run programs and write files (tmux, client.c: MSG_SHELL,
 * MSG_WRITE_OPEN), so the client gets no more rights than the server has.
 */
async function tmuxCommand(host: Host, server: Process, socket: string): Promise<Argv | undefined> {
  const owner = await readOwner(host, server.pid);
  if (owner === undefined) return undefined;
  const tmux = ['tmux', '-S', socket] as const;
  if (owner.uid === host.facts.uid) return tmux;
  if (host.facts.uid !== 0) return undefined;
  return ['setpriv', `--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups', '--', ...tmux];
}

async function rows(host: Host, argv: Argv): Promise<readonly (readonly string[])[] | undefined> {
  const result = await host.run(argv, { timeoutMs: 1000, maxBytes: 1 << 20 });
  if (result.outcome !== 'exited' || result.code !== 0) return undefined;
  return result.stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(' '));
}

/**
 * The client attached to a screen server. Nothing asks a server for it, but it keeps the terminal of each client open
 * (screen, attacher.c), while its windows are known to it by /dev/ptmx alone.
 */
export async function screenClient(host: Host, server: Process): Promise<Client> {
  const terminals = await openTerminals(host, server.pid);
  if (terminals === undefined) return { why: known('this runs inside screen, whose open files cannot be read') };
  const [terminal] = terminals;
  if (terminal === undefined) return { why: known('this runs inside screen, and no terminal is attached to it') };
  if (terminals.size > 1) return { why: known('this runs inside screen, and several terminals are attached to it') };
  for (const candidate of await allProcesses(host)) {
    const same = candidate.name === 'screen' && pseudoTerminal(candidate.terminal) === terminal;
    if (same && candidate.pid !== server.pid) return { pid: candidate.pid };
  }
  return { why: known(`this runs inside screen, and nothing attached to it is found on ${terminal}`) };
}

async function openTerminals(host: Host, pid: number): Promise<ReadonlySet<string> | undefined> {
  const descriptors = await host.listDirectory(`/proc/${pid}/fd`);
  if (descriptors.outcome !== 'read') return undefined;
  const links = await Promise.all(
    descriptors.value.slice(0, 1024).map((name) => host.readLink(`/proc/${pid}/fd/${name}`)),
  );
  const targets = links.map((link) => (link.outcome === 'read' ? link.value : ''));
  return new Set(
    targets.filter((target) => /^\/dev\/pts\/\d+$/.test(target)).map((target) => target.slice('/dev/'.length)),
  );
}

async function allProcesses(host: Host): Promise<readonly Process[]> {
  const names = await host.listDirectory('/proc');
  if (names.outcome !== 'read') return [];
  const pids = names.value.map(Number).filter(isPid);
  const found = await Promise.all(pids.map((pid) => readProcess(host, pid)));
  return found.filter((process) => process !== undefined);
}
