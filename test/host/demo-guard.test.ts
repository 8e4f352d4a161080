/** Whole changes of the simulated hub, by what makes them on a real one. */
import { describe, expect, test } from 'vitest';
import { applyPlan } from '../../src/change/apply.ts';
import { confirmChange, revertPending } from '../../src/change/confirm.ts';
import { readChanges } from '../../src/change/journal.ts';
import type { Plan, Step } from '../../src/change/plan.ts';
import { readHubState } from '../../src/change/read-hub.ts';
import { demoHost } from '../../src/host/demo/demo-host.ts';
import { known } from '../../src/host/printable.ts';
import { parsePrefix } from '../../src/network/prefix.ts';
import type { InterfaceName } from '../../src/wg/key.ts';
import { Secret } from '../../src/wg/secret.ts';

const startedAt = Date.UTC(2026, 10, 23, 12, 0, 0);
const wg0 = 'wg0' as InterfaceName;
const conf = '/etc/wireguard/wg0.conf';
const by = { user: known('ops'), uid: 1000, from: known('10.8.0.4') };
const options = { by, confirmWithinMs: 60_000 };
const here = { sameScreen: true, login: { kind: 'old', why: known('it is this one') } } as const;

/** A plan with a step of each kind, which takes a preshared key away too; and the demo. */
async function demo(risk: Plan['risk'], ...more: readonly Step[]) {
  const time = { now: startedAt };
  const host = demoHost({ startedAt, clock: () => time.now });
  const read = await readHubState(host, wg0);
  if (read.outcome !== 'read' || read.hub.running === undefined || read.hub.conf === undefined)
    throw new Error('no hub');
  const peer = read.hub.running.peers.find(({ allowedIps }) => allowedIps.some((prefix) => prefix === '10.8.0.4/32'));
  if (peer === undefined) throw new Error('no laptop');
  const prefixes = [...peer.allowedIps, '192.168.40.0/24'].flatMap((each) => parsePrefix(each)?.prefix.text ?? []);
  const [allowedIps, [lan]] = [prefixes.slice(0, -1), prefixes.slice(-1)];
  if (lan === undefined) throw new Error('no prefix');
  const before = {
    allowedIps,
    endpoint: undefined,
    persistentKeepalive: undefined,
    presharedKey: peer.presharedKey,
  };
  const file = await host.readFile(conf);
  const text = file.outcome === 'read' ? file.value : '';
  const steps: readonly Step[] = [
    {
      ...{ kind: 'peer', interfaceName: wg0, program: 'wg', publicKey: peer.publicKey, label: known('laptop'), before },
      after: { ...before, persistentKeepalive: 25, presharedKey: undefined },
    },
    {
      ...{ kind: 'route', interfaceName: wg0, prefix: lan, table: 'main', metric: undefined },
      ...{ before: false, after: true },
    },
    { kind: 'flows', prefixes: allowedIps },
    {
      ...{ kind: 'file', path: conf, before: { text: new Secret(text), mode: 0o600 } },
      after: { text: new Secret(`${text}# changed\n`), mode: 0o600 },
    },
    ...more,
  ];
  const plan: Plan = {
    ...{ title: known('Try laptop'), interfaceName: wg0, steps, affected: [], risk },
    ...{ notes: [], cutsOff: undefined, undoes: undefined },
  };
  const row = async () => {
    const shown = await host.run(['wg', 'show', 'wg0', 'dump']);
    const rows = shown.outcome === 'exited' ? shown.stdout.split('\n') : [];
    const fields = rows.find((line) => line.includes('10.8.0.4/32'))?.split('\t') ?? [];
    return { isPreshared: fields[1] !== '(none)', keepalive: fields[7] };
  };
  const state = async () => ({
    ...(await row()),
    way: JSON.stringify(await host.run(['ip', '-j', 'route', 'get', '192.168.40.1'])).includes('wg0'),
    isWritten: JSON.stringify(await host.readFile(conf)).includes('# changed'),
    mode: await host.stat(conf).then((found) => (found.outcome === 'read' ? found.value.mode : 0)),
  });
  const told = async () => (await readChanges(host))[0]?.state;
  return { host, time, plan, state, told };
}

const safe = { level: 'safe' } as const;
const risky = { level: 'risky', reasons: [known('It may cut somebody off.')], touchesOperator: false } as const;
const old = { isPreshared: true, keepalive: 'off', way: false, isWritten: false, mode: 0o600 };
const live = { ...old, isPreshared: false, keepalive: '25', way: true };
const done = { ...live, isWritten: true };

describe('a change of the demo', () => {
  test('that is safe is done', async () => {
    const { host, plan, state, told } = await demo(safe);
    expect(await state()).toEqual(old);
    expect(await applyPlan(host, plan, options)).toMatchObject({ outcome: 'done' });
    expect([await state(), await told()]).toEqual([done, { kind: 'done' }]);
  });

  test('that fails is taken back', async () => {
    const nowhere = {
      kind: 'address',
      interfaceName: wg0,
      address: '10.8.0.77/24',
      before: false,
      after: true,
    } as const;
    const { host, plan, state, told } = await demo(safe, nowhere);
    const failing = {
      ...host,
      run: async (...args: Parameters<typeof host.run>): ReturnType<typeof host.run> =>
        args[0].includes('10.8.0.77/24') ? { outcome: 'failed', reason: known('broken') } : host.run(...args),
    };
    expect(await applyPlan(failing, plan, options)).toMatchObject({ outcome: 'reverted' });
    expect([await state(), await told()]).toMatchObject([old, { kind: 'reverted' }]);
  });

  test('that is risky waits for its confirmation', async () => {
    const { host, plan, state, told, time } = await demo(risky);
    expect(await applyPlan(host, plan, options)).toMatchObject({ outcome: 'pending' });
    time.now += 30_000;
    expect([await state(), await told()]).toMatchObject([live, { kind: 'pending' }]);
    expect(await confirmChange(host, undefined, here)).toMatchObject({ outcome: 'done' });
    time.now += 120_000;
    expect([await state(), await told()]).toEqual([done, { kind: 'done' }]);
  });

  test('that nobody confirms is reverted at its deadline', async () => {
    const { host, plan, state, told, time } = await demo(risky);
    await applyPlan(host, plan, options);
    time.now += 61_000;
    expect([await state(), await told()]).toEqual([
      old,
      { kind: 'reverted', reason: 'nobody confirmed it in time', at: time.now },
    ]);
    expect(await applyPlan(host, plan, options)).toMatchObject({ outcome: 'pending' });
  });

  test('that is pending is reverted by hand', async () => {
    const { host, plan, state } = await demo(risky);
    const applied = await applyPlan(host, plan, options);
    if (applied.outcome !== 'pending') throw new Error(applied.outcome);
    expect(await revertPending(host, applied.id, known('by hand'))).toMatchObject({ outcome: 'reverted' });
    expect(await state()).toEqual(old);
  });
});
