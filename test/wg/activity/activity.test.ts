import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { known } from '../../../src/host/printable.ts';
import { type Activity, activityOf, activityStates, sameActivity } from '../../../src/wg/activity/activity.ts';
import {
  type ActivityRules,
  advanceHistory,
  amneziaRules,
  beginHistory,
  deltaOf,
  keepaliveCadence,
  type MovingHistory,
  noPast,
  noteEndpoint,
  wireguardRules,
} from '../../../src/wg/activity/history.ts';
import type { DumpPeer } from '../../../src/wg/dump.ts';
import { dumpPeer, noon } from '../../support/snapshots.ts';

/** A sample: seconds after noon, and what changed since the one before. Handshakes are in seconds after noon too. */
interface Sample {
  readonly at: number;
  readonly rx?: number;
  readonly tx?: number;
  readonly handshake?: number;
  readonly fields?: Partial<DumpPeer>;
}

interface Lived {
  readonly peer: DumpPeer;
  readonly history: MovingHistory;
  readonly activity: Activity;
}

/** What is known of a peer after these samples, and what it is doing `after` seconds later. */
function live(samples: readonly Sample[], after = 0, rules: ActivityRules = wireguardRules): Lived {
  let peer = dumpPeer(1);
  let history: MovingHistory | undefined;
  let previousAt = noon;
  for (const { at, rx = 0, tx = 0, handshake, fields } of samples) {
    const now = noon + at * 1000;
    peer = {
      ...peer,
      rxBytes: peer.rxBytes + rx,
      txBytes: peer.txBytes + tx,
      latestHandshake: handshake === undefined ? peer.latestHandshake : noon + handshake * 1000,
      ...fields,
    };
    if (history === undefined) history = beginHistory(peer, now);
    else {
      noteEndpoint(history, peer.endpoint, now);
      advanceHistory(history, peer, deltaOf(history, peer), previousAt, now, rules);
    }
    previousAt = now;
  }
  history ??= beginHistory(peer, noon);
  return { peer, history, activity: activityOf(peer, history, previousAt + after * 1000, rules) };
}

/** The same change every so many seconds, with a quiet sample a second before each. */
const every = (from: number, to: number, step: number, change: Omit<Sample, 'at'>): Sample[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step).flatMap((at) => [
    { at: at - 1 },
    { at, ...change },
  ]);

const fresh: Sample = { at: 0, rx: 1_000, tx: 1_000, handshake: -10 };
const old: Sample = { at: 0, rx: 1_000, tx: 1_000, handshake: -4_000 };
const keepalives = [{ at: 0, handshake: -10 }, ...every(5, 105, 25, { rx: 32, handshake: -10 })];

