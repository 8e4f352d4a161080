import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fakeHost } from '../../src/host/fake.ts';
import type { HostFacts, RunResult } from '../../src/host/host.ts';
import { Observer } from '../../src/observe/observer.ts';
import type { Snapshot } from '../../src/observe/snapshot.ts';
import { keyOf, noon } from '../support/snapshots.ts';

const hidden = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';
const dumpOf = (rx: number, name = 'wg0') =>
  `${name}\t${hidden}\t${keyOf(9)}\t51820\toff\n` +
  `${name}\t${keyOf(1)}\t${hidden}\t192.0.2.1:1\t10.8.0.1/32\t${noon / 1000 - 30}\t${rx}\t0\toff\n`;
const failed: RunResult = { outcome: 'exited', code: 1, stdout: '', stderr: 'RTNETLINK says no\n' };
const denied: RunResult = { outcome: 'exited', code: 1, stdout: '', stderr: 'Operation not permitted\n' };

type Answer = RunResult | string | undefined | 'hang';

/** An observed machine whose `wg` answers what the test says, and every snapshot that its listeners got. */
function observed(answer: Answer, facts: Partial<HostFacts> = {}, denying: readonly string[] = []) {
  const state: { answer: Answer; tookMs: number } = { answer, tookMs: 0 };
  const waiting: ((result: RunResult) => void)[] = [];
  const host = fakeHost(
    {
      now: noon,
      denied: new Set(denying),
      files: new Map([['/etc/os-release', 'ID=debian\n']]),
      programs: ([program]) => {
        if (program !== 'wg') return undefined;
        if (state.answer === 'hang') return new Promise<RunResult>((resolve) => waiting.push(resolve));
        host.world.now += state.tookMs;
        return state.answer;
      },
    },
    facts,
  );
  const observer = new Observer(host, { intervalMs: 1_000, argumentsGiven: ['status'] });
  const seen: Snapshot[] = [];
  observer.subscribe((snapshot) => seen.push(snapshot));
  const wait = async (ms: number) => {
    for (let left = ms; left > 0; left -= 500) {
      host.world.now += Math.min(500, left);
      await vi.advanceTimersByTimeAsync(Math.min(500, left));
    }
  };
  const answerWaiting = (result: RunResult) => {
    for (const resolve of waiting.splice(0)) resolve(result);
  };
  return { host, observer, state, seen, wait, answerWaiting };
}

const next = async ({ host, observer }: ReturnType<typeof observed>, ms = 1_000) => {
  host.world.now += ms;
  return observer.sample();
};

describe('the first reading', () => {
  test.each<[string, Answer, Partial<HostFacts>, object]>([
    ['no wg', undefined, {}, { kind: 'no-program', install: 'sudo apt install wireguard-tools' }],
    ['denied', denied, { uid: 1000 }, { kind: 'no-privilege', command: 'sudo meshtui status' }],
    ['nothing, without root', '', { uid: 1000 }, { kind: 'no-privilege' }],
    ['nothing, as root', '', {}, { kind: 'no-interface', wanted: undefined }],
    ['failed', failed, {}, { kind: 'failed', reason: 'RTNETLINK says no' }],
  ])('%s is blocked, with the way out', async (_what, answer, facts, obstacle) => {
    const { observer } = observed(answer, facts);
    expect((await observer.begin()).source).toMatchObject({ status: 'blocked', obstacle });
  });

  test('an interface that is not there is named', async () => {
    const { observer } = observed(dumpOf(1));
    const { source } = await observer.begin({ only: 'wg7' });
    expect(source).toMatchObject({ obstacle: { kind: 'no-interface', wanted: 'wg7' } });
  });

  test('stays blocked while it fails, and ends as soon as it works', async () => {
    const one = observed(failed);
    await one.observer.begin();
    expect((await next(one)).source).toMatchObject({ status: 'blocked', obstacle: { kind: 'failed' } });
    one.state.answer = dumpOf(1);
    expect((await next(one)).source).toEqual({ status: 'fresh' });
  });
});

