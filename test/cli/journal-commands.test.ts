/** `meshtui undo`, `confirm` and `changes`, on the simulated hub. */
import { describe, expect, test } from 'vitest';
import type { PeerWish } from '../../src/cli/change-peer.ts';
import { printChanges } from '../../src/cli/changes.ts';
import type { changesDocument } from '../../src/cli/changes-json.ts';
import { confirm } from '../../src/cli/confirm.ts';
import { findChange } from '../../src/cli/find-change.ts';
import { type UndoOptions, undoChange } from '../../src/cli/undo.ts';
import type { Host } from '../../src/host/host.ts';
import { changeOptions, demo, type FakeTalk, fakeTalk, fileOf, heard, onPeer } from './talk.ts';

const rename = (name: string): PeerWish => ({ kind: 'edit', edits: { name } });
const disableLaptop: PeerWish = { kind: 'disable', how: {} };

async function undo(host: Host, word?: string, options: Partial<UndoOptions> = {}, talk: FakeTalk = fakeTalk()) {
  const code = await undoChange(host, talk, { ...changeOptions, yes: true, ...options }, ['undo'], word);
  return { ...heard(talk), code };
}

async function confirmNow(host: Host, word?: string, options: { json?: boolean; finish?: boolean } = {}) {
  const talk = fakeTalk();
  const code = await confirm(host, talk, options, word);
  return { ...heard(talk), code };
}

async function changes(host: Host, word?: string, json = false) {
  const talk = fakeTalk();
  const code = await printChanges(host, talk, { json }, word);
  return { ...heard(talk), code };
}

const documentOf = async (host: Host) => JSON.parse((await changes(host, undefined, true)).text) as Listing;
type Listing = ReturnType<typeof changesDocument>;

/** The id in what a command said. */
const idIn = (text: string) => /\d{8}-\d{6}-[0-9a-f]{4}/.exec(text)?.[0] ?? 'none';

/** The same hub, seen from a login that is so many seconds younger than the start of the demo. */
function loggedInAfter(host: Host, seconds: number): Host {
  return {
    ...host,
    async readFile(path) {
      const read = await host.readFile(path);
      const isServer = /^\/proc\/41\d\d\/stat$/.test(path);
      if (!isServer || read.outcome !== 'read') return read;
      const uptime = await host.readFile('/proc/uptime');
      const ticks = uptime.outcome === 'read' ? (Number(uptime.value.split(' ')[0]) + seconds) * 100 : 0;
      const fields = read.value.split(' ');
      fields[21] = String(Math.round(ticks));
      return { outcome: 'read', value: fields.join(' ') };
    },
  };
}

