/** The revert script and the guard, run by the machine's own sh, with stand-ins for what would change the machine. */
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { guardScript } from '../../src/change/guard.ts';
import { placesOf, stepPlaces } from '../../src/change/places.ts';
import type { AddressStep, FileStep, PeerStep, RouteStep, Step } from '../../src/change/plan.ts';
import { quote, revertScript } from '../../src/change/script.ts';
import { known } from '../../src/host/printable.ts';
import type { Prefix } from '../../src/network/prefix.ts';
import type { HubState } from '../../src/wg/hub.ts';
import { Secret } from '../../src/wg/secret.ts';
import { until } from '../lab/run.ts';
import { keyOf, nameOf } from '../support/snapshots.ts';

const id = '20261123-120000-ab12';
const wg0 = nameOf('wg0');

/** A machine of a few directories, on which `wg`, `ip` and `wall` only write down what they are asked. */
function machine() {
  const root = mkdtempSync(join(tmpdir(), 'meshtui-script-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const facts = { stateDirectory: join(root, 'state') };
  const places = placesOf(facts, id);
  const conf = join(root, 'etc', 'wg0.conf');
  const bin = join(root, 'bin');
  const log = join(root, 'log');
  for (const directory of [places.directory, join(root, 'etc', '.meshtui', id), bin]) {
    mkdirSync(directory, { recursive: true });
  }
  writeFileSync(log, '');
  writeFileSync(places.spare, '');
  const program = (name: string, script: string) => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  program('wg', `case "$*" in *show*) cat ${root}/peers 2>/dev/null || true ;; *) echo "wg $*" >>${log} ;; esac`);
  program(
    'ip',
    `case "$*" in 'link show'*) [ ! -e ${root}/down ] || { echo "Device \\"$4\\" does not exist." >&2; exit 1; } ;; *show*) cat ${root}/shown 2>/dev/null || true ;; *) echo "ip $*" >>${log} ;; esac`,
  );
  program('wall', `printf 'wall %s\\n' "$(cat)" >>${log}`);
  const env = { PATH: `${bin}:/usr/bin:/bin` };
  return {
    root,
    facts,
    places,
    conf,
    env,
    program,
    put: (name: string, text: string) => writeFileSync(join(root, name), text),
    /** What was run and told, a line each. */
    log: () => readFileSync(log, 'utf8').trimEnd().split('\n').filter(Boolean),
    write(steps: readonly Step[], { title = 'Set laptop', hub = undefined as HubState | undefined } = {}) {
      const hubs = new Map(hub === undefined ? [] : [[hub.interfaceName, hub] as const]);
      writeFileSync(places.script, revertScript(facts, { id, title, steps, hubs }));
    },
    revert(...words: string[]) {
      const { status, stdout, stderr } = spawnSync('sh', [places.script, ...words], { env, encoding: 'utf8' });
      expect(stderr).toBe('');
      return { code: status, said: stdout };
    },
  };
}

const file = (path: string, before: string | undefined, after: string | undefined): FileStep => {
  const content = (text: string | undefined) =>
    text === undefined ? undefined : { text: new Secret(text), mode: 0o600 };
  return { kind: 'file', path, before: content(before), after: content(after) };
};

describe('the revert script on a file', () => {
  type Situation = 'untouched' | 'linked' | 'replaced' | 'edited' | 'removed' | 'kept is gone';
  const bringAbout = (conf: string, kept: string, staged: string, situation: Situation, after: string | undefined) => {
    writeFileSync(conf, 'old\n', { mode: 0o640 });
    if (after !== undefined) writeFileSync(staged, after);
    if (situation === 'untouched') return;
    linkSync(conf, kept);
    if (situation === 'linked') return;
    if (after === undefined) rmSync(conf);
    else renameSync(staged, conf);
    if (situation === 'edited') writeFileSync(conf, 'by hand\n');
    if (situation === 'removed') rmSync(conf, { force: true });
    if (situation === 'kept is gone') rmSync(kept);
  };

  test.each<[Situation, string | undefined, string | undefined, number]>([
    ['untouched', 'new\n', 'old\n', 0],
    ['linked', 'new\n', 'old\n', 0],
    ['replaced', 'new\n', 'old\n', 0],
    ['replaced', 'old\n', 'old\n', 0],
    ['replaced', undefined, 'old\n', 0],
    ['edited', 'new\n', 'by hand\n', 1],
    ['edited', undefined, 'by hand\n', 1],
    ['removed', 'new\n', undefined, 1],
    ['kept is gone', 'new\n', 'new\n', 1],
  ])('that is %s (new: %j) leaves %j', (situation, after, expected, code) => {
    const { conf, write, revert, places } = machine();
    const step = file(conf, 'old\n', after);
    const staging = stepPlaces(step, 0, id);
    bringAbout(conf, staging?.kept ?? '', staging?.staged ?? '', situation, after);
    const inode = existsSync(staging?.kept ?? '') ? statSync(staging?.kept ?? '').ino : undefined;
    write([step]);
    for (const _time of ['once', 'twice']) {
      expect(revert('a test').code).toBe(code);
      expect(existsSync(conf) ? readFileSync(conf, 'utf8') : undefined).toBe(expected);
      expect(existsSync(places.reverted)).toBe(code === 0);
      expect(existsSync(places.failed)).toBe(code !== 0);
    }
    if (code === 0 && inode !== undefined) {
      expect(statSync(conf).ino).toBe(inode);
      expect(statSync(conf).mode & 0o777).toBe(0o640);
    }
  });

  test.each([
    ['as it was made', 'new\n', undefined, 0],
    ['changed by hand', 'by hand\n', 'by hand\n', 1],
    ['not there yet', undefined, undefined, 0],
  ])('that the change made, %s', (_situation, found, expected, code) => {
    const { conf, write, revert } = machine();
    if (found !== undefined) writeFileSync(conf, found);
    write([file(conf, undefined, 'new\n')]);
    expect(revert().code).toBe(code);
    expect(existsSync(conf) ? readFileSync(conf, 'utf8') : undefined).toBe(expected);
  });

  test('never makes a directory that is gone', () => {
    const { root, conf, write, revert } = machine();
    write([file(conf, 'old\n', 'new\n')]);
    rmSync(join(root, 'etc'), { recursive: true });
    expect(revert().code).toBe(1);
    expect(existsSync(join(root, 'etc'))).toBe(false);
  });
});

const running = (allowedIps: readonly string[], more: Partial<NonNullable<PeerStep['before']>> = {}) => ({
  allowedIps: allowedIps as readonly Prefix[],
  endpoint: undefined,
  persistentKeepalive: undefined,
  presharedKey: undefined,
  ...more,
});
const peer = (before: PeerStep['before'], after: PeerStep['after']): PeerStep => ({
  ...{ kind: 'peer', interfaceName: wg0, program: 'wg', publicKey: keyOf(1), label: known('laptop'), before, after },
});

describe('the revert script on what runs', () => {
  const set = `wg set wg0 peer ${keyOf(1)}`;

  test('sets back only what was set, the last step first', () => {
    const { write, revert, log, put } = machine();
    put('peers', `${keyOf(2)}\n${keyOf(1)}\n`);
    const port = { kind: 'interface', interfaceName: wg0, program: 'wg', setting: 'listen-port' } as const;
    write([
      peer(
        running(['10.8.0.3/32'], { endpoint: '203.0.113.9:1' }),
        running(['10.9.0.0/24'], { persistentKeepalive: 25 }),
      ),
      { ...port, before: 51820, after: 443 },
    ]);
    expect(revert('--quiet').code).toBe(0);
    expect(log()).toEqual(['wg set wg0 listen-port 51820', `${set} persistent-keepalive 0 allowed-ips 10.8.0.3/32`]);
  });

  test('makes a removed peer anew with its key by a path, once', () => {
    const { write, revert, log, put } = machine();
    const old = running(['10.8.0.3/32'], { presharedKey: new Secret(keyOf(55)), endpoint: '203.0.113.9:1' });
    write([peer(old, undefined)]);
    const whole = `${set} preshared-key /etc/wireguard/.meshtui/${id}/psk-1 endpoint 203.0.113.9:1 allowed-ips 10.8.0.3/32`;
    revert('--quiet');
    expect(log()).toEqual([whole]);
    put('peers', `${keyOf(1)}\n`);
    revert('--quiet');
    expect(log()).toEqual([whole]);
  });

  test('gives a removed peer that is there all the same what another has got of it', () => {
    const { write, revert, log, put } = machine();
    const old = running(['10.8.0.3/32', 'fd08::3/128'], { presharedKey: new Secret(keyOf(55)) });
    const successor: PeerStep = { ...peer(undefined, running(['10.8.0.3/32'])), publicKey: keyOf(2) };
    write([peer(old, undefined), successor]);
    put('peers', `${keyOf(1)}\n${keyOf(2)}\n`);
    revert('--quiet');
    expect(log()).toEqual([`wg set wg0 peer ${keyOf(2)} remove`, `${set} allowed-ips 10.8.0.3/32,fd08::3/128`]);
  });

  test('removes an added peer', () => {
    const { write, revert, log } = machine();
    write([peer(undefined, running(['10.8.0.3/32']))]);
    revert('--quiet');
    expect(log()).toEqual([`${set} remove`]);
  });

  const route = (more: Partial<RouteStep>): RouteStep => ({
    ...{ kind: 'route', interfaceName: wg0, prefix: '10.9.0.0/24' as Prefix, table: 'main', metric: undefined },
    ...{ before: false, after: true },
    ...more,
  });
  const v6 = { prefix: 'fd09::/64' as Prefix, table: '77' };

  test.each<[string, string, RouteStep, readonly string[]]>([
    ['a route that was added', '10.9.0.0/24 scope link', route({}), ['ip -4 route del 10.9.0.0/24 dev wg0']],
    ['a route that is not there', '', route({}), []],
    ['a route of another metric alone', '10.9.0.0/24 scope link metric 5', route({}), []],
    [
      'a route of its metric',
      '10.9.0.0/24 scope link metric 5',
      route({ metric: 5 }),
      ['ip -4 route del 10.9.0.0/24 dev wg0 metric 5'],
    ],
    ['a route that was taken', '', route({ before: true, after: false }), ['ip -4 route add 10.9.0.0/24 dev wg0']],
    ['a route that is there again', '10.9.0.0/24 scope link', route({ before: true, after: false }), []],
    [
      'an IPv6 route in a table',
      'fd09::/64 metric 1024 pref medium',
      route(v6),
      ['ip -6 route del fd09::/64 dev wg0 table 77 metric 1024'],
    ],
  ])('%s', (_what, shown, step, expected) => {
    const { write, revert, log, put } = machine();
    put('shown', `${shown}\n`);
    write([step]);
    expect(revert('--quiet').code).toBe(0);
    expect(log()).toEqual(expected);
  });

  test('an address, and where it is taken away what the kernel took with it', () => {
    const { write, revert, log, put } = machine();
    const step: AddressStep = {
      kind: 'address',
      interfaceName: wg0,
      address: '10.8.0.1/24',
      before: true,
      after: false,
    };
    const address = (text: string, length: number) => ({
      ...{ dev: known('wg0'), family: 'v4', text: known(text), scope: undefined, tentative: false, dadFailed: false },
      ...{ address: { family: 'v4', a: 0, b: 0, c: 0, d: 0 }, noPrefixRoute: false },
      onLink: { family: 'v4', a: 0, b: 0, c: 0, d: 0, length, text: `${text}/${length}` as Prefix },
    });
    const hub = { interfaceName: wg0, routes: [], addresses: [address('10.8.0.1', 24), address('10.8.0.2', 24)] };
    put('shown', '2: wg0    inet 10.8.0.7/24 scope global wg0\n');
    write([step], { hub: hub as unknown as HubState });
    revert('--quiet');
    expect(log()).toEqual([
      'ip -4 address add 10.8.0.1/24 dev wg0',
      'ip -4 address add 10.8.0.1/24 dev wg0',
      'ip -4 address add 10.8.0.2/24 dev wg0',
    ]);
  });

  test('nothing where the interface is gone', () => {
    const { write, revert, log, put } = machine();
    put('down', '');
    write([peer(undefined, running([]))]);
    expect(revert('--quiet')).toMatchObject({ code: 0, said: expect.stringMatching(/wg0 is not there/) });
    expect(log()).toEqual([]);
  });

  test('does not take an ip or a wg that fails for the word that there is nothing', () => {
    const { write, revert, log, program, root } = machine();
    program('ip', `case "$*" in *show*) echo broken >&2; exit 1 ;; *) echo "ip $*" >>${root}/log ;; esac`);
    write([route({ before: false, after: true })]);
    expect(revert('--quiet').code).toBe(0);
    expect(log()).toEqual(['ip -4 route del 10.9.0.0/24 dev wg0']);
    program('wg', `case "$*" in *show*) exit 1 ;; *) echo "wg $*" >>${root}/log ;; esac`);
    write([peer(running([]), undefined)]);
    expect(revert('--quiet')).toMatchObject({ code: 1, said: expect.stringMatching(/peers of wg0 cannot be read/) });
    expect(log()).toHaveLength(1);
  });

  test('goes on after a step that fails, and says at the end what was not brought back', () => {
    const { write, revert, log, program, places } = machine();
    program('wg', 'exit 1');
    write([route({ before: true, after: false }), peer(undefined, running([]))]);
    expect(revert('the test').code).toBe(1);
    expect(log()[0]).toBe('ip -4 route add 10.9.0.0/24 dev wg0');
    expect(log()[1]).toMatch(/^wall meshtui: Set laptop .* could not be reverted whole: the test\. Run: sh /);
    expect(readFileSync(places.failed, 'utf8')).toBe(`This failed: ${set} remove\n`);
  });
});

describe('the revert script', () => {
  test('says to everybody what it reverted and why, and leaves its mark', () => {
    const { write, revert, log, places } = machine();
    write([]);
    revert('nobody confirmed it in time');
    expect(log()).toEqual([`wall meshtui: Set laptop (${id}) was reverted: nobody confirmed it in time.`]);
    expect(readFileSync(places.reverted, 'utf8')).toMatch(/^nobody confirmed it in time\n\d+\n$/);
    expect(existsSync(places.reverting)).toBe(false);
  });

  test.each(['done', 'reverted'] as const)(
    'does nothing to a change that is %s, unless it is run by hand',
    (marker) => {
      const { write, revert, log, places } = machine();
      write([peer(undefined, running([]))]);
      writeFileSync(places[marker], '');
      expect(revert('--unless-done', '--quiet').code).toBe(0);
      expect(log()).toEqual([]);
      expect(existsSync(places.reverting)).toBe(false);
      revert('--quiet');
      expect(log()).toHaveLength(1);
    },
  );

  test('does not wait for long for a lock that somebody is stuck with', async () => {
    const { write, revert, log, facts, env } = machine();
    write([peer(undefined, running([]))]);
    const lock = join(facts.stateDirectory, 'changes', 'lock');
    writeFileSync(lock, '');
    const holder = spawn('flock', [lock, 'sleep', '20'], { env, detached: true });
    await new Promise((resolve) => setTimeout(resolve, 200));
    const begun = performance.now();
    expect(revert('--quiet').said).toMatch(/Somebody holds the lock/);
    expect(performance.now() - begun).toBeLessThan(1_900);
    expect(log()).toHaveLength(1);
    process.kill(-(holder.pid ?? 0), 'SIGKILL');
  });

  test('may run twice at once', async () => {
    const { root, conf, write, places, env } = machine();
    const step = file(conf, 'old\n', 'new\n');
    const kept = stepPlaces(step, 0, id)?.kept ?? '';
    write([step]);
    for (let round = 0; round < 5; round += 1) {
      for (const marker of [places.reverted, places.reverting]) rmSync(marker, { force: true });
      writeFileSync(kept, 'old\n');
      writeFileSync(conf, 'new\n');
      const run = () =>
        new Promise<number | null>((resolve) => {
          spawn('sh', [places.script, '--locked', '--quiet'], { env, cwd: root }).on('exit', resolve);
        });
      expect(await Promise.all([run(), run()])).toEqual([0, 0]);
      expect(readFileSync(conf, 'utf8')).toBe('old\n');
      expect(existsSync(places.reverted)).toBe(true);
    }
  });

  test('has no secret in it', () => {
    const { write, places } = machine();
    const old = running(['10.8.0.3/32'], { presharedKey: new Secret(keyOf(55)) });
    write([peer(old, undefined), file('/etc/wireguard/wg0.conf', `PrivateKey = ${keyOf(77)}\n`, 'x')]);
    const text = readFileSync(places.script, 'utf8');
    for (const secret of [keyOf(55), keyOf(77)]) expect(text).not.toContain(secret);
  });

  const hostile = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: fc.constantFrom(...'\'"`$(){};&|<>\\\n\r\t !*?#~=%-abc\u0000') }),
    fc.constantFrom(
      "'; touch hostile; '",
      '$(touch hostile)',
      '`touch hostile`',
      "'\\''",
      '--',
      '-n',
      "\\'",
      '"$PATH"',
    ),
  );

  test('takes every word from outside as one word, whatever is in it', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 40 }), (words) => {
        const script = `for word in ${words.map(quote).join(' ')}; do printf '%s\\037' "$word"; done`;
        const { stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8', env: {} });
        expect(stdout).toBe(words.map((word) => `${word.replaceAll('\0', '')}\u001f`).join(''));
      }),
      { numRuns: 60 },
    );
  });

  test('is not broken out of by a title, a label, a path or a name', () => {
    fc.assert(
      fc.property(hostile, hostile, (one, two) => {
        const { root, write, revert, places } = machine();
        const named = file(join(root, 'etc', `x${one.replaceAll(/[/\0]/g, '')}`), undefined, 'new\n');
        write([{ ...peer(running([]), undefined), label: known(two), interfaceName: nameOf(one) }, named], {
          title: two,
        });
        expect(revert('--quiet', `why ${one.replaceAll('\0', '')}`).code).toBe(0);
        expect(existsSync(join(root, 'hostile'))).toBe(false);
        expect(existsSync('hostile')).toBe(false);
        expect(existsSync(places.reverted)).toBe(true);
      }),
      { numRuns: 15 },
    );
  });
});

