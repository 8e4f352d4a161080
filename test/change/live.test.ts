import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differences, normalAddress, sideEffects, silentLosses } from '../../src/change/compare.ts';
import { commandsOf } from '../../src/change/live.ts';
import type { PeerStep, RunningPeer, Step } from '../../src/change/plan.ts';
import { readHubState } from '../../src/change/read-hub.ts';
import { netSteps, reverseStep, reverseSteps } from '../../src/change/reverse.ts';
import { known } from '../../src/host/printable.ts';
import type { Prefix } from '../../src/network/prefix.ts';
import { Secret } from '../../src/wg/secret.ts';
import { keyOf } from '../support/snapshots.ts';
import { peerStep, routeStep, type SimulatedHub, simulatedHub, wg0 } from './hub.ts';

const bare: RunningPeer = {
  ...{ allowedIps: [], endpoint: undefined, persistentKeepalive: undefined, presharedKey: undefined },
};
const peer = (before: PeerStep['before'], after: PeerStep['after']): PeerStep => ({ ...peerStep, before, after });
const prefixes = (...texts: string[]) => texts as Prefix[];
const full: RunningPeer = {
  allowedIps: prefixes('10.8.0.3/32', 'fd08::3/128'),
  endpoint: '[2001:db8::1]:51820',
  persistentKeepalive: 25,
  presharedKey: new Secret(keyOf(55)),
};
const on = { interfaceName: wg0 } as const;
const wg = { interfaceName: wg0, program: 'wg' } as const;

describe('the commands of a step', () => {
  const set = `wg set wg0 peer ${keyOf(1)}`;
  const key = 'preshared-key PRESHARED-KEY';

  test.each<[string, Parameters<typeof commandsOf>[0], readonly string[]]>([
    ['nothing where nothing differs', peer(full, full), []],
    ['nothing where the order differs', peer(full, { ...full, allowedIps: full.allowedIps.toReversed() }), []],
    [
      'all of a new peer',
      peer(undefined, full),
      [`${set} ${key} endpoint [2001:db8::1]:51820 persistent-keepalive 25 allowed-ips 10.8.0.3/32,fd08::3/128`],
    ],
    ['a new peer without settings', peer(undefined, bare), [set]],
    ['the removal of a peer', peer(full, undefined), [`${set} remove`]],
    [
      'allowed IPs, all of them',
      peer(bare, { ...bare, allowedIps: prefixes('10.9.0.0/24') }),
      [`${set} allowed-ips 10.9.0.0/24`],
    ],
    ['no allowed IPs', peer(full, { ...full, allowedIps: [] }), [`${set} allowed-ips `]],
    ['keepalive off', peer(full, { ...full, persistentKeepalive: undefined }), [`${set} persistent-keepalive 0`]],
    ['no preshared key', peer(full, { ...full, presharedKey: undefined }), [`${set} preshared-key /dev/null`]],
    ['another preshared key', peer(full, { ...full, presharedKey: new Secret(keyOf(56)) }), [`${set} ${key}`]],
    ['no endpoint cannot be set', peer(full, { ...full, endpoint: undefined }), []],
    ['a route', routeStep, ['ip -4 route add 10.99.0.0/24 dev wg0']],
    [
      'an IPv6 route of a table, away',
      { ...routeStep, prefix: 'fd09::/64' as Prefix, table: '77', before: true, after: false },
      ['ip -6 route del fd09::/64 dev wg0 table 77 metric 1024'],
    ],
    ['a route with a metric', { ...routeStep, metric: 5 }, ['ip -4 route add 10.99.0.0/24 dev wg0 metric 5']],
    [
      'an address',
      { kind: 'address', ...on, address: 'fd08::1/64', before: false, after: true },
      ['ip -6 address add fd08::1/64 dev wg0'],
    ],
    [
      'an address away',
      { kind: 'address', ...on, address: '10.8.0.1/24', before: true, after: false },
      ['ip -4 address del 10.8.0.1/24 dev wg0'],
    ],
    [
      'a port',
      { kind: 'interface', ...wg, setting: 'listen-port', before: 51820, after: 443 },
      ['wg set wg0 listen-port 443'],
    ],
    [
      'no mark, by awg',
      { kind: 'interface', ...on, program: 'awg', setting: 'fwmark', before: 51820, after: 0 },
      ['awg set wg0 fwmark 0'],
    ],
    [
      'flows of both families',
      { kind: 'flows', prefixes: prefixes('10.8.0.3/32', 'fd08::/64') },
      [
        ...['-s', '-d', '-r'].map((side) => `conntrack -D -f ipv4 ${side} 10.8.0.3`),
        ...['-s', '-d'].map((side) => `conntrack -D -f ipv6 ${side} fd08::/64`),
      ],
    ],
  ])('%s', (_what, step, expected) => {
    const commands = commandsOf(step);
    expect(commands.map(({ argv }) => argv.join(' '))).toEqual(expected);
    for (const { argv, secret } of commands) {
      expect(argv.join(' ')).not.toContain(keyOf(55));
      expect(secret !== undefined).toBe(argv.includes('PRESHARED-KEY'));
    }
  });
});

