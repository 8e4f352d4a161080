import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fakeHost } from '../../../src/host/fake.ts';
import { type Host, HostError } from '../../../src/host/host.ts';
import { realHost } from '../../../src/host/real.ts';
import type { CountedPeer } from '../../../src/observe/traffic/counters.ts';
import { TrafficKeeper } from '../../../src/observe/traffic/keeper.ts';
import { LogFiles } from '../../../src/observe/traffic/log-files.ts';
import { encodeRecord } from '../../../src/observe/traffic/log-format.ts';
import { lengthOf, trafficWindow, trafficWindows } from '../../../src/observe/traffic/windows.ts';
import { keyOf, nameOf, noon } from '../../support/snapshots.ts';
import { counted, decodeLog, expectNear, interfaceOf, manyPeers, recordOf, wg0 } from './support.ts';

const second = 1_000;
const minute = 60_000;
const hour = 3_600_000;
type Fake = ReturnType<typeof fakeHost>;

async function loaded(host: Host): Promise<TrafficKeeper> {
  const keeper = new TrafficKeeper(host);
  expect(await keeper.load()).toEqual([]);
  return keeper;
}

/** Lets a keeper see a peer that receives 1,000 bytes a second, each `stepMs` from one moment to another. */
async function watch(keeper: TrafficKeeper, host: Fake, fromMs: number, toMs: number, stepMs = second): Promise<void> {
  for (let ms = fromMs; ms <= toMs; ms += stepMs) await see(keeper, host, ms, counted(1, ms));
}

async function see(keeper: TrafficKeeper, host: Fake, ms: number, ...peers: CountedPeer[]) {
  host.world.now = noon + ms;
  keeper.book([interfaceOf(...peers)], noon + ms);
  expect(await keeper.keep()).toEqual({ failures: [], problems: [] });
}

const today = (keeper: TrafficKeeper, ms: number) => keeper.history.totalsOf(wg0, keyOf(1), noon + ms)?.today.rxBytes;
const received = (keeper: TrafficKeeper, window: '1h' | '24h' | '30d', ms: number) =>
  keeper.history.series(window, wg0, keyOf(1), noon + ms);

describe('a restart', () => {
  test('after three hours books what moved meanwhile as one marked span, in the totals and the coarse windows', async () => {
    const host = fakeHost();
    const first = await loaded(host);
    await watch(first, host, 0, 5 * minute);
    await first.close();
    const back = 3 * hour + 5 * minute;
    host.world.now = noon + back;
    const second = await loaded(host);
    await see(second, host, back, counted(1, back));
    expect(today(second, back)).toBe(back);
    const day = received(second, '24h', back);
    for (const rate of day.rx.slice(-19, -1)) expectNear(rate, 8_000);
    const all = second.history.series('24h', wg0, undefined, noon + back);
    expect(all.rx.slice(-19, -1)).toEqual(Array.from({ length: 18 }, () => expect.closeTo(8_000, 6)));
    expect(day.isSpread.slice(-19).filter(Boolean).length).toBeGreaterThanOrEqual(18);
    expect(received(second, '1h', back).rx.every((rate) => rate === undefined)).toBe(true);
    const bytes = second.history.talkers('30d', [wg0], noon + back, 3);
    expect(bytes).toEqual([
      {
        interfaceName: wg0,
        publicKey: keyOf(1),
        rxBytes: expect.closeTo(back, 3),
        txBytes: expect.closeTo(back / 10, 3),
      },
    ]);
  });

  test('finds the last hour in steps of a minute', async () => {
    const host = fakeHost();
    const first = await loaded(host);
    await watch(first, host, 0, 30 * minute, 5 * second);
    await first.close();
    const again = await loaded(host);
    const { rx, isSpread } = received(again, '1h', 30 * minute - 1);
    expect(rx.slice(-30)).toEqual(Array.from({ length: 30 }, () => expect.closeTo(8_000, 6)));
    expect(isSpread.some(Boolean)).toBe(false);
    expect(rx.slice(0, 30).every((rate) => rate === undefined)).toBe(true);
  });

  test('after a kill loses nothing of the totals', async () => {
    const host = fakeHost();
    await watch(await loaded(host), host, 0, 4 * minute);
    const again = await loaded(host);
    await see(again, host, 4 * minute + second, counted(1, 4 * minute + second));
    expect(today(again, 4 * minute + second)).toBe(4 * minute + second);
  });

  test('after counters began anew unseen by the logs still knows both lives', async () => {
    const host = fakeHost();
    const first = await loaded(host);
    await watch(first, host, 0, 5 * minute);
    await see(first, host, 5 * minute + second, counted(1, 50));
    const again = await loaded(host);
    await see(again, host, 5 * minute + 2 * second, counted(1, 900_000));
    expect(today(again, 5 * minute + 2 * second)).toBe(5 * minute + 900_000);
    const [talker] = again.history.talkers('30d', [wg0], host.world.now, 1);
    expect(talker?.rxBytes).toBeCloseTo(5 * minute + 900_000, 3);
  });

  test('takes what was seen before the history was read', async () => {
    const host = fakeHost();
    const keeper = new TrafficKeeper(host);
    keeper.book([interfaceOf(counted(1, 0))], noon);
    keeper.book([interfaceOf(counted(1, 700))], noon + second);
    await keeper.load();
    expect(today(keeper, second)).toBe(700);
  });
});

