import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import {
  appendBytes,
  listDirectory,
  moveFile,
  readFileBytes,
  readFileText,
  readLink,
  removeFile,
  statFile,
  writeFileAtomic,
} from './files.ts';
import type { Argv, Host, HostFacts, RunOptions, RunResult } from './host.ts';
import { printable } from './printable.ts';
import { runLean } from './run-lean.ts';

/** The real machine. */
export function realHost(): Host {
  return {
    kind: 'real',
    facts: facts(),
    run,
    readFile: readFileText,
    listDirectory,
    stat: statFile,
    readLink,
    writeFileAtomic,
    readBytes: readFileBytes,
    appendBytes,
    moveFile,
    removeFile,
    now: Date.now,
    monotonic: () => performance.now(),
  };
}

/** `wg` sleeps for minutes on a name that does not resolve (wg(8)); one try is enough for everything we do. */
const ownEnvironment = { LC_ALL: 'C', WG_ENDPOINT_RESOLUTION_RETRIES: '0', WG_COLOR_MODE: 'never' };

/**
 * What only asks is run by a bare child process: it happens each second, and execa costs 3–4 ms of CPU a run instead of
 * 1–2, and 5 MB. What is given something to read is a change, and runs under execa.
 */
async function run(argv: Argv, options: RunOptions = {}): Promise<RunResult> {
  const withEnvironment = { ...options, environment: { ...ownEnvironment, ...options.environment } };
  if (options.input === undefined) return runLean(argv, withEnvironment);
  const { runFull } = await import('./run-full.ts');
  return runFull(argv, withEnvironment);
}

function facts(): HostFacts {
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
