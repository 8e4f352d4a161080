import { expect, test } from 'vitest';
import type { Output } from '../../src/cli/output.ts';
import { addSample } from '../../src/cli/sample.ts';
import { fakeHost } from '../../src/host/fake.ts';
import type { HostFacts, RunResult } from '../../src/host/host.ts';
import { keyOf } from '../support/snapshots.ts';

const head = `wg0\tpriv\t${keyOf(9)}\t51820\toff\n`;
const row = `wg0\t${keyOf(1)}\t(none)\t(none)\t10.8.0.1/32\t0\t40\t7\toff\n`;

async function sample(wg: RunResult | string | undefined, denied: string[] = [], facts: Partial<HostFacts> = {}) {
  const printed: string[] = [];
  const errors: string[] = [];
  const output: Output = { print: (text) => printed.push(text), error: (text) => errors.push(text) };
  const programs = ([program]: readonly string[]) => (program === 'wg' ? wg : undefined);
  const host = fakeHost({ programs, denied: new Set(denied) }, facts);
  return { code: await addSample(host, output), printed, errors, written: [...host.world.bytes.keys()] };
}

test('is silent, and adds to the logs', async () => {
  const { written, ...said } = await sample(head + row);
  expect(said).toEqual({ code: 0, printed: [], errors: [] });
  expect(written.map((path) => path.replace(/\d+\.log$/, 'N.log')).sort()).toEqual(
    ['1h', '24h', '30d'].map((window) => `/var/lib/meshtui/traffic/${window}-N.log`),
  );
});

const denied: RunResult = { outcome: 'exited', code: 1, stdout: '', stderr: 'Operation not permitted\n' };

test.each<[string, RunResult | string | undefined, string[], Partial<HostFacts>, string]>([
  ['no program', undefined, [], {}, 'neither wg nor awg is installed.'],
  ['no privilege', denied, [], {}, 'the interfaces cannot be read: Operation not permitted.'],
  ['no interface', '', [], {}, 'There is no WireGuard interface to read.'],
  ['no interface that a user may see', '', [], { uid: 1000 }, 'There is no WireGuard interface to read without root.'],
  [
    'no room',
    head + row,
    ['/var/lib/meshtui/traffic'],
    {},
    expect.stringMatching(/^meshtui: The traffic history is not kept: .*\.$/) as string,
  ],
])('%s: one sentence, and 1', async (_what, wg, closed, facts, sentence) => {
  const { code, printed, errors } = await sample(wg, closed, facts);
  expect([code, printed, errors.length]).toEqual([1, [], 1]);
  expect(errors[0]).toEqual(typeof sentence === 'string' ? `meshtui: ${sentence}` : sentence);
});

test('keeps what could be read, and says what could not', async () => {
  const { code, errors, written } = await sample(`${head}${row}wg0\tnonsense\n`);
  expect([code, written.length]).toEqual([0, 3]);
  expect(errors).toEqual([expect.stringMatching(/^meshtui: wg: row 3 is left out: /)]);
});
