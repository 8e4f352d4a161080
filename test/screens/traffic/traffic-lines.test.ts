import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TrafficHistory } from '../../../src/observe/traffic/history.ts';
import { type TrafficChoice, trafficView } from '../../../src/observe/traffic/view.ts';
import { trafficWindows, type WindowName } from '../../../src/observe/traffic/windows.ts';
import { type TrafficScreen, trafficLines } from '../../../src/screens/traffic/traffic-lines.ts';
import { asciiGlyphs, unicodeGlyphs } from '../../../src/ui/glyphs.ts';
import { widthOf } from '../../../src/ui/text.ts';
import { themeNamed } from '../../../src/ui/theme.ts';
import { peerId } from '../../../src/wg/peer.ts';
import { counted, interfaceOf, wg0 } from '../../observe/traffic/support.ts';
import { keyOf, noon, sampleHub, snapshotOf } from '../../support/snapshots.ts';

const second = 1_000;
const hour = 3_600_000;
const snapshot = sampleHub();

/** Peers 1 to 4 (names of every kind) receive 4,000 to 1,000 bytes a second in the 12 minutes before noon. */
function watched(stepMs = second): TrafficHistory {
  const history = new TrafficHistory();
  for (let ms = 0; ms <= 720 * second; ms += stepMs) {
    const peers = [1, 2, 3, 4].map((number) => counted(number, (5 - number) * ms));
    history.book([interfaceOf(...peers)], noon - 720 * second + ms);
  }
  return history;
}

const busy = watched();

interface Shown extends Partial<Omit<TrafficScreen, 'view' | 'look'>> {
  readonly history?: TrafficHistory;
  readonly choice?: Partial<TrafficChoice>;
  readonly isAscii?: boolean;
}

/** The screen as text without looks. */
function shown({ history = busy, choice = {}, isAscii = false, ...screen }: Shown = {}): string[] {
  const view = trafficView(history, screen.snapshot ?? snapshot, {
    window: '10m',
    subject: undefined,
    nowMs: noon,
    ...choice,
  });
  const look = { theme: themeNamed('dark'), glyphs: isAscii ? asciiGlyphs : unicodeGlyphs };
  const lines = trafficLines({ snapshot, width: 76, height: 19, unit: 'bits', ...screen, view, look });
  return lines.map((line) => line.replace(/\u001b\[[\d;]*m/g, ''));
}

describe('at 80 by 24', () => {
  const lines = shown();

  test('has the chart on top, then the talkers, then the totals', () => {
    expect(lines).toHaveLength(19);
    expect(lines[0]).toMatch(/^ wg0 all 7 peers +1 min {2}\[10 min\] {2}1 h {2}24 h {2}30 d$/);
    expect(lines[1]).toMatch(/^↓ 100 kb\/s │⣿*/);
    const heading = lines.findIndex((line) => /TOP TALKERS +↓ MEAN +↑ MEAN +SHARE/.test(line));
    expect(heading).toBeGreaterThanOrEqual(10);
    expect(lines[heading + 1]).toMatch(/^ {2}home +32\.0 kb\/s +3\.20 kb\/s +40 % +█{8}$/);
    expect(lines.at(-2)).toMatch(/^ today +↓ 6\.87 MiB {2}↑ {2}703 KiB {2}since /);
    expect(lines.at(-1)).toMatch(/^ this month +↓ 6\.87 MiB/);
  });

  test('shows one peer by its name, and marks it among the talkers', () => {
    const [heading, ...rest] = shown({ choice: { subject: peerId(wg0, keyOf(1)) } });
    expect(heading).toMatch(/^ home on wg0 /);
    expect(rest.filter((line) => line.startsWith('▸'))).toEqual([expect.stringMatching(/^▸ home /)]);
  });

  test('counts in bytes on request', () => {
    const text = shown({ unit: 'bytes' }).join('\n');
    expect(text).toMatch(/home +4\.00 kB\/s +400 B\/s/);
    expect(text).toContain('↓ 10 kB/s');
    expect(text).not.toContain('b/s');
  });

  test('draws without Unicode', () => {
    const plain = sampleHub();
    const lines = shown({ isAscii: true, snapshot: plain, choice: { subject: peerId(wg0, keyOf(1)) } });
    const own = lines.filter((line) => !/東京|Zo/.test(line)).join('\n');
    expect(own).toMatch(/^[\n -~]*$/);
    expect(own).toMatch(/rx MEAN +tx MEAN/);
  });
});

test.each(trafficWindows.map(({ name }) => name))('marks the window %s, and only it', (window) => {
  const labels: Record<WindowName, string> = {
    '1m': '1 min',
    '10m': '10 min',
    '1h': '1 h',
    '24h': '24 h',
    '30d': '30 d',
  };
  const [heading] = shown({ choice: { window } });
  expect(heading?.match(/\[[^\]]*\]/g)).toEqual([`[${labels[window]}]`]);
});

