import { globSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { demoKeyPair } from '../../../src/host/demo/keys.ts';
import { setIssued } from '../../../src/wg/conf/annotate.ts';
import { type ConfFile, parseConf, printConf } from '../../../src/wg/conf/conf-file.ts';
import { disablePeer } from '../../../src/wg/conf/disable.ts';
import type { EditResult } from '../../../src/wg/conf/edit.ts';
import { type PublicKey, parsePublicKey } from '../../../src/wg/key.ts';
import { readConfNames } from '../../../src/wg/names/conf-names.ts';
import {
  type Issued,
  type IssuedNow,
  issuedOf,
  parseIssued,
  printIssued,
  staleness,
} from '../../../src/wg/profile/issued.ts';
import { randomOf } from '../../lab/kernel-world.ts';
import { prefix } from '../../network/support.ts';
import { checked, gatewayProfile, plainProfile, randomProfile } from './random-profile.ts';

const at = '2026-11-23T05:00:00Z';
const laptop = issuedOf(checked(plainProfile({ dns: ['10.8.0.1', 'home.arpa'], mtu: 1380 })), at);
const line = `v1 ${at} hash=${laptop.hash} hub=${laptop.hub} endpoint=vpn.example.net:51820 address=10.8.0.7/32,fd08::7/128 allowed=10.8.0.0/24,fd08::/64 dns=10.8.0.1,home.arpa mtu=1380 psk=yes`;

function keyOf(name: string): PublicKey {
  const key = parsePublicKey(demoKeyPair(1, name).publicKey);
  if (key === undefined) throw new Error('the test has no key');
  return key;
}

describe('what was issued', () => {
  test('is one line that can be read', () => {
    expect(printIssued(laptop)).toBe(line);
    expect(parseIssued(line)).toEqual(laptop);
  });

  test('comes back of any profile', () => {
    for (let index = 0; index < 300; index += 1) {
      const issued = issuedOf(randomProfile(randomOf(index), index, ['vpn.example.net']), at);
      expect(parseIssued(printIssued(issued) ?? '')).toEqual(issued);
    }
  });

  test('holds no key, and has another hash for anything but keys', () => {
    const plain = plainProfile();
    const other = plainProfile({ privateKey: undefined });
    const secrets = [plain.privateKey, plain.presharedKey].map((secret) => secret?.reveal() ?? 'none');
    for (const secret of secrets) expect(line).not.toContain(secret);
    const hash = (profile: Parameters<typeof checked>[0]) => issuedOf(checked(profile), at).hash;
    expect(hash(other)).toBe(hash(plain));
    const hashes = [
      plain,
      { ...plain, mtu: 1400 },
      { ...plain, dns: [] },
      { ...plain, persistentKeepalive: 25 },
      { ...plain, hub: { ...plain.hub, port: 443 } },
      { ...plain, addresses: [prefix('10.8.0.8/32').text] },
      { ...plain, allowedIps: [prefix('10.8.0.0/24').text] },
      gatewayProfile(),
      gatewayProfile({ variant: 'static-route' }),
    ].map(hash);
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  test.each([
    ['', undefined],
    ['v2 x', undefined],
    [line.replace('v1', 'v2'), undefined],
    [line.replace(at, '2026-13-23T05:00:00Z'), undefined],
    [line.replace(at, 'yesterday'), undefined],
    [line.replace(/hash=\S+/, 'hash=xyz'), undefined],
    [line.replace(/hub=\S+/, ''), undefined],
    [line.replace('10.8.0.7/32', '10.8.0'), undefined],
    [line.replace(/address=\S+/, 'address='), undefined],
    [line.replace('home.arpa', '\u001b[2J'), undefined],
    [line.replace('mtu=1380', 'mtu=big'), undefined],
    [line.replace('psk=yes', 'psk=maybe'), undefined],
    [`${line} later=more`, laptop],
    [`  ${line}  `, laptop],
    [`${line} ${'x'.repeat(5_000)}`, undefined],
  ])('%s', (text, expected) => {
    expect(parseIssued(text)).toEqual(expected);
  });

  test('is never thrown about', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(line.length), fc.nat(20), (text, start, count) => {
        parseIssued(text);
        parseIssued(line.slice(0, start) + text + line.slice(start + count));
      }),
      { numRuns: 500 },
    );
  });
});

