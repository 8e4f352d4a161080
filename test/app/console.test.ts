/** What keys and snapshots do to the console: filter, palette, help, order, selection, pause. */
import { describe, expect, test } from 'vitest';
import { commands, findCommands, keyName, liveCommands } from '../../src/app/commands.ts';
import { bodyHeight, isTooSmall, listHeight, placeDetails, smallest } from '../../src/app/layout.ts';
import { known } from '../../src/host/printable.ts';
import type { Snapshot } from '../../src/observe/snapshot.ts';
import { Tracker } from '../../src/observe/tracker.ts';
import { keysOf, openConsole } from '../support/console.ts';
import {
  dumpInterface,
  dumpPeer,
  labelsOf,
  nameOf,
  namesOf,
  noon,
  peerName,
  sampleHub,
  snapshotOf,
  tick,
} from '../support/snapshots.ts';

const people = ['anna', 'bert', 'carl', 'dora', 'emil'];
const byNumber = Object.fromEntries(people.map((name, index) => [index + 1, peerName(name)]));

/** Snapshots of peers named above, each with the bytes that it received so far. */
function hub() {
  const tracker = new Tracker();
  let ms = 0;
  return (received: Readonly<Record<number, number>>): Snapshot => {
    ms += 1_000;
    const peers = Object.entries(received).map(([number, rxBytes]) => dumpPeer(Number(number), { rxBytes }));
    const interfaces = tracker.update([dumpInterface(peers)], tick(ms, { names: namesOf(byNumber) }));
    return snapshotOf({ interfaces, at: noon + ms, now: noon + ms });
  };
}

const all = { 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 };

describe('the filter', () => {
  test('is typed letter by letter, or in one chunk with Enter', () => {
    const one = openConsole(hub()(all));
    one.type('/', 'a', 'n');
    expect(one.labels).toEqual(['anna']);
    expect(one.state.mode.kind).toBe('filter');
    const other = openConsole(hub()(all));
    other.type('/an\r');
    expect(other.labels).toEqual(['anna']);
    expect(other.state.mode.kind).toBe('browse');
  });

  test('Esc brings the one before back, then clears it', () => {
    const one = openConsole(hub()(all));
    one.type('/an\r', '/', 'xyz');
    expect(one.labels).toEqual([]);
    one.press('escape');
    expect([one.state.filter, one.labels]).toEqual(['an', ['anna']]);
    one.press('escape');
    expect(one.labels).toEqual(people);
  });

  test('letters that are commands elsewhere are letters here, and arrows still move', () => {
    const one = openConsole(hub()(all));
    one.type('/q', 's', '?', ':');
    expect([one.state.filter, one.effects]).toEqual(['qs?:', []]);
    one.press('ctrl+u', 'down');
    expect([one.state.filter, one.selected]).toEqual(['', 'bert']);
    one.press('ctrl+c');
    expect(one.effects).toEqual(['quit']);
  });

  test.each<[string, (one: ReturnType<typeof openConsole>) => void, string]>([
    ['Backspace takes a character', (one) => one.press('backspace'), 'ann'],
    ['Ctrl-W takes a word', (one) => one.store.press([...keysOf(' bert'), { kind: 'key', name: 'ctrl+w' }]), 'anna '],
    ['a paste is added', (one) => one.paste(' dora\nemil'), 'anna dora emil'],
    ['a combined character is one', (one) => one.type('e\u0301\u007f'), 'anna'],
    ['controls are nothing', (one) => one.press('\u001c', 'ctrl+x', 'left'), 'anna'],
    ['what a terminal would obey is nothing', (one) => one.paste('\u001b[2J\u009b2J\u202e!'), 'anna!'],
    ['two hundred are enough', (one) => one.paste('x'.repeat(999)), `anna${'x'.repeat(196)}`],
  ])('%s', (_what, change, expected) => {
    const one = openConsole(hub()(all));
    one.type('/', 'anna');
    change(one);
    expect(one.state.filter).toBe(expected);
  });

  test('has words that must be there and words that must not', () => {
    const one = openConsole(hub()(all));
    one.type('/', '10.8 !anna !emil');
    expect(one.labels).toEqual(['bert', 'carl', 'dora']);
  });
});

describe('a paste', () => {
  test('runs nothing, with or without brackets', () => {
    const one = openConsole(hub()(all));
    const before = one.view;
    one.paste('q');
    one.type('qqqqqqqqqqqqqqqqqqqqqqqqqqqqq\rqqq');
    expect(one.effects).toEqual([]);
    expect(one.view).toBe(before);
  });
});

