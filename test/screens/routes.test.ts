import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bodyHeight, listHeight, placeDetails } from '../../src/app/layout.ts';
import { type Hop, hopOf } from '../../src/doctor/path/hop.ts';
import { known, printable } from '../../src/host/printable.ts';
import { Tracker } from '../../src/observe/tracker.ts';
import { type ExplainAnswer, explainLines } from '../../src/screens/path/explain-lines.ts';
import { routesLines } from '../../src/screens/routes/routes-lines.ts';
import { type RoutingView, routingView } from '../../src/screens/routes/routing-view.ts';
import { asciiGlyphs, unicodeGlyphs } from '../../src/ui/glyphs.ts';
import { widthOf } from '../../src/ui/text.ts';
import { themeNamed } from '../../src/ui/theme.ts';
import { networkOf } from '../support/routing.ts';
import {
  dumpInterface,
  dumpPeer,
  nameOf,
  namesOf,
  peerName,
  snapshotOf,
  tick,
  wideName,
} from '../support/snapshots.ts';

const look = { theme: themeNamed('dark'), glyphs: unicodeGlyphs };
const asciiLook = { theme: themeNamed('mono'), glyphs: asciiGlyphs };

/** A hub with this many peers, of whose prefixes none, or every third, has no route. */
function routingOf(peers: number, { isBroken = true, names = {}, problems = [] as string[] } = {}): RoutingView {
  const prefix = (number: number) => `10.20.${number}.0/24`;
  const numbers = Array.from({ length: peers }, (_, index) => index + 1);
  const dump = numbers.map((number) => dumpPeer(number, { allowedIps: [known(prefix(number))] }));
  const named = Object.fromEntries(
    Object.entries(names).map(([number, name]) => [
      number,
      peerName(String(name), { allowedIps: [prefix(Number(number))] }),
    ]),
  );
  const interfaces = new Tracker().update([dumpInterface(dump)], tick(0, { names: namesOf(named) }));
  const routed = numbers.filter((number) => !isBroken || number % 3 !== 0).map(prefix);
  return routingView(snapshotOf({ interfaces }), networkOf(routed, problems.map(printable)));
}

interface Drawing {
  readonly columns: number;
  readonly rows: number;
  readonly selected?: number;
  readonly isOpen?: boolean;
  readonly isAscii?: boolean;
}

/** The body of the screen as the console lays it out. */
function painted(routing: RoutingView | undefined, drawing: Drawing): string[] {
  const { columns, rows, selected = 0, isOpen = false, isAscii = false } = drawing;
  const size = { columns, rows };
  return routesLines({
    routing,
    selection: routing?.rows[selected]?.id,
    viewport: { top: 0, cursor: selected },
    height: listHeight(size, isOpen, bodyHeight(size), snapshotOf()),
    width: columns,
    details: isOpen ? placeDetails(size) : undefined,
    look: isAscii ? asciiLook : look,
  });
}

function drawn(routing: RoutingView | undefined, drawing: Drawing): string[] {
  return painted(routing, drawing).map((line) => stripVTControlCharacters(line));
}

const indexOfBroken = (routing: RoutingView) => routing.rows.findIndex(({ verdict }) => verdict === 'bad');

