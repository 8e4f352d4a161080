import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable } from '../../../src/host/printable.ts';
import { type ConfNames, type Dialect, readConfNames, readNetdevNames } from '../../../src/wg/names/conf-names.ts';
import { fixture, keyOf, printers } from './support.ts';

const dialects = Object.keys(printers) as (keyof typeof printers)[];
const settings = (word: string) => `PublicKey = ${keyOf(word)}\nAllowedIPs = 10.8.0.2/32`;

/** Key to name and dialect, as the fixtures' words. */
function found(names: ConfNames): Record<string, string> {
  const words = ['anna', 'bert', 'carol', 'dora', 'emil'];
  return Object.fromEntries(
    names.peers.map((peer) => [
      words.find((word) => keyOf(word) === peer.publicKey) ?? peer.publicKey,
      `${peer.name ?? '-'} ${peer.dialect ?? '-'}${peer.disabled ? ' off' : ''}`,
    ]),
  );
}

describe('each tool', () => {
  const two = (dialect: Dialect) => ({ anna: `anna ${dialect}`, bert: `bert ${dialect}` });
  it.each<[file: string, peers: Record<string, string>, owner: string | undefined]>([
    ['angristan', { ...two('angristan'), carol: '- -' }, undefined],
    ['nyr', { ...two('begin-peer'), carol: 'carol begin-peer off' }, undefined],
    ['pivpn', { ...two('pivpn'), carol: 'carol pivpn off' }, undefined],
    ['wg-easy', { anna: 'anna wg-easy', bert: 'Bert (work) wg-easy' }, 'wg-easy'],
    ['wg-cmd', two('wg-cmd'), undefined],
    ['wireguard-ui', two('wireguard-ui'), 'wireguard-ui'],
    ['wg-gen-web', two('wg-gen-web'), 'wg-gen-web'],
    ['webadmin', { ...two('peer-colon'), carol: 'carol webadmin-warning off' }, undefined],
    ['wireme', two('wireme'), undefined],
    ['complexorganizations', two('start-end'), undefined],
    ['easy-wg-quick', two('easy-wg-quick'), undefined],
    [
      'plain',
      { anna: 'anna plain-above', bert: 'bert plain-inside', carol: '- -', dora: '- -', emil: 'emil trailing' },
      undefined,
    ],
    ['key-value', two('peer-colon'), undefined],
    ['wgdashboard', two('wgdashboard'), undefined],
    ['friendly-name', { ...two('friendly-name'), carol: 'carol friendly-name' }, undefined],
    ['friendly-json', { ...two('friendly-json'), carol: '- -' }, undefined],
    ['wg-portal', two('wg-portal'), 'wg-portal'],
    ['linuxserver', { anna: 'anna linuxserver', bert: 'peer2 linuxserver' }, undefined],
    ['name-equals', two('name-equals'), undefined],
    ['wg-meshconf', two('name-colon'), undefined],
    ['wg-manager', two('client-name'), undefined],
    ['towalink', { anna: 'anna plain-above', bert: 'bert plain-above off' }, undefined],
  ])('%s', (file, peers, owner) => {
    for (const text of [
      fixture(`${file}.conf`),
      `\ufeff${fixture(`${file}.conf`).replaceAll('\n', '\r\n').trimEnd()}`,
    ]) {
      const names = readConfNames(text);
      expect(found(names)).toEqual(peers);
      expect(names.managedElsewhere).toBe(owner);
      expect(names.saveConfig).toBe(file === 'name-equals');
    }
  });

  it('netdev', () => {
    expect(found(readNetdevNames(fixture('wg0.netdev')))).toEqual({
      anna: 'anna plain-above',
      bert: 'bert friendly-name',
    });
  });

  it('never shows a key that is in a comment', () => {
    expect(JSON.stringify(readConfNames(fixture('wg-portal.conf')))).not.toContain(keyOf('privateanna'));
    expect(readConfNames(`# was ${keyOf('secret')}\n[Peer]\n${settings('anna')}`).peers[0]?.name).toBeUndefined();
    expect(readConfNames(`# note = ${keyOf('secret')}\n[Peer]\n${settings('anna')}`).peers[0]?.note).toBeUndefined();
  });
});

