/** The count in the header: right after anything changed, and nothing is compared while nothing has. */
import { describe, expect, test } from 'vitest';
import { DriftWatch, type Watched } from '../../src/observe/drift-watch.ts';
import { Observer } from '../../src/observe/observer.ts';
import { parseDump } from '../../src/wg/dump.ts';
import { DumpFollower } from '../../src/wg/dump-follower.ts';
import { confText, type DriftHub, driftHub, healthyHub, healthyRows, keys, lan, peerRow } from '../cli/drift-hub.ts';

const path = '/etc/wireguard/wg0.conf';

/** A hub that is looked at every five seconds. */
function watch(state: DriftHub = healthyHub()) {
  const host = driftHub(state);
  const drift = new DriftWatch(host);
  const follower = new DumpFollower();
  let reads = 0;
  const readFile = host.readFile.bind(host);
  host.readFile = (name) => {
    if (name === path) reads += 1;
    return readFile(name);
  };
  return {
    host,
    state,
    reads: () => reads,
    async look(confPath: string | undefined = path): Promise<number | undefined> {
      host.world.now += 5_000;
      const printed = await host.run(['wg', 'show', 'all', 'dump']);
      const dump = follower.read(Buffer.from(printed.outcome === 'exited' ? printed.stdout : ''));
      const watched: Watched[] = dump.interfaces.map((running) => ({ running, confPath }));
      await drift.look(watched);
      return drift.count;
    },
    drift,
  };
}

