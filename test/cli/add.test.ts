/** `meshtui add` and `meshtui reissue` on the simulated hub: what they print, write and refuse. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { addClients } from '../../src/cli/add.ts';
import type { AddOptions } from '../../src/cli/add-command.ts';
import { addOrder, listOrder } from '../../src/cli/add-order.ts';
import type { AddWords } from '../../src/cli/add-words.ts';
import { UsageError } from '../../src/cli/change-words.ts';
import { reissue } from '../../src/cli/reissue.ts';
import { type Host, HostError } from '../../src/host/host.ts';
import { changeOptions, demo, type FakeTalk, fakeTalk, fileOf, heard } from './talk.ts';

type Words = AddWords & { readonly format?: string };

async function add(
  host: Host,
  name: string,
  words: Words = {},
  options: Partial<AddOptions> = {},
  talk: FakeTalk = fakeTalk(),
) {
  const code = await addClients(host, talk, { ...changeOptions, ...options }, ['test'], addOrder(name, words));
  return { ...heard(talk), code };
}

async function addList(host: Host, csv: string, options: Partial<AddOptions> = {}, talk: FakeTalk = fakeTalk()) {
  await host.writeFileAtomic('/root/list.csv', csv);
  const order = await listOrder(host, '/root/list.csv', undefined, {});
  const code = await addClients(host, talk, { ...changeOptions, ...options }, ['test'], order);
  return { ...heard(talk), code };
}

const out = { out: '/root/clients', yes: true } as const;
const peersOf = async (host: Host) => {
  const result = await host.run(['wg', 'show', 'wg0', 'dump']);
  if (result.outcome !== 'exited') return '';
  return result.stdout.replaceAll(/^(\S+)\t\S+\t\S+\t(\S+)\t.*$/gm, '$1\t$2');
};
/** Whether anything but what is ignored is as it was. */
const stateOf = async (host: Host) => [await fileOf(host), await peersOf(host)];
const filesIn = async (host: Host, directory: string) => {
  const listed = await host.listDirectory(directory);
  return listed.outcome === 'read' ? listed.value : [];
};

