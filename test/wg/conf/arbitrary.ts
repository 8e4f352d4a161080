import fc from 'fast-check';
import type { PublicKey } from '../../../src/wg/key.ts';
import { keyOf, printers } from '../names/support.ts';

/** A peer of a generated file. */
export interface GeneratedPeer {
  readonly publicKey: PublicKey;
  readonly name: string;
  readonly dialect: keyof typeof printers;
  readonly allowedIps: readonly string[];
  readonly disabled: '#~ ' | '#! ' | '#[disabled] ' | '# ' | undefined;
}

/** A generated file, with what is in it. */
export interface GeneratedConf {
  readonly text: string;
  readonly peers: readonly GeneratedPeer[];
}

const dialects = Object.keys(printers) as (keyof typeof printers)[];

/** IPv4 hosts and IPv6 networks. */
function rangeOf(number: number): string {
  return number % 4 === 3 ? `fd00:${(number % 60_000).toString(16)}::/64` : `10.${number % 250}.${number % 7}.4/32`;
}

/** How the lines of a section are written: by hand, by tools, by people who like blanks. */
const writing = fc.record({
  indent: fc.constantFrom('', '', '', '  ', '\t'),
  equals: fc.constantFrom(' = ', ' = ', '=', ' =', '= ', '\t=  '),
  comma: fc.constantFrom(', ', ',', ' , '),
  letters: fc.constantFrom<'as is' | 'small' | 'capital'>('as is', 'as is', 'as is', 'small', 'capital'),
  tail: fc.constantFrom('', '', '', ' ', ' # by hand', '#x', '\t'),
  severalLines: fc.boolean(),
});

type Writing = typeof writing extends fc.Arbitrary<infer T> ? T : never;

function settingLine(style: Writing, key: string, value: string): string {
  const name = style.letters === 'small' ? key.toLowerCase() : style.letters === 'capital' ? key.toUpperCase() : key;
  return `${style.indent}${name}${style.equals}${value}${style.tail}`;
}

interface PeerParts {
  readonly style: Writing;
  readonly dialect: keyof typeof printers;
  readonly disabled: GeneratedPeer['disabled'];
  readonly ranges: readonly string[];
  readonly extras: readonly string[];
  readonly gap: string;
}

const extraLines = fc.uniqueArray(
  fc.constantFrom(
    'PersistentKeepalive = 25',
    'persistentkeepalive=15',
    'Endpoint = vpn.example.net:51820',
    'Endpoint = [2001:db8::5]:51820 # home',
    `PresharedKey = ${keyOf('psk')}`,
    'AdvancedSecurity = on',
    '# tags = staff, phones',
    '# note = on loan',
    '# Endpoint = 192.0.2.1:1',
    '# 中文 é',
  ),
  { maxLength: 4, selector: (line) => line.slice(0, 5).toLowerCase() },
);

const disabling = fc.constantFrom<GeneratedPeer['disabled']>(
  undefined,
  undefined,
  undefined,
  undefined,
  '#~ ',
  '#! ',
  '#[disabled] ',
  '# ',
);

const peerParts: fc.Arbitrary<PeerParts> = fc.record({
  style: writing,
  dialect: fc.constantFrom(...dialects),
  disabled: disabling,
  ranges: fc.uniqueArray(fc.nat({ max: 200_000 }).map(rangeOf), { maxLength: 4 }),
  extras: extraLines,
  gap: fc.constantFrom('', '', '\n', '\n\n', ' \n', '# an aside\n\n'),
});

function printPeer(parts: PeerParts, at: number): { readonly text: string; readonly peer: GeneratedPeer } {
  const { style, dialect, disabled, ranges: allowedIps, extras, gap } = parts;
  const publicKey = keyOf(`peer ${at}`);
  const lists = style.severalLines ? allowedIps : [allowedIps.join(style.comma)];
  const lines = [
    settingLine(style, 'PublicKey', publicKey),
    ...lists.filter((list) => list !== '').map((list) => settingLine(style, 'AllowedIPs', list)),
    ...extras,
  ];
  const printed = printers[dialect](`Client ${at}`, lines.join('\n'));
  // wireguard-ui's block has a blank line in it, and always one before it.
  const before = dialect === 'wireguard-ui' ? '\n' : '';
  const text = before + (disabled === undefined ? printed : commentedOut(printed, disabled));
  return { text: text + gap, peer: { publicKey, name: `Client ${at}`, dialect, allowedIps, disabled } };
}

