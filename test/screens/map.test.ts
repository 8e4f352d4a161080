import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { known, printable } from '../../src/host/printable.ts';
import { type InterfaceAddress, parseAddresses } from '../../src/network/addresses.ts';
import type { InterfaceView, PeerView, Snapshot } from '../../src/observe/snapshot.ts';
import { chooseSpokes, spokesOf } from '../../src/screens/map/choose.ts';
import { type MapScreen, mapLines } from '../../src/screens/map/map-lines.ts';
import { linkWidth, strokesOf } from '../../src/screens/map/strokes.ts';
import { asciiGlyphs, unicodeGlyphs } from '../../src/ui/glyphs.ts';
import { widthOf } from '../../src/ui/text.ts';
import { paint, stateTokens, themeNamed } from '../../src/ui/theme.ts';
import { type Activity, type ActivityState, activityStates } from '../../src/wg/activity/activity.ts';
import { peerId } from '../../src/wg/peer.ts';
import {
  combiningName,
  hostileName,
  keyOf,
  nameOf,
  noon,
  sampleHub,
  snapshotOf,
  wideName,
} from '../support/snapshots.ts';
import { demoSnapshot } from './hubs.ts';

const look = { theme: themeNamed('dark'), glyphs: unicodeGlyphs };
const asciiLook = { theme: themeNamed('mono'), glyphs: asciiGlyphs };

/** What `ip -j addr` says of the demo's tunnel. */
const addresses: readonly InterfaceAddress[] = parseAddresses(
  JSON.stringify([
    {
      ifname: 'wg0',
      addr_info: [
        { local: '10.8.0.1', prefixlen: 24, scope: 'global' },
        { local: 'fd08::1', prefixlen: 64, scope: 'global' },
        { local: 'fe80::1', prefixlen: 64, scope: 'link' },
      ],
    },
    { ifname: 'eth0', addr_info: [{ local: '192.168.77.1', prefixlen: 24, scope: 'global' }] },
  ]),
).items;

/** The map's lines without looks. */
function draw(snapshot: Snapshot, width: number, height: number, more: Partial<MapScreen> = {}): string[] {
  const screen = { selection: undefined, publicAddress: known('198.51.100.10'), addresses, look, ...more };
  return mapLines({ snapshot, width, height, ...screen }).map((line) => stripVTControlCharacters(line));
}

function activity(state: ActivityState): Activity {
  switch (state) {
    case 'idle':
    case 'lost':
      return { state, since: noon - 900_000 };
    case 'calling':
      return { state, calls: 3, ongoing: true };
    case 'knocking':
      return { state, knocks: 3 };
    case 'clock':
      return { state, handshakeAt: noon + 3_600_000 };
    default:
      return { state };
  }
}

/** A peer, idle and with one address unless it is said otherwise. */
function peer(number: number, fields: Partial<PeerView> & { readonly state?: ActivityState } = {}): PeerView {
  const { state = 'idle', ...rest } = fields;
  const interfaceName = rest.interfaceName ?? nameOf('wg0');
  const address = `10.8.${Math.floor(number / 250)}.${(number % 250) + 2}`;
  return {
    id: peerId(interfaceName, keyOf(number)),
    interfaceName,
    publicKey: keyOf(number),
    label: known(`peer-${number}`),
    isNamed: true,
    tags: [],
    note: undefined,
    expires: undefined,
    disabled: undefined,
    nameSource: undefined,
    address: known(address),
    allowedIps: [known(`${address}/32`)],
    fileAllowedIps: undefined,
    endpoint: undefined,
    latestHandshake: undefined,
    rxBytes: 0,
    txBytes: 0,
    rxBitsPerSecond: 0,
    txBitsPerSecond: 0,
    persistentKeepalive: undefined,
    hasPresharedKey: false,
    activity: activity(state),
    spark: [],
    past: undefined,
    you: undefined,
    ...rest,
  };
}

const behind = (number: number, ...prefixes: string[]) => ({
  allowedIps: [`10.8.0.${number + 2}/32`, ...prefixes].map(known),
});

