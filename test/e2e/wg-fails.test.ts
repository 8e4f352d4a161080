/** The built program and a `wg` that fails in every way: the last data stays with its age, and the hub is back soon. */
import { describe, expect, test } from 'vitest';
import { dumpOf, type FakeHub, fakeHub } from '../support/fake-hub.ts';
import type { Terminal } from '../support/terminal.ts';

const three = dumpOf([{}, {}, {}]);
const four = dumpOf([{}, {}, {}, {}]);
const size = { columns: 120, rows: 30 };
/** How soon a hub that can be read again is on the screen. */
const soonMs = 2000;
/** A hanging program is noticed, and a failing one read, well within this on a loaded machine. */
const noticedMs = 10_000;

async function shown(hub: FakeHub): Promise<Terminal> {
  hub.answer(three);
  const terminal = hub.start([], size);
  await terminal.waitFor('10.8.0.3', 10_000);
  return terminal;
}

const failures: readonly (readonly [name: string, script: string, reason: RegExp])[] = [
  ['hangs', 'exec sleep 30', /wg has not answered for \d+ s/],
  ['hangs in a child that holds its output', 'sleep 30', /wg has not answered for \d+ s/],
  ['fails with words', 'echo "Unable to do \u001b[31mthis" >&2; exit 1', /Unable to do this/],
  ['fails without a word', 'exit 3', /wg ended with status 3/],
  ['is killed', 'kill -9 $$', /wg was ended by SIGKILL/],
  ['prints half a row', 'head -c 30 "$hub/dump"', /row 1 cannot be read/],
  ['prints garbage', 'head -c 100000 /dev/urandom', /row 1 cannot be read/],
  ['prints 50 MB', 'head -c 50000000 /dev/zero | tr "\\0" "x"', /more than|row 1 cannot be read/],
  ['prints a million lines', 'yes | head -c 20000000', /more than|row 1 cannot be read/],
];

describe('while the console runs', () => {
  test.each(failures)('wg that %s', async (_name, script, reason) => {
    const hub = fakeHub();
    const terminal = await shown(hub);
    hub.wg(script);
    const text = await terminal.waitFor((now) => /data is \d+ s old/.test(now) && reason.test(now), noticedMs);
    expect(text).toContain('10.8.0.3');
    terminal.send('j');
    await terminal.waitFor(/^▸.*10\.8\.0\.2/m);
    hub.answer(four);
    const recovered = await terminal.waitFor('10.8.0.4', soonMs);
    expect(recovered).toMatch(/^.*0 of 4 online/);
    terminal.send('q');
    expect((await terminal.exit()).code).toBe(0);
  });

  test('the age of the data grows', async () => {
    const hub = fakeHub();
    const terminal = await shown(hub);
    hub.wg('exec sleep 30');
    await terminal.waitFor(/data is [2-5] s old/, noticedMs);
    await terminal.waitFor(/data is ([6-9]|\d\d) s old: wg/, noticedMs);
  });

  test('wg that is removed, and installed again', async () => {
    const hub = fakeHub();
    const terminal = await shown(hub);
    hub.uninstall();
    const text = await terminal.waitFor(/data is \d+ s old: .*wg/, noticedMs);
    expect(text).toContain('10.8.0.3');
    hub.answer(four);
    await terminal.waitFor((now) => now.includes('10.8.0.4') && /^.*0 of 4 online/.test(now), soonMs);
  });

  test('wg that leaves out a row: the rest is shown, and the details count it', async () => {
    const hub = fakeHub();
    const terminal = await shown(hub);
    hub.answer(`${four}wg0\tnot a row\n`);
    await terminal.waitFor((text) => text.includes('10.8.0.4') && text.includes('1 problem (see details)'));
    terminal.send('\r');
    await terminal.waitFor('row 6 is left out');
  });
});

