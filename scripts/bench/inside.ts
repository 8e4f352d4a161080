/**
 * What is measured inside of a process, from the source: run by measure-inside.ts in a process of its own, so that neither
 * heap disturbs the other. Prints {@link InsideFigures} as JSON.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bodyHeight, listHeight, placeDetails } from '../../src/app/layout.ts';
import { type FakeWorld, fakeHost } from '../../src/host/fake.ts';
import type { Argv, Host } from '../../src/host/host.ts';
import { realHost } from '../../src/host/real.ts';
import type { AddressBits } from '../../src/network/address.ts';
import { type PrefixEntry, PrefixTable } from '../../src/network/lookup.ts';
import { prefixOf } from '../../src/network/prefix.ts';
import { sysctlRoot } from '../../src/network/sysctl.ts';
import { readNetworkFacts } from '../../src/observe/network.ts';
import { Tracker } from '../../src/observe/tracker.ts';
import type { CountedInterface } from '../../src/observe/traffic/counters.ts';
import { TrafficHistory } from '../../src/observe/traffic/history.ts';
import { TrafficKeeper } from '../../src/observe/traffic/keeper.ts';
import { LogFiles } from '../../src/observe/traffic/log-files.ts';
import { encodeRecord } from '../../src/observe/traffic/log-format.ts';
import { lengthOf, trafficWindow, trafficWindows } from '../../src/observe/traffic/windows.ts';
import { routesLines } from '../../src/screens/routes/routes-lines.ts';
import { routingView } from '../../src/screens/routes/routing-view.ts';
import { unicodeGlyphs } from '../../src/ui/glyphs.ts';
import { themeNamed } from '../../src/ui/theme.ts';
import { parseDump } from '../../src/wg/dump.ts';
import type { InterfaceName, PublicKey } from '../../src/wg/key.ts';
import { snapshotOf, tick } from '../../test/support/snapshots.ts';
import { addressOf, configuration, keyOf } from './hub.ts';
import { randomNumbers } from './stats.ts';

/** What is measured, a number a round. */
export interface InsideFigures {
  readonly owner: { readonly prefixes: number; readonly microseconds: readonly number[] };
  /** CPU of this process, milliseconds: the first refresh, later ones where a route has changed, and where none has. */
  readonly routes: {
    readonly peers: number;
    readonly routes: number;
    readonly rows: number;
    readonly firstMs: number;
    readonly changedMs: readonly number[];
    readonly sameMs: readonly number[];
  };
  /** `minuteMs`: only the minute's record is due; `allMs`: all three records and the totals. Milliseconds of the clock. */
  readonly history: {
    readonly peers: number;
    readonly bytes: number;
    readonly minuteMs: readonly number[];
    readonly allMs: readonly number[];
  };
}

const wg0 = 'wg0' as InterfaceName;
const prefixes = 100_000;
const routesPeers = 5_000;
const historyPeers = 1_000;
const minute = 60_000;
const stateDirectory = '/state';
const historyKeys = Array.from({ length: historyPeers }, (_, index) => keyOf(`peer ${index}`) as PublicKey);

const figures: InsideFigures = {
  owner: measureOwner(),
  routes: await measureRoutes(),
  history: await measureHistory(),
};
process.stdout.write(`${JSON.stringify(figures)}\n`);

