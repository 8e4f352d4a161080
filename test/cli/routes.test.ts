import { describe, expect, test } from 'vitest';
import { defaultOptions } from '../../src/cli/options.ts';
import { printRoutes } from '../../src/cli/routes.ts';
import type { Host } from '../../src/host/host.ts';
import { routesHub } from './routes-hub.ts';

async function run(host: Host, more: { readonly json?: boolean; readonly interface?: string } = {}) {
  const printed: string[] = [];
  const errors: string[] = [];
  const output = { print: (text: string) => void printed.push(text), error: (text: string) => void errors.push(text) };
  const code = await printRoutes(host, { ...defaultOptions, ...more }, ['routes'], output);
  return { code, text: printed.join('\n'), errors: errors.join('\n') };
}

describe('meshtui routes', () => {
  test('prints a table, and each finding with cause, evidence and what mends it', async () => {
    const { code, text, errors } = await run(routesHub());
    expect(code).toBe(0);
    expect(errors).toBe('');
    const [heading, ...rows] = text.split('\n\n')[0]?.split('\n') ?? [];
    expect(heading).toMatch(/^INTERFACE +PREFIX +OWNER +ROUTE +VERDICT$/);
    expect(rows).toHaveLength(3);
    expect(rows[2]).toMatch(
      /^wg0 +192\.168\.60\.0\/24 +home +default via 198\.51\.100\.1 dev eth0 +bad route-missing$/,
    );
    expect(text).toContain('bad: no route into the tunnel for 192.168.60.0/24\n  home has');
    expect(text).toContain('  $ ip -4 route show table all\n    default via 198.51.100.1 dev eth0\n');
    expect(text).toContain('\n  # ip -4 route add 192.168.60.0/24 dev wg0');
  });

  test('says what could not be read, in both forms, and still succeeds', async () => {
    const { programs } = routesHub().world;
    const host = () =>
      routesHub({ programs: (argv, options) => (argv[0] === 'ip' ? undefined : programs(argv, options)) });
    const words = 'The program ip is missing (install iproute2): routes cannot be read.';
    const { code, text } = await run(host());
    expect(code).toBe(0);
    expect(text).toContain(`warning: ${words}`);
    expect(JSON.parse((await run(host(), { json: true })).text)).toMatchObject({ warnings: [words] });
  });

  test('fails in one sentence without the hub, or without the interface that is asked for', async () => {
    expect(await run(routesHub(), { interface: 'wg7' })).toMatchObject({
      code: 1,
      text: '',
      errors: expect.stringMatching(/^meshtui: .*wg7/),
    });
    expect(await run(routesHub({ programs: () => undefined }))).toMatchObject({ code: 1, text: '' });
  });
});