describe('before the first reading', () => {
  test('wg that hangs: the screen says so, and obeys', async () => {
    const hub = fakeHub();
    hub.wg('exec sleep 30');
    const terminal = hub.start([], size);
    await terminal.waitFor(/did not answer|has not answered/, noticedMs);
    terminal.send('?');
    await terminal.waitFor('Every key that works here');
    terminal.send('\u001b');
    hub.answer(three);
    await terminal.waitFor('10.8.0.3', soonMs);
  });

  test('no wg: the package for this Debian, and the demo on d', async () => {
    const hub = fakeHub();
    hub.uninstall();
    const terminal = hub.start([], size);
    await terminal.waitFor('sudo apt install wireguard-tools', 10_000);
    terminal.send('d');
    await terminal.waitFor('meshtui  demo');
    terminal.send('q');
    expect((await terminal.exit()).code).toBe(0);
  });

  test('no interface: that is said, the demo is offered, and an interface is seen when it is up', async () => {
    const hub = fakeHub();
    hub.answer('');
    const terminal = hub.start([], size);
    await terminal.waitFor(/There is no WireGuard interface on this machine[\s\S]*d opens a demo/, 10_000);
    hub.answer(three);
    await terminal.waitFor('10.8.0.3', soonMs);
  });

  test('not allowed: the exact sudo line', async () => {
    const hub = fakeHub();
    hub.wg('echo "Unable to access interface wg0: Permission denied" >&2; exit 1');
    const terminal = hub.start(['--refresh', '2', '-i', 'wg 0'], { columns: 300, rows: 30 });
    const text = await terminal.waitFor(/Reading WireGuard needs root[\s\S]*Permission denied/, 10_000);
    const line = ['sudo', ...hub.argv(['--refresh', '2', '-i', "'wg 0'"])].join(' ');
    expect(text.replace(/\s+/g, ' ')).toContain(line);
  });

  test.each([
    ['no wg', (hub: FakeHub) => hub.uninstall()],
    ['no interface', (hub: FakeHub) => hub.answer('')],
    ['no permission', (hub: FakeHub) => hub.wg('echo "Operation not permitted" >&2; exit 1')],
  ])('--or-demo lands in the demo with %s', async (_name, prepare) => {
    const hub = fakeHub();
    prepare(hub);
    const terminal = hub.start(['--or-demo'], size);
    await terminal.waitFor('meshtui  demo', 10_000);
  });
});

describe('status', () => {
  const sentence = /^meshtui: [^\n]+\n$/;

  test('with wg that fails in any way says so in one sentence', async () => {
    const results = await Promise.all(
      failures.map(([, script]) => {
        const hub = fakeHub();
        hub.wg(script);
        return hub.exec(['status', '--json']);
      }),
    );
    for (const [index, { code, stdout, stderr }] of results.entries()) {
      expect([failures[index]?.[0], code, stdout]).toEqual([failures[index]?.[0], 1, '']);
      expect(stderr).toMatch(sentence);
      expect(stderr).not.toContain('\u001b');
    }
  });

  test('shows what it can, with a warning for the rest', async () => {
    const hub = fakeHub();
    hub.answer(`${three}wg0\tnot a row\n`);
    const { code, stdout } = await hub.exec(['status', '--json']);
    expect(code).toBe(0);
    const status = JSON.parse(stdout) as { interfaces: { peers: unknown[] }[]; warnings: string[] };
    expect(status.interfaces[0]?.peers).toHaveLength(3);
    expect(status.warnings).toEqual([expect.stringContaining('row 5 is left out')]);
  });

  test.each([
    ['no wg', (hub: FakeHub) => hub.uninstall(), 'sudo apt install wireguard-tools'],
    ['no interface', (hub: FakeHub) => hub.answer(''), 'There is no WireGuard interface on this machine.'],
    [
      'no permission',
      (hub: FakeHub) => hub.wg('echo "Operation not permitted" >&2; exit 1'),
      'Reading WireGuard needs root',
    ],
  ])('with %s says what to do', async (_name, prepare, words) => {
    const hub = fakeHub();
    prepare(hub);
    const { code, stdout, stderr } = await hub.exec(['status']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(sentence);
    expect(stderr).toContain(words);
  });

  test('without a terminal is what the console prints, as plain text', async () => {
    const { code, stdout } = await fakeHub().exec([]);
    expect(code).toBe(0);
    expect(stdout).toContain('10.8.0.3');
    expect(stdout).not.toContain('\u001b');
  });
});