describe('add', () => {
  test('writes the peer in the dialect of the file, and a configuration that only its owner can read', async () => {
    const { host } = demo();
    const { code, text, errors } = await add(host, 'berts-phone', { kind: 'phone', tags: 'staff' }, out);
    expect({ code, errors }).toEqual({ code: 0, errors: [] });
    expect(text).toContain('Written: /root/clients/berts-phone.conf');
    const file = await fileOf(host);
    expect(file).toMatch(/### begin berts-phone ###\n\[Peer\]\n(?:# .*\n)*PublicKey = /);
    expect(file).toMatch(/# tags = staff\n/);
    expect(file).toMatch(
      /# issued = v1 2026-11-23T12:00:00Z hash=[0-9a-f]{12} hub=\S{8} endpoint=198\.51\.100\.10:51820 /,
    );
    const conf = await fileOf(host, '/root/clients/berts-phone.conf');
    const [address] = /^Address = (\S+),/m.exec(conf)?.slice(1) ?? [];
    expect(address).toBeDefined();
    expect(await peersOf(host)).toContain(`\t${address}`);
    const stat = await host.stat('/root/clients/berts-phone.conf');
    expect(stat.outcome === 'read' && stat.value.mode).toBe(0o600);
  });

  test('with --dry-run says the plan and the address, and makes no file', async () => {
    const { host } = demo();
    const before = await stateOf(host);
    const { code, text, errors } = await add(host, 'berts-phone', {}, { dryRun: true });
    expect({ code, errors }).toEqual({ code: 0, errors: [] });
    expect(text).toMatch(/berts-phone is added to wg0 with 10\.8\.0\.\d+\/32/);
    expect(await stateOf(host)).toEqual(before);
  });

  test('shows no private key in what it prints, in JSON or in the journal', async () => {
    const { host } = demo();
    const { text } = await add(host, 'berts-phone', {}, { ...out, json: true });
    const conf = await fileOf(host, '/root/clients/berts-phone.conf');
    const secrets = [...conf.matchAll(/(?:PrivateKey|PresharedKey) = (\S+)/g)].map(([, secret = '']) => secret);
    expect(secrets).toHaveLength(2);
    const document = JSON.parse(text);
    const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'add.md'), 'utf8');
    const listed = /^\| `clients\[\]` .*$/m.exec(page)?.[0].split('|')[3] ?? '';
    expect([...listed.matchAll(/`(\w+)`/g)].map(([, field]) => field)).toEqual(Object.keys(document.clients[0]));
    expect(document).toMatchObject({
      outcome: 'done',
      clients: [{ name: 'berts-phone', kind: 'laptop', hasPresharedKey: true }],
      files: ['/root/clients/berts-phone.conf'],
      proof: null,
    });
    for (const directory of await filesIn(host, '/var/lib/meshtui/changes')) {
      for (const name of await filesIn(host, `/var/lib/meshtui/changes/${directory}`)) {
        const kept = await host.readFile(`/var/lib/meshtui/changes/${directory}/${name}`);
        for (const secret of secrets) expect(kept.outcome === 'read' ? kept.value : '').not.toContain(secret);
      }
    }
    for (const secret of secrets) expect(text).not.toContain(secret);
  });

  test.each<[string, Partial<AddOptions>, RegExp]>([
    ['without a terminal and without --out', { yes: true }, /--out DIR writes a file, --out - prints it/],
    ['with JSON and --out -', { yes: true, json: true, out: '-' }, /JSON holds no key/],
  ])('%s it makes no key: 2', async (_case, options, words) => {
    const { host } = demo();
    const before = await stateOf(host);
    const { code, errors } = await add(host, 'berts-phone', {}, options);
    expect(code).toBe(2);
    expect(errors.join()).toMatch(words);
    expect(await stateOf(host)).toEqual(before);
  });

  test('with --out - prints the configuration alone, and its words to standard error', async () => {
    const { host } = demo();
    const { code, text, errors } = await add(host, 'berts-phone', {}, { yes: true, out: '-' });
    expect(code).toBe(0);
    expect(text).toMatch(/^# berts-phone: .*\n\[Interface\]\nPrivateKey = /);
    expect(text).not.toContain('Who notices');
    expect(errors.join('\n')).toContain('Who notices');
  });

  test.each<[string, string, Words, RegExp]>([
    ['a name that is there', 'laptop', {}, /^meshtui: NAME: Another peer has this name\.$/m],
    ['an address of another', 'x', { address: '10.8.0.4' }, /--address: 10\.8\.0\.4 belongs to laptop/],
    ['an address outside', 'x', { address: '10.9.0.4' }, /--address: 10\.9\.0\.4 lies outside of 10\.8\.0\.0\/24/],
    ['a key that is none', 'x', { publicKey: 'abc' }, /--public-key: A key has 44 characters/],
    ['a LAN that is nowhere', 'x', { lan: ['10.77.0.0/24'] }, /--lan: 10\.77\.0\.0\/24 is behind no peer of wg0/],
    ['an endpoint that is none', 'x', { endpoint: 'a b' }, /--endpoint: /],
    ['an MTU that is none', 'x', { mtu: '12' }, /--mtu: An MTU is a number from 1280 to 9000/],
    ['a LAN of the mesh', 'x', { gatewayLan: ['10.8.0.0/25'] }, /--gateway-lan: .*shares addresses with the mesh/],
    ['a LAN with host bits', 'x', { gatewayLan: ['192.168.7.1/24'] }, /--gateway-lan: .*the LAN is 192\.168\.7\.0\/24/],
  ])('refuses %s where it stands: 2', async (_case, name, words, expected) => {
    const { host } = demo();
    const before = await stateOf(host);
    const { code, errors } = await add(host, name, words, out);
    expect(errors.join('\n')).toMatch(expected);
    expect(code).toBe(2);
    expect(await stateOf(host)).toEqual(before);
    expect(await filesIn(host, '/root/clients')).toEqual([]);
  });

  test('does not write over a file that is there, and changes nothing then', async () => {
    const { host } = demo();
    await host.writeNewFile('/root/clients/berts-phone.conf', 'mine', { mode: 0o600 });
    const before = await stateOf(host);
    const { code, errors } = await add(host, 'berts-phone', {}, out);
    expect(code).toBe(1);
    expect(errors.join()).toContain('There is a file /root/clients/berts-phone.conf already. Nothing was changed.');
    expect(await stateOf(host)).toEqual(before);
  });

  test("takes the device's own key, and gives a card without a private one", async () => {
    const { host } = demo();
    const publicKey = 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=';
    const { code } = await add(host, 'berts-phone', { publicKey, presharedKey: false }, out);
    expect(code).toBe(0);
    const card = await fileOf(host, '/root/clients/berts-phone.txt');
    expect(card).not.toMatch(/^\s*Private/m);
    expect(await peersOf(host)).toContain(publicKey);
  });

  test('a gateway gets the routes of its LAN, and its owner what to do', async () => {
    const { host } = demo();
    const { code, text } = await add(
      host,
      'cabin2',
      { gatewayLan: ['192.168.99.0/24'], variant: 'static-route', lanInterface: 'eth1' },
      out,
    );
    expect(code).toBe(0);
    expect(text).toContain('ip -4 route add 192.168.99.0/24 dev wg0');
    expect(text).toMatch(/On the gateway: Start it/);
    expect(text).toMatch(/On the LAN's router: .*\n {5}ip route add 10\.8\.0\.0\/24 via/);
    expect(await fileOf(host, '/root/clients/cabin2.conf')).toContain('ip_forward=1');
  });

  test('a released address is not given out again', async () => {
    const { host, time } = demo();
    const given = async (name: string) => {
      const { text } = await add(host, name, {}, { ...out, json: true });
      return JSON.parse(text).clients[0].addresses[0] as string;
    };
    const first = await given('one');
    const talk = fakeTalk();
    const { changePeer } = await import('../../src/cli/change-peer.ts');
    const gone = await changePeer(host, talk, { ...changeOptions, yes: true }, [], 'one', { kind: 'remove' });
    expect(gone).toBe(0);
    time.now += 60_000;
    expect(await given('two')).not.toBe(first);
  });
});

describe('a configuration that cannot be written', () => {
  test('takes the change back, and leaves no file', async () => {
    const { host } = demo();
    const before = await stateOf(host);
    const failing: Host = {
      ...host,
      writeNewFile: async (path, content, options) => {
        if (path === '/root/clients/p2.conf') throw new HostError('There is no space left on the disk.');
        await host.writeNewFile(path, content, options);
      },
    };
    const { code, errors } = await addList(failing, 'name\np1\np2\n', out);
    expect(errors.join('\n')).toContain('There is no space left on the disk. The change was taken back.');
    expect(code).toBe(1);
    expect(await stateOf(host)).toEqual(before);
    expect(await filesIn(host, '/root/clients')).toEqual([]);
  });
});

describe('a list', () => {
  const head = 'name,kind,reach,lan,address,public_key,tags\n';

  test('is one plan', async () => {
    const { host } = demo();
    const csv = `${head}p1,phone,mesh,,,,staff;berlin\r\n"p, 2",laptop,all,,10.8.0.77,,\n# later: p3\n`;
    const { code, text } = await addList(host, csv, out);
    expect(code).toBe(0);
    expect(text).toContain('Add 2 peers');
    expect(await filesIn(host, '/root/clients')).toEqual(['p-2.conf', 'p1.conf']);
    expect(await fileOf(host)).toMatch(/# tags = staff, berlin\n/);
    expect(await peersOf(host)).toContain('10.8.0.77/32');
    expect(await filesIn(host, '/var/lib/meshtui/changes')).toHaveLength(1);
  });

  test('with one wrong line is nothing at all, and each wrong line is told', async () => {
    const { host } = demo();
    const before = await stateOf(host);
    const csv = `${head}p1,phone,mesh,,,,\nlaptop,,,,,,\np3,,,,10.8.0.4,,\np1,,,,,,\np4,,,,10.8.0.77,,\np5,,,,10.8.0.77,,\n`;
    const { code, errors } = await addList(host, csv, out);
    expect(code).toBe(2);
    expect(errors).toEqual([
      'meshtui: /root/list.csv line 3, NAME: Another peer has this name.',
      'meshtui: /root/list.csv line 4, --address: 10.8.0.4 belongs to laptop.',
      'meshtui: /root/list.csv line 5, NAME: Another peer has this name.',
      'meshtui: /root/list.csv line 7, --address: 10.8.0.77 belongs to p4.',
      'Nothing was changed.',
    ]);
    expect(await stateOf(host)).toEqual(before);
    expect(await filesIn(host, '/root/clients')).toEqual([]);
  });

  test.each<[string, string, RegExp]>([
    ['is empty', '', /line 1: the list is empty/],
    ['has no head', 'p1\np2\n', /line 1: the first line names the columns/],
    ['has semicolons', 'name;kind\np1;phone\n', /line 1: the columns have commas between them/],
    ['has a column that means nothing', 'name,color\np1,red\n', /line 1: there is no column "color"/],
    ['has too many fields', 'name,kind\np1,phone,x\n', /line 2: it has 3 fields, and the first line has 2/],
    ['has an open quote', 'name\n"p1\np2\n', /line 2: a quotation mark is not closed/],
    ['has text behind a quote', 'name\n"p1"x\n', /line 2: there is text behind a closing quotation mark/],
    ['has a kind that is none', 'name,kind\np1,toaster\n', /line 2: --kind is one of phone, laptop, server, gateway/],
    ['has no client', 'name\n\n', /has no client in it/],
  ])('that %s is none', async (_case, csv, words) => {
    const { host } = demo();
    await host.writeFileAtomic('/root/list.csv', csv);
    const order = listOrder(host, '/root/list.csv', undefined, {});
    await expect(order).rejects.toThrow(UsageError);
    await expect(order).rejects.toThrow(words);
  });
});

describe('reissue', () => {
  const again = async (host: Host, word: string, options: Partial<AddOptions> = out, words: Words = {}) => {
    const talk = fakeTalk();
    const code = await reissue(host, talk, { ...changeOptions, ...options }, [], word, words);
    return { ...heard(talk), code };
  };

  test('replaces the key, and keeps name, addresses and tags', async () => {
    const { host } = demo();
    const keyOf = async () => /^(\S+)\t10\.8\.0\.5\/32/m.exec(await peersOf(host))?.[1];
    const before = await keyOf();
    const file = await fileOf(host);
    const { code, text } = await again(host, 'anna-phone');
    expect(code).toBe(0);
    expect(text).toMatch(/New key for anna-phone/);
    expect(text).toMatch(/Its private key was never kept here/);
    const after = await keyOf();
    expect(after).not.toBe(before);
    expect(before).toBeDefined();
    expect(await fileOf(host, '/root/clients/anna-phone.conf')).toMatch(/^Address = 10\.8\.0\.5\/32/m);
    expect(file).toContain(before);
  });

  test('of a gateway keeps its LANs', async () => {
    const { host } = demo();
    const { code, text } = await again(host, 'cabin-router');
    expect(text).toMatch(/New key for cabin-router/);
    expect(code).toBe(0);
    const [key] = /^\S+(?=\t10\.8\.0\.12\/32,fd08::c\/128,192\.168\.40\.0\/24$)/m.exec(await peersOf(host)) ?? [];
    expect(key).toBeDefined();
    expect(await fileOf(host)).toContain(key);
  });

  test('of nobody is wrong usage', async () => {
    const { host } = demo();
    expect((await again(host, 'nobody-here')).code).toBe(2);
  });
});
