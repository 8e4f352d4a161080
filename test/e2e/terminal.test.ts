/** The built program, on its simulated hub, and the terminal that it must leave as it found it. */
import { describe, expect, test } from 'vitest';
import { bundle } from '../lab/lab.ts';
import { sleep } from '../support/screen.ts';
import { launch, type Terminal } from '../support/terminal.ts';

const demo = [process.execPath, bundle, 'demo'];
/** The hub's household in the simulation; its address is on screen at every size. */
const firstPeer = '10.8.0.3';

async function shown(columns: number, rows: number): Promise<Terminal> {
  const terminal = launch(demo, { columns, rows });
  await terminal.waitFor(firstPeer, 10_000);
  return terminal;
}

/** A person's shell with job control, in which the demo runs. */
async function shownInShell(): Promise<Terminal> {
  const options = { columns: 100, rows: 30, env: { PS1: 'prompt> ' } };
  const terminal = launch(['bash', '--norc', '--noprofile', '-i'], options);
  await terminal.waitFor('prompt>');
  terminal.send(`${demo.join(' ')}; echo "ended with $?"\r`);
  await terminal.waitFor(firstPeer, 10_000);
  return terminal;
}

/**
 * A script that runs the demo and compares the terminal's settings before and after. An interactive shell would put
 * them right by itself, and hide what the program left.
 */
async function shownInScript(): Promise<Terminal> {
  const script =
    'before=$(stty -g); "$@"; echo "ended with $?"; test "$before" = "$(stty -g)" && echo settings kept; read -r';
  const terminal = launch(['bash', '-c', script, 'script', ...demo], { columns: 100, rows: 30 });
  await terminal.waitFor(firstPeer, 10_000);
  return terminal;
}

describe('the terminal', () => {
  test('is a full screen while the program runs, and as before after q', async () => {
    const terminal = await shown(120, 40);
    expect([terminal.isAlternate(), terminal.cursorVisible(), await terminal.isRaw()]).toEqual([true, false, true]);
    terminal.send('q');
    expect(await terminal.exit()).toEqual({ code: 0, signal: 0 });
    expect([terminal.isAlternate(), terminal.cursorVisible()]).toEqual([false, true]);
  });

  test.each([
    ['q', 'q'],
    ['Ctrl-C', '\u0003'],
  ])('is as before after %s', async (_name, keys) => {
    const terminal = await shownInScript();
    terminal.send(keys);
    await terminal.waitFor('ended with 0');
    await terminal.waitFor('settings kept');
    expect([terminal.isAlternate(), terminal.cursorVisible()]).toEqual([false, true]);
  });

  test.each(['TERM', 'HUP', 'INT', 'QUIT'])('is as before after SIG%s', async (signal) => {
    const terminal = await shownInScript();
    const killer = launch(['pkill', '--parent', String(terminal.pid), '--signal', signal]);
    expect((await killer.exit()).code).toBe(0);
    await terminal.waitFor(/ended with \d+/);
    await terminal.waitFor('settings kept');
    expect([terminal.isAlternate(), terminal.cursorVisible()]).toEqual([false, true]);
  });

  test('goes to the shell with Ctrl-Z, and comes back with fg', async () => {
    const terminal = await shownInShell();
    terminal.send('\u001a');
    await terminal.waitFor(/Stopped/);
    expect([terminal.isAlternate(), terminal.cursorVisible()]).toEqual([false, true]);
    terminal.send('fg\r');
    await terminal.waitFor((text) => text.includes(firstPeer) && terminal.isAlternate());
    terminal.send('q');
    await terminal.waitFor((text) => !terminal.isAlternate() && text.includes('prompt>'));
    terminal.send('echo $((6 * 7)) is typed\r');
    await terminal.waitFor(/^42 is typed$/m);
  });

  test('is clean after a storm of resizes', async () => {
    const terminal = await shown(120, 40);
    for (let step = 0; step < 50; step += 1) {
      terminal.resize(60 + ((step * 37) % 140), 15 + ((step * 11) % 45));
      await sleep(10);
    }
    terminal.resize(80, 24);
    await terminal.waitFor((text) => /q quit\s*$/.test(text) && text.startsWith(' meshtui'));
    expect(terminal.lines().filter((line) => line.includes(firstPeer))).toHaveLength(1);
    expect(terminal.lines().filter((line) => line.startsWith(' meshtui'))).toHaveLength(1);
  });

  test('shows the present after a reader that stalled, and still obeys', async () => {
    const terminal = await shown(120, 40);
    terminal.pause();
    for (let step = 0; step < 40; step += 1) {
      terminal.send(step % 2 === 0 ? 'j' : 'k');
      await sleep(50);
    }
    terminal.resume();
    terminal.send('?');
    await terminal.waitFor('Select the row below');
    terminal.send('\u001b');
    await terminal.waitFor((text) => text.includes(firstPeer) && !text.includes('Every key'));
    terminal.send('q');
    expect((await terminal.exit()).code).toBe(0);
  });
});
