import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Account, deliveryAccount } from '../../../src/flows/deliver/account.ts';
import { type DeliveryFile, deliverFile, removeDelivered } from '../../../src/flows/deliver/write-file.ts';
import { type FakeWorld, fakeHost } from '../../../src/host/fake.ts';
import { known } from '../../../src/host/printable.ts';
import { realHost } from '../../../src/host/real.ts';
import { Secret } from '../../../src/wg/secret.ts';

const passwd = 'root:x:0:0:root:/root:/bin/bash\nanna:x:1000:1000:Anna,,,:/home/anna:/bin/bash\nbroken:x:\n';
const secret = new Secret('PrivateKey=topsecret');
const root: Account = { user: known('root'), uid: 0, gid: 0, home: '/root' };
const anna: Account = { user: known('anna'), uid: 1000, gid: 1000, home: '/home/anna' };

/** A host with the usual directories. */
function hostWith(world: Partial<FakeWorld> = {}) {
  const directories = new Map([
    ['/', 0o755],
    ['/root', 0o700],
    ['/home', 0o755],
    ['/home/anna', 0o750],
    ['/tmp', 0o1777],
    ['/open', 0o777],
    ['/group', 0o775],
    ['/var/www/html', 0o755],
    ['/etc/wireguard', 0o700],
  ]);
  const owners = new Map([['/home/anna', { uid: 1000, gid: 1000 }]]);
  return fakeHost({ directories, owners, files: new Map([['/etc/passwd', passwd]]), ...world });
}

const file = (path: string, replaces = false): DeliveryFile => ({ path, content: secret, replaces });

describe('deliverFile', () => {
  test('makes a file that only its owner can read, and says nothing where nobody else gets there', async () => {
    const host = hostWith();
    const result = await deliverFile(host, file('/root/./phone.conf'), root);
    expect(result).toEqual({ outcome: 'written', path: '/root/phone.conf', bytes: 20, warnings: [] });
    expect(host.world.files.get('/root/phone.conf')).toBe('PrivateKey=topsecret');
    expect(host.world.modes.get('/root/phone.conf')).toBe(0o600);
    expect(host.world.owners.has('/root/phone.conf')).toBe(false);
    expect(JSON.stringify(result)).not.toContain('topsecret');
  });

  test('gives it to whoever called sudo in a directory of theirs, and there alone', async () => {
    const host = hostWith();
    expect(await deliverFile(host, file('/home/anna/phone.conf'), anna)).toMatchObject({ outcome: 'written' });
    expect(host.world.owners.get('/home/anna/phone.conf')).toEqual({ uid: 1000, gid: 1000 });
    expect(await deliverFile(host, file('/tmp/phone.conf'), anna)).toMatchObject({ outcome: 'written' });
    expect(host.world.owners.has('/tmp/phone.conf')).toBe(false);
    const missing = await deliverFile(host, file('/home/anna/new/phone.conf'), anna);
    expect(missing).toEqual({ outcome: 'refused', reason: 'There is no directory /home/anna/new. Make it first.' });
  });

  test('does not replace a file without being told, and does when told', async () => {
    const host = hostWith();
    host.world.files.set('/root/phone.conf', 'old');
    host.world.modes.set('/root/phone.conf', 0o644);
    expect(await deliverFile(host, file('/root/phone.conf'), root)).toEqual({
      outcome: 'exists',
      path: '/root/phone.conf',
      reason: 'There is a file /root/phone.conf already. Nothing was written.',
    });
    expect(host.world.files.get('/root/phone.conf')).toBe('old');
    expect(await deliverFile(host, file('/root/phone.conf', true), root)).toMatchObject({ outcome: 'written' });
    expect(host.world.files.get('/root/phone.conf')).toBe('PrivateKey=topsecret');
    expect(host.world.modes.get('/root/phone.conf')).toBe(0o600);
    expect([...host.world.files.keys()].filter((name) => name.startsWith('/root'))).toEqual(['/root/phone.conf']);
  });

  test.each([
    ['phone.conf', 'A path begins with /.'],
    ['/root/', '/root/ is a directory: the name of the file is missing.'],
    ['/root/..', '/root/.. is a directory: the name of the file is missing.'],
    ['/root/a\nb', 'There are signs in the path that cannot be shown; write one without them.'],
    ['/root/\u001b[2J', 'There are signs in the path that cannot be shown; write one without them.'],
    ['/root/\u202ex', 'There are signs in the path that cannot be shown; write one without them.'],
    [`/root/${'x'.repeat(10_000)}`, 'The path is too long.'],
    ['/open/phone.conf', 'Everyone can write in /open (mode 0777), and could put another file there.'],
    ['/open/new/phone.conf', 'Everyone can write in /open (mode 0777), and could put another file there.'],
    ['/home/anna/phone.conf', '/home/anna belongs to another user (uid 1000), who could put another file there.'],
    ['/etc/passwd/phone.conf', '/etc/passwd is not a directory.'],
    [
      '/var/www/html/phone.conf',
      '/var/www/html is where servers take files for everyone from. Choose another place, such as a home directory.',
    ],
    [
      '/tmp/../etc/wireguard/phone.conf',
      "/etc/wireguard is for this host's own interfaces: wg-quick would bring the client up here. Choose another place.",
    ],
  ])('refuses %j and writes nothing', async (path, reason) => {
    const host = hostWith();
    const before = new Map(host.world.files);
    expect(await deliverFile(host, file(path, true), root)).toEqual({ outcome: 'refused', reason });
    expect(host.world.files).toEqual(before);
  });

  test.each([
    [
      '/tmp/x',
      'Everyone can write in /tmp (mode 1777); the file itself has mode 0600. Files there go when the machine starts anew.',
    ],
    ['/group/x', 'A group can write in /group (mode 0775); the file itself has mode 0600.'],
    ['/home/x', 'Everyone can look into /home (mode 0755); the file itself has mode 0600.'],
  ])('warns of %s', async (path, warning) => {
    expect(await deliverFile(hostWith(), file(path), root)).toMatchObject({ outcome: 'written', warnings: [warning] });
  });

  test('says why the disk did not take it', async () => {
    const host = hostWith({ denied: new Set(['/root/phone.conf']) });
    const result = await deliverFile(host, file('/root/phone.conf'), root);
    expect(result).toMatchObject({ outcome: 'refused' });
  });
});

