import { describe, expect, test } from 'vitest';
import { type ExplainOptions, printExplanation } from '../../src/cli/explain.ts';
import { runProgram } from '../../src/cli/program.ts';
import type { RunResult } from '../../src/host/host.ts';
import { failed, keys, pathHub } from '../support/path-hub.ts';
import { keyOf, noon } from '../support/snapshots.ts';

const dump = [
  `wg0\t${keyOf(1)}\t${keyOf(999)}\t51820\toff`,
  `wg0\t${keys.laptop}\t(none)\t192.0.2.1:1\t10.8.0.4/32,fd08::4/128\t${noon / 1000 - 30}\t4000\t5000\toff`,
  `wg0\t${keys.home}\t(none)\t192.0.2.2:1\t10.8.0.3/32,192.168.60.0/24\t${noon / 1000 - 30}\t4000\t5000\t25`,
  '',
].join('\n');

async function run(
  source: string,
  destination: string,
  options: Partial<ExplainOptions> = {},
  wg: RunResult | string = dump,
  routes: Readonly<Record<string, object | string>> = {},
) {
  const { host } = pathHub({ routes, programs: ([program]) => (program === 'wg' ? wg : undefined) });
  host.world.now = noon;
  const printed: string[] = [];
  const errors: string[] = [];
  const output = { print: (text: string) => printed.push(text), error: (text: string) => errors.push(text) };
  const all = { refresh: 1, color: true, ...options };
  const code = await printExplanation(host, { source, destination }, all, ['explain', source, destination], output);
  return { code, printed: printed.join('\n'), errors };
}

describe('explain', () => {
  test('0 and text where it should pass', async () => {
    const { code, printed, errors } = await run('laptop', 'nas:445/tcp');
    expect([code, errors]).toEqual([0, []]);
    expect(printed).toMatch(/^1\. From and to: pass\n {3}From laptop \(10\.8\.0\.4\) to nas/);
    expect(printed.split('\n\n').at(-1)).toMatch(/^Packets from laptop .* should pass/);
  });

  test('1 where it stops, as text and as JSON', async () => {
    const routes = { '192.168.60.50 from 10.8.0.4 iif wg0': { dev: 'eth0' } };
    const text = await run('laptop', 'nas', {}, dump, routes);
    expect([text.code, text.errors]).toEqual([1, []]);
    expect(text.printed).toContain('5. Kernel lookup: STOP');
    const json = await run('laptop', 'nas', { json: true }, dump, routes);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.printed)).toMatchObject({ version: 1, passes: false, port: null });
  });

  test('2 and one sentence where a word means nobody', async () => {
    expect(await run('nobody', 'nas', { json: true })).toEqual({
      code: 2,
      printed: '',
      errors: ['meshtui: "nobody" is no address, no peer and no name in /etc/hosts. Try: meshtui explain --help'],
    });
  });

  test('1 and one sentence where the hub cannot be read', async () => {
    const { code, printed, errors } = await run('laptop', 'nas', {}, failed('Operation not permitted', 1));
    expect([code, printed, errors.length]).toEqual([1, '', 1]);
    expect(errors[0]).toContain('needs root');
  });

  test.each([
    [['explain']],
    [['explain', 'laptop']],
    [['explain', 'laptop', 'nas', 'more']],
    [['explain', '--prob', 'a', 'b']],
  ])('%j is wrong usage', async (words) => {
    const errors: string[] = [];
    const output = { print: () => undefined, error: (text: string) => errors.push(text) };
    expect([await runProgram(words, output), errors.length]).toEqual([2, 1]);
  });
});
