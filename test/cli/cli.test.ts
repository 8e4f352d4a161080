import { spawn } from 'node:child_process';
import { Command } from 'commander';
import { describe, expect, test, vi } from 'vitest';
import { failure, type Output } from '../../src/cli/output.ts';
import { runProgram } from '../../src/cli/program.ts';
import { optionsOf } from '../../src/cli/program-options.ts';
import { printStatus, type StatusOptions, statusText } from '../../src/cli/status.ts';
import { statusDocument } from '../../src/cli/status-json.ts';
import { fakeHost } from '../../src/host/fake.ts';
import type { HostFacts, RunResult } from '../../src/host/host.ts';
import { known } from '../../src/host/printable.ts';
import { asciiGlyphs, unicodeGlyphs } from '../../src/ui/glyphs.ts';
import { widthOf } from '../../src/ui/text.ts';
import { Secret } from '../../src/wg/secret.ts';
import { keyOf, noon, sampleHub, snapshotOf } from '../support/snapshots.ts';

const privateKey = 'cHJpdmF0ZSBrZXkgb2YgdGhlIGh1YiwgMzIgYnl0ZXM=';
const presharedKey = 'cHJlc2hhcmVkIGtleSBvZiBvbmUgcGVlciwgMzJieXQ=';
const hubRow = `wg0\t${privateKey}\t${keyOf(9)}\t51820\toff\n`;
const peerRow = `wg0\t${keyOf(1)}\t${presharedKey}\t192.0.2.1:1\t10.8.0.1/32\t${noon / 1000 - 30}\t4\t5\t25\n`;
const conf = `[Interface]\nPrivateKey = ${privateKey}\n\n[Peer]\n# Name = home\nPublicKey = ${keyOf(1)}\nPresharedKey = ${presharedKey}\nAllowedIPs = 10.8.0.1/32\n`;

/** Keeps what was printed. */
function recorder() {
  const printed: string[] = [];
  const errors: string[] = [];
  const output: Output = { print: (text) => printed.push(text), error: (text) => errors.push(text) };
  return { output, printed, errors };
}

async function run(...words: string[]) {
  const { output, printed, errors } = recorder();
  return { code: await runProgram(words, output), printed: printed.join('\n'), errors };
}

/** `meshtui status` on a machine whose `wg` answers so. The second between its two readings is not waited for. */
async function status(
  wg: RunResult | string | undefined,
  options: Partial<StatusOptions> = {},
  facts: Partial<HostFacts> = {},
) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const host = fakeHost(
      {
        now: noon,
        files: new Map([
          ['/etc/os-release', 'ID=debian\n'],
          ['/etc/wireguard/wg0.conf', conf],
        ]),
        programs: ([program]) => (program === 'wg' ? wg : undefined),
      },
      facts,
    );
    const { output, printed, errors } = recorder();
    const ended = printStatus(host, { refresh: 1, color: true, ascii: true, ...options }, ['status'], output);
    await vi.advanceTimersByTimeAsync(1_100);
    return { code: await ended, printed: printed.join('\n'), errors };
  } finally {
    vi.useRealTimers();
  }
}

describe('words', () => {
  test.each([
    [['--nonsense'], "unknown option '--nonsense'"],
    [['statsu'], 'statsu'],
    [['status', '--jsn'], "unknown option '--jsn' (Did you mean --json?)"],
    [['status', 'extra'], 'too many arguments'],
    [['status', '--refresh', 'often'], 'It is a number from 0.5 to 10'],
    [['status', '--refresh', '0.1'], 'It is a number from 0.5 to 10'],
    [['demo', '--theme', 'pink'], 'Allowed choices are dark, light, colour-blind, mono'],
    [['-i'], 'argument missing'],
    [['\u001b[2Jx'], 'x'],
  ])('%j are wrong usage: 2, and one line', async (words, reason) => {
    const { code, printed, errors } = await run(...words);
    expect([code, printed, errors.length]).toEqual([2, '', 1]);
    expect(errors[0]).toContain(reason);
    expect(errors[0]).toMatch(/^meshtui: [^\n\u001b]+\. Try: meshtui --help$/);
  });

  test.each([['--help'], ['-h'], ['--version'], ['-V'], ['status --help'], ['demo --help']])(
    '%s ends with 0',
    async (words) => {
      const { code, printed, errors } = await run(...words.split(' '));
      expect([code, errors]).toEqual([0, []]);
      expect(printed).toMatch(/Usage: meshtui|^\d+\.\d+\.\d+/);
    },
  );
});

test.each([
  [['-i', 'wg0', '--refresh', '2', 'status'], { interface: 'wg0', refresh: 2, color: true }],
  [['-i', 'wg0', 'status', '-i', 'wg1'], { interface: 'wg1', refresh: 1, color: true }],
  [['--no-color', 'status'], { refresh: 1, color: false }],
  [['status'], { refresh: 1, color: true }],
])('the options of %j are %j, before or after the command', (words, expected) => {
  const program = new Command().enablePositionalOptions();
  let found: object = {};
  for (const command of [program, program.command('status')]) {
    command.option('-i, --interface <name>').option('--no-color').option('--refresh <seconds>', '', Number, 1);
  }
  program.commands[0]?.action((_options, command: Command) => {
    found = optionsOf(command);
  });
  program.parse(words, { from: 'user' });
  expect(found).toEqual(expected);
});

