import { describe, expect, test } from 'vitest';
import { describePlan, describeStep } from '../../src/change/describe.ts';
import { diffSign } from '../../src/change/diff.ts';
import type { Plan, PlanResult, Step } from '../../src/change/plan.ts';
import { disablePlan } from '../../src/change/plans/peer.ts';
import { known } from '../../src/host/printable.ts';
import type { Prefix } from '../../src/network/prefix.ts';
import { Secret } from '../../src/wg/secret.ts';
import { hubOfText } from './hub-of-text.ts';
import { renamePlan, setPlan } from './peer-edits.ts';
import { keyOf, wg0 } from './random-hub.ts';

const home = keyOf('home');
const hub = hubOfText(`[Interface]
Address = 10.8.0.1/24
ListenPort = 51820
PrivateKey = ${keyOf('private')}

[Peer]
# friendly_name = home
PublicKey = ${home}
PresharedKey = ${keyOf('psk')}
AllowedIPs = 10.8.0.4/32, 192.168.1.0/24
`);

const context = {
  hub,
  ownership: { writable: true },
  session: { kind: 'tunnel', peer: hub.running?.peers[0]?.id ?? ('' as never), address: '192.168.1.20' },
  labelOf: () => known('home'),
} as const;

function planned(result: PlanResult): Plan {
  if (result.outcome !== 'plan') throw new Error(`${result.outcome}: ${result.reason}`);
  return result.plan;
}

/** All words of a plan, as --dry-run would print them. */
function wordsOf(plan: Plan): string[] {
  const text = describePlan(plan);
  return [
    text.title,
    ...text.steps.flatMap(({ what, commands, diff }) => [
      what,
      ...commands.map((command) => `$ ${command}`),
      ...diff.map(({ kind, text: line }) => `${diffSign(kind)} ${line}`),
    ]),
    ...text.affected,
    ...text.risk,
    ...text.undo,
    ...text.notes,
  ];
}

