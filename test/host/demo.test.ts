import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DemoOptions, demoHost, demoSamples, demoTrafficSamples } from '../../src/host/demo/demo-host.ts';
import { isKey } from '../../src/wg/key.ts';

const startedAt = Date.UTC(2026, 10, 23, 12, 0, 0);

function demo(options: DemoOptions = {}) {
  const time = { now: startedAt };
  return { host: demoHost({ startedAt, clock: () => time.now, ...options }), time };
}

const addresses = {
  home: '10.8.0.3/32',
  laptop: '10.8.0.4/32',
  'anna-phone': '10.8.0.5/32',
  'anna-laptop': '10.8.0.6/32',
  tablet: '10.8.0.7/32',
  printer: '10.8.0.9/32',
  'cabin-router': '10.8.0.12/32',
};
type Name = keyof typeof addresses;
const names = Object.keys(addresses) as Name[];

/** The row of a peer at a second after the start. */
function row(host: { dumpAt(ms: number): string }, name: Name, second: number) {
  const line = host
    .dumpAt(startedAt + second * 1000)
    .split('\n')
    .find((text) => text.includes(`\t${addresses[name]}`));
  const [, , , endpoint, , handshake, rx, tx] = line?.split('\t') ?? [];
  const at = Number(handshake);
  return { endpoint, rx: Number(rx), tx: Number(tx), handshake: at === 0 ? undefined : at - startedAt / 1000 };
}

/** Every second of an interval in which a counter of the peer moved. */
function changes(name: Name, from: number, to: number) {
  const { host } = demo();
  const seen = [];
  let last = row(host, name, from);
  for (let second = from + 1; second <= to; second++) {
    const next = row(host, name, second);
    const renewed = next.handshake !== last.handshake;
    if (next.rx !== last.rx || next.tx !== last.tx || renewed) {
      seen.push({ second, rx: next.rx - last.rx, tx: next.tx - last.tx, renewed });
    }
    last = next;
  }
  return seen;
}

function gaps(seconds: readonly number[]): readonly number[] {
  return seconds.slice(1).map((second, index) => second - (seconds[index] ?? 0));
}

async function output(argv: readonly [string, ...string[]]) {
  const result = await demo().host.run(argv);
  return result.outcome === 'exited' ? result.stdout : undefined;
}

describe('wg show all dump', () => {
  it('has one row of 5 fields for the interface and one of 9 for each of 7 peers', async () => {
    const text = await output(['wg', 'show', 'all', 'dump']);
    expect(text?.endsWith('\n')).toBe(true);
    const rows =
      text
        ?.trimEnd()
        .split('\n')
        .map((line) => line.split('\t')) ?? [];
    expect(rows.map((fields) => fields.length)).toEqual([5, 9, 9, 9, 9, 9, 9, 9]);
    const [own, ...peers] = rows;
    expect([own?.[0], own?.[3], own?.[4]]).toEqual(['wg0', '51820', 'off']);
    expect([own?.[1], own?.[2]].map((key) => isKey(key ?? ''))).toEqual([true, true]);
    for (const [name, key, preshared, endpoint, , handshake, rx, tx, keepalive] of peers) {
      expect(name).toBe('wg0');
      expect(isKey(key ?? '')).toBe(true);
      expect(preshared === '(none)' || isKey(preshared ?? '')).toBe(true);
      expect(endpoint).toMatch(/^(\(none\)|[\d.]+:\d+|\[[\da-f:]+\]:\d+)$/);
      expect([handshake, rx, tx].every((field) => /^\d+$/.test(field ?? ''))).toBe(true);
      expect(keepalive).toBe('off');
    }
    expect(new Set(peers.map((fields) => fields[1])).size).toBe(7);
    expect(peers[0]?.[4]).toBe('10.8.0.3/32,fd08::3/128,192.168.1.0/24');
    expect(peers.some((fields) => fields[3]?.startsWith('['))).toBe(true);
  });

  it('leaves out the first column for one interface', async () => {
    const text = await output(['wg', 'show', 'wg0', 'dump']);
    expect(
      text
        ?.trimEnd()
        .split('\n')
        .map((line) => line.split('\t').length),
    ).toEqual([4, 8, 8, 8, 8, 8, 8, 8]);
  });

  it('follows the clock', async () => {
    const { host, time } = demo();
    const before = await host.run(['wg', 'show', 'all', 'dump']);
    time.now += 1000;
    expect(await host.run(['wg', 'show', 'all', 'dump'])).not.toEqual(before);
    expect(await host.run(['wg', 'show', 'all', 'dump'])).toMatchObject({ stdout: host.dumpAt(time.now) });
  });
});

