import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { known } from '../../../src/host/printable.ts';
import type { Prefix } from '../../../src/network/prefix.ts';
import type { PublicKey } from '../../../src/wg/key.ts';
import { checkProfile } from '../../../src/wg/profile/check-profile.ts';
import type { ClientProfile } from '../../../src/wg/profile/profile.ts';
import { Secret } from '../../../src/wg/secret.ts';
import { gatewayProfile, plainProfile } from './random-profile.ts';

/** The fields of a profile that are refused. */
function fields(profile: ClientProfile): readonly string[] {
  const check = checkProfile(profile);
  return check.outcome === 'ok' ? [] : check.problems.map(({ field }) => field);
}

/** Any text as a value of a type that only checked text should have. */
const raw = <T extends string>(text: string): T => text as T;

/** Text of any UTF-16 units. The unit `binary` of fast-check takes seconds to set up. */
const anyText = fc.array(fc.nat(0xffff), { maxLength: 60 }).map((units) => String.fromCharCode(...units));

describe('a profile', () => {
  test('that can be written', () => {
    expect(fields(plainProfile())).toEqual([]);
    expect(fields(gatewayProfile())).toEqual([]);
    expect(fields(plainProfile({ privateKey: undefined, presharedKey: undefined }))).toEqual([]);
    expect(fields(plainProfile({ dns: ['10.8.0.1', 'fd08::1', 'home.arpa', 'internal'] }))).toEqual([]);
  });

  test.each<[string, Partial<ClientProfile>, string]>([
    ['a name that apps refuse', { name: known('my laptop') }, 'name'],
    ['a gateway without a LAN', { kind: 'gateway' }, 'kind'],
    ['no address', { addresses: [] }, 'addresses'],
    ['a whole prefix as address', { addresses: [raw('10.8.0.0/24')] }, 'addresses'],
    ['a private key that is none', { privateKey: new Secret('x') }, 'privateKey'],
    ['half a full tunnel', { allowedIps: [raw('0.0.0.0/0')] }, 'allowedIps'],
    ['host bits', { allowedIps: [raw('10.8.0.7/24')] }, 'allowedIps'],
    ['nothing to reach', { allowedIps: [] }, 'allowedIps'],
    ['a search domain alone', { dns: ['home.arpa'] }, 'dns'],
    ['a comma in DNS', { dns: ['10.8.0.1,10.8.0.2'] }, 'dns'],
    ['an MTU too small for IPv6', { mtu: 1000 }, 'mtu'],
    ['a keepalive of nothing', { persistentKeepalive: 0 }, 'persistentKeepalive'],
    ['port 0', { hub: { ...plainProfile().hub, port: 0 } }, 'hub'],
    ['an endpoint in brackets', { hub: { ...plainProfile().hub, host: '[fd08::1]' } }, 'hub'],
    ['an endpoint that looks like an address', { hub: { ...plainProfile().hub, host: '10.8.0' } }, 'hub'],
  ])('with %s', (_what, parts, field) => {
    expect(fields(plainProfile(parts))).toEqual([field]);
  });

  test('of a gateway that sends its own LAN into the tunnel', () => {
    const check = checkProfile({ ...gatewayProfile(), allowedIps: [raw('10.8.0.0/24'), raw('192.168.0.0/16')] });
    expect(check).toMatchObject({
      problems: [{ reason: 'The gateway would send 192.168.1.0/24 into the tunnel, and that is its own LAN.' }],
    });
  });

  test('of a gateway whose interface is a command', () => {
    for (const lanInterface of ['eth0; reboot', '$(id)', '`id`', '-x', '', 'a"b', "a'b", 'sixteen-letters-']) {
      expect(fields(gatewayProfile({ lanInterface }))).toEqual(['gateway']);
    }
  });

  test('with hostile text in any field is refused, and no reason shows it', () => {
    const hostile = fc.oneof(
      anyText,
      fc.constantFrom(
        'a\n[Peer]',
        'x]',
        'x=y',
        '# x',
        '\u001b[2J',
        'x'.repeat(10_240),
        '字',
        "';reboot;'",
        '\u202e',
        'a b',
        'a,b',
        'a;b',
        '"',
        '\\',
      ),
      fc
        .tuple(fc.string(), fc.constantFrom('\n', ']', '#', ' ', ';', '"', "'", '$', '`', '\u0000'), fc.string())
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(hostile, (text) => {
        const isSafe = /^[A-Za-z0-9_=+.:/-]*$/.test(text);
        const plain = plainProfile();
        const profiles: readonly ClientProfile[] = [
          plainProfile({ name: known(text) }),
          plainProfile({ addresses: [raw<Prefix>(text)] }),
          plainProfile({ allowedIps: [raw<Prefix>(text)] }),
          plainProfile({ dns: [text] }),
          plainProfile({ privateKey: new Secret(text) }),
          plainProfile({ presharedKey: new Secret(text) }),
          plainProfile({ hub: { ...plain.hub, host: text } }),
          plainProfile({ hub: { ...plain.hub, publicKey: raw<PublicKey>(text) } }),
          gatewayProfile({ lanInterface: text }),
          gatewayProfile({ lans: [raw<Prefix>(text)] }),
          gatewayProfile({ mesh: [raw<Prefix>(text)] }),
        ];
        for (const profile of profiles) {
          const check = checkProfile(profile);
          if (!isSafe) expect(check.outcome).toBe('problem');
          if (check.outcome === 'problem' && text.length > 8) {
            expect(check.problems.some(({ reason }) => reason.includes(text))).toBe(false);
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
