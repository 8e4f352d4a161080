/** `meshtui drift push|adopt|ignore` and `meshtui adopt`, on the simulated hub. */
import { describe, expect, test } from 'vitest';
import type { ChangeOptions } from '../../src/cli/change.ts';
import { printDrift } from '../../src/cli/drift.ts';
import { adoptInterface, changeDrift } from '../../src/cli/drift-change.ts';
import type { driftDocument } from '../../src/cli/drift-json.ts';
import { defaultOptions } from '../../src/cli/options.ts';
import type { Host } from '../../src/host/host.ts';
import { changeOptions, demo, type FakeTalk, fakeTalk, fileOf, heard } from './talk.ts';

async function drift(
  host: Host,
  how: 'push' | 'adopt' | 'ignore',
  ids: readonly string[],
  options: Partial<ChangeOptions> = {},
  talk: FakeTalk = fakeTalk(),
) {
  const code = await changeDrift(host, talk, { ...changeOptions, ...options }, ['drift'], how, ids);
  return { ...heard(talk), code };
}

/** The ids of what has drifted and is not ignored. */
async function idsOf(host: Host): Promise<string[]> {
  const { output, printed } = fakeTalk();
  await printDrift(host, { ...defaultOptions, json: true }, ['drift'], output);
  const { interfaces } = JSON.parse(printed.join('\n')) as ReturnType<typeof driftDocument>;
  return interfaces.flatMap(({ items }) => items.flatMap(({ id, ignored }) => (ignored ? [] : [id])));
}

/** A hub on which the keepalive of two peers is other than in the file. */
async function drifted() {
  const { host, time } = demo();
  const keys = (await fileOf(host)).match(/(?<=^PublicKey = ).*/gm) ?? [];
  for (const key of keys.slice(2, 4)) await host.run(['wg', 'set', 'wg0', 'peer', key, 'persistent-keepalive', '30']);
  const ids = (await idsOf(host)).filter((id) => id.includes('keepalive'));
  expect(ids).toHaveLength(2);
  return { host, time, ids };
}

describe('meshtui drift', () => {
  test('push makes what runs as the file has it', async () => {
    const { host, ids } = await drifted();
    const { code, text } = await drift(host, 'push', ids.slice(0, 1), { yes: true });
    expect([code, text]).toEqual([0, expect.stringContaining('Done, and read back.')]);
    expect(await idsOf(host)).toEqual(expect.not.arrayContaining(ids.slice(0, 1)));
  });

  test('adopt writes into the file what runs', async () => {
    const { host, ids } = await drifted();
    expect((await drift(host, 'adopt', ids, { yes: true })).code).toBe(0);
    expect((await fileOf(host)).match(/^PersistentKeepalive = 30$/gm)).toHaveLength(2);
  });

  test('ignore counts them no more', async () => {
    const { host, ids } = await drifted();
    expect((await drift(host, 'ignore', ids, { yes: true })).code).toBe(0);
    expect(await idsOf(host)).toEqual(expect.not.arrayContaining(ids));
  });

  test('of two peers at once is risky, and is confirmed on the same screen where it cannot be the operator', async () => {
    const { host, time, ids } = await drifted();
    const tick = () => {
      time.now += 1_000;
    };
    const talk = fakeTalk({ answers: [], tick, later: { 2: 'what?', 3: 'y' } });
    const { code, text, errors, drawn } = await drift(host, 'push', ids, { yes: true }, talk);
    expect(text).toContain('2 peers change at once');
    expect(text).toMatch(/confirm it here, or anywhere with: meshtui confirm/);
    expect(drawn[0]).toBe('Keep it? (y, or n: take it back now), 2 m 0 s left: ');
    expect(errors).toEqual(['y keeps it, n takes it back now.']);
    expect(code).toBe(0);
    expect(await idsOf(host)).toEqual(expect.not.arrayContaining(ids));
  });

  test.each([
    [['keepalive/x'], 2, /There is no interface "keepalive"/],
    [['x'], 2, /An id begins with an interface/],
    [['wg0/a', 'wg1/b'], 2, /more than one interface/],
    [['wg0/keepalive/none'], 1, /There is no difference wg0\/keepalive\/none \(any more\)/],
  ])('of %j ends with %i', async (ids, code, reason) => {
    const { host } = await drifted();
    const result = await drift(host, 'push', ids, { yes: true });
    expect([result.code, result.errors[0]]).toEqual([code, expect.stringMatching(reason)]);
  });
});

describe('meshtui adopt', () => {
  const adopt = async (host: Host, name: string, options: Partial<ChangeOptions> = {}) => {
    const talk = fakeTalk();
    const code = await adoptInterface(host, talk, { ...changeOptions, ...options }, ['adopt'], name);
    return { ...heard(talk), code };
  };

  test('writes a file from what runs, that nothing differs from', async () => {
    const { host } = demo();
    await host.removeFile('/etc/wireguard/wg0.conf');
    const { code, text } = await adopt(host, 'wg0', { yes: true });
    expect([code, text]).toEqual([0, expect.stringContaining('/etc/wireguard/wg0.conf is written.')]);
    expect(await fileOf(host)).toMatch(/^\[Interface\]/m);
  });

  test('has nothing to do where there is a file, and is wrong usage where there is no interface', async () => {
    const { host } = demo();
    const before = await fileOf(host);
    expect((await adopt(host, 'wg0', { yes: true })).text).toMatch(/Nothing was changed\.$/);
    expect(await fileOf(host)).toBe(before);
    expect((await adopt(host, 'wg9')).code).toBe(2);
  });
});