/** By hand people leave comments as they are; tools put their mark before every line. */
function commentedOut(text: string, prefix: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' || (prefix === '# ' && line.startsWith('#')) ? line : prefix + line))
    .join('\n');
}

const head = fc.constantFrom(
  `[Interface]\nAddress = 10.8.0.1/24\nListenPort = 51820\nPrivateKey = ${keyOf('hub')}\n\n`,
  `# ENDPOINT vpn.example.net\n\n[Interface]\naddress=10.8.0.1/24,fd00::1/64\nPRIVATEKEY=${keyOf('hub')}\nListenPort=1\n`,
  `[Interface] # hub\nPrivateKey = ${keyOf('hub')}\nJc = 4\nJmin = 40\nH1 = 1-2\nI1 = <b 0xf6><r 10>\nSaveConfig = false\n\n`,
  `[interface]\nPrivateKey = ${keyOf('hub')}\nPostUp = iptables -A FORWARD -i %i -j ACCEPT; ip rule add x=y # why\nPostDown = true\n# PostUp = off\n\n`,
);

const lineEnding = fc.constantFrom<'LF' | 'CRLF' | 'mixed'>('LF', 'LF', 'LF', 'CRLF', 'mixed');

function ended(text: string, ending: 'LF' | 'CRLF' | 'mixed', isOpen: boolean, mark: string): string {
  const closed = isOpen ? text.replace(/\n+$/, '') : text;
  let count = 0;
  const lines = closed.replace(/\n/g, () => {
    count += 1;
    return ending === 'CRLF' || (ending === 'mixed' && count % 3 === 0) ? '\r\n' : '\n';
  });
  return mark + lines;
}

/** Files as tools and people leave them: every dialect, disabled sections, CR LF, no last line feed, odd white space. */
export const realisticConf: fc.Arbitrary<GeneratedConf> = fc
  .record({
    head,
    parts: fc.array(peerParts, { maxLength: 6 }),
    ending: lineEnding,
    isOpen: fc.boolean(),
    mark: fc.constantFrom('', '', '', '', '\ufeff'),
  })
  .map(({ head: begin, parts, ending, isOpen, mark }) => {
    const printed = parts.map(printPeer);
    const text = ended(begin + printed.map((one) => one.text).join(''), ending, isOpen, mark);
    return { text, peers: printed.map((one) => one.peer) };
  });

const hostileLine = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '[Peer]',
    ' [ pEEr ] # x',
    '[Interface]',
    '[Unknown]',
    '[',
    '# [Peer]',
    '#~ [Peer]',
    '#! [Interface]',
    '#[disabled] [Peer]',
    '#~ AllowedIPs = 10.0.0.1/32',
    `# PublicKey = ${keyOf('by hand')}`,
    `PublicKey = ${keyOf('peer 0')}`,
    `PublicKey = ${keyOf('peer 1')}`,
    `public key=${keyOf('peer 1')}#`,
    'PublicKey = x',
    'AllowedIPs = ',
    'AllowedIPs = 10.0.0.1/32,,',
    'AllowedIPs',
    '=',
    '= =',
    '# BEGIN_PEER a',
    '# END_PEER a',
    '### Client a',
    '# a start',
    '# a end',
    '# ID: 1',
    '#',
    '\u0000',
    `PublicKey = ${keyOf('nul')}\u0000# x`,
    '\r',
    '\u000b',
    '\u00a0',
    '\ufeff',
    '\ud800',
    '\udc80',
    '',
    ' ',
  ),
);

/** Anything: pieces of files in any order, controls, NUL, half characters. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(fc.tuple(hostileLine, fc.constantFrom('\n', '\n', '\n', '\r\n', '\r', '')), { maxLength: 25 })
  .map((lines) => lines.map(([line, ending]) => line + ending).join(''));

/** Both, and real files with hostile lines in them. */
export const anyConfText: fc.Arbitrary<string> = fc.oneof(
  realisticConf.map((conf) => conf.text),
  hostileText,
  fc.tuple(realisticConf, hostileText, fc.nat()).map(([conf, text, at]) => {
    const place = conf.text.length === 0 ? 0 : at % conf.text.length;
    return conf.text.slice(0, place) + text + conf.text.slice(place);
  }),
);
