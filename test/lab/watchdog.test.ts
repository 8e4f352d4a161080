/**
 * A risky change, and everything that can happen to whoever made it: the old state is back by its deadline, or a new login
 * has confirmed it.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RiskyPlan } from '../fixtures/changes/operator.ts';
import { type Blow, isAlive, kill, strike } from './blows.ts';
import { downLab, labObstacle, sweepLabs, upLab } from './lab.ts';
import { until } from './run.ts';
import { type Seat, twice, uptimeMs, WatchedHub } from './watchdog-hub.ts';

const obstacle = await labObstacle();
const isFull = process.env['MESHTUI_FULL'] === '1';
/** Where nobody confirms, and where a new login has to be in time on a busy machine. */
const deadlines = { 'nobody confirms': 4_000, 'a new login confirms': 9_000 } as const;
/** The old state is back so long after the deadline, at the latest. */
const graceMs = 2_000;

interface Cell {
  readonly seat: Seat;
  readonly plan: RiskyPlan;
  /** Where the program is when it happens: between two of its steps, or waiting for the confirmation. */
  readonly phase: 'middle' | 'pending';
  readonly blow: Blow;
  /** What follows. */
  readonly after: 'nobody confirms' | 'a new login confirms';
}

interface Outcome {
  /** How long after the deadline the old state was there, milliseconds; undefined: it was confirmed. */
  readonly lateMs: number | undefined;
  /** How long after what happened. */
  readonly afterMs: number | undefined;
  readonly problems: readonly string[];
}

const deadly: readonly Blow[] = ['close', 'HUP', 'TERM', 'INT', 'KILL', 'group', 'session'];
const blows: readonly Blow[] = ['none', ...deadly, 'drop', 'STOP', 'reboot'];

/** The cells of the matrix. */
function allCells(): Cell[] {
  const cells: Cell[] = [];
  const nobody = { after: 'nobody confirms' } as const;
  for (const seat of ['ssh', 'terminal'] as const) {
    for (const plan of ['touch', 'cut', 'move'] as const) {
      // Over the tunnel each plan is another thing; for a terminal of the hub they are the same.
      if (seat === 'terminal' && plan !== 'move') continue;
      for (const blow of blows) {
        if (seat === 'terminal' && blow === 'drop') continue;
        cells.push({ seat, plan, phase: 'pending', blow, ...nobody });
        if (blow !== 'none') cells.push({ seat, plan, phase: 'middle', blow, ...nobody });
      }
      for (const blow of deadly) cells.push({ seat, plan, phase: 'pending', blow, after: 'a new login confirms' });
    }
  }
  return cells;
}

/** Those that stand for the others where there is little time. */
const few = [
  'ssh touch pending close, nobody confirms',
  'ssh cut pending drop, nobody confirms',
  'ssh cut middle STOP, nobody confirms',
  'ssh touch middle group, nobody confirms',
  'ssh move pending session, a new login confirms',
  'terminal move pending HUP, nobody confirms',
  'terminal move pending reboot, nobody confirms',
];

const titleOf = ({ seat, plan, phase, blow, after }: Cell) => `${seat} ${plan} ${phase} ${blow}, ${after}`;
const cells = allCells().filter((cell) => isFull || few.includes(titleOf(cell)));

/**
 * Whether the program ends by what happens. Of a terminal that is closed at the other end of a connection which the plan
 * has cut, or moved, it learns where packets still get through, and only then: undefined.
 */
function isDeadly({ blow, plan, seat }: Cell): boolean | undefined {
  if (blow === 'close' && seat === 'ssh' && plan !== 'touch') return undefined;
  return deadly.includes(blow) || blow === 'reboot';
}