describe('what is beside the name', () => {
  it('reads tags in each form', () => {
    const tags = (text: string) => readConfNames(text).peers.map((peer) => peer.tags);
    expect(tags(fixture('friendly-name.conf'))[0]).toEqual(['staff', 'phones']);
    expect(tags(fixture('friendly-json.conf'))[0]).toEqual(['staff', 'phones']);
    expect(tags(fixture('key-value.conf'))).toEqual([['staff', 'phones'], []]);
  });

  it('reads notes', () => {
    expect(readConfNames(fixture('wireguard-ui.conf')).peers[1]?.note).toBe('second floor, by the window');
    expect(readConfNames(fixture('wireme.conf')).peers[0]?.note).toBe('in the kitchen');
  });

  it.each([
    ['# expires = 2027-01-31', '2027-01-31'],
    ['#Expires: 2027-01-31T12:00:00Z', '2027-01-31T12:00:00Z'],
    ['# expires at = 2027-01-31 12:00', '2027-01-31 12:00'],
    ['# expires = 2027-01-31\n# expires = 2028-01-31', '2027-01-31'],
    ['# expires = soon', undefined],
    ['# expires = \u001b[2J2027-01-31', undefined],
  ])('reads when access ends: %s', (comment, expires) => {
    for (const text of [`[Peer]\n${comment}\n${settings('anna')}`, `${comment}\n[Peer]\n${settings('anna')}`]) {
      const [anna] = readConfNames(text).peers;
      expect(anna?.expires).toBe(expires);
      expect(anna?.name).toBeUndefined();
    }
  });

  it.each(['# END_PEER anna', '### end anna ###', '# anna end'])(
    'gives what is before "%s" to the section before',
    (mark) => {
      const text = `# anna start\n[Peer]\n${settings('anna')}\n# disabled = lost\n# note = hers\n${mark}\n[Peer]\n${settings('bert')}`;
      expect(readConfNames(text).peers.map((peer) => peer.note)).toEqual(['hers', undefined]);
    },
  );

  it('reads why and until when a peer is disabled, and where it was', () => {
    const carol = readConfNames(fixture('nyr.conf')).peers[2];
    expect(carol?.disabled).toEqual({ reason: 'lost phone', until: '2027-01-31' });
    expect(carol?.allowedIps).toEqual(['10.8.0.4/32']);
    const text = `\n# anna\n[Peer]\n${settings('anna')}\n# disabled = no\n`;
    expect(readConfNames(text).peers[0]).toMatchObject({ line: 3, nameLine: 2 });
    expect(readConfNames(text).peers[0]?.disabled).toBeUndefined();
  });

  it.each([
    'Note: do not remove',
    'ENDPOINT vpn.example.net',
    'Do not edit this file',
    '-----------------',
    '=== Phones ===',
    'https://example.net/wiki',
    'PersistentKeepalive = 25',
    'Peers',
  ])('takes no name from "%s"', (comment) => {
    expect(readConfNames(`# ${comment}\n[Peer]\n# ${comment}\n${settings('anna')}`).peers[0]?.name).toBeUndefined();
  });
});

describe('as wg(8) reads', () => {
  it('takes any case and white space', () => {
    const text = `[ pEEr ] \n#friendly_name=anna\n\tpublic KEY\t=${keyOf('anna')} # x\r\nALLOWEDIPS=10.0.0.1/32 ,fd00::1/128`;
    expect(readConfNames(text).peers[0]).toMatchObject({ name: 'anna', allowedIps: ['10.0.0.1/32', 'fd00::1/128'] });
  });

  it('puts the surest name first', () => {
    const worth = [
      ['# friendly_name = inside', 'inside'],
      ['# an aside', 'pair'],
    ] as const;
    for (const [line, name] of worth) {
      const text = `# BEGIN_PEER pair\n### Client keyed\n# plain\n[Peer]\n${line}\n${settings('anna')}\n# END_PEER pair\n`;
      expect(readConfNames(text).peers[0]?.name).toBe(name);
    }
    expect(readConfNames(`# Peer: keyed\n# plain\n[Peer]\n# aside\n${settings('anna')}`).peers[0]?.name).toBe('keyed');
  });
});

