import { describe, expect, test } from 'vitest';
import { applyPlan } from '../../src/change/apply.ts';
import { confirmChange, revertPending } from '../../src/change/confirm.ts';
import { readChanges } from '../../src/change/journal.ts';
import type { Plan, Step } from '../../src/change/plan.ts';
import { finishOrUndo, reviewChanges } from '../../src/change/recover.ts';
import type { Proof } from '../../src/change/results.ts';
import type { Argv, Host, RunResult } from '../../src/host/host.ts';
import { HostError } from '../../src/host/host.ts';
import { known } from '../../src/host/printable.ts';
import type { Prefix } from '../../src/network/prefix.ts';
import { Secret } from '../../src/wg/secret.ts';
import { keyOf } from '../support/snapshots.ts';
import {
  by,
  confPath,
  exit,
  fileStep,
  newText,
  oldText,
  peerStep,
  planOf,
  presharedKey,
  risky,
  type SimulatedHub,
  simulatedHub,
} from './hub.ts';

const apply = (hub: SimulatedHub, plan: Plan = planOf(), host: Host = hub.host) =>
  applyPlan(host, plan, { by, confirmWithinMs: 60_000 });

/** The calls that change something outside, each as one word and what it is about. */
const changing =
  'run writeFileAtomic writeNewFile linkFile moveFile removeFile makeDirectory removeDirectory startDetached'.split(
    ' ',
  );

/** May throw in place of a call, or answer it. */
type Spy = (name: string, args: readonly unknown[]) => RunResult | Promise<RunResult> | undefined;

/** A host whose changing calls go past a spy. */
function spied(host: Host, spy: Spy): Host {
  return new Proxy(host, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== 'function' || !changing.includes(String(name))) return value;
      return async (...args: unknown[]) => {
        const failed = await spy(String(name), args);
        return failed ?? ((await Reflect.apply(value, target, args)) as unknown);
      };
    },
  });
}

function shortly(name: string, [first]: readonly unknown[]): string {
  const words = Array.isArray(first) ? first.join(' ') : String(first);
  return `${name} ${words}`.replace(/\d{8}-\d{6}-[0-9a-f]{4}/g, 'ID').replaceAll('/var/lib/meshtui/changes/', '');
}

const vault = '/etc/wireguard/.meshtui/ID';

describe('a plan that is carried out', () => {
  test('is written down and guarded before its first step, and put into the file after it was read back', async () => {
    const hub = simulatedHub();
    const calls: string[] = [];
    const host = spied(hub.host, (name, args) => {
      calls.push(shortly(name, args));
      return undefined;
    });
    expect(await apply(hub, planOf(), host)).toEqual({ outcome: 'done', id: expect.any(String) });
    const isRead = (call: string) => /^run (wg|awg) show|^run ip -j/.test(call);
    expect(calls.filter((call) => !isRead(call))).toEqual([
      'makeDirectory ID',
      'writeNewFile ID/vaults',
      `makeDirectory ${vault}`,
      `writeNewFile ${vault}/psk-1`,
      `linkFile ${confPath}`,
      `linkFile ${confPath}`,
      `writeFileAtomic ${vault}/new-3`,
      'writeNewFile ID/spare',
      'writeNewFile ID/revert.sh',
      'writeNewFile ID/guard.sh',
      'writeNewFile ID/record.json',
      'startDetached sh ID/guard.sh',
      'writeNewFile ID/begun',
      `run wg set wg0 peer ${keyOf(1)} persistent-keepalive 25 allowed-ips 10.8.0.3/32,10.99.0.0/24`,
      'run ip -4 route add 10.99.0.0/24 dev wg0',
      `moveFile ${vault}/new-3`,
      'writeNewFile ID/done',
    ]);
    const place = calls.findIndex((call) => call.startsWith('moveFile'));
    expect(calls.slice(place - 4, place).every(isRead)).toBe(true);
    expect(hub.host.world.files.get(confPath)).toBe(newText);
    expect(hub.host.world.locks.size).toBe(0);
  });

  test('is recorded with who did it and without any secret', async () => {
    const hub = simulatedHub();
    const after = { text: new Secret(`${newText}PresharedKey = ${keyOf(66)}\n`), mode: 0o600 };
    await apply(hub, planOf({}, [peerStep, { ...fileStep, after }]));
    const [change] = await readChanges(hub.host);
    expect(change).toMatchObject({ title: 'Set laptop', by, state: { kind: 'done' }, process: { pid: 4242 } });
    const journal = [...hub.host.world.files].filter(([path]) => path.startsWith('/var/lib/meshtui/'));
    expect(journal.length).toBeGreaterThan(4);
    for (const [path, text] of journal) {
      for (const secret of [presharedKey, keyOf(77), keyOf(66)]) expect(text, path).not.toContain(secret);
    }
  });

  test('sets a preshared key through a pipe', async () => {
    const hub = simulatedHub();
    const after = { ...peerStep.after, allowedIps: ['10.8.0.3/32' as Prefix], endpoint: undefined };
    const step = {
      ...peerStep,
      after: { ...after, persistentKeepalive: undefined, presharedKey: new Secret(keyOf(66)) },
    };
    expect(await apply(hub, planOf({}, [step]))).toMatchObject({ outcome: 'done' });
    expect(hub.running.peers.get(keyOf(1))?.presharedKey).toBe(keyOf(66));
    expect(hub.host.world.ran.flat()).not.toContain(keyOf(66));
  });

  test('goes on where conntrack is missing, and says so', async () => {
    const hub = simulatedHub();
    hub.answer = ([program]) => (program === 'conntrack' ? { outcome: 'missing', program } : undefined);
    const told: string[] = [];
    const flows: Step = { kind: 'flows', prefixes: ['10.99.0.0/24' as Prefix] };
    const options = { by, confirmWithinMs: 1, onEvent: ({ text }: { text: string }) => void told.push(text) };
    expect(await applyPlan(hub.host, planOf({}, [peerStep, flows]), options)).toMatchObject({ outcome: 'done' });
    expect(told.some((text) => /not ended: The program conntrack is missing/.test(text))).toBe(true);
  });
});