describe('the count of differences', () => {
  test('follows the running interface, the file, the routes and what is ignored', async () => {
    const { look, state, host } = watch();
    expect(await look()).toBe(0);
    state.rows = [...healthyRows, peerRow(keys.guest, '10.8.0.9/32')];
    expect(await look()).toBe(1);
    state.routes = [];
    expect(await look()).toBe(2);
    host.world.files.set(path, confText.replace('PersistentKeepalive = 25', 'PersistentKeepalive = 21'));
    expect(await look()).toBe(3);
    host.world.files.set('/var/lib/meshtui/ignored-drift.json', '{"ignored":["wg0/keepalive/bGFwdG9w"]}');
    expect(await look()).toBe(2);
    host.world.files.delete('/var/lib/meshtui/ignored-drift.json');
    host.world.files.set(path, confText);
    state.rows = healthyRows;
    state.routes = healthyHub().routes;
    expect(await look()).toBe(0);
  });

  test('reads the file once while it stays as it is', async () => {
    const { look, reads } = watch();
    for (let times = 0; times < 4; times += 1) await look();
    expect(reads()).toBe(1);
  });

  test('keeps nothing of the file: it is read again where anything else has changed', async () => {
    const { look, reads, state } = watch();
    await look();
    state.rows = [...healthyRows, peerRow(keys.guest, '10.8.0.9/32')];
    expect(await look()).toBe(1);
    expect(reads()).toBe(2);
    state.routes = [];
    expect(await look()).toBe(2);
    expect(reads()).toBe(3);
    await look();
    expect(reads()).toBe(3);
  });

  test('reads no file where the kernel says nothing', async () => {
    const { look, reads, host } = watch();
    const { programs } = host.world;
    host.world.programs = (argv, options) => (argv[0] === 'ip' ? undefined : programs(argv, options));
    await look();
    expect(reads()).toBe(0);
  });

  test.each([
    ['the allowed IPs of a peer', '10.8.0.4/32', '10.8.0.5/32'],
    ['the keepalive of a peer', '\t25', '\t21'],
    ['the preshared key of a peer', '(none)\t(none)\t10.8.0.4', `${keys.guest}\t(none)\t10.8.0.4`],
    ['the key of a peer', keys.laptop, keys.guest],
    ['the port', '\t51820\t', '\t51821\t'],
    ['the mark', '\toff\nwg0\taG9t', '\t0xca6c\nwg0\taG9t'],
    ['an address', '"local":"10.8.0.1"', '"local":"10.8.0.7"'],
    ['the link', '"UP"', ''],
    ['an IPv4 route', `[{"dst":"${lan}","dev":"wg0","scope":"link"}]`, '[]'],
    ['an IPv6 route', /^$/, '[{"dst":"fd00::/64","dev":"wg0","protocol":"boot"}]'],
  ])('follows %s there and back', async (_, was, is) => {
    const { look, host } = watch();
    const { programs } = host.world;
    expect(await look()).toBe(0);
    host.world.programs = (argv, options) => {
      const printed = programs(argv, options);
      return typeof printed === 'string' ? printed.replace(was, is) : printed;
    };
    expect(await look()).toBeGreaterThan(0);
    host.world.programs = programs;
    expect(await look()).toBe(0);
  });

  test('asks no peer that is as it was for what is worked out when it is asked for', async () => {
    const { host, state } = watch();
    const [running] = parseDump(`wg0\t(none)\t(none)\t51820\toff\n${state.rows.join('\n')}\n`).interfaces;
    if (running === undefined) throw new Error('There is no interface.');
    let asked = 0;
    const peers = running.peers.map((peer) => ({
      ...peer,
      get allowedIps() {
        asked += 1;
        return peer.allowedIps;
      },
    }));
    const drift = new DriftWatch(host);
    const look = async (now: typeof peers) => {
      host.world.now += 5_000;
      asked = 0;
      await drift.look([{ running: { ...running, peers: now }, confPath: path }]);
      return asked;
    };
    expect(await look(peers)).toBeGreaterThan(0);
    expect(await look([...peers])).toBe(0);
    expect(await look(peers.slice(1))).toBeGreaterThan(0);
  });

  test('asks nothing sooner than after five seconds', async () => {
    const { look, drift, host } = watch();
    await look();
    const asked = host.world.ran.length;
    host.world.now += 4_900;
    await drift.look([]);
    expect(host.world.ran).toHaveLength(asked);
  });

  test('is not known where the kernel or the file cannot be read, or wg-quick refuses the file', async () => {
    const { look, host } = watch();
    const { programs } = host.world;
    host.world.programs = (argv, options) => (argv[0] === 'ip' ? undefined : programs(argv, options));
    expect(await look()).toBeUndefined();
    host.world.programs = programs;
    expect(await look()).toBe(0);
    host.world.denied.add(path);
    host.world.files.set(path, `${confText}\n`);
    expect(await look()).toBeUndefined();
    host.world.denied.delete(path);
    host.world.files.set(path, `${confText}Nonsense = 1\n`);
    expect(await look()).toBeUndefined();
  });

  test('of an interface that nobody keeps is one', async () => {
    const { host, state } = watch();
    const drift = new DriftWatch(host);
    const [running] = parseDump(`wg0\t(none)\t(none)\t51820\toff\n${state.rows.join('\n')}\n`).interfaces;
    await drift.look(running === undefined ? [] : [{ running, confPath: undefined }]);
    expect(drift.count).toBe(1);
  });
});

describe('an observer', () => {
  test('counts once it has looked around, and asks programs only then', async () => {
    const state = healthyHub();
    const host = driftHub({ ...state, routes: [] });
    const observer = new Observer(host, { intervalMs: 1_000, drift: true });
    const first = await observer.begin();
    expect(first.drift).toBeUndefined();
    expect(host.world.ran.map(([program]) => program)).toEqual(['wg']);
    await observer.lookAround();
    for (let times = 0; times < 2; times += 1) {
      host.world.now += 1_000;
      await observer.sample();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    host.world.now += 1_000;
    const last = await observer.sample();
    expect(last.drift).toBe(1);
    expect(last.ownership.get('wg0' as never)).toMatchObject({ manager: 'wg-quick', writable: true });
  });

  test('without the wish for it runs none of the programs', async () => {
    const host = driftHub();
    const observer = new Observer(host, { intervalMs: 1_000 });
    await observer.begin();
    await observer.lookAround();
    await observer.sample();
    const programs = new Set(host.world.ran.map(([program]) => program));
    for (const program of ['systemctl', 'networkctl', 'nmcli', 'docker', 'ip']) expect(programs).not.toContain(program);
  });
});