describe('every state', () => {
  test.each<[string, Sample[], number, Activity]>([
    ['never: nothing ever moved', [{ at: 0 }], 0, { state: 'never' }],
    ['online: first seen with a fresh handshake', [fresh], 0, { state: 'online' }],
    ['online: to the end of the session', [fresh], 175, { state: 'online' }],
    ['idle: past the end of the session', [fresh], 176, { state: 'idle', since: noon - 10_000 }],
    ['idle: first seen with an old handshake', [old], 0, { state: 'idle', since: noon - 4_000_000 }],
    ['active: data in the last second', [fresh, { at: 1, rx: 1_420 }], 0, { state: 'active' }],
    ['active: data 15 s ago', [fresh, { at: 1, rx: 1_420 }], 15, { state: 'active' }],
    ['online: data 16 s ago', [fresh, { at: 1, rx: 1_420 }], 16, { state: 'online' }],
    ['online: a keepalive is no data', [fresh, { at: 1, rx: 32 }], 0, { state: 'online' }],
    [
      'online: nor is a handshake with keepalives',
      [fresh, { at: 1, rx: 212, tx: 92, handshake: 1 }],
      0,
      { state: 'online' },
    ],
    ['online: heard 30 s ago without a session', [old, { at: 1, rx: 32 }], 30, { state: 'online' }],
    ['idle: heard 36 s ago without a session', [old, { at: 1, rx: 32 }], 36, { state: 'idle', since: noon + 1_000 }],
    ['lost: the keepalive stopped', keepalives, 66, { state: 'lost', since: noon + 105_000 }],
    ['online: the keepalive is late', keepalives, 64, { state: 'online' }],
    [
      'calling: one call without a session',
      [old, { at: 1, tx: 148 }],
      0,
      { state: 'calling', calls: 1, ongoing: true },
    ],
    ['online: one call of a live session is a rekey', [fresh, { at: 1, tx: 148 }], 0, { state: 'online' }],
    [
      'calling: two calls of a live session',
      [fresh, { at: 1, tx: 148 }, { at: 6, tx: 148 }],
      0,
      { state: 'calling', calls: 2, ongoing: true },
    ],
    ['calling, over: no answer', [old, { at: 1, tx: 148 }], 21, { state: 'calling', calls: 1, ongoing: false }],
    [
      'idle: five minutes after the last call',
      [old, { at: 1, tx: 148 }],
      301,
      { state: 'idle', since: noon - 4_000_000 },
    ],
    [
      'calling: data is sent for 17 s and nothing comes',
      [fresh, ...every(1, 18, 1, { tx: 1_000 })],
      0,
      { state: 'calling', calls: 0, ongoing: true },
    ],
    [
      'online: data is sent for 16 s and nothing comes',
      [fresh, ...every(1, 17, 1, { tx: 1_000 })],
      0,
      { state: 'online' },
    ],
    [
      'online: the keepalives of the hub need no answer',
      [fresh, ...every(1, 76, 25, { tx: 32 })],
      0,
      { state: 'online' },
    ],
    ['clock: a handshake in the future', [{ at: 0, handshake: 3 }], 0, { state: 'clock', handshakeAt: noon + 3_000 }],
    ['online: two seconds ahead are forgiven', [{ at: 0, handshake: 2 }], 0, { state: 'online' }],
    [
      'knocking: answered twice, never confirmed',
      [{ at: 0 }, { at: 1, rx: 148, tx: 92 }, { at: 6, rx: 148, tx: 92 }],
      0,
      { state: 'knocking', knocks: 2 },
    ],
    ['knocking: two in one sample', [{ at: 0 }, { at: 6, rx: 296, tx: 184 }], 20, { state: 'knocking', knocks: 2 }],
    ['online: one knock may be a handshake under way', [fresh, { at: 1, rx: 148, tx: 92 }], 0, { state: 'online' }],
    [
      'active: a knock that is confirmed is none',
      [{ at: 0 }, { at: 1, rx: 148, tx: 92 }, { at: 2, rx: 148, tx: 92 }, { at: 3, rx: 96, handshake: 3 }],
      0,
      { state: 'active' },
    ],
    [
      'online: the counters began anew',
      [fresh, { at: 1, fields: { rxBytes: 0, txBytes: 0, latestHandshake: noon } }],
      0,
      { state: 'online' },
    ],
  ])('%s', (_what, samples, after, expected) => {
    expect(live(samples, after).activity).toEqual(expected);
  });

  test('each has its place in the order of urgency', () => {
    expect([...activityStates].sort()).toEqual(
      ['active', 'calling', 'clock', 'disabled', 'idle', 'knocking', 'lost', 'never', 'online'].sort(),
    );
  });

  test('two activities are the same only if they say the same', () => {
    expect(
      sameActivity({ state: 'calling', calls: 2, ongoing: true }, { state: 'calling', calls: 2, ongoing: true }),
    ).toBe(true);
    expect(
      sameActivity({ state: 'calling', calls: 2, ongoing: true }, { state: 'calling', calls: 3, ongoing: true }),
    ).toBe(false);
    expect(sameActivity({ state: 'idle', since: 1 }, { state: 'idle', since: 2 })).toBe(false);
    expect(sameActivity({ state: 'lost', since: 1 }, { state: 'idle', since: 1 })).toBe(false);
  });
});

