/**
 * Bundles the product into one executable file, dist/meshtui.mjs: production React, no dependencies, Node ≥ 22.
 */
import { chmod, readFile } from 'node:fs/promises';
import { build, type Plugin } from 'esbuild';

/** Ink imports the React devtools only where DEV=true; the bundle leaves them out. */
const withoutDevtools: Plugin = {
  name: 'without-devtools',
  setup(pluginBuild) {
    pluginBuild.onResolve({ filter: /^react-devtools-core$/ }, () => ({ path: 'none', namespace: 'devtools' }));
    pluginBuild.onLoad({ filter: /.*/, namespace: 'devtools' }, () => ({ contents: 'export default {}' }));
  },
};

const manifest = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
const result = await build({
  entryPoints: ['bin/meshtui.ts'],
  outfile: 'dist/meshtui.mjs',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  jsx: 'automatic',
  minify: true,
  keepNames: false,
  legalComments: 'none',
  metafile: true,
  plugins: [withoutDevtools],
  define: {
    'process.env.NODE_ENV': '"production"',
    'process.env.DEV': '"false"',
    MESHTUI_VERSION: JSON.stringify(manifest.version),
  },
  banner: {
    js: '#!/usr/bin/env node\nimport{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);',
  },
});
await chmod('dist/meshtui.mjs', 0o755);
const bytes = Object.values(result.metafile.outputs)[0]?.bytes ?? 0;
if (process.argv.includes('--verbose')) process.stdout.write(`dist/meshtui.mjs ${Math.round(bytes / 1024)} KB\n`);
