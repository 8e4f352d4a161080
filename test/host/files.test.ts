/** The file operations of every host, held to one description: real files, the demo's memory and the tests' fake. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoHost } from '../../src/host/demo/demo-host.ts';
import { fakeHost } from '../../src/host/fake.ts';
import { type Host, HostError } from '../../src/host/host.ts';
import { realHost } from '../../src/host/real.ts';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'meshtui-files-'));
});
afterAll(() => rm(directory, { recursive: true }));

const bytes = (...values: number[]) => Uint8Array.from(values);

async function contentOf(host: Host, path: string): Promise<readonly number[] | string> {
  const found = await host.readBytes(path);
  return found.outcome === 'read' ? [...found.value] : found.outcome;
}

describe.each<[string, () => Host]>([
  ['the real host', realHost],
  ["the demo's host", () => demoHost()],
  ["the tests' host", () => fakeHost()],
])('%s', (name, make) => {
  const at = (...parts: string[]) => join(directory, name.replaceAll(/\W/g, ''), ...parts);

  test('adds bytes at the end, whatever they are, and makes what is missing', async () => {
    const host = make();
    expect(await contentOf(host, at('new', 'log'))).toBe('absent');
    await host.appendBytes(at('new', 'log'), bytes(0, 255, 128));
    await host.appendBytes(at('new', 'log'), bytes(10));
    expect(await contentOf(host, at('new', 'log'))).toEqual([0, 255, 128, 10]);
    expect(await host.stat(at('new', 'log'))).toMatchObject({ value: { size: 4, kind: 'file' } });
    expect(await host.listDirectory(at('new'))).toEqual({ outcome: 'read', value: ['log'] });
  });

  test('reads a part of a file, and of one that is shorter what there is', async () => {
    const host = make();
    const path = at('parts');
    const part = async (from: number, length: number) => {
      const found = await host.readBytes(path, { from, length });
      return found.outcome === 'read' ? [...found.value] : found.outcome;
    };
    expect(await part(0, 2)).toBe('absent');
    await host.appendBytes(path, bytes(1, 2, 255, 4));
    expect(await part(0, 3)).toEqual([1, 2, 255]);
    expect(await part(2, 9)).toEqual([255, 4]);
    expect(await part(4, 1)).toEqual([]);
    expect(await part(7, 1)).toEqual([]);
    expect(await contentOf(host, path)).toEqual([1, 2, 255, 4]);
  });

  test('reads text as bytes', async () => {
    const host = make();
    await host.writeFileAtomic(at('text'), 'é');
    expect(await contentOf(host, at('text'))).toEqual([0xc3, 0xa9]);
  });

  test('renames a file in place of another, and says so where there is none', async () => {
    const host = make();
    await host.appendBytes(at('moved', 'a'), bytes(1));
    await host.appendBytes(at('moved', 'b'), bytes(2));
    await host.moveFile(at('moved', 'a'), at('moved', 'b'));
    expect(await contentOf(host, at('moved', 'a'))).toBe('absent');
    expect(await contentOf(host, at('moved', 'b'))).toEqual([1]);
    await expect(host.moveFile(at('moved', 'none'), at('moved', 'c'))).rejects.toThrow(HostError);
  });

  test('makes a new file with its mode, and never in place of another', async () => {
    const host = make();
    await host.writeNewFile(at('fresh', 'marker'), 'one', { mode: 0o640 });
    expect(await host.stat(at('fresh', 'marker'))).toMatchObject({ value: { mode: 0o640, links: 1, size: 3 } });
    await expect(host.writeNewFile(at('fresh', 'marker'), 'two', { mode: 0o600 })).rejects.toThrow(HostError);
    expect(await host.readFile(at('fresh', 'marker'))).toEqual({ outcome: 'read', value: 'one' });
    expect(await host.listDirectory(at('fresh'))).toEqual({ outcome: 'read', value: ['marker'] });
  });

  test('gives a file a second name, which keeps the old content when the first is replaced and brings it back', async () => {
    const host = make();
    const inode = async (path: string) => {
      const found = await host.stat(path);
      return found.outcome === 'read' ? [found.value.inode, found.value.links] : found.outcome;
    };
    await host.writeFileAtomic(at('linked', 'conf'), 'old', { mode: 0o644 });
    const before = await inode(at('linked', 'conf'));
    await host.linkFile(at('linked', 'conf'), at('linked', 'kept'));
    expect(await inode(at('linked', 'kept'))).toEqual([Array.isArray(before) ? before[0] : undefined, 2]);
    await expect(host.linkFile(at('linked', 'conf'), at('linked', 'kept'))).rejects.toThrow(HostError);
    await expect(host.linkFile(at('linked', 'none'), at('linked', 'other'))).rejects.toThrow(HostError);
    await host.writeFileAtomic(at('linked', 'conf'), 'new');
    expect(await host.stat(at('linked', 'conf'))).toMatchObject({ value: { mode: 0o644, links: 1 } });
    expect(await host.readFile(at('linked', 'kept'))).toEqual({ outcome: 'read', value: 'old' });
    await host.moveFile(at('linked', 'kept'), at('linked', 'conf'));
    expect(await inode(at('linked', 'conf'))).toEqual(before);
    expect(await host.readFile(at('linked', 'conf'))).toEqual({ outcome: 'read', value: 'old' });
    expect(await host.listDirectory(at('linked'))).toEqual({ outcome: 'read', value: ['conf'] });
  });

  test('makes directories, and removes its own with all that is in them, and no other', async () => {
    const host = make();
    const own = at('etc', '.meshtui', 'change');
    await host.makeDirectory(own, 0o700);
    await host.makeDirectory(own, 0o755);
    expect(await host.stat(own)).toMatchObject({ value: { kind: 'directory', mode: 0o700 } });
    await host.writeNewFile(join(own, 'a', 'file'), '', { mode: 0o600 });
    await host.removeDirectory(own);
    await host.removeDirectory(own);
    expect(await host.stat(own)).toEqual({ outcome: 'absent' });
    expect(await host.stat(at('etc', '.meshtui'))).toMatchObject({ value: { kind: 'directory' } });
    for (const path of [at('etc'), `${own}/../../..`, '/', host.facts.stateDirectory]) {
      await expect(host.removeDirectory(path)).rejects.toThrow(/is not ours to remove/);
    }
    await host.removeDirectory(at('etc', '.meshtui'));
    await host.writeFileAtomic(at('etc', 'file'), '');
    await expect(host.makeDirectory(at('etc', 'file'), 0o700)).rejects.toThrow(HostError);
  });

  test('knows where a path leads', async () => {
    const host = make();
    await host.writeFileAtomic(at('real'), '');
    expect(await host.realPath(at('real'))).toEqual({ outcome: 'read', value: at('real') });
    expect(await host.realPath(at('unreal'))).toEqual({ outcome: 'absent' });
  });

  test('removes a file, and nothing where there is none', async () => {
    const host = make();
    await host.appendBytes(at('removed'), bytes(1));
    await host.removeFile(at('removed'));
    await host.removeFile(at('removed'));
    expect(await contentOf(host, at('removed'))).toBe('absent');
  });
});

describe('the real host', () => {
  test('lets nobody else read what it makes', async () => {
    await realHost().appendBytes(join(directory, 'private', 'log'), bytes(1));
    expect((await stat(join(directory, 'private', 'log'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, 'private'))).mode & 0o777).toBe(0o700);
  });

  test('says in one sentence that the disk is full', async () => {
    await expect(realHost().appendBytes('/dev/full', bytes(1))).rejects.toThrow(
      /^\/dev\/full could not be added to \(.*ENOSPC.*\)\.$/,
    );
  });
});
