import type { Host } from '../host/host.ts';
import { known, type Printable, printable } from '../host/printable.ts';

const installers: readonly (readonly [ids: RegExp, command: string])[] = [
  [/\b(debian|ubuntu|raspbian|linuxmint)\b/, 'sudo apt install wireguard-tools'],
  [/\b(fedora)\b/, 'sudo dnf install wireguard-tools'],
  [/\b(rhel|centos|rocky|almalinux)\b/, 'sudo dnf install epel-release && sudo dnf install wireguard-tools'],
  [/\b(alpine)\b/, 'sudo apk add wireguard-tools'],
  [/\b(arch|manjaro)\b/, 'sudo pacman -S wireguard-tools'],
  [/\b(opensuse\S*|sles|suse)\b/, 'sudo zypper install wireguard-tools'],
  [/\b(void)\b/, 'sudo xbps-install wireguard-tools'],
  [/\b(gentoo)\b/, 'sudo emerge net-vpn/wireguard-tools'],
  [/\b(nixos)\b/, 'nix-shell -p wireguard-tools'],
];

/** A program that a hub needs, of another package than wireguard-tools. */
type OtherProgram = 'ip' | 'sysctl';

/** How their packages are called, where it is not iproute2 and procps. */
const otherPackages: readonly (readonly [manager: RegExp, packages: Readonly<Record<OtherProgram, string>>])[] = [
  [/ dnf /, { ip: 'iproute', sysctl: 'procps-ng' }],
  [/ pacman /, { ip: 'iproute2', sysctl: 'procps-ng' }],
  [/ xbps-install /, { ip: 'iproute2', sysctl: 'procps-ng' }],
  [/ emerge /, { ip: 'sys-apps/iproute2', sysctl: 'sys-process/procps' }],
];

/**
 * The command that installs programs (`wg` where none are named) on this distribution, from os-release(5): its ID, else
 * what it is like.
 */
export async function installCommand(host: Host, programs: readonly string[] = ['wg']): Promise<Printable> {
  const file = await host.readFile('/etc/os-release');
  const release = file.outcome === 'read' ? file.value : '';
  for (const field of ['ID', 'ID_LIKE']) {
    const value = new RegExp(`^${field}=["']?([^"'\\n]*)`, 'm').exec(release)?.[1] ?? '';
    const found = installers.find(([ids]) => ids.test(value));
    if (found !== undefined) return known(withPackages(found[1], programs));
  }
  const packages = withPackages('wireguard-tools', programs);
  return known(`install ${packages} with the package manager of your distribution`);
}

/** The command, or a list of packages, with those that have the programs in place of wireguard-tools. */
function withPackages(command: string, programs: readonly string[]): string {
  const named = otherPackages.find(([manager]) => manager.test(command))?.[1] ?? { ip: 'iproute2', sysctl: 'procps' };
  const tools = /\S*wireguard-tools/.exec(command)?.[0] ?? 'wireguard-tools';
  const packages = programs.map((program) => (program === 'ip' || program === 'sysctl' ? named[program] : tools));
  return command.replace(tools, [...new Set(packages)].join(' '));
}

/** The exact line that runs this same program as root. */
export function sudoCommand(host: Host, argumentsGiven: readonly string[]): Printable {
  const words = ['sudo', ...host.facts.commandLine, ...argumentsGiven];
  return printable(
    words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' '),
  );
}