describe('the course of time', () => {
  it('gives the same at a moment however it is reached', () => {
    const stepped = demo().host;
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1_000_000, max: 5_000_000 }), { maxLength: 6 }), (moments) => {
        for (const ms of moments) expect(stepped.dumpAt(startedAt + ms)).toBe(demo().host.dumpAt(startedAt + ms));
      }),
      { numRuns: 15 },
    );
  });

  it('depends on the seed', () => {
    expect(demo({ seed: 2 }).host.dumpAt(startedAt)).not.toBe(demo({ seed: 3 }).host.dumpAt(startedAt));
    expect(demo({ seed: 2 }).host.dumpAt(startedAt)).toBe(demo({ seed: 2 }).host.dumpAt(startedAt));
  });

  it('never lets a counter or a handshake go back, nor a handshake lie in the future', () => {
    const { host } = demo();
    for (const name of names) {
      let last = row(host, name, -950);
      for (let second = -950; second < 1200; second += 7) {
        const next = row(host, name, second);
        expect(next.rx).toBeGreaterThanOrEqual(last.rx);
        expect(next.tx).toBeGreaterThanOrEqual(last.tx);
        expect(next.handshake ?? second).toBeGreaterThanOrEqual(last.handshake ?? Number.NEGATIVE_INFINITY);
        if (second >= -900) expect(next.handshake ?? second).toBeLessThanOrEqual(second);
        last = next;
      }
    }
  });

  it('shows the past for the first paint, oldest first, one dump a second up to the last second', () => {
    const { host } = demo();
    const samples = demoSamples(host, 300);
    expect(samples.map((sample) => (sample.at - startedAt) / 1000)).toEqual(
      Array.from({ length: 300 }, (_, index) => index - 300),
    );
    expect(samples[0]?.dump).toBe(demo().host.dumpAt(startedAt - 300_000));
    expect(samples.at(-1)?.dump).toBe(demo().host.dumpAt(startedAt - 1000));
  });
});

describe('the weeks before', () => {
  const { host } = demo();
  const samples = demoTrafficSamples(host);
  const day = 86_400_000;

  it('reach from 30 days ago to the first of the dense dumps, oldest first, at most 6 hours apart', () => {
    const ages = samples.map(({ at }) => startedAt - at);
    expect(ages[0]).toBeGreaterThan(30 * day);
    expect(gaps(ages).every((gap) => gap < 0 && gap >= -day / 4)).toBe(true);
    expect(ages.at(-1)).toBeGreaterThan(300_000);
    expect(ages.at(-1)).toBeLessThanOrEqual(305_000);
    expect(samples.every(({ isSparse }) => isSparse === true)).toBe(true);
  });

  it('let no counter and no handshake go back, up to the history', () => {
    for (const name of names) {
      let last = row(host, name, -40 * 86_400);
      for (const { at } of samples) {
        const next = row(host, name, (at - startedAt) / 1000);
        expect(next.rx).toBeGreaterThanOrEqual(last.rx);
        expect(next.tx).toBeGreaterThanOrEqual(last.tx);
        expect(next.handshake ?? 0).toBeGreaterThanOrEqual(last.handshake ?? 0);
        last = next;
      }
    }
  });
});

