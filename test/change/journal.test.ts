import { describe, expect, test } from 'vitest';
import { applyPlan } from '../../src/change/apply.ts';
import { nextId, pruneChanges, readChanges } from '../../src/change/journal.ts';
import { loginOf } from '../../src/change/login.ts';
import { readAuthor } from '../../src/change/machine.ts';
import type { Plan } from '../../src/change/plan.ts';
import { readHubState } from '../../src/change/read-hub.ts';
import { readKept } from '../../src/change/read-kept.ts';
import { undoPlan } from '../../src/change/undo.ts';
import { fakeHost } from '../../src/host/fake.ts';
import { known } from '../../src/host/printable.ts';
import { Secret } from '../../src/wg/secret.ts';
import { keyOf, noon } from '../support/snapshots.ts';
import {
  by,
  confPath,
  fileStep,
  newText,
  oldText,
  peerStep,
  planOf,
  type SimulatedHub,
  simulatedHub,
  wg0,
} from './hub.ts';

const apply = async (hub: SimulatedHub, plan: Plan = planOf()) => {
  const result = await applyPlan(hub.host, plan, { by, confirmWithinMs: 60_000 });
  if (result.outcome !== 'done') throw new Error(`${result.outcome}: ${'reason' in result ? result.reason : ''}`);
  return result.id;
};

/** The plan that undoes a change, from what is kept. */
async function undo(hub: SimulatedHub, id: string) {
  const changes = await readChanges(hub.host);
  const change = changes.find((each) => each.id === id);
  const reading = await readHubState(hub.host, wg0);
  if (change === undefined || reading.outcome !== 'read') throw new Error('there is nothing to undo');
  return undoPlan(change, reading.hub, changes, await readKept(hub.host, change));
}

async function undone(hub: SimulatedHub, id: string): Promise<string> {
  const result = await undo(hub, id);
  if (result.outcome !== 'plan') throw new Error(result.reason);
  return apply(hub, result.plan);
}

/** Another edit of the file alone, from this text to that. */
const edit = (before: string, after: string): Plan =>
  planOf({ title: known('Rename laptop') }, [
    {
      ...{ kind: 'file', path: confPath },
      before: { text: new Secret(before), mode: 0o600 },
      after: { text: new Secret(after), mode: 0o600 },
    },
  ]);

describe('an undo', () => {
  test('brings back file and peer with its key, and is itself undone', async () => {
    const hub = simulatedHub();
    const old = hub.state();
    const id = await apply(hub, planOf({}, [{ ...peerStep, after: undefined }, fileStep]));
    const now = hub.state();
    const second = await undone(hub, id);
    expect(hub.state()).toEqual(old);
    expect((await readChanges(hub.host)).map(({ state }) => state.kind)).toEqual(['done', 'undone']);
    await undone(hub, second);
    expect(hub.state()).toEqual(now);
    expect((await readChanges(hub.host)).map(({ state }) => state.kind)).toEqual(['done', 'undone', 'done']);
  });

  test('says what it does to whom', async () => {
    const hub = simulatedHub();
    const id = await apply(hub, planOf({}, [{ ...peerStep, after: undefined }]));
    const result = await undo(hub, id);
    expect(result).toMatchObject({
      outcome: 'plan',
      plan: { title: 'Undo: Set laptop', undoes: id, affected: [{ label: 'laptop', how: 'gets access again' }] },
    });
    expect(result.outcome === 'plan' && result.plan.cutsOff).toBeUndefined();
  });

  test('is refused while later changes stand on it, by name, and possible once they are undone', async () => {
    const hub = simulatedHub();
    const first = await apply(hub);
    const second = await apply(hub, edit(newText, `${newText}# x\n`));
    expect(await undo(hub, first)).toEqual({
      outcome: 'refused',
      reason: `1 later change on it: "Rename laptop" (${second}). Undo the last one first.`,
    });
    await undone(hub, second);
    expect((await undo(hub, first)).outcome).toBe('plan');
  });

  test.each<[string, (hub: SimulatedHub) => void, RegExp]>([
    ['the file', (hub) => void hub.host.world.files.set(confPath, '# x\n'), /wg0\.conf was changed since/],
    ['the peer', (hub) => void hub.running.peers.delete(keyOf(1)), /laptop is no peer of wg0\. It was changed since/],
    ['the route', (hub) => void hub.running.routes.delete('10.99.0.0/24'), /is missing on wg0\. It was changed since/],
    ['the kept file', (hub) => void removeKept(hub, 'old-3'), /old text of .* is not kept any more/],
  ])('is refused where %s is not as the change left it', async (_what, prepare, reason) => {
    const hub = simulatedHub();
    const id = await apply(hub);
    prepare(hub);
    expect(await undo(hub, id)).toEqual({ outcome: 'refused', reason: expect.stringMatching(reason) });
  });

  test('is refused where the key of a removed peer is not kept any more', async () => {
    const hub = simulatedHub();
    const id = await apply(hub, planOf({}, [{ ...peerStep, after: undefined }]));
    removeKept(hub, 'psk-1');
    expect(await undo(hub, id)).toMatchObject({ outcome: 'refused', reason: expect.stringMatching(/preshared key/) });
  });
});

