/** Which module of the product is in which part of the bundle. */
import { type BuildOptions, build, type Metafile } from 'esbuild';

/** A part of the bundle; the first one is run at once, every other one when a module of it is needed. */
export interface Part {
  readonly name: string;
  /** What runs when the part is loaded: only the first has it. */
  readonly main?: string;
  /** Its modules, by path from the root of the repository, each with whether it is CommonJS. */
  readonly modules: ReadonlyMap<string, { readonly isCommonJs: boolean }>;
  /** Those of them that modules of other parts import. */
  readonly imported: readonly string[];
  /** Those of them that are imported by `import()`, wherever. */
  readonly awaited: readonly string[];
}

/** The names that modules export, by path. */
export type ExportNames = ReadonlyMap<string, readonly string[]>;

/** Small, and injected into every module: each part has its own. */
export const everywhere: ReadonlySet<string> = new Set([
  'scripts/bundle/segmenter.js',
  'scripts/bundle/simple-text.ts',
]);

/**
 * Divides what an entry reaches: what it imports itself, then what the roots of each part import, then all the rest. A
 * root is in its own part even where an earlier one imports it.
 */
export function divide(
  { inputs }: Metafile,
  entry: string,
  later: Readonly<Record<string, readonly string[]>>,
): readonly Part[] {
  const isModule = (path: string) => inputs[path] !== undefined && !path.includes(':') && !everywhere.has(path);
  const importsOf = (path: string, isAwaited: boolean) =>
    (inputs[path]?.imports ?? [])
      .filter((one) => isModule(one.path) && (one.kind === 'dynamic-import') === isAwaited)
      .map((one) => one.path);
  const allModules = Object.keys(inputs).filter(isModule);
  const awaited = new Set(allModules.flatMap((path) => importsOf(path, true)));
  const placed = new Set<string>();
  const kept = new Set(Object.values(later).flat());
  const reach = (roots: readonly string[]) => {
    for (const root of roots) kept.delete(root);
    const found: string[] = [];
    const open = [...roots];
    for (let path = open.pop(); path !== undefined; path = open.pop()) {
      if (!isModule(path)) throw new Error(`${path} is not in the bundle: look at the parts again`);
      if (placed.has(path) || kept.has(path)) continue;
      placed.add(path);
      found.push(path);
      open.push(...importsOf(path, false));
    }
    return found;
  };
  const contents = [
    { name: 'first', main: entry, paths: reach([entry]) },
    ...Object.entries(later).map(([name, roots]) => ({ name, paths: reach(roots) })),
  ];
  contents.push({ name: 'rest', paths: reach([...awaited]) });
  return contents.map(({ paths, ...part }, index) => {
    const others = contents.filter((_, position) => position !== index);
    const elsewhere = new Set(others.flatMap((one) => one.paths.flatMap((path) => importsOf(path, false))));
    return {
      ...part,
      modules: new Map(paths.map((path) => [path, { isCommonJs: inputs[path]?.format === 'cjs' }])),
      imported: paths.filter((path) => elsewhere.has(path)),
      awaited: paths.filter((path) => awaited.has(path)),
    };
  });
}

/** The names that those ES modules export which another part may import. */
export async function exportsOf(parts: readonly Part[], options: BuildOptions): Promise<ExportNames> {
  const entryPoints = parts.flatMap(({ modules, imported, awaited }) =>
    [...new Set([...imported, ...awaited])].filter((path) => modules.get(path)?.isCommonJs === false),
  );
  const { metafile } = await build({ ...options, entryPoints, outdir: 'dist', splitting: true, metafile: true });
  return new Map(
    Object.values(metafile.outputs).flatMap(({ entryPoint, exports }) =>
      entryPoint === undefined ? [] : [[entryPoint, exports] as const],
    ),
  );
}
