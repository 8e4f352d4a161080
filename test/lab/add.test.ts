/** New clients on a real hub: from `meshtui add` to a device that works, and to none where something is wrong. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { downLab, type Lab, labObstacle, sweepLabs, upLab } from './lab.ts';
import { type Result, until } from './run.ts';
import type { HostName } from './topology.ts';

const obstacle = await labObstacle();
const isFull = process.env['MESHTUI_FULL'] === '1';
const source = join(import.meta.dirname, '..', '..', 'bin', 'meshtui.ts');
const id = `a${process.pid}`;

describe.skipIf(obstacle !== undefined)('adding clients to a real hub', () => {
  let lab: Lab;

  beforeAll(async () => {
    await sweepLabs();
    lab = await upLab({ id });
  });

  afterAll(() => downLab(id));

  const meshtui = (...words: string[]): Promise<Result> =>
    lab.exec('edge', [process.execPath, source, ...words], { timeoutMs: 120_000 });
  const must = async (host: HostName, ...argv: string[]) => (await lab.must(host, argv)).stdout;
  const shell = (host: HostName, script: string) => lab.exec(host, ['sh', '-c', script]);
  const file = () => must('edge', 'cat', '/etc/wireguard/wg0.conf');
  const written = async (path: string) => {
    await until(path, 30_000, async () => (await lab.exec('edge', ['test', '-s', path])).code === 0);
    return must('edge', 'cat', path);
  };
  const reaches = async (host: HostName, address: string) =>
    (await lab.exec(host, ['ping', '-n', '-q', '-c', '3', '-i', '0.2', '-W', '1', address])).code === 0;

  test('a phone that gets the file connects, and the wait ends well', async () => {
    const adding = meshtui('add', 'newphone', '--kind', 'phone', '--out', '/root/out', '--yes', '--wait', '20');
    const text = await written('/root/out/newphone.conf');
    await lab.writeFile('phone', '/etc/wireguard/newphone.conf', text);
    await must('phone', 'wg-quick', 'down', 'wg0');
    await must('phone', 'wg-quick', 'up', 'newphone');
    await reaches('phone', '10.8.0.1');
    const { code, stdout, stderr } = await adding;
    expect(`${stdout}${stderr}`).toMatch(
      /newphone reached the hub from 203\.0\.113\.200:\d+\.\nPackets go both ways\.\nnewphone works/,
    );
    expect(code).toBe(0);
    await must('phone', 'wg-quick', 'down', 'newphone');
    await must('phone', 'wg-quick', 'up', 'wg0');
  });

  test('without a device the wait ends, and says what was seen', async () => {
    const { code, stderr } = await meshtui('add', 'ghost', '--out', '/root/out', '--yes', '--wait', '3');
    expect(stderr).toMatch(/ghost has not proven itself within 3 s\. Nothing .*has arrived on UDP 51820 yet/);
    expect(code).toBe(1);
  });

  test('a device with another preshared key knocks, and that is said', async () => {
    const adding = meshtui('add', 'wrongpsk', '--out', '/root/out', '--yes', '--wait', '12');
    const text = await written('/root/out/wrongpsk.conf');
    await lab.writeFile('phone', '/etc/wireguard/wrongpsk.conf', text.replace(/^PresharedKey.*\n/m, ''));
    await must('phone', 'wg-quick', 'down', 'wg0');
    await must('phone', 'wg-quick', 'up', 'wrongpsk');
    await shell('phone', 'ping -q -c 1 -W 1 10.8.0.1');
    const { code, stderr } = await adding;
    expect(stderr).toMatch(/Its handshakes arrive from 203\.0\.113\.200:\d+ and are answered, but never complete/);
    expect(code).toBe(1);
    await must('phone', 'wg-quick', 'down', 'wrongpsk');
    await must('phone', 'wg-quick', 'up', 'wg0');
  });

  test('a device that dials another port is noticed by its packets', async () => {
    const adding = meshtui('add', 'wrongport', '--out', '/root/out', '--yes', '--wait', '8');
    const text = await written('/root/out/wrongport.conf');
    await lab.writeFile('phone', '/etc/wireguard/wrongport.conf', text.replace(':51820', ':51899'));
    await must('phone', 'wg-quick', 'down', 'wg0');
    await must('phone', 'wg-quick', 'up', 'wrongport');
    await shell('phone', 'ping -q -c 1 -W 1 10.8.0.1');
    const { stderr } = await adding;
    expect(stderr).toMatch(/UDP packets? came to a port that nobody listens on: see whether the device dials 51820/);
    await must('phone', 'wg-quick', 'down', 'wrongport');
    await must('phone', 'wg-quick', 'up', 'wg0');
  });

  test('two programs that add at the same time give out different addresses', { timeout: 300_000 }, async () => {
    const rounds = isFull ? 20 : 4;
    let anew = 0;
    for (let round = 0; round < rounds; round += 1) {
      const names = [`left${round}`, `right${round}`];
      const both = await Promise.all(
        names.map((name) => meshtui('add', name, '--out', '/root/out', '--yes', '--json')),
      );
      expect(both.map(({ code }) => code)).toEqual([0, 0]);
      for (const { stderr } of both) {
        expect(stderr).toMatch(/^(?:Another change came first: (?:left|right)\d+ has .* instead of .*\.\n)?$/);
        if (stderr !== '') anew += 1;
      }
      const given = both.flatMap(({ stdout }) => JSON.parse(stdout).clients[0].addresses as string[]);
      expect(new Set(given).size).toBe(4);
      for (const [index, name] of names.entries()) {
        const [v4] = JSON.parse(both[index]?.stdout ?? '').clients[0].addresses;
        expect(await must('edge', 'cat', `/root/out/${name}.conf`)).toContain(`Address = ${v4}/32`);
        expect(await file()).toContain(`### Client ${name}`);
      }
    }
    // Or they never met.
    expect(anew).toBeGreaterThan(0);
    const prefixes = [...(await file()).matchAll(/^AllowedIPs = (.*)$/gm)].flatMap(([, list = '']) => list.split(', '));
    expect(new Set(prefixes).size).toBe(prefixes.length);
  });
});
