/** The bundle is one file whose parts wait as comments until they are needed. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { oneFile } from '../../scripts/bundle/one-file.ts';
import { divide } from '../../scripts/bundle/parts.ts';
import { withLoader } from '../../scripts/bundle/seams.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'meshtui-one-file-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Writes a file of these parts and runs it; where it is, and what it printed. */
async function run(first: string, later: Readonly<Record<string, string>>) {
  const path = join(directory, 'bundle.mjs');
  const parts = Object.entries({ first, ...later }).map(([name, code]) => ({ name, code: withLoader(code) }));
  writeFileSync(path, await oneFile(parts));
  const { stdout, stderr, status } = spawnSync(process.execPath, [path], { encoding: 'utf8' });
  return { path, text: readFileSync(path, 'utf8'), stdout, stderr, status };
}

describe('a part', () => {
  test('is not even parsed until it is needed', async () => {
    const broken = await run('console.log("shown");', { later: 'this is no JavaScript' });
    expect(broken.stdout).toBe('shown\n');
    const needed = await run('await import("part:later:a.ts").catch(({ name }) => console.log(name));', {
      later: 'this is no JavaScript',
    });
    expect(needed.stdout).toBe('SyntaxError\n');
  });

  test('runs once, and as it was written', async () => {
    const { stdout, text } = await run(
      `$own({ 'one.ts': () => ({ shared: 7 }) });
       const { a } = await import("part:later:a.ts");
       const { b } = await import("part:later:b.ts");
       console.log(a, b, await import("part:more:c.ts"));`,
      {
        later: `console.log('loads');
          const { shared } = $need('first', 'one.ts');
          const text = \`two
lines, 1 */ 2, \\u2019, \\\\\`;
          $own({ 'import a.ts': async () => ({ a: text + /x*/g.source + shared }), 'import b.ts': () => ({ b: 'ö’'.length + Number(/[’]/.test('’')) }), 'b.ts': () => 'b' });`,
        more: `console.log(this === undefined); $own({ 'import c.ts': () => $need('later', 'b.ts') });`,
      },
    );
    expect(stdout).toBe('loads\ntrue\ntwo\nlines, 1 */ 2, ’, \\x*7 3 b\n');
    expect(text).toMatch(/^[\0-\u007f]*$/);
  });

  test('is that of the file as it was when the program started', async () => {
    const { stdout } = await run(
      `process.getBuiltinModule('node:fs').writeFileSync(process.argv[1], '');
       console.log(await import("part:later:a.ts"));`,
      { later: "$own({ 'import a.ts': () => 'old' });" },
    );
    expect(stdout).toBe('old\n');
  });

  test('throws errors that name the place in the file', async () => {
    const { stderr, status, text, path } = await run('await import("part:later:a.ts");', {
      early: 'one;\ntwo;',
      later: '\n\n$own({ "import a.ts": () => { throw new Error("here") } });',
    });
    const line = text.split('\n').findIndex((one) => one.includes('throw new Error("here")')) + 1;
    const column = (text.split('\n')[line - 1] ?? '').indexOf('new Error') + 1;
    expect(stderr).toContain(`${path}:${line}:${column}`);
    expect(status).toBe(1);
  });

  test('is refused where it has the sign that stands for the end of a comment', async () => {
    const parts = [
      { name: 'first', code: '' },
      { name: 'later', code: 'x *@/ y' },
    ];
    await expect(oneFile(parts)).rejects.toThrow('take another sign');
  });
});

describe('the division', () => {
  const graph = (edges: Readonly<Record<string, readonly string[]>>) => ({
    outputs: {},
    inputs: Object.fromEntries(
      Object.entries(edges).map(([path, imports]) => [
        path,
        {
          bytes: 1,
          format: 'esm' as const,
          imports: imports.map((one) => ({
            path: one.replace('await ', ''),
            kind: one.startsWith('await ') ? ('dynamic-import' as const) : ('import-statement' as const),
          })),
        },
      ]),
    ),
  });

  test('puts each module into the first part that needs it', () => {
    const inputs = graph({
      main: ['shared', 'await screen'],
      shared: [],
      screen: ['shared', 'lines', 'await help'],
      lines: [],
      help: ['lines', 'words', 'shared'],
      words: [],
    });
    const [first, screen, rest] = divide(inputs, 'main', { screen: ['screen'] }).map((part) => ({
      modules: [...part.modules.keys()].sort(),
      imported: [...part.imported].sort(),
      awaited: part.awaited,
    }));
    expect(first).toEqual({ modules: ['main', 'shared'], imported: ['shared'], awaited: [] });
    expect(screen).toEqual({ modules: ['lines', 'screen'], imported: ['lines'], awaited: ['screen'] });
    expect(rest).toEqual({ modules: ['help', 'words'], imported: [], awaited: ['help'] });
  });

  test('leaves a root to its part where an earlier one imports it', () => {
    const inputs = graph({ main: ['shared', 'help'], shared: [], help: ['shared', 'words'], words: [] });
    const parts = divide(inputs, 'main', { screens: ['help'] });
    expect(parts.map(({ modules }) => [...modules.keys()].sort())).toEqual([['main', 'shared'], ['help', 'words'], []]);
    expect(parts.map(({ imported }) => imported)).toEqual([['shared'], ['help'], []]);
  });

  test('does not pass over a root that is gone', () => {
    expect(() => divide(graph({ main: [] }), 'main', { screen: ['gone'] })).toThrow('gone is not in the bundle');
  });
});
