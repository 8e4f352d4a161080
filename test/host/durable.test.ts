/** Changes of real files: what stays as it was, whatever is written and whatever goes wrong. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fakeHost } from '../../src/host/fake.ts';
import { HostError } from '../../src/host/host.ts';
import { realHost } from '../../src/host/real.ts';

const host = realHost();
const isRoot = process.geteuid?.() === 0;
let directory = '';
const at = (...parts: string[]) => join(directory, ...parts);
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'meshtui-durable-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Pieces of one memory, each overwritten by the next. */
function* pieces(): Generator<Uint8Array, void, void> {
  const memory = Buffer.alloc(3);
  for (const text of ['one', 'two', 'six']) {
    memory.write(text);
    yield memory;
  }
}

/** Content that cannot be made to its end. */
function* broken(): Generator<Uint8Array, void, void> {
  yield Buffer.from('one');
  throw new Error('no more');
}

test('content in pieces is written one after another, and one that breaks off leaves the old file', async () => {
  await host.writeFileAtomic(at('file'), pieces());
  expect(readFileSync(at('file'), 'utf8')).toBe('onetwosix');
  await expect(host.writeFileAtomic(at('file'), broken())).rejects.toThrow(/no more.*; the old file is untouched\.$/);
  expect(readFileSync(at('file'), 'utf8')).toBe('onetwosix');
  expect(readdirSync(directory)).toEqual(['file']);
});

test('a fake host writes the same', async () => {
  const fake = fakeHost();
  await fake.writeFileAtomic('/file', pieces());
  expect(await fake.readBytes('/file')).toEqual({ outcome: 'read', value: Buffer.from('onetwosix') });
});

describe('writing a file that is there', () => {
  test.each([
    ['absolute', () => at('real', 'wg0.conf')],
    ['relative', () => 'real/wg0.conf'],
  ])('goes through an %s symbolic link, and the link stays', async (_what, target) => {
    mkdirSync(at('real'));
    writeFileSync(at('real', 'wg0.conf'), 'old');
    symlinkSync(target(), at('second'));
    symlinkSync('second', at('first'));
    await host.writeFileAtomic(at('first'), 'new');
    expect(readFileSync(at('real', 'wg0.conf'), 'utf8')).toBe('new');
    expect(await host.readLink(at('first'))).toEqual({ outcome: 'read', value: 'second' });
    expect(await host.readLink(at('second'))).toEqual({ outcome: 'read', value: target() });
    expect(readdirSync(at('real'))).toEqual(['wg0.conf']);
    expect(await host.realPath(at('first'))).toEqual({ outcome: 'read', value: at('real', 'wg0.conf') });
  });

  test('makes the file that a link leads to, where there is none yet', async () => {
    symlinkSync('later/wg0.conf', at('link'));
    await host.writeFileAtomic(at('link'), 'new');
    expect(readFileSync(at('later', 'wg0.conf'), 'utf8')).toBe('new');
    expect(await host.readLink(at('link'))).toEqual({ outcome: 'read', value: 'later/wg0.conf' });
    expect(statSync(at('later')).mode & 0o777).toBe(0o700);
    expect(statSync(at('later', 'wg0.conf')).mode & 0o777).toBe(0o600);
  });

  test('refuses links that lead to themselves, and what is no file', async () => {
    symlinkSync('b', at('a'));
    symlinkSync('a', at('b'));
    await expect(host.writeFileAtomic(at('a'), '')).rejects.toThrow(/ELOOP.*; the old file is untouched\.$/);
    await expect(host.writeFileAtomic(directory, '')).rejects.toThrow(/it is not a file/);
    spawnSync('mkfifo', [at('pipe')]);
    await expect(host.writeFileAtomic(at('pipe'), '')).rejects.toThrow(/it is not a file/);
    expect(readdirSync(directory).sort()).toEqual(['a', 'b', 'pipe']);
  });

  test.each([0o600, 0o640, 0o664, 0o777])('keeps the mode %o whatever the umask', async (mode) => {
    writeFileSync(at('file'), 'old');
    chmodSync(at('file'), mode);
    const before = process.umask(0o077);
    try {
      await host.writeFileAtomic(at('file'), 'new');
      expect(statSync(at('file')).mode & 0o7777).toBe(mode);
      await host.writeFileAtomic(at('file'), 'new', { mode: 0o444 });
      expect(statSync(at('file')).mode & 0o7777).toBe(0o444);
      await host.writeNewFile(at('new'), 'new', { mode });
      expect(statSync(at('new')).mode & 0o7777).toBe(mode);
      await host.makeDirectory(at('directory'), 0o755);
      expect(statSync(at('directory')).mode & 0o7777).toBe(0o755);
    } finally {
      process.umask(before);
    }
  });

  test.runIf(isRoot)('keeps owner and group, and gives them to a new file that is to replace it', async () => {
    writeFileSync(at('file'), 'old');
    chownSync(at('file'), 1234, 2345);
    chmodSync(at('file'), 0o2640);
    await host.writeFileAtomic(at('file'), 'new');
    const owned = { uid: 1234, gid: 2345, mode: 0o2640 };
    expect(await host.stat(at('file'))).toMatchObject({ value: owned });
    await host.writeNewFile(at('staged'), 'newer', { mode: 0o2640, owner: owned });
    expect(await host.stat(at('staged'))).toMatchObject({ value: owned });
  });
});

