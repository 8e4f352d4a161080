/** The import rules of the house: a room knows only rooms below it, and only some rooms know the world outside. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';

/** From top to bottom; rooms on one floor do not know each other, but for {@link sideways}. */
const floors = [
  ['bin'],
  ['cli'],
  ['app'],
  ['screens', 'flows'],
  ['ui', 'observe', 'doctor'],
  ['change'],
  ['wg', 'network', 'firewall'],
  ['host'],
] as const;

const sideways = new Set(['firewall → network', 'wg → network']);
/** What the pure rooms may take from `host`: types and values without a door in them. */
const pureRooms = new Set(['wg', 'network', 'firewall']);
const pureHostFiles = new Set(['src/host/printable.ts']);
const roomsWithReact = new Set(['app', 'screens', 'flows', 'ui']);
const react = /^(react|react-dom|ink|ink-table|@inkjs\/.*)(\/|$)/;
const outside =
  /^(execa|conf|(node:)?(fs|child_process|net|dgram|tls|http|https|os|worker_threads|cluster|dns)(\/.*)?)$/;

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Every module that a text imports: static, re-exported, dynamic and as a type. Text in comments does not count. */
function importsOf(text: string): Import[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const patterns = [
    /^\s*(?:import|export)\s+(?<type>type\s)?[^'"`;]*?\sfrom\s*['"](?<specifier>[^'"]+)['"]/gm,
    /^\s*import\s*(?<type>)['"](?<specifier>[^'"]+)['"]/gm,
    /\b(?:import|require)\s*\(\s*(?<type>)['"`](?<specifier>[^'"`]+)['"`]/gm,
  ];
  return patterns
    .flatMap((pattern) => [...code.matchAll(pattern)])
    .flatMap(({ groups }) =>
      groups?.['specifier'] === undefined
        ? []
        : [{ specifier: groups['specifier'], typeOnly: (groups['type'] ?? '') !== '' }],
    );
}

/** Each import of a file that breaks a rule, in words. */
function violations(file: SourceFile): string[] {
  const room = roomOf(file.path);
  if (room === undefined) return [`${file.path}: is in no room of the house`];
  return importsOf(file.text).flatMap(({ specifier, typeOnly }) => {
    const complaint = specifier.startsWith('.')
      ? complaintAboutArrow(room, normalize(join(dirname(file.path), specifier)), typeOnly)
      : complaintAboutPackage(room, specifier);
    return complaint === undefined ? [] : [`${file.path}: imports ${specifier}: ${complaint}`];
  });
}

function complaintAboutArrow(room: string, target: string, typeOnly: boolean): string | undefined {
  if (!/\.(ts|tsx|json)$/.test(target)) return 'the ending (.ts or .tsx) is missing';
  const targetRoom = roomOf(target);
  if (targetRoom === undefined) return 'leads out of the house';
  if (targetRoom === room || sideways.has(`${room} → ${targetRoom}`)) return undefined;
  if (floorOf(targetRoom) <= floorOf(room)) return `${room} may not know ${targetRoom}`;
  if (pureRooms.has(room) && targetRoom === 'host' && !typeOnly && !pureHostFiles.has(target)) {
    return `${room} is pure and may not use the door outside`;
  }
  return undefined;
}

function complaintAboutPackage(room: string, specifier: string): string | undefined {
  if (outside.test(specifier) && room !== 'host') return 'only host may reach outside';
  if (react.test(specifier) && !roomsWithReact.has(room)) return `${room} may not draw`;
  return undefined;
}

/** The room that a file lies in, or undefined where it lies in none. */
function roomOf(path: string): string | undefined {
  const [top, room, file] = path.split('/');
  if (top === 'bin') return 'bin';
  return top === 'src' && file !== undefined && floors.flat().some((name) => name === room) ? room : undefined;
}

function floorOf(room: string): number {
  return floors.findIndex((floor) => floor.some((name) => name === room));
}

describe('the import rules', () => {
  const files = globSync(['bin/**/*.{ts,tsx}', 'src/**/*.{ts,tsx}']).map((path) => ({
    path,
    text: readFileSync(path, 'utf8'),
  }));

  test('hold in every source file', () => {
    expect(files.length).toBeGreaterThan(5);
    expect(files.flatMap(violations)).toEqual([]);
  });
});

describe('the checker of the import rules', () => {
  const check = (path: string, text: string) => violations({ path, text });

  test.each([
    ['upwards', 'src/wg/dump.ts', "import { sample } from '../observe/sample.ts';"],
    ['across a floor', 'src/screens/peers.tsx', "import { addClient } from '../flows/add-client.tsx';"],
    ['across the pure rooms, upwards', 'src/network/pool.ts', "import type { Key } from '../wg/key.ts';"],
    ['up to the top', 'src/cli/status.ts', "import { main } from '../../bin/meshtui.ts';"],
    ['out of the house', 'src/host/real.ts', "import { fixture } from '../../test/support/x.ts';"],
    ['a type upwards', 'src/change/plan.ts', "import type { Theme } from '../ui/theme.ts';"],
    ['re-exported', 'src/wg/index.ts', "export * from '../change/plan.ts';"],
    ['over several lines', 'src/wg/x.ts', "import {\n  a,\n  b as c,\n} from '../app/state.ts';"],
    ['after another import', 'src/wg/x.ts', "import a from './a.ts';\nimport b from '../app/b.ts';"],
    ['for its effect', 'src/host/x.ts', "import '../ui/theme.ts';"],
    ['dynamic', 'src/ui/x.ts', "const { app } = await import('../app/app.tsx');"],
    ['the file system', 'src/observe/x.ts', "import { readFile } from 'node:fs/promises';"],
    ['without node:', 'src/doctor/x.ts', "import fs from 'fs';"],
    ['a dynamic execa', 'src/change/x.ts', "const { execa } = await import('execa');"],
    ['conf', 'src/app/x.ts', "import Conf from 'conf';"],
    ['the network', 'src/cli/x.ts', "import net from 'node:net';"],
    ['React below ui', 'src/observe/x.ts', "import { useState } from 'react';"],
    ['Ink in a sub-command', 'src/cli/x.ts', "import { render } from 'ink';"],
    ['the JSX runtime below ui', 'src/wg/x.ts', "import { jsx } from 'react/jsx-runtime';"],
    ['a host in a pure room', 'src/wg/x.ts', "import { realHost } from '../host/real.ts';"],
    ['no ending', 'src/wg/x.ts', "import { parseKey } from './key';"],
    ['a file in no room', 'src/util.ts', ''],
    ['a room that nobody planned', 'src/helpers/x.ts', ''],
  ])('catches: %s', (_what, path, text) => {
    expect(check(path, text)).toHaveLength(1);
  });

  test.each([
    ['downwards', 'src/cli/status.ts', "import { sample } from '../observe/sample.ts';"],
    [
      'inside a room',
      'src/ui/table/view.tsx',
      "import { fit } from './columns.ts';\nimport { theme } from '../theme.ts';",
    ],
    ['wg to network', 'src/wg/peer.ts', "import { parsePrefix } from '../network/prefix.ts';"],
    ['firewall to network', 'src/firewall/policy.ts', "import { lookup } from '../network/lookup.ts';"],
    ['printable text in a pure room', 'src/wg/names.ts', "import { printable } from '../host/printable.ts';"],
    ['a type of host in a pure room', 'src/wg/x.ts', "import type { FileStat } from '../host/host.ts';"],
    ['React where it belongs', 'src/screens/peers.tsx', "import { Box } from 'ink';\nimport { memo } from 'react';"],
    ['the world in host', 'src/host/real.ts', "import { readFile } from 'node:fs/promises';\nawait import('execa');"],
    ['a comment', 'src/wg/x.ts', "// import { x } from '../app/x.ts';\n/* import '../app/x.ts' */"],
    ['ipaddr.js', 'src/network/x.ts', "import ipaddr from 'ipaddr.js';"],
  ])('allows: %s', (_what, path, text) => {
    expect(check(path, text)).toEqual([]);
  });
});