describe('the routes', () => {
  const many = routingOf(120);

  test.each([
    [80, 24],
    [200, 54],
  ])('fill the body of %d×%d, details open or closed', (columns, rows) => {
    expect(drawn(many, { columns, rows })).toHaveLength(rows - 4);
    const open = drawn(many, { columns, rows, isOpen: true, selected: 3 });
    if (placeDetails({ columns, rows }).at === 'side') expect(open).toHaveLength(rows - 4);
    else expect(open.length).toBeLessThanOrEqual(rows - 4);
  });

  test('no line is wider than the terminal, and no more of them than fit', () => {
    const hostile = routingOf(9, {
      names: { 1: wideName, 3: 'x'.repeat(300) },
      problems: ['ip -j -4 route failed: '.repeat(20)],
    });
    const sizes = { columns: fc.integer({ min: 60, max: 240 }), rows: fc.integer({ min: 15, max: 70 }) };
    const drawing = fc.record({ ...sizes, isOpen: fc.boolean(), selected: fc.nat(8), isAscii: fc.boolean() });
    fc.assert(
      fc.property(drawing, (options) => {
        const lines = drawn(hostile, options);
        expect(lines.length).toBeLessThanOrEqual(bodyHeight(options));
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(options.columns);
      }),
    );
  });

  test('are counted, the broken ones and the gravest in words', () => {
    const routing = routingOf(7);
    const bad = routing.findings.filter(({ severity }) => severity === 'bad');
    expect(bad.length).toBeGreaterThan(0);
    const [summary] = drawn(routing, { columns: 120, rows: 30 });
    expect(summary).toContain(`${routing.rows.length} prefixes`);
    expect(summary).toContain(`${bad.length} broken`);
    expect(summary).toContain(bad[0]?.title);
    const [healthy] = drawn(routingOf(7, { isBroken: false }), { columns: 120, rows: 30 });
    expect(healthy).toContain('0 broken');
    expect(healthy).toContain('0 to look at');
  });

  test('mark the one that is selected, and only that', () => {
    const lines = drawn(many, { columns: 100, rows: 30, selected: 5 });
    expect(lines.filter((line) => line.startsWith('▸')).map((line) => line.split(/\s+/)[1])).toEqual([
      many.rows[5]?.prefix.text,
    ]);
  });

  test('say whose each prefix is and what leads to it', () => {
    const routing = routingOf(3, { names: { 1: 'home' } });
    const lines = drawn(routing, { columns: 160, rows: 30 });
    const line = (prefix: string) => lines.find((one) => one.includes(prefix)) ?? '';
    expect(line('10.20.1.0/24')).toMatch(/home +ok +10\.20\.1\.0\/24 dev wg0/);
    expect(line('10.20.3.0/24')).not.toMatch(/ ok /);
  });

  test('name the interface where there are several', () => {
    const one = dumpInterface([dumpPeer(1, { allowedIps: [known('10.20.1.0/24')] })]);
    const other = dumpInterface([dumpPeer(2, { allowedIps: [known('10.21.1.0/24')] })], { name: nameOf('wg1') });
    const interfaces = new Tracker().update([one, other], tick(0));
    const several = routingView(snapshotOf({ interfaces }), networkOf([]));
    const headerOf = (routing: RoutingView) => drawn(routing, { columns: 100, rows: 30 })[1];
    expect([headerOf(several), headerOf(many)]).toEqual([
      expect.stringContaining('IFACE'),
      expect.not.stringContaining('IFACE'),
    ]);
  });

  test('say that they are read before the first facts', () => {
    expect(drawn(undefined, { columns: 80, rows: 24 })).toEqual(['', '   Reading routes and addresses …']);
    expect(drawn(undefined, { columns: 80, rows: 24, isAscii: true }).join('')).toMatch(/^[ -~]*$/);
  });

  test('are pure ASCII with ASCII signs', () => {
    const details = drawn(routingOf(1, { isBroken: false, problems: ['a … b'] }), {
      columns: 100,
      rows: 40,
      isOpen: true,
      isAscii: true,
    });
    expect(details.join(' ')).toContain('a ~ b');
    for (const isOpen of [false, true]) {
      for (const columns of [60, 100, 200]) {
        const lines = drawn(many, { columns, rows: 40, isOpen, isAscii: true, selected: indexOfBroken(many) });
        for (const line of lines) expect(line).toMatch(/^[ -~]*$/);
      }
    }
  });

  test.each([80, 200])('the details at %d columns hold every word of the finding, wrapped', (columns) => {
    const routing = routingOf(3);
    const selected = indexOfBroken(routing);
    const lines = drawn(routing, { columns, rows: 60, isOpen: true, selected });
    const place = placeDetails({ columns, rows: 60 });
    const words = lines
      .map((line) => (place.at === 'side' ? (line.split('│')[1] ?? '') : line))
      .join(' ')
      .replace(/\s+/g, ' ');
    const [finding] = routing.rows[selected]?.findings ?? [];
    if (finding === undefined) throw new Error('the broken row has no finding');
    expect(words).toContain(finding.title);
    expect(words).toContain(finding.cause);
    expect(words).toContain(finding.fix.sentence);
    for (const { command } of finding.evidence) expect(words).toContain(`$ ${command}`);
  });

  test('what a tunnel could not deliver is counted, and said in words', () => {
    const [wg0] = routingOf(1).rows.map(({ interfaceName }) => interfaceName);
    if (wg0 === undefined) throw new Error('the hub has no row');
    const routing = { ...routingOf(1), errors: [{ interfaceName: wg0, rx: 12, tx: 3 }] };
    const lines = drawn(routing, { columns: 160, rows: 40, isOpen: true });
    expect(lines[0]).toContain('12 rx errors');
    expect(lines.join(' ').replace(/\s+/g, ' ')).toContain('3 had a destination that no peer has');
  });

  test('what could not be read is counted, and said in the details', () => {
    const routing = routingOf(1, { isBroken: false, problems: ['ip -j addr failed: nobody knows.'] });
    const lines = drawn(routing, { columns: 100, rows: 30, isOpen: true });
    expect(lines[0]).toContain('1 not read');
    expect(lines.join('\n')).toContain('ip -j addr failed: nobody knows.');
  });

  test('that nothing is wrong is said in the details', () => {
    const lines = drawn(routingOf(1, { isBroken: false }), { columns: 100, rows: 30, isOpen: true });
    expect(lines.join('\n')).toContain('Nothing is wrong with this prefix.');
  });
});

