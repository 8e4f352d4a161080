import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PeerStep, RunningPeer, Step } from '../../src/change/plan.ts';
import { riskOf } from '../../src/change/risk.ts';
import type { OperatorSession } from '../../src/change/session.ts';
import { known } from '../../src/host/printable.ts';
import { type AddressBits, parseAddress } from '../../src/network/address.ts';
import { contains, type Prefix, parsePrefix } from '../../src/network/prefix.ts';
import { parseConf, printConf } from '../../src/wg/conf/conf-file.ts';
import type { DumpPeer } from '../../src/wg/dump.ts';
import type { HubState } from '../../src/wg/hub.ts';
import type { PublicKey } from '../../src/wg/key.ts';
import { peerId } from '../../src/wg/peer.ts';
import { Secret } from '../../src/wg/secret.ts';
import { applySteps, type Machine, machineOf, peerText } from './model.ts';
import { addressOf, anyHub, keyOf, peerKeys, routeInto, wg0 } from './random-hub.ts';

const numRuns = process.env['MESHTUI_FULL'] === '1' ? 10_000 : 2_000;
const names = ['anna', 'bert', 'home'] as const;
const [anna, bert, home] = names.map((name) => keyOf(name)) as [PublicKey, PublicKey, PublicKey];

function dumpPeer(publicKey: PublicKey, allowedIps: readonly string[], endpoint: string): DumpPeer {
  return {
    id: peerId(wg0, publicKey),
    interfaceName: wg0,
    publicKey,
    presharedKey: undefined,
    endpoint: known(endpoint),
    allowedIps: allowedIps.map(known),
    latestHandshake: undefined,
    rxBytes: 0,
    txBytes: 0,
    persistentKeepalive: undefined,
  };
}

const hub: HubState = {
  interfaceName: wg0,
  program: 'wg',
  conf: { path: '/etc/wireguard/wg0.conf', mode: 0o600, file: parseConf('') },
  running: {
    name: wg0,
    flavour: 'wireguard',
    publicKey: undefined,
    privateKey: undefined,
    listenPort: 51_820,
    fwmark: undefined,
    peers: [
      dumpPeer(anna, ['10.8.0.2/32'], '203.0.113.2:40000'),
      dumpPeer(bert, ['10.8.0.3/32'], '203.0.113.3:40000'),
      dumpPeer(home, ['10.8.0.4/32', '192.168.1.0/24'], '203.0.113.4:40000'),
    ],
  },
  routes: [routeInto('192.168.1.0/24')],
  addresses: [addressOf('10.8.0.1/24')],
};

const labelOf = (key: PublicKey) => known(names[[anna, bert, home].indexOf(key)] ?? 'carl');
const asAnna: OperatorSession = { kind: 'tunnel', peer: peerId(wg0, anna), address: '10.8.0.2' };
const fromHome: OperatorSession = { kind: 'tunnel', peer: peerId(wg0, home), address: '192.168.1.20' };
const byWg1: OperatorSession = { kind: 'tunnel', peer: peerId('wg1' as typeof wg0, anna), address: '10.9.0.2' };
const outside: OperatorSession = { kind: 'outside', address: '198.51.100.7' };
const local: OperatorSession = { kind: 'local' };
const unknown: OperatorSession = { kind: 'unknown', why: known('this runs inside mosh') };

function running(...allowedIps: string[]): RunningPeer {
  return {
    allowedIps: allowedIps as Prefix[],
    endpoint: undefined,
    persistentKeepalive: undefined,
    presharedKey: undefined,
  };
}

function peerStep(publicKey: PublicKey, before: RunningPeer | undefined, after: RunningPeer | undefined): PeerStep {
  return { kind: 'peer', interfaceName: wg0, program: 'wg', publicKey, label: labelOf(publicKey), before, after };
}

function routeStep(prefix: string, after: boolean): Step {
  const what = { interfaceName: wg0, table: 'main', metric: undefined, before: !after, after };
  return { kind: 'route', prefix: prefix as Prefix, ...what };
}

function addressStep(address: string, after: boolean): Step {
  return { kind: 'address', interfaceName: wg0, address, before: !after, after };
}

const secret = new Secret(keyOf('psk'));
const removeAnna = peerStep(anna, running('10.8.0.2/32'), undefined);
const removeBert = peerStep(bert, running('10.8.0.3/32'), undefined);
const newPort: Step = {
  kind: 'interface',
  interfaceName: wg0,
  program: 'wg',
  setting: 'listen-port',
  before: 51_820,
  after: 51_821,
};
const newMark: Step = { ...newPort, setting: 'fwmark', before: 0, after: 51_820 };
const content = (text: string) => ({ text: new Secret(text), mode: 0o600 });
const fileStep = (before: string, after: string): Step => ({
  kind: 'file',
  path: '/etc/wireguard/wg0.conf',
  before: content(before),
  after: content(after),
});