describe('the status document', () => {
  const snapshot = sampleHub();
  const document = statusDocument(snapshot);
  const read = JSON.parse(JSON.stringify(document)) as typeof document;

  test('has the documented shape', () => {
    const isoTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(read).toMatchObject({ version: 1, host: 'edge', at: isoTime, warnings: [] });
    expect(read.interfaces[0]).toMatchObject({
      name: 'wg0',
      publicKey: keyOf(999),
      listenPort: 51820,
      manager: 'unknown',
    });
    expect(read.interfaces[0]?.peers[0]).toEqual({
      publicKey: keyOf(1),
      name: 'home',
      note: 'The house',
      expires: null,
      disabled: null,
      stale: null,
      tags: ['lan'],
      state: 'active',
      you: null,
      endpoint: '203.0.113.20:47474',
      allowedIps: ['10.8.0.1/32', '192.168.1.0/24'],
      latestHandshake: isoTime,
      rxBytes: 33_000_000,
      txBytes: 8_000_000,
      rxBitsPerSecond: 11_200_000,
      txBitsPerSecond: 2_800_000,
      persistentKeepalive: null,
    });
  });

  test('has a field for everything, and null for what is not known', () => {
    for (const peer of read.interfaces[0]?.peers ?? []) {
      expect(Object.keys(peer)).toEqual(Object.keys(read.interfaces[0]?.peers[0] ?? {}));
    }
    expect(read.interfaces[0]?.peers.map(({ name, state }) => [name, state])).toContainEqual([null, 'calling']);
    expect(read.interfaces[0]?.peers.at(-1)).toMatchObject({ name: 'old-phone', state: 'disabled', you: false });
  });

  test('warns of data that is old, and of what could not be read', () => {
    const source = { status: 'stale', reason: known('wg hangs') } as const;
    const stale = snapshotOf({ source, problems: [known('A file is missing.')] });
    expect(statusDocument(stale).warnings).toEqual(['The data is stale: wg hangs.', 'A file is missing.']);
  });

  test('a time that no calendar holds is null', () => {
    const [one] = snapshot.interfaces;
    const peers = (one?.peers ?? []).map((peer) => ({ ...peer, latestHandshake: 1e23 }));
    const strange = snapshotOf({ interfaces: one === undefined ? [] : [{ ...one, peers }] });
    expect(statusDocument(strange).interfaces[0]?.peers[0]?.latestHandshake).toBeNull();
  });
});

describe('status', () => {
  test('prints a table', async () => {
    const { code, printed, errors } = await status(hubRow + peerRow);
    expect([code, errors]).toEqual([0, []]);
    expect(printed).toMatch(/^edge wg0 :51820 +1 of 1 online/);
    expect(printed).toMatch(/home +10\.8\.0\.1 +o online/);
  });

  test('prints JSON', async () => {
    const { code, printed } = await status(hubRow + peerRow, { json: true });
    expect(code).toBe(0);
    expect(JSON.parse(printed)).toMatchObject({
      version: 1,
      interfaces: [{ peers: [{ name: 'home', persistentKeepalive: 25 }] }],
    });
  });

  test.each<[string, RunResult | string | undefined, Partial<StatusOptions>, Partial<HostFacts>, string]>([
    ['no wg', undefined, {}, {}, 'The program wg is not installed; install it first: sudo apt install wireguard-tools'],
    [
      'no root',
      { outcome: 'exited', code: 1, stdout: '', stderr: 'Operation not permitted\n' },
      {},
      { uid: 1000 },
      'Reading WireGuard needs root (the answer was: Operation not permitted); run: sudo meshtui status',
    ],
    ['no hub', '', {}, {}, 'There is no WireGuard interface on this machine.'],
    ['no such interface', hubRow, { interface: 'wg7' }, {}, 'There is no WireGuard interface "wg7".'],
    [
      'wg hangs',
      { outcome: 'timed-out', afterMs: 5_000 },
      {},
      {},
      'The hub could not be read: wg did not answer within 5 s.',
    ],
  ])('%s: 1, and one sentence, as text and as JSON', async (_what, wg, options, facts, sentence) => {
    for (const json of [false, true]) {
      const { code, printed, errors } = await status(wg, { ...options, json }, facts);
      expect({ code, printed, errors }).toEqual({ code: 1, printed: '', errors: [`meshtui: ${sentence}`] });
    }
  });

  test.each<[string, string]>([
    ['whole rows', hubRow + peerRow],
    [
      'rows that cannot be read',
      `${hubRow.replace('51820', 'x')}${peerRow.replace('25\n', '\n')}wg0\t${presharedKey}\n${privateKey}\n`,
    ],
    ['keys in the wrong places', `wg0\t${presharedKey.slice(1)}\t${privateKey}\t\t\t\t\t\t\n${peerRow}`],
  ])('%s: no secret comes out in any way', async (_what, dump) => {
    for (const json of [false, true]) {
      const { printed, errors } = await status(dump, { json });
      for (const secret of [privateKey, presharedKey])
        expect(printed + errors.join()).not.toContain(secret.slice(2, 30));
    }
  });

  test('as text: tables that fit 120 columns, straight, without anything that a terminal obeys', () => {
    for (const glyphs of [unicodeGlyphs, asciiGlyphs]) {
      const lines = statusText(sampleHub({ secondInterface: true }), glyphs).split('\n');
      for (const line of lines) {
        expect(widthOf(line)).toBeLessThanOrEqual(120);
        expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
      }
      expect(lines.join()).toContain('eviltxt second line');
    }
  });
});

describe('failures', () => {
  test('are one line without secrets', () => {
    const { output, errors } = recorder();
    const code = failure(output, new Error(`peer ${new Secret(presharedKey)}:\n\u001b[31mno`));
    expect([code, errors]).toEqual([1, ['meshtui: peer (hidden): no']]);
  });

  test('of a reader that goes away are none', async () => {
    const child = spawn(process.execPath, ['bin/meshtui.ts', '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect([code, errors]).toEqual([0, '']);
  });
});
