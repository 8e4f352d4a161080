/**
 * Bundles the product into one executable file, dist/meshtui.mjs: production React, no dependencies, Node ≥ 22. What the
 * first screen needs stands at the top, the rest below it in parts that are not even parsed until they are needed.
 */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { type BuildOptions, build } from 'esbuild';
import { oneFile, type PartText } from './bundle/one-file.ts';
import { lazyBuiltins, oneStringWidth, quickInk, withoutUnused, yogaWithoutFetch } from './bundle/packages.ts';
import { divide, exportsOf, type Part } from './bundle/parts.ts';
import { partEntry, seams, withLoader } from './bundle/seams.ts';

const outfile = 'dist/meshtui.mjs';
const entry = 'bin/meshtui.ts';

/**
 * What is loaded after the first paint, in this order: screens that nobody has opened yet, Ink and what it draws, then
 * what every console reads beside `wg`. What nothing here reaches (changes, commands, demo) is in one more part, the last.
 */
const later = {
  screens: [
    'src/app/help.ts',
    'src/flows/add/delivery-lines.ts',
    'src/flows/add/reissue.ts',
    'src/flows/flow-lines.ts',
    'src/flows/flow.ts',
    'src/flows/peer-questions.ts',
    'src/flows/press-flow.ts',
    'src/observe/links.ts',
    'src/observe/manager.ts',
    'src/observe/obstacle.ts',
    'src/observe/operator.ts',
    'src/observe/traffic/view.ts',
    'src/screens/changes/changes-lines.ts',
    'src/screens/map/map-lines.ts',
    'src/screens/path/explain-lines.ts',
    'src/screens/routes/routes-lines.ts',
    'src/screens/routes/routing-view.ts',
    'src/screens/traffic/traffic-lines.ts',
  ],
  console: ['src/app/run.tsx', 'src/screens/blocked/LinksTable.tsx'],
  watch: [
    'src/cli/change-door.ts',
    'src/host/durable.ts',
    'src/host/lock.ts',
    'src/host/own-directories.ts',
    'src/observe/drift-watch.ts',
    'src/observe/network.ts',
    'src/observe/ownership-probes.ts',
    // With change-door it shares zod, of which a part that hands it on has to have all.
    'src/wg/names/sidecar-documents.ts',
  ],
} as const;

const manifest = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
const common = {
  bundle: true,
  write: false,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  jsx: 'automatic',
  minify: true,
  keepNames: false,
  legalComments: 'none',
  logOverride: { 'empty-import-meta': 'error' },
  inject: ['scripts/bundle/segmenter.js'],
  define: {
    'process.env.NODE_ENV': '"production"',
    'process.env.DEV': '"false"',
    'Intl.Segmenter': 'LazySegmenter',
    MESHTUI_VERSION: JSON.stringify(manifest.version),
  },
} as const satisfies BuildOptions;
const packages = [withoutUnused, lazyBuiltins, oneStringWidth, quickInk];

const { metafile } = await build({
  ...common,
  entryPoints: [entry],
  outfile,
  metafile: true,
  plugins: [...packages, yogaWithoutFetch],
});
const parts = divide(metafile, entry, later);
const names = await exportsOf(parts, { ...common, plugins: [...packages, yogaWithoutFetch] });
const texts = await Promise.all(parts.map(textOf));
const file = await oneFile(texts);
await mkdir('dist', { recursive: true });
await writeFile(outfile, file);
await chmod(outfile, 0o755);

if (process.argv.includes('--verbose')) {
  for (const { name, code } of texts) process.stdout.write(`${name} ${Math.round(code.length / 1024)} KB\n`);
  process.stdout.write(`${outfile} ${Math.round(file.length / 1024)} KB\n`);
}

async function textOf(part: Part): Promise<PartText> {
  const define = part.main === undefined ? { ...common.define, 'import.meta': '$meta' } : common.define;
  const { outputFiles } = await build({
    ...common,
    define,
    stdin: { contents: partEntry(part), resolveDir: process.cwd(), sourcefile: `${part.name}.js` },
    plugins: [...packages, seams(part, parts, names), yogaWithoutFetch],
  });
  return { name: part.name, code: withLoader(outputFiles[0]?.text ?? '') };
}