describe('counters that are read into the same objects again and again', () => {
  /** The one object of peer 1, whose counters are set before each reading. */
  const peer = { publicKey: keyOf(1), rxBytes: 0, txBytes: 0 };
  const count = (bytes: number) => Object.assign(peer, { rxBytes: bytes, txBytes: 0 });

  test('are those of their time, also before the history is read', async () => {
    const host = fakeHost();
    const keeper = new TrafficKeeper(host);
    keeper.book([interfaceOf(count(0))], noon);
    keeper.book([interfaceOf(count(700))], noon + second);
    keeper.book([interfaceOf(count(40))], noon + 2 * second);
    host.world.now = noon + 2 * second;
    await keeper.load();
    count(1e12);
    expect(today(keeper, 2 * second)).toBe(740);
  });

  test('leave the last word of those before they began anew on disk', async () => {
    const host = fakeHost();
    const first = await loaded(host);
    await see(first, host, 0, count(1_000));
    await see(first, host, second, count(1_500));
    await see(first, host, 2 * second, count(20));
    count(1e12);
    const again = await loaded(host);
    const [talker] = again.history.talkers('30d', [wg0], noon + 2 * second, 1);
    expect(talker?.rxBytes).toBeCloseTo(520, 3);
  });

  test('of readings that come while one before is written, are not taken for it', async () => {
    const host = fakeHost();
    const keeper = await loaded(host);
    host.world.now = noon;
    keeper.book([interfaceOf(count(5))], noon);
    const written = keeper.keep();
    for (const bytes of [900, 901, 902]) keeper.book([interfaceOf(count(bytes))], noon + bytes);
    await written;
    const log = [...host.world.bytes].find(([path]) => path.includes('1h-'))?.[1];
    const [record] = decodeLog(log ?? new Uint8Array()).records;
    expect(record?.at).toBe(noon);
    expect(record?.rows.rxBytes(0)).toBe(5);
  });
});

describe('who is gone', () => {
  const day = 24 * hour;

  test('is forgotten after 32 days, with all that was known', async () => {
    const host = fakeHost();
    const keeper = await loaded(host);
    await see(keeper, host, 0, counted(1, 0), counted(2, 0));
    await see(keeper, host, minute, counted(1, 500), counted(2, 600));
    for (let ms = day; ms <= 31 * day; ms += day) await see(keeper, host, ms, counted(2, 600));
    const index = keeper.history.peers.of(wg0);
    expect([index.find(keyOf(1)), index.size]).toEqual([0, 2]);
    await see(keeper, host, 33 * day, counted(2, 600));
    expect([index.find(keyOf(1)), index.find(keyOf(2))]).toEqual([undefined, 1]);
    // The next to come has its place, and nothing of what was there.
    await see(keeper, host, 33 * day + minute, counted(2, 600), counted(3, 7));
    expect([index.find(keyOf(3)), index.size]).toEqual([0, 2]);
    expect(today(keeper, 33 * day + minute)).toBeUndefined();
    expect(keeper.history.totalsOf(wg0, keyOf(3), noon + 33 * day + minute)?.today.rxBytes).toBe(7);
    const moved = keeper.history.talkers('1h', [wg0], noon + 33 * day + minute, 9);
    expect(moved.map(({ publicKey, rxBytes }) => [publicKey, rxBytes])).toEqual([[keyOf(3), expect.closeTo(7, 1)]]);
  });

  test('is forgotten as a whole interface, too', async () => {
    const host = fakeHost();
    const keeper = await loaded(host);
    const wg1 = { name: nameOf('wg1'), peers: [counted(5, 100)] };
    keeper.book([interfaceOf(counted(1, 0)), wg1], noon);
    expect(await keeper.close()).toEqual({ failures: [], problems: [] });
    await see(keeper, host, 31 * day, counted(1, 0));
    expect([...keeper.history.totals.interfaces.keys()]).toEqual(['wg0', 'wg1']);
    await see(keeper, host, 33 * day, counted(1, 0));
    expect([...keeper.history.totals.interfaces.keys()]).toEqual(['wg0']);
    expect(host.world.files.get('/var/lib/meshtui/traffic/totals.json')).not.toContain('wg1');
    expect(keeper.history.series('30d', wg1.name, keyOf(5), noon + 33 * day).knownMs).toBe(0);
  });
});

