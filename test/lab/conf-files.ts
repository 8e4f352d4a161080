/** Configuration files as people, tools and accidents write them: generated, then damaged. */
import { resolvableHosts } from './conf-judge.ts';
import type { Random } from './kernel-world.ts';

/** Key pairs, one of which belongs to the interface, so that a peer may have its key. */
export interface FileKeys {
  readonly privateKey: string;
  readonly publicKeys: readonly string[];
  readonly presharedKeys: readonly string[];
}

/** A file of which wg might read all, some or nothing. */
export function randomFile(random: Random, keys: FileKeys): Buffer {
  const lines = [...(random(12) === 0 ? [] : interfaceSection(random, keys))];
  for (let count = random(5); count > 0; count -= 1) lines.push(...peerSection(random, keys));
  if (random(15) === 0) lines.push(...interfaceSection(random, keys));
  const newline = random(8) === 0 ? '\r\n' : '\n';
  const text = lines.join(newline) + (random(4) === 0 ? '' : newline);
  let bytes: Buffer = Buffer.from(random(40) === 0 ? `\ufeff${text}` : text);
  for (let count = random(5) < 2 ? random(3) + 1 : 0; count > 0; count -= 1) bytes = damage(bytes, random);
  return bytes;
}

/** A file for each odd value and each odd line, which is the only odd thing in it. */
export function oddFiles({ privateKey, publicKeys, presharedKeys }: FileKeys): Buffer[] {
  const [publicKey = ''] = publicKeys.slice(1);
  const top = `[Interface]\nPrivateKey = ${privateKey}\n`;
  const peer = `[Peer]\nPublicKey = ${publicKey}\n`;
  const settings = (name: string, values: readonly string[]) => values.map((value) => `${name} = ${value}\n`);
  const forInterface = [
    ...settings('ListenPort', ports),
    ...settings('FwMark', marks),
    ...settings('PrivateKey', keyOddities(privateKey)),
    ...oddLines.map((line) => `${line}\n`),
    ...strays.map((name) => `${name} = 1\n`),
  ];
  const forPeer = [
    ...settings('AllowedIPs', oddAllowedIps),
    ...settings('Endpoint', [...oddEndpoints, ...ports.map((port) => `192.0.2.1:${port}`)]),
    ...settings('PersistentKeepalive', oddKeepalives),
    ...settings('PublicKey', keyOddities(publicKey)),
    ...settings('PresharedKey', keyOddities(presharedKeys[0] ?? '')),
    ...oddLines.map((line) => `${line}\n`),
    ...strays.map((name) => `${name} = 1\n`),
  ];
  const files = [...forInterface.map((line) => top + line), ...forPeer.map((line) => top + peer + line)];
  return files.map((text) => Buffer.from(text));
}

function interfaceSection(random: Random, keys: FileKeys): string[] {
  const lines = [header('Interface', random)];
  const add = (chance: number, name: string, good: readonly string[], odd: readonly string[]) => {
    if (random(100) < chance) lines.push(setting(random, name, good, odd));
  };
  add(80, 'PrivateKey', [keys.privateKey], keyOddities(keys.privateKey));
  add(60, 'ListenPort', ['51820', '1', '65535'], ports);
  add(30, 'FwMark', ['0xca6c', '51820', 'off', '0'], marks);
  add(70, 'Address', ['10.8.0.1/24', '10.8.0.1/24, fd00::1/64', '10.8.0.1,10.9.0.1'], ['', ',', 'x', '10.8.0.1 /24']);
  add(20, 'Address', ['fd00::2'], ['10.8.0.1\t10.8.0.2']);
  add(20, 'MTU', ['1420', '1380'], ['', 'x', '1420 # no', '-1']);
  add(20, 'DNS', ['10.8.0.1', '1.1.1.1, example.net', 'fd00::53'], ['', ',', 'a b', '1.1.1.1;2.2.2.2']);
  add(20, 'Table', ['off', 'auto', '1234', 'main'], ['', 'OFF', 'Auto', '0x10']);
  add(10, 'SaveConfig', ['true', 'false', 'TRUE'], ['yes', '', '1', 'tru e', 'false;']);
  for (const when of ['PreUp', 'PostUp', 'PreDown', 'PostDown']) {
    add(12, when, ['nft -f /etc/x', 'echo "%i" = $PATH', 'a; b && c'], ['', 'a # b', '\\', '`x`', "'", '  a  b  ']);
  }
  add(6, pick(random, strays), ['1'], ['']);
  if (random(20) === 0) lines.push(pick(random, oddLines));
  return shuffledTail(lines, random);
}

