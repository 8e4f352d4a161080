/** How the parts of the bundle hang together: `$own`, `$need` and `$import` are in loader.js. */
import { relative, resolve } from 'node:path';
import type { Plugin } from 'esbuild';
import { type ExportNames, everywhere, type Part } from './parts.ts';

/** What runs when a part is loaded: hands out what other parts import, then runs what is to be run. */
export const partEntry = ({ main }: Part): string =>
  [registry, ...(main === undefined ? [] : [resolve(main)])]
    .map((path) => `import ${JSON.stringify(path)};`)
    .join('\n');

const registry = 'registry:';

/**
 * Lets a part take from the others what they have, instead of having it again, and asks for what is imported by
 * `import()` when that runs.
 */
export function seams(part: Part, parts: readonly Part[], names: ExportNames): Plugin {
  const partOf = new Map(parts.flatMap((one) => [...one.modules.keys()].map((path) => [path, one] as const)));
  return {
    name: 'seams',
    setup(pluginBuild) {
      pluginBuild.onResolve({ filter: /^registry:$/ }, () => ({ path: part.name, namespace: 'registry' }));
      pluginBuild.onLoad({ filter: /.*/, namespace: 'registry' }, () => ({
        contents: registryOf(part, names),
        resolveDir: process.cwd(),
      }));
      pluginBuild.onResolve({ filter: /.*/ }, async ({ path, kind, namespace, ...from }) => {
        if (kind !== 'dynamic-import' || namespace === 'registry') return undefined;
        const found = await pluginBuild.resolve(path, { kind: 'import-statement', ...from });
        const id = relative('.', found.path);
        const owner = partOf.get(id);
        return owner === undefined ? found : { path: `part:${owner.name}:${id}`, external: true };
      });
      pluginBuild.onLoad({ filter: /.*/, namespace: 'file' }, async ({ path }) => {
        const id = relative('.', path);
        const owner = partOf.get(id);
        if (owner === undefined || owner === part || everywhere.has(id)) return undefined;
        const isLater = parts.indexOf(owner) > parts.indexOf(part);
        return { contents: isLater ? await laterStub(id, owner) : stubOf(id, owner, names), loader: 'js' };
      });
    },
  };
}

/** The code with its calls of `import()` turned into calls of the loader. */
export function withLoader(code: string): string {
  return code.replaceAll(/\bimport\("part:(\w+):([^"]+)"\)/g, '$import("$1","import $2")');
}

function registryOf({ main, modules, imported, awaited }: Part, names: ExportNames): string {
  const imports: string[] = [];
  const flat = (path: string): string => {
    const locals = (names.get(path) ?? []).map((name, index) => [name, `m${imports.length}_${index}`]);
    imports.push(`import {${locals.map((pair) => pair.join(' as '))}} from ${JSON.stringify(resolve(path))};`);
    return `() => ({${locals.map((pair) => pair.join(': '))}})`;
  };
  const handOut = (path: string, how: 'require' | 'import'): string => {
    const isCommonJs = modules.get(path)?.isCommonJs === true;
    // Whatever is required is wrapped, to be run later: that of the first part need not be.
    return main !== undefined && !isCommonJs ? flat(path) : `() => ${how}(${JSON.stringify(resolve(path))})`;
  };
  const handed = [
    ...imported.map((path) => `${JSON.stringify(path)}: ${handOut(path, 'require')}`),
    ...awaited.map((path) => `${JSON.stringify(`import ${path}`)}: ${handOut(path, 'import')}`),
  ];
  return `${imports.join('\n')}\n$own({${handed.join(',\n')}});`;
}

/**
 * A module of a later part, as this one sees it: its functions, each of which has the part loaded when it is called. It
 * has nothing else, so that esbuild refuses whoever imports a constant or a class of it.
 */
async function laterStub(id: string, owner: Part): Promise<string> {
  const module: Readonly<Record<string, unknown>> = await import(resolve(id));
  const isFunction = (value: unknown) => typeof value === 'function' && !String(value).startsWith('class');
  const needed = `$need(${JSON.stringify(owner.name)}, ${JSON.stringify(id)})`;
  return Object.keys(module)
    .filter((name) => isFunction(module[name]))
    .map((name) => `export const ${name} = (...given) => ${needed}.${name}(...given);`)
    .join('\n');
}

/** A module of an earlier part, as this one sees it. */
function stubOf(id: string, owner: Part, names: ExportNames): string {
  const needed = `$need(${JSON.stringify(owner.name)}, ${JSON.stringify(id)})`;
  if (owner.modules.get(id)?.isCommonJs === true) return `module.exports = ${needed};`;
  const exported = (names.get(id) ?? []).map(
    (name, index) => `const n${index} = needed.${name};\nexport {n${index} as ${name}};`,
  );
  return `const needed = ${needed};\n${exported.join('\n')}`;
}
