/**
 * The pictures in docs/screens: the real console on hubs that stand still. `npm run screens` draws them; here they are
 * drawn again, so that nobody changes what an operator sees without seeing it too.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Console } from '../../src/app/Console.tsx';
import { serveFlow } from '../../src/app/changing.ts';
import { explain } from '../../src/app/questions.ts';
import { beginView } from '../../src/app/state.ts';
import { ConsoleStore } from '../../src/app/store.ts';
import { changeDoor } from '../../src/cli/change-door.ts';
import { explainPath } from '../../src/doctor/path/explain.ts';
import type { Host } from '../../src/host/host.ts';
import { readNetworkFacts } from '../../src/observe/network.ts';
import { gatherPath } from '../../src/observe/path.ts';
import type { Snapshot } from '../../src/observe/snapshot.ts';
import { asciiGlyphs, unicodeGlyphs } from '../../src/ui/glyphs.ts';
import type { ThemeName } from '../../src/ui/theme.ts';
import { renderScreen } from '../support/render.tsx';
import { demoHub, firstSnapshot, withoutInterface, withoutPrivilege, withoutProgram } from './hubs.ts';

interface Picture {
  /** The file's name without its ending. */
  readonly name: string;
  /** What a screen reader says of it. */
  readonly title: string;
  readonly size: readonly [columns: number, rows: number];
  /** Typed before the picture is taken. */
  readonly keys?: readonly string[];
  readonly theme?: ThemeName;
  readonly isAscii?: boolean;
  /** Default: the demo's. */
  readonly host?: () => Host;
  /** On the screen before the picture is taken. */
  readonly shows: string;
}

const home = [120, 40] as const;
const small = [80, 24] as const;
/** Wide enough for the sparkline. */
const wide = [120, 24] as const;

const pictures: readonly Picture[] = [
  { name: 'peers', title: 'The peers of a hub at 120×40', size: home, shows: 'cabin-router' },
  { name: 'peers-80x24', title: 'The peers of a hub at 80×24', size: small, shows: 'cabin-router' },
  {
    name: 'details-side',
    title: 'The details beside the peers at 200×60',
    size: [200, 60],
    keys: ['\r'],
    shows: 'public key',
  },
  {
    name: 'details-bottom',
    title: 'The details of a knocking peer below the peers at 80×24',
    size: small,
    keys: ['jjjjjj', '\r'],
    shows: 'public key',
  },
  {
    name: 'routes',
    title: 'The routes at 120×40, one of them missing',
    size: home,
    keys: ['2', 'jjjjjjjj', '\r'],
    shows: 'ip -4 route add',
  },
  {
    name: 'explain',
    title: 'Where packets from a laptop stop, and why',
    size: wide,
    keys: ['2', 'e', ...'laptop 192.168.40.20:443/tcp', '\r'],
    shows: 'Packets from laptop',
  },
  { name: 'traffic', title: 'The traffic of a day at 120×40', size: home, keys: ['3', ']]]'], shows: '[24 h]' },
  { name: 'map', title: 'The mesh as a picture at 120×40', size: home, keys: ['7'], shows: 'internet' },
  { name: 'map-80x24', title: 'The mesh as a picture at 80×24', size: small, keys: ['7'], shows: 'internet' },
  {
    name: 'edit',
    title: 'A peer is edited at 80×24',
    size: small,
    keys: ['jj', 'e', '\t\t\t', '/24'],
    shows: 'Allowed IPs',
  },
  {
    name: 'plan',
    title: 'The plan to disable a peer, before anything happens',
    size: home,
    keys: ['jj', 'x', 'lost at the station', '\r'],
    shows: 'Who notices',
  },
  {
    name: 'add',
    title: 'A client is added at 80×24',
    size: small,
    keys: ['a', 'sofia-laptop', '\t\t'],
    shows: 'sofia-laptop',
  },
  { name: 'drift', title: 'Where file, interface and kernel differ', size: small, keys: ['D'], shows: 'runs' },
  { name: 'help', title: 'Help: every key, and what the states mean', size: [120, 64], keys: ['?'], shows: 'STATES' },
  { name: 'palette', title: 'Commands found by name', size: small, keys: [':', 're'], shows: 'Reverse' },
  { name: 'filter', title: 'A filter while it is typed', size: small, keys: ['/', 'anna'], shows: '/anna_' },
  { name: 'light', title: 'The light theme', size: wide, theme: 'light', shows: 'cabin-router' },
  { name: 'mono', title: 'Without colours (NO_COLOR)', size: wide, theme: 'mono', shows: 'cabin-router' },
  { name: 'ascii', title: 'Without Unicode (--ascii)', size: wide, isAscii: true, shows: 'cabin-router' },
  {
    name: 'blocked-no-program',
    title: 'A machine without wg',
    size: small,
    host: withoutProgram,
    shows: 'wireguard-tools',
  },
  {
    name: 'blocked-no-privilege',
    title: 'A hub that an ordinary user looks at',
    size: small,
    host: withoutPrivilege,
    shows: '┌',
  },
  {
    name: 'blocked-no-interface',
    title: 'A machine without a WireGuard interface',
    size: small,
    host: withoutInterface,
    shows: 'no WireGuard interface',
  },
];