function peerSection(random: Random, keys: FileKeys): string[] {
  const lines = [header('Peer', random)];
  const add = (chance: number, name: string, good: readonly string[], odd: readonly string[]) => {
    if (random(100) < chance) lines.push(setting(random, name, good, odd));
  };
  add(97, 'PublicKey', keys.publicKeys, keyOddities(pick(random, keys.publicKeys)));
  add(3, 'PublicKey', keys.publicKeys, keys.publicKeys);
  add(30, 'PresharedKey', keys.presharedKeys, keyOddities(pick(random, keys.presharedKeys)));
  add(85, 'AllowedIPs', goodAllowedIps, oddAllowedIps);
  add(20, 'AllowedIPs', goodAllowedIps, oddAllowedIps);
  add(
    40,
    'Endpoint',
    ['192.0.2.1:51820', '[2001:db8::1]:51820', ...resolvableHosts.map((name) => `${name}:51820`)],
    [...oddEndpoints, ...ports.map((port) => `192.0.2.1:${port}`)],
  );
  add(40, 'PersistentKeepalive', ['25', 'off', '0', '65535'], oddKeepalives);
  add(3, pick(random, strays), ['1'], ['']);
  if (random(25) === 0) lines.push(pick(random, oddLines));
  return shuffledTail(lines, random);
}

const goodAllowedIps = [
  '10.8.0.2/32',
  '10.8.0.3',
  '10.8.0.0/24',
  '10.8.0.2/32, fd00::2/128',
  '0.0.0.0/0, ::/0',
  'fd00::/64',
];

const oddAllowedIps = [
  '',
  ',',
  '10.8.0.2/32,',
  ',10.8.0.2/32',
  '10.8.0.2/32,,10.8.0.3',
  '10.8.0.7/24',
  '10.8.0.2/',
  '10.8.0.2/33',
  '10.8.0.2/032',
  '10.8.0.2/-1',
  '10.8.0.2/+8',
  '10.8.0.2/8/8',
  '10.8.0/24',
  '10.8/16',
  '10',
  '010.8.0.2',
  '10.8.0.02/32',
  '10.8.0.256',
  '1.2.3.4.5',
  '0x0a.8.0.2',
  '10.8.0.2/0x8',
  '10.8.0.2/4294967304',
  '+10.8.0.2/32',
  '-10.8.0.2/32',
  '(none)',
  '*',
  '10.8.0.2-10.8.0.9',
  '10. 8.0.2 / 3 2',
  '::',
  '::/0',
  '::1/129',
  '1::2::3',
  '1:2:3:4:5:6:7::',
  '::2:3:4:5:6:7:8',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7',
  '::ffff:10.8.0.2',
  '::10.8.0.2/128',
  '1:2:3:4:5:6:10.8.0.2',
  '1:2:3:4:5:6:7:10.8.0.2',
  '::10.8.0',
  '::012345',
  'fd00::g',
  'fd00::1%eth0',
  'FD00::ABCD/64',
  '[fd00::1]/128',
  ':::',
  ':',
  ':1',
  '1:',
  'fd00:::1',
  '::1.2.3.4:5',
  'fe80::1%1/64',
  '10.8.0.2;10.8.0.3',
  '10.8.0.2 10.8.0.3',
];

const oddKeepalives = ['65536', '025', 'Off', '-1', '+5', '', '25s', '1 5', '0x19'];

