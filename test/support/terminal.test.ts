import { describe, expect, test } from 'vitest';
import { cleanEnvironment } from './environment.ts';
import { screenToSvg } from './svg.ts';
import { launch } from './terminal.ts';

const shell = ['bash', '--norc', '--noprofile', '-c'];

describe('launch', () => {
  test('shows what a program draws, and how it ends', async () => {
    const terminal = launch([
      ...shell,
      'printf "columns %s\\n" "$(tput cols)"; read -r line; echo "got $line"; exit 3',
    ]);
    await terminal.waitFor('columns 80');
    terminal.send('hello\r');
    expect(await terminal.exit()).toEqual({ code: 3, signal: 0 });
    expect(terminal.lines().slice(1, 3)).toEqual(['hello', 'got hello']);
    expect(terminal.bytes()).toBe(Buffer.byteLength(terminal.raw()));
  });

  test('follows the alternate screen, the cursor and raw mode', async () => {
    const terminal = launch([
      ...shell,
      'tput smcup civis; stty raw -echo; echo in; read -rn1; tput rmcup cnorm; stty sane; echo out; read -r',
    ]);
    await terminal.waitFor('in');
    expect([terminal.isAlternate(), terminal.cursorVisible(), await terminal.isRaw()]).toEqual([true, false, true]);
    terminal.send('x');
    await terminal.waitFor('out');
    expect([terminal.isAlternate(), terminal.cursorVisible(), await terminal.isRaw()]).toEqual([false, true, false]);
  });

  test('tells the program its new size', async () => {
    const terminal = launch([...shell, "trap 'stty size' WINCH; echo ready; while :; do read -rt 0.05; done"]);
    await terminal.waitFor('ready');
    terminal.resize(132, 50);
    await terminal.waitFor('50 132');
    terminal.kill('SIGKILL');
    expect((await terminal.exit()).signal).toBe(9);
  });

  test('a paused reader blocks the program, and loses nothing', async () => {
    const terminal = launch([...shell, 'echo start; read -r; seq 100000; echo done']);
    await terminal.waitFor('start');
    terminal.pause();
    terminal.send('\r');
    await expect(terminal.exit(400)).rejects.toThrow('still running');
    terminal.resume();
    expect((await terminal.exit()).code).toBe(0);
    expect(terminal.lines().join(' ')).toContain('100000 done');
  });

  test('says what was on the screen when a wait fails', async () => {
    const terminal = launch([...shell, 'echo something else; read -r']);
    await terminal.waitFor(/else/);
    await expect(terminal.waitFor('peers', 50)).rejects.toThrow(/peers[\s\S]*something else/);
  });

  test("a program sees a person's terminal, not the test runner", () => {
    const env = cleanEnvironment({ NO_COLOR: '1', HOME: undefined });
    expect(env).toMatchObject({ TERM: 'xterm-256color', COLORTERM: 'truecolor', LANG: 'C.UTF-8', NO_COLOR: '1' });
    expect(Object.keys(env).filter((name) => /^(VITEST|CI$|HOME$|FORCE_COLOR|npm_)/.test(name))).toEqual([]);
  });
});

describe('screenToSvg', () => {
  test('merges runs, keeps columns after wide characters, escapes', async () => {
    const terminal = launch(
      [...shell, 'printf "\\033[1;31mred bold\\033[0m plain  far\\n\\033[7minverse\\033[0m\\n漢x\\n<&>\\n"; read -r'],
      {
        columns: 30,
        rows: 5,
      },
    );
    await terminal.waitFor('<&>');
    const svg = screenToSvg(terminal.xterm, 'a "title"');
    expect(svg).toContain('aria-label="a &#34;title&#34;"');
    expect(svg).toMatch(/fill:#f7768e;font-weight:700/);
    expect(svg.match(/>red bold</g)).toHaveLength(1);
    expect(svg).toContain('>&#60;&#38;&#62;<');
    expect(svg).toContain(`<tspan x="${12 + 2 * 8.43}" class="s1">x</tspan>`);
    expect(svg.match(/<rect /g)).toHaveLength(2);
  });
});