describe('is this me?', () => {
  test.each<[string, OperatorSession, Step[], string]>([
    [
      'my peer goes',
      asAnna,
      [removeAnna],
      'This is you: anna carries your own session, which ends when the peer is removed.',
    ],
    [
      'my address goes',
      asAnna,
      [peerStep(anna, running('10.8.0.2/32'), running('10.8.0.9/32'))],
      'This is you: anna carries your own session, and loses 10.8.0.2, from which you come.',
    ],
    [
      'my LAN goes, my peer stays',
      fromHome,
      [peerStep(home, running('10.8.0.4/32', '192.168.1.0/24'), running('10.8.0.4/32'))],
      'This is you: home carries your own session, and loses 192.168.1.20, from which you come.',
    ],
    [
      'my preshared key',
      asAnna,
      [peerStep(anna, running('10.8.0.2/32'), { ...running('10.8.0.2/32'), presharedKey: secret })],
      'This is you: anna carries your own session, which ends within 180 s unless your client has the new preshared key by then.',
    ],
    [
      'my keepalive',
      asAnna,
      [peerStep(anna, running('10.8.0.2/32'), { ...running('10.8.0.2/32'), persistentKeepalive: 25 })],
      'This is you: anna carries your own session, and its settings change.',
    ],
    [
      'my address to another',
      fromHome,
      [peerStep(bert, running('10.8.0.3/32'), running('10.8.0.3/32', '192.168.1.16/28'))],
      'This is you: bert takes 192.168.1.16/28, and you come from 192.168.1.20.',
    ],
    [
      'the address that my tunnel is reached at',
      asAnna,
      [peerStep(bert, running('10.8.0.3/32'), running('10.8.0.3/32', '203.0.113.0/24'))],
      'This is you: bert takes 203.0.113.0/24, and the tunnel that you come through is reached at 203.0.113.2.',
    ],
    [
      'the route to my LAN',
      fromHome,
      [routeStep('192.168.1.0/24', false)],
      'This is you: the route for 192.168.1.0/24 into wg0 goes, and answers to you take it.',
    ],
    [
      'a route that takes my public address',
      outside,
      [routeStep('198.51.100.0/24', true)],
      'This is you: 198.51.100.0/24 is routed into wg0, and with it answers to 198.51.100.7.',
    ],
    [
      'a route for everything, from outside',
      outside,
      [routeStep('0.0.0.0/0', true)],
      'This is you: 0.0.0.0/0 is routed into wg0, and with it answers to 198.51.100.7.',
    ],
    [
      'a route that takes the tunnel itself',
      asAnna,
      [routeStep('203.0.113.0/24', true)],
      'This is you: 203.0.113.0/24 is routed into wg0, and with it answers to 203.0.113.2.',
    ],
    [
      'a route that takes my address in another tunnel',
      byWg1,
      [routeStep('10.9.0.0/24', true)],
      'This is you: 10.9.0.0/24 is routed into wg0, and with it answers to 10.9.0.2.',
    ],
    [
      'a public route, while another tunnel carries me',
      byWg1,
      [routeStep('203.0.113.0/24', true)],
      'This may be you: 203.0.113.0/24 is routed into wg0, and where the tunnel that you come through is reached is not known.',
    ],
    [
      'an allowed IP that takes my public address',
      outside,
      [peerStep(bert, running(), running('0.0.0.0/0'))],
      'This is you: bert takes 0.0.0.0/0, and you come from 198.51.100.7.',
    ],
    [
      'the port of my tunnel',
      asAnna,
      [newPort],
      'This is you: you come through wg0, and its port changes from 51820 to 51821.',
    ],
    ['the mark of my tunnel', asAnna, [newMark], 'This is you: you come through wg0, and its fwmark changes.'],
    [
      'the address of my tunnel',
      asAnna,
      [addressStep('10.8.0.1/24', false)],
      'This is you: you come through wg0, which loses 10.8.0.1/24.',
    ],
    [
      'an address whose network holds mine',
      outside,
      [addressStep('198.51.100.1/24', true)],
      'This is you: 198.51.100.1/24 on wg0 takes answers to 198.51.100.7 into it.',
    ],
    [
      'my connections',
      asAnna,
      [{ kind: 'flows', prefixes: ['10.8.0.2/32' as Prefix] }],
      'This is you: tracked connections of 10.8.0.2 are ended.',
    ],
    [
      'somebody, and I am not known',
      unknown,
      [removeBert],
      'This may be you: it touches bert, and this runs inside mosh.',
    ],
    [
      'a new peer inside another, and I am not known',
      unknown,
      [peerStep(keyOf('new'), undefined, running('192.168.1.7/32'))],
      'This may be you: it touches carl, and this runs inside mosh.',
    ],
  ])('%s', (_what, session, steps, sentence) => {
    const risk = riskOf(steps, hub, session, labelOf);
    expect(risk).toMatchObject({ level: 'risky', touchesOperator: true });
    expect(risk.level === 'risky' && risk.reasons).toContain(sentence);
  });

  test.each<[string, OperatorSession, Step[]]>([
    ['another peer goes', asAnna, [removeBert]],
    ['a local console', local, [removeAnna]],
    ['from outside, a peer goes', outside, [removeAnna]],
    ['a new peer of its own, and I am not known', unknown, [peerStep(keyOf('new'), undefined, running('10.8.0.9/32'))]],
    ['a file alone, and I am not known', unknown, [fileStep('# a\n', '# b\n')]],
    ['another route', asAnna, [routeStep('192.168.1.0/24', false)]],
    [
      'a wider prefix than mine',
      asAnna,
      [peerStep(bert, running('10.8.0.3/32'), running('10.8.0.3/32', '10.0.0.0/8'))],
    ],
    ['a private route, while another tunnel carries me', byWg1, [routeStep('192.168.7.0/24', true)]],
    ['the same peer on another interface', byWg1, [removeAnna]],
    ['a wide route goes, mine stays', fromHome, [routeStep('192.168.0.0/16', false)]],
  ])('is not: %s', (_what, session, steps) => {
    expect(riskOf(steps, hub, session, labelOf)).toEqual({ level: 'safe' });
  });

  test.each<[string, Step[], string]>([
    ['the port', [newPort], 'All peers of wg0: its port changes from 51820 to 51821, and clients call the old one.'],
    ['the mark', [newMark], 'All peers of wg0: its encrypted packets may take another way, for their fwmark changes.'],
    ['an address', [addressStep('10.8.0.1/24', false)], 'All peers of wg0: the hub loses the address 10.8.0.1/24.'],
    ['several peers', [removeAnna, removeBert], '2 peers change at once: anna and bert.'],
    ['a prefix of another', [peerStep(bert, running(), running('10.8.0.2/32'))], 'anna loses 10.8.0.2/32 to bert.'],
    [
      'the private key',
      [fileStep(`[Interface]\nPrivateKey = ${keyOf('a')}\n`, `[Interface]\nPrivateKey = ${keyOf('b')}\n`)],
      'All peers of wg0: its private key changes in /etc/wireguard/wg0.conf, and clients know the old one.',
    ],
  ])('others: %s', (_what, steps, sentence) => {
    expect(riskOf(steps, hub, local, labelOf)).toEqual({ level: 'risky', reasons: [sentence], touchesOperator: false });
  });
});