const ports = [
  '',
  '0',
  '00080',
  '+51820',
  '-1',
  '-51820',
  '65536',
  '65537',
  '131072',
  '4294967296',
  '4294967377',
  '-4294967295',
  '18446744073709551615',
  '18446744073709551616',
  '99999999999999999999999',
  '0x50',
  '1e3',
  '51820.',
  '51 820',
  '51820;',
  'http',
  'domain',
  'off',
  '--1',
  '+',
  '-0',
  '２２',
];

const marks = [
  '',
  '00',
  '0x',
  '0X10',
  '0xg',
  '0x100000000',
  '4294967295',
  '4294967296',
  '0xFFFFFFFF',
  '-1',
  '+1',
  'OFF',
  'of',
  '010',
  '08',
  '0x0x1',
  '0xca6c ',
  '99999999999999999999',
  '1.0',
];

const oddEndpoints = [
  '',
  ':',
  ':51820',
  '192.0.2.1',
  '192.0.2.1:',
  '192.0.2.1:51820:',
  '[192.0.2.1]:51820',
  '[home.example.net]:51820',
  '[2001:db8::1]',
  '[2001:db8::1]51820',
  '[2001:db8::1]:',
  '[2001:db8::1',
  '2001:db8::1:51820',
  '[[::1]]:1',
  '[::1]]:1',
  '[]:1',
  '[::1]:1:2',
  '10.1:51820',
  '1:51820',
  '0x7f.1:51820',
  '010.0.0.1:51820',
  '08.0.0.1:1',
  '1.2.3:4',
  '1.2.3.4.5:1',
  '256.1.1.1:1',
  '1.2.65536:1',
  '4294967295:1',
  '4294967296:1',
  '0x:1',
  '1..2:1',
  '.1:1',
  '1.:1',
  '*:51820',
  'home.example.net',
  'HOME.example.net:51820',
  'home.example.net.:1',
  'home example.net:1',
  'a/b:1',
  'http://home.example.net:1',
  '-:1',
  '..:1',
  'ho\u00efme:1',
  '[fe80::1%lo]:51820',
  '[fe80::1%1]:51820',
  '[fe80::1%]:1',
  '[2001:db8::1%7]:1',
  '[2001:db8::1%lo]:1',
  '[::1%4294967296]:1',
  '[ff02::1%1]:1',
  '192.0.2.1%1:1',
  '(none)',
  'off',
  '%:1',
  '192.0.2.1:0',
  '0:0',
  '0.0.0.0:1',
];

function keyOddities(key: string): string[] {
  const zeros = `${'A'.repeat(43)}=`;
  return [
    '',
    zeros,
    key.slice(0, -1),
    `${key}=`,
    `${key.slice(0, 43)} =`,
    key.toLowerCase(),
    `${key.slice(0, 42)}B=`,
    `${key.slice(0, 42)}/=`,
    key.replace(/.$/, 'A'),
    key.slice(1),
    `A${key}`,
    key.replaceAll('+', '-').replaceAll('/', '_'),
    `"${key}"`,
    '(none)',
    '(hidden)',
    'off',
    '/dev/null',
    Buffer.alloc(32, 255).toString('base64'),
    `${key.slice(0, 20)} ${key.slice(20)}`,
  ];
}

const strays = [
  'Name',
  'Endpoints',
  'Endpoint',
  'AllowedIP',
  'Address',
  'MTU',
  'PublicKey',
  'PrivateKey',
  'ListenPort',
  'Jc',
  'I1',
  'SaveConfig',
  'Table',
  'Description',
];

const oddLines = [
  ';',
  '; remark',
  '//',
  '=',
  '= 1',
  'ListenPort',
  'Address',
  'PostUp',
  'PublicKey',
  '[Interface',
  'Interface]',
  '[ Interface ]',
  '[ Peer ]',
  '[interface] x',
  '[Peer] # last',
  '[Interface]=',
  '[Peer]=1',
  '[]',
  '[',
  '[Other]',
  '[WireGuardPeer]',
  '-n',
  '-e',
  '\\',
  '\u00a0',
  '\u3000',
  '\u2028',
  '\v',
  '\f\t ',
  'Add ress = 10.0.0.1',
  'FwMar\u212a = 1',
  '# a = b',
  '#[Peer]',
  '  # x',
  '[Inter face]',
  'List en Port = 5 1 8 2 0',
  '\v[Interface]',
  'MTU = 1400',
  '\u200b',
  '$(true)',
  '`true`',
  '*',
  '~',
  'AllowedIPs == 10.0.0.1',
  'saveconfig=true',
  'PresharedKey',
];

