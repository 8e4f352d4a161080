import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { demoKeyPair, demoPresharedKey } from '../../../src/host/demo/keys.ts';
import { parseConf } from '../../../src/wg/conf/conf-file.ts';
import { lintConf } from '../../../src/wg/conf/lint.ts';
import { type LintContext, type LintFinding, lintRules } from '../../../src/wg/conf/lint-finding.ts';
import { parsePublicKey } from '../../../src/wg/key.ts';

const hub = demoKeyPair(1, 'hub');
const a = demoKeyPair(1, 'a').publicKey;
const b = demoKeyPair(1, 'b').publicKey;
const psk = demoPresharedKey(1, 'a');
const zeros = `${'A'.repeat(43)}=`;

/** Lines 1 to 4. */
const top = `[Interface]\nPrivateKey = ${hub.privateKey}\nListenPort = 51820\nAddress = 10.8.0.1/24\n`;
const peer = (key: string, ...lines: string[]) => ['[Peer]', `PublicKey = ${key}`, ...lines, ''].join('\n');

function lint(text: string, context?: LintContext): readonly LintFinding[] {
  return lintConf(parseConf(text), context);
}

/** `LINE: severity rule` of each finding. */
function told(text: string, context?: LintContext): string[] {
  return lint(text, context).map(({ line, severity, rule }) => `${line}: ${severity} ${rule}`);
}

describe('a clean file', () => {
  const fixtures = globSync('test/fixtures/names/*.conf').filter((path) => !path.endsWith('name-equals.conf'));

  test('has no findings, in whatever dialect', () => {
    expect(fixtures.length).toBeGreaterThan(15);
    for (const path of fixtures) expect([path, told(readFileSync(path, 'utf8'), { mode: 0o600 })]).toEqual([path, []]);
  });

  test.each([
    [
      'a hub',
      top + peer(a, 'AllowedIPs = 10.8.0.2/32', `PresharedKey = ${psk}`) + peer(b, 'AllowedIPs = 10.8.0.3, fd00::3'),
    ],
    ['a hub without peers', top],
    ['with the other line ending', (top + peer(a, 'AllowedIPs = 10.8.0.2/32')).replaceAll('\n', '\r\n')],
    ['without the last line ending', (top + peer(a, 'AllowedIPs = 10.8.0.2/32')).trimEnd()],
    [
      'a client',
      `[Interface]\nPrivateKey=${hub.privateKey}\nAddress=10.8.0.7/32\nDNS=10.8.0.1\n${peer(a, 'Endpoint=vpn.example.net:51820', 'AllowedIPs=0.0.0.0/0, ::/0', 'PersistentKeepalive=25')}`,
    ],
    [
      'a LAN behind a peer, and a hook',
      `${top}PostUp = nft -f x; echo ok # loads it\n${peer(a, 'AllowedIPs = 10.8.0.2/32, 192.168.1.0/24')}`,
    ],
    ['a key from elsewhere', `[Interface]\nListenPort = 51820\nPostUp = wg set %i private-key /etc/wireguard/key\n`],
    ['every table', ['off', 'auto', 'main', '1234'].map((table) => `${top}Table = ${table}\n`)[2] ?? ''],
  ])('has no findings: %s', (_what, text) => {
    expect(told(text)).toEqual([]);
  });
});