describe('a plan is refused, and nothing changes,', () => {
  type Case = readonly [string, (hub: SimulatedHub) => void, RegExp, Plan?];
  const cases: readonly Case[] = [
    ['where the peer has other allowed IPs by now', (hub) => setIps(hub, []), /the allowed IPs are none/],
    ['where the peer has another preshared key', (hub) => setKey(hub), /preshared key is another one/],
    ['where the peer is gone', (hub) => void hub.running.peers.delete(keyOf(1)), /laptop is no peer of wg0/],
    [
      'where the route is there already',
      (hub) => void hub.running.routes.add('10.99.0.0/24'),
      /10\.99\.0\.0\/24.* is there/,
    ],
    [
      'where the file was changed',
      (hub) => void hub.host.world.files.set(confPath, '# other\n'),
      /changed by somebody/,
    ],
    ['where the file is gone', (hub) => void hub.host.world.files.delete(confPath), /wg0\.conf is gone/],
    ['where the file has another mode', (hub) => void hub.host.world.modes.set(confPath, 0o644), /mode 0644, not 0600/],
    [
      'where another peer has the prefix',
      (hub) => void hub.running.peers.get(keyOf(2))?.allowedIps.push('10.99.0.0/24'),
      /belongs to the peer .*, which would lose it to laptop/,
    ],
    ['where wg cannot be asked', (hub) => fail(hub, 'wg show', 'Permission denied'), /Permission denied/],
    [
      'where somebody has the lock',
      (hub) => lockOf(hub, 'bert, with "x", (pid 7)'),
      /bert, with "x", \(pid 7\) is changing/,
    ],
    ['where the disk is full', (hub) => void hub.host.world.denied.add('/var/lib/meshtui/changes'), /cannot be/],
    [
      'where the vault cannot be made',
      (hub) => void hub.host.world.denied.add('/etc/wireguard/.meshtui'),
      /\.meshtui.* cannot be written/,
    ],
    ['where sh is missing', (hub) => noGuard(hub), /sh is missing/],
    ['where systemd does not take the timer', (hub) => systemd(hub, 1), /systemd-run failed/, planOf({ risk: risky })],
  ];

  test.for(cases)('%s', async ([_case, prepare, reason, plan = planOf()]) => {
    const hub = simulatedHub();
    prepare(hub);
    const old = hub.state();
    const journal = [...hub.host.world.files.keys()];
    expect(await apply(hub, plan)).toMatchObject({ outcome: 'refused', reason: expect.stringMatching(reason) });
    expect(hub.state()).toEqual(old);
    expect([...hub.host.world.files.keys()].filter((path) => !journal.includes(path))).toEqual([]);
    expect(hub.host.world.ran.some((argv) => argv[1] === 'set' || argv[2] === 'route')).toBe(false);
  });

  test('where the interface does not run', async () => {
    const hub = simulatedHub();
    fail(hub, 'wg show', 'Unable to access interface: No such device');
    expect(await apply(hub)).toMatchObject({ outcome: 'refused', reason: expect.stringMatching(/wg0 does not run/) });
  });

  test('without root', async () => {
    const hub = simulatedHub();
    const host = { ...hub.host, facts: { ...hub.host.facts, uid: 1000 } };
    expect(await apply(hub, planOf(), host)).toMatchObject({
      outcome: 'refused',
      reason: expect.stringMatching(/root/),
    });
  });

  test('while another waits for its confirmation', async () => {
    const hub = simulatedHub();
    expect(await apply(hub, planOf({ risk: risky }))).toMatchObject({ outcome: 'pending' });
    expect(await apply(hub, planOf())).toMatchObject({
      outcome: 'refused',
      reason: expect.stringMatching(/is not over/),
    });
  });

  test('while another was interrupted and not yet ended', async () => {
    const hub = simulatedHub();
    await interrupt(hub);
    expect((await readChanges(hub.host))[0]?.state).toEqual({ kind: 'interrupted' });
    expect(await apply(hub)).toMatchObject({ outcome: 'refused', reason: expect.stringMatching(/is not over/) });
  });
});

