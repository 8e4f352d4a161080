import { describe, expect, test } from 'vitest';
import { printLint } from '../../src/cli/lint.ts';
import { runProgram } from '../../src/cli/program.ts';
import { demoKeyPair } from '../../src/host/demo/keys.ts';
import { type FakeWorld, fakeHost } from '../../src/host/fake.ts';

const hub = demoKeyPair(1, 'hub');
const clean = `[Interface]\nPrivateKey = ${hub.privateKey}\nListenPort = 51820\nAddress = 10.8.0.1/24\n`;
const path = '/etc/wireguard/wg0.conf';

async function run(target: string, world: Partial<FakeWorld>, json?: boolean) {
  const printed: string[] = [];
  const errors: string[] = [];
  const output = { print: (text: string) => void printed.push(text), error: (text: string) => void errors.push(text) };
  const code = await printLint(fakeHost(world), target, json === undefined ? {} : { json }, output);
  return { code, text: printed.join('\n'), errors: errors.join('\n') };
}

function files(text: string, at = path): Partial<FakeWorld> {
  return { files: new Map([[at, text]]) };
}

describe('meshtui lint', () => {
  test('says that nothing was found', async () => {
    expect(await run('wg0', files(clean))).toEqual({ code: 0, text: `${path}: nothing found.`, errors: '' });
  });

  test('prints file, line, severity, what is so, the rule, and what to do', async () => {
    const { code, text } = await run(path, files(`${clean}SaveConfig = true\nMTU = x\n`));
    expect(code).toBe(1);
    expect(text.split('\n')).toEqual([
      expect.stringMatching(/^\/etc\/wireguard\/wg0\.conf:5: warn: SaveConfig = true: .+ \[save-config\]$/),
      '  Remove the line, or set it to false.',
      expect.stringMatching(/^\/etc\/wireguard\/wg0\.conf:6: error: MTU .+ \[bad-mtu\]$/),
      expect.stringMatching(/^ {2}\S/),
    ]);
  });

  test('succeeds where all is only good to know', async () => {
    const peer = `[Peer]\nPublicKey = ${demoKeyPair(1, 'a').publicKey}\n`;
    expect(await run('wg0', files(clean + peer))).toMatchObject({ code: 0, text: expect.stringContaining(': info: ') });
  });

  test('prints JSON', async () => {
    const { code, text } = await run('wg0', files(`${clean}Nonsense = 1\n`), true);
    expect(code).toBe(1);
    expect(JSON.parse(text)).toEqual({
      version: 1,
      file: path,
      accepted: false,
      findings: [
        {
          rule: 'unknown-key',
          severity: 'error',
          line: 5,
          message: '"Nonsense" is no setting: nothing of the file is applied.',
          fix: 'Remove the line, or put "#" before it.',
        },
      ],
    });
  });

  test('looks for an interface where awg-quick keeps it too, and knows its settings', async () => {
    const other = '/etc/amnezia/amneziawg/awg0.conf';
    expect(await run('awg0', files(`${clean}Jc = 4\n`, other))).toMatchObject({
      code: 0,
      text: `${other}: nothing found.`,
    });
    expect(await run('awg0', files(`${clean}Jc = 4\n`, '/etc/wireguard/awg0.conf'))).toMatchObject({ code: 1 });
  });

  test('counts who may read the file, the directory included, as wg-quick does', async () => {
    const modes = new Map([[path, 0o644]]);
    const open = { ...files(clean), modes, directories: new Map([['/etc/wireguard', 0o755]]) };
    expect(await run('wg0', open)).toMatchObject({ code: 1, text: expect.stringContaining('[readable-by-others]') });
    const closed = { ...open, directories: new Map([['/etc/wireguard', 0o700]]) };
    expect(await run('wg0', closed)).toMatchObject({ code: 0 });
  });

  test('fails in one sentence where there is no file, or none that may be read', async () => {
    expect(await run('wg7', {})).toEqual({
      code: 1,
      text: '',
      errors: 'meshtui: There is no file /etc/wireguard/wg7.conf.',
    });
    expect(await run('wg0', { ...files(clean), denied: new Set([path]) }, true)).toEqual({
      code: 1,
      text: '',
      errors: `meshtui: ${path} may be read by root alone. Try: sudo meshtui lint wg0`,
    });
  });

  test('is a sub-command', async () => {
    const printed: string[] = [];
    const output = {
      print: (text: string) => void printed.push(text),
      error: (text: string) => void printed.push(text),
    };
    expect(await runProgram(['lint', 'test/fixtures/names/name-equals.conf'], output)).toBe(1);
    expect(printed.join('\n')).toContain('name-equals.conf:5: warn: SaveConfig');
    expect(await runProgram(['lint'], output)).toBe(2);
    expect(await runProgram(['lint', 'no-such.conf'], output)).toBe(1);
    expect(await runProgram(['lint', './test'], output)).toBe(1);
    expect(printed.at(-1)).toBe('meshtui: ./test is no file.');
  });
});