describe('findings', () => {
  test.each<[string, string, readonly string[], LintContext?]>([
    ['unknown-key', `${top}PriviteKey = 1\n`, ['5: error unknown-key']],
    ['unknown-key in a peer', top + peer(a, 'AllowedIP = 10.8.0.2/32'), ['7: error unknown-key']],
    ['wrong-section', top + peer(a, 'AllowedIPs = 10.8.0.2/32', 'MTU = 1400'), ['8: error wrong-section']],
    ['wrong-section, the other way', `${top}Endpoint = 192.0.2.1:1\n`, ['5: error wrong-section']],
    ['unknown-section', `${top}[Pear]\n`, ['5: error unknown-section']],
    ['no-section', `ListenPort = 1\n${top}`, ['1: error no-section']],
    ['semicolon', `${top}; a remark\n;ListenPort = 1\n`, ['5: error semicolon', '6: error semicolon']],
    [
      'byte-order-mark',
      `\ufeff${top}`,
      ['1: error byte-order-mark', '2: error no-section', '3: error no-section', '4: error no-section', '1: missing'],
    ],
    ['blanks', `[ Interface ]\n${top.split('\n').slice(1).join('\n')}`, ['4: error blanks']],
    ['stray-comma', top + peer(a, 'AllowedIPs = 10.8.0.2/32,'), ['7: error stray-comma']],
    ['missing-public-key', `${top}[Peer]\nAllowedIPs = 10.8.0.2/32\n`, ['5: error missing-public-key']],
    ['refused', top + peer(a, 'AllowedIPs = 10.8.0/24'), ['7: error refused']],
    ['refused by wg-quick', `${top}SaveConfig = yes\n`, ['5: error refused']],
    ['control-character', `${top.replace('51820', '518\x0020')}# \x07\n`, ['3: warn control-character']],
    [
      'two-public-keys',
      top + peer(a, 'AllowedIPs = 10.8.0.2/32', '# the second', `PublicKey = ${b}`, 'AllowedIPs = 10.8.0.3/32'),
      ['9: error two-public-keys'],
    ],
    [
      'duplicate-peer',
      top + peer(a, 'AllowedIPs = 10.8.0.2/32') + peer(a, 'AllowedIPs = 10.8.0.3/32'),
      ['9: error duplicate-peer'],
    ],
    ['own-key', top + peer(hub.publicKey, 'AllowedIPs = 10.8.0.2/32'), ['6: error own-key']],
    ['mixed-up-key', top + peer(hub.privateKey, 'AllowedIPs = 10.8.0.2/32'), ['6: error mixed-up-key']],
    [
      'mixed-up-key, preshared',
      top + peer(a, 'AllowedIPs = 10.8.0.2/32', `PresharedKey = ${a}`),
      ['8: error mixed-up-key'],
    ],
    [
      'zero-key',
      top + peer(zeros, 'AllowedIPs = 10.8.0.2', `PresharedKey=${zeros}`),
      ['6: error zero-key', '8: warn zero-key'],
    ],
    [
      'shared-preshared-key',
      top +
        peer(a, 'AllowedIPs=10.8.0.2', `PresharedKey=${psk}`) +
        peer(b, `PresharedKey=${psk}`, 'AllowedIPs=10.8.0.3'),
      ['11: warn shared-preshared-key'],
    ],
    [
      'duplicate-prefix',
      top + peer(a, 'AllowedIPs = 10.8.0.2/32') + peer(b, 'AllowedIPs = 10.9.0.0/24, 10.8.0.2'),
      ['10: error duplicate-prefix'],
    ],
    [
      'nested-prefix',
      top + peer(a, 'AllowedIPs = 10.9.0.0/24') + peer(b, 'AllowedIPs = 10.9.0.2, 10.9.0.3'),
      ['7: info nested-prefix'],
    ],
    ['host-bits on a hub', top + peer(a, 'AllowedIPs = 10.8.0.2/24'), ['7: error host-bits']],
    [
      'host-bits on a client',
      top + peer(a, 'AllowedIPs = 10.9.0.2/24', 'Endpoint = 192.0.2.1:1'),
      ['7: info host-bits'],
    ],
    ['own-address', top + peer(a, 'AllowedIPs = 10.8.0.1/32'), ['7: error own-address']],
    ['own-network', top + peer(a, 'AllowedIPs = 10.8.0.0/24'), ['7: warn own-network']],
    ['default-route', top + peer(a, 'AllowedIPs = 0.0.0.0/0'), ['7: warn default-route']],
    ['no-allowed-ips', top + peer(a), ['5: info no-allowed-ips']],
    [
      'host-name',
      top + peer(a, 'AllowedIPs=10.8.0.2', 'Endpoint=home.example.net:51820') + peer(b, 'AllowedIPs=10.8.0.3'),
      ['8: info host-name'],
    ],
    [
      'static-endpoint by its port',
      top +
        peer(a, 'AllowedIPs=10.8.0.2', 'Endpoint=203.0.113.9:47474') +
        peer(b, 'AllowedIPs=10.8.0.3', 'Endpoint=203.0.113.9:51820'),
      ['8: info static-endpoint'],
    ],
    [
      'static-endpoint by where the peer is',
      top + peer(a, 'AllowedIPs=10.8.0.2', 'Endpoint=203.0.113.9:51820'),
      ['8: warn static-endpoint'],
      { role: 'hub', endpoints: new Map([[parsePublicKey(a) ?? never(), '198.51.100.7:4711']]) },
    ],
    ['odd-port', top.replace('51820', '65537'), ['3: error odd-port']],
    ['odd-port of an endpoint', top + peer(a, 'AllowedIPs=10.9.0.2', 'Endpoint=192.0.2.1:+80'), ['8: error odd-port']],
    ['short-keepalive', top + peer(a, 'AllowedIPs=10.8.0.2', 'PersistentKeepalive = 1'), ['8: warn short-keepalive']],
    ['missing-private-key', top.replace(/PrivateKey.*/, ''), ['1: error missing-private-key']],
    ['missing-private-key of zeros', top.replace(hub.privateKey, zeros), ['2: error missing-private-key']],
    ['missing-private-key in a file of nothing', '', ['1: error missing-private-key', '1: warn no-listen-port']],
    ['no-listen-port', top.replace('ListenPort = 51820', ''), ['1: warn no-listen-port']],
    ['no-listen-port of 0', top.replace('51820', '0'), ['3: warn no-listen-port']],
    ['save-config', `${top}SaveConfig = TRUE\n`, ['5: warn save-config']],
    ['bad-address', `${top}Address = 10.8.0.300/24, 10.9.0.1\n`, ['5: error bad-address']],
    ['bad-mtu', `${top}MTU\n`, ['5: error bad-mtu']],
    ['bad-table', `${top}Table = Off\n`, ['5: error bad-table']],
    [
      'hook-comment',
      `${top}PostUp = curl http://x/#y\nPostDown = echo "a # b"\n`,
      ['5: warn hook-comment', '6: warn hook-comment'],
    ],
    ['repeated-setting', `${top}ListenPort = 51821\n`, ['5: warn repeated-setting']],
    [
      'repeated-setting of a peer',
      top + peer(a, 'AllowedIPs=10.8.0.2', 'PersistentKeepalive=25', 'PersistentKeepalive=off'),
      ['9: warn repeated-setting'],
    ],
    ['readable-by-others', top, ['1: error readable-by-others'], { mode: 0o644 }],
  ])('%s', (what, text, expected, context) => {
    const lines = expected.filter((line) => !line.endsWith(': missing'));
    const rule = what.split(/[ ,]/)[0];
    expect(told(text, context).filter((line) => what !== 'byte-order-mark' || !/missing|listen/.test(line))).toEqual(
      lines,
    );
    expect(lintRules).toContain(rule);
    expect(lines.some((line) => line.endsWith(` ${rule}`))).toBe(true);
  });

  test('say what was probably meant', () => {
    const fixOf = (line: string) => lint(top + peer(a, 'AllowedIPs=10.8.0.2', line))[0]?.fix;
    expect(fixOf('AllowedIP = 10.8.0.3')).toBe('Did you mean AllowedIPs?');
    expect(fixOf('Keepalive = 25')).toBe('Did you mean PersistentKeepalive?');
    expect(fixOf('PreSharedKye = x')).toBe('Did you mean PresharedKey?');
    expect(fixOf('Jc = 4')).toContain('AmneziaWG');
    expect(fixOf('Description = 4')).toBe('Remove the line, or put "#" before it.');
  });

  test('are none about keys of AmneziaWG in its own files', () => {
    expect(told(`${top}Jc = 4\nH1 = 1-5\n`, { flavour: 'amneziawg' })).toEqual([]);
  });

  test('are none about what is commented out', () => {
    expect(told(`${top}#[Peer]\n#PublicKey = ${hub.publicKey}\n#Nonsense = 1\n`)).toEqual([]);
  });

  test('hold no key, wherever one stands', () => {
    const secrets = [hub.privateKey, psk];
    const places = secrets.flatMap((key) => [
      `${top}${key}\n`,
      `${top}Table = ${key}\n`,
      `${top}ListenPort = ${key}\n`,
      `${top}${key} = 1\n`,
      `${top};${key}\n`,
      `${top}[${key}]\n`,
      `${top}MTU=${key}\n`,
      `${top}Address=${key}\n`,
      `${top}SaveConfig=${key}\n`,
      `${top}FwMark=${key}\n`,
      `${top}[Peer]\nPresharedKey=${key}=\nAllowedIPs=${key}\nEndpoint=${key}:1\nPublicKey=${key}\nPublicKey=${key}x\n`,
      top +
        peer(a, `Endpoint=x:${key}`, `PersistentKeepalive=${key}`, `PresharedKey=${key}`) +
        peer(key, `PresharedKey=${key}`),
    ]);
    for (const text of places) {
      const said = JSON.stringify(lint(text));
      for (const key of secrets)
        for (let at = 0; at + 8 <= 43; at += 4) expect(said).not.toContain(key.slice(at, at + 8));
    }
  });
});

test('a hub of thousands of peers is judged in a moment', () => {
  const peers = Array.from({ length: 5000 }, (_, index) => {
    return peer(
      Buffer.alloc(32, `peer ${index}`).toString('base64'),
      `AllowedIPs = 10.9.${index >> 8}.${index & 255}/32`,
    );
  });
  const start = performance.now();
  expect(told(top + peers.join('\n'))).toEqual([]);
  expect(performance.now() - start).toBeLessThan(2_000);
});

function never(): never {
  throw new Error('no key');
}