describe('where a call fails, everything is old or everything is new', () => {
  const kinds = [
    ['a safe plan', planOf()],
    ['a plan that removes a peer', planOf({}, [{ ...peerStep, after: undefined }, fileStep])],
    ['a plan that removes a file', planOf({}, [{ ...fileStep, after: undefined }])],
  ] as const;

  test.each(kinds)('%s', async (_kind, plan) => {
    for (let failing = 1; failing < 100; failing += 1) {
      const hub = simulatedHub();
      const old = hub.state();
      let calls = 0;
      const host = spied(hub.host, (name) => {
        calls += 1;
        if (calls !== failing) return undefined;
        if (name === 'run') return exit(1, 'broken on purpose');
        throw new HostError('broken on purpose.');
      });
      const result = await apply(hub, plan, host);
      if (result.outcome === 'done') expect(hub.state(), `${failing}`).not.toEqual(old);
      else expect(hub.state(), `${failing}: ${result.outcome}`).toEqual(old);
      expect(['done', 'refused', 'reverted']).toContain(result.outcome);
      expect(hub.host.world.locks.size).toBe(0);
      if (calls < failing) return;
    }
    throw new Error('the plan never came to its end');
  });

  test('a program that says yes and does nothing is found out by reading back', async () => {
    const hub = simulatedHub();
    hub.answer = ([program, verb]) => (program === 'wg' && verb === 'set' ? exit(0) : undefined);
    expect(await apply(hub)).toMatchObject({ outcome: 'reverted', reason: expect.stringMatching(/Read back: laptop/) });
  });

  test('a change that touches others than it names is taken back', async () => {
    const hub = simulatedHub();
    hub.answer = ([, verb]) => {
      if (verb === 'set') hub.running.peers.delete(keyOf(2));
      return undefined;
    };
    expect(await apply(hub)).toMatchObject({
      outcome: 'reverted',
      reason: expect.stringMatching(/is gone, which is no part/),
    });
  });

  test('where even the revert script fails, the operator gets its path', async () => {
    const hub = simulatedHub();
    hub.answer = ([program, verb, ...words]) => {
      if (program === 'sh') return { outcome: 'exited', code: 1, stdout: 'wg0 is on fire.\n', stderr: '' };
      return verb === '-4' && words[0] === 'route' ? exit(2, 'no') : undefined;
    };
    expect(await apply(hub)).toMatchObject({
      outcome: 'stuck',
      reason: expect.stringMatching(/laptop: the allowed IPs are/),
      script: expect.stringMatching(/^\/var\/lib\/meshtui\/changes\/.*\/revert\.sh$/),
    });
  });
});

