/** Whether a secret may be put into a place of the file system. */
import { basename, dirname, normalize } from 'node:path/posix';
import type { FileStat, Host } from '../../host/host.ts';
import { known, type Printable, printable } from '../../host/printable.ts';
import type { Account } from './account.ts';

/** Whether a file may be made in a place, and whose it is to be. */
type PlaceResult =
  | {
      readonly outcome: 'good';
      readonly path: Printable;
      /** Whose the file is to be: the account's in its own directories, ours everywhere else. */
      readonly owner: Pick<FileStat, 'uid' | 'gid'> | undefined;
      readonly warnings: readonly Printable[];
    }
  | { readonly outcome: 'refused'; readonly reason: Printable };

/** Where web servers and others take what they hand out to everyone. */
const served = ['/var/www', '/srv', '/usr/share/nginx', '/usr/local/www', '/usr/share/caddy', '/var/ftp'];
const servedNames = ['public_html', 'htdocs', 'wwwroot'];

/** Judges the whole path of a file that is to be made. `path` begins with `/`. */
export async function judgePlace(host: Host, path: string, account: Account): Promise<PlaceResult> {
  const problem = problemOfPath(path);
  if (problem !== undefined) return refused(problem);
  const existing = await nearest(host, dirname(normalize(path)));
  if (typeof existing === 'string') return refused(existing);
  const reason = problemOfUse(existing.directory);
  if (reason !== undefined) return refused(reason);

  const above = await ancestors(host, existing.directory);
  if (typeof above === 'string') return refused(above);
  for (const each of above) {
    const wrong = problemOfAncestor(each, [0, host.facts.uid, account.uid]);
    if (wrong !== undefined) return refused(wrong);
  }
  const [parent] = above;
  const isTheirs = parent !== undefined && parent.uid === account.uid && account.uid !== host.facts.uid;
  if (isTheirs && existing.isMissing) return refused(`There is no directory ${dirname(path)}. Make it first.`);
  return {
    outcome: 'good',
    path: known(normalize(path)),
    owner: isTheirs ? { uid: account.uid, gid: account.gid } : undefined,
    warnings: parent === undefined || existing.isMissing ? [] : warningsOf(parent),
  };
}

function problemOfPath(path: string): string | undefined {
  const name = basename(path);
  if (!path.startsWith('/')) return 'A path begins with /.';
  if (printable(path) !== path) return 'There are signs in the path that cannot be shown; write one without them.';
  if (path.endsWith('/') || name === '.' || name === '..')
    return `${path} is a directory: the name of the file is missing.`;
  // NAME_MAX and PATH_MAX (limits.h), with room for the ending of a temporary file.
  if (Buffer.byteLength(name) > 200 || Buffer.byteLength(path) > 3_800) return 'The path is too long.';
  return undefined;
}

function problemOfUse(directory: string): string | undefined {
  const isBelow = (place: string) => directory === place || directory.startsWith(`${place}/`);
  if (served.some(isBelow) || directory.split('/').some((name) => servedNames.includes(name)))
    return `${directory} is where servers take files for everyone from. Choose another place, such as a home directory.`;
  if (isBelow('/etc/wireguard') || isBelow('/etc/amnezia'))
    return `${directory} is for this host's own interfaces: wg-quick would bring the client up here. Choose another place.`;
  return undefined;
}

/** The nearest directory to a path that exists, without symbolic links in it; a text where it cannot be told. */
async function nearest(host: Host, path: string): Promise<{ directory: string; isMissing: boolean } | string> {
  let name = path;
  for (;;) {
    const found = await host.stat(name);
    if (found.outcome === 'read' && found.value.kind !== 'directory') return `${name} is not a directory.`;
    if (found.outcome === 'read') break;
    if (found.outcome !== 'absent') return `${name} cannot be looked at.`;
    if (name === '/') break;
    name = dirname(name);
  }
  const real = await host.realPath(name);
  return { directory: real.outcome === 'read' ? real.value : name, isMissing: name !== path };
}

type Directory = FileStat & { readonly path: Printable };

/** The directory and all above it, nearest first. */
async function ancestors(host: Host, directory: string): Promise<Directory[] | string> {
  const found: Directory[] = [];
  for (let path = directory; ; path = dirname(path)) {
    const stat = await host.stat(path);
    if (stat.outcome === 'read') found.push({ ...stat.value, path: printable(path) });
    else if (stat.outcome !== 'absent') return `${path} cannot be looked at.`;
    if (path === '/') return found;
  }
}

const sticky = 0o1000;

/** Whoever can write in a directory above a file can put another file in its place. */
function problemOfAncestor({ path, uid, mode }: Directory, trusted: readonly number[]): string | undefined {
  if (!trusted.includes(uid)) return `${path} belongs to another user (uid ${uid}), who could put another file there.`;
  if ((mode & 0o002) !== 0 && (mode & sticky) === 0)
    return `Everyone can write in ${path} (mode ${octal(mode)}), and could put another file there.`;
  return undefined;
}

function warningsOf({ path, mode }: Directory): Printable[] {
  const who =
    (mode & 0o002) !== 0 ? 'Everyone can write in' : (mode & 0o020) !== 0 ? 'A group can write in' : undefined;
  const readers = (mode & 0o007) !== 0 ? 'Everyone can look into' : 'A group can look into';
  if ((mode & 0o077) === 0) return [];
  const lasts = (mode & sticky) !== 0 ? ' Files there go when the machine starts anew.' : '';
  return [known(`${who ?? readers} ${path} (mode ${octal(mode)}); the file itself has mode 0600.${lasts}`)];
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

function refused(reason: string): PlaceResult {
  return { outcome: 'refused', reason: printable(reason) };
}
