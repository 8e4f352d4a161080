/** The whole state of the lab's hub: what a change may neither lose nor leave behind. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Lab } from '../lab.ts';

export const conf = '/etc/wireguard/wg0.conf';

/** Everything as text, secrets under other names. Counters and handshakes go on by themselves and are left out. */
export interface State {
  /** Mode, owner and every byte but those of times; empty where there is no file. */
  readonly file: string;
  /** Of the differences that are ignored. */
  readonly ignored: string;
  readonly running: readonly string[];
  /** Of the peers that have one; not part of what a change promises of a peer that it makes. */
  readonly endpoints: readonly string[];
  readonly routes: readonly string[];
  readonly addresses: readonly string[];
}

const ignoredDrift = '/var/lib/meshtui/ignored-drift.json';

const mark = '-----8<-----';

const readScript = `
stat -L -c '%a %u %g' ${conf} 2>/dev/null && cat ${conf}
echo '${mark}'
wg show wg0 dump
echo '${mark}'
ip -4 route show table all dev wg0
ip -6 route show table all dev wg0
echo '${mark}'
ip -o address show dev wg0
echo '${mark}'
stat -c '%a %u %g' ${ignoredDrift} 2>/dev/null && cat ${ignoredDrift}
true
`;

/** Gives each secret a name that it keeps: the same key is the same name, wherever it is found. */
export type Namer = (secret: string) => string;

/** Names for secrets. One that was not there when the names were made is called new. */
export function namerOf(known: readonly string[]): Namer {
  const names = new Map(known.map((secret, index) => [secret, `KEY-${index}`]));
  return (secret) => names.get(secret) ?? 'KEY-NEW';
}

/** Reads the hub's state. `inOrder`: whether the order of the file's lines counts. */
export async function readState(lab: Lab, nameOf: Namer, inOrder: boolean): Promise<State> {
  const { stdout } = await lab.must('edge', ['sh', '-c', readScript]);
  const [file = '', dump = '', routes = '', addresses = '', ignored = ''] = stdout.split(`${mark}\n`);
  const [own = '', ...peers] = lines(dump).map((line) => line.split('\t'));
  const named = file
    .replace(/(P(?:rivate|reshared)Key = )(.{44})$/gm, (_, key, secret) => `${key}${nameOf(secret)}`)
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME');
  return {
    file: inOrder ? named : named.split('\n').sort().join('\n'),
    running: [
      [nameOf(own[0] ?? ''), ...own.slice(1)].join(' '),
      ...peers.map(([key, psk = '', , ips = '', , , , keepalive]) =>
        [key, psk === '(none)' ? psk : nameOf(psk), ips.split(',').sort().join(','), keepalive].join(' '),
      ),
    ].sort(),
    endpoints: peers.flatMap(([key, , endpoint]) => (endpoint === '(none)' ? [] : [`${key} ${endpoint}`])).sort(),
    ignored,
    routes: lines(routes).sort(),
    addresses: lines(addresses),
  };
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

/** Whether the hub is as it was, every endpoint that it had included. */
export function isOld(now: State, old: State): boolean {
  return old.endpoints.every((endpoint) => now.endpoints.includes(endpoint)) && isNew(now, old);
}

/** Whether the hub is as a change promises: endpoints are the peers' own. */
export function isNew(now: State, fresh: State): boolean {
  const text = (state: State) => JSON.stringify({ ...state, endpoints: [] });
  return text(now) === text(fresh);
}

/** Where two states differ, a line each. */
export function stateDifferences(one: State, other: State): string[] {
  const parts = (state: State) =>
    new Map(
      Object.entries(state).flatMap(([part, value]: [string, string | readonly string[]]) =>
        (typeof value === 'string' ? value.split('\n') : value).map((line) => [`${part}: ${line}`, true] as const),
      ),
    );
  const [left, right] = [parts(one), parts(other)];
  return [
    ...[...left.keys()].filter((line) => !right.has(line)).map((line) => `- ${line}`),
    ...[...right.keys()].filter((line) => !left.has(line)).map((line) => `+ ${line}`),
  ];
}

/** All private and preshared keys that the hub has, in files, kept files and what runs. */
const secretsScript = `
{ cat ${conf} /etc/wireguard/.meshtui/*/* 2>/dev/null | grep -v 'PublicKey'; wg show wg0 private-key; wg show wg0 preshared-keys | cut -f2; } |
  grep -oE '[A-Za-z0-9+/]{43}=' | sort -u
`;

/** The secrets of the hub. */
export async function readSecrets(lab: Lab): Promise<readonly string[]> {
  return lines((await lab.must('edge', ['sh', '-c', secretsScript])).stdout);
}

/** Where meshtui wrote what it should not have, or left something lying; a sentence each. */
export async function litter(lab: Lab, secrets: readonly string[], doneIds: ReadonlySet<string>): Promise<string[]> {
  const input = [...new Set([...secrets, ...(await readSecrets(lab))])].join('\n');
  const script = `
cat >/root/secrets
grep -rlF -f /root/secrets /var/lib/meshtui 2>/dev/null | sed 's/^/secret in /'
find /etc/wireguard -type f -links +1 | sed 's/^/second name of /'
find /etc/wireguard -mindepth 1 -printf 'kept %P\\n'
find /var/lib/meshtui -mindepth 1 -printf 'state %P\\n'
find /run/meshtui-* ! -type d ! -type p -printf 'run %P\\n' 2>/dev/null || true
rm /root/secrets
`;
  const { stdout } = await lab.must('edge', ['sh', '-c', script], { input: `${input}\n` });
  return lines(stdout).filter((line) => !isExpected(line, doneIds));
}

/** A kill may leave a second name of the record, and an empty marker without its name (docs/changes.md). */
const records =
  /^(vaults|revert\.sh|guard\.sh|spare|guarding|reverting|reverted(\.new)?|(record\.json|begun|pending|done|told)(\.\w+\.tmp)?)$/;

function isExpected(line: string, doneIds: ReadonlySet<string>): boolean {
  const [what, path = ''] = line.split(' ');
  const [first = '', id = '', name = ''] = path.split('/');
  if (what === 'kept') {
    if (path === 'wg0.conf' || path === '.meshtui') return true;
    return first === '.meshtui' && doneIds.has(id) && /^((old|psk)-\d+)?$/.test(name);
  }
  if (what !== 'state') return false;
  // Where the differences that are ignored are kept, their old selves are beside them.
  if (path === 'ignored-drift.json' || path === '.meshtui') return true;
  if (first === '.meshtui') return doneIds.has(id) && /^(old-\d+)?$/.test(name);
  if (first !== 'changes') return false;
  return ['', 'lock'].includes(id) || (/^\d{8}-/.test(id) && (name === '' || records.test(name)));
}

/** A process of the engine on this hub. */
export interface EngineProcess {
  readonly pid: number;
  readonly words: string;
}

/**
 * What still runs of changes on this hub: guards and revert scripts, and what they wait for. A process that becomes another
 * program has no words for a moment; one that has ended has no namespace.
 */
export function engineProcesses(lab: Lab): EngineProcess[] {
  const target = lab.spawnArgv('edge', []).find((word) => word.startsWith('--target='));
  const holder = target?.slice('--target='.length);
  const mounts = readlinkSync(`/proc/${holder}/ns/mnt`);
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      if (words !== '' && (!words.includes('/var/lib/meshtui/changes/') || words.includes('strace'))) return [];
      return readlinkSync(`/proc/${name}/ns/mnt`) === mounts ? [{ pid: Number(name), words }] : [];
    } catch {
      return [];
    }
  });
}
