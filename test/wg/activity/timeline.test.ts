/** The captured life of three real peers, second by second (test/fixtures/peer-timeline.txt). */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { known } from '../../../src/host/printable.ts';
import { type Activity, activityOf } from '../../../src/wg/activity/activity.ts';
import {
  advanceHistory,
  beginHistory,
  deltaOf,
  keepaliveCadence,
  type MovingHistory,
  type PeerHistory,
  wireguardRules,
} from '../../../src/wg/activity/history.ts';
import type { DumpPeer } from '../../../src/wg/dump.ts';
import { dumpPeer, noon } from '../../support/snapshots.ts';

interface Second {
  readonly activity: Activity;
  readonly history: PeerHistory;
}

const capture = readFileSync('test/fixtures/peer-timeline.txt', 'utf8');
const rows = [...capture.matchAll(/^t=(\d+) (\w+) hs_age=(\d+) d_rx=(\d+) d_tx=(\d+) new_hs=(\d)$/gm)];
const lastSecond = 720;

/** What the peer was doing in each second. */
function replay(name: string): Second[] {
  const own = new Map(rows.filter((row) => row[2] === name).map((row) => [Number(row[1]), row]));
  let peer: DumpPeer = dumpPeer(1, { endpoint: known('192.0.2.1:51820') });
  let history: MovingHistory | undefined;
  return Array.from({ length: lastSecond }, (_, t) => {
    const now = noon + t * 1000;
    const row = own.get(t);
    if (row !== undefined) {
      peer = {
        ...peer,
        rxBytes: peer.rxBytes + Number(row[4]),
        txBytes: peer.txBytes + Number(row[5]),
        latestHandshake: row[6] === '1' ? now - Number(row[3]) * 1000 : peer.latestHandshake,
      };
    }
    if (history === undefined) history = beginHistory(peer, now);
    else advanceHistory(history, peer, deltaOf(history, peer), now - 1000, now, wireguardRules);
    return { activity: activityOf(peer, history, now, wireguardRules), history: { ...history } };
  });
}

/** The states in order, each with the second from which it held. */
function phases(seconds: readonly Second[]): [from: number, state: string][] {
  const all: [number, string][] = [];
  for (const [t, { activity }] of seconds.entries()) {
    const word = activity.state === 'calling' && !activity.ongoing ? 'no answer' : activity.state;
    if (all.at(-1)?.[1] !== word) all.push([t, word]);
  }
  return all;
}

describe('home, which sends a keepalive every 25 s', () => {
  const seconds = replay('home');

  test('is online all the time, and lost 65 s after its last keepalive', () => {
    expect(phases(seconds)).toEqual([
      [0, 'online'],
      [452, 'lost'],
    ]);
    expect(seconds.at(-1)?.activity).toEqual({ state: 'lost', since: noon + 386_000 });
  });

  test('its cadence is learnt from the fourth keepalive on', () => {
    const cadences = seconds.map(({ history }) => keepaliveCadence(history));
    expect(cadences.findIndex((cadence) => cadence !== undefined)).toBe(86);
    for (const cadence of cadences.slice(86)) expect(cadence).toBeCloseTo(25_000, -3);
  });

  test('its handshakes come every 125 s once they are its own', () => {
    expect(seconds.at(-1)?.history.handshakeIntervals).toEqual([135_000, 125_000, 125_000]);
  });
});

test('c1, which does the same, is online until it stops', () => {
  expect(phases(replay('c1')).map(([, state]) => state)).toEqual(['online', 'lost']);
});

describe('c2, whose uplink is cut at 230 and which is called from 240 on', () => {
  const seconds = replay('c2');

  test('is online while its session lives, idle, called for 98 s, and idle again five minutes later', () => {
    expect(phases(seconds)).toEqual([
      [0, 'online'],
      [184, 'idle'],
      [241, 'calling'],
      [360, 'no answer'],
      [640, 'idle'],
    ]);
  });

  test('each call is counted once', () => {
    const counts = seconds.flatMap(({ activity }) => (activity.state === 'calling' ? [activity.calls] : []));
    expect(counts[0]).toBe(1);
    expect(Math.max(...counts)).toBe(20);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
  });
});