async function runCell(hub: WatchedHub, cell: Cell): Promise<Outcome> {
  const { seat, plan, phase, blow } = cell;
  const problems: string[] = [];
  const check = (holds: boolean, otherwise: string) => {
    if (!holds) problems.push(otherwise);
  };
  const old = await hub.state();
  await hub.said();
  const peer = hub.lab.publicKeys.laptop;
  const pausesInTheMiddle = phase === 'middle';
  const confirmWithinMs = deadlines[cell.after];
  const session = hub.start(seat, { act: 'apply', plan, peer, confirmWithinMs, pausesInTheMiddle });
  const told = await session.told();
  const change = await hub.change();
  const { id, deadline } = change;
  if (deadline === undefined || !('pid' in told)) throw new Error(`it is not risky: ${JSON.stringify(told)}`);
  if (told.kind === 'applied') check(told.result.outcome === 'pending', JSON.stringify(told.result));
  check(change.risk.level === 'risky' && change.risk.touchesOperator, 'the plan does not touch its operator');
  check((await hub.state()) !== old, 'nothing was changed');
  const struckAt = uptimeMs();
  await strike(hub, blow, told.pid, session);
  const ends = isDeadly(cell);
  if (ends === true) await until('the end of the program', 5_000, () => !isAlive(told.pid));
  const end = { hub, cell, ends, old, id, deadlineMs: deadline.uptimeMs, struckAt, check };
  const times = cell.after === 'nobody confirms' ? await expectOld(end) : await expectNew(end);
  check(ends !== false || isAlive(told.pid), 'the program has ended');
  kill(told.pid, 'SIGKILL');
  session.terminal.dispose();
  if (blow === 'drop') await hub.lab.mend('laptop');
  if (plan !== 'touch' || ['drop', 'reboot'].includes(blow)) await hub.dialAnew();
  return { ...times, problems };
}

interface End {
  readonly hub: WatchedHub;
  readonly cell: Cell;
  /** Whether the program is gone: {@link isDeadly}. */
  readonly ends: boolean | undefined;
  readonly old: string;
  readonly id: string;
  readonly deadlineMs: number;
  readonly struckAt: number;
  readonly check: (holds: boolean, otherwise: string) => void;
}

async function expectOld({
  hub,
  cell,
  ends,
  old,
  id,
  deadlineMs,
  struckAt,
  check,
}: End): Promise<Omit<Outcome, 'problems'>> {
  const isAtOnce = cell.blow === 'reboot' || (cell.phase === 'middle' && ends === true);
  const mayBeAtOnce = isAtOnce || (cell.phase === 'middle' && ends === undefined);
  if (!mayBeAtOnce) {
    await sleepUntil(deadlineMs - 300);
    check((await hub.state()) !== old, 'it was reverted before its deadline');
  }
  const backAt = await hub.until(old, Math.max(deadlineMs - uptimeMs(), 0) + 10_000);
  const lateMs = Math.round(backAt - deadlineMs);
  check(lateMs <= graceMs, `the old state came ${lateMs} ms after the deadline`);
  await sleepUntil(backAt + 300);
  const [notice] = await hub.review();
  const why = new RegExp(
    [
      ...(cell.blow === 'reboot' ? ['restarted'] : mayBeAtOnce ? ['in the middle of it'] : []),
      ...(isAtOnce ? [] : ['nobody confirmed it in time']),
    ].join('|'),
  );
  check(notice?.change.id === id && why.test(notice.sentence), `the next start says: ${notice?.sentence}`);
  const said = await hub.said();
  if (cell.blow !== 'reboot') {
    check(said.split('was reverted').length === 2 && said.includes(id) && why.test(said), `wall was given: ${said}`);
  }
  check(
    JSON.stringify(await twice(hub, ['sh', hub.scriptOf(id), '--unless-done', 'again'])) === '[0,0]',
    'twice fails',
  );
  check(JSON.stringify(await twice(hub, ['sh', hub.scriptOf(id), 'by hand'])) === '[0,0]', 'twice by hand fails');
  await sleepUntil(deadlineMs + 300);
  check((await hub.state()) === old, 'the old state did not last');
  check((await hub.watchers(id)).length === 0, 'something still watches');
  return { lateMs, afterMs: Math.round(backAt - struckAt) };
}