describe('two processes', () => {
  test('that keep the same history count nothing twice and lose nothing', async () => {
    const host = fakeHost();
    const one = await loaded(host);
    await watch(one, host, 0, minute);
    const two = await loaded(host);
    for (let ms = minute; ms <= 20 * minute; ms += 10 * second) {
      await see(one, host, ms, counted(1, ms));
      await see(two, host, ms + 5 * second, counted(1, ms + 5 * second));
    }
    await Promise.all([one.close(), two.close()]);
    const third = await loaded(host);
    const end = 20 * minute + 5 * second;
    expect([today(one, end), today(two, end), today(third, end)]).toEqual([20 * minute, end, end]);
    for (const window of ['1h', '24h', '30d'] as const) {
      const rates = received(third, window, end).rx.filter((rate) => rate !== undefined);
      expect(rates.every((rate) => rate > 7_999 && rate < 8_001)).toBe(true);
    }
  });

  test('of which one writes last with older counters, while counters begin anew, count nothing twice', async () => {
    const host = fakeHost();
    const one = await loaded(host);
    await see(one, host, 0, counted(1, 1_000));
    const two = await loaded(host);
    await see(two, host, second, counted(1, 1_500));
    one.book([interfaceOf(counted(1, 1_600))], noon + 2 * second);
    await see(two, host, 3 * second, counted(1, 40));
    await two.close();
    await one.close();
    const third = await loaded(host);
    await see(third, host, 4 * second, counted(1, 90));
    // 600 before and 90 after, of which the 40 are lost that only the second process saw.
    expect(today(third, 4 * second)).toBe(650);
  });

  test('read the totals again only where the other one wrote them', async () => {
    const host = fakeHost();
    const read: string[] = [];
    const heard: Fake = {
      ...host,
      readFile: (path) => {
        read.push(path);
        return host.readFile(path);
      },
    };
    const one = await loaded(heard);
    await watch(one, heard, 0, 20 * minute, minute);
    expect(read).toHaveLength(1);
    const two = await loaded(host);
    await see(two, host, 21 * minute, counted(1, 21 * minute), counted(2, 0));
    await see(two, host, 26 * minute, counted(1, 21 * minute), counted(2, 500));
    await see(one, heard, 27 * minute, counted(1, 21 * minute));
    expect(read).toHaveLength(2);
    expect(one.history.totalsOf(wg0, keyOf(2), noon + 27 * minute)?.today.rxBytes).toBe(500);
    expect(today(one, 27 * minute)).toBe(21 * minute);
  });

  test('do not both write each step', async () => {
    const host = fakeHost();
    const keepers = [await loaded(host), await loaded(host)];
    for (let ms = 0; ms < 10 * minute; ms += second) {
      for (const keeper of keepers) await see(keeper, host, ms, counted(1, ms + 1));
    }
    const log = [...host.world.bytes].find(([path]) => path.includes('1h-'))?.[1];
    expect(log?.length).toBe(10 * (25 + 3 + 24));
  });
});