function hub(peers: readonly PeerView[], fields: Partial<InterfaceView> = {}): InterfaceView {
  return {
    name: nameOf('wg0'),
    flavour: 'wireguard',
    publicKey: keyOf(999),
    listenPort: 51820,
    manager: 'wg-quick',
    managedElsewhere: undefined,
    peers,
    rxBitsPerSecond: 0,
    txBitsPerSecond: 0,
    liveCount: peers.filter((each) => each.activity.state !== 'disabled').length,
    onlineCount: peers.filter((each) => ['active', 'online'].includes(each.activity.state)).length,
    ...fields,
  };
}

const meshOf = (...peers: readonly PeerView[]) => snapshotOf({ interfaces: [hub(peers)] });
const many = (count: number, from = 0, state: ActivityState = 'idle') =>
  Array.from({ length: count }, (_, index) => peer(from + index, { state }));

/** The text of the line that names the peer. */
function lineOf(lines: readonly string[], name: string): string {
  const found = lines.filter((line) => line.includes(name));
  expect(found, lines.join('\n')).toHaveLength(1);
  return found[0] ?? '';
}

describe('the picture of the demo', () => {
  test.each([
    ['80x20', 80, 20, look],
    ['196x50', 196, 50, look],
    ['60x11', 60, 11, look],
    ['ascii-80x20', 80, 20, asciiLook],
    ['ascii-120x20', 120, 20, asciiLook],
  ] as const)('at %s', async (name, width, height, drawnWith) => {
    const picture = `${draw(await demoSnapshot(), width, height, { look: drawnWith }).join('\n')}\n`;
    await expect(picture).toMatchFileSnapshot(`../fixtures/map/${name}.txt`);
  });

  test('is ASCII where the terminal is', async () => {
    const snapshot = await demoSnapshot();
    for (const width of [60, 80, 196]) {
      expect(draw(snapshot, width, 30, { look: asciiLook }).join('\n')).toMatch(/^[\n -~]*$/);
    }
  });

  test('names several interfaces each, with their own port and peers', async () => {
    const picture = `${draw(sampleHub({ secondInterface: true }), 80, 20).join('\n')}\n`;
    await expect(picture).toMatchFileSnapshot('../fixtures/map/two-interfaces-80x20.txt');
  });
});

describe('what is on the map', () => {
  test('a gateway has its networks below it, and comes before the others', () => {
    const lines = draw(meshOf(peer(1), peer(7, behind(7, '192.168.1.0/24', 'fd00:1::/64'))), 80, 20);
    const gateway = lines.findIndex((line) => line.includes('peer-7'));
    expect(lines[gateway + 1]).toContain('╰─ LAN 192.168.1.0/24, fd00:1::/64');
    expect(gateway).toBeLessThan(lines.findIndex((line) => line.includes('peer-1 ')));
  });

  test('single addresses of both families make no gateway', () => {
    const lines = draw(meshOf(peer(1, behind(1, 'fd08::3/128'))), 80, 20);
    expect(lines.join('\n')).not.toContain('LAN');
  });

  test.each(['0.0.0.0/0', '::/0'])('a peer with %s is marked as full tunnel', (everything) => {
    const lines = draw(meshOf(peer(1, behind(1, '192.168.1.0/24', everything))), 80, 20);
    expect(lines.join('\n')).toContain('╰─ full tunnel, 192.168.1.0/24');
    expect(lines.join('\n')).not.toContain(everything);
  });

  test('more networks than fit are counted', () => {
    const networks = Array.from({ length: 40 }, (_, index) => `172.16.${index}.0/24`);
    const line = lineOf(draw(meshOf(peer(1, behind(1, ...networks))), 80, 20), 'LAN');
    const shown = line.split(', ').length;
    expect(shown).toBeGreaterThan(2);
    expect(line).toMatch(new RegExp(`172\\.16\\.${shown - 1}\\.0/24 \\+${40 - shown}$`));
  });

  test('the operator, the rates, the port, the public and the overlay address', () => {
    const busy = peer(1, { state: 'active', you: true, rxBitsPerSecond: 11_900_000, txBitsPerSecond: 2_800 });
    const lines = draw(meshOf(busy), 80, 20);
    expect(lineOf(lines, 'peer-1')).toMatch(/━━●━━ +peer-1 \(you\) .* active +↓ 11\.9 Mb\/s {2}↑ 2\.80 kb\/s$/);
    expect(lines.join('\n')).toMatch(/edge {2}198\.51\.100\.10 .*\n.*wg0 :51820 {2}10\.8\.0\.1 {2}fd08::1 /);
    expect(lines.join('\n')).not.toMatch(/fe80|192\.168\.77/);
  });

  test('what is not known of the Edge is left out', () => {
    const screen = { snapshot: meshOf(peer(1)), selection: undefined, publicAddress: undefined, look };
    const lines = mapLines({ ...screen, width: 80, height: 20 }).map((line) => stripVTControlCharacters(line));
    expect(lines.join('\n')).not.toContain('undefined');
    expect(lines).toContain(` │ edge${' '.repeat(19)}│`);
  });

  test.each(activityStates)(
    'the line of a peer that is %s has the colour, the sign and the word of its state',
    (state) => {
      const screen = { snapshot: meshOf(peer(1, { state })), selection: undefined, publicAddress: undefined, look };
      const line = mapLines({ ...screen, width: 80, height: 20 }).find((each) => each.includes('peer-1')) ?? '';
      const [hubEnd, peerEnd] = strokesOf(unicodeGlyphs).links[state];
      const link = `${hubEnd}${unicodeGlyphs.states[state]}${peerEnd}`;
      expect(widthOf(link)).toBe(linkWidth);
      expect(line).toContain(paint(look.theme, stateTokens[state], link));
      expect(line).toContain(state);
    },
  );

  test('the selected peer has a sign and a look', () => {
    const one = peer(1);
    const painted = mapLines({
      snapshot: meshOf(one, peer(2)),
      selection: one.id,
      publicAddress: undefined,
      width: 80,
      height: 20,
      look,
    });
    const line = painted.find((each) => each.includes('peer-1')) ?? '';
    expect(line).toContain('\u001b[7m▸peer-1');
    expect(painted.filter((each) => each.includes('\u001b[7m'))).toHaveLength(1);
  });

  test('a hub without peers says so, a host without a hub is drawn alone', () => {
    for (const width of [80, 196]) {
      expect(draw(meshOf(), width, 20).join('\n')).toContain('no peer yet');
      expect(draw(snapshotOf(), width, 20).join('\n')).toContain('edge');
    }
  });
});