function removeKept(hub: SimulatedHub, name: string): void {
  for (const path of [...hub.host.world.files.keys()]) if (path.endsWith(`/${name}`)) hub.host.world.files.delete(path);
}

describe('the journal', () => {
  test('has ids that sort by time, also where the clock is set back', () => {
    const id = nextId(noon, undefined, 'ab12');
    expect(id).toBe('20261123-120000-ab12');
    expect(nextId(noon + 900, id, '0000')).toBe('20261123-120001-0000');
    expect(nextId(noon - 3_600_000, '20261231-235959-ffff', '0000')).toBe('20270101-000000-0000');
  });

  test('leaves out what is no record', async () => {
    const hub = simulatedHub();
    const id = await apply(hub);
    const path = `/var/lib/meshtui/changes/${id}/record.json`;
    const record = JSON.parse(hub.host.world.files.get(path) ?? '') as Record<string, unknown>;
    const broken = [
      '',
      '{',
      '[]',
      'null',
      JSON.stringify({ ...record, version: 2 }),
      JSON.stringify({ ...record, steps: [{}] }),
    ];
    for (const [index, text] of broken.entries()) {
      hub.host.world.files.set(`/var/lib/meshtui/changes/20260101-00000${index}-0000/record.json`, text);
    }
    hub.host.world.files.set('/var/lib/meshtui/changes/..x/record.json', JSON.stringify(record));
    expect((await readChanges(hub.host)).map((change) => change.id)).toEqual([id]);
  });

  test('shows nothing that a terminal could obey', async () => {
    const hub = simulatedHub();
    const id = await apply(hub);
    const path = `/var/lib/meshtui/changes/${id}/record.json`;
    const text = hub.host.world.files.get(path) ?? '';
    hub.host.world.files.set(path, text.replace('Set laptop', '\\u001b]0;x\\u0007Set\\u202e laptop'));
    expect((await readChanges(hub.host))[0]?.title).toBe('Set laptop');
  });

  test('keeps the newest 200 changes that are over, and attempts without a record not at all', async () => {
    const hub = simulatedHub();
    const id = await apply(hub);
    const { files } = hub.host.world;
    const record = files.get(`/var/lib/meshtui/changes/${id}/record.json`) ?? '';
    for (let index = 0; index < 205; index += 1) {
      const other = `20250101-000000-${index.toString(16).padStart(4, '0')}`;
      files.set(`/var/lib/meshtui/changes/${other}/record.json`, record.replaceAll(id, other));
      files.set(`/var/lib/meshtui/changes/${other}/done`, '');
      files.set(`/etc/wireguard/.meshtui/${other}/old-3`, oldText);
    }
    const attempt = '20250101-000000-ffff';
    files.set(`/var/lib/meshtui/changes/${attempt}/vaults`, `/etc/wireguard/.meshtui/${attempt}\n`);
    files.set(`/etc/wireguard/.meshtui/${attempt}/new-1`, newText);
    await pruneChanges(hub.host, await readChanges(hub.host));
    expect(await readChanges(hub.host)).toHaveLength(200);
    const names = (directory: string) => [...files.keys()].filter((path) => path.startsWith(directory));
    expect(names('/etc/wireguard/.meshtui/20250101-000000-0005')).toEqual([]);
    expect(names('/etc/wireguard/.meshtui/20250101-000000-0006')).toHaveLength(1);
    expect([...files.keys()].some((path) => path.includes(attempt))).toBe(false);
  });
});

describe('who is at work', () => {
  test('is the account behind sudo', async () => {
    const host = fakeHost({}, { environment: { SUDO_USER: 'anna', SUDO_UID: '1000' } });
    expect(await readAuthor(host, '198.51.100.7')).toEqual({ user: 'anna', uid: 1000, from: '198.51.100.7' });
  });

  test.each([
    ['1001\n', { user: 'bert', uid: 1001 }],
    ['4294967295\n', { user: 'root', uid: 0 }],
    [undefined, { user: 'root', uid: 0 }],
    ['77\n', { user: 'uid 77', uid: 77 }],
  ])('is the account of the login %j', async (loginuid, expected) => {
    const files = new Map([['/etc/passwd', 'root:x:0:0::/root:/bin/sh\nbert:x:1001:1001::/home/bert:/bin/sh\n']]);
    if (loginuid !== undefined) files.set('/proc/4242/loginuid', loginuid);
    expect(await readAuthor(fakeHost({ files }), 'tty1')).toMatchObject(expected);
  });
});

describe('a login', () => {
  test.each([
    [{ kind: 'ssh', startedMs: 5_001 }, 'new'],
    [{ kind: 'ssh', startedMs: 5_000 }, 'old'],
    [{ kind: 'console', startedMs: 9_000 }, 'new'],
    [{ kind: 'ssh', startedMs: undefined }, 'unknown'],
    [{ kind: 'unknown', why: known('mosh tells nobody') }, 'unknown'],
  ] as const)('%j, where the change held from 5,000 ms on, is %s', (facts, kind) => {
    expect(loginOf(facts, 5_000).kind).toBe(kind);
  });
});