describe('on disk', () => {
  test('old files go, damaged ones are set aside, foreign ones stay', async () => {
    const host = fakeHost();
    const directory = '/var/lib/meshtui/traffic';
    const period = Math.floor(noon / lengthOf(trafficWindow['1h']));
    host.world.bytes.set(`${directory}/1h-${period - 2}.log`, Buffer.from('MTR1'));
    host.world.bytes.set(`${directory}/1h-${period - 1}.log`, Buffer.from('not a log'));
    host.world.bytes.set(`${directory}/1h-${period + 9}.log`, Buffer.from('MTR1'));
    host.world.bytes.set(`${directory}/notes.txt`, Buffer.from('mine'));
    const keeper = new TrafficKeeper(host);
    expect(await keeper.load()).toEqual([expect.stringMatching(/1h-\d+\.log is not a traffic history .*set aside/)]);
    await see(keeper, host, 0, counted(1, 1));
    const names = [...host.world.bytes.keys()].map((path) => path.replace(`${directory}/`, ''));
    expect(new Set(names)).toEqual(
      new Set([
        `1h-${period}.log`,
        `1h-${period - 1}.log.damaged`,
        `1h-${period + 9}.log`,
        `24h-${Math.floor(noon / lengthOf(trafficWindow['24h']))}.log`,
        `30d-${Math.floor(noon / lengthOf(trafficWindow['30d']))}.log`,
        'notes.txt',
      ]),
    );
  });

  test('a write that was cut off costs one sample and is said', async () => {
    const host = fakeHost();
    const first = await loaded(host);
    await watch(first, host, 0, 5 * minute);
    for (const [path, bytes] of host.world.bytes) host.world.bytes.set(path, bytes.subarray(0, bytes.length - 7));
    const again = new TrafficKeeper(host);
    expect(await again.load()).toEqual(
      Array.from({ length: 3 }, () => expect.stringMatching(/^a damaged part of .* is left out/)),
    );
    await see(again, host, 6 * minute, counted(1, 6 * minute));
    expect(received(again, '1h', 6 * minute - 1).rx.at(-1)).toBeCloseTo(8_000, 6);
  });

  test.each([
    ['a thousand peers', 1_000, 60, 1_000_000],
    ['so many peers that a record is longer than a piece', 50_000, 3, 2_000_000],
  ])('logs are read in pieces: %s', async (_what, peers, count, longest) => {
    const host = fakeHost();
    const log = new LogFiles(host, trafficWindow['1h']);
    const record = recordOf(manyPeers(peers, 1e9), noon);
    const records = Array.from({ length: count }, (_, step) => encodeRecord({ ...record, at: noon + step * minute }));
    host.world.bytes.set(log.path(noon), Buffer.concat(records));
    const asked: number[] = [];
    const heard: Fake = {
      ...host,
      readBytes: (path, part) => {
        asked.push(part?.length ?? Number.POSITIVE_INFINITY);
        return host.readBytes(path, part);
      },
    };
    const read: number[] = [];
    for await (const loaded of new LogFiles(heard, log.window).load(noon + count * minute)) {
      expect(loaded.problems).toEqual([]);
      read.push(...loaded.records.map(({ at, rows }) => (rows.count === peers ? (at - noon) / minute : Number.NaN)));
    }
    expect(read).toEqual(Array.from({ length: count }, (_, step) => step));
    expect(Math.max(...asked)).toBe(longest);
  });

  test('full: a sentence, and the history in memory goes on', async () => {
    const host = fakeHost();
    const full = () => Promise.reject(new HostError('the disk is full (ENOSPC).'));
    const keeper = await loaded({ ...host, appendBytes: full, writeFileAtomic: full });
    keeper.book([interfaceOf(counted(1, 0))], noon);
    keeper.book([interfaceOf(counted(1, 500))], noon + second);
    expect((await keeper.keep()).failures).toEqual([
      'The traffic history is not kept: the disk is full (ENOSPC).',
      'The traffic totals are not kept: the disk is full (ENOSPC).',
    ]);
    expect(today(keeper, second)).toBe(500);
  });

  test('nothing is dated 1970', async () => {
    const host = fakeHost();
    const keeper = await loaded(host);
    keeper.book([interfaceOf(counted(1, 0))], 5_000);
    await keeper.close();
    expect([...host.world.bytes.keys(), ...host.world.files.keys()]).toEqual([]);
  });
});

describe('a thousand peers', () => {
  test('for thirty days take less than 20 MB, and a sample less than 10 ms', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'meshtui-traffic-'));
    try {
      const real = realHost();
      const host: Host = { ...real, facts: { ...real.facts, stateDirectory: directory }, now: () => noon };
      expect(await bytesAtFullPeriods(host)).toBeLessThan(20_000_000);
      expect(await medianMsOfSample(host)).toBeLessThan(10);
    } finally {
      await rm(directory, { recursive: true });
    }
  }, 20_000);
});

/** What is on disk at the end of a period of every window, where a program always runs. */
async function bytesAtFullPeriods(host: Host): Promise<number> {
  const { name, peers } = manyPeers(1_000, 1e12);
  const record = recordOf({ name, peers }, noon);
  for (const window of trafficWindows.filter(({ isKept }) => isKept)) {
    const log = new LogFiles({ ...host, stat: async () => ({ outcome: 'absent' }) }, window);
    const start = (Math.floor(noon / lengthOf(window)) - 2) * lengthOf(window);
    for (let at = start; at < start + 3 * lengthOf(window); at += window.stepMs) {
      expect(await log.append(at, () => encodeRecord({ ...record, at }))).toBeUndefined();
    }
  }
  const keeper = TrafficKeeper.forOneSample(host);
  keeper.book([{ name, peers }], noon);
  await keeper.close();
  const traffic = join(host.facts.stateDirectory, 'traffic');
  const names = await readdir(traffic);
  expect(names).toHaveLength(7);
  const sizes = await Promise.all(names.map(async (file) => (await stat(join(traffic, file))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Booked in all windows and appended to the log of an hour, as each minute. */
async function medianMsOfSample(host: Host): Promise<number> {
  const keeper = await loaded(host);
  const took: number[] = [];
  for (let sample = 1; sample <= 15; sample += 1) {
    const at = noon + 5 * hour + sample * minute;
    const one = manyPeers(1_000, 1e12 + sample * 1e6);
    const start = performance.now();
    keeper.book([one], at);
    await keeper.keep();
    took.push(performance.now() - start);
  }
  return took.sort((a, b) => a - b)[7] ?? Number.NaN;
}
