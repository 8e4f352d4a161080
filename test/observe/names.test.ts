import { describe, expect, it } from 'vitest';
import { fakeHost } from '../../src/host/fake.ts';
import { NameReader } from '../../src/observe/names.ts';
import type { InterfaceName } from '../../src/wg/key.ts';
import { fixture, keyOf } from '../wg/names/support.ts';

const wg0 = 'wg0' as InterfaceName;
const wg1 = 'wg1' as InterfaceName;
const awg0 = 'awg0' as InterfaceName;

/** A host with these files that counts what is read. */
function hostWith(files: Record<string, string>) {
  const host = fakeHost({ files: new Map(Object.entries(files)) });
  const read: string[] = [];
  const counted = {
    ...host,
    readFile: (path: string) => {
      read.push(path);
      return host.readFile(path);
    },
  };
  return { host: counted, world: host.world, read };
}

describe('NameReader', () => {
  it('reads every interface that has a file, and side files', async () => {
    const { host } = hostWith({
      '/etc/wireguard/wg0.conf': fixture('angristan.conf'),
      '/etc/wireguard/not an interface.conf': fixture('plain.conf'),
      '/etc/wireguard/configs/clients.txt': `side ${keyOf('carol')} 1 2\n`,
      '/etc/wireguard/wg1.json': fixture('wg0.json'),
      '/etc/wireguard/wgc-wg1/0002-zoe.toml': `PublicKey = "${keyOf('zoe')}"\n`,
      '/etc/amnezia/amneziawg/awg0.conf': fixture('nyr.conf'),
      '/etc/systemd/network/50-wg.netdev': fixture('wg0.netdev').replace('Name=wg0', 'Name=wg1'),
    });
    const { byInterface, problems } = await new NameReader(host).read([wg1]);
    expect(problems).toEqual([]);
    expect([...byInterface.keys()]).toEqual([awg0, wg0, wg1]);
    expect(byInterface.get(wg0)?.peers.get(keyOf('anna'))?.name).toBe('anna');
    expect(byInterface.get(wg0)?.peers.get(keyOf('carol'))).toMatchObject({ name: 'side', inFile: true });
    expect(byInterface.get(wg0)?.peers.has(keyOf('zoe'))).toBe(false);
    expect(byInterface.get(awg0)?.confPath).toBe('/etc/amnezia/amneziawg/awg0.conf');
    expect(byInterface.get(awg0)?.peers.get(keyOf('carol'))?.disabled).toMatchObject({ reason: 'lost phone' });
    const second = byInterface.get(wg1);
    expect(second?.confPath).toBeUndefined();
    expect(second?.managedElsewhere).toBe('wg-cmd');
    expect(second?.peers.get(keyOf('zoe'))?.name).toBe('zoe');
    expect(second?.peers.get(keyOf('anna'))).toMatchObject({ source: '/etc/wireguard/wg1.json', inFile: false });
  });

  it('reads a file again only when it has changed, and keeps the same objects', async () => {
    const { host, world, read } = hostWith({
      '/etc/wireguard/wg0.conf': fixture('pivpn.conf'),
      '/etc/wireguard/wg1.conf': fixture('nyr.conf'),
      '/etc/wireguard/peers.toml': fixture('peers.toml'),
    });
    const reader = new NameReader(host);
    const first = await reader.read([wg0]);
    expect(read).toHaveLength(3);
    expect(await reader.read([wg0])).toBe(first);
    expect(read).toHaveLength(3);
    world.now += 1_000;
    world.files.set('/etc/wireguard/wg0.conf', fixture('pivpn.conf').replaceAll('carol', 'karel'));
    const second = await reader.read([wg0]);
    expect(read.slice(3)).toEqual(['/etc/wireguard/wg0.conf']);
    expect(second.byInterface.get(wg0)?.peers.get(keyOf('carol'))?.name).toBe('karel');
    expect(second.byInterface.get(wg1)).toBe(first.byInterface.get(wg1));
    world.files.delete('/etc/wireguard/wg0.conf');
    const third = await reader.read([wg0]);
    expect(third.byInterface.get(wg0)?.confPath).toBeUndefined();
    expect(third.byInterface.get(wg0)?.peers.get(keyOf('anna'))?.inFile).toBe(false);
  });

  it('says in one sentence what it may not read, and keeps what it had', async () => {
    const { host, world } = hostWith({
      '/etc/wireguard/wg0.conf': fixture('pivpn.conf'),
      '/etc/wireguard/wg1.conf': fixture('nyr.conf'),
      '/etc/wireguard/peers': fixture('peers'),
    });
    const reader = new NameReader(host);
    await reader.read([]);
    world.now += 1_000;
    for (const path of ['/etc/wireguard/wg0.conf', '/etc/wireguard/peers']) {
      world.files.set(path, '# changed');
      world.denied.add(path);
    }
    const { byInterface, problems } = await reader.read([]);
    expect(problems).toEqual(['Names may be missing: no permission to read /etc/wireguard/peers and 1 more.']);
    expect(byInterface.get(wg0)?.peers.get(keyOf('carol'))?.name).toBe('carol');
    expect(await reader.read([])).toMatchObject({ problems });
  });

  it('lives with a machine that has none of it, and with one that lets it see nothing', async () => {
    const { host, world } = hostWith({});
    const none = await new NameReader(host).read([wg0]);
    expect(none.problems).toEqual([]);
    expect(none.byInterface.get(wg0)?.peers.size).toBe(0);
    world.denied.add('/etc/wireguard');
    expect((await new NameReader(host).read([wg0])).problems).toEqual([
      'Names may be missing: no permission to read /etc/wireguard.',
    ]);
  });
});
