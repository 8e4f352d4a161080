/** Real processes that write the history at once, and are killed while they write. */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { realHost } from '../../../src/host/real.ts';
import { TrafficKeeper } from '../../../src/observe/traffic/keeper.ts';
import { parseTotals } from '../../../src/observe/traffic/totals-file.ts';
import { decodeLog, printedTotals } from './support.ts';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'meshtui-kill-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** Appends records of 200 peers and replaces the totals, as fast as it can, until it is killed. */
const writer = `
  import { realHost } from '${new URL('../../../src/host/real.ts', import.meta.url).pathname}';
  import { encodeRecord } from '${new URL('../../../src/observe/traffic/log-format.ts', import.meta.url).pathname}';
  import { LogRows } from '${new URL('../../../src/observe/traffic/log-rows.ts', import.meta.url).pathname}';
  const host = realHost();
  const rows = new LogRows(Buffer.alloc(200 * 24, 'peer'));
  const at = Date.UTC(2026, 10, 23, 12);
  for (let n = 0; ; n += 1) {
    await host.appendBytes('LOG', encodeRecord({ name: 'wg0', at: at + n, rows }));
    await host.writeFileAtomic('TOTALS', '{"format":"meshtui traffic totals 1","interfaces":[]}');
    if (n === 0) console.log('begun');
  }
`;

async function writeAndKill(log: string, totals: string, afterMs: number): Promise<void> {
  const script = writer.replace('LOG', log).replace('TOTALS', totals);
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('close', resolve));
}

test('records of two processes are whole, and a kill leaves the old or the new', async () => {
  const log = join(directory, 'traffic', 'log');
  const totals = join(directory, 'traffic', 'totals.json');
  await Promise.all([writeAndKill(log, totals, 150), writeAndKill(log, totals, 230)]);
  const { records, brokenRuns, isForeign } = decodeLog(await readFile(log));
  expect(isForeign).toBe(false);
  expect(brokenRuns).toBeLessThanOrEqual(2);
  expect(records.length).toBeGreaterThan(10);
  expect(records.every((record) => record.rows.count === 200)).toBe(true);
  const kept = parseTotals(await readFile(totals, 'utf8'));
  expect(kept === undefined ? undefined : printedTotals(kept)).toContain('"interfaces":[]');
}, 15_000);

test('a state directory that cannot be written is a sentence', async () => {
  const real = realHost();
  const host = { ...real, facts: { ...real.facts, stateDirectory: '/dev/null/meshtui' } };
  const keeper = new TrafficKeeper(host);
  expect(await keeper.load()).toEqual([]);
  keeper.book([], host.now());
  const { failures } = await keeper.close();
  expect(failures).toEqual([
    expect.stringMatching(/^The traffic history is not kept: .*1h-\d+\.log could not be added to/),
    expect.stringMatching(/^The traffic history is not kept: .*24h/),
    expect.stringMatching(/^The traffic history is not kept: .*30d/),
    expect.stringMatching(/^The traffic totals are not kept: /),
  ]);
  expect(await readdir(directory)).toEqual(['traffic']);
});
