/** Changes on a real hub, by a process that may be killed: all of it is there afterwards, or nothing. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ApplyResult, ChangeRecord } from '../../src/change/results.ts';
import type { Order } from '../fixtures/changes/driver.ts';
import { type Lab, labObstacle } from './lab.ts';
import { until } from './run.ts';
import { newPresharedKey } from './wireguard.ts';
import { withLab } from './with-lab.ts';

const id = `c${process.pid}`;
const obstacle = await labObstacle();
const driver = join(import.meta.dirname, '..', 'fixtures', 'changes', 'driver.ts');
const prefix = '10.99.0.0/24';
const conf = '/etc/wireguard/wg0.conf';

describe.skipIf(obstacle !== undefined)('changes on a real hub', () => {
  let lab: Lab;

  withLab(id, (up) => {
    lab = up;
  });

  const edge = async (...argv: string[]) => (await lab.must('edge', argv)).stdout;
  const drive = (order: Order) => lab.exec('edge', [process.execPath, driver, JSON.stringify(order)]);
  const order = async <T>(what: Order): Promise<T> => {
    const { code, stdout, stderr } = await drive(what);
    if (code !== 0) throw new Error(`exit ${code}: ${stderr}`);
    return JSON.parse(stdout) as T;
  };
  const changes = () => order<ChangeRecord[]>({ act: 'changes' });
  const phone = () => lab.publicKeys.phone;
  const apply = (more: Partial<Order> = {}) => order<ApplyResult>({ act: 'apply', peer: phone(), prefix, ...more });

  /** Everything that a change may not lose or leave behind: file with mode and owner, what runs, routes and addresses. */
  const state = async () => ({
    file: await edge('cat', conf),
    mode: await edge('stat', '-c', '%a %u %g', conf),
    peers: (
      await edge('sh', '-c', 'wg show wg0 allowed-ips; wg show wg0 preshared-keys; wg show wg0 persistent-keepalive')
    )
      .split('\n')
      .sort(),
    routes: await edge('ip', 'route', 'show', 'table', 'all', 'dev', 'wg0'),
    routes6: await edge('ip', '-6', 'route', 'show', 'table', 'all', 'dev', 'wg0'),
    addresses: await edge('ip', '-o', 'address', 'show', 'dev', 'wg0'),
  });
  const holds = async (old: Awaited<ReturnType<typeof state>>) => JSON.stringify(await state()) === JSON.stringify(old);

  test('a plan is carried out, verified and recorded, and its undo brings back every byte', async () => {
    const old = await state();
    const result = await apply();
    expect(result).toEqual({ outcome: 'done', id: expect.any(String) });
    const now = await state();
    expect(now.file).toContain(prefix);
    expect(now.mode).toBe(old.mode);
    expect(now.peers.some((line) => line.startsWith(phone()) && line.includes(prefix))).toBe(true);
    expect(now.routes).toContain(`${prefix} scope link`);
    const [change] = await changes();
    expect(change).toMatchObject({ state: { kind: 'done' }, by: { user: 'tester' } });
    const key = old.file.match(/^PrivateKey = (.*)$/m)?.[1] ?? 'none';
    expect(await edge('sh', '-c', 'cat /var/lib/meshtui/changes/2*/*')).not.toContain(key);
    const undone = await order<ApplyResult>({ act: 'undo', id: change?.id ?? '' });
    expect(undone.outcome).toBe('done');
    expect(await state()).toEqual(old);
    expect((await changes())[1]?.state).toEqual({ kind: 'undone', by: 'id' in undone ? undone.id : '' });
  });

  test('a preshared key is changed through no file and no argument, and comes back', async () => {
    const old = await state();
    const result = await order<ApplyResult>({
      act: 'apply',
      peer: lab.publicKeys.laptop,
      presharedKey: newPresharedKey(),
    });
    expect(result.outcome).toBe('done');
    expect((await state()).peers).not.toEqual(old.peers);
    await order({ act: 'undo', id: 'id' in result ? result.id : '' });
    expect(await state()).toEqual(old);
  });

  test('a removed peer comes back with all of its settings', async () => {
    const old = await state();
    const result = await order<ApplyResult>({ act: 'apply', peer: lab.publicKeys.laptop, remove: true });
    expect(result.outcome).toBe('done');
    expect(await edge('wg', 'show', 'wg0', 'peers')).not.toContain(lab.publicKeys.laptop);
    await order({ act: 'undo', id: 'id' in result ? result.id : '' });
    expect(await state()).toEqual(old);
  });

  test.each([
    ['wg', 'set wg0'],
    ['ip', 'route add'],
  ])('where %s fails at its step, everything is as before', async (program, words) => {
    const old = await state();
    const systemPath = '/usr/sbin:/usr/bin:/sbin:/bin';
    const broken = `#!/bin/sh\nPATH=${systemPath}\ncase "$*" in *"${words}"*) echo broken >&2; exit 1;; esac\nexec ${program} "$@"\n`;
    await edge('mkdir', '-p', '/root/broken');
    await lab.writeFile('edge', `/root/broken/${program}`, broken, 0o755);
    const what: Order = { act: 'apply', peer: phone(), prefix };
    const argv = ['env', `PATH=/root/broken:${systemPath}`, process.execPath, driver, JSON.stringify(what)];
    const { stdout } = await lab.must('edge', argv);
    await edge('rm', '-rf', '/root/broken');
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'reverted', reason: expect.stringMatching(/failed: broken/) });
    expect(await state()).toEqual(old);
    expect((await changes())[0]?.state.kind).toBe('reverted');
  });

  test('an address that takes others with it does not go, and all of them are there again', async () => {
    await edge('ip', 'address', 'add', '10.8.0.77/24', 'dev', 'wg0');
    await edge('ip', 'route', 'add', '10.98.0.0/24', 'dev', 'wg0', 'src', '10.8.0.1');
    const old = await state();
    expect(await apply({ dropAddress: '10.8.0.1/24' })).toMatchObject({
      outcome: 'reverted',
      reason: expect.stringMatching(/is gone, which is no part of the change/),
    });
    const now = await state();
    // The kernel's own routes follow the order of the addresses, which has changed: their words are the same.
    const words = (text: string) => text.replaceAll(' secondary', '').split(/\s+/).sort();
    expect(words(now.addresses)).toEqual(words(old.addresses));
    expect(words(now.routes)).toEqual(words(old.routes));
    expect(now.routes).toContain('10.98.0.0/24 scope link src 10.8.0.1');
    await edge('ip', 'address', 'del', '10.8.0.77/24', 'dev', 'wg0');
    await edge('ip', 'route', 'del', '10.98.0.0/24', 'dev', 'wg0');
  });

  test('with a full disk nothing is begun', async () => {
    const old = await state();
    await edge('mkdir', '-p', '/var/lib/meshtui/changes');
    await edge('mv', '/var/lib/meshtui/changes', '/root/changes');
    await edge('mkdir', '/var/lib/meshtui/changes');
    await edge('mount', '-t', 'tmpfs', '-o', 'size=20k', 'small', '/var/lib/meshtui/changes');
    await lab.exec('edge', ['dd', 'if=/dev/zero', 'of=/var/lib/meshtui/changes/filler', 'bs=1k', 'count=12']);
    expect(await apply()).toMatchObject({
      outcome: 'refused',
      reason: expect.stringMatching(/no space.*Nothing was changed/),
    });
    expect(await edge('ls', '/var/lib/meshtui/changes')).not.toMatch(/^2/m);
    await edge('umount', '/var/lib/meshtui/changes');
    await edge('rmdir', '/var/lib/meshtui/changes');
    await edge('mv', '/root/changes', '/var/lib/meshtui/changes');
    expect(await state()).toEqual(old);
    expect(await edge('sh', '-c', 'find /etc/wireguard -name "new-*" -newer /etc/hostname | wc -l')).toBe('0\n');
  });

  /** What came of the newest change, once it came to an end. */
  const end = async () => {
    let change: ChangeRecord | undefined;
    await until('the end of the change', 10_000, async () => {
      [change] = await changes();
      return change === undefined || ['reverted', 'done', 'undone'].includes(change.state.kind);
    });
    return change;
  };

  test('killed anywhere in the middle, everything is old or everything is new, and the next start says which', async () => {
    const old = await state();
    const step = process.env['MESHTUI_FULL'] === '1' ? 1 : 3;
    let reverted = 0;
    for (let dieAt = 1; dieAt < 60; dieAt += step) {
      const { code } = await drive({ act: 'apply', peer: phone(), prefix, dieAt });
      const change = await end();
      if (change?.state.kind === 'done') {
        expect((await state()).file).toContain(prefix);
        await order({ act: 'undo', id: change.id });
      } else if (change?.state.kind === 'reverted' && /in the middle of it/.test(change.state.reason)) {
        reverted += 1;
        const notices = await order<{ change: ChangeRecord }[]>({ act: 'review' });
        expect(notices.map((notice) => notice.change.id)).toContain(change.id);
      }
      expect(await state(), `killed at ${dieAt}`).toEqual(old);
      if (code === 0) break;
    }
    expect(reverted).toBeGreaterThan(1);
  }, 180_000);

  test('a risky plan reverts at its deadline with nobody there', async () => {
    const old = await state();
    const result = await apply({ risky: true, confirmWithinMs: 3_000 });
    expect(result.outcome).toBe('pending');
    const at = performance.now();
    expect((await state()).file).toBe(old.file);
    expect((await state()).routes).toContain(prefix);
    expect(await apply()).toMatchObject({ outcome: 'refused' });
    await until('the watchdog', 6_000, () => holds(old));
    expect(performance.now() - at).toBeLessThan(5_000);
    await until('the marker', 2_000, async () => (await changes())[0]?.state.kind === 'reverted');
    const [notice] = await order<{ sentence: string; choices: string[] }[]>({ act: 'review' });
    expect(notice?.sentence).toMatch(/was reverted: nobody confirmed it in time/);
  });

  test('a risky plan is confirmed by a new login, and then its files are written', async () => {
    const old = await state();
    const result = await apply({ risky: true, touchesOperator: true, confirmWithinMs: 20_000 });
    expect(result.outcome).toBe('pending');
    expect(await order({ act: 'confirm', login: 'old' })).toMatchObject({ outcome: 'refused' });
    expect(await order({ act: 'confirm', login: 'new' })).toMatchObject({ outcome: 'done' });
    expect((await state()).file).toContain(prefix);
    await order({ act: 'undo', id: 'id' in result ? result.id : '' });
    expect(await state()).toEqual(old);
  });

  test('a confirmation that is killed on the way is reverted at the deadline, or was done', async () => {
    const old = await state();
    const kinds = new Set<string>();
    const points =
      process.env['MESHTUI_FULL'] === '1' ? Array.from({ length: 12 }, (_, index) => index + 1) : [6, 7, 8];
    for (const dieAt of points) {
      const confirmWithinMs = 2_500;
      expect(await apply({ risky: true, confirmWithinMs })).toMatchObject({ outcome: 'pending' });
      await drive({ act: 'confirm', login: 'new', dieAt });
      const change = await end();
      kinds.add(change?.state.kind ?? 'none');
      if (change?.state.kind === 'done') await order({ act: 'undo', id: change.id });
      expect(await state(), `killed at ${dieAt}`).toEqual(old);
    }
    expect([...kinds].sort()).toEqual(['done', 'reverted']);
  }, 180_000);

  test('where what keeps the lock is killed, everything is old or everything is new', async () => {
    const old = await state();
    const stopped = drive({ act: 'apply', peer: phone(), prefix, stopBefore: 'ip -4 route add' });
    await until('the first step', 5_000, async () => !(await holds(old)));
    const [change] = await changes();
    const keeper = (await edge('head', '-n', '1', '/var/lib/meshtui/changes/lock.holder')).split(' ')[0] ?? '';
    await edge('kill', '-KILL', keeper);
    await edge('kill', '-CONT', String(change?.process.pid));
    expect(JSON.parse((await stopped).stdout)).toMatchObject({
      outcome: 'reverted',
      reason: expect.stringMatching(/lock/),
    });
    expect((await end())?.state.kind).toBe('reverted');
    expect(await state()).toEqual(old);
  });

  test('a process that holds the lock and is stuck does not keep the deadline from coming', async () => {
    const old = await state();
    const stopBefore = 'ip -4 route add';
    const stopped = drive({ act: 'apply', peer: phone(), prefix, risky: true, confirmWithinMs: 3_000, stopBefore });
    await until('the first step', 5_000, async () => !(await holds(old)));
    const at = performance.now();
    await until('the watchdog', 8_000, () => holds(old));
    expect(performance.now() - at).toBeLessThan(5_500);
    const [change] = await changes();
    await edge('kill', '-CONT', String(change?.process.pid));
    expect(JSON.parse((await stopped).stdout)).toMatchObject({ outcome: 'reverted' });
    expect(await state()).toEqual(old);
  });
});