describe('a revert script that says yes and does nothing', () => {
  test('is not believed, and what it needs is kept', async () => {
    const hub = simulatedHub();
    hub.answer = ([program, script = '', ...words]) => {
      if (program === 'sh') {
        hub.host.world.files.set(script.replace('revert.sh', 'reverted'), 'done\n');
        return exit(0);
      }
      return script === '-4' && words[0] === 'route' ? exit(2, 'no') : undefined;
    };
    expect(await apply(hub)).toMatchObject({ outcome: 'stuck' });
    const [change] = await readChanges(hub.host);
    expect(change?.state).toMatchObject({ kind: 'stuck', reason: expect.stringMatching(/^laptop: the allowed IPs/) });
    expect([...hub.host.world.files.keys()].some((path) => path.endsWith('/psk-1'))).toBe(true);
    hub.answer = () => undefined;
    expect(await finishOrUndo(hub.host, change?.id ?? '', 'undo')).toMatchObject({ outcome: 'reverted' });
  });
});

describe('a risky plan', () => {
  const newLogin: Proof = { sameScreen: false, login: { kind: 'new', why: known('it is') } };
  const oldLogin: Proof = { sameScreen: true, login: { kind: 'old', why: known('this login is older') } };
  const pending = async (risk: Plan['risk'] = risky) => {
    const hub = simulatedHub();
    const result = await apply(hub, planOf({ risk }));
    if (result.outcome !== 'pending') throw new Error(result.outcome);
    return { hub, id: result.id };
  };

  test('leaves the file alone until it is confirmed', async () => {
    const { hub } = await pending();
    expect(hub.host.world.files.get(confPath)).toBe(oldText);
    expect(hub.running.routes.has('10.99.0.0/24')).toBe(true);
    expect(await confirmChange(hub.host, undefined, newLogin)).toMatchObject({ outcome: 'done' });
    expect(hub.host.world.files.get(confPath)).toBe(newText);
    expect(await confirmChange(hub.host, undefined, newLogin)).toMatchObject({ outcome: 'refused' });
  });

  test('that touches the operator is confirmed by a new login alone', async () => {
    const { hub } = await pending();
    const same = await confirmChange(hub.host, undefined, { ...newLogin, sameScreen: true });
    expect(same).toMatchObject({ outcome: 'refused', reason: expect.stringMatching(/Only a new login proves/) });
    const old = await confirmChange(hub.host, undefined, { ...oldLogin, sameScreen: false });
    expect(old).toMatchObject({ outcome: 'refused', reason: expect.stringMatching(/this login is older/) });
  });

  test('that cannot touch the operator is confirmed from the same screen', async () => {
    const { hub } = await pending({ ...risky, touchesOperator: false });
    expect(await confirmChange(hub.host, undefined, oldLogin)).toMatchObject({ outcome: 'done' });
  });

  test.each<[string, (hub: SimulatedHub, id: string) => void, RegExp]>([
    ['after its deadline', (hub) => hub.later(60_500), /deadline/],
    ['where the file was changed', (hub) => void hub.host.world.files.set(confPath, '# x\n'), /changed by somebody/],
    ['where what runs was changed', (hub) => void hub.running.routes.delete('10.99.0.0/24'), /is missing/],
    ['while it is being reverted', (hub, id) => void marker(hub, id, 'reverting'), /reverts it already/],
    ['after it was reverted', (hub, id) => void marker(hub, id, 'reverted'), /was reverted|No change waits/],
  ])('is not confirmed %s', async (_case, prepare, reason) => {
    const { hub, id } = await pending();
    prepare(hub, id);
    const old = hub.host.world.files.get(confPath);
    expect(await confirmChange(hub.host, id, newLogin)).toEqual({
      outcome: 'refused',
      reason: expect.stringMatching(reason),
    });
    expect(hub.host.world.files.get(confPath)).toBe(old);
  });

  test('is taken back where the watchdog comes between its file and its end', async () => {
    const { hub, id } = await pending();
    const host = spied(hub.host, (name, [path]) => {
      if (name === 'writeNewFile' && String(path).endsWith('/done')) marker(hub, id, 'reverting');
      return undefined;
    });
    expect(await confirmChange(host, id, newLogin)).toMatchObject({ outcome: 'reverted' });
    expect((await readChanges(hub.host))[0]?.state.kind).toBe('reverted');
    expect(hub.host.world.files.get(confPath)).toBe(oldText);
  });

  test('can be reverted at once', async () => {
    const { hub, id } = await pending();
    expect(await revertPending(hub.host, id, known('the operator wants it'))).toMatchObject({ outcome: 'reverted' });
    expect(hub.running.routes.has('10.99.0.0/24')).toBe(false);
  });

  test('has a timer of systemd before its first step, which goes with its end', async () => {
    const hub = simulatedHub();
    systemd(hub, 0);
    const result = await apply(hub, planOf({ risk: risky }));
    if (result.outcome !== 'pending') throw new Error(result.outcome);
    const { id } = result;
    const ran = hub.host.world.ran.map((argv) => argv.join(' '));
    const armed = ran.indexOf(
      `systemd-run --quiet --collect --unit=meshtui-revert-${id} --on-active=60000ms --timer-property=AccuracySec=100ms ` +
        `/bin/sh /var/lib/meshtui/changes/${id}/revert.sh --unless-done nobody confirmed it in time`,
    );
    expect(armed).toBeGreaterThan(-1);
    expect(armed).toBeLessThan(ran.findIndex((words) => words.startsWith('wg set')));
    expect(hub.host.world.files.get(`/var/lib/meshtui/changes/${id}/guard.sh`)).toContain('deadline=\n');
    await confirmChange(hub.host, id, newLogin);
    expect(hub.host.world.ran.slice(-2).map((argv) => argv.join(' '))).toEqual([
      `systemctl stop meshtui-revert-${id}.timer`,
      `systemctl show --property=ActiveState --value meshtui-revert-${id}.timer`,
    ]);
  });

  test('whose steps fail stops the timer, and says where it is not gone', async () => {
    const hub = simulatedHub();
    systemd(hub, 0, 'active');
    const answer = hub.answer;
    hub.answer = (argv) => (argv[2] === 'route' ? exit(2, 'no') : answer(argv));
    expect(await apply(hub, planOf({ risk: risky }))).toMatchObject({
      outcome: 'reverted',
      reason: expect.stringMatching(/no\. The watchdog could not be stopped.*is still active/),
    });
  });
});

