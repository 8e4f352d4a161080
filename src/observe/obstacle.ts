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

/** The command that installs `wg` on this distribution, from os-release(5): its ID, else what it is like. */
export async function installCommand(host: Host): Promise<Printable> {
  const file = await host.readFile('/etc/os-release');
  const release = file.outcome === 'read' ? file.value : '';
  for (const field of ['ID', 'ID_LIKE']) {
    const value = new RegExp(`^${field}=["']?([^"'\\n]*)`, 'm').exec(release)?.[1] ?? '';
    const found = installers.find(([ids]) => ids.test(value));
    if (found !== undefined) return known(found[1]);
  }
  return known('install the package wireguard-tools with the package manager of your distribution');
}

/** The exact line that runs this same program as root. */
export function sudoCommand(host: Host, argumentsGiven: readonly string[]): Printable {
  const words = ['sudo', ...host.facts.commandLine, ...argumentsGiven];
  return printable(
    words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' '),
  );
}
