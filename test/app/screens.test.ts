/** The screens beside the peers: how they are opened, what their keys do, and what they ask the hub. */
import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { keyBarLine } from '../../src/app/key-bar.ts';
import { explain, watchNetwork } from '../../src/app/questions.ts';
import { composeScreen } from '../../src/app/screen.ts';
import { known, printable } from '../../src/host/printable.ts';
import type { NetworkFacts } from '../../src/observe/network-facts.ts';
import type { Snapshot } from '../../src/observe/snapshot.ts';
import { Tracker } from '../../src/observe/tracker.ts';
import type { ExplainAnswer } from '../../src/screens/path/explain-lines.ts';
import { unicodeGlyphs } from '../../src/ui/glyphs.ts';
import { themeNamed } from '../../src/ui/theme.ts';
import { openConsole } from '../support/console.ts';
import { networkOf } from '../support/routing.ts';
import { dumpInterface, dumpPeer, namesOf, peerName, snapshotOf, tick } from '../support/snapshots.ts';

const look = { theme: themeNamed('mono'), glyphs: unicodeGlyphs };
const prefix = (number: number) => `10.20.${number}.0/24`;

/** A hub of peers called peer-1 and so on, each with one prefix. */
function hubOf(peers: number): Snapshot {
  const numbers = Array.from({ length: peers }, (_, index) => index + 1);
  const dump = numbers.map((number) => dumpPeer(number, { allowedIps: [known(prefix(number))] }));
  const names = namesOf(Object.fromEntries(numbers.map((number) => [number, peerName(`peer-${number}`)])));
  return snapshotOf({ interfaces: new Tracker().update([dumpInterface(dump)], tick(0, { names })) });
}

const factsOf = (peers: number): NetworkFacts =>
  networkOf(Array.from({ length: peers }, (_, index) => prefix(index + 1)));

/** A console whose routes were read. */
function opened(peers = 60) {
  const one = openConsole(hubOf(peers));
  one.store.dispatch([{ type: 'network', facts: factsOf(peers) }]);
  return one;
}

type Opened = ReturnType<typeof openConsole>;

/** The selected prefix of the routes. */
const routeOf = ({ view }: Opened) =>
  view.routing?.rows.find(({ id }) => id === view.state.routeSelection)?.prefix.text;

const body = ({ view }: Opened) =>
  (composeScreen(view, { look, isDemo: false, isReadOnly: false }).body ?? []).map((line) =>
    stripVTControlCharacters(line),
  );

const barOf = ({ view }: Opened) => stripVTControlCharacters(keyBarLine(view, look, false));

afterEach(() => {
  vi.restoreAllMocks();
});