describe('the guard', () => {
  const uptimeMs = () => Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000;
  const start = (found: ReturnType<typeof machine>, watch: Parameters<typeof guardScript>[2]) => {
    found.write([]);
    writeFileSync(found.places.guard, guardScript(found.facts, id, watch));
    const child = spawn('sh', [found.places.guard], { env: found.env, stdio: ['ignore', 'ignore', 'inherit'] });
    return new Promise<number | null>((resolve) => child.on('exit', resolve));
  };
  const safe = { deadlineMs: undefined, waits: false };

  test('ends without a word where the change is done', async () => {
    const found = machine();
    writeFileSync(found.places.begun, '');
    writeFileSync(found.places.done, '');
    expect(await start(found, safe)).toBe(0);
    expect(existsSync(found.places.reverted)).toBe(false);
    expect(existsSync(found.places.guarding)).toBe(true);
  });

  test('reverts where the lock is free in the middle of a change', async () => {
    const found = machine();
    writeFileSync(found.places.begun, '');
    expect(await start(found, safe)).toBe(0);
    expect(readFileSync(found.places.reverted, 'utf8')).toMatch(
      /^the program that made the change ended in the middle/,
    );
    expect(found.log()[0]).toMatch(/^wall /);
  });

  test('has nothing to revert before anything was begun', async () => {
    const found = machine();
    expect(await start(found, safe)).toBe(0);
    expect(readFileSync(found.places.reverted, 'utf8')).toMatch(/before anything was changed/);
    expect(found.log()).toEqual([]);
  });

  test('leaves a pending change to the timer of systemd', async () => {
    const found = machine();
    for (const marker of [found.places.begun, found.places.pending]) writeFileSync(marker, '');
    expect(await start(found, { deadlineMs: uptimeMs() + 60_000, waits: false })).toBe(0);
    expect(existsSync(found.places.reverted)).toBe(false);
  });

  test('waits for the deadline itself without systemd, and no longer than for the confirmation', async () => {
    const found = machine();
    for (const marker of [found.places.begun, found.places.pending]) writeFileSync(marker, '');
    const deadlineMs = uptimeMs() + 1_500;
    await start(found, { deadlineMs, waits: true });
    expect(uptimeMs() - deadlineMs).toBeGreaterThan(-20);
    expect(uptimeMs() - deadlineMs).toBeLessThan(1_000);
    expect(readFileSync(found.places.reverted, 'utf8')).toMatch(/^nobody confirmed it in time\n/);

    const confirmed = machine();
    for (const marker of [confirmed.places.begun, confirmed.places.pending]) writeFileSync(marker, '');
    const end = start(confirmed, { deadlineMs: uptimeMs() + 60_000, waits: true });
    await until('the guard', 2_000, () => existsSync(confirmed.places.guarding));
    writeFileSync(confirmed.places.done, '');
    expect(await end).toBe(0);
    expect(existsSync(confirmed.places.reverted)).toBe(false);
  });
});
