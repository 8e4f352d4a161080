/** What the built program keeps from one run to the next, and what happens where it cannot. */
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { labObstacle } from '../lab/lab.ts';
import { dumpOf, type FakeHub, fakeHub } from '../support/fake-hub.ts';
import { launch, type Terminal } from '../support/terminal.ts';

const obstacle = await labObstacle();
const size = { columns: 120, rows: 30 };

/** A handshake of a client that the hub answers and that never completes (148 bytes in, 92 out), each second. */
const knocking = (times: number) => dumpOf([{}, { handshakeAge: 'never', rxBytes: 148 * times, txBytes: 92 * times }]);

async function quit(terminal: Terminal): Promise<void> {
  terminal.send('q');
  expect((await terminal.exit()).code).toBe(0);
}

/** Lets a peer knock until the console says so, and ends it. */
async function knockUntilSeen(hub: FakeHub): Promise<number> {
  const terminal = hub.start([], size);
  let times = 1;
  for (; !/knocking/.test(terminal.text()); times += 1) {
    if (times > 30) throw new Error(`nobody knocks\n${terminal.text()}`);
    hub.answer(knocking(times));
    await terminal.waitFor((text) => /knocking/.test(text), 1000).catch(() => undefined);
  }
  await quit(terminal);
  return times;
}

test('the first paint of the next run knows who was knocking', async () => {
  const hub = fakeHub();
  hub.answer(knocking(1));
  await knockUntilSeen(hub);
  const terminal = hub.start([], size);
  const first = await terminal.waitFor('10.8.0.2', 10_000);
  expect(first).toMatch(/10\.8\.0\.2\b.*knocking/);
  await quit(terminal);
});

test.each([
  ['nonsense', '{"format":'],
  ['another program’s', '[1,2,3]'],
  ['of another version', '{"format":"meshtui activity 1","at":1,"peers":[]}'],
  ['half a file', '{"format":"meshtui activity 2","at":1,"peers":3,"ids":70,"endpoints":60,"order":"LE"}\nhalf'],
])('a history that is %s is ignored', async (_what, text) => {
  const hub = fakeHub();
  writeFileSync(join(hub.stateDirectory, 'activity.bin'), text);
  const terminal = hub.start([], size);
  await terminal.waitFor('10.8.0.3', 10_000);
  await quit(terminal);
  expect(readFileSync(join(hub.stateDirectory, 'activity.bin'), 'latin1')).toMatch(/^\{"format":"meshtui activity 2"/);
});

test.skipIf(obstacle !== undefined).each([
  ['full', 'size=16k', 'dd if=/dev/zero of="$1/filler" bs=1k 2>/dev/null'],
  ['read-only', 'size=64k', 'mount -o remount,ro "$1"'],
])('a state directory that is %s: the console works, and the old file is untouched', async (_what, options, spoil) => {
  const hub = fakeHub();
  const path = join(hub.stateDirectory, 'activity.bin');
  const old = JSON.stringify({ format: 'meshtui activity 2', at: Date.now() - 60_000, peers: [] });
  // A mount of its own, which ends with the program. What is left in the file is printed at the end.
  const script = [
    `mount -t tmpfs -o ${options} state "$1"`,
    `printf %s '${old}' > "$1/activity.bin"`,
    spoil,
    'state=$1; shift; "$@"; echo "ended with $?"; cat "$state/activity.bin"; ls "$state" | grep -c tmp',
  ].join('\n');
  const argv = ['unshare', '--mount', '--propagation', 'private', 'bash', '-c', script, 'in-mount'];
  const environment = Object.entries(hub.env).map(([name, value]) => `${name}=${value}`);
  const terminal = launch([...argv, hub.stateDirectory, 'env', ...environment, ...hub.argv()], size);
  await terminal.waitFor('10.8.0.3', 10_000);
  terminal.send('q');
  await terminal.exit();
  expect(terminal.text().replaceAll('\n', '')).toContain(`ended with 0${old}0`);
  expect(() => statSync(path)).toThrow('ENOENT');
});

test('a state directory that nobody made and nobody can make: no word about it at the end, and exit 0', async () => {
  const hub = fakeHub();
  const file = join(hub.stateDirectory, 'file');
  writeFileSync(file, '');
  chmodSync(file, 0o400);
  const terminal = hub.start([], { ...size, env: { MESHTUI_STATE_DIR: join(file, 'state') } });
  await terminal.waitFor('10.8.0.3', 10_000);
  await quit(terminal);
  expect(terminal.text().trim()).toBe('');
});
