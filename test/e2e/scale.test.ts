/** Ten thousand peers, all of them with traffic, and a screen that keeps up; and hours in a minute. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeFakeWg } from '../../scripts/bench/fake-wg.ts';
import { shortKeyOf, writeHub } from '../../scripts/bench/hub.ts';
import { fakeHub } from '../support/fake-hub.ts';
import { sleep } from '../support/screen.ts';
import type { Terminal } from '../support/terminal.ts';

const isFull = process.env['MESHTUI_FULL'] === '1';
const size = { columns: 120, rows: 40 };
/** How soon a key is to be seen. */
const soonMs = 1000;
/** Rows of the list: all but header, tabs, rule, table header and key bar. */
const pageRows = size.rows - 5;

/** The console on a hub of so many peers, all with traffic. */
async function shown(peers: number, args: readonly string[] = []): Promise<Terminal> {
  const hub = fakeHub();
  const directory = join(hub.stateDirectory, 'hub');
  writeHub(directory, peers, 'all');
  const { directory: bin } = makeFakeWg(hub.stateDirectory);
  hub.wg(`BENCH_HUB=${directory} exec ${bin}/wg "$@"`);
  const terminal = hub.start(args, size);
  await terminal.waitFor((text) => text.includes(shortKeyOf(0)) && /you: /.test(text), 20_000);
  await terminal.waitFor(/b\/s/, 10_000);
  return terminal;
}

const selected = (text: string) => /^▸ (\S+)/m.exec(text)?.[1];
const isSelected = (index: number) => (text: string) => selected(text) === shortKeyOf(index);

describe('ten thousand peers', () => {
  test('pages, ends and held keys are on the screen within a second', async () => {
    const peers = 10_000;
    const terminal = await shown(peers);
    for (let page = 1; page <= 20; page += 1) {
      terminal.send('\u001b[6~');
      await terminal.waitFor(isSelected(page * pageRows - 1), soonMs);
    }
    terminal.send('G');
    await terminal.waitFor(isSelected(peers - 1), soonMs);
    terminal.send('g');
    await terminal.waitFor(isSelected(0), soonMs);
    // A key held down over a link that hands over everything at once.
    terminal.send('j'.repeat(50));
    await terminal.waitFor(isSelected(50), soonMs);
    terminal.send('/10.8.39.1');
    await terminal.waitFor((text) => / \d+\/10000/.test(text) && text.includes('10.8.39.1'), soonMs);
    terminal.send('\u001b');
    await terminal.waitFor((text) => !/ \d+\/10000/.test(text), soonMs);
    terminal.send('q');
    expect((await terminal.exit()).code).toBe(0);
  });

  test('the selection follows its peer while the rates change the order, which stands still after a move', async () => {
    const terminal = await shown(1_000);
    const orderOf = (text: string) =>
      text
        .split('\n')
        .slice(4, 4 + pageRows)
        .map((line) => line.slice(2, 10));
    terminal.send('sss');
    await terminal.waitFor(/by rate/);
    terminal.send('gjjj');
    const text = await terminal.waitFor((now) => orderOf(now)[3] === selected(now));
    const order = orderOf(text);
    const peer = selected(text);
    // New rates within the three seconds: the same order.
    const headOf = (now: string) => now.split('\n')[0];
    const next = await terminal.waitFor((now) => headOf(now) !== headOf(text), 2500);
    expect(orderOf(next)).toEqual(order);
    // Then another order, and the same peer.
    const later = await terminal.waitFor((now) => orderOf(now).join() !== order.join(), 10_000);
    expect(selected(later)).toBe(peer);
  });
});

describe('a long run', () => {
  test('takes no more memory', async () => {
    const terminal = await shown(1_000, ['--refresh', '0.5']);
    const megabytes = () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${terminal.pid}/status`, 'utf8'))?.[1]) / 1024;
    await sleep(isFull ? 60_000 : 5_000);
    const before = megabytes();
    await sleep(isFull ? 600_000 : 5_000);
    expect(megabytes() - before).toBeLessThan(15);
  }, 900_000);
});