describe('the next start', () => {
  test('is told of a change that was interrupted, and may undo it', async () => {
    const hub = simulatedHub();
    const id = await interrupt(hub);
    expect(await reviewChanges(hub.host)).toMatchObject([
      {
        sentence: expect.stringMatching(/was interrupted: process 4242 is gone/),
        choices: ['finish', 'undo', 'leave'],
      },
    ]);
    expect(await finishOrUndo(hub.host, id, 'undo')).toMatchObject({ outcome: 'reverted' });
    expect(hub.host.world.files.get(confPath)).toBe(oldText);
  });

  test('is not told that it is undone while a peer is not as the record has it', async () => {
    const hub = simulatedHub();
    const id = await interrupt(hub);
    hub.running.peers.get(keyOf(1))?.allowedIps.pop();
    hub.answer = ([program]) => (program === 'sh' ? exit(0) : undefined);
    expect(await finishOrUndo(hub.host, id, 'undo')).toMatchObject({
      outcome: 'stuck',
      reason: expect.stringMatching(/laptop: the allowed IPs are/),
    });
  });

  test('may end it as it is, where it cannot be brought back', async () => {
    const hub = simulatedHub();
    const id = await interrupt(hub);
    hub.answer = ([program]) => (program === 'sh' ? exit(1, 'no') : undefined);
    marker(hub, id, 'revert-failed', 'wg0.conf was changed by somebody else.\n');
    expect((await readChanges(hub.host))[0]?.state).toEqual({
      kind: 'stuck',
      reason: 'wg0.conf was changed by somebody else.',
    });
    expect(await finishOrUndo(hub.host, id, 'undo')).toMatchObject({ outcome: 'stuck' });
    expect(await finishOrUndo(hub.host, id, 'leave')).toMatchObject({ outcome: 'reverted' });
    hub.answer = () => undefined;
    expect(await apply(hub)).toMatchObject({ outcome: 'done' });
  });

  test('may finish it where only the file is left', async () => {
    const hub = simulatedHub();
    const id = await interrupt(hub);
    expect(await finishOrUndo(hub.host, id, 'finish')).toMatchObject({ outcome: 'refused' });
    const peer = hub.running.peers.get(keyOf(1));
    peer?.allowedIps.push('10.99.0.0/24');
    if (peer !== undefined) peer.keepalive = '25';
    hub.running.routes.add('10.99.0.0/24');
    expect(await finishOrUndo(hub.host, id, 'finish')).toEqual({ outcome: 'done', id });
    expect(hub.host.world.files.get(confPath)).toBe(newText);
  });

  test('after a restart before the confirmation finds the old state, and the next change ends the old one', async () => {
    const hub = simulatedHub();
    const old = hub.state();
    await apply(hub, planOf({ risk: risky }));
    hub.reboot();
    expect(hub.state()).toEqual(old);
    expect((await readChanges(hub.host))[0]?.state).toEqual({ kind: 'rebooted' });
    expect(await reviewChanges(hub.host)).toMatchObject([
      { sentence: expect.stringMatching(/machine was restarted before .*; its files are the old ones/) },
    ]);
    expect(await apply(hub)).toMatchObject({ outcome: 'done' });
    expect((await readChanges(hub.host))[1]?.state).toMatchObject({ kind: 'reverted' });
  });

  test('is told why a script reverted, once', async () => {
    const hub = simulatedHub();
    const result = await apply(hub, planOf({ risk: risky }));
    const id = result.outcome === 'pending' ? result.id : '';
    marker(hub, id, 'reverted', 'nobody confirmed it in time\n1795000000\n');
    expect(await reviewChanges(hub.host)).toMatchObject([
      { sentence: expect.stringMatching(/was reverted: nobody confirmed it in time\.$/), choices: [] },
    ]);
    marker(hub, id, 'told');
    expect(await reviewChanges(hub.host)).toEqual([]);
  });
});