describe('steps turned round', () => {
  const anySettings = fc.record({
    allowedIps: fc.subarray(prefixes('10.8.0.3/32', '10.9.0.0/24', 'fd08::3/128')),
    endpoint: fc.constant(undefined),
    persistentKeepalive: fc.option(fc.integer({ min: 1, max: 65535 }), { nil: undefined }),
    presharedKey: fc.option(fc.constantFrom(new Secret(keyOf(55)), new Secret(keyOf(56))), { nil: undefined }),
  });
  const side = fc.option(anySettings, { nil: undefined });
  const anyStep: fc.Arbitrary<Step> = fc.oneof(
    fc.tuple(side, side).map(([before, after]) => peer(before, after)),
    fc.tuple(fc.boolean(), fc.boolean()).map(([before, after]) => ({ ...routeStep, before, after })),
    fc.tuple(fc.nat(65535), fc.nat(65535)).map(
      ([before, after]): Step => ({
        ...{ kind: 'interface', ...wg, setting: 'listen-port', before, after },
      }),
    ),
  );

  test('twice are the steps again', () => {
    fc.assert(
      fc.property(fc.array(anyStep), (steps) => {
        expect(reverseSteps(reverseSteps(steps))).toEqual(steps);
      }),
    );
  });

  test('do not set back an endpoint that was not set: the peer may have roamed', () => {
    const step = reverseStep(peer(full, { ...full, endpoint: undefined, persistentKeepalive: 5 }));
    expect(step.kind === 'peer' && step.after?.endpoint).toBeUndefined();
    const set = reverseStep(peer(full, { ...full, endpoint: '203.0.113.1:1' }));
    expect(set.kind === 'peer' && set.after?.endpoint).toBe(full.endpoint);
    const removed = reverseStep(peer(full, undefined));
    expect(removed.kind === 'peer' && removed.after?.endpoint).toBe(full.endpoint);
  });

  test('come to one for each subject', () => {
    const middle = { ...full, persistentKeepalive: 5 };
    const steps = [peer(bare, middle), routeStep, peer(middle, full)];
    expect(netSteps(steps)).toEqual([peer(bare, full), routeStep]);
  });
});