describe('a plan in words', () => {
  test('of a peer that is cut off, by itself', () => {
    const plan = planned(disablePlan(context, home, { reason: 'stolen' }));
    expect(wordsOf(plan)).toEqual([
      'Disable home',
      '192.168.1.0/24 is no longer routed into wg0.',
      '$ ip -4 route del 192.168.1.0/24 dev wg0',
      'home is removed from wg0.',
      `$ wg set wg0 peer ${home} remove`,
      'Tracked connections of 10.8.0.4/32 and 192.168.1.0/24 are ended.',
      ...['10.8.0.4', '192.168.1.0/24'].flatMap((address) =>
        (address.includes('/') ? ['-s', '-d'] : ['-s', '-d', '-r']).map(
          (side) => `$ conntrack -D -f ipv4 ${side} ${address}`,
        ),
      ),
      '/etc/wireguard/wg0.conf changes.',
      '… 2 lines',
      '  ListenPort = 51820',
      '  PrivateKey = (hidden)',
      '  ',
      '- [Peer]',
      '- # friendly_name = home',
      `- PublicKey = ${home}`,
      '- PresharedKey = (hidden)',
      '- AllowedIPs = 10.8.0.4/32, 192.168.1.0/24',
      ...(describePlan(plan).steps.at(-1)?.diff ?? [])
        .filter(({ kind }) => kind === 'add')
        .map(({ text }) => `+ ${text}`),
      'home is cut off at once.',
      'This is you: the route for 192.168.1.0/24 into wg0 goes, and answers to you take it.',
      'This is you: home carries your own session, which ends when the peer is removed.',
      'This is you: tracked connections of 192.168.1.20 are ended.',
      'Unless it is confirmed in time from a new login (meshtui confirm), it is taken back by itself.',
      'meshtui undo takes it back.',
      'Connections that are ended stay ended; programs open new ones.',
      'A peer that comes back must make a new handshake, and its counters begin anew.',
      'Its section stays in the file, commented out, with all its settings.',
    ]);
    expect(
      wordsOf(plan)
        .filter((line) => line.startsWith('+ '))
        .join('\n'),
    ).toContain('disabled = stolen');
  });

  test('of a name, which nobody notices', () => {
    const words = wordsOf(planned(renamePlan(context, home, 'attic')));
    expect(words).toEqual([
      'Rename home to attic',
      '/etc/wireguard/wg0.conf changes.',
      '… 3 lines',
      '  PrivateKey = (hidden)',
      '  ',
      '  [Peer]',
      '- # friendly_name = home',
      '+ # friendly_name = attic',
      `  PublicKey = ${home}`,
      '  PresharedKey = (hidden)',
      '  AllowedIPs = 10.8.0.4/32, 192.168.1.0/24',
      'Nobody notices.',
      'Safe: nothing in it touches your own connection, or more than one peer.',
      'meshtui undo takes it back.',
    ]);
  });

  test('of a preshared key hides it in the command too', () => {
    const words = wordsOf(planned(setPlan(context, home, { presharedKey: new Secret(keyOf('new')) })));
    expect(words).toContain(`$ wg set wg0 peer ${home} preshared-key (hidden)`);
    expect(words).toContain('home on wg0 changes its preshared key to another one.');
    expect(words.join('\n')).not.toContain(keyOf('new'));
  });

  const prefix = '10.8.0.2/32' as Prefix;
  const at = { interfaceName: wg0, program: 'wg', publicKey: home, label: known('home') } as const;
  const peer = { allowedIps: [prefix], endpoint: undefined, persistentKeepalive: 25, presharedKey: undefined };
  const file = { text: new Secret('# a\n'), mode: 0o600 };
  test.each<[Step, string, readonly string[]]>([
    [
      { kind: 'peer', ...at, before: undefined, after: peer },
      'home is added to wg0 with 10.8.0.2/32.',
      [`wg set wg0 peer ${home} persistent-keepalive 25 allowed-ips 10.8.0.2/32`],
    ],
    [
      { kind: 'peer', ...at, before: peer, after: { ...peer, allowedIps: [], persistentKeepalive: undefined } },
      'home on wg0 changes its allowed IPs to none and its keepalive to off.',
      [`wg set wg0 peer ${home} persistent-keepalive 0 allowed-ips ''`],
    ],
    [
      { kind: 'peer', ...at, before: peer, after: { ...peer, endpoint: '192.0.2.1:5' } },
      'home on wg0 changes its endpoint to 192.0.2.1:5.',
      [`wg set wg0 peer ${home} endpoint 192.0.2.1:5`],
    ],
    [
      { kind: 'route', interfaceName: wg0, prefix, table: '51', metric: undefined, before: false, after: true },
      '10.8.0.2/32 is routed into wg0 (table 51).',
      ['ip -4 route add 10.8.0.2/32 dev wg0 table 51'],
    ],
    [
      { kind: 'address', interfaceName: wg0, address: '10.9.0.1/24', before: false, after: true },
      'The address 10.9.0.1/24 is added to wg0.',
      ['ip -4 address add 10.9.0.1/24 dev wg0'],
    ],
    [
      { kind: 'interface', interfaceName: wg0, program: 'awg', setting: 'listen-port', before: 1, after: 2 },
      'The listen port of wg0 changes from 1 to 2.',
      ['awg set wg0 listen-port 2'],
    ],
    [
      { kind: 'interface', interfaceName: wg0, program: 'wg', setting: 'fwmark', before: 0, after: 51_820 },
      'The fwmark of wg0 changes from off to 0xca6c.',
      ['wg set wg0 fwmark 51820'],
    ],
    [
      { kind: 'file', path: '/etc/wireguard/wg1.conf', before: undefined, after: file },
      '/etc/wireguard/wg1.conf is written.',
      [],
    ],
    [
      { kind: 'file', path: '/etc/wireguard/wg1.conf', before: file, after: undefined },
      '/etc/wireguard/wg1.conf is removed.',
      [],
    ],
    [
      { kind: 'file', path: '/etc/wireguard/wg1.conf', before: { ...file, mode: 0o644 }, after: file },
      '/etc/wireguard/wg1.conf gets the permissions 0600.',
      [],
    ],
  ])('each step: %#', (step, what, commands) => {
    expect(describeStep(step)).toMatchObject({ what, commands });
  });
});
