import { type DemoCast, hub, type PeerSection } from './cast.ts';
import { networkFiles } from './network.ts';

/** The process that the simulated console runs as, and who started it. */
export const processes = { sshdListener: 640, sshdMonitor: 4101, sshd: 4107, shell: 4108, sudo: 4230, console: 4242 };

/** The operator's SSH session: from `laptop`, inside the tunnel. */
export const operatorSession = { from: '10.8.0.4', fromPort: 50722, to: '10.8.0.1', toPort: 22 };

/** The files of the simulated hub at its start, by path. */
export function demoFiles(cast: DemoCast): Map<string, string> {
  return new Map([
    [`/etc/wireguard/${hub.interface}.conf`, configuration(cast)],
    ['/etc/os-release', osRelease],
    ['/etc/hostname', 'edge\n'],
    ['/proc/sys/kernel/random/boot_id', '5f0c6a52-3c1e-4f0e-9d55-2b6f5d1e7a90\n'],
    ...processFiles(),
    ...networkFiles(),
  ]);
}

/** The hub's configuration as pivpn writes it: a pair of markers around each client, a prefix before what is disabled. */
function configuration(cast: DemoCast): string {
  const own = [
    '[Interface]',
    `PrivateKey = ${cast.hubKeys.privateKey}`,
    `Address = ${hub.addresses.join(',')}`,
    'MTU = 1420',
    `ListenPort = ${hub.port}`,
  ];
  const disabled = section(cast.disabled).map((line) => `#[disabled] ${line}`);
  return `${[...own, ...cast.peers.flatMap(section), ...disabled].join('\n')}\n`;
}

function section(peer: PeerSection): readonly string[] {
  return [
    `### begin ${peer.name} ###`,
    '[Peer]',
    `PublicKey = ${peer.publicKey}`,
    ...(peer.presharedKey === undefined ? [] : [`PresharedKey = ${peer.presharedKey}`]),
    `AllowedIPs = ${peer.allowedIps.join(',')}`,
    `### end ${peer.name} ###`,
  ];
}

const osRelease = `PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
HOME_URL="https://www.debian.org/"
`;

/** Who started the console: sshd for the operator, a shell, sudo. As in proc(5). */
function processFiles(): readonly [string, string][] {
  const { from, fromPort, to, toPort } = operatorSession;
  const session = `USER=ops\0HOME=/home/ops\0SHELL=/bin/bash\0SSH_CONNECTION=${from} ${fromPort} ${to} ${toPort}\0SSH_TTY=/dev/pts/0\0`;
  const { sshdListener, sshdMonitor, sshd, shell, sudo, console } = processes;
  return [
    ...process(1, 0, 'systemd', ''),
    ...process(sshdListener, 1, 'sshd', ''),
    ...process(sshdMonitor, sshdListener, 'sshd', ''),
    ...process(sshd, sshdMonitor, 'sshd', ''),
    ...process(shell, sshd, 'bash', session),
    ...process(sudo, shell, 'sudo', session),
    ...process(console, sudo, 'meshtui', 'USER=root\0HOME=/root\0SUDO_USER=ops\0'),
  ];
}

/** When the first process of the demo started, in clock ticks since boot: field 22 of proc_pid_stat(5). */
const startTick = 1_200;

function process(pid: number, parent: number, name: string, environment: string): readonly [string, string][] {
  const terminal = pid >= processes.shell ? 136 << 8 : 0;
  return [
    [
      `/proc/${pid}/stat`,
      `${pid} (${name}) S ${parent} ${pid} ${pid} ${terminal} ${pid} 4194560 0 0 0 0 0 0 0 0 20 0 1 0 ${startTick + pid}\n`,
    ],
    [`/proc/${pid}/environ`, environment],
  ];
}
