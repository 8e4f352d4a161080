import { describe, expect, test } from 'vitest';
import { readHubState } from '../../src/change/read-hub.ts';
import { type FakeWorld, fakeHost } from '../../src/host/fake.ts';
import type { RunResult } from '../../src/host/host.ts';
import { printConf } from '../../src/wg/conf/conf-file.ts';
import { encodeConf } from '../../src/wg/conf/decode.ts';
import { keyOf, nameOf } from '../support/snapshots.ts';

const confText = '[Interface]\nListenPort = 51820\n# ümlaut\r\n';
const failed = (stderr: string, code = 1): RunResult => ({ outcome: 'exited', code, stdout: '', stderr });

/** What the hub's programs answer, by their words; a missing one prints nothing. */
type Answers = Readonly<Record<string, string | RunResult>>;

const dump = [
  `${keyOf(90)}\t${keyOf(91)}\t51820\toff`,
  `${keyOf(1)}\t(none)\t203.0.113.20:47474\t10.8.0.3/32,192.168.60.0/24\t1795387815\t724\t1180\t25`,
  '',
].join('\n');
const routes4 = JSON.stringify([
  { dst: '192.168.60.0/24', scope: 'link', flags: [] },
  { dst: '10.8.0.0/24', protocol: 'kernel', scope: 'link', prefsrc: '10.8.0.1', flags: [] },
  { dst: '192.168.77.0/24', table: 'vpn', scope: 'link', metric: 5, flags: [] },
]);
const addresses = JSON.stringify([
  { ifname: 'wg0', addr_info: [{ family: 'inet', local: '10.8.0.1', prefixlen: 24, scope: 'global' }] },
]);
const healthy: Answers = {
  'wg show wg0 dump': dump,
  'ip -j -4 route show table all dev wg0': routes4,
  'ip -j -6 route show table all dev wg0': '',
  'ip -j addr show dev wg0': addresses,
};

function hubOf(answers: Answers, world: Partial<FakeWorld> = {}) {
  return fakeHost({
    files: new Map([
      ['/etc/wireguard/wg0.conf', confText],
      ['/etc/iproute2/rt_tables', '77 vpn\n'],
    ]),
    programs: (argv) => answers[argv.join(' ')],
    ...world,
  });
}

const read = (answers: Answers, world?: Partial<FakeWorld>) => readHubState(hubOf(answers, world), nameOf('wg0'));

describe('what is read of a hub', () => {
  test('is the file, what runs, its routes but those of the kernel, and its addresses', async () => {
    const reading = await read(healthy);
    if (reading.outcome !== 'read') throw new Error(reading.reason);
    const { hub } = reading;
    expect(hub.program).toBe('wg');
    expect(hub.conf?.path).toBe('/etc/wireguard/wg0.conf');
    expect(hub.conf && printConf(hub.conf.file).reveal()).toBe(confText);
    expect(hub.running?.listenPort).toBe(51820);
    expect(hub.running?.peers[0]).toMatchObject({
      publicKey: keyOf(1),
      allowedIps: ['10.8.0.3/32', '192.168.60.0/24'],
      persistentKeepalive: 25,
    });
    expect(
      hub.routes.map(({ prefix, table, metric, nextHops: [hop] }) => [prefix.text, table, metric, hop.dev]),
    ).toEqual([
      ['192.168.60.0/24', { name: 'main', number: 254 }, 0, 'wg0'],
      ['192.168.77.0/24', { name: 'vpn', number: 77 }, 5, 'wg0'],
    ]);
    expect(hub.addresses.map(({ text }) => text)).toEqual(['10.8.0.1']);
  });

  test('is the file that a symbolic link leads to', async () => {
    const files = new Map([
      ['/etc/wireguard/wg0.conf ->', '/srv/keys/wg0.conf'],
      ['/srv/keys/wg0.conf', confText],
    ]);
    const reading = await read(healthy, { files });
    expect(reading.outcome === 'read' && reading.hub.conf?.path).toBe('/srv/keys/wg0.conf');
  });

  test('is only a file where nothing runs, and nothing is asked about a device that is not there', async () => {
    const host = hubOf({ 'wg show wg0 dump': failed('Unable to access interface: No such device\n') });
    const reading = await readHubState(host, nameOf('wg0'));
    expect(reading).toMatchObject({ outcome: 'read', hub: { running: undefined, routes: [], addresses: [] } });
    expect(host.world.ran.filter(([program]) => program === 'ip')).toEqual([]);
  });

  test('belongs to AmneziaWG where wg does not know the interface, with the file of its own directory', async () => {
    const row = `${keyOf(90)}\t${keyOf(91)}\t51820\t4\t40\t70\t0\t0\t1\t2\t3\t4\toff\n`;
    const reading = await read(
      {
        ...healthy,
        'wg show wg0 dump': failed('Unable to access interface: Operation not supported\n'),
        'awg show wg0 dump': row,
      },
      { files: new Map([['/etc/amnezia/amneziawg/wg0.conf', confText]]) },
    );
    expect(reading).toMatchObject({
      outcome: 'read',
      hub: { program: 'awg', conf: { path: '/etc/amnezia/amneziawg/wg0.conf' }, running: { flavour: 'amneziawg' } },
    });
  });
});

describe('a hub of which a part cannot be read is not read', () => {
  test.each<[string, Answers, RegExp]>([
    [
      'wg refuses',
      { 'wg show wg0 dump': failed('Unable to access interface: Permission denied\n') },
      /Permission denied/,
    ],
    ['wg hangs', { 'wg show wg0 dump': { outcome: 'timed-out', afterMs: 10_000 } }, /did not answer within 10 s/],
    ['wg prints a row that is none', { 'wg show wg0 dump': `${dump}nonsense\n` }, /row 3 cannot be read/],
    [
      'ip fails',
      { 'ip -j -4 route show table all dev wg0': failed('RTNETLINK answers: No buffer space\n') },
      /No buffer/,
    ],
    ['ip prints half', { 'ip -j -4 route show table all dev wg0': routes4.slice(0, 90) }, /JSON/],
    ['addresses fail', { 'ip -j addr show dev wg0': failed('Device "wg0" does not exist.\n') }, /does not exist/],
  ])('%s', async (_case, answers, reason) => {
    const reading = await read({ ...healthy, ...answers });
    expect(reading).toEqual({ outcome: 'failed', reason: expect.stringMatching(reason) });
  });

  test('the file may not be read', async () => {
    const reading = await read(healthy, { denied: new Set(['/etc/wireguard/wg0.conf']) });
    expect(reading).toMatchObject({ outcome: 'failed', reason: expect.stringMatching(/wg0\.conf cannot be read/) });
  });
});

test('a file that is not UTF-8 keeps its bytes', async () => {
  const bytes = Buffer.from([0x23, 0xfc, 0x0a]);
  const files = new Map([['/etc/wireguard/wg0.conf', bytes]]);
  const reading = await read(healthy, { bytes: files, files: new Map() });
  if (reading.outcome !== 'read' || reading.hub.conf === undefined) throw new Error('the file was not read');
  expect(Buffer.from(encodeConf(printConf(reading.hub.conf.file).reveal()))).toEqual(bytes);
});