/** Finds the owners of random addresses, of which half lie in a prefix for sure; both families, prefixes of all lengths. */
function measureOwner(): InsideFigures['owner'] {
  const random = randomNumbers(3);
  const word = () => Math.floor(random() * 2 ** 32);
  const addressIn = (isV4: boolean): AddressBits =>
    isV4
      ? { family: 'v4', a: word(), b: 0, c: 0, d: 0 }
      : { family: 'v6', a: 0x2001_0db8, b: word(), c: word(), d: word() };
  const inside: AddressBits[] = [];
  const entries = new Map<string, PrefixEntry<number>>();
  while (entries.size < prefixes) {
    const isV4 = entries.size % 2 === 0;
    const address = addressIn(isV4);
    const prefix = prefixOf(address, isV4 ? 12 + Math.floor(random() * 21) : 40 + Math.floor(random() * 89));
    inside.push(address);
    entries.set(prefix.text, { prefix, value: entries.size });
  }
  const table = new PrefixTable(entries.values());
  const asked = Array.from({ length: 50_000 }, (_, index) =>
    index % 2 === 0 ? addressIn(index % 4 === 0) : (inside[Math.floor(random() * inside.length)] ?? addressIn(true)),
  );
  let found = 0;
  const microseconds = Array.from({ length: 9 }, () => {
    const start = performance.now();
    for (const address of asked) if (table.find(address) !== undefined) found += 1;
    return ((performance.now() - start) * 1000) / asked.length;
  });
  if (found < (asked.length / 2) * 9) throw new Error('an address was not found in its own prefix');
  return { prefixes: table.size, microseconds };
}

/** Reads, judges and draws routes as a refresh of the screen does; `ip` itself is played by its output. */
async function measureRoutes(): Promise<InsideFigures['routes']> {
  const numbers = Array.from({ length: routesPeers }, (_, index) => index);
  const peers = numbers.map((index) =>
    ['wg0', keyOf(`peer ${index}`), '(none)', '(none)', `${addressOf(index)}/32`, '0', '0', '0', 'off'].join('\t'),
  );
  const own = ['wg0', keyOf('hub, private'), keyOf('hub'), '51820', 'off'].join('\t');
  const dump = parseDump(`${own}\n${peers.join('\n')}\n`);
  const snapshot = snapshotOf({ interfaces: new Tracker().update(dump.interfaces, tick()) });
  const host = fakeHost({ files: hubFiles(), programs: ipOutputs(numbers, () => turn) });
  let turn = 0;
  const size = { columns: 120, rows: 40 };
  const look = { theme: themeNamed('dark'), glyphs: unicodeGlyphs };
  let rows = 0;
  const refresh = async () => {
    const facts = await readNetworkFacts(host, [wg0]);
    const routing = routingView(snapshot, facts);
    const lines = routesLines({
      routing,
      selection: routing.rows[99]?.id,
      viewport: { top: 95, cursor: 99 },
      height: listHeight(size, true, bodyHeight(size), snapshot),
      width: size.columns,
      details: placeDetails(size),
      look,
    });
    if (facts.problems.length > 0) throw new Error(facts.problems.join(' '));
    if (facts.routes.length < routesPeers || lines.length < 20) throw new Error('the routes were not read');
    rows = routing.rows.length;
  };
  const firstMs = await cpuOf(refresh);
  const changedMs: number[] = [];
  const sameMs: number[] = [];
  // The first rounds, in which code is still compiled, count too.
  for (let round = 0; round < 15; round += 1) {
    turn += 1;
    changedMs.push(await cpuOf(refresh));
    sameMs.push(await cpuOf(refresh));
  }
  return { peers: routesPeers, routes: routesPeers, rows, firstMs, changedMs, sameMs };
}

/** CPU milliseconds of all threads of this process, the collector's and the compiler's too. */
async function cpuOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function hubFiles(): Map<string, string> {
  return new Map([
    ['/etc/wireguard/wg0.conf', configuration(routesPeers)],
    [`${sysctlRoot}/ipv4/ip_forward`, '1\n'],
    [`${sysctlRoot}/ipv6/conf/all/forwarding`, '1\n'],
  ]);
}