async function expectNew({ hub, old, id, deadlineMs, check }: End): Promise<Omit<Outcome, 'problems'>> {
  const result = await hub.confirmAnew();
  check(result.outcome === 'done', `the confirmation says: ${JSON.stringify(result)}`);
  const changed = await hub.state();
  await sleepUntil(deadlineMs + 1_500);
  check((await hub.state()) === changed, 'it was confirmed and did not last');
  check(changed !== old, 'it was reverted');
  check(!(await hub.markers(id)).includes('reverted'), 'it was confirmed and reverted');
  check((await hub.said()) === '', 'something was said to all');
  check((await hub.watchers(id)).length === 0, 'something still watches');
  await hub.sh(`sh ${hub.scriptOf(id)} --quiet 'for the next cell'`);
  check((await hub.state()) === old, 'a confirmed change is not reverted by hand');
  return { lateMs: undefined, afterMs: undefined };
}

async function sleepUntil(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.max(ms - uptimeMs(), 0)));
}

async function hubOf(id: string): Promise<WatchedHub> {
  const hub = new WatchedHub(await upLab({ id }));
  await hub.listen();
  return hub;
}

describe.skipIf(obstacle !== undefined)('a risky change', () => {
  const ids = (isFull ? [1, 2, 3] : [1, 2]).map((lane) => `w${process.pid}x${lane}`.slice(-12));
  const outcomes = new Map<Cell, Outcome>();
  const hubs: WatchedHub[] = [];

  beforeAll(async () => {
    await sweepLabs();
    const waiting = [...cells];
    await Promise.all(
      ids.map(async (id) => {
        let hub = await hubOf(id);
        for (let cell = waiting.shift(); cell !== undefined; cell = waiting.shift()) {
          try {
            outcomes.set(cell, await runCell(hub, cell));
          } catch (error) {
            outcomes.set(cell, { lateMs: undefined, afterMs: undefined, problems: [String(error)] });
            hub.close();
            hub = await hubOf(id);
          }
        }
        hubs.push(hub);
      }),
    );
  }, 1_200_000);

  afterAll(async () => {
    for (const hub of hubs) hub.close();
    await Promise.all(ids.map((id) => downLab(id)));
  });

  test.each(cells.map((cell) => [titleOf(cell), cell] as const))('%s', (title, cell) => {
    const outcome = outcomes.get(cell);
    if (isFull && outcome?.lateMs !== undefined) {
      console.info(`${title}: back ${outcome.lateMs} ms after the deadline, ${outcome.afterMs} ms after it happened`);
    }
    expect(outcome?.problems).toEqual([]);
  });

  const freeHub = () => {
    const [hub] = hubs;
    if (hub === undefined) throw new Error('there is no hub');
    return hub;
  };

  test('keeps a second one from being made while it waits', async () => {
    const hub = freeHub();
    const old = await hub.state();
    const peer = hub.lab.publicKeys.laptop;
    const session = hub.start('ssh', { act: 'apply', plan: 'touch', peer, confirmWithinMs: 9_000 });
    await session.told();
    const { id } = await hub.change();
    const changed = await hub.state();
    const second = await hub.run({ act: 'apply', plan: 'move', peer, ends: true });
    expect(second).toMatchObject({
      result: {
        outcome: 'refused',
        reason: expect.stringMatching(new RegExp(`${id}.*is not over.*Nothing was changed`)),
      },
    });
    expect(await hub.state()).toBe(changed);
    expect((await hub.change()).id).toBe(id);
    expect(await hub.confirmAnew()).toMatchObject({ outcome: 'done' });
    await hub.sh(`sh ${hub.scriptOf(id)} --quiet 'for the next test'`);
    expect(await hub.state()).toBe(old);
  });

  test('that fails leaves no watchdog', async () => {
    const hub = freeHub();
    const old = await hub.state();
    await hub.said();
    const broken = '#!/bin/sh\n[ "$1" = set ] && exit 1\nexec /usr/bin/wg "$@"\n';
    await hub.lab.writeFile('edge', '/root/bin/wg', broken, 0o755);
    const peer = hub.lab.publicKeys.laptop;
    const told = await hub.run({ act: 'apply', plan: 'touch', peer, confirmWithinMs: 4_000, ends: true });
    await hub.sh('rm /root/bin/wg');
    expect(told).toMatchObject({ result: { outcome: 'reverted' } });
    const { id } = await hub.change();
    await until('the end of the guard', 2_000, async () => (await hub.watchers(id)).length === 0);
    expect(await hub.state()).toBe(old);
    expect(await hub.said()).toBe('');
  });
});