describe('after hours without a look', () => {
  const dayLater = 86_400;

  test('bytes that came in between say neither active nor lost nor online', () => {
    const { activity, history } = live([...keepalives, { at: dayLater, rx: 90_000 }]);
    expect(activity).toEqual({ state: 'idle', since: noon + 105_000 });
    expect(history.lastDataAt).toBe(noon + 105_000);
  });

  test('a fresh handshake says online, whatever the keepalives were; it is lost after a silence that was seen', () => {
    const back = [...keepalives, { at: dayLater, rx: 90_000, handshake: dayLater - 100 }];
    expect(live(back).activity.state).toBe('online');
    expect(live(back, 60).activity.state).toBe('online');
    expect(live(back, 66).activity).toEqual({ state: 'lost', since: noon + (dayLater - 100) * 1000 });
  });

  test('a fresh handshake is no data', () => {
    expect(live([fresh, { at: dayLater, rx: 90_000, handshake: dayLater - 3 }]).activity.state).toBe('online');
  });

  test('what the hub sent in between is not called unanswered now', () => {
    expect(live([old, { at: dayLater, tx: 148 * 20 }]).activity.state).toBe('idle');
  });

  test('a peer that did not answer before and was not heard since is lost at once', () => {
    expect(live([...keepalives, { at: dayLater }]).activity).toEqual({ state: 'lost', since: noon + 105_000 });
  });

  test('a step of 19 seconds does not accuse a peer that had no time to answer', () => {
    expect(live([fresh, { at: 19, tx: 5_000 }]).activity.state).toBe('online');
  });
});

describe('counters that begin anew', () => {
  test.each<[string, Partial<DumpPeer>]>([
    ['fewer bytes received', { rxBytes: 10, txBytes: 9_000 }],
    ['fewer bytes sent', { rxBytes: 9_000, txBytes: 10 }],
    ['no handshake any more', { rxBytes: 9_000, txBytes: 9_000, latestHandshake: undefined }],
  ])('%s: nothing moved, and the total is kept', (_what, fields) => {
    const before = live([fresh]);
    const after = { ...before.peer, ...fields };
    expect(deltaOf(before.history, after)).toEqual({ rxBytes: 0, txBytes: 0, handshake: false, reset: true });
    const { history } = live([fresh, { at: 1, fields }]);
    expect(history.rxBase + history.rxBytes).toBe(1_000 + after.rxBytes);
    expect(history.txBase + history.txBytes).toBe(1_000 + after.txBytes);
    expect(history).toMatchObject({ calls: 0, knocks: 0, keepalives: [], unansweredSince: undefined });
  });

  test('a clock that was set back is no reset: the total does not double', () => {
    const { history } = live([fresh, { at: 1, rx: 500, tx: 200, handshake: -3_600 }]);
    expect(history).toMatchObject({ rxBytes: 1_500, rxBase: 0, handshakeIntervals: [] });
  });
});

describe('AmneziaWG, whose sizes mean nothing', () => {
  test.each<[string, Sample[], number, string]>([
    ['knocks are not told from data', [{ at: 0 }, { at: 1, rx: 148, tx: 92 }, { at: 6, rx: 148, tx: 92 }], 0, 'online'],
    ['data is more than a few messages', [fresh, { at: 1, rx: 1_420 }], 0, 'active'],
    ['less may be keepalives', [fresh, { at: 1, rx: 600 }], 0, 'online'],
    ['keepalives of the hub, padded, call nobody', [fresh, ...every(1, 101, 25, { tx: 61 })], 0, 'online'],
    ['data that is sent for 18 s wants an answer', [fresh, ...every(1, 19, 1, { tx: 1_420 })], 0, 'calling'],
  ])('%s', (_what, samples, after, expected) => {
    expect(live(samples, after, amneziaRules).activity.state).toBe(expected);
  });

  test('no cadence is learnt', () => {
    expect(keepaliveCadence(live(keepalives, 0, amneziaRules).history)).toBeUndefined();
  });
});