describe('meshtui undo', () => {
  test('without an id goes back one change after another, and says when there is none', async () => {
    const { host, time } = demo();
    const original = await fileOf(host);
    await onPeer(host, 'tablet', rename('one'), { yes: true });
    time.now += 1_000;
    const between = await fileOf(host);
    await onPeer(host, 'printer', rename('two'), { yes: true });
    const first = await undo(host);
    expect(first.text).toContain('Undo: Rename printer to two');
    expect(await fileOf(host)).toBe(between);
    expect((await undo(host)).code).toBe(0);
    expect(await fileOf(host)).toBe(original);
    const third = await undo(host);
    expect(third.code).toBe(1);
    expect(third.errors).toEqual([
      'meshtui: There is nothing to undo: no change is done. To undo an undo, say its id.',
    ]);
  });

  test('with an id, or its end, undoes that one; an undo too', async () => {
    const { host } = demo();
    const original = await fileOf(host);
    const id = idIn((await onPeer(host, 'tablet', rename('one'), { yes: true })).text);
    const changed = await fileOf(host);
    const undone = idIn((await undo(host, id.slice(-4))).text.split('Done')[1] ?? '');
    expect(await fileOf(host)).toBe(original);
    expect((await undo(host, undone)).code).toBe(0);
    expect(await fileOf(host)).toBe(changed);
    const again = await undo(host, undone, { json: true });
    expect(again.code).toBe(1);
    expect(JSON.parse(again.text)).toMatchObject({ outcome: 'refused' });
  });

  test('with --dry-run shows the plan alone', async () => {
    const { host } = demo();
    await onPeer(host, 'tablet', rename('one'), { yes: true });
    const changed = await fileOf(host);
    const { code, text } = await undo(host, undefined, { dryRun: true });
    expect(code).toBe(0);
    expect(text).toContain('It takes back the change');
    expect(await fileOf(host)).toBe(changed);
  });

  test('of an id that is none is wrong usage', async () => {
    expect(await undo(demo().host, 'nonsense')).toMatchObject({
      code: 2,
      errors: ['meshtui: There is no change "nonsense": meshtui changes lists them.'],
    });
  });

  test('of a change that waits takes it back now, after a question', async () => {
    const { host } = demo();
    await onPeer(host, 'laptop', disableLaptop, { yes: true, wait: false });
    const no = await undo(host, undefined, { yes: false }, fakeTalk({ answers: ['n'] }));
    expect([no.code, no.errors]).toEqual([1, ['Nothing was changed.']]);
    const dry = await undo(host, undefined, { dryRun: true });
    expect(dry).toMatchObject({ code: 0, text: expect.stringContaining('waits for its confirmation') });
    const yes = await undo(host, undefined, { yes: false }, fakeTalk({ answers: ['y'] }));
    expect([yes.code, yes.text]).toEqual([0, expect.stringMatching(/Taken back: everything is as it was before\.$/)]);
    const { changes: listed } = await documentOf(host);
    expect(listed.map(({ state }) => state.kind)).toEqual(['reverted']);
  });

  test('of a change that waits says in JSON what came of it', async () => {
    const { host } = demo();
    await onPeer(host, 'laptop', disableLaptop, { yes: true, wait: false });
    const { code, text } = await undo(host, undefined, { json: true });
    expect([code, JSON.parse(text)]).toMatchObject([0, { outcome: 'reverted', plan: null }]);
  });

  test('leaves only what was interrupted', async () => {
    const { host } = demo();
    await onPeer(host, 'tablet', rename('one'), { yes: true });
    const { code, errors } = await undo(host, undefined, { leave: true });
    expect([code, errors[0]]).toEqual([1, expect.stringContaining('is not one that was interrupted')]);
  });
});

describe('meshtui confirm', () => {
  test('is refused to an old login, with what to do', async () => {
    const { host } = demo();
    await onPeer(host, 'laptop', disableLaptop, { yes: true, wait: false });
    const { code, errors } = await confirmNow(host);
    expect(code).toBe(1);
    expect(errors[0]).toMatch(/Only a new login proves .* this SSH connection is older than the change\. Log in anew/);
  });

  test('of a new login keeps the change', async () => {
    const { host, time } = demo();
    const before = await fileOf(host);
    await onPeer(host, 'laptop', disableLaptop, { yes: true, wait: false });
    time.now += 5_000;
    const { code, text } = await confirmNow(loggedInAfter(host, -1));
    expect(code).toBe(0);
    expect(text).toMatch(/Done, and read back\. To take it back: meshtui undo/);
    expect(await fileOf(host)).not.toBe(before);
    time.now += 300_000;
    expect((await documentOf(host)).changes[0]?.state.kind).toBe('done');
  });

  test('ends the wait of whoever made the change', async () => {
    const { host, time } = demo();
    const talk = fakeTalk({
      answers: [],
      tick: async (second) => {
        time.now += 1_000;
        if (second === 10) await confirmNow(loggedInAfter(host, -2));
      },
    });
    const { code, text } = await onPeer(host, 'laptop', disableLaptop, { yes: true }, talk);
    expect(code).toBe(0);
    expect(text).toMatch(/Done, and read back\./);
  });

  test('with nothing that waits is refused', async () => {
    const { host } = demo();
    expect(await confirmNow(host)).toMatchObject({
      code: 1,
      errors: ['meshtui: No change waits for a confirmation.'],
    });
    const json = await confirmNow(host, undefined, { json: true });
    expect(JSON.parse(json.text)).toMatchObject({ outcome: 'refused' });
    expect((await confirmNow(host, '20200101-000000-abcd')).code).toBe(2);
  });
});

