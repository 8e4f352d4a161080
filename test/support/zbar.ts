/** Reads QR codes out of pictures with the real zbarimg. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A picture in a file format that zbarimg knows by the ending: `pgm`, `png`. */
export interface Picture {
  readonly ending: string;
  readonly content: Uint8Array;
}

/** What the QR codes in each picture say, in the order of the pictures; none, where zbarimg finds none. Throws where it fails. */
export function readQrCodes(pictures: readonly Picture[]): string[][] {
  const directory = mkdtempSync(join(tmpdir(), 'meshtui-qr-'));
  try {
    const files = pictures.map(({ ending, content }, index) => {
      const file = join(directory, `${index}.${ending}`);
      writeFileSync(file, content);
      return file;
    });
    return ranges(files, 64).flatMap((some) => readFiles(some));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function readFiles(files: readonly string[]): string[][] {
  const settings = ['--xml', '--nodbus', '-Sdisable', '-Sqrcode.enable'];
  const result = spawnSync('zbarimg', [...settings, ...files], { encoding: 'utf8', maxBuffer: 1 << 26 });
  // 4: in one picture at least there was nothing to read (zbarimg(1)).
  if (result.status !== 0 && result.status !== 4) throw new Error(`zbarimg: ${result.error ?? result.stderr}`);
  const found = new Map(files.map((file): [string, string[]] => [file, []]));
  for (const [, file = '', content = ''] of result.stdout.matchAll(/<source href='([^']*)'>(.*?)<\/source>/gs)) {
    const codes = content.matchAll(/<data[^>]*><!\[CDATA\[(.*?)\]\]><\/data>/gs);
    found.get(file)?.push(...[...codes].map(([, data = '']) => data));
  }
  return files.map((file) => found.get(file) ?? []);
}

function ranges<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