const directory = 'docs/screens';
const isDrawing = process.env['MESHTUI_DRAW_SCREENS'] === '1';

/** Draws the console with what it would have read by then; the host that it asks is the hub's own. */
async function draw(picture: Picture): Promise<string> {
  const [columns, rows] = picture.size;
  const { theme: themeName = 'dark' } = picture;
  const { host, snapshot, traffic } = picture.host === undefined ? await demoHub() : await blockedHub(picture.host());
  const changes = changeDoor(host);
  const store = new ConsoleStore(beginView(snapshot, { columns, rows }, { sort: undefined, themeName }), {
    isReadOnly: false,
    monotonic: () => 0,
    onRequest: (request) => void serveFlow(store, { changes }, request),
    onEffect: (effect) => {
      if (effect === 'explain') void explain(store, { explain: (shown, words) => answer(host, shown, words) });
    },
  });
  store.dispatch([{ type: 'changes', changes: await changes.read() }]);
  const names = snapshot.interfaces.map(({ name }) => name);
  store.dispatch([{ type: 'network', facts: await readNetworkFacts(host, names) }]);
  const glyphs = picture.isAscii === true ? asciiGlyphs : unicodeGlyphs;
  const isDemo = picture.host === undefined;
  const screen = await renderScreen(<Console store={store} glyphs={glyphs} isDemo={isDemo} traffic={() => traffic} />, {
    columns,
    rows,
    colour: themeName !== 'mono',
  });
  for (const keys of picture.keys ?? []) await screen.send(keys);
  await screen.waitFor(picture.shows);
  return screen.svg(picture.title, themeName === 'light' ? 'light' : 'dark');
}

async function blockedHub(host: Host) {
  return { host, snapshot: await firstSnapshot(host), traffic: undefined };
}

async function answer(host: Host, snapshot: Snapshot, [source = '', destination = '']: readonly string[]) {
  const evidence = await gatherPath(host, snapshot, { source, destination });
  if ('error' in evidence) return { kind: 'error' as const, reason: evidence.error };
  return { kind: 'answer' as const, explanation: explainPath(evidence) };
}

describe('docs/screens', () => {
  test.each(pictures)('$name is what the program draws', async (picture) => {
    const path = `${directory}/${picture.name}.svg`;
    const drawn = await draw(picture);
    if (isDrawing) {
      mkdirSync(directory, { recursive: true });
      writeFileSync(path, drawn);
    }
    const kept = existsSync(path) ? readFileSync(path, 'utf8') : '';
    if (kept !== drawn) {
      expect.fail(`The program draws another picture than ${path}: run "npm run screens" and look at the difference.`);
    }
  });

  test('holds these pictures and no others', () => {
    const expected = pictures.map(({ name }) => `${name}.svg`).sort();
    expect(readdirSync(directory).sort()).toEqual(expected);
  });
});