function setIps(hub: SimulatedHub, ips: string[]): void {
  const peer = hub.running.peers.get(keyOf(1));
  if (peer !== undefined) peer.allowedIps = ips;
}

function setKey(hub: SimulatedHub): void {
  const peer = hub.running.peers.get(keyOf(1));
  if (peer !== undefined) peer.presharedKey = keyOf(5);
}

function fail(hub: SimulatedHub, words: string, stderr: string): void {
  hub.answer = (argv: Argv) => (argv.join(' ').startsWith(words) ? exit(1, `${stderr}\n`) : undefined);
}

function lockOf(hub: SimulatedHub, holder: string): void {
  hub.host.world.locks.set('/var/lib/meshtui/changes/lock', holder);
}

function noGuard(hub: SimulatedHub): void {
  hub.host.world.starts = () => ({ outcome: 'missing', program: 'sh' });
}

function systemd(hub: SimulatedHub, code: number, state = 'inactive'): void {
  hub.host.world.directories.set('/run/systemd/system', 0o755);
  hub.answer = ([program, verb]) => {
    if (program === 'systemd-run') return exit(code, 'Failed to start transient timer unit.');
    if (program === 'systemctl')
      return { outcome: 'exited', code: 0, stdout: verb === 'show' ? `${state}\n` : '', stderr: '' };
    return undefined;
  };
}

function marker(hub: SimulatedHub, id: string, name: string, text = ''): void {
  hub.host.world.files.set(`/var/lib/meshtui/changes/${id}/${name}`, text);
}

/** A change whose process is killed right before its first live step; its id. */
async function interrupt(hub: SimulatedHub): Promise<string> {
  const reached = Promise.withResolvers<void>();
  const host = spied(hub.host, (_name, [argv]) => {
    if (!Array.isArray(argv) || argv[1] !== 'set') return undefined;
    reached.resolve();
    return new Promise<RunResult>(() => undefined);
  });
  void apply(hub, planOf(), host);
  await reached.promise;
  hub.host.world.files.delete('/proc/4242/stat');
  hub.host.world.locks.clear();
  return (await readChanges(hub.host))[0]?.id ?? '';
}
