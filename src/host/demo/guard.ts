import { basename, dirname } from 'node:path/posix';
import type { Argv, HostFiles, RunResult } from '../host.ts';

/** Brings something back as it was when this was made. */
export type Restore = () => void;

/** What a guard of the demo needs of it. */
export interface Guarded {
  readonly files: HostFiles;
  /** Remembers how the hub is now. */
  remember(): Restore;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds since boot. */
  uptimeMs(): number;
}

/** The detached programs of the demo: only the guards of changes are any. */
export interface DemoGuards {
  /** Starts the guard of a change; false where it is none. */
  start(argv: Argv): Promise<boolean>;
  /** Runs the revert script of a change; undefined where it is none. */
  revert(argv: Argv): Promise<RunResult | undefined>;
  /** Reverts what was not confirmed in time. To be called before anybody looks. */
  settle(): Promise<void>;
}

interface Guard {
  readonly restore: Restore;
  /** Milliseconds since boot; undefined: its change needs no confirmation. */
  readonly deadlineMs: number | undefined;
}

/**
 * No sh runs in the demo. A guard (`guard.sh`, which names its deadline in hundredths of a second since boot) remembers how
 * the hub was when it was started, and `revert.sh` beside it brings that back. The marks that they leave are those of the
 * scripts: `guarding`, and `reverted` with the reason and the second.
 */
export function demoGuards({ files, remember, now, uptimeMs }: Guarded): DemoGuards {
  const guards = new Map<string, Guard>();
  const exists = async (path: string) => (await files.stat(path)).outcome === 'read';
  const revert = async (directory: string, { restore }: Guard, reason: string) => {
    guards.delete(directory);
    restore();
    await files.writeFileAtomic(`${directory}/reverted`, `${reason}\n${Math.floor(now() / 1000)}\n`);
  };
  return {
    async start([program, script = '']) {
      if (program !== 'sh' || basename(script) !== 'guard.sh') return false;
      const text = await files.readFile(script);
      if (text.outcome !== 'read') return false;
      const hundredths = /^deadline=(\d+)$/m.exec(text.value)?.[1];
      const deadlineMs = hundredths === undefined ? undefined : Number(hundredths) * 10;
      guards.set(dirname(script), { restore: remember(), deadlineMs });
      await files.writeFileAtomic(`${dirname(script)}/guarding`, '');
      return true;
    },
    async revert([program, script = '', ...words]) {
      if (program !== 'sh' || basename(script) !== 'revert.sh') return undefined;
      const directory = dirname(script);
      const guard = guards.get(directory);
      const reason = words.findLast((word) => !word.startsWith('--')) ?? 'run by hand';
      if (guard !== undefined) await revert(directory, guard, reason);
      const isBack = await exists(`${directory}/reverted`);
      return {
        outcome: 'exited',
        code: isBack ? 0 : 1,
        stdout: isBack ? '' : 'Nothing is remembered of it.\n',
        stderr: '',
      };
    },
    async settle() {
      for (const [directory, guard] of guards) {
        if (await exists(`${directory}/done`)) guards.delete(directory);
        else if (guard.deadlineMs !== undefined && uptimeMs() >= guard.deadlineMs) {
          await revert(directory, guard, 'nobody confirmed it in time');
        }
      }
    },
  };
}
