/** A risky change where systemd runs, which is stood in for: the timer's exact words, when it is armed, and when disarmed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Told } from '../fixtures/changes/operator.ts';
import { isAlive, kill, strike } from './blows.ts';
import { downLab, labObstacle, sweepLabs, upLab } from './lab.ts';
import { until } from './run.ts';
import { type Session, uptimeMs, WatchedHub } from './watchdog-hub.ts';

const id = `ws${process.pid}`;
const obstacle = await labObstacle();
const isFull = process.env['MESHTUI_FULL'] === '1';
const fixtures = join(import.meta.dirname, '..', 'fixtures', 'changes');
/** Where nobody confirms, and where a new login has to be in time on a busy machine. */
const [shortMs, longMs] = [4_000, 9_000];
const graceMs = 2_000;

/** Writes down what it is asked to set, and fails where a file says so. */
const wg = `#!/bin/sh
case $1 in
  set)
    read -r up rest </proc/uptime
    printf '%s wg %s\\n' "$up" "$*" >>/root/systemd.log
    if [ -e /root/wg-fails ]; then echo broken >&2; exit 1; fi
    ;;
esac
exec /usr/bin/wg "$@"
`;

describe.skipIf(obstacle !== undefined)('a risky change where systemd runs', () => {
  let hub: WatchedHub;
  let old = '';

  beforeAll(async () => {
    await sweepLabs();
    hub = new WatchedHub(await upLab({ id }));
    await hub.listen();
    await hub.sh('mkdir -p /run/systemd/system');
    for (const name of ['systemd-run', 'systemctl']) {
      await hub.lab.writeFile('edge', `/root/bin/${name}`, readFileSync(join(fixtures, `${name}.sh`), 'utf8'), 0o755);
    }
    await hub.lab.writeFile('edge', '/root/bin/wg', wg, 0o755);
    old = await hub.state();
  });

  beforeEach(async () => {
    await hub.sh('rm -f /root/systemd.log /root/systemd-run-fails /root/wg-fails; : >/root/wall.log');
  });

  afterAll(async () => {
    hub.close();
    await downLab(id);
  });

  /** What programs were asked of this, in order, without the times. Who keeps the interface is asked of systemctl too. */
  const log = async () =>
    (await hub.sh('cat /root/systemd.log'))
      .replaceAll(/^\S+ /gm, '')
      .split('\n')
      .filter((line) => /^(systemd-run|wg) |meshtui-revert/.test(line));

  /** A change on its way. */
  interface Begun {
    readonly session: Session;
    readonly told: Told;
    readonly pid: number;
    readonly id: string;
    readonly deadlineMs: number;
  }

  const begin = async (pausesInTheMiddle: boolean, confirmWithinMs = shortMs): Promise<Begun> => {
    const peer = hub.lab.publicKeys.laptop;
    const session = hub.start('ssh', { act: 'apply', plan: 'touch', peer, confirmWithinMs, pausesInTheMiddle });
    const told = await session.told();
    const { id: change, deadline } = await hub.change();
    if (deadline === undefined || !('pid' in told)) throw new Error(`it is not risky: ${JSON.stringify(told)}`);
    return { session, told, pid: told.pid, id: change, deadlineMs: deadline.uptimeMs };
  };

  const sleepUntil = (ms: number) => new Promise((resolve) => setTimeout(resolve, Math.max(ms - uptimeMs(), 0)));

  const revertsInTime = async ({ id: change, pid, deadlineMs }: Begun) => {
    await sleepUntil(deadlineMs - 300);
    expect(await hub.state()).not.toBe(old);
    const lateMs = (await hub.until(old, 10_000)) - deadlineMs;
    if (isFull) console.info(`${expect.getState().currentTestName}: back ${Math.round(lateMs)} ms after the deadline`);
    expect(lateMs).toBeLessThanOrEqual(graceMs);
    await sleepUntil(uptimeMs() + 300);
    const [notice] = await hub.review();
    expect(notice?.sentence).toMatch(/was reverted: nobody confirmed it in time/);
    expect(await hub.said()).toMatch(new RegExp(`\\(${change}\\) was reverted: nobody confirmed it in time`));
    // The guard of a program that holds the lock waits until that is over.
    kill(pid, 'SIGKILL');
    await until('the end of what watches', 2_000, async () => (await hub.watchers(change)).length === 0);
    expect(await hub.state()).toBe(old);
  };

  test('the timer is armed before the first step, and a confirmation from a new login disarms it', async () => {
    const { pid, session, id: change, deadlineMs } = await begin(false, longMs);
    const [armed = '', first] = await log();
    const script = `/var/lib/meshtui/changes/${change}/revert.sh`;
    const delay = /--on-active=(\d+)ms/.exec(armed)?.[1] ?? '';
    expect(armed).toBe(
      `systemd-run --quiet --collect --unit=meshtui-revert-${change} --on-active=${delay}ms ` +
        `--timer-property=AccuracySec=100ms /bin/sh ${script} --unless-done nobody confirmed it in time`,
    );
    expect(Number(delay)).toBeGreaterThan(longMs - 3_000);
    expect(Number(delay)).toBeLessThanOrEqual(longMs);
    expect(first).toMatch(/^wg set wg0 peer/);
    expect(await hub.watchers(change)).toHaveLength(1);
    kill(pid, 'SIGKILL');
    expect(await hub.confirmAnew()).toMatchObject({ outcome: 'done' });
    const timer = `meshtui-revert-${change}.timer`;
    expect((await log()).slice(-2)).toEqual([
      `systemctl stop ${timer}`,
      `systemctl show --property=ActiveState --value ${timer}`,
    ]);
    expect(await hub.watchers(change)).toEqual([]);
    const confirmed = await hub.state();
    expect(confirmed).not.toBe(old);
    await sleepUntil(deadlineMs + 1_000);
    expect(await hub.state()).toBe(confirmed);
    session.terminal.dispose();
    await hub.sh(`sh ${hub.scriptOf(change)} --quiet 'for the next test'`);
    expect(await hub.state()).toBe(old);
  });

  test('the timer alone reverts, where the guard is dead too', async () => {
    const begun = await begin(true);
    const timer = Number(await hub.sh('cat /run/standin/*.timer'));
    const guards = (await hub.watchers(begun.id)).filter((pid) => pid !== timer);
    expect(guards).toHaveLength(1);
    for (const pid of guards) kill(pid, 'SIGKILL');
    await strike(hub, 'session', begun.pid, begun.session);
    await until('the end of the program', 2_000, () => !isAlive(begun.pid));
    await revertsInTime(begun);
  });

  test('an apply that fails disarms it', async () => {
    await hub.sh('touch /root/wg-fails');
    const told = await hub.run({ act: 'apply', plan: 'touch', peer: hub.lab.publicKeys.laptop, ends: true });
    await hub.sh('rm /root/wg-fails');
    const { id: change } = await hub.change();
    expect(told).toMatchObject({ result: { outcome: 'reverted' } });
    expect((await log()).slice(-2)).toEqual([
      `systemctl stop meshtui-revert-${change}.timer`,
      `systemctl show --property=ActiveState --value meshtui-revert-${change}.timer`,
    ]);
    await sleepUntil(uptimeMs() + 300);
    expect(await hub.watchers(change)).toEqual([]);
    expect(await hub.said()).toBe('');
    expect(await hub.state()).toBe(old);
  });

  test('where it cannot be armed, nothing is begun', async () => {
    await hub.sh('touch /root/systemd-run-fails');
    const told = await hub.run({ act: 'apply', plan: 'touch', peer: hub.lab.publicKeys.laptop, ends: true });
    expect(told).toMatchObject({
      result: { outcome: 'refused', reason: expect.stringMatching(/transient timer.*Nothing was changed/) },
    });
    expect((await log()).filter((line) => line.startsWith('wg '))).toEqual([]);
    await sleepUntil(uptimeMs() + 300);
    const processes = await hub.sh('pgrep -f "[g]uard.sh" --nslist net --ns $$ || true');
    expect(processes).toBe('');
    expect(await hub.state()).toBe(old);
  });

  test.each(['none', 'KILL', 'session', 'STOP'] as const)('%s while it waits', async (blow) => {
    const begun = await begin(false);
    await strike(hub, blow, begun.pid, begun.session);
    await revertsInTime(begun);
  });

  test('a program that is stuck in the middle does not keep the timer from reverting', async () => {
    const begun = await begin(true);
    kill(begun.pid, 'SIGSTOP');
    await revertsInTime(begun);
  });

  test('a restart of the machine takes the timer with it, and the files are the old ones', async () => {
    const { id: change, deadlineMs } = await begin(false);
    await hub.reboot();
    expect(await hub.state()).toBe(old);
    expect(await hub.watchers(change)).toEqual([]);
    await sleepUntil(deadlineMs + 500);
    expect(await hub.state()).toBe(old);
    expect((await hub.review())[0]?.sentence).toMatch(/restarted/);
    await hub.dialAnew();
  });
});
