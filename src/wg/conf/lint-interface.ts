import { readAllowedIp, readEndpoint, readPort, zeroKey } from './check-value.ts';
import type { LintFinding } from './lint-finding.ts';
import { canonical } from './lint-lines.ts';
import { addressItems, finding, type LintSetting, type LintSource } from './lint-source.ts';

/** What is wrong with `[Interface]`, and with settings of any section that are wrong by themselves. */
export function lintInterface(source: LintSource): LintFinding[] {
  return [
    ...permissions(source),
    ...controlCharacters(source),
    ...privateKey(source),
    ...listenPort(source),
    ...source.settings.flatMap((setting) => ownSetting(setting)),
    ...addresses(source),
    ...[source.settings, ...source.peers.map((peer) => peer.settings)].flatMap((settings) => [
      ...repeated(settings),
      ...settings.flatMap(oddPort),
    ]),
    ...hooks(source),
  ];
}

function permissions({ context: { mode = 0 } }: LintSource): LintFinding[] {
  if ((mode & 0o007) === 0) return [];
  const octal = (mode & 0o777).toString(8).padStart(3, '0');
  const message = `Every user of this machine can read the keys in this file (mode ${octal}).`;
  return [
    finding(
      'readable-by-others',
      'error',
      1,
      message,
      'Take the right away: chmod 600, and new keys if somebody may have read it.',
    ),
  ];
}

function controlCharacters({ file }: LintSource): LintFinding[] {
  const message = 'There is a control character in this line: wg-quick drops a NUL, other programs stop at it.';
  return file.lines.flatMap((line, index) =>
    /^[^#]*[\0-\x08\x0e-\x1f\x7f]/.test(line)
      ? [finding('control-character', 'warn', index + 1, message, 'Type the line again.')]
      : [],
  );
}

function privateKey({ settings, interfaceLine }: LintSource): LintFinding[] {
  const setting = settings.findLast(({ key }) => key === 'privatekey');
  if (setting !== undefined && setting.value !== zeroKey) return [];
  const isSetByHook = settings.some(({ key, value }) => /^p(re|ost)up$/.test(key) && value.includes('private-key'));
  if (setting === undefined && isSetByHook) return [];
  const message = setting === undefined ? 'There is no PrivateKey' : 'A PrivateKey of zeros is none';
  const line = setting?.line ?? interfaceLine ?? 1;
  return [
    finding(
      'missing-private-key',
      'error',
      line,
      `${message}: nobody can connect.`,
      'Add the PrivateKey of this machine.',
    ),
  ];
}

function listenPort({ settings, interfaceLine, isHub }: LintSource): LintFinding[] {
  const setting = settings.findLast(({ key }) => key === 'listenport');
  const isRandom = setting === undefined || readPort(setting.value) === 0;
  if (!isHub || !isRandom) return [];
  const message = 'There is no ListenPort: the hub listens on another port after each start, and no peer finds it.';
  return [
    finding(
      'no-listen-port',
      'warn',
      setting?.line ?? interfaceLine ?? 1,
      message,
      'Add ListenPort with the port that the peers use.',
    ),
  ];
}

function ownSetting({ key, value, line }: LintSetting): LintFinding[] {
  if (key === 'saveconfig' && /^true$/i.test(value)) {
    const message =
      'SaveConfig = true: when the interface goes down, this file is written anew from what runs. Edits since then and all remarks are lost, and endpoints are frozen.';
    return [finding('save-config', 'warn', line, message, 'Remove the line, or set it to false.')];
  }
  if (key === 'mtu' && value !== '' && !(Number(value) >= 68 && Number(value) <= 65_535 && /^\d+$/.test(value))) {
    return [
      finding(
        'bad-mtu',
        'error',
        line,
        'MTU is no number that a link can have: wg-quick up fails.',
        'Set a number such as 1420, or remove the line.',
      ),
    ];
  }
  if (key === 'table' && /^(off|auto)$/i.test(value) && value !== value.toLowerCase()) {
    const message = `wg-quick takes "${value}" for the name of a routing table, and fails: this word counts in small letters only.`;
    return [finding('bad-table', 'error', line, message, `Write "${value.toLowerCase()}".`)];
  }
  return [];
}

/** ip-address(8) also takes netmasks and short forms of IPv4, such as `10.8/255.255.0.0`. */
function isOtherAddress(item: string): boolean {
  const parts = item.split('/').map((part) => part.split('.'));
  return parts.length <= 2 && parts.every((octets) => octets.length <= 4 && octets.every(isOctet));
}

function isOctet(text: string): boolean {
  return /^\d{1,3}$/.test(text) && Number(text) <= 255;
}

function addresses({ settings }: LintSource): LintFinding[] {
  return addressItems(settings).flatMap(({ item, line }) =>
    readAllowedIp(item) !== undefined || isOtherAddress(item)
      ? []
      : [
          finding(
            'bad-address',
            'error',
            line,
            'Address has an item that is no address: wg-quick up fails.',
            'Write it like 10.8.0.1/24.',
          ),
        ],
  );
}

const single = new Set([
  'privatekey',
  'listenport',
  'fwmark',
  'mtu',
  'table',
  'saveconfig',
  'presharedkey',
  'endpoint',
  'persistentkeepalive',
]);

function repeated(settings: readonly LintSetting[]): LintFinding[] {
  const before = new Map<string, number>();
  return settings.flatMap(({ key, line }) => {
    const first = before.get(key);
    before.set(key, line);
    if (first === undefined || !single.has(key)) return [];
    const message = `${canonical(key)} is also at line ${first}: this one counts.`;
    return [finding('repeated-setting', 'warn', line, message, 'Remove one of them.')];
  });
}

function oddPort({ key, value, line }: LintSetting): LintFinding[] {
  const isEndpoint = key === 'endpoint';
  if (!isEndpoint && key !== 'listenport') return [];
  const port = isEndpoint ? readEndpoint(value)?.port : readPort(value);
  const written = isEndpoint ? value.slice(value.lastIndexOf(':') + 1) : value;
  if (port === undefined || (/^\d+$/.test(written) && Number(written) === port && (port > 0 || !isEndpoint))) return [];
  const message = `"${written.slice(0, 30)}" is no port from 1 to 65535; wg takes it for ${port}.`;
  return [finding('odd-port', 'error', line, message, 'Write the port that is meant.')];
}

function hooks({ file, settings }: LintSource): LintFinding[] {
  return settings.flatMap(({ key, line }) => {
    if (!/^p(re|ost)(up|down)$/.test(key)) return [];
    const command = (file.lines[line - 1] ?? '').replace(/^[^=]*=/, '').trim();
    const hash = command.indexOf('#');
    if (hash === -1 || isRemark(command, hash)) return [];
    const message = `wg-quick before 1.0.20260223 cuts ${canonical(key)} at its "#", and runs half a command.`;
    return [finding('hook-comment', 'warn', line, message, 'Put the command into a script, or do without "#".')];
  });
}

/** Whether bash takes what follows for a remark too, so that it does not matter who cuts it off. */
function isRemark(command: string, hash: number): boolean {
  const before = command.slice(0, hash);
  const isQuoted = ["'", '"'].some((quote) => before.split(quote).length % 2 === 0);
  return !isQuoted && (hash === 0 || /[\s;&|]$/.test(before));
}
