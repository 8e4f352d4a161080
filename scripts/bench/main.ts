/**
 * `npm run bench [-- OPTIONS]`: how fast meshtui is on this machine, as a table. It is built first.
 * Where it may, it runs with an empty /etc/wireguard of its own, so that its peers can have names.
 */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { labObstacle, upLab } from '../../test/lab/lab.ts';
import { installMissingPackages } from '../../test/lab/packages.ts';
import { type Effort, fullEffort, measure, quickEffort } from './figures.ts';
import { chooseWgShow, otherPrograms } from './others.ts';
import { makePlace, privately } from './place.ts';
import { report } from './report.ts';
import { BenchError } from './session.ts';

const usage = `usage: npm run bench -- [OPTIONS]
  --quick          a smoke run of less than a minute: 1,000 peers, nothing beside it
  --hour           also the growth of memory over an hour
  --soak MINUTES   also the growth of memory over so many minutes
  --bundle FILE    measure this bundle, and build none
  --json           print the figures instead of the table
  --write          also put the table into docs/performance.md
`;
const page = 'docs/performance.md';
const marks = ['<!-- bench -->', '<!-- /bench -->'] as const;
/** Set for the process inside; its value is the words of the lab's \`wg show\` as JSON, or "none". */
const insideVariable = 'BENCH_INSIDE';

const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

class UsageError extends Error {}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError || error instanceof BenchError)) throw error;
  process.stderr.write(`bench: ${error.message}\n${error instanceof UsageError ? usage : ''}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

async function main(words: readonly string[]): Promise<number> {
  const options = parse(words);
  const inside = process.env[insideVariable];
  if (inside !== undefined) return run(options, inside === 'none' ? undefined : (JSON.parse(inside) as string[]));
  if (!options.isBuilt) build();
  if (options.effort.hasOthers) installMissingPackages(otherPrograms);
  // The lab is made out here: its namespaces must be seen by whoever sweeps them after a crash.
  const isLabWanted = options.effort.hasOthers && (await labObstacle()) === undefined;
  const lab = isLabWanted ? await upLab({ id: 'bench' }) : undefined;
  try {
    await lab?.addPeers(27);
    const labWg = lab?.spawnArgv('edge', ['wg', 'show']);
    return await enter(words, labWg === undefined ? 'none' : JSON.stringify(labWg));
  } finally {
    await lab?.down();
  }
}

/** Runs this script once more, in a mount namespace of its own where that can be had; its exit code. */
function enter(words: readonly string[], inside: string): Promise<number> {
  const self = [process.execPath, import.meta.filename, ...words];
  const [program = '', ...args] = privately(self) ?? self;
  const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, [insideVariable]: inside } });
  // The process inside ends first; then the lab is removed.
  for (const signal of endings) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

async function run(options: Options, labWg: readonly string[] | undefined): Promise<number> {
  const place = makePlace(options.bundle);
  process.once('exit', place.remove);
  for (const signal of endings) process.on(signal, () => process.exit(1));
  const figures = await measure(place, options.effort, chooseWgShow(labWg), (words) =>
    process.stderr.write(`bench: ${words}\n`),
  );
  const text = report(figures);
  process.stdout.write(options.json ? `${JSON.stringify(figures)}\n` : `${text}\n`);
  if (options.write) writePage(text);
  return 0;
}

interface Options {
  readonly effort: Effort;
  readonly bundle: string;
  /** Somebody else has built it. */
  readonly isBuilt: boolean;
  readonly json: boolean;
  readonly write: boolean;
}

function parse(words: readonly string[]): Options {
  const { values } = readWords(words);
  const { quick = false, hour = false, json = false, write = false, bundle } = values;
  if (quick && write) throw new UsageError('a smoke run is nothing to write down');
  const soakMinutes = values.soak === undefined ? (hour ? 60 : 0) : Number(values.soak);
  if (!(soakMinutes >= 0)) throw new UsageError('--soak needs a number of minutes');
  return {
    effort: { ...(quick ? quickEffort : fullEffort), soakMinutes },
    bundle: bundle ?? 'dist/meshtui.mjs',
    isBuilt: bundle !== undefined,
    json,
    write,
  };
}

function readWords(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: {
        quick: { type: 'boolean' },
        hour: { type: 'boolean' },
        soak: { type: 'string' },
        bundle: { type: 'string' },
        json: { type: 'boolean' },
        write: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function build(): void {
  const { status } = spawnSync(process.execPath, ['scripts/build.ts'], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new BenchError('the product could not be built');
}

function writePage(text: string): void {
  const before = readFileSync(page, 'utf8');
  const [from, to] = marks.map((mark) => before.indexOf(mark));
  if (from === undefined || to === undefined || from === -1 || to < from) {
    throw new BenchError(`${page} has no place for the table: ${marks.join(' … ')}`);
  }
  writeFileSync(page, `${before.slice(0, from + marks[0].length)}\n\n${text}\n\n${before.slice(to)}`);
}
