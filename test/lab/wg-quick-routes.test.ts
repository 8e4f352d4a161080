/** The routes that are said to be wg-quick's against those that the real wg-quick makes of random files. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseRoutes } from '../../src/network/routes.ts';
import { wantedRoutes } from '../../src/network/wg-quick-routes.ts';
import { parseConf } from '../../src/wg/conf/conf-file.ts';
import { readWanted } from '../../src/wg/conf/wanted.ts';
import { addWorld, type Random, randomOf, removeWorlds, worldName } from './kernel-world.ts';
import { labObstacle } from './lab.ts';
import { mustRun, run } from './run.ts';
import { newPresharedKey } from './wireguard.ts';

const obstacle = await labObstacle();
const count = process.env['MESHTUI_FULL'] === '1' ? 300 : 25;

const pick = <T>(random: Random, of: readonly T[]): T => of[random(of.length)] as T;
const addresses = ['10.8.0.1/24', '10.8.0.1/32', '10.8.0.1', '10.0.0.1/8', 'fd08::1/64', 'fd08::1/128', 'fd08::1'];
const prefixes = [
  ...['10.8.0.2/32', '10.8.0.0/24', '10.8.0.0/25', '10.8.0.0/16', '10.0.0.0/8', '10.9.0.0/24', '10.9.0.7/32'],
  ...['192.168.7.0/24', '192.168.0.0/16', '0.0.0.0/1', 'fd08::2/128', 'fd08::/64', 'fd08::/48', 'fd09::/64', '::/1'],
];
const everything = '0.0.0.0/0';
const tables = [undefined, undefined, undefined, 'auto', 'off', '123', 'main'];

function randomFile(random: Random): string {
  const some = <T>(of: readonly T[], most: number) => [
    ...new Set(Array.from({ length: random(most) }, () => pick(random, of))),
  ];
  const table = pick(random, tables);
  const own = some(addresses, 3);
  const unused = new Set([...prefixes, everything]);
  const peers = Array.from({ length: 1 + random(3) }, () => {
    const allowed = some(
      prefixes.filter((prefix) => unused.has(prefix)),
      5,
    );
    for (const prefix of allowed) unused.delete(prefix);
    // A default route brings rules and a firewall, which do no harm in a namespace of one's own.
    if (random(6) === 0 && unused.delete(everything)) allowed.push(everything);
    return `[Peer]\nPublicKey = ${newPresharedKey().replace(/..=$/, 'AA=')}\n${allowed.length === 0 ? '' : `AllowedIPs = ${allowed.join(', ')}\n`}`;
  });
  return [
    `[Interface]\nPrivateKey = ${newPresharedKey()}\n`,
    ...(own.length === 0 ? [] : [`Address = ${own.join(', ')}\n`]),
    ...(table === undefined ? [] : [`Table = ${table}\n`]),
    ...(random(4) === 0 ? ['FwMark = 0x1234\n'] : []),
    ...peers,
  ].join('');
}

describe.skipIf(obstacle !== undefined)('wg-quick', () => {
  const namespace = worldName('quick');
  const directory = mkdtempSync(join(tmpdir(), 'meshtui-quick-'));
  const file = join(directory, 'mtq0.conf');

  beforeAll(async () => {
    await removeWorlds();
    await addWorld(namespace, false);
  });
  afterAll(async () => {
    await removeWorlds();
    rmSync(directory, { recursive: true, force: true });
  });

  const inside = (...argv: string[]) => ['ip', 'netns', 'exec', namespace, ...argv];
  const made = async (): Promise<string[]> => {
    const texts = await Promise.all(
      (['v4', 'v6'] as const).map(async (family) => {
        const option = family === 'v4' ? '-4' : '-6';
        const { stdout } = await mustRun(inside('ip', '-j', option, 'route', 'show', 'table', 'all', 'dev', 'mtq0'));
        return stdout.trim() === '' ? [] : parseRoutes(stdout, family).items;
      }),
    );
    return texts
      .flat()
      .filter(({ protocol }) => `${protocol}` !== 'kernel')
      .map(({ prefix, table }) => `${prefix.text} ${table.name}`)
      .toSorted();
  };

  test(`makes the routes that are expected of it, for ${count} files`, { timeout: 600_000 }, async () => {
    const random = randomOf(20_261_123);
    let compared = 0;
    for (let index = 0; index < count; index += 1) {
      const text = randomFile(random);
      writeFileSync(file, text, { mode: 0o600 });
      const up = await run(inside('wg-quick', 'up', file));
      const reading = readWanted(parseConf(text));
      if (reading.outcome === 'rejected') throw new Error(`${reading.problems[0]?.problem}\n${text}`);
      const { peers, ...rest } = reading.wanted;
      const allowedIps = [...peers.values()].flatMap((peer) => peer.allowedIps);
      const expected = wantedRoutes({ allowedIps, ...rest }).map(({ prefix, table }) => `${prefix.text} ${table}`);
      // Where two addresses or a table of its own make one route twice, wg-quick gives up and there is nothing to compare.
      if (up.code === 0) {
        compared += 1;
        expect(await made(), text).toEqual(expected.toSorted());
        await mustRun(inside('wg-quick', 'down', file));
      } else expect(up.stderr, text).toMatch(/File exists|already assigned/);
    }
    expect(compared).toBeGreaterThan(count / 2);
  });
});