test('the account is that behind sudo, else our own, and only one that exists', async () => {
  const files = new Map([['/etc/passwd', passwd]]);
  const sudo = (environment: Record<string, string>, uid = 0) =>
    deliveryAccount(fakeHost({ files }, { environment, uid }));
  expect(await sudo({ SUDO_USER: 'anna' })).toEqual(anna);
  expect(await sudo({})).toEqual(root);
  expect(await sudo({ SUDO_USER: 'nobody-here' })).toEqual(root);
  expect(await sudo({ SUDO_USER: 'root' }, 1000)).toEqual(anna);
  expect(await sudo({ USER: 'ldap', HOME: '/h/ldap' }, 7000)).toEqual({
    user: 'ldap',
    uid: 7000,
    gid: 7000,
    home: '/h/ldap',
  });
});

describe('on a real disk', () => {
  const host = realHost();
  let directory = '';
  let own = root;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'meshtui-deliver-'));
    own = await deliveryAccount(host);
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  test('text and bytes arrive whole, with mode 0600 whatever the umask; missing directories are for us alone', async () => {
    const bytes = Uint8Array.from([0x89, 0x50, 0x00, 0xff, 0x0a]);
    const before = process.umask(0);
    try {
      const path = join(directory, 'new/phone.png');
      expect(await deliverFile(host, { path, content: bytes, replaces: false }, own)).toMatchObject({ bytes: 5 });
      expect(new Uint8Array(readFileSync(path))).toEqual(bytes);
      expect(statSync(path).mode & 0o7777).toBe(0o600);
      expect(statSync(join(directory, 'new')).mode & 0o7777).toBe(0o700);
    } finally {
      process.umask(before);
    }
  });

  test('a symbolic link in place of the file is neither followed nor replaced', async () => {
    mkdirSync(join(directory, 'to'));
    const path = join(directory, 'phone.conf');
    symlinkSync(join(directory, 'to/elsewhere'), path);
    for (const replaces of [false, true]) {
      expect(await deliverFile(host, { path, content: secret, replaces }, own)).toMatchObject({ outcome: 'refused' });
    }
    expect(readdirSync(join(directory, 'to'))).toEqual([]);
    expect(readdirSync(directory).sort()).toEqual(['phone.conf', 'to']);
  });

  test('where a link leads into a place for everyone, that is seen', async () => {
    mkdirSync(join(directory, 'public_html'));
    symlinkSync(join(directory, 'public_html'), join(directory, 'mine'));
    const result = await deliverFile(host, file(join(directory, 'mine/phone.conf')), own);
    expect(result).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('public_html is where servers'),
    });
    mkdirSync(join(directory, 'all'));
    chmodSync(join(directory, 'all'), 0o777);
    expect(await deliverFile(host, file(join(directory, 'all/x')), own)).toMatchObject({ outcome: 'refused' });
  });

  test('it can be taken away again', async () => {
    const path = join(directory, 'phone.conf');
    const result = await deliverFile(host, file(path), own);
    if (result.outcome !== 'written') throw new Error(result.reason);
    expect(await removeDelivered(host, result.path)).toBeUndefined();
    expect(readdirSync(directory)).toEqual([]);
    expect(await removeDelivered(host, result.path)).toBeUndefined();
  });
});
