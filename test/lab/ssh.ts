/** A real sshd on the hub, and the key that opens it on laptop and outsider: for who is logged in from where. */
import type { Lab } from './lab.ts';
import { LabError } from './run.ts';
import { type HostName, overlay, underlay } from './topology.ts';

const directory = '/etc/ssh/lab';
const clients: readonly HostName[] = ['laptop', 'home', 'phone', 'outsider'];

const serverConfiguration = `
ListenAddress 0.0.0.0
ListenAddress ::
HostKey ${directory}/host_key
AuthorizedKeysFile ${directory}/authorized_keys
PidFile /run/sshd.pid
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
PrintMotd no
AcceptEnv LANG LC_* NO_COLOR COLORTERM
SetEnv PATH=@PATH@
`;

/** How `ssh edge` (through the tunnel) and `ssh edge-public` (around it) find the hub and its key. */
const clientConfiguration = `
Host edge edge-public
  User root
  IdentityFile /root/.ssh/lab_key
  IdentitiesOnly yes
  StrictHostKeyChecking yes
  ConnectTimeout 5
  LogLevel ERROR
  SendEnv LANG NO_COLOR COLORTERM
`;

/** Starts sshd on the hub, on all its addresses, and gives the clients the key. */
export async function startSsh(lab: Lab): Promise<void> {
  const sshd = (await lab.must('edge', ['which', 'sshd'])).stdout.trim();
  const path = (await lab.must('edge', ['printenv', 'PATH'])).stdout.trim();
  await lab.must('edge', ['mkdir', '-m', '0700', directory]);
  await Promise.all(
    ['host_key', 'client_key'].map((name) =>
      lab.must('edge', ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'lab', '-f', `${directory}/${name}`]),
    ),
  );
  const read = async (name: string) => (await lab.must('edge', ['cat', `${directory}/${name}`])).stdout;
  const clientKey = await read('client_key');
  const knownHosts = `edge,edge-public,${overlay.edge.v4},${underlay.edge.v4} ${await read('host_key.pub')}`;
  await lab.writeFile('edge', `${directory}/authorized_keys`, await read('client_key.pub'));
  await lab.writeFile('edge', `${directory}/sshd_config`, serverConfiguration.replace('@PATH@', path));
  // A locked password ("!") locks the account for sshd without PAM; "*" is only no password.
  await lab.must('edge', ['sed', '-i', 's/^root:![^:]*:/root:*:/', '/etc/shadow']);
  await lab.must('edge', [sshd, '-f', `${directory}/sshd_config`, '-E', '/var/log/lab-sshd.log']);
  await Promise.all(
    clients.flatMap((host) => [
      lab.writeFile(host, '/root/.ssh/lab_key', clientKey),
      lab.writeFile(host, '/root/.ssh/known_hosts', knownHosts),
      lab.writeFile(host, '/root/.ssh/config', clientConfiguration),
    ]),
  );
}

/** The words that log in to the hub from a host, through the tunnel or around it, with a terminal for the command. */
export function sshArgv(
  lab: Lab,
  from: HostName,
  way: 'tunnel' | 'internet',
  command: readonly string[] = [],
): string[] {
  if (!clients.includes(from)) throw new LabError(`${from} has no key to log in with`);
  return lab.spawnArgv(from, ['ssh', '-tt', way === 'tunnel' ? 'edge' : 'edge-public', ...command]);
}
