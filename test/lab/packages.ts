/** The Debian packages that the lab and the end-to-end tests need, and their installation where they are missing. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program that the lab runs, and the Debian package that brings it. */
const packageOf = {
  wg: 'wireguard-tools',
  'wg-quick': 'wireguard-tools',
  'wireguard-go': 'wireguard-go',
  nft: 'nftables',
  ip: 'iproute2',
  ss: 'iproute2',
  ping: 'iputils-ping',
  iperf3: 'iperf3',
  nc: 'netcat-openbsd',
  conntrack: 'conntrack',
  sshd: 'openssh-server',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  ps: 'procps',
  sysctl: 'procps',
  nsenter: 'util-linux',
  unshare: 'util-linux',
  mount: 'mount',
  hostname: 'hostname',
  tmux: 'tmux',
  zbarimg: 'zbar-tools',
  'rsvg-convert': 'librsvg2-bin',
} as const;

/** What {@link installMissingPackages} found and did. */
export type PackagesResult =
  | { readonly outcome: 'ready'; readonly installed: readonly string[] }
  | { readonly outcome: 'missing'; readonly missing: readonly string[]; readonly reason: string };

/** `PATH` with the directories of system programs, which an unprivileged user's often lacks. */
export const systemPath = [
  ...new Set([...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/bin', '/sbin', '/bin']),
]
  .filter((directory) => directory !== '')
  .join(delimiter);

/** The packages of these programs (name by program; default: the lab's) that are not on this machine, sorted. */
export function missingPackages(wanted: Readonly<Record<string, string>> = packageOf): string[] {
  const missing = Object.entries(wanted).filter(([program]) => !isOnPath(program));
  return [...new Set(missing.map(([, name]) => name))].sort();
}

/** Installs what is missing where it can (root, apt), with one line on stderr about it. Never throws. */
export function installMissingPackages(wanted?: Readonly<Record<string, string>>): PackagesResult {
  const missing = missingPackages(wanted);
  if (missing.length === 0) return { outcome: 'ready', installed: [] };
  if (process.getuid?.() !== 0) return { outcome: 'missing', missing, reason: 'only root can install packages' };
  if (!isOnPath('apt-get')) return { outcome: 'missing', missing, reason: 'this machine has no apt-get' };

  process.stderr.write(`lab: installing Debian packages: ${missing.join(' ')}\n`);
  const install = ['install', '--yes', '--no-install-recommends', ...missing];
  const failure = aptGet(install);
  if (failure === undefined) return { outcome: 'ready', installed: missing };
  // Package lists may be absent (a fresh container) or older than the archive.
  const reason = aptGet(['update']) ?? aptGet(install);
  return reason === undefined ? { outcome: 'ready', installed: missing } : { outcome: 'missing', missing, reason };
}

/** Runs apt-get; the last lines of what it said when it failed. */
function aptGet(args: readonly string[]): string | undefined {
  const result = spawnSync('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=120', ...args], {
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: systemPath,
      DEBIAN_FRONTEND: 'noninteractive',
      // invoke-rc.d starts no service in run level 1: the machine's own sshd is not the lab's to start.
      RUNLEVEL: '1',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 600_000,
  });
  if (result.status === 0) return undefined;
  const said = `${result.stderr}`.trim().split('\n').slice(-3).join(' ');
  return said === '' ? `apt-get ${args[0]} failed` : said;
}

function isOnPath(program: string): boolean {
  return systemPath.split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
