/** Where the bundle differs from its packages. */
import { realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';

/**
 * What the packages import and meshtui never reaches: Ink's React devtools (only where DEV=true), conf's schemas and
 * migrations. Every byte of the bundle is parsed before the first paint.
 */
export const withoutUnused: Plugin = {
  name: 'without-unused',
  setup(pluginBuild) {
    pluginBuild.onResolve({ filter: /^(react-devtools-core|ajv(\/.*)?|ajv-formats|semver)$/ }, ({ path }) => ({
      path,
      namespace: 'unused',
    }));
    pluginBuild.onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: 'module.exports = {}' }));
  },
};

/**
 * Loads Node's own modules when the code that uses them runs. esbuild would hoist every import of them, those of parts
 * that most runs never reach too, to the top of the bundle.
 */
export const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup(pluginBuild) {
    const builtins = new Set(builtinModules);
    pluginBuild.onResolve({ filter: /^[a-z]/ }, ({ path, kind }) => {
      const name = path.replace(/^node:/, '');
      const isBuiltin = builtins.has(name) && kind !== 'entry-point';
      return isBuiltin ? { path: `node:${name}`, namespace: 'builtin' } : undefined;
    });
    pluginBuild.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => {
      const module = `process.getBuiltinModule(${JSON.stringify(path)})`;
      return { contents: costly.has(path) ? whenUsed(path, module) : `module.exports = ${module}` };
    });
  },
};

/** Node's modules that take long to load (node:crypto 7 ms, with OpenSSL) and that most of the code beside them never uses. */
const costly = new Set(['node:crypto', 'node:zlib']);

/** An object that has what a module of Node has, and loads the module when something of it is asked for. */
function whenUsed(path: string, module: string): string {
  const names = Object.keys(process.getBuiltinModule(path) ?? {});
  return `let module;
for (const name of ${JSON.stringify(names)})
  Object.defineProperty(exports, name, { enumerable: true, get: () => (module ??= ${module})[name] });`;
}

/**
 * Yoga's loader fetches its own data: URL, and the first fetch loads the whole of Node's HTTP client: 30 ms of the time
 * to the first paint. Without a fetch in sight it decodes the base64 itself.
 */
export const yogaWithoutFetch: Plugin = {
  name: 'yoga-without-fetch',
  setup(pluginBuild) {
    pluginBuild.onLoad({ filter: /yoga-wasm-base64-esm\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source.replaceAll('"function"!=typeof fetch', 'true');
      if (contents === source) throw new Error(`${path} loads its WebAssembly in another way now: look at it again`);
      return { contents, loader: 'js' };
    });
  },
};

/** Six packages bring a string-width each; all of them get the one that is quick with ordinary text. */
export const oneStringWidth: Plugin = {
  name: 'one-string-width',
  setup(pluginBuild) {
    const real = fileURLToPath(import.meta.resolve('string-width'));
    pluginBuild.onResolve({ filter: /^string-width$/ }, () => ({ path: resolve('scripts/bundle/string-width.js') }));
    pluginBuild.onResolve({ filter: /^real:string-width$/ }, () => ({ path: real }));
  },
};

/** Two modules of Ink get another one before them: its Output a memory, its update of a line a shorter way. */
export const quickInk: Plugin = {
  name: 'quick-ink',
  setup(pluginBuild) {
    for (const name of ['output', 'line-update']) {
      // As esbuild has it: without symbolic links.
      const real = realpathSync(`node_modules/ink/build/${name}.js`);
      pluginBuild.onResolve({ filter: new RegExp(`^\\./${name}\\.js$`) }, ({ resolveDir }) =>
        resolve(resolveDir, `${name}.js`) === real ? { path: resolve(`scripts/bundle/ink-${name}.js`) } : undefined,
      );
      pluginBuild.onResolve({ filter: new RegExp(`^real:ink-${name}$`) }, () => ({ path: real }));
    }
  },
};