/** What a session through a network needs of a machine, by asking the machine and not the steps. */
function footing(
  machine: Machine,
  peer: PublicKey | undefined,
  inner: AddressBits | undefined,
  outer: AddressBits | undefined,
) {
  const one = machine.interfaces.get(wg0);
  const prefixes = (texts: Iterable<string>) => [...texts].flatMap((text) => parsePrefix(text)?.prefix ?? []);
  const holding = (texts: Iterable<string>, address: AddressBits | undefined) =>
    prefixes(texts)
      .filter((prefix) => address !== undefined && contains(prefix, address))
      .toSorted((a, b) => b.length - a.length)
      .map(({ text }) => text);
  const peers = [...(one?.peers ?? [])];
  const routes = [...(one?.routes ?? [])].map((route) => route.slice(route.indexOf(' ') + 1));
  const own = one?.peers.get(peer ?? keyOf('nobody'));
  const owner = peers
    .flatMap(([key, { allowedIps }]) =>
      holding(allowedIps, inner).map((prefix) => ({ key, length: Number(prefix.split('/')[1]) })),
    )
    .toSorted((a, b) => b.length - a.length)[0]?.key;
  return {
    interface: peer === undefined ? undefined : [one?.listenPort, one?.fwmark],
    missing: [...(one?.addresses ?? [])],
    own: own && peerText(own),
    owner: peer === undefined ? undefined : owner,
    way: peer === undefined ? undefined : holding([...routes, ...(one?.addresses ?? [])], inner),
    captured: new Set([
      ...holding(routes, outer),
      ...holding(one?.addresses ?? [], outer),
      ...peers.flatMap(([key, { allowedIps }]) => (key === peer ? [] : holding(allowedIps, outer))),
    ]),
  };
}