describe('what the peers do in the seconds from -300 to 400', () => {
  it('home: data each second, a new handshake each 120 s on top of it', () => {
    const seen = changes('home', -300, 400);
    expect(seen).toHaveLength(700);
    expect(seen.every(({ rx, tx }) => rx > 1000 && tx > 200)).toBe(true);
    const renewals = seen.filter(({ renewed }) => renewed).map(({ second }) => second);
    expect(renewals.length).toBeGreaterThanOrEqual(5);
    expect(gaps(renewals).every((gap) => gap === 120)).toBe(true);
    const megabits = seen.map(({ rx, tx }) => ((rx + tx) * 8) / 1e6);
    expect(Math.max(...megabits) / Math.min(...megabits)).toBeGreaterThan(50);
  });

  it('laptop: interactive traffic each second, far less than home', () => {
    const seen = changes('laptop', -300, 400);
    expect(seen).toHaveLength(700);
    expect(Math.max(...seen.map(({ tx }) => tx))).toBeLessThan(150_000);
  });

  it('anna-laptop: visits, and 32 bytes each 25 s of quiet, and 212/92 where the session is 120 s old', () => {
    const seen = changes('anna-laptop', -300, 400);
    const quiet = seen.filter(({ tx }) => tx === 0 || tx === 92);
    for (const { rx, tx, renewed } of quiet) expect([rx, tx]).toEqual(renewed ? [212, 92] : [32, 0]);
    expect(quiet.some(({ renewed }) => renewed)).toBe(true);
    const pauses = seen
      .slice(1)
      .map(({ second, tx }, index) => (tx > 92 ? 'data' : second - (seen[index]?.second ?? 0)));
    expect(new Set(pauses)).toEqual(new Set(['data', 10, 25]));
    expect(seen.some(({ tx }) => tx > 10_000)).toBe(true);
  });

  it('anna-phone: quiet for two hours, then a burst, and a passive keepalive 10 s after it', () => {
    expect(row(demo().host, 'anna-phone', 0).handshake).toBe(-7200);
    const seen = changes('anna-phone', -300, 400);
    expect(seen[0]?.second).toBeGreaterThan(30);
    expect(seen[0]?.renewed).toBe(true);
    expect(seen.length).toBeLessThan(45);
    expect(seen.at(-1)).toMatchObject({ rx: 32, tx: 0, renewed: false });
    expect(gaps(seen.map(({ second }) => second)).at(-1)).toBe(10);
    const { host } = demo();
    expect(row(host, 'anna-phone', 0).endpoint).not.toBe(row(host, 'anna-phone', 400).endpoint);
  });

  it('tablet: nothing, ever', () => {
    expect(changes('tablet', -300, 400)).toEqual([]);
    expect(row(demo().host, 'tablet', 400)).toEqual({ endpoint: '(none)', rx: 0, tx: 0, handshake: undefined });
  });

  it('printer: 148 in and 92 out each 5 or 6 s, without a handshake', () => {
    const seen = changes('printer', -300, 400);
    expect(seen.every(({ rx, tx, renewed }) => rx === 148 && tx === 92 && !renewed)).toBe(true);
    expect(new Set(gaps(seen.map(({ second }) => second)))).toEqual(new Set([5, 6]));
    expect(row(demo().host, 'printer', 400).handshake).toBeUndefined();
  });

  it('cabin-router: a keepalive each 25 s until 100 s before the start, then silence, its handshake too old to be online', () => {
    const seen = changes('cabin-router', -300, 400);
    expect(seen.map(({ second }) => second)).toEqual([-275, -250, -225, -200, -175, -150, -125, -100]);
    for (const { rx, tx, renewed } of seen) expect([rx, tx]).toEqual(renewed ? [212, 92] : [32, 0]);
    expect(row(demo().host, 'cabin-router', 0).handshake).toBe(-200);
  });
});

describe('the machine around it', () => {
  it('names each peer in the configuration file, with the key of the dump, and one that is disabled', async () => {
    const { host } = demo();
    const file = await host.readFile('/etc/wireguard/wg0.conf');
    const text = file.outcome === 'read' ? file.value : '';
    for (const name of names) expect(text).toContain(`### begin ${name} ###\n[Peer]\n`);
    const keys = [...text.matchAll(/^PublicKey = (.*)$/gm)].map((match) => match[1]);
    const dumped = host
      .dumpAt(startedAt)
      .split('\n')
      .slice(1, 8)
      .map((line) => line.split('\t')[1]);
    expect(keys).toEqual(dumped);
    expect(text).toContain('#[disabled] ### begin old-phone ###\n#[disabled] [Peer]\n');
  });

  it('keeps what is written in memory', async () => {
    const { host, time } = demo();
    const path = '/var/lib/meshtui/history.json';
    expect(await host.readFile(path)).toEqual({ outcome: 'absent' });
    time.now += 5000;
    await host.writeFileAtomic(path, 'é');
    expect(await host.readFile(path)).toEqual({ outcome: 'read', value: 'é' });
    expect(await host.stat(path)).toMatchObject({ value: { modifiedMs: startedAt + 5000, size: 2, kind: 'file' } });
    expect(await host.listDirectory('/var/lib/meshtui')).toEqual({ outcome: 'read', value: ['history.json'] });
    expect(await host.stat('/var/lib')).toMatchObject({ value: { kind: 'directory' } });
    expect(await demo().host.readFile(path)).toEqual({ outcome: 'absent' });
  });

  it('says which programs it lacks and what it does not simulate', async () => {
    const { host } = demo();
    expect(await host.run(['nft', 'list'])).toEqual({ outcome: 'missing', program: 'nft' });
    expect(await host.run(['constructor'])).toEqual({ outcome: 'missing', program: 'constructor' });
    expect(await host.run(['wg', 'setconf', 'wg0', 'x'])).toMatchObject({ outcome: 'failed' });
  });

  it('leads to clients by wg0 and to the world by eth0', async () => {
    const device = async (address: string) =>
      JSON.parse((await output(['ip', '-j', 'route', 'get', address])) ?? '')[0].dev;
    expect(await Promise.all(['10.8.0.4', 'fd08::4', '9.9.9.9'].map(device))).toEqual(['wg0', 'wg0', 'eth0']);
  });
});