describe('what is read back', () => {
  const hubsOf = async (hub: SimulatedHub) => {
    const reading = await readHubState(hub.host, wg0);
    if (reading.outcome === 'failed') throw new Error(reading.reason);
    return new Map([[wg0, reading.hub]]);
  };

  test('says where an interface, a route or an address is not as promised', async () => {
    const hubs = await hubsOf(simulatedHub());
    const port: Step = { kind: 'interface', ...wg, setting: 'listen-port', before: 51820, after: 443 };
    const address: Step = { kind: 'address', ...on, address: '10.8.0.1/24', before: true, after: false };
    expect(differences([port, address, routeStep], 'before', hubs)).toEqual([]);
    expect(differences([port, address, routeStep], 'after', hubs)).toEqual([
      'The listen-port of wg0 is 51820, not 443.',
      'The address 10.8.0.1/24 is there on wg0.',
      'The route for 10.99.0.0/24 (table main) is missing on wg0.',
    ]);
  });

  test('forgives another endpoint only to a peer that sends', async () => {
    const hub = simulatedHub();
    const before = {
      ...peerStep.after,
      allowedIps: prefixes('10.8.0.3/32'),
      persistentKeepalive: undefined,
    } as RunningPeer;
    const steps = [peer(before, { ...before, endpoint: '203.0.113.99:1' })];
    expect(differences(steps, 'after', await hubsOf(hub))).toEqual(['laptop: the endpoint is 203.0.113.20:47474.']);
    const roaming = hub.running.peers.get(keyOf(1));
    if (roaming !== undefined) roaming.rx = 1;
    expect(differences(steps, 'after', await hubsOf(hub))).toEqual([]);
  });

  test.each<[string, (hub: SimulatedHub) => unknown, RegExp | undefined]>([
    ['nothing', () => undefined, undefined],
    ['the peer of the plan', ({ running }) => running.peers.delete(keyOf(1)), undefined],
    ['another peer that is gone', ({ running }) => running.peers.delete(keyOf(2)), /^The peer .* is gone/],
    ['a new peer', ({ running }) => running.peers.set(keyOf(3), { ...some(running) }), /^The peer .* has come/],
    ['a key of another', ({ running }) => Object.assign(other(running), { presharedKey: keyOf(9) }), /preshared key/],
    ['a keepalive of another', ({ running }) => Object.assign(other(running), { keepalive: '7' }), /keepalive is 7/],
    ['an endpoint of another', ({ running }) => Object.assign(other(running), { endpoint: '192.0.2.1:1' }), undefined],
    ['a counter of another', ({ running }) => Object.assign(other(running), { rx: 5_000 }), undefined],
    [
      'another route',
      ({ running }) => running.routes.delete('192.168.60.0/24'),
      /^The route 192\.168\.60\.0\/24 .* is gone/,
    ],
    ['an address', ({ running }) => running.addresses.add('10.8.0.9/24'), /^The address 10\.8\.0\.9\/24 has come/],
    ['the port', (hub) => Object.assign(hub.running, { port: 1 }), /^The port of wg0 has changed/],
    ['the mark', (hub) => Object.assign(hub.running, { fwmark: '0x1' }), /^The fwmark of wg0 has changed/],
  ])('beside the plan: %s', async (_what, change, expected) => {
    const hub = simulatedHub();
    const before = await hubsOf(hub);
    change(hub);
    const effects = sideEffects([peerStep, routeStep], before, await hubsOf(hub));
    if (expected === undefined) expect(effects).toEqual([]);
    else expect(effects).toEqual([expect.stringMatching(expected)]);
  });

  test('names who would silently lose a prefix, unless a step says so', async () => {
    const hubs = await hubsOf(simulatedHub());
    const taking = peer(full, { ...full, allowedIps: prefixes('192.168.60.0/24') });
    expect(silentLosses([taking], hubs)).toEqual([expect.stringMatching(/^192\.168\.60\.0\/24 belongs to the peer/)]);
    const giving: PeerStep = { ...peer(bare, bare), publicKey: keyOf(2), label: known('home') };
    expect(silentLosses([taking, giving], hubs)).toEqual([]);
  });

  test('knows an address however it is written', () => {
    expect(normalAddress('FD08:0:0::1/64')).toBe('fd08::1/64');
    expect(normalAddress('10.8.0.1')).toBe('10.8.0.1/32');
  });
});

function some(running: SimulatedHub['running']) {
  const [first] = running.peers.values();
  if (first === undefined) throw new Error('there is no peer');
  return { ...first, allowedIps: [] };
}

function other(running: SimulatedHub['running']) {
  const found = running.peers.get(keyOf(2));
  if (found === undefined) throw new Error('there is no other peer');
  return found;
}