function header(name: string, random: Random): string {
  const forms = [
    `[${name.toLowerCase()}]`,
    `[${name.toUpperCase()}]`,
    ` [${name}] `,
    `[${name}]#x`,
    `[ ${name}]`,
    `\t[${name}]`,
  ];
  return random(12) === 0 ? pick(random, forms) : `[${name}]`;
}

function setting(random: Random, name: string, good: readonly string[], odd: readonly string[]): string {
  const value = pick(random, random(14) === 0 ? odd : good);
  const spelled = random(10) === 0 ? name.toLowerCase() : random(20) === 0 ? name.toUpperCase() : name;
  const equals = pick(random, [' = ', ' = ', ' = ', '=', '= ', ' =', '\t=\t', ' =  \v']);
  const remark = random(10) === 0 ? pick(random, [' # remark', '#', ' # a = b', ' # ["x"]']) : '';
  return `${random(12) === 0 ? '  ' : ''}${spelled}${equals}${value}${remark}`;
}

/** The header first, the rest in some other order, here and there with a blank line or a remark between. */
function shuffledTail(lines: readonly string[], random: Random): string[] {
  const [first = '', ...rest] = lines;
  if (random(3) === 0) rest.sort(() => random(3) - 1);
  const out = [first, ...rest];
  if (random(2) === 0) out.push('');
  if (random(6) === 0)
    out.splice(random(out.length + 1), 0, pick(random, ['', '# Client laptop', '#disabled# [Peer]', '   ']));
  return out;
}

/** One accident: a byte, a piece or a line is lost, added, doubled, moved or cut. */
function damage(bytes: Buffer, random: Random): Buffer {
  const at = random(bytes.length + 1);
  const lines = bytes.toString('latin1').split('\n');
  const line = random(lines.length);
  switch (random(11)) {
    case 0:
      return spliced(bytes, at, 1, []);
    case 1:
      return spliced(bytes, at, 0, [random(256)]);
    case 2:
      return spliced(bytes, at, 1, [random(256)]);
    case 3:
      return spliced(bytes, at, 0, [
        pick(random, [0, 0, 1, 7, 11, 12, 13, 27, 32, 35, 44, 59, 61, 91, 93, 127, 128, 160, 255]),
      ]);
    case 4:
      return bytes.subarray(0, at);
    case 5:
      lines.splice(line, 0, lines[random(lines.length)] ?? '');
      break;
    case 6:
      lines.splice(line, 1);
      break;
    case 7:
      lines.splice(line, 1, `${lines[line] ?? ''}${lines[line + 1] ?? ''}`);
      break;
    case 8:
      lines[line] = (lines[line] ?? '').toUpperCase();
      break;
    case 9:
      lines[line] = `${pick(random, ['#', ';', ' ', '\t', '\r', '# ', '\0', '\u00a0'])}${lines[line] ?? ''}`;
      break;
    default:
      lines[line] =
        `${lines[line] ?? ''}${pick(random, [',', ' ', '\r', '\0', '=', '#', ' #', '\\', 'x'.repeat(5000), `#${'y'.repeat(20_000)}`])}`;
  }
  return Buffer.from(lines.join('\n'), 'latin1');
}

function spliced(bytes: Buffer, at: number, remove: number, insert: readonly number[]): Buffer {
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(insert), bytes.subarray(at + remove)]);
}

function pick<T>(random: Random, items: readonly [T, ...T[]] | readonly T[]): T {
  const item = items[random(items.length)];
  if (item === undefined) throw new Error('there is nothing to pick from');
  return item;
}