/** Answers that the test gives when it wants to. */
function delayed<T>() {
  const waiting: ((value: T) => void)[] = [];
  return {
    waiting,
    ask: () => new Promise<T>((resolve) => waiting.push(resolve)),
    async answer(value: T) {
      waiting.shift()?.(value);
      await Promise.resolve();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

describe('the screens', () => {
  test('are opened by their keys', () => {
    const one = opened();
    const seen = ['2', '3', '7', '1'].map((key) => {
      one.type(key);
      return one.state.screen;
    });
    expect(seen).toEqual(['routes', 'traffic', 'map', 'peers']);
  });

  test.each([
    ['routes', 'routes'],
    ['traff', 'traffic'],
    ['map', 'map'],
    ['screen-peers', 'peers'],
  ])('are found by name: %s', (text, screen) => {
    const one = opened();
    one.type('3', `:${text}`, '\r');
    expect(one.state).toMatchObject({ screen, mode: { kind: 'browse' } });
  });

  test('show what is theirs', () => {
    const one = opened(3);
    one.type('2');
    expect(body(one).join('\n')).toContain('KERNEL ROUTE');
    one.type('3');
    expect(body(one).join('\n')).toContain('The traffic is not kept here.');
    expect(barOf(one)).toContain('longer');
  });
});

describe('the rows of the routes', () => {
  test('are chosen without a change of the selected peer, and the other way round', () => {
    const one = opened();
    one.type('jj');
    const peer = one.selected;
    one.type('2', 'j');
    one.press('pagedown', 'pagedown');
    one.type('k');
    const route = routeOf(one);
    expect([one.selected, one.state.routeViewport.cursor]).toEqual([peer, 46]);
    expect(route).toBe(prefix(47));
    one.type('1', 'G');
    expect(routeOf(one)).toBe(route);
    expect(one.selected).not.toBe(peer);
  });

  test('leave what the peers show where it was', () => {
    const one = opened();
    one.press('pagedown');
    const { viewport } = one.state;
    one.type('2', 'jjj', '7', '1');
    expect(one.state.viewport).toEqual(viewport);
  });

  test('do not move on screens without rows', () => {
    const one = opened();
    one.type('jj', '3', 'jj', '7', 'jjG');
    one.press('pagedown', 'enter');
    expect(one.state).toMatchObject({ viewport: { cursor: 2 }, areDetailsOpen: false });
  });

  test('keep their row where others come and go', () => {
    const one = opened(9);
    one.type('2', 'jjjj');
    const facts = networkOf([prefix(1), prefix(5), '10.1.0.0/24']);
    one.store.dispatch([{ type: 'network', facts }]);
    expect(routeOf(one)).toBe(prefix(5));
  });

  test('have details where there is a row, with or without a peer', () => {
    const one = openConsole(snapshotOf({ interfaces: new Tracker().update([dumpInterface([])], tick()) }));
    one.type('2');
    one.press('enter');
    expect(one.state.areDetailsOpen).toBe(false);
    one.store.dispatch([{ type: 'network', facts: networkOf(['10.20.1.0/24']) }]);
    one.press('enter');
    expect([one.state.areDetailsOpen, routeOf(one)]).toEqual([true, '10.20.1.0/24']);
  });

  test('stand still in a pause, but the first reading is shown', () => {
    const one = openConsole(hubOf(3));
    one.type('2p');
    one.store.dispatch([{ type: 'network', facts: factsOf(3) }]);
    const { routing } = one.view;
    expect(routing?.rows).toHaveLength(3);
    one.store.dispatch([{ type: 'network', facts: networkOf([]) }]);
    expect(one.view.routing).toBe(routing);
    one.type('p');
    one.store.dispatch([{ type: 'network', facts: networkOf([]) }]);
    expect(one.view.routing).not.toBe(routing);
  });
});

describe('e on the routes', () => {
  const answer: ExplainAnswer = { kind: 'error', reason: known('Nobody is called nas.') };

  test('takes two names, and Enter asks only then', () => {
    const one = opened();
    one.type('2e', 'laptop q?:');
    expect([one.state.mode, one.effects]).toEqual([{ kind: 'explain', text: 'laptop q?:', answer: undefined }, []]);
    one.press('ctrl+w');
    one.press('enter');
    expect(one.effects).toEqual([]);
    expect(body(one).join(' ')).toContain('two of them');
    one.type('nas', '\r', '\r');
    expect(one.effects).toEqual(['explain']);
    expect(body(one).join(' ')).toContain('Asking the kernel');
    one.type(' third');
    one.press('enter');
    expect(one.effects).toEqual(['explain']);
  });

  test('is a key of the routes, and Esc leads back to them', () => {
    const one = opened();
    one.type('e');
    expect(one.state.mode.kind).not.toBe('explain');
    one.press('escape');
    one.type('2e', 'a');
    one.press('escape');
    expect(one.state).toMatchObject({ screen: 'routes', mode: { kind: 'browse' } });
  });

  test('shows the answer that is waited for', async () => {
    const one = opened();
    const asked = delayed<ExplainAnswer>();
    one.type('2e', ' laptop  nas ', '\r');
    const words: (readonly string[])[] = [];
    const done = explain(one.store, {
      explain: (_snapshot, typed) => {
        words.push(typed);
        return asked.ask();
      },
    });
    await asked.answer(answer);
    await done;
    expect(words).toEqual([['laptop', 'nas']]);
    expect(body(one).join(' ')).toContain('Nobody is called nas.');
  });

  test.each<[string, (one: Opened) => void]>([
    ['other words were typed', (one) => one.type('x')],
    ['the operator went back', (one) => one.press('escape')],
    ['another question is open', (one) => one.type('\u0015', 'a b', '\r')],
  ])('shows no answer after %s', async (_what, change) => {
    const one = opened();
    const asked = delayed<ExplainAnswer>();
    one.type('2e', 'laptop nas', '\r');
    const done = explain(one.store, { explain: asked.ask });
    change(one);
    const before = one.view;
    await asked.answer(answer);
    await done;
    expect(one.view).toBe(before);
  });

  test('says what went wrong', async () => {
    const one = opened();
    one.type('2e', 'laptop nas', '\r');
    await explain(one.store, { explain: () => Promise.reject(new Error('the hub \u001b[2Jis gone')) });
    expect(body(one).join(' ')).toContain(printable('the hub \u001b[2Jis gone'));
  });
});

describe('the traffic', () => {
  test('has windows from a minute to 30 days, and no further', () => {
    const one = opened();
    one.type('3');
    const after = (key: string) => {
      one.press(key);
      return one.state.trafficWindow;
    };
    expect(['[', ']', ']', 'right', ']', ']', 'left', '['].map(after)).toEqual([
      '1m',
      '10m',
      '1h',
      '24h',
      '30d',
      '30d',
      '24h',
      '1h',
    ]);
  });

  test('is of the interface or of the selected peer, where there is one', () => {
    const one = opened();
    one.type('3', 't');
    expect(one.state.isTrafficOfPeer).toBe(true);
    one.type('t');
    expect(one.state.isTrafficOfPeer).toBe(false);
    const nobody = openConsole(snapshotOf());
    nobody.type('3', 't');
    expect(nobody.state.isTrafficOfPeer).toBe(false);
  });

  test('counts in bits or bytes, and that is remembered', () => {
    const one = opened();
    one.type('3', 'b');
    expect([one.state.unit, one.effects]).toEqual(['bytes', ['save-preferences']]);
    one.type('b');
    expect(one.state.unit).toBe('bits');
  });
});

describe('the network is read', () => {
  /** A console that is watched, with a clock that the test turns. */
  function watched(snapshot = hubOf(2)) {
    const clock = { now: 100_000 };
    vi.spyOn(performance, 'now').mockImplementation(() => clock.now);
    const one = openConsole(snapshot);
    const reads = { count: 0 };
    const asked = delayed<NetworkFacts>();
    const watch = watchNetwork(one.store, () => {
      reads.count += 1;
      return asked.ask();
    });
    const tickOf = (ms: number) => {
      clock.now += ms;
      one.store.sampled({ ...snapshot });
    };
    return { one, reads, asked, watch, tickOf };
  }

  test('when a screen that shows it is opened, and never before', async () => {
    const { one, reads, asked, tickOf } = watched();
    for (let second = 0; second < 10; second += 1) tickOf(1_000);
    one.type('3');
    expect(reads.count).toBe(0);
    one.type('2');
    expect(reads.count).toBe(1);
    await asked.answer(factsOf(2));
    expect(one.view.routing?.rows).toHaveLength(2);
  });

  test('every five seconds at most, on the routes and on the map, and no more after they are left', async () => {
    const { one, reads, asked, tickOf } = watched();
    one.type('2');
    await asked.answer(factsOf(2));
    for (let second = 0; second < 4; second += 1) tickOf(1_000);
    one.type('7');
    expect(reads.count).toBe(1);
    tickOf(1_000);
    expect(reads.count).toBe(2);
    await asked.answer(factsOf(2));
    one.type('1');
    for (let second = 0; second < 20; second += 1) tickOf(1_000);
    expect(reads.count).toBe(2);
  });

  test('once at a time, however slow it is', async () => {
    const { one, reads, asked, watch, tickOf } = watched();
    one.type('2');
    tickOf(60_000);
    watch.readNow();
    expect(reads.count).toBe(1);
    await asked.answer(factsOf(2));
    watch.readNow();
    expect(reads.count).toBe(2);
  });

  test('no more once the console has ended', () => {
    const { one, reads, watch, tickOf } = watched();
    watch.stop();
    one.type('2');
    tickOf(60_000);
    expect(reads.count).toBe(0);
  });

  test('not where the hub cannot be shown', () => {
    const obstacle = { kind: 'no-program', install: known('x') } as const;
    const { reads, watch, tickOf } = watched(snapshotOf({ source: { status: 'blocked', obstacle } }));
    tickOf(60_000);
    watch.readNow();
    expect(reads.count).toBe(0);
  });
});
