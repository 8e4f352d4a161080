import { describe, expect, test } from 'vitest';
import { headerLines } from '../../src/app/header.ts';
import { keyBarLine } from '../../src/app/key-bar.ts';
import { known } from '../../src/host/printable.ts';
import type { Ownership } from '../../src/observe/ownership.ts';
import type { Session, Snapshot } from '../../src/observe/snapshot.ts';
import { unicodeGlyphs } from '../../src/ui/glyphs.ts';
import { widthOf } from '../../src/ui/text.ts';
import { themeNamed } from '../../src/ui/theme.ts';
import { openConsole } from '../support/console.ts';
import { nameOf, sampleHub, snapshotOf } from '../support/snapshots.ts';

const look = { theme: themeNamed('dark'), glyphs: unicodeGlyphs };
const plain = (line: string) => line.replace(/\u001b\[[\d;]*m/g, '');

/** The header after these keys, as text. */
function header(
  snapshot: Snapshot,
  { keys = [], isDemo = false, columns = 120 }: { keys?: string[]; isDemo?: boolean; columns?: number } = {},
) {
  const console = openConsole(snapshot, { size: { columns, rows: 30 } });
  console.type(...keys);
  return headerLines(console.view, look, isDemo).map(plain);
}

function ownershipOf(fields: Partial<Ownership>): Ownership {
  const proof = known('It says so.');
  return {
    manager: 'wg-quick',
    proof,
    warnings: [],
    writable: false,
    reason: known('Not ours.'),
    ...fields,
  } as Ownership;
}

describe('the header', () => {
  test('says where, how many, how much', () => {
    const [title] = header(sampleHub());
    expect(title).toMatch(/^ meshtui {2}edge · wg0 :51820 +2 of 7 online +↓ 11\.2 Mb\/s +↑ 2\.80 Mb\/s$/);
    expect(header(sampleHub(), { isDemo: true })[0]).toContain('meshtui  demo  edge');
    expect(header(sampleHub({ secondInterface: true }))[0]).toContain('wg0 :51820 · wg1 :51821');
  });

  test.each<[string, string[], Partial<Snapshot>, string]>([
    ['a pause', ['p'], {}, 'paused'],
    ['problems', [], { problems: [known('a'), known('b')] }, '2 problems (see details)'],
    ['a filter', ['/home\r'], {}, 'filter "home" 1/8'],
    ['another order', ['s'], {}, 'by name▴'],
    ['an order turned round', ['S'], {}, 'by address▾'],
  ])('says %s', (_what, keys, fields, expected) => {
    expect(header({ ...sampleHub(), ...fields }, { keys })[1]).toContain(expected);
  });

  test.each<[Session, string]>([
    [{ kind: 'local' }, 'you: on the machine itself'],
    [{ kind: 'outside', address: '192.0.2.7' }, 'you: 192.0.2.7, not through the tunnel'],
    [{ kind: 'tunnel', peer: 'gone' as never, address: '10.8.0.9' }, 'you: 10.8.0.9, through the tunnel'],
    [{ kind: 'unknown', why: known('no ss') }, 'you: unknown'],
  ])('%j', (session, expected) => {
    expect(header({ ...sampleHub(), session })[1]).toContain(expected);
  });

  test.each<[number | undefined, string]>([
    [undefined, 'you: on the machine itself'],
    [0, 'drift 0   you: on the machine itself'],
    [3, 'drift 3   you: on the machine itself'],
  ])('counts differences: %s', (drift, expected) => {
    const line = header({ ...sampleHub(), drift, session: { kind: 'local' } })[1];
    expect(line?.replace(/^.*?Map +/, '')).toBe(expected);
  });

  test('says that nothing has drifted only where there is room, and that something has always', () => {
    const narrow = (drift: number) => header({ ...sampleHub(), drift, session: { kind: 'local' } }, { columns: 60 })[1];
    expect(narrow(0)).not.toContain('drift');
    expect(narrow(2)).toContain('drift 2');
  });

  test('says in short where the operator comes from rather than cut the tabs', () => {
    const session = { kind: 'outside', address: '192.0.2.7' } as const;
    const line = header({ ...sampleHub(), drift: 2, session }, { columns: 80 })[1];
    expect(line).toMatch(/^ 1 Peers {2}.*7 Map +drift 2 {3}you: 192\.0\.2\.7$/);
  });

  test.each<[Partial<Ownership>, string]>([
    [{ manager: 'netplan' }, 'kept by netplan, read-only'],
    [{ manager: 'agent' }, 'kept by an agent, read-only'],
    [{ manager: 'container' }, 'kept by a container, read-only'],
    [{ manager: 'nobody' }, 'kept by nobody, read-only'],
    [{ manager: 'wg-quick' }, 'read-only (see details)'],
  ])('says who keeps what is not to be written: %j', (owner, expected) => {
    const ownership = new Map([[nameOf('wg0'), ownershipOf({ writable: false, ...owner })]]);
    expect(header({ ...sampleHub(), ownership })[0]).toContain(`wg0 :51820  ${expected}  `);
  });

  test.each<Partial<Ownership>>([
    { manager: 'wg-quick', writable: true },
    { manager: 'unknown', writable: false },
  ])('says nothing of %j', (owner) => {
    const ownership = new Map([[nameOf('wg0'), ownershipOf(owner)]]);
    expect(header({ ...sampleHub(), ownership })[0]).not.toMatch(/kept|read-only/);
  });

  test('of a long reason keeps within the terminal', () => {
    const source = { status: 'stale', reason: known('x'.repeat(300)) } as const;
    for (const line of header({ ...sampleHub(), source }, { columns: 60 }))
      expect(widthOf(line)).toBeLessThanOrEqual(60);
  });
});

describe('the key bar', () => {
  test('fits any width, the most useful keys first, and says where there are more', () => {
    for (let columns = 60; columns < 140; columns += 1) {
      const line = plain(keyBarLine(openConsole(sampleHub(), { size: { columns, rows: 24 } }).view, look, false));
      expect(widthOf(line)).toBeLessThanOrEqual(columns);
      expect(line).toMatch(/^ a add {2}e edit {2}x disable/);
      expect(line).toMatch(/(?: : commands {2}| … {2})\? help {2}q quit $/);
    }
  });

  test('offers what can be used now', () => {
    const bar = (snapshot: Snapshot) => plain(keyBarLine(openConsole(snapshot).view, look, false));
    expect(bar(sampleHub())).not.toContain('interface');
    expect(bar(sampleHub({ secondInterface: true }))).toContain('i interface');
    expect(
      bar(snapshotOf({ source: { status: 'blocked', obstacle: { kind: 'no-interface', wanted: undefined } } })),
    ).toMatch(/^ n set up a hub {2}d demo/);
  });
});