/** Words that no dialect takes for something else: a letter first, no punctuation that is syntax somewhere. */
const ordinaryName = fc
  .stringMatching(/^[A-Z][a-z0-9]{1,8}(?:[ _.-]?[a-z0-9é中]{1,8}){0,3}$/u)
  .filter((name) => !/(start|end|peers?|clients?|servers?|users?)$/i.test(name))
  .filter(
    (name) =>
      !/^(see|please|managed|generated|warning|uncomment|fixme|auto|this|your|lines|don?t|do|endpoint)/i.test(name),
  );

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '\u001b[2Janna',
    'an\u202ena',
    '\u001b]0;x\u0007',
    'a\u0000b',
    'x\ny',
    '\ud800',
    '\u2066anna\u2069',
    '\u009b31m',
  ),
  fc.string({
    unit: fc.constantFrom('#', '[', ']', '=', ':', '\n', '\r', ' ', '~', '!', 'P', 'peer', '(', '{', '"', '\u001b'),
    maxLength: 40,
  }),
);

function shown(names: ConfNames): string[] {
  return [
    ...names.peers.flatMap((peer) => [
      peer.name ?? '',
      peer.note ?? '',
      peer.disabled?.reason ?? '',
      ...peer.tags,
      ...peer.allowedIps,
    ]),
    names.managedElsewhere ?? '',
  ];
}

describe('any text', () => {
  it('gives back an ordinary name in every dialect', () => {
    fc.assert(
      fc.property(fc.constantFrom(...dialects), ordinaryName, ordinaryName, (dialect, first, second) => {
        const print = printers[dialect];
        const text = `[Interface]\nListenPort = 1\n\n${print(first, settings('a'))}${print(second, settings('b'))}`;
        const read = readConfNames(text).peers.map((peer) => [peer.name, peer.dialect]);
        expect(read).toEqual([
          [first, dialect],
          [second, dialect],
        ]);
      }),
      { numRuns: 600 },
    );
  });

  it('comes out printable, trimmed and short from every dialect', () => {
    fc.assert(
      fc.property(fc.constantFrom(...dialects), hostile, (dialect, name) => {
        const names = readConfNames(`${printers[dialect](name, settings('a'))}# tags = ${name}\n# note = ${name}\n`);
        for (const text of shown(names)) {
          expect(printable(text)).toBe(text);
          expect(text).toBe(text.trim());
          expect(text.length).toBeLessThanOrEqual(200);
        }
      }),
      { numRuns: 600 },
    );
  });

  it('never throws', () => {
    const line = fc.oneof(
      hostile,
      fc.constantFrom(...fixture('pivpn.conf').split('\n'), '# [Peer]', '#~ [Peer]', '#!', '#[disabled]'),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        expect(() => readConfNames(lines.join('\n'))).not.toThrow();
        expect(() => readNetdevNames(lines.join('\n'))).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });

  it('reads very long lines in linear time', () => {
    const startedAt = performance.now();
    for (const unit of ['a', '#', ' ', '# ', '(', 'A=', ' / ', '-', '[', 'x=y ']) {
      const long = unit.repeat(Math.ceil(100_000 / unit.length));
      for (const dialect of dialects) readConfNames(printers[dialect](long, settings('a')));
      readConfNames(`${long}\n[Peer]\nPublicKey = ${long}\nAllowedIPs = ${long}`);
    }
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });
});

describe('size', () => {
  it('reads a file of comments in linear time', () => {
    const startedAt = performance.now();
    for (const line of [
      '# a',
      '# tags = a',
      '# note = a',
      '# BEGIN_PEER a',
      '# END_PEER a',
      '# ID: 1',
      '# a\nEndpoint = b',
      '#~ # a',
    ]) {
      const many = `${line}\n`.repeat(30_000);
      readConfNames(`${many}[Peer]\n${many}${settings('a')}\n${many}\n${many}[Peer]\n${settings('b')}\n${many}`);
    }
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  it('reads 10,000 peers at once', () => {
    const peers = Array.from({ length: 10_000 }, (_, at) =>
      printers.pivpn(
        `client${at}`,
        `PublicKey = ${keyOf(`${at}`)}\nPresharedKey = ${keyOf('p')}\nAllowedIPs = 10.8.0.${at % 250}/32`,
      ),
    );
    const text = Buffer.from(`[Interface]\nListenPort = 1\n${peers.join('')}`).toString();
    expect(text.length).toBeGreaterThan(1_500_000);
    readConfNames(text);
    const startedAt = performance.now();
    const names = readConfNames(text);
    const took = performance.now() - startedAt;
    expect(names.peers.filter((peer) => peer.name?.startsWith('client'))).toHaveLength(10_000);
    expect(took).toBeLessThan(400);
  });
});
