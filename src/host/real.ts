import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { appendBytes, listDirectory, readFileBytes, readFileText, readLink, realPath, statFile } from './files.ts';
import type { Argv, Host, HostFacts, RunOptions, RunResult } from './host.ts';
import { printable } from './printable.ts';
import { runLean, runLeanBytes } from './run-lean.ts';

/** The real machine. What only a change needs is loaded by the first change. */
export function realHost(): Host {
  const facts = ownFacts();
  return {
    kind: 'real',
    facts,
    run,
    runBytes: (argv, options) => runLeanBytes(argv, { ...options, environment: ownEnvironment }),
    readFile: readFileText,
    listDirectory,
    stat: statFile,
    readLink,
    realPath,
    writeFileAtomic: async (path, text, options) => (await durable()).writeFileAtomic(path, text, options),
    readBytes: readFileBytes,
    appendBytes,
    writeNewFile: async (path, text, options) => (await durable()).writeNewFile(path, text, options),
    linkFile: async (from, to) => (await durable()).linkFile(from, to),
    moveFile: async (from, to) => (await durable()).moveFile(from, to),
    removeFile: async (path) => (await durable()).removeFile(path),
    makeDirectory: async (path, mode) => (await durable()).makeDirectory(path, mode),
    async removeDirectory(path) {
      const { demandOwn } = await import('./own-directories.ts');
      demandOwn(path, facts);
      await (await durable()).removeDirectory(path);
    },
    lock: async (path, holder) => (await import('./lock.ts')).takeLock(path, holder),
    startDetached: async (argv) => (await import('./detached.ts')).startDetached(argv, ownEnvironment),
    now: Date.now,
    monotonic: () => performance.now(),
  };
}

function durable() {
  return import('./durable.ts');
}

/** `wg` sleeps for minutes on a name that does not resolve (wg(8)); one try is enough for everything we do. */
const ownEnvironment = { LC_ALL: 'C', WG_ENDPOINT_RESOLUTION_RETRIES: '0', WG_COLOR_MODE: 'never' };

/**
 * What only asks is run by a bare child process: it happens each second, and execa costs 3–4 ms of CPU a run instead of
 * 1–2, and 5 MB. What is given something to read is a change, and runs under execa.
 */
async function run(argv: Argv, options: RunOptions = {}): Promise<RunResult> {
  const withEnvironment = { ...options, environment: { ...ownEnvironment, ...options.environment } };
  if (options.secretFile !== undefined) {
    const { runWithSecret } = await import('./secret-file.ts');
    return runWithSecret(argv, withEnvironment, options.secretFile);
  }
  if (options.input === undefined) return runLean(argv, withEnvironment);
  const { runFull } = await import('./run-full.ts');
  return runFull(argv, withEnvironment);
}

function ownFacts(): HostFacts {
  const environment = process.env;
  const uid = process.geteuid?.() ?? -1;
  const home = environment['HOME'] ?? homedir();
  const state =
    uid === 0 ? '/var/lib/meshtui' : join(environment['XDG_STATE_HOME'] ?? join(home, '.local/state'), 'meshtui');
  return {
    hostname: printable(hostname()),
    uid,
    pid: process.pid,
    commandLine: ownCommandLine(),
    environment,
    stateDirectory: environment['MESHTUI_STATE_DIR'] ?? state,
    configDirectory: join(environment['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'meshtui'),
  };
}

/** The installed command is itself executable; a bundle started as `node FILE` needs both words. */
function ownCommandLine(): string[] {
  const script = process.argv[1] ?? 'meshtui';
  const startedByNode = process.env['npm_lifecycle_event'] !== undefined || !/\/bin\/meshtui$/.test(script);
  return startedByNode ? [process.execPath, script] : [script];
}
