/** Debian packages unpacked beside the machine, for programs that must not be installed on it: a service that would start. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { systemPath } from './packages.ts';

/** Only root can write there: what lies in it is run. */
const cache = '/var/cache/meshtui-lab';

export type UnpackResult =
  /** The packages' files lie under this directory as they would under `/`; it is empty where the machine has them all. */
  { readonly outcome: 'ready'; readonly root: string } | { readonly outcome: 'missing'; readonly reason: string };

/** Downloads a package and what it needs that is not installed, once, and unpacks all of it. Nothing is installed. */
export function unpack(name: string): UnpackResult {
  const root = join(cache, name);
  if (existsSync(root)) return { outcome: 'ready', root };
  const files = missingFiles(name) ?? (run('apt-get', ['update']) === undefined ? undefined : missingFiles(name));
  if (files === undefined) return { outcome: 'missing', reason: `apt-get knows no ${name}` };
  const work = `${root}.${process.pid}`;
  try {
    mkdirSync(join(work, 'root'), { recursive: true, mode: 0o700 });
    if (files.length > 0 && run('apt-get', ['download', ...files], work) === undefined) {
      return { outcome: 'missing', reason: `apt-get cannot download ${files.join(', ')}` };
    }
    for (const file of readdirSync(work).filter((each) => each.endsWith('.deb'))) {
      if (run('dpkg-deb', ['-x', file, 'root'], work) === undefined) {
        return { outcome: 'missing', reason: `${file} cannot be unpacked` };
      }
    }
    if (!existsSync(root)) renameSync(join(work, 'root'), root);
    return { outcome: 'ready', root };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The packages that an installation would bring; undefined where apt-get cannot say. */
function missingFiles(name: string): readonly string[] | undefined {
  const said = run('apt-get', ['install', '--simulate', '--no-install-recommends', name]);
  return said === undefined ? undefined : [...said.matchAll(/^Inst (\S+) /gm)].map((match) => match[1] ?? '');
}

/** What a program wrote; undefined where it failed. */
function run(program: string, args: readonly string[], cwd?: string): string | undefined {
  const env = { ...process.env, PATH: systemPath, DEBIAN_FRONTEND: 'noninteractive' };
  const result = spawnSync(program, args, { cwd, encoding: 'utf8', env, timeout: 300_000 });
  return result.status === 0 ? result.stdout : undefined;
}