describe('the palette', () => {
  test('finds by beginning, then by what is inside, then by letters in order', () => {
    const titles = (text: string) => findCommands(text, commands).map(({ title }) => title);
    expect(titles('re').slice(0, 4)).toEqual(['Reissue', 'Remove', 'Reverse', 'Read again']);
    expect(titles('pgdn')).toContain('Page down');
    expect(titles('')).toHaveLength(commands.length);
    expect(titles('xyzzy')).toEqual([]);
  });

  test('runs what is chosen', () => {
    const one = openConsole(hub()(all));
    one.type(':rev\r');
    expect(one.state).toMatchObject({ sort: { isDescending: true }, mode: { kind: 'browse' } });
    one.type(':');
    one.press('down', 'down', 'up', 'tab', 'escape');
    expect(one.state.mode.kind).toBe('browse');
  });

  test('leaves alone what cannot be used now', () => {
    const one = openConsole(hub()(all));
    one.type(':interface\r');
    expect(one.state.interfaceName).toBeUndefined();
  });
});

describe('help', () => {
  test('scrolls no further than its end, and Esc leaves', () => {
    const one = openConsole(hub()(all));
    one.type('?', ...Array.from({ length: 10 }, () => 'jjjjjjjjjj'));
    const { mode } = one.state;
    const bottom = mode.kind === 'help' ? mode.top : 0;
    expect(bottom).toBeLessThan(100);
    one.type('k');
    expect(one.state.mode).toEqual({ kind: 'help', top: bottom - 1 });
    one.press('q');
    expect([one.state.mode.kind, one.effects]).toEqual(['browse', []]);
  });
});

describe('the order', () => {
  test('goes round all keys, and each can be turned round', () => {
    const one = openConsole(hub()(all));
    const keys = [1, 2, 3, 4, 5].map(() => {
      one.type('s');
      return one.state.sort.key;
    });
    expect(keys).toEqual(['name', 'state', 'rate', 'handshake', 'address']);
    one.type('S');
    expect(one.labels).toEqual([...people].reverse());
    expect(one.effects).toEqual(Array.from({ length: 6 }, () => 'save-preferences'));
  });

  test('stands still for three seconds after a move, and then sorts', () => {
    const next = hub();
    const one = openConsole(next(all));
    one.type('sss');
    one.store.sampled(next({ ...all, 5: 9_000 }));
    expect(one.labels[0]).toBe('emil');
    one.type('j');
    one.clock.now += 2_900;
    one.store.sampled(next({ ...all, 3: 9_000, 5: 9_000 }));
    expect(one.labels[0]).toBe('emil');
    one.clock.now += 200;
    one.store.sampled(next({ ...all, 3: 90_000, 5: 9_000 }));
    expect(one.labels[0]).toBe('carl');
  });

  test('puts new peers last while it stands still, but not those that a step back shows', () => {
    const next = hub();
    const one = openConsole(next({ 2: 0, 3: 0 }));
    one.type('j');
    one.store.sampled(next({ 1: 0, 2: 0, 3: 0 }));
    expect(one.labels).toEqual(['bert', 'carl', 'anna']);
    one.type('/carl\r', 'j');
    one.press('escape');
    expect(one.labels).toEqual(['anna', 'bert', 'carl']);
  });
});

describe('the selection', () => {
  test('follows its peer under another order', () => {
    const one = openConsole(hub()(all));
    one.type('jS');
    expect([one.selected, one.state.viewport.cursor]).toEqual(['bert', 3]);
  });

  test('is its neighbour where its peer disappears', () => {
    const next = hub();
    const one = openConsole(next(all));
    one.type('jj');
    one.store.sampled(next({ 1: 0, 2: 0, 4: 0, 5: 0 }));
    expect(one.selected).toBe('dora');
    one.type('G');
    one.store.sampled(next({ 1: 0, 2: 0, 4: 0 }));
    expect(one.selected).toBe('dora');
  });

  test('is nobody where there is nobody', () => {
    const one = openConsole(snapshotOf());
    one.type('jkgG');
    one.press('pagedown', 'enter');
    expect([one.selected, one.state.areDetailsOpen]).toEqual([undefined, false]);
  });

  test('moves by pages: to the edge, then a page on', () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [index + 1, 0]));
    const one = openConsole(hub()(many), { size: { columns: 100, rows: 25 } });
    const cursors = ['pagedown', 'pagedown', 'pageup', 'ctrl+b', 'end', 'home'].map((key) => {
      one.press(key);
      return one.state.viewport.cursor;
    });
    expect(cursors).toEqual([19, 39, 22, 2, 199, 0]);
  });
});

describe('a pause', () => {
  test('shows what was, while reading goes on; then what is', () => {
    const next = hub();
    const one = openConsole(next(all));
    one.type('p');
    one.store.sampled(next({ 1: 0 }));
    expect(one.labels).toEqual(people);
    expect(one.view.latest.interfaces[0]?.peers).toHaveLength(1);
    one.type('p');
    expect(one.labels).toEqual(['anna']);
  });
});

