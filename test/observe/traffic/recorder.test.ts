import { describe, expect, test } from 'vitest';
import { fakeHost } from '../../../src/host/fake.ts';
import { TrafficRecorder } from '../../../src/observe/traffic/recorder.ts';
import { keyOf, noon } from '../../support/snapshots.ts';
import { counted, interfaceOf, wg0 } from './support.ts';

const second = 1_000;
const traffic = '/var/lib/meshtui/traffic';

/** A recorder that sees a peer receive 1,000 bytes a second. */
function watched() {
  const host = fakeHost({ now: noon });
  const recorder = new TrafficRecorder(host);
  const watch = async (fromMs: number, toMs: number, stepMs = second) => {
    for (let ms = fromMs; ms <= toMs; ms += stepMs) {
      host.world.now = noon + ms;
      recorder.book([interfaceOf(counted(1, ms))], noon + ms);
      await recorder.keep();
    }
  };
  const today = () => recorder.history.totalsOf(wg0, keyOf(1), host.world.now)?.today.rxBytes;
  return { host, recorder, watch, today };
}

describe('what cannot be kept', () => {
  test('is said from the first failure on without a break, and no longer once writing goes well', async () => {
    const { host, recorder, watch } = watched();
    await recorder.load();
    host.world.denied.add(traffic);
    for (let ms = 0; ms <= 180 * second; ms += second) {
      await watch(ms, ms);
      expect(recorder.problems).toEqual([expect.stringMatching(/^The traffic history is not kept: /)]);
    }
    host.world.denied.clear();
    await watch(181 * second, 360 * second);
    expect(recorder.problems).toEqual([]);
  });

  test('is still counted in memory', async () => {
    const { host, recorder, watch, today } = watched();
    host.world.denied.add(traffic);
    await recorder.load();
    await watch(0, 60 * second);
    expect(today()).toBe(60_000);
    await recorder.close();
    expect([...host.world.files.keys(), ...host.world.bytes.keys()]).toEqual([]);
  });
});

test('what was found damaged stays said, once', async () => {
  const { host, recorder, watch } = watched();
  host.world.files.set(`${traffic}/totals.json`, 'nonsense');
  await recorder.load();
  await recorder.load();
  await watch(0, 600 * second);
  expect(recorder.problems).toEqual([expect.stringContaining('totals.json.damaged')]);
});

test('goes on from what an earlier run kept, whatever is booked before it is read', async () => {
  const first = watched();
  await first.recorder.load();
  await first.watch(0, 60 * second);
  await first.recorder.close();
  const recorder = new TrafficRecorder(first.host);
  recorder.book([interfaceOf(counted(1, 90 * second))], noon + 90 * second);
  first.host.world.now = noon + 90 * second;
  await recorder.keep();
  expect(recorder.history.totalsOf(wg0, keyOf(1), noon)).toBeUndefined();
  await recorder.load();
  expect(recorder.history.totalsOf(wg0, keyOf(1), first.host.world.now)?.today.rxBytes).toBe(90_000);
});

test('an end while the history is still read waits for it, and loses nothing', async () => {
  const { host, recorder } = watched();
  recorder.book([interfaceOf(counted(1, 0))], noon);
  recorder.book([interfaceOf(counted(1, 500))], noon + second);
  void recorder.load();
  await recorder.close();
  const again = new TrafficRecorder(host);
  await again.load();
  expect(again.history.totalsOf(wg0, keyOf(1), noon + second)?.today.rxBytes).toBe(500);
});
