import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runLean, runLeanBytes } from '../../src/host/run-lean.ts';

const print = (script: string) => runLean([process.execPath, '-e', script], {});

test('a character that comes in two pieces is one', async () => {
  const script = `
    const bytes = Buffer.from('\\ufeffname: 東京 €');
    process.stdout.write(bytes.subarray(0, 10));
    setTimeout(() => process.stdout.write(bytes.subarray(10)), 60);`;
  expect(await print(script)).toMatchObject({ outcome: 'exited', code: 0, stdout: '\ufeffname: 東京 €', stderr: '' });
});

test('megabytes on both outputs are whole', async () => {
  const script = `process.stdout.write('ab'.repeat(1e6)); process.stderr.write('é'.repeat(1e6));`;
  const result = await print(script);
  expect(result.outcome === 'exited' && result.stdout === 'ab'.repeat(1e6)).toBe(true);
  expect(result.outcome === 'exited' && result.stderr === 'é'.repeat(1e6)).toBe(true);
});

test('bytes that are no text are marked, also at the end', async () => {
  const script = `process.stdout.write(Buffer.from([0x61, 0xff, 0x62, 0xe2, 0x82]))`;
  expect(await print(script)).toMatchObject({ stdout: 'a\ufffdb\ufffd' });
});

test('a command that prints more or less than the last time is whole each time, and leaves earlier bytes alone', async () => {
  const script = `
    const fs = require('node:fs');
    const length = Number(fs.readFileSync(process.env.LENGTH_FILE));
    process.stdout.write(Buffer.alloc(length, length % 251));`;
  const directory = await mkdtemp(join(tmpdir(), 'meshtui-lean-'));
  const file = join(directory, 'length');
  const kept: Uint8Array[] = [];
  const lengths = [300_000, 900_000, 290_001, 10, 0, 500_000];
  for (const length of lengths) {
    await writeFile(file, String(length));
    const result = await runLeanBytes([process.execPath, '-e', script], { environment: { LENGTH_FILE: file } });
    if (result.outcome === 'exited') kept.push(result.stdout);
  }
  await rm(directory, { recursive: true });
  const whole = lengths.map((length) => Buffer.alloc(length, length % 251));
  expect(kept.map((bytes, index) => Buffer.compare(bytes, whole[index] ?? Buffer.of()))).toEqual([0, 0, 0, 0, 0, 0]);
});
