import { spawn } from 'node:child_process';
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeDirectory } from './durable.ts';
import { codeOf, reasonOf } from './files.ts';
import type { LockResult } from './host.ts';
import { known, printable } from './printable.ts';

/** Says that somebody else has the lock. flock(1) itself ends with 1 and with codes of sysexits.h, from 64 on. */
const conflict = 200;

/** A guard script may have the lock for milliseconds, and what kept it for somebody who died needs as long to end. */
const patienceSeconds = 2;

/** How long flock may take beyond its own patience. */
const startMs = 5_000;

/**
 * {@link Host.lock} by flock(1): it becomes cat(1), which has the lock and reads a pipe that only we hold. The pipe ends
 * when we do, whatever ends us, and with it cat and the lock. In a session of its own, so that what is sent to our
 * process group does not take the lock from us.
 */
export async function takeLock(path: string, holder: string): Promise<LockResult> {
  try {
    await makeDirectory(dirname(path), 0o700);
    // Before flock makes it for everybody to open: who can open the file can keep us from the lock.
    await (await open(path, 'a', 0o600)).close();
  } catch (error) {
    return { outcome: 'failed', reason: known(reasonOf(error)) };
  }
  const keeper = await startKeeper(path);
  if (keeper.outcome === 'conflict') return { outcome: 'held', holder: await readHolder(path) };
  if (keeper.outcome === 'failed') return keeper;
  await writeHolder(path, holder, keeper.pid);
  return {
    outcome: 'locked',
    lock: {
      isHeld: keeper.runs,
      async release() {
        if (keeper.runs()) await rm(holderPath(path), { force: true }).catch(() => undefined);
        await keeper.end();
      },
    },
  };
}

type Keeper =
  | {
      readonly outcome: 'keeps';
      readonly pid: number;
      readonly runs: () => boolean;
      readonly end: () => Promise<void>;
    }
  | { readonly outcome: 'conflict' }
  | { readonly outcome: 'failed'; readonly reason: ReturnType<typeof printable> };

function startKeeper(path: string): Promise<Keeper> {
  const flags = ['--exclusive', '--no-fork', '--timeout', `${patienceSeconds}`, '--conflict-exit-code', `${conflict}`];
  const child = spawn('flock', [...flags, path, 'cat'], { stdio: ['pipe', 'pipe', 'pipe'], detached: true, cwd: '/' });
  const { pid } = child;
  let isRunning = true;
  let isOurs = true;
  let said = '';
  const ended = new Promise<void>((resolve) => {
    child.on('exit', () => {
      isRunning = false;
      resolve();
    });
  });
  return new Promise((resolve) => {
    const fail = (reason: string) => resolve({ outcome: 'failed', reason: printable(reason) });
    const timer = setTimeout(
      () => {
        child.kill('SIGKILL');
        fail(`flock did not answer in ${patienceSeconds + startMs / 1000} s`);
      },
      patienceSeconds * 1000 + startMs,
    );
    child.stdin.on('error', () => undefined);
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.on('error', (error) => {
      clearTimeout(timer);
      isRunning = false;
      const missing = codeOf(error) === 'ENOENT';
      fail(missing ? 'flock is not installed (package util-linux)' : reasonOf(error));
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      if (code === conflict) resolve({ outcome: 'conflict' });
      else fail(said.trim() === '' ? `flock ended with ${code}` : said.trim());
    });
    // What cat repeats was read after the lock was taken.
    child.stdout.once('data', () => {
      clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
      resolve({
        outcome: 'keeps',
        pid: pid ?? 0,
        runs: () => isRunning && isOurs,
        end() {
          isOurs = false;
          child.ref();
          child.stdin.end();
          return ended;
        },
      });
    });
    child.stdin.write('\n');
  });
}

function holderPath(path: string): string {
  return `${path}.holder`;
}

/** Says who has the lock, after the process that keeps it: with that process, what is said of it ends too. */
async function writeHolder(path: string, holder: string, keeper: number): Promise<void> {
  const temporary = `${holderPath(path)}.tmp`;
  try {
    await writeFile(temporary, `${await identityOf(keeper)}\n${holder}\n`, { mode: 0o600 });
    await rename(temporary, holderPath(path));
  } catch {
    // The lock is ours all the same; on a full disk nobody is told whose it is.
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/** What the holder said of itself. Undefined where the process that kept its lock has ended: then somebody else has it. */
async function readHolder(path: string): Promise<string | undefined> {
  try {
    const [identity = '', holder] = (await readFile(holderPath(path), 'utf8')).split('\n');
    return identity === (await identityOf(Number(identity.split(' ')[0]))) ? holder : undefined;
  } catch {
    return undefined;
  }
}

/** What no other process ever has: id, start in clock ticks since boot (proc_pid_stat(5), field 22), and the boot. */
async function identityOf(pid: number): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  const start = text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  return `${pid} ${start} ${boot.trim()}`;
}
