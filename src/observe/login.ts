import type { LoginFacts } from '../change/login.ts';
import { processStart } from '../change/machine.ts';
import type { Host } from '../host/host.ts';
import { known, printable } from '../host/printable.ts';
import { plainAddress } from '../wg/peer-carrying.ts';
import { type Entrance, findEntrance, routeDevice } from './operator.ts';
import { type SshConnection, sshService } from './ssh-connection.ts';

/** A clock tick of /proc in milliseconds: USER_HZ is 100 wherever Node runs (proc_pid_stat(5), time(7)). */
const tickMs = 10;

/**
 * How whoever runs this process came in, and when. Of SSH it is the connection that counts: a further session over one
 * that was there before (ControlMaster) proves nothing, and neither does one that this host has opened to itself. In a
 * terminal multiplexer it is the login of who looks at it now. Never throws.
 */
export async function readLogin(host: Host): Promise<LoginFacts> {
  const entrance = await findEntrance(host);
  switch (entrance.kind) {
    case 'ssh':
      return sshLogin(host, entrance);
    case 'console':
      // login(1) runs since somebody was last logged out, but what it starts has the terminal only from a login on.
      return { kind: 'console', startedMs: await startedMs(host, entrance.first.pid) };
    case 'unknown':
      return entrance;
  }
}

async function sshLogin(host: Host, { server, below }: Extract<Entrance, { kind: 'ssh' }>): Promise<LoginFacts> {
  const { connection, servers } = await sshService(host, server, below);
  if (connection === undefined) {
    return { kind: 'unknown', why: printable(`nothing tells who is connected to ${server.name} (pid ${server.pid})`) };
  }
  if (await isFromHere(host, connection)) {
    return { kind: 'unknown', why: known('this SSH connection was opened on this host itself') };
  }
  const starts = await Promise.all(servers.map((pid) => startedMs(host, pid)));
  const found = starts.filter((start) => start !== undefined);
  // The first of them accepted the connection.
  return { kind: 'ssh', startedMs: found.length < starts.length ? undefined : Math.min(...found) };
}

/** `ssh localhost` in an old session, or a jump over this host through an old connection, is no way in from outside. */
async function isFromHere(host: Host, { address, localAddress }: SshConnection): Promise<boolean> {
  const plain = plainAddress(address) ?? address;
  return plain === plainAddress(localAddress) || (await routeDevice(host, [plain])) === 'lo';
}

async function startedMs(host: Host, pid: number): Promise<number | undefined> {
  const ticks = await processStart(host, pid);
  return ticks === undefined ? undefined : ticks * tickMs;
}
