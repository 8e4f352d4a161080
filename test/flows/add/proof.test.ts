import { describe, expect, test } from 'vitest';
import { prepareAll } from '../../../src/flows/add/prepare.ts';
import { advanceProof, beginProof, type Proof, type ProofEvidence } from '../../../src/flows/add/proof.ts';
import { printable } from '../../../src/host/printable.ts';
import { parseAddress } from '../../../src/network/address.ts';
import { Observer } from '../../../src/observe/observer.ts';
import type { PeerView, Snapshot } from '../../../src/observe/snapshot.ts';
import { Tracker } from '../../../src/observe/tracker.ts';
import { parseDump } from '../../../src/wg/dump.ts';
import type { InterfaceName } from '../../../src/wg/key.ts';
import { demo } from '../../cli/talk.ts';
import { good } from './facts.ts';

const wg0 = 'wg0' as InterfaceName;
const start = Date.UTC(2026, 10, 23, 12);

/** A client of the demo that was planned, and what the hub shows of it from second to second. */
async function newcomer(kind: 'phone' | 'gateway' = 'phone') {
  const { host } = demo();
  const observer = new Observer(host, { intervalMs: 1_000 });
  await observer.begin();
  const request = {
    ...good,
    kind,
    ...(kind === 'gateway' && {
      gateway: { lans: ['192.168.99.0/24'], variant: 'nat' as const, lanInterface: 'eth0' },
    }),
  };
  const prepared = await prepareAll(host, observer.snapshot, wg0, [request]);
  if (prepared.outcome !== 'ready') throw new Error(JSON.stringify(prepared));
  const [client] = prepared.clients;
  if (client === undefined) throw new Error('nobody');
  const tracker = new Tracker();
  const { snapshot } = observer;
  return {
    proof: beginProof(wg0, client, 51820, start, 60_000),
    /** What the hub shows after so many seconds. */
    see(second: number, rx: number, tx: number, handshake = 0, endpoint = '203.0.113.5:4711'): Snapshot {
      const now = start + second * 1000;
      const shows = rx === 0 ? '(none)' : endpoint;
      const row = `wg0\t${client.keys.publicKey}\t(none)\t${shows}\t10.8.0.9/32\t${handshake}\t${rx}\t${tx}\toff\n`;
      const dump = parseDump(`wg0\t(none)\t(none)\t51820\toff\n${row}`);
      const none = new Map();
      const interfaces = tracker.update(dump.interfaces, {
        now,
        monotonic: second * 1000,
        names: none,
        managers: none,
        session: { kind: 'local' },
      });
      return { ...snapshot, source: { status: 'fresh' }, at: now, now, interfaces };
    },
  };
}

const step = (proof: Proof, snapshot: Snapshot, evidence: ProofEvidence = {}) =>
  advanceProof(proof, snapshot, snapshot.now, evidence);
const udp = (taken: number, strayed = 0) => ({ udp: { taken, strayed } });
const shake = start / 1000 + 2;

describe('the proof of a phone', () => {
  test('is a handshake, then data both ways', async () => {
    const { proof, see } = await newcomer();
    let now = step(proof, see(0, 0, 0), udp(100));
    expect(now.state).toEqual({ kind: 'waiting', step: 'handshake' });
    expect(now.says).toMatch(/^Nothing has arrived on UDP 51820 yet, nor on any other UDP port/);
    now = step(now, see(2, 180, 92, shake), udp(102));
    expect(now.state).toEqual({ kind: 'waiting', step: 'traffic' });
    expect(now.seen).toEqual(['phone reached the hub from 203.0.113.5:4711.']);
    expect(now.says).toMatch(/Waiting for traffic\.$/);
    now = step(now, see(3, 180 + 128, 92, shake), udp(103));
    expect(now.says).toMatch(/It sends, and nothing has gone back to it yet/);
    now = step(now, see(4, 180 + 128, 92 + 128, shake), udp(104));
    expect(now.state).toEqual({ kind: 'proven' });
    expect(now.seen).toEqual(['phone reached the hub from 203.0.113.5:4711.', 'Packets go both ways.']);
  });

  test.each([[[180, 92]], [[180, 92, 212, 92, 244, 92]], [[148, 92, 328, 184]]])(
    'is not made of handshakes and keepalives: %j',
    async (counters) => {
      const { proof, see } = await newcomer();
      let now = proof;
      for (let at = 0; at < counters.length; at += 2) {
        now = step(now, see(at + 2, counters[at] ?? 0, counters[at + 1] ?? 0, shake + at));
      }
      expect(now.state).toEqual({ kind: 'waiting', step: 'traffic' });
      expect(now.hasData).toEqual({ rx: false, tx: false });
    },
  );

  test('tells a client that knocks from one that is not there', async () => {
    const { proof, see } = await newcomer();
    const now = step(step(proof, see(0, 0, 0)), see(5, 148, 92));
    expect(now.says).toMatch(/^Its handshakes arrive from 203\.0\.113\.5:4711 and are answered, but never complete/);
  });

  test('tells packets of others from none, and those that go to another port', async () => {
    const { proof, see } = await newcomer();
    const begun = step(proof, see(0, 0, 0), udp(100, 7));
    expect(step(begun, see(1, 0, 0), udp(130, 7)).says).toMatch(/UDP packets of others do arrive \(30 since then\)/);
    expect(step(begun, see(1, 0, 0), udp(130, 8)).says).toMatch(/1 UDP packet came to a port that nobody listens on/);
    expect(step(begun, see(1, 0, 0)).says).toBe('Nothing of phone has arrived on UDP 51820 yet.');
  });

  test('ends when the time is over, with what was missing, and stays so', async () => {
    const { proof, see } = await newcomer();
    const late = step(proof, see(61, 0, 0));
    expect(late.state).toEqual({ kind: 'timed-out', step: 'handshake' });
    expect(step(late, see(62, 400, 400, shake))).toBe(late);
  });

  test('says that a peer is gone, and that the hub cannot be read', async () => {
    const { proof, see } = await newcomer();
    const snapshot = see(1, 0, 0);
    const gone = { ...snapshot, interfaces: snapshot.interfaces.map((one) => ({ ...one, peers: [] as PeerView[] })) };
    expect(step(proof, gone).says).toBe('phone is no peer of wg0 any more.');
    const stale: Snapshot = { ...snapshot, source: { status: 'stale', reason: printable('wg is gone') } };
    expect(step(proof, stale).says).toBe('The hub cannot be read: wg is gone.');
  });
});

describe('the proof of a gateway', () => {
  test('is an answer from its LAN, at last', async () => {
    const { proof, see } = await newcomer('gateway');
    let now = step(step(proof, see(0, 0, 0)), see(3, 400, 400, shake));
    expect(now.state).toEqual({ kind: 'waiting', step: 'lan' });
    expect(now.says).toMatch(/192\.168\.99\.1, 192\.168\.99\.254/);
    now = step(now, see(4, 500, 500, shake), { pings: 3 });
    expect(now.says).toMatch(/do not answer yet \(asked 3 times\)/);
    const lanAnswer = parseAddress('192.168.99.1');
    now = step(now, see(5, 600, 600, shake), { pings: 4, lanAnswer });
    expect(now.state).toEqual({ kind: 'proven' });
    expect(now.seen.at(-1)).toBe('192.168.99.1 in the LAN behind phone answers.');
  });
});