describe('the cadence of keepalives', () => {
  test.each<[string, number[], number | undefined]>([
    ['three intervals', [0, 25, 50], undefined],
    ['four arrivals', [0, 25, 50, 75], 25_000],
    ['a jitter of two seconds', [0, 25, 52, 76], 25_333],
    ['a missed one', [0, 25, 75, 100], undefined],
    ['faster than anybody sets it', [0, 2, 4, 6], undefined],
  ])('%s', (_what, arrivals, expected) => {
    const cadence = keepaliveCadence({ ...noPast, keepalives: arrivals.map((at) => noon + at * 1000) });
    if (expected === undefined) expect(cadence).toBeUndefined();
    else expect(cadence).toBeCloseTo(expected, -1);
  });
});

describe('the endpoint', () => {
  const moveTo = (at: number, endpoint: string): Sample => ({ at, fields: { endpoint: known(endpoint) } });

  test('is kept with the time of each move, the last eight', () => {
    const moves = Array.from({ length: 12 }, (_, index) => moveTo(index, `192.0.2.${index}:1`));
    const { endpoints } = live(moves).history;
    expect(endpoints).toHaveLength(8);
    expect(endpoints.at(-1)).toEqual({ endpoint: '192.0.2.11:1', since: noon + 11_000 });
  });

  test('is remembered where the peer has none for a while', () => {
    const { endpoints } = live([
      moveTo(0, 'a:1'),
      { at: 1, fields: { endpoint: undefined } },
      moveTo(2, 'a:1'),
    ]).history;
    expect(endpoints).toHaveLength(1);
  });
});

test('a sample that says nothing new leaves all as it was', () => {
  const { peer, history } = live([fresh]);
  const before = { ...history };
  advanceHistory(history, peer, deltaOf(history, peer), noon, noon + 1000, wireguardRules);
  expect(history).toEqual(before);
});

describe('whatever the dumps say', () => {
  const size = fc.oneof(fc.constantFrom(0, 32, 64, 92, 148, 212, 296, 1_420), fc.nat({ max: 2 ** 40 }));
  const step = fc.record({
    wait: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 100_000 })),
    rx: size,
    tx: size,
    handshake: fc.option(fc.integer({ min: -100_000, max: 100_000 }), { nil: undefined }),
    anew: fc.boolean(),
  });
  const steps = fc.array(step, { maxLength: 25 });
  const rules = fc.constantFrom(wireguardRules, amneziaRules);

  const samplesOf = (all: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[]): Sample[] => {
    let at = 0;
    return all.map(({ wait, rx, tx, handshake, anew }) => {
      at += wait;
      const seen = handshake === undefined ? {} : { handshake: at + Math.min(handshake, 60) };
      return { at, rx, tx, ...seen, ...(anew ? { fields: { rxBytes: rx, txBytes: tx } } : {}) };
    });
  };

  test('no number is negative or none, and nothing was heard in the future', () => {
    fc.assert(
      fc.property(steps, rules, (all, rule) => {
        const samples = samplesOf(all);
        const now = noon + (samples.at(-1)?.at ?? 0) * 1000;
        const { history } = live(samples, 0, rule);
        const { endpoints: _, keepalives: arrivals, handshakeIntervals, ...numbers } = history;
        const values = [...Object.values(numbers), ...arrivals, ...handshakeIntervals];
        for (const value of values) {
          if (value !== undefined) expect(value).toBeGreaterThanOrEqual(0);
        }
        for (const at of [
          history.lastRxAt,
          history.lastRxBy,
          history.lastDataAt,
          history.unansweredAt,
          history.lastCallAt,
        ]) {
          if (at !== undefined) expect(at).toBeLessThanOrEqual(now);
        }
        const cadence = keepaliveCadence(history);
        if (cadence !== undefined) expect(cadence).toBeGreaterThan(0);
      }),
    );
  });

  test('time alone never makes a peer active, unless a wrong clock hid that it is', () => {
    fc.assert(
      fc.property(steps, rules, fc.integer({ min: 0, max: 100_000 }), (all, rule, wait) => {
        const samples = samplesOf(all);
        const before = live(samples, 0, rule).activity.state;
        const after = live(samples, wait, rule).activity.state;
        if (before !== 'active' && before !== 'clock') expect(after).not.toBe('active');
      }),
    );
  });
});
