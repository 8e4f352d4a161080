import { expect, test } from 'vitest';
import { runLean } from '../../src/host/run-lean.ts';

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
