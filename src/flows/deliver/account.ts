import type { FileStat, Host } from '../../host/host.ts';
import { type Printable, printable } from '../../host/printable.ts';

/** Whom files are delivered to: the account that the operator logs in with on this machine, and fetches them with. */
export interface Account extends Pick<FileStat, 'uid' | 'gid'> {
  readonly user: Printable;
  readonly home: string;
}

/** The account behind sudo(8), else that of this process. What passwd(5) does not know has the home of this process. */
export async function deliveryAccount(host: Host): Promise<Account> {
  const { uid, environment } = host.facts;
  const read = await host.readFile('/etc/passwd');
  const accounts = read.outcome === 'read' ? read.value.split('\n').flatMap(accountOf) : [];
  const caller = accounts.find((each) => uid === 0 && each.user === environment['SUDO_USER'] && each.uid > 0);
  const own = caller ?? accounts.find((each) => each.uid === uid);
  const home = environment['HOME']?.startsWith('/') ? environment['HOME'] : '/';
  return own ?? { user: printable(environment['USER'] ?? `uid ${uid}`), uid, gid: uid, home };
}

/** The account of a line of passwd(5). */
function accountOf(line: string): Account[] {
  const [user = '', , uid = '', gid = '', , home = ''] = line.split(':');
  const isWhole = user !== '' && /^\d+$/.test(uid) && /^\d+$/.test(gid) && home.startsWith('/');
  return isWhole ? [{ user: printable(user), uid: Number(uid), gid: Number(gid), home }] : [];
}
