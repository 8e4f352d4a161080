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