describe('any single step', { timeout: 60_000 }, () => {
  const prefixes = [
    '10.8.0.2/32',
    '10.8.0.3/32',
    '10.8.0.0/24',
    '192.168.0.0/24',
    '192.168.1.0/25',
    '0.0.0.0/0',
    '198.51.100.0/24',
    '172.16.0.0/12',
  ] as Prefix[];
  const kinds = fc.constantFrom('peer', 'peer', 'peer', 'route', 'address', 'interface', 'flows', 'file');

  test('is marked as touching the operator where it does, and where it does not it is not', () => {
    const seen = { touched: 0, not: 0 };
    fc.assert(
      fc.property(
        anyHub,
        kinds,
        fc.nat(7),
        fc.nat(7),
        fc.subarray(prefixes),
        fc.boolean(),
        (state, kind, who, mine, given, isOut) => {
          const peers = state.running?.peers ?? [];
          const carrier = isOut ? undefined : peers[mine % Math.max(1, peers.length)];
          if (state.running === undefined || (!isOut && carrier === undefined)) return;
          const address = carrier?.allowedIps[0]?.split('/')[0] ?? '198.51.100.7';
          const session: OperatorSession =
            carrier === undefined ? { kind: 'outside', address } : { kind: 'tunnel', peer: carrier.id, address };
          const inner = carrier === undefined ? undefined : parseAddress(address);
          const outer = parseAddress(carrier === undefined ? address : outerOf(carrier));
          const step = stepOf(state, kind, peerKeys[who] ?? keyOf('nobody'), given);
          if (step === undefined || (carrier !== undefined && carrier.endpoint === undefined && step.kind === 'route'))
            return;
          const before = machineOf(state);
          const [was, is] = [before, applySteps(before, [step])].map((machine) =>
            footing(machine, carrier?.publicKey, inner, outer),
          );
          const ended =
            step.kind === 'flows' &&
            step.prefixes.some((text) =>
              [inner, outer].some((one) => one && contains(parsePrefix(text)?.prefix ?? never, one)),
            );
          const way = was?.way?.[0];
          const touched =
            ended ||
            (way !== undefined && is?.way?.includes(way) === false) ||
            JSON.stringify([was?.interface, was?.own, was?.owner]) !==
              JSON.stringify([is?.interface, is?.own, is?.owner]) ||
            [...(is?.captured ?? [])].some((prefix) => was?.captured.has(prefix) === false) ||
            (carrier !== undefined && (was?.missing ?? []).some((each) => is?.missing.includes(each) === false));
          seen[touched ? 'touched' : 'not'] += 1;
          const risk = riskOf([step], state, session);
          expect(risk.level === 'risky' && risk.touchesOperator).toBe(touched);
        },
      ),
      { numRuns },
    );
    expect(Math.min(seen.touched, seen.not)).toBeGreaterThan(numRuns / 20);
  });

  const never = parsePrefix('255.255.255.255/32')?.prefix as NonNullable<ReturnType<typeof parsePrefix>>['prefix'];

  function outerOf({ endpoint }: DumpPeer): string {
    return (endpoint ?? '').replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  }

  /** A step that changes something and fits the hub; undefined: there is none of the kind. */
  function stepOf(state: HubState, kind: string, key: PublicKey, given: Prefix[]): Step | undefined {
    const [first = '172.30.0.0/16' as Prefix] = given;
    switch (kind) {
      case 'peer': {
        const peer = state.running?.peers.find(({ publicKey }) => publicKey === key);
        const before = peer && { ...peer, allowedIps: peer.allowedIps as readonly string[] as readonly Prefix[] };
        if (peer === undefined && given.length === 0) return undefined;
        if (peer !== undefined && given.length === 0) return peerStep(key, before, undefined);
        const after = running(...(before?.allowedIps ?? []), ...given);
        return peerStep(key, before, { ...after, persistentKeepalive: 99 });
      }
      case 'route': {
        const isThere = state.routes.some(({ prefix, table }) => prefix.text === first && table.name === 'main');
        return routeStep(first, !isThere);
      }
      case 'address':
        return given.length % 2 === 0 ? addressStep('10.8.0.1/24', false) : addressStep(first, true);
      case 'interface':
        return given.length % 2 === 0 ? newPort : newMark;
      case 'flows':
        return { kind: 'flows', prefixes: given };
      default:
        return fileStep(state.conf === undefined ? '' : printConf(state.conf.file).reveal(), 'b');
    }
  }
});