describe('interfaces', () => {
  test('are shown one after another, then all; Esc leads back', () => {
    const one = openConsole(sampleHub({ secondInterface: true }));
    const total = one.labels.length;
    const seen = ['i', 'i', 'i'].map((key) => {
      one.type(key);
      return [one.state.interfaceName, one.labels.length];
    });
    expect(seen).toEqual([
      ['wg0', total - 1],
      ['wg1', 1],
      [undefined, total],
    ]);
    one.type('i');
    one.press('escape');
    expect(one.state.interfaceName).toBeUndefined();
  });

  test('two with the same key are two rows, each selected by itself', () => {
    const tracker = new Tracker();
    const two = [dumpInterface([dumpPeer(1)]), dumpInterface([dumpPeer(1, { interfaceName: nameOf('wg1') })])];
    const one = openConsole(snapshotOf({ interfaces: tracker.update(two, tick()) }));
    const first = one.state.selection;
    one.type('j');
    expect(one.state.selection).not.toBe(first);
  });
});

describe('Enter and Esc', () => {
  test('open and close the details before anything else', () => {
    const one = openConsole(hub()(all));
    one.type('/a\r', '\r');
    expect(one.state.areDetailsOpen).toBe(true);
    one.press('escape');
    expect(one.state).toMatchObject({ areDetailsOpen: false, filter: 'a' });
    one.press('escape');
    one.press('escape');
    expect(one.state.filter).toBe('');
  });
});

describe('listeners', () => {
  test('are told once for all that was typed at once, and not where nothing changed', () => {
    const one = openConsole(hub()(all));
    one.type('jjj');
    expect(one.notices.count).toBe(1);
    one.type('!');
    one.press('escape');
    expect(one.selected).toBe('dora');
  });
});

describe('where nothing can be shown', () => {
  const blocked = snapshotOf({ source: { status: 'blocked', obstacle: { kind: 'no-program', install: known('x') } } });

  test('only what makes sense is live', () => {
    const one = openConsole(blocked);
    one.type('j/sp');
    expect(one.state.mode.kind).toBe('browse');
    one.type('dr');
    expect(one.effects).toEqual(['demo', 'refresh']);
  });
});

describe('the table of commands', () => {
  test('no key has two meanings in one place, and ids are unique', () => {
    const places = [
      ['any', 'hub', 'list', 'peers'],
      ['any', 'hub', 'list', 'routes'],
      ['any', 'hub', 'traffic'],
      ['any', 'hub', 'map'],
      ['any', 'blocked'],
    ];
    for (const place of places) {
      const keys = commands.filter((one) => place.includes(one.context)).flatMap((one) => one.keys);
      expect(keys).toEqual([...new Set(keys)]);
    }
    expect(new Set(commands.map(({ id }) => id)).size).toBe(commands.length);
  });

  test('no key is one that terminals keep to themselves', () => {
    for (const key of commands.flatMap((one) => one.keys)) expect(key).not.toMatch(/^(f\d|meta|alt|ctrl\+shift)/i);
  });

  test('what changes the hub is not bound under --read-only', () => {
    const { view } = openConsole(hub()(all));
    expect(liveCommands(view, true)).toEqual(liveCommands(view, false).filter(({ dangerous }) => !dangerous));
  });

  test('every key can be written, and every command says what it does', () => {
    expect(['enter', 'ctrl+z', 'pagedown', 'j'].map(keyName)).toEqual(['Enter', 'Ctrl-Z', 'PgDn', 'j']);
    for (const { title, description } of commands) {
      expect(title.length).toBeLessThanOrEqual(14);
      expect(description).toMatch(/\.$/);
    }
  });
});

describe('the layout', () => {
  test.each([
    [59, 24, true],
    [80, 14, true],
    [smallest.columns, smallest.rows, false],
  ])('%d×%d is too small: %s', (columns, rows, expected) => {
    expect(isTooSmall({ columns, rows })).toBe(expected);
  });

  test('list and details fill the body', () => {
    for (let rows = smallest.rows; rows < 80; rows += 1) {
      const size = { columns: 100, rows };
      const place = placeDetails(size);
      const body = bodyHeight(size);
      const list = listHeight(size, true, body, snapshotOf());
      expect(place.at).toBe('bottom');
      expect(list + 1 + (place.at === 'bottom' ? place.height : 0)).toBe(body);
    }
    expect(placeDetails({ columns: 164, rows: 24 })).toMatchObject({ at: 'side' });
  });
});

test('the fixed hub has names of every kind', () => {
  expect(labelsOf(sampleHub())).toContain('eviltxt second line');
});