describe('more peers than there are lines', () => {
  const gateway = peer(290, { ...behind(200, '192.168.9.0/24'), state: 'never' });
  const busy = peer(280, { state: 'active' });
  const knocking = peer(270, { state: 'knocking' });
  const lost = peer(260, { state: 'lost' });
  const crowd = [...many(200), ...many(20, 200, 'never')];
  const snapshot = meshOf(...crowd, lost, knocking, busy, gateway);

  test('gateways have a place, then traffic, then what wants a look; the others are counted by state', () => {
    const all = [{ hub: hub([]), spokes: spokesOf(hub([...crowd, lost, knocking, busy, gateway])), left: [] }];
    for (const [places, names] of [
      [1, ['peer-290']],
      [2, ['peer-290', 'peer-280']],
      [3, ['peer-290', 'peer-270', 'peer-280']],
      [4, ['peer-290', 'peer-260', 'peer-270', 'peer-280']],
    ] as const) {
      expect(chooseSpokes(all, places, undefined)[0]?.spokes.map((spoke) => spoke.peer.label)).toEqual(names);
    }
  });

  test.each([
    [80, 20],
    [196, 50],
    [60, 11],
  ])('at %d×%d every line is used and every peer is drawn or counted', (width, height) => {
    const lines = draw(snapshot, width, height);
    expect(lines).toHaveLength(height);
    const counts = lineOf(lines, 'and ');
    const counted = [...counts.matchAll(/(\d+) (idle|never)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
    expect(counted + lines.filter((line) => / peer-\d/.test(line)).length).toBe(224);
    expect(lines.join('\n')).toMatch(/peer-290 .*\n.*peer-0 /);
    if (width > 60) expect(lineOf(lines, 'peer-290')).toContain('192.168.9.0/24');
  });

  test('the selected peer and the operator always have a place', () => {
    const you = peer(299, { you: true });
    const selected = crowd[150];
    const lines = draw(meshOf(...crowd, ...many(30, 300, 'active'), you), 80, 20, { selection: selected?.id });
    lineOf(lines, 'peer-299');
    lineOf(lines, '▸peer-150');
  });
});

const states = fc.constantFrom(...activityStates);
const names = fc.oneof(
  fc.constantFrom(hostileName, wideName, combiningName, '👩‍👩‍👧‍👦 family', '🇦🇶🇦🇶', '\u0308\u0308', '', ' '),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
);
const rates = fc.option(fc.double({ min: 0, max: 9e14, noNaN: true }), { nil: undefined });
const lans = fc.array(fc.constantFrom('192.168.1.0/24', '0.0.0.0/0', '::/0', 'fd00:1:2:3::/64', '10.0.0.0/8', 'odd'), {
  maxLength: 6,
});
const peerFields = fc.record({ state: states, name: names, rx: rates, tx: rates, lans, you: fc.boolean() });
const peerLists = fc
  .tuple(fc.array(peerFields, { minLength: 1, maxLength: 12 }), fc.oneof(fc.nat(12), fc.nat(300)))
  .map(([kinds, count]) =>
    Array.from({ length: count }, (_, index) => {
      const kind = kinds[index % kinds.length] ?? kinds[0];
      if (kind === undefined) return peer(index);
      const { state, name, rx, tx, you } = kind;
      const label = printable(name);
      const found = peer(index, { state, label, rxBitsPerSecond: rx, txBitsPerSecond: tx, you });
      return { ...found, allowedIps: [...found.allowedIps, ...kind.lans.map(known)] };
    }),
  );
const snapshots = fc.tuple(fc.array(peerLists, { maxLength: 3 }), names).map(([lists, hostname]) =>
  snapshotOf({
    hostname: printable(hostname),
    interfaces: lists.map((peers, index) => hub(peers, { name: nameOf(`wg${index}`) })),
  }),
);
const sizes = fc.record({ width: fc.integer({ min: 20, max: 240 }), height: fc.integer({ min: 5, max: 70 }) });

describe('any mesh at any size', () => {
  test('stays inside of its window and sends nothing that a terminal obeys but looks', () => {
    const property = fc.property(
      snapshots,
      sizes,
      fc.boolean(),
      fc.boolean(),
      (snapshot, size, isAscii, isSelecting) => {
        const selection = isSelecting ? snapshot.interfaces.at(-1)?.peers.at(-1)?.id : undefined;
        const lines = mapLines({
          snapshot,
          selection,
          publicAddress: known('2001:db8:1111:2222:3333:4444:5555:6666'),
          addresses,
          ...size,
          look: isAscii ? asciiLook : look,
        });
        expect(lines.length).toBeLessThanOrEqual(size.height);
        for (const line of lines) {
          const bare = line.replaceAll(/\u001b\[[\d;]*m/g, '');
          expect(bare).not.toMatch(/\p{Cc}/u);
          expect(widthOf(bare), bare).toBeLessThanOrEqual(size.width);
        }
      },
    );
    fc.assert(property, { numRuns: 150 });
  });

  test('other rates change nothing but the rates at the right end', () => {
    const property = fc.property(
      snapshots,
      sizes,
      fc.double({ min: 0, max: 9e14, noNaN: true }),
      (before, size, rate) => {
        const moved = (one: PeerView) => ({ ...one, rxBitsPerSecond: rate, txBitsPerSecond: rate / 7 });
        const after = snapshotOf({
          ...before,
          interfaces: before.interfaces.map((each) => ({ ...each, peers: each.peers.map(moved) })),
        });
        const withoutRates = (snapshot: Snapshot) =>
          draw(snapshot, size.width, size.height).map((line) =>
            line.replace(/(\s+[↓↑] +[\d.]+ [kMGT]?b\/s)+$/, '').trimEnd(),
          );
        expect(withoutRates(after)).toEqual(withoutRates(before));
      },
    );
    fc.assert(property, { numRuns: 80 });
  });

  test('no room at all is no line', () => {
    expect(draw(sampleHub(), 0, 20)).toEqual([]);
    expect(draw(sampleHub(), 80, 0)).toEqual([]);
  });
});

test('five thousand peers are drawn within a frame', () => {
  const snapshot = meshOf(...many(5_000, 0, 'online'));
  draw(snapshot, 196, 50);
  const start = performance.now();
  for (let run = 0; run < 5; run += 1) draw(snapshot, 196, 50);
  expect((performance.now() - start) / 5).toBeLessThan(50);
});