describe('a reading that fails after one that worked', () => {
  test('keeps the data and says how old it is; then all is well again', async () => {
    const one = observed(dumpOf(1));
    await one.observer.begin();
    one.state.answer = failed;
    const stale = await next(one, 14_000);
    expect(stale.source).toEqual({ status: 'stale', reason: 'RTNETLINK says no' });
    expect(stale.now - stale.at).toBe(14_000);
    expect(stale.interfaces[0]?.peers).toHaveLength(1);
    one.state.answer = dumpOf(1 + 15 * 125);
    const fresh = await next(one);
    expect(fresh.source).toEqual({ status: 'fresh' });
    expect(fresh.interfaces[0]?.peers[0]?.rxBitsPerSecond).toBe(1_000);
  });

  test('an interface that was removed is gone at once', async () => {
    const one = observed(dumpOf(1));
    await one.observer.begin();
    one.state.answer = '';
    expect(await next(one)).toMatchObject({ interfaces: [], source: { obstacle: { kind: 'no-interface' } } });
    one.state.answer = failed;
    expect((await next(one)).source).toMatchObject({ status: 'blocked', obstacle: { kind: 'failed' } });
  });

  test('one of two interfaces that was removed is gone, the other stays', async () => {
    const one = observed(dumpOf(1) + dumpOf(1, 'wg1'));
    await one.observer.begin();
    one.state.answer = dumpOf(2, 'wg1');
    expect((await next(one)).interfaces.map(({ name }) => name)).toEqual(['wg1']);
  });
});

describe('over time', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('it samples each second', async () => {
    const { observer, seen, wait } = observed(dumpOf(1));
    await observer.begin();
    observer.start();
    await wait(3_500);
    expect(seen).toHaveLength(4);
    await observer.stop();
  });

  test('while wg hangs the data stays, with its age; there is one wg at a time', async () => {
    const { observer, host, state, seen, wait, answerWaiting } = observed(dumpOf(1));
    await observer.begin();
    observer.start();
    state.answer = 'hang';
    await wait(4_500);
    expect(host.world.ran.filter(([program]) => program === 'wg')).toHaveLength(2);
    expect(seen.at(-1)?.source).toEqual({ status: 'stale', reason: 'wg has not answered for 3 s' });
    expect(seen.at(-1)?.interfaces[0]?.peers).toHaveLength(1);
    state.answer = dumpOf(2);
    answerWaiting({ outcome: 'timed-out', afterMs: 5_000 });
    await wait(500);
    expect(seen.map(({ source }) => source)).toContainEqual({
      status: 'stale',
      reason: 'wg did not answer within 5 s',
    });
    await wait(60_000);
    expect(seen.at(-1)?.source).toEqual({ status: 'fresh' });
    await observer.stop();
  });

  test('a slow wg is asked less often', async () => {
    const { observer, host, state, wait } = observed(dumpOf(1));
    await observer.begin();
    state.tookMs = 400;
    observer.start();
    await wait(20_000);
    const asked = host.world.ran.filter(([program]) => program === 'wg').length;
    expect(asked).toBeGreaterThan(4);
    expect(asked).toBeLessThan(9);
    await observer.stop();
  });

  test('after stop nothing happens any more', async () => {
    const { observer, seen, wait } = observed(dumpOf(1));
    await observer.begin();
    observer.start();
    await observer.stop();
    const before = seen.length;
    await wait(5_000);
    expect(seen).toHaveLength(before);
  });
});

describe('the history', () => {
  test('is saved each minute and at the end, and the next run goes on with it', async () => {
    const one = observed(dumpOf(1_000));
    await one.observer.begin();
    expect(one.host.world.bytes.has('/var/lib/meshtui/activity.bin')).toBe(false);
    await next(one, 61_000);
    expect(one.host.world.bytes.has('/var/lib/meshtui/activity.bin')).toBe(true);
    one.state.answer = dumpOf(9_000);
    await next(one);
    await one.observer.stop();
    const again = new Observer(one.host, { intervalMs: 1_000 });
    one.host.world.now += 2_000;
    expect((await again.begin()).interfaces[0]?.peers[0]?.activity.state).toBe('active');
  });

  test('that cannot be written is a problem in one sentence, and all else goes on', async () => {
    const one = observed(dumpOf(1), {}, ['/var/lib/meshtui']);
    await one.observer.begin();
    await next(one, 61_000);
    const { source, problems } = await next(one);
    expect(source.status).toBe('fresh');
    expect(problems).toEqual([expect.stringMatching(/^The activity history is not kept: /)]);
    await expect(one.observer.stop()).resolves.toBeUndefined();
  });

  test('holds no secret', async () => {
    const one = observed(dumpOf(1));
    await one.observer.begin();
    await one.observer.stop();
    const saved = one.host.world.bytes.get('/var/lib/meshtui/activity.bin');
    expect(Buffer.from(saved ?? []).toString('latin1')).toMatch(/^\{"format":"meshtui activity 2"/);
    expect(Buffer.from(saved ?? []).toString('latin1')).not.toContain(hidden);
  });
});

test('a row that cannot be read is a problem, and the rest is shown', async () => {
  const { observer } = observed(`${dumpOf(1)}wg0\tbroken\n`);
  const { interfaces, problems } = await observer.begin();
  expect(interfaces[0]?.peers).toHaveLength(1);
  expect(problems).toEqual([expect.stringMatching(/^wg: row 3 is left out: .+/)]);
});
