/** What the real wg-quick and wg make of configuration files, in a namespace of their own. Throw-away keys only. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LabError, mustRun } from './run.ts';

/** What the real programs said of one file. */
export interface Verdict {
  /** Exit code of `wg-quick strip`. */
  readonly stripped: number;
  /** Exit code of `wg setconf` of what that printed; undefined where it was not asked. */
  readonly set: number | undefined;
  /** What both wrote to standard error. */
  readonly said: string;
  /** `wg show all dump` after it was set; empty where it was not. */
  readonly dump: string;
  /** What wg-quick kept for itself, by the names of its variables; empty where the file was refused. */
  readonly kept: Readonly<Record<string, readonly string[]>>;
}

/** Names that the judged files may use: they stand in the namespace's /etc/hosts, and there is no other resolver. */
export const resolvableHosts = ['home.example.net', 'vpn', 'a_b.example.org'] as const;
export const resolvedAddress = '192.0.2.77';

/**
 * Strips and sets each file, one after another. A mount namespace hides `/run/wireguard`, `/etc/hosts` and the list of
 * services; a PID namespace ends wireguard-go with the rest. The second reading takes the functions of wg-quick alone, for
 * `strip` does not print what wg-quick keeps.
 */
const script = `
set -u
cd "$1"
mount --make-rprivate /
mount -t tmpfs none /run/wireguard 2>/dev/null || { mkdir -p /run/wireguard && mount -t tmpfs none /run/wireguard; }
for name in hosts nsswitch.conf services; do mount --bind "$1/etc.$name" "/etc/$name"; done
export WG_ENDPOINT_RESOLUTION_RETRIES=0
wireguard-go judge0 >/dev/null 2>&1 || exit 3
sed '/^if \\[\\[ \\$# -eq 1/,$d' "$(command -v wg-quick)" > functions.bash
mkdir empty
kept() (
  cd "$1/empty"
  source "$1/functions.bash" strip
  parse_options "$2" 2>/dev/null
  for name in ADDRESSES MTU DNS DNS_SEARCH TABLE PRE_UP POST_UP PRE_DOWN POST_DOWN SAVE_CONFIG; do
    declare -n list=$name
    for value in "\${list[@]}"; do printf '%s\\0%s\\0' "$name" "$value"; done
  done
)
for ((n = 0; n < $2; n++)); do
  wg-quick strip "$1/f$n.conf" > stripped 2> "$n.said"; stripped=$?
  set=-
  if [[ $stripped == 0 ]]; then
    wg setconf judge0 stripped 2>> "$n.said"; set=$?
    if [[ $set == 0 ]]; then
      wg show all dump > "$n.dump"
      kept "$1" "$1/f$n.conf" > "$n.kept"
    fi
  fi
  echo "$stripped $set"
done
`;

/** The verdicts on the files, in order. Throws a {@link LabError} where the programs cannot be asked. */
export async function judge(files: readonly Buffer[], timeoutMs: number): Promise<Verdict[]> {
  const directory = mkdtempSync(join(tmpdir(), 'meshtui-judge-'));
  try {
    writeFileSync(join(directory, 'etc.hosts'), resolvableHosts.map((name) => `${resolvedAddress} ${name}\n`).join(''));
    writeFileSync(join(directory, 'etc.nsswitch.conf'), 'hosts: files\nservices: files\nprotocols: files\n');
    writeFileSync(join(directory, 'etc.services'), '');
    for (const [index, bytes] of files.entries()) {
      writeFileSync(join(directory, `f${index}.conf`), bytes, { mode: 0o600 });
    }
    const unshare = ['unshare', '--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
    const argv = [...unshare, 'bash', '-c', script, 'judge', directory, String(files.length)];
    const { stdout } = await mustRun(argv, { timeoutMs });
    const lines = stdout.trimEnd().split('\n');
    if (lines.length !== files.length) throw new LabError(`${lines.length} verdicts on ${files.length} files`);
    return lines.map((line, index) => verdictOf(directory, line, index));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function verdictOf(directory: string, line: string, index: number): Verdict {
  const [stripped = '', set = ''] = line.split(' ');
  const isSet = set === '0';
  const read = (ending: string) => readFileSync(join(directory, `${index}.${ending}`), 'utf8');
  const kept: Record<string, string[]> = {};
  const fields = isSet ? read('kept').split('\0') : [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const name = fields[at] ?? '';
    kept[name] = [...(kept[name] ?? []), fields[at + 1] ?? ''];
  }
  return {
    stripped: Number(stripped),
    set: set === '-' ? undefined : Number(set),
    said: read('said'),
    dump: isSet ? read('dump') : '',
    kept,
  };
}