test('a wide terminal has room for every talker, and the mean in the heading', () => {
  const lines = shown({ width: 200, height: 55 });
  expect(lines.length).toBeLessThanOrEqual(55);
  expect(lines[0]).toMatch(/^ wg0 all 7 peers {3}mean ↓ 80\.0 kb\/s {2}↑ 8\.00 kb\/s /);
  expect(lines.filter((line) => / \d+ % /.test(line))).toHaveLength(4);
});

describe('what is not known', () => {
  test('is being gathered: no chart, no talker, no total is made up', () => {
    const text = shown({ history: new TrafficHistory() }).join('\n');
    expect(text).toContain('gathering – the chart begins with the second reading');
    expect(text).toMatch(/^ today +gathering$/m);
    expect(text).not.toMatch(/\d b\/s|│|KiB/);
  });

  test('nobody talks in a window that was looked at', () => {
    const history = new TrafficHistory();
    for (const ms of [0, second]) history.book([interfaceOf(counted(1, 5))], noon - second + ms);
    expect(shown({ history }).join('\n')).toContain('nobody in this window');
  });

  test('is estimated where it is, and a pause is hatched and said to be a mean', () => {
    const history = new TrafficHistory();
    history.book([interfaceOf(counted(1, 0))], noon - 20 * hour);
    history.book([interfaceOf(counted(1, 9e9))], noon);
    const lines = shown({ history, choice: { window: '24h' } });
    expect(lines.at(-2)).toMatch(/^ today .* estimated +hatched: mean over a pause$/);
    expect(lines.at(-1)).toMatch(/^ this month .* since /);
    expect(lines.at(-1)).not.toContain('estimated');
    expect(shown().join('\n')).not.toMatch(/estimated|hatched/);
  });

  test('a legend gives way to what is counted since when', () => {
    const history = new TrafficHistory();
    for (const [ms, rx] of [
      [-3 * hour, 0],
      [-2 * hour, 5e9],
      [-second, 7e9],
    ] as const)
      history.book([interfaceOf(counted(1, rx))], noon + ms);
    const at = (width: number) => shown({ history, width, choice: { window: '24h' } }).at(-2);
    expect(at(76)).toMatch(/^ today .* {2}since 09:00 +hatched: a mean$/);
    expect(at(100)).toMatch(/^ today .* {2}since 09:00 +hatched: mean over a pause$/);
    expect(at(60)).toMatch(/^ today .* {2}since 09:00$/);
  });

  test('without an interface', () => {
    expect(shown({ snapshot: snapshotOf() })[0]).toMatch(/^ no interface /);
  });
});

test('stands still while others begin to talk', () => {
  const before = new TrafficHistory();
  for (let ms = 0; ms <= 60 * second; ms += second)
    before.book([interfaceOf(counted(1, ms), counted(2, 0))], noon - 60 * second + ms);
  const at = (lines: string[]) => lines.findIndex((line) => line.includes('TOP TALKERS'));
  expect(at(shown({ history: before }))).toBe(at(shown()));
});

test('is never wider or higher than its room, whatever that is', () => {
  const sparse = watched(90 * second);
  const histories = [busy, sparse, new TrafficHistory()];
  const windows = trafficWindows.map(({ name }) => name);
  fc.assert(
    fc.property(
      fc.constantFrom(...histories),
      fc.constantFrom(...windows),
      fc.integer({ min: 60, max: 220 }),
      fc.integer({ min: 0, max: 70 }),
      fc.constantFrom(undefined, ...[1, 2, 3, 4, 5].map((number) => peerId(wg0, keyOf(number)))),
      fc.boolean(),
      (history, window, width, height, subject, isAscii) => {
        const lines = shown({ history, choice: { window, subject }, width, height, isAscii });
        expect(lines.length).toBeLessThanOrEqual(height);
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
      },
    ),
    { numRuns: 150 },
  );
});
