/** A host of the lab: a process that holds a network namespace, private mounts and a name of its own. */
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { systemPath } from './packages.ts';
import { LabError } from './run.ts';
import { forwarders, type HostName, hosts, namespaceOf, overlay, underlay, wireguardHosts } from './topology.ts';

/**
 * /etc, /var and /root are copies on write of the machine's own, /run is new: so WireGuard's files and sockets, sshd's,
 * meshtui's state and root's preferences are the host's alone, and a host never finds the machine's systemd.
 * A hub sends no ICMP redirects, as the kernel's WireGuard sees to (wireguard-go does not).
 * All of it is memory, which is gone with the last process of the host.
 */
const holderScript = `
set -euo pipefail
scratch=$1 host=$2 title=$3 forwards=$4
hostname "$host"
mount -t tmpfs -o mode=0700,size=256m lab "$scratch"
for place in etc var root; do
  mkdir -p "$scratch/$place/upper" "$scratch/$place/work"
  chmod --reference="/$place" "$scratch/$place/upper"
  mount -t overlay -o "lowerdir=/$place,upperdir=$scratch/$place/upper,workdir=$scratch/$place/work" lab "/$place"
  [ "$(stat -f -c %T "/$place")" = overlayfs ]
done
mount -t sysfs lab /sys
mount -t tmpfs -o mode=0755,size=64m lab /run
rm -rf /etc/wireguard /etc/amnezia /etc/meshtui /etc/nologin /var/lib/meshtui /root/.config /root/.local /root/.cache /root/.ssh
mkdir -m 0700 /etc/wireguard /run/wireguard /root/.ssh
mkdir -p -m 0755 /run/sshd /run/lock /root/bin
cat >> /etc/hosts
ip link set lo up
if [ "$forwards" = yes ]; then
  echo 1 > /proc/sys/net/ipv4/ip_forward
  echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
  for scope in all default; do echo 0 > "/proc/sys/net/ipv4/conf/$scope/send_redirects"; done
fi
echo ready
exec -a "$title" sleep infinity >/dev/null 2>&1 </dev/null
`;

/** Starts the process that holds a host; its id. The namespace must exist, and `scratch` be an empty directory. */
export function startHolder(id: string, host: HostName, scratch: string): Promise<number> {
  const child = spawn(
    'nsenter',
    [
      `--net=/run/netns/${namespaceOf(id, host)}`,
      ...['unshare', '--mount', '--uts', '--propagation', 'private'],
      ...['bash', '-c', holderScript, 'holder', scratch, host, `meshtui-lab ${id} ${host}`],
      forwarders.has(host) ? 'yes' : 'no',
    ],
    { detached: true, stdio: 'pipe', cwd: '/', env: { PATH: systemPath, LANG: 'C.UTF-8' } },
  );
  child.stdin.end(hostsFile());
  return new Promise((resolve, reject) => {
    let said = '';
    const { pid } = child;
    const fail = (reason: string) => reject(new LabError(`${host} could not be made: ${reason}`));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.stdout.once('data', () => {
      for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.destroy();
      child.unref();
      if (pid === undefined) fail('it has no process');
      else resolve(pid);
    });
    child.once('error', (error) => fail(error.message));
    child.once('close', (code) => fail(said.trim() || `exit ${code}`));
  });
}

/** Where commands are found in a host: meshtui first, then this Node, then the system. */
const commandPath = ['/root/bin', dirname(process.execPath), systemPath].join(':');
const ofTheCaller = [
  'SSH_CONNECTION',
  'SSH_CLIENT',
  'SSH_TTY',
  'SSH_AUTH_SOCK',
  'SUDO_USER',
  'SUDO_UID',
  'SUDO_GID',
  'SUDO_COMMAND',
];
const ofItsDirectories = ['XDG_CONFIG_HOME', 'XDG_STATE_HOME', 'XDG_CACHE_HOME', 'XDG_DATA_HOME', 'XDG_RUNTIME_DIR'];

/** The words that run a program inside the host of this holder, as root, in /root. The caller's terminal variables pass through. */
export function enter(holder: number, argv: readonly string[]): string[] {
  return [
    ...['nsenter', `--target=${holder}`, '--net', '--mount', '--uts', '--'],
    ...['env', '--chdir=/root', ...[...ofTheCaller, ...ofItsDirectories].map((name) => `--unset=${name}`)],
    ...['HOME=/root', 'USER=root', 'LOGNAME=root', 'SHELL=/bin/bash', `PATH=${commandPath}`],
    ...argv,
  ];
}

/** The environment of a program that a test runs in a host without a terminal. */
export const plainEnvironment: Readonly<Record<string, string>> = {
  PATH: systemPath,
  LANG: 'C.UTF-8',
  TERM: 'xterm-256color',
};

/** The names of all hosts for /etc/hosts: over the tunnel where there is one, and `NAME-public` without it. */
function hostsFile(): string {
  const lines = hosts.flatMap((host) => {
    const inside = wireguardHosts.find((name) => name === host);
    const plain = inside === undefined ? host : `${host}-public`;
    return [...(inside === undefined ? [] : [`${overlay[inside].v4} ${host}`]), `${underlay[host].v4} ${plain}`];
  });
  return `\n# the lab\n${lines.join('\n')}\n`;
}
