/** The built program changes a real hub by its commands: who is logged in from where, over a real sshd, decides what is risky. */
import { describe, expect, test } from 'vitest';
import type { changeDocument } from '../../src/cli/change-json.ts';
import { launch } from '../support/terminal.ts';
import { type Lab, labObstacle } from './lab.ts';
import { until } from './run.ts';
import { sshArgv } from './ssh.ts';
import { withLab } from './with-lab.ts';

const id = `m${process.pid}`;
const obstacle = await labObstacle();
const conf = '/etc/wireguard/wg0.conf';
/** A connection of the outsider that further sessions share, as ControlMaster makes it. */
const shared = '/run/shared.sock';

describe.skipIf(obstacle !== undefined)('commands on a real hub', () => {
  let lab: Lab;

  withLab(id, (up) => {
    lab = up;
  });

  const edge = async (...argv: string[]) => (await lab.must('edge', argv)).stdout;
  const file = () => edge('cat', conf);
  /** Sorted, for wireguard-go lists its peers in any order. */
  const dump = async () => (await edge('wg', 'show', 'wg0', 'dump')).split('\n').sort();
  const rowOf = async (key: string) => (await dump()).find((line) => line.startsWith(key))?.split('\t');
  const isOn = async (peer: 'laptop' | 'phone' | 'home') => (await rowOf(lab.publicKeys[peer])) !== undefined;

  /** Runs meshtui on the hub, over a new SSH connection of the outsider, around the tunnel. Without a terminal. */
  const meshtui = (command: string, ssh: readonly string[] = []) =>
    lab.exec('outsider', ['ssh', ...ssh, 'edge-public', `meshtui ${command}`]);
  const document = async (command: string) =>
    JSON.parse((await meshtui(`${command} --json`)).stdout) as ReturnType<typeof changeDocument>;
  const must = async (command: string) => {
    const { code, stdout, stderr } = await meshtui(command);
    expect({ code, stderr }, command).toEqual({ code: 0, stderr: '' });
    return stdout;
  };

  /** What no change of another peer may touch: keys, endpoints, counters that only grow. */
  const others = async (but: string) =>
    (await dump()).filter((line) => line !== '' && !line.startsWith(but)).map((line) => line.split('\t').slice(0, 4));

  test('rename, tag, note and expire change their lines of the file, and undo brings back every byte', async () => {
    const [before, rows] = [await file(), await dump()];
    await must('rename phone annas-phone --yes');
    const renamed = await file();
    expect(renamed).toBe(before.replace('### Client phone\n', '### Client annas-phone\n'));
    await must('tag annas-phone +staff -guest --yes');
    await must('note annas-phone call her first --yes');
    await must('expire annas-phone 2099-01-31 --yes');
    const status = JSON.parse((await meshtui('status --json')).stdout) as {
      interfaces: { peers: { name: string }[] }[];
    };
    expect(status.interfaces[0]?.peers.find(({ name }) => name === 'annas-phone')).toMatchObject({
      tags: ['staff'],
      note: 'call her first',
      expires: '2099-01-31',
    });
    expect((await dump()).map((line) => line.split('\t')[0])).toEqual(rows.map((line) => line.split('\t')[0]));
    for (let count = 0; count < 4; count += 1) await must('undo --yes');
    expect(await file()).toBe(before);
    const table = await must('changes');
    expect(table.split('\n')[1]).toMatch(/ Undo: Rename phone to annas-phone +done +root +198\.18\./);
    expect(table).toMatch(/ Rename phone to annas-phone +undone /);
  });

  test('disable cuts off one peer and keeps its lines, enable brings them back, byte by byte', async () => {
    const [before, rest] = [await file(), await others(lab.publicKeys.phone)];
    const plan = await document('disable phone --reason lost --until 2099-01-31 --dry-run');
    expect(plan).toMatchObject({ outcome: 'planned', plan: { risk: { level: 'safe' }, cutsOff: 'phone' } });
    expect(await isOn('phone')).toBe(true);
    await must('disable phone --reason lost --until 2099-01-31 --yes');
    expect(await isOn('phone')).toBe(false);
    expect(await others(lab.publicKeys.phone)).toEqual(rest);
    expect(await file()).toContain('2099-01-31');
    expect(await must('disable phone --reason lost --until 2099-01-31 --yes')).toContain('Nothing was changed.');
    await must('enable phone --yes');
    expect(await isOn('phone')).toBe(true);
    expect(await others(lab.publicKeys.phone)).toEqual(rest);
    expect(await file()).toBe(before);
  });

  test('set changes what it names, in one plan; the route follows', async () => {
    const before = await file();
    const [, , , allowedIps = ''] = (await rowOf(lab.publicKeys.phone)) ?? [];
    const list = `${allowedIps},10.99.0.0/16`;
    await must(`set phone --allowed-ips ${list} --keepalive 25 --note moved --yes`);
    const row = await rowOf(lab.publicKeys.phone);
    expect([row?.[3], row?.[7]]).toEqual([list, '25']);
    expect(await edge('ip', 'route', 'show', 'dev', 'wg0')).toContain('10.99.0.0/16');
    expect(await file()).toContain('PersistentKeepalive = 25');
    await must('undo --yes');
    expect(await file()).toBe(before);
    expect((await rowOf(lab.publicKeys.phone))?.[3]).toBe(allowedIps);
    expect(await edge('ip', 'route', 'show', 'dev', 'wg0')).not.toContain('10.99.0.0/16');
  });

  test('a new preshared key is the one in the file and on the interface, and is printed only when asked for', async () => {
    const quiet = await must('set phone --preshared-key new --yes');
    const key = (await rowOf(lab.publicKeys.phone))?.[1] ?? 'none';
    expect(await file()).toContain(`PresharedKey = ${key}`);
    expect(quiet).not.toContain(key);
    const shown = await document('set phone --preshared-key new --yes --show-key');
    expect(shown.presharedKey).toBe((await rowOf(lab.publicKeys.phone))?.[1]);
    await must('undo --yes');
    await must('undo --yes');
  });

  test('remove takes a peer off and out of the file; undo brings it back with its keys', async () => {
    const before = await file();
    await must('remove phone --yes');
    expect([await isOn('phone'), (await file()).includes(lab.publicKeys.phone)]).toEqual([false, false]);
    await must('undo --yes');
    expect([await isOn('phone'), await file()]).toEqual([true, before]);
  });

  test('a question on a terminal: a name that is typed, and a no that changes nothing', async () => {
    const ask = () =>
      launch(sshArgv(lab, 'outsider', 'internet', ['meshtui disable phone']), { columns: 120, rows: 60 });
    const no = ask();
    await no.waitFor('Type phone to apply it:', 15_000);
    expect(no.text()).toContain('phone is cut off at once.');
    no.send('y\r');
    expect((await no.exit()).code).toBe(1);
    expect(await isOn('phone')).toBe(true);
    const yes = ask();
    await yes.waitFor('Type phone to apply it:', 15_000);
    yes.send('phone\r');
    expect((await yes.exit()).code).toBe(0);
    expect(yes.text()).toContain('Done, and read back.');
    expect(await isOn('phone')).toBe(false);
    await must('undo --yes');
  });

  test('who is not named, or twice, is wrong usage, and nothing is done', async () => {
    const before = await file();
    expect(await meshtui('remove phnoe --yes')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('\n  phone\n'),
    });
    expect(await meshtui('remove phone')).toMatchObject({ code: 1, stderr: expect.stringContaining('--yes') });
    expect(await file()).toBe(before);
  });

  test('of two programs at once the second is told who is at it, and loses nothing', async () => {
    await edge('mkdir', '-p', '/root/slow');
    const systemPath = '/usr/sbin:/usr/bin:/sbin:/bin';
    const slow = `#!/bin/sh\nPATH=${systemPath}\ncase "$*" in "set "*) sleep 5;; esac\nexec wg "$@"\n`;
    await lab.writeFile('edge', '/root/slow/wg', slow, 0o755);
    const before = await file();
    const path = (await edge('printenv', 'PATH')).trim();
    const first = lab.exec('outsider', ['ssh', 'edge-public', `PATH=/root/slow:${path} meshtui disable phone --yes`]);
    await until('the first one has the lock', 10_000, async () => {
      const holder = await lab.exec('edge', ['cat', '/var/lib/meshtui/changes/lock.holder']);
      return holder.stdout.includes('Disable phone');
    });
    const second = await meshtui('rename home house --yes');
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(
      /root, with "Disable phone", \(pid \d+\) is changing this hub right now; nothing was changed\./,
    );
    expect((await first).code).toBe(0);
    expect(await file()).not.toContain('house');
    await must('enable phone --yes');
    expect(await file()).toBe(before);
  });

  test('whoever waits at a terminal sees the seconds on one line, and may leave or take it back', async () => {
    const before = await file();
    // Nothing tells who started it, so it may be anybody's own connection.
    const start = async () => {
      const terminal = launch(lab.spawnArgv('edge', ['meshtui', 'disable', 'phone']), { columns: 160, rows: 60 });
      await terminal.waitFor('Type phone to apply it:', 15_000);
      terminal.send('phone\r');
      await terminal.waitFor(/Waiting for a new login .* 1 m 5\d s left:/, 15_000);
      return terminal;
    };
    const leaver = await start();
    await leaver.waitFor(/1 m 5[0-7] s left:/, 5_000);
    expect(leaver.text().match(/ left:/g)).toHaveLength(1);
    leaver.send('\u0003');
    expect((await leaver.exit()).code).toBe(130);
    expect(leaver.text()).toContain('It still waits, and is taken back by itself: meshtui confirm');
    expect(await isOn('phone')).toBe(false);
    expect(await must('undo --yes')).toContain('Taken back: everything is as it was before.');
    expect([await isOn('phone'), await file()]).toEqual([true, before]);

    const waiter = await start();
    waiter.send('n\r');
    expect((await waiter.exit()).code).toBe(1);
    expect(waiter.text()).toContain('The operator took it back. Everything is as it was before.');
    expect([await isOn('phone'), await file()]).toEqual([true, before]);
  });

  describe('disable laptop, over SSH from the laptop', () => {
    /** Types the command on the laptop, until the change waits; its connection is dead then. */
    const disableOwn = async () => {
      const own = launch(sshArgv(lab, 'laptop', 'tunnel', ['meshtui disable laptop --confirm-within 30']), {
        columns: 120,
        rows: 60,
      });
      await own.waitFor('Type laptop to apply it:', 15_000);
      expect(own.text()).toContain('This is you: laptop carries your own session');
      own.send('laptop\r');
      await until('laptop is cut off', 10_000, async () => !(await isOn('laptop')));
      await until('it waits', 10_000, async () => /Disable laptop +unconfirmed/.test(await edge('meshtui', 'changes')));
    };
    test('is taken back where nobody confirms it from a new login, and old logins cannot', async () => {
      const before = await file();
      const old = launch(sshArgv(lab, 'outsider', 'internet'), { columns: 200, rows: 50 });
      await old.waitFor('root@edge:~#', 10_000);
      await lab.must('outsider', ['ssh', '-M', '-S', shared, '-o', 'ControlPersist=yes', '-f', '-N', 'edge-public']);
      await disableOwn();
      const at = performance.now();
      expect(await file()).toBe(before);

      // A login shell has the PATH of the machine.
      old.send('/root/bin/meshtui confirm\r');
      await old.waitFor(/this SSH connection is older than the change/, 10_000);
      const over = await meshtui('confirm', ['-S', shared]);
      expect(over).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/this SSH connection is older than the change/),
      });
      const jump = await meshtui('confirm', ['-o', `ProxyCommand=ssh -S ${shared} -W 127.0.0.1:22 edge-public`]);
      expect(jump).toMatchObject({ code: 1, stderr: expect.stringMatching(/was opened on this host itself/) });
      const other = await meshtui('rename phone x --yes');
      expect(other).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/"Disable laptop" .* waits for its confirmation/),
      });
      expect(await isOn('laptop')).toBe(false);

      await until('the old state', 34_000, () => isOn('laptop'));
      expect(performance.now() - at).toBeLessThan(33_000);
      expect(await file()).toBe(before);
      await until('the marker', 3_000, async () =>
        /Disable laptop +taken back/.test((await meshtui('changes')).stdout),
      );
    });

    test('is kept where a new login confirms it', async () => {
      await lab.redial('laptop');
      await lab.waitForHandshakes(['laptop']);
      await disableOwn();
      const confirmed = await meshtui('confirm');
      expect(confirmed).toMatchObject({ code: 0, stdout: expect.stringContaining('Done, and read back.') });
      expect(await isOn('laptop')).toBe(false);
      expect(await file()).toMatch(/^#.*PublicKey/m);
      await must('undo --yes');
      expect(await isOn('laptop')).toBe(true);
    });
  });
});