describe('a change that was interrupted', () => {
  /** A change whose process is gone and which nothing reverted. */
  async function interrupted() {
    const { host, time } = demo();
    const id = idIn((await onPeer(host, 'tablet', rename('one'), { yes: true })).text);
    const directory = `/var/lib/meshtui/changes/${id}`;
    await host.removeFile(`${directory}/done`);
    const record = await fileOf(host, `${directory}/record.json`);
    await host.writeFileAtomic(`${directory}/record.json`, record.replace(/"pid": \d+/, '"pid": 99999'));
    return { host, time, id };
  }

  test('is told of, with the ways out, before anything else is done', async () => {
    const { host, id } = await interrupted();
    const { errors } = await onPeer(host, 'printer', rename('two'), { dryRun: true });
    expect(errors[0]).toContain('was interrupted: process 99999 is gone');
    expect(errors[0]).toContain(`meshtui confirm ${id} --finish keeps it; meshtui undo ${id} takes it back`);
    expect((await confirmNow(host, id)).errors[0]).toContain('--finish keeps it');
  });

  test('is left as it is where somebody says so', async () => {
    const { host } = await interrupted();
    const now = await fileOf(host);
    expect(await undo(host, undefined, { leave: true })).toMatchObject({
      code: 0,
      text: expect.stringMatching(/Ended as it is\.$/),
    });
    expect(await fileOf(host)).toBe(now);
    expect((await onPeer(host, 'printer', rename('two'), { yes: true })).code).toBe(0);
  });
});

describe('meshtui changes', () => {
  test('says that there are none', async () => {
    expect(await changes(demo().host)).toMatchObject({ code: 0, text: 'Nothing was changed by meshtui here yet.' });
  });

  test('lists them newest first, with who and from where, and what waits before them', async () => {
    const { host, time } = demo();
    await onPeer(host, 'tablet', rename('one'), { yes: true });
    time.now += 60_000;
    await onPeer(host, 'laptop', disableLaptop, { yes: true, wait: false });
    const { text } = await changes(host);
    const lines = text.split('\n');
    expect(lines[0]).toMatch(/"Disable laptop" .* waits for its confirmation\. meshtui confirm \S+ keeps it/);
    expect(lines[2]).toMatch(/^WHEN +WHAT +STATE +WHO +FROM +ID$/);
    expect(lines[3]).toMatch(/^12:01:00 +Disable laptop +unconfirmed, 2 m left +uid 0 +10\.8\.0\.4 +\d{8}-/);
    expect(lines[4]).toMatch(/^12:00:00 +Rename tablet to one +done +uid 0 +10\.8\.0\.4 +\d{8}-/);
  });

  test('shows one with what it changed in the file', async () => {
    const { host } = demo();
    const id = idIn((await onPeer(host, 'tablet', rename('one'), { yes: true })).text);
    const { code, text } = await changes(host, id.slice(-4));
    expect(code).toBe(0);
    expect(text).toMatch(/^Rename tablet to one\ndone\n/);
    expect(text).toContain('  - ### begin tablet ###');
    expect(text).toContain('  + ### begin one ###');
  });

  test('tells as JSON all that is written down, and no key', async () => {
    const { host } = demo();
    await onPeer(
      host,
      'laptop',
      { kind: 'edit', edits: { settings: { presharedKey: 'new' } } },
      { yes: true, wait: false },
    );
    const { text } = await changes(host, undefined, true);
    const { changes: listed } = JSON.parse(text) as Listing;
    expect(listed[0]).toMatchObject({
      by: { user: 'uid 0', from: '10.8.0.4' },
      state: { kind: 'pending', deadline: expect.any(String) },
      risk: { level: 'risky', touchesOperator: true },
      notice: { choices: ['confirm', 'undo'] },
    });
    for (const secret of (await fileOf(host)).match(/(?<=(Preshared|Private)Key = ).*/g) ?? []) {
      expect(text).not.toContain(secret);
    }
  });
});

test('a part of an id is enough where no other has it', () => {
  const records = ['20261123-120001-ab12', '20261123-120002-cd12'].map((id) => ({ id, title: 'x' }));
  const find = (word: string) => findChange(records as unknown as Parameters<typeof findChange>[0], word);
  expect(find('ab12')).toMatchObject({ outcome: 'found', change: { id: '20261123-120001-ab12' } });
  expect(find('20261123-120002')).toMatchObject({ outcome: 'found', change: { id: '20261123-120002-cd12' } });
  expect(find('20261123')).toMatchObject({ outcome: 'none', candidates: [expect.any(String), expect.any(String)] });
  expect(find('12')).toMatchObject({ outcome: 'none', candidates: [] });
});