describe('what goes wrong', () => {
  test('a name that is taken, by a link to nothing too', async () => {
    symlinkSync('nothing', at('link'));
    await expect(host.writeNewFile(at('link'), 'x', { mode: 0o600 })).rejects.toThrow(
      /^\S+\/link could not be made \(EEXIST.*\)\.$/,
    );
    await expect(host.linkFile(at('link'), at('none', 'x'))).rejects.toThrow(HostError);
    expect(readdirSync(directory)).toEqual(['link']);
  });

  test('a directory that is a file', async () => {
    writeFileSync(at('file'), 'old');
    await expect(host.writeFileAtomic(at('file', 'below', 'x'), '')).rejects.toThrow(HostError);
    await expect(host.makeDirectory(at('file', 'below'), 0o700)).rejects.toThrow(
      /^The directory \S+ could not be made \(ENOTDIR/,
    );
    expect(readFileSync(at('file'), 'utf8')).toBe('old');
  });

  test('a file that is bigger than we may write leaves the old one and no litter', () => {
    writeFileSync(at('file'), 'old');
    const script = `
      process.on('SIGXFSZ', () => undefined);
      const { realHost } = await import(${JSON.stringify(join(import.meta.dirname, '../../src/host/real.ts'))});
      const said = async (act) => act().then(() => 'done', (error) => error.message);
      console.log(await said(() => realHost().writeFileAtomic('file', 'x'.repeat(5_000_000))));
      console.log(await said(() => realHost().writeNewFile('new', 'x'.repeat(5_000_000), { mode: 0o600 })));`;
    const { stdout } = spawnSync(
      'prlimit',
      ['--fsize=1000000', process.execPath, '--input-type=module', '-e', script],
      {
        cwd: directory,
        encoding: 'utf8',
      },
    );
    expect(stdout).toMatch(
      /^file could not be written \(EFBIG.*\); the old file is untouched\.\nnew could not be made \(EFBIG/,
    );
    expect(readFileSync(at('file'), 'utf8')).toBe('old');
    expect(readdirSync(directory)).toEqual(['file']);
  });
});

test('two that write the same new file: one does, the other is told', async () => {
  const results = await Promise.allSettled(
    Array.from({ length: 8 }, (_, index) => host.writeNewFile(at('a', 'b', 'once'), `${index}`, { mode: 0o600 })),
  );
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(readdirSync(at('a', 'b'))).toEqual(['once']);
});

test("the tests' host follows links as the real one does", async () => {
  const fake = fakeHost({
    files: new Map([
      ['/etc/link ->', 'real'],
      ['/etc/real', 'old'],
    ]),
  });
  await fake.writeFileAtomic('/etc/link', 'new');
  expect(fake.world.files).toEqual(
    new Map([
      ['/etc/link ->', 'real'],
      ['/etc/real', 'new'],
    ]),
  );
  expect(await fake.realPath('/etc/link')).toEqual({ outcome: 'read', value: '/etc/real' });
  expect(await fake.readFile('/etc/link')).toEqual({ outcome: 'read', value: 'new' });
});