/** What `ip` prints on a hub with a route for each peer, but that each hundredth leads to nobody; another one each turn. */
function ipOutputs(numbers: readonly number[], turn: () => number): FakeWorld['programs'] {
  const address = { family: 'inet', local: '10.8.0.1', prefixlen: 32, scope: 'global' };
  const addresses = [{ ifname: 'wg0', addr_info: [address] }];
  const links = [
    { ifindex: 3, ifname: 'wg0', flags: ['POINTOPOINT', 'NOARP', 'UP', 'LOWER_UP'], mtu: 1420, operstate: 'UNKNOWN' },
  ];
  const routes = numbers.map((index) => ({
    dst: index % 100 === 99 ? `172.16.${index >> 8}.${index & 255}` : addressOf(index),
    dev: 'wg0',
    scope: 'link',
    flags: [],
  }));
  const rules = [
    { priority: 0, src: 'all', table: 'local' },
    { priority: 32_766, src: 'all', table: 'main' },
  ];
  const others = JSON.stringify(routes).slice(1);
  const outputs = new Map<string, string>([
    ['addr', JSON.stringify(addresses)],
    ['link', JSON.stringify(links)],
    ['-6 route', '[]'],
    ['-4 rule', JSON.stringify(rules)],
    ['-6 rule', JSON.stringify(rules)],
  ]);
  return (argv: Argv) => {
    const words = argv.join(' ');
    if (words.includes(' -4 route')) return `[{"dst":"default","dev":"eth0","metric":${turn()}},${others}`;
    for (const [name, text] of outputs) if (words.includes(` ${name}`)) return text;
    return undefined;
  };
}

/** Keeps 30 days of all peers, every window's two files full to the end, and then measures how long writing takes. */
async function measureHistory(): Promise<InsideFigures['history']> {
  const length = lengthOf(trafficWindow['30d']);
  // Where a file of every window ends; in the future, so that the files' real times are before it.
  const end = (Math.floor(Date.now() / length) + 4) * length;
  const world = await historyUntil(end);
  const directory = mkdtempSync(join(tmpdir(), 'meshtui-bench-history-'));
  try {
    const real = realHost();
    let now = end;
    const host: Host = { ...real, facts: { ...real.facts, stateDirectory: directory }, now: () => now };
    let bytes = 0;
    for (const [path, content] of [...world.bytes, ...world.files]) {
      const target = join(directory, path.slice(stateDirectory.length));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, content);
      bytes += Buffer.byteLength(content);
    }
    const keeper = new TrafficKeeper(host);
    await keeper.load();
    const keep = async (stepMs: number) => {
      now += stepMs;
      keeper.book([counters(now)], now);
      const start = performance.now();
      const { failures } = await keeper.keep();
      if (failures.length > 0) throw new Error(failures.join(' '));
      return performance.now() - start;
    };
    const allMs: number[] = [];
    for (let round = 0; round < 20; round += 1) allMs.push(await keep(trafficWindow['30d'].stepMs));
    const minutes: number[] = [];
    for (let round = 0; round < 30; round += 1) minutes.push(await keep(minute));
    // Each fifth writes the totals too, and each tenth the next record of 24 hours.
    const minuteMs = minutes.filter((_, index) => index % 5 !== 4);
    return { peers: historyPeers, bytes, minuteMs, allMs };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What a program that looked all the time has kept until `end`. */
async function historyUntil(end: number): Promise<FakeWorld> {
  const host = fakeHost({}, { stateDirectory });
  const history = new TrafficHistory();
  const recordsAt = (at: number) => {
    history.book([counters(at)], at);
    return history.latest([wg0]).map((one) => encodeRecord(history.recordOf(one)));
  };
  for (const window of trafficWindows.filter(({ isKept }) => isKept)) {
    const log = new LogFiles(host, window);
    for (let step = 2 * window.steps; step > 0; step -= 1) {
      const at = end - step * window.stepMs;
      host.world.now = at;
      await log.append(at, () => Buffer.concat(recordsAt(at)));
    }
  }
  host.world.now = end - 1;
  const keeper = TrafficKeeper.forOneSample(host);
  keeper.book([counters(end - 1)], end - 1);
  const { failures } = await keeper.keep();
  if (failures.length > 0) throw new Error(failures.join(' '));
  return host.world;
}

/** All peers move at any time, each at a rate of its own. */
function counters(at: number): CountedInterface {
  const peers = historyKeys.map((publicKey, index) => ({
    publicKey,
    rxBytes: Math.floor((at / 1000) * (index + 1)),
    txBytes: Math.floor((at / 5000) * (index + 1)),
  }));
  return { name: wg0, peers };
}
