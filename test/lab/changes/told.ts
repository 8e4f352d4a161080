/** Processes on the lab's hub that change it as they are told, and may be killed while they do. */
import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import type { Line } from '../../fixtures/changes/told-driver.ts';
import type { Lab } from '../lab.ts';
import { plainEnvironment } from '../machine.ts';

/** A process that does one thing after another. */
export interface Told {
  readonly pid: number;
  /** The answer; undefined where the process ended before it gave one. Throws what the process said of an error. */
  say(line: Line): Promise<unknown>;
  /** Ends it, as losing its terminal would. Resolves when it has ended. */
  end(): Promise<void>;
  readonly ended: Promise<void>;
}

const driver = join(import.meta.dirname, '..', '..', 'fixtures', 'changes', 'told-driver.ts');

/** The driver as one file that starts in a tenth of a second, as the product is one. Its path, and what removes it. */
export async function bundleDriver(): Promise<{ readonly path: string; readonly remove: () => void }> {
  const directory = await mkdtemp(join(tmpdir(), 'meshtui-told-'));
  const path = join(directory, 'told.mjs');
  const require = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  await build({
    ...{ entryPoints: [driver], outfile: path, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' },
    banner: { js: require },
  });
  return { path, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

/**
 * Starts one and waits until it listens. With one thread for files, so that what is counted call by call is counted the
 * same way each time. `path` comes before the hub's own directories of programs.
 */
export async function startTold(lab: Lab, bundle: string, path: string): Promise<Told> {
  const variables = ['UV_THREADPOOL_SIZE=1', `PATH=${path}`];
  const [program = '', ...args] = lab.spawnArgv('edge', ['env', ...variables, process.execPath, bundle]);
  const child = spawn(program, args, { stdio: 'pipe', env: { ...plainEnvironment } });
  const replies = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const told = toldOf(child, replies);
  await replies.next();
  return told;
}

function toldOf(child: ChildProcess, replies: AsyncIterator<string>): Told {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  child.stdin?.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  return {
    pid: child.pid ?? 0,
    ended,
    async say(line) {
      child.stdin?.write(`${JSON.stringify(line)}\n`);
      const reply = await replies.next();
      if (!reply.done) return JSON.parse(reply.value);
      await ended;
      if (child.exitCode !== null && child.exitCode > 0) throw new Error(said);
      return undefined;
    },
    end() {
      child.stdin?.end();
      return ended;
    },
  };
}
