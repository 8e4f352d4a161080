/** Files on a disk that is full, and on one that fails: in a small file system of the test's own, and by strace(1). */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { installMissingPackages } from './packages.ts';
import { run } from './run.ts';

const script = join(import.meta.dirname, '../host/process.ts');
let directory = '';
beforeAll(() => {
  const programs = { strace: 'strace', unshare: 'util-linux', mount: 'mount' };
  expect(installMissingPackages(programs)).toMatchObject({ outcome: 'ready' });
}, 300_000);
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'meshtui-disk-'));
  mkdirSync(join(directory, 'disk'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** What the host answers on a disk of 16 pages that has room for `free` bytes, and what is on it then. */
async function onSmallDisk(options: string, free: number, words: string) {
  const shell = [
    `mount -t tmpfs -o ${options} tmpfs disk; cd disk; printf old > wg0.conf`,
    `dd if=/dev/zero of=filler bs=1024 status=none count=$(( $(df --output=avail -k . | tail -1) - ${free / 1024} ))`,
    `"$0" "$1" ${words}; ls; cat wg0.conf`,
  ].join('\n');
  const argv = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', shell, process.execPath, script];
  const { stdout } = await run(argv, { env: { ...process.env, PWD: directory }, cwd: directory });
  const [said = '', ...rest] = stdout.split('\n');
  return { said: JSON.parse(said), rest: rest.join(' ') };
}

describe('a full disk', () => {
  test.each([
    ['size=64k', 'write wg0.conf 40000'],
    ['size=64k', 'new staged 40000'],
    ['size=1m,nr_inodes=3', 'write wg0.conf 10'],
    ['size=1m,nr_inodes=3', 'new staged 10'],
    ['size=1m,nr_inodes=3', 'new a/b/staged 10'],
  ])('(%s) leaves the old file and no litter after %s', async (options, words) => {
    const { said, rest } = await onSmallDisk(options, 8_192, words);
    expect(said).toMatch(/ENOSPC/);
    expect(rest).toBe('filler wg0.conf old');
  });

  test('has room for a second name and for another name', async () => {
    expect(await onSmallDisk('size=64k', 0, 'move wg0.conf wg0.conf')).toEqual({
      said: 'done',
      rest: 'filler wg0.conf old',
    });
  });
});

/** What the host answers when a system call goes wrong, and what is there then. */
async function withFault(fault: string, ...words: readonly string[]) {
  const disk = join(directory, 'disk');
  writeFileSync(join(disk, 'wg0.conf'), 'old');
  chmodSync(join(disk, 'wg0.conf'), 0o640);
  const argv = [
    'strace',
    '-f',
    '-qq',
    '-o',
    join(directory, 'trace'),
    '-e',
    `inject=${fault}`,
    process.execPath,
    script,
  ];
  // strace counts the calls of each thread.
  const { stdout } = await run([...argv, ...words], { cwd: disk, env: { ...process.env, UV_THREADPOOL_SIZE: '1' } });
  const names = readdirSync(disk).sort();
  return {
    said: stdout === '' ? undefined : JSON.parse(stdout),
    names,
    text: readFileSync(join(disk, 'wg0.conf'), 'utf8'),
  };
}

describe('a disk that fails', () => {
  test.each(['fsync:error=EIO:when=1', 'fchmod:error=EPERM', 'rename:error=EIO', 'rename:error=EBUSY'])(
    'by %s leaves the old file and no litter',
    async (fault) => {
      expect(await withFault(fault, 'write', 'wg0.conf', '5')).toEqual({
        said: expect.stringMatching(/^wg0.conf could not be written \(E.*\); the old file is untouched\.$/),
        names: ['wg0.conf'],
        text: 'old',
      });
    },
  );

  test.each(['fsync:error=EIO:when=1', 'link:error=EMLINK', 'fchmod:error=EPERM'])(
    'by %s makes no new file and no litter',
    async (fault) => {
      expect(await withFault(fault, 'new', 'staged', '5')).toEqual({
        said: expect.stringMatching(/^staged could not be made \(E.*\)\.$/),
        names: ['wg0.conf'],
        text: 'old',
      });
    },
  );

  test('when the change is made already is said as it is', async () => {
    expect(await withFault('fsync:error=EIO:when=2', 'write', 'wg0.conf', '5')).toEqual({
      said: expect.stringMatching(/^wg0.conf was changed, but the disk did not confirm it \(EIO.*\)\.$/),
      names: ['wg0.conf'],
      text: 'nnnnn',
    });
    expect(await withFault('fsync:error=EIO', 'move', 'wg0.conf', 'wg0.conf')).toMatchObject({
      said: expect.stringMatching(/did not confirm/),
    });
  });

  test('by not syncing directories is good enough', async () => {
    expect(await withFault('fsync:error=EINVAL:when=2', 'write', 'wg0.conf', '5')).toMatchObject({ said: 'done' });
  });
});

describe('a kill', () => {
  test.each([
    ['fsync:signal=KILL:when=1', 'old'],
    ['rename:signal=KILL:when=1', /^(old|nnnnn)$/],
    ['fsync:signal=KILL:when=2', 'nnnnn'],
  ])('at %s leaves the old file or the new one, whole', async (fault, expected) => {
    expect(await withFault(fault, 'write', 'wg0.conf', '5')).toMatchObject({
      said: undefined,
      text: typeof expected === 'string' ? expected : expect.stringMatching(expected),
    });
  });

  test.each(['fsync', 'link'])('at %s leaves no part of a new file', async (call) => {
    const { names } = await withFault(`${call}:signal=KILL:when=1`, 'new', 'staged', '5');
    const disk = join(directory, 'disk');
    if (names.includes('staged')) expect(readFileSync(join(disk, 'staged'), 'utf8')).toBe('nnnnn');
    expect(names.filter((name) => name.endsWith('.tmp'))).toHaveLength(1);
  });
});