describe('the explanation', () => {
  const evidence = [{ command: known('ip route get 10.9.0.1'), line: known('RTNETLINK answers: unreachable') }];
  const pass = (number: number) =>
    hopOf('ingress', 'pass', `Decision ${number} is taken, and it takes a few words to say.`);
  const stop = hopOf('lookup', 'stop', 'The kernel has no route for 10.9.0.1.', evidence);
  const answer = (hops: readonly Hop[], sentence: string, passes = false): ExplainAnswer => ({
    kind: 'answer',
    explanation: {
      source: known('laptop'),
      destination: known('10.9.0.1'),
      port: undefined,
      hops,
      passes,
      sentence: printable(sentence),
    },
  });
  const explained = (shown: ExplainAnswer | undefined, width = 80, height = 20, isAscii = false) =>
    explainLines(shown, width, height, isAscii ? asciiLook : look).map((line) => stripVTControlCharacters(line));
  const text = (lines: readonly string[]) => lines.join(' ').replace(/\s+/g, ' ');

  test('asks for two names, asks the kernel, or says why there is no answer', () => {
    expect(text(explained(undefined))).toMatch(/two of them.*Nothing is sent/);
    expect(text(explained({ kind: 'asking' }))).toContain('Asking the kernel …');
    expect(text(explained({ kind: 'error', reason: known('Nobody is called nas.') }))).toContain(
      'Nobody is called nas.',
    );
  });

  test('lists the decisions in order, proves the one that stops it, and ends in the sentence', () => {
    const hops = [pass(1), hopOf('client', 'unknown', 'Nobody knows.'), stop];
    const lines = explained(answer(hops, 'It stops.'));
    const starting = (word: string) => lines.findIndex((line) => line.startsWith(`   ${word} `));
    expect(lines[starting('pass')]).toMatch(/ Decision 1/);
    expect(lines[starting('not known')]).toMatch(/ Nobody knows\./);
    expect(lines[starting('STOP')]).toMatch(/ The kernel has no route/);
    const order = ['pass', 'not known', 'STOP'].map(starting);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order[0]).toBe(0);
    const proof = lines.findIndex((line) => line.trim() === '$ ip route get 10.9.0.1');
    expect(proof).toBeGreaterThan(starting('STOP'));
    expect(lines[proof + 1]?.trim()).toBe('RTNETLINK answers: unreachable');
    expect(text(lines)).toContain('Nothing was sent.');
    expect(lines.slice(-2)).toEqual(['', '   It stops.']);
  });

  test('the sentence is there however little room there is, and then the last decisions', () => {
    const hops = [...[1, 2, 3, 4, 5, 6].map(pass), stop];
    for (let height = 1; height <= 12; height += 1) {
      const lines = explained(answer(hops, 'It stops at the lookup.'), 80, height);
      expect(lines.length).toBeLessThanOrEqual(height);
      expect(lines.at(-1)).toBe('   It stops at the lookup.');
    }
    const short = explained(answer(hops, 'It stops.'), 80, 8);
    expect(short[0]).toBe('   …');
    expect(text(short)).toContain('STOP');
    expect(text(explained(answer(hops, 'It stops.'), 80, 20))).toContain('Decision 1');
  });

  test('no line is wider than the terminal, and ASCII stays ASCII', () => {
    const long = hopOf('owner', 'stop', `The peer ${'y'.repeat(200)} … is away.`, evidence);
    const answers = [
      undefined,
      { kind: 'asking' as const },
      { kind: 'error' as const, reason: printable('no '.repeat(200)) },
      answer([pass(1), long], `Packets stop: ${'z'.repeat(150)} and so on, and on, until the line is full.`),
    ];
    const drawing = fc.record({
      width: fc.integer({ min: 60, max: 240 }),
      height: fc.integer({ min: 1, max: 60 }),
      shown: fc.constantFrom(...answers),
    });
    fc.assert(
      fc.property(drawing, ({ width, height, shown }) => {
        const lines = explained(shown, width, height, true);
        if (shown?.kind === 'answer') expect(lines.length).toBeLessThanOrEqual(height);
        for (const line of lines) {
          expect(line.length).toBeLessThanOrEqual(width);
          expect(line).toMatch(/^[ -~]*$/);
        }
      }),
    );
  });
});