describe('a configuration that was issued', () => {
  const now: IssuedNow = {
    hub: plainProfile().hub.publicKey,
    endpoint: 'vpn.example.net:51820',
    port: 51_820,
    addresses: ['fd08::7/128', '10.8.0.7/32'],
    allowedIps: ['fd08::/64', '10.8.0.0/24'],
    dns: ['10.8.0.1', 'home.arpa'],
    mtu: { value: 1380 },
    hasPresharedKey: true,
  };

  test('is good while nothing changed, or nothing is known', () => {
    expect(staleness(laptop, now)).toEqual([]);
    expect(staleness(laptop, {})).toEqual([]);
  });

  test.each<[IssuedNow, string, boolean]>([
    [
      { hub: keyOf('new hub') },
      `The hub had another key (${laptop.hub}) when this was issued; it is ${keyOf('new hub').slice(0, 8)} now.`,
      true,
    ],
    [
      { endpoint: '203.0.113.5:51820' },
      'It dials vpn.example.net:51820, and the endpoint is 203.0.113.5:51820 now.',
      true,
    ],
    [{ port: 443 }, 'It dials port 51820, and the hub listens on 443 now.', true],
    [{ addresses: ['10.8.0.9/32'] }, 'It was given 10.8.0.7/32, fd08::7/128, and has 10.8.0.9/32 here now.', true],
    [{ hasPresharedKey: false }, 'It has a preshared key that the hub has no more.', true],
    [
      { allowedIps: ['10.8.0.0/24', '192.168.1.0/24'] },
      'It does not send 192.168.1.0/24 into the tunnel, and still sends fd08::/64 into the tunnel.',
      false,
    ],
    [{ dns: [] }, 'It asks 10.8.0.1, home.arpa for names, and would be given nobody now.', false],
    [{ mtu: { value: undefined } }, 'Its MTU is 1380, and would be its own choice now.', false],
  ])('is stale after %j', (changed, sentence, isBroken) => {
    expect(staleness(laptop, changed).map((reason) => [reason.sentence, reason.isBroken])).toEqual([
      [sentence, isBroken],
    ]);
  });

  test('says all that changed, what breaks it first', () => {
    const reasons = staleness(laptop, { ...now, mtu: { value: 1400 }, dns: ['9.9.9.9'], hub: keyOf('new hub') });
    expect(reasons.map(({ kind }) => kind)).toEqual(['hub-key', 'dns', 'mtu']);
  });
});

describe('the comment in a file', () => {
  const anna = keyOf('anna');
  const file = parseConf(
    `[Interface]\nPrivateKey = x\n\n# anna\n[Peer]\nPublicKey = ${anna}\nAllowedIPs = 10.8.0.7/32\n`,
  );

  function text(result: EditResult): string {
    return result.outcome === 'edited' ? printConf(result.file).reveal() : result.outcome;
  }

  function read(of: ConfFile, key = anna): string | undefined {
    return readConfNames(printConf(of).reveal()).peers.find((peer) => peer.publicKey === key)?.issued;
  }

  test('is written, replaced and taken away', () => {
    const first = setIssued(file, anna, laptop);
    expect(text(first)).toBe(printConf(file).reveal().replace('[Peer]\n', `[Peer]\n# issued = ${line}\n`));
    if (first.outcome !== 'edited') throw new Error(first.outcome);
    expect(read(first.file)).toBe(line);
    expect(setIssued(first.file, anna, laptop).outcome).toBe('unchanged');
    const later: Issued = { ...laptop, at: '2026-12-01T00:00:00Z' };
    const second = setIssued(first.file, anna, later);
    expect(text(second)).toBe(text(first).replace(at, later.at));
    expect(text(setIssued(first.file, anna, undefined))).toBe(printConf(file).reveal());
    expect(setIssued(file, anna, undefined).outcome).toBe('unchanged');
  });

  test('stays with a peer that is disabled', () => {
    const first = setIssued(file, anna, laptop);
    const off = first.outcome === 'edited' ? disablePeer(first.file, anna, {}) : first;
    expect(off.outcome === 'edited' ? read(off.file) : off).toBe(line);
  });

  test('names nobody, whatever stands behind it', () => {
    const names = readConfNames(`[Peer]\n# issued = ${line}\nPublicKey = ${anna}\n`);
    expect(names.peers[0]).toMatchObject({ issued: line });
    expect(names.peers[0]?.name).toBeUndefined();
    expect(readConfNames(`[Peer]\n# issued = last week\nPublicKey = ${anna}\n`).peers[0]?.issued).toBeUndefined();
  });

  test('is refused where it could not be read back', () => {
    const many = { ...laptop, allowedIps: Array.from({ length: 400 }, (_, index) => `172.20.${index % 256}.0/24`) };
    expect(setIssued(file, anna, many)).toMatchObject({
      outcome: 'refused',
      reason: 'What was issued has too many prefixes to be remembered in one line.',
    });
  });

  test('is written and read back in files of every dialect, with nothing else changed', () => {
    let edited = 0;
    for (const path of globSync('test/fixtures/names/*.conf')) {
      const source = parseConf(readFileSync(path, 'utf8'));
      const before = readConfNames(printConf(source).reveal()).peers;
      const once = before.filter((peer) => before.filter(({ publicKey }) => publicKey === peer.publicKey).length === 1);
      for (const { publicKey } of once) {
        const result = setIssued(source, publicKey, laptop);
        if (result.outcome !== 'edited') throw new Error(`${path}: ${JSON.stringify(result)}`);
        expect(read(result.file, publicKey)).toBe(line);
        expect(text(setIssued(result.file, publicKey, undefined))).toBe(printConf(source).reveal());
        edited += 1;
      }
    }
    expect(edited).toBeGreaterThan(30);
  });
});
