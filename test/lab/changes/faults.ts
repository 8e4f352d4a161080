/** What goes wrong under a change, brought about from outside of the process that makes it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lab } from '../lab.ts';
import { conf } from './hub-state.ts';
import type { Told } from './told.ts';

/** One thing that goes wrong. */
export type Fault =
  | { readonly kind: 'none' }
  /**
   * The process is killed before a call to the kernel, or calls fail. Each call by its name and its number among those of
   * that name, as strace(1) counts; `3+` is that one and all after it. Any of several.
   */
  | {
      readonly kind: 'call';
      readonly what: 'signal=KILL' | `error=${string}`;
      readonly at: readonly (readonly [call: string, when: string])[];
    }
  /** Something happens to runs of programs, each by its number: `3 fail`, `5+ lie`. `deed` is a script for `N deed`. */
  | { readonly kind: 'program'; readonly rules: readonly string[]; readonly deed?: string }
  /** A script of sh that runs on the hub at this moment. */
  | { readonly kind: 'deed'; readonly deed: string };

/** What a fault was seen to do. */
export interface Armed {
  /** Lets go of the process and tells whether the fault has come, with every one of its rules. */
  disarm(): Promise<boolean>;
  /** The calls to the kernel that the process made, in order, of the thread that made most; without a fault only. */
  calls(): readonly string[];
}

/** The programs that a change runs, and that its scripts do. */
const programs = 'wg ip conntrack mkfifo flock sh mv rm sha256sum sync date'.split(' ');
const here = '/root/faults';
/** The directory of stand-ins, which pass everything on until a fault is armed. */
export const standIns = `${here}/bin`;
export const systemDirectories = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Calls to the kernel that change files; not every machine has all of them. */
export const fileCalls =
  'rename renameat renameat2 link linkat unlink unlinkat mkdir mkdirat rmdir chmod fchmod fchmodat chown fchown fchownat fsync'.split(
    ' ',
  );
/** And those that lie between them. */
const allFileCalls = [...fileCalls, 'openat', 'write', 'writev', 'pwrite64', 'pwritev', 'close'];

/**
 * Counts its calls, all stand-ins together, without starting anything itself. `end node` ends the process that makes the
 * change, wherever above it is; `end sh` the scripts above. Never anything that is not of this hub's changes.
 */
const standIn = `#!/bin/sh
here=${here} name=\${0##*/}
for directory in ${systemDirectories.replaceAll(':', ' ')}; do
  real=$directory/$name
  if [ -x "$real" ]; then break; fi
done
[ -e "$here/armed" ] || exec "$real" "$@"
n=1
set -C
until { printf '%s\\n' "$name $*" >"$here/calls/$n"; } 2>/dev/null; do n=$((n + 1)); done
set +C
what=
while read -r when rest; do
  case $when in
    "$n") what=$rest ;;
    *+) if [ "$n" -ge "\${when%+}" ]; then what=$rest; fi ;;
  esac
done <"$here/fault"
[ -z "$what" ] || echo "$n" >>"$here/fired"
end() {
  above=$PPID
  while [ "$above" -gt 1 ]; do
    words=$(tr '\\0' ' ' <"/proc/$above/cmdline") || return
    read -r _ _ _ next _ <"/proc/$above/stat"
    case $1:$words in
      node:*told.mjs*) kill -KILL "$above"; return ;;
      sh:*'sh /var/lib/meshtui/'*) kill -KILL "$above" ;;
      *:*told.mjs*) return ;;
      *:*'sh /var/lib/meshtui/'* | *:*timeout\\ *) ;;
      *) return ;;
    esac
    above=$next
  done
}
case $what in
  kill-before) end node; exit 1 ;;
  kill-after) "$real" "$@"; code=$?; end node; exit "$code" ;;
  script-before) end sh; exit 1 ;;
  script-after) "$real" "$@"; code=$?; end sh; exit "$code" ;;
  fail) echo broken >&2; exit 1 ;;
  fail-after) "$real" "$@"; echo broken >&2; exit 1 ;;
  lie) exit 0 ;;
  hang) exec sleep 30 ;;
  deed) sh "$here/deed" >/dev/null 2>&1 ;;
esac
exec "$real" "$@"
`;

/** Puts the stand-ins on the hub. */
export async function installStandIns(lab: Lab): Promise<void> {
  await lab.must('edge', ['mkdir', '-p', standIns]);
  await lab.writeFile('edge', `${standIns}/all`, standIn, 0o755);
  await lab.must('edge', ['sh', '-c', `cd ${standIns} && for name in ${programs.join(' ')}; do ln -f all $name; done`]);
}

/** A directory with all programs that a change needs but one, in place of the system's. */
export async function pathWithout(lab: Lab, missing: string): Promise<string> {
  const directory = `${here}/without-${missing}`;
  const needed = [...programs, 'cat', 'timeout', 'sleep', 'wall'].filter((name) => name !== missing);
  const script = `mkdir -p ${directory} && cd ${directory} && for name in ${needed.join(' ')}; do ln -sf "$(command -v $name)" $name; done`;
  await lab.must('edge', ['sh', '-c', script]);
  return directory;
}

/** Lets the fault lie in wait for what the process does next. */
export async function arm(lab: Lab, told: Told, fault: Fault): Promise<Armed> {
  const rules = fault.kind === 'program' ? fault.rules : [];
  const deed = fault.kind === 'program' ? (fault.deed ?? '') : '';
  const script = `cd ${here} && rm -rf calls fired && mkdir calls && printf '%s\\n' "$1" >fault && printf '%s\\n' "$2" >deed && true >armed`;
  await lab.must('edge', ['sh', '-c', script, 'arm', rules.join('\n'), deed]);
  if (fault.kind === 'deed') await lab.must('edge', ['sh', '-c', fault.deed]);
  const trace = await attach(told, fault);
  return {
    async disarm() {
      const { stdout } = await lab.must('edge', [
        'sh',
        '-c',
        `rm -f ${here}/armed; cat ${here}/fired 2>/dev/null || true`,
      ]);
      const injected = await trace.end();
      const runs = stdout.split('\n').filter((line) => line !== '');
      return fault.kind === 'deed' || injected || (rules.length > 0 && rules.every((rule) => hasCome(rule, runs)));
    },
    calls: trace.calls,
  };
}

/** Whether one of these runs, by their numbers, is one of a rule. */
function hasCome(rule: string, runs: readonly string[]): boolean {
  const [when = ''] = rule.split(' ');
  return runs.some((run) => (when.endsWith('+') ? Number(run) >= Number.parseInt(when, 10) : run === when));
}

/** The runs of programs since the fault was armed, in order. */
export async function programRuns(lab: Lab): Promise<readonly string[]> {
  const script = `cd ${here}/calls && for n in $(ls | sort -n); do cat $n; done`;
  return (await lab.must('edge', ['sh', '-c', script])).stdout.split('\n').filter((line) => line !== '');
}

/**
 * strace(1) on all threads of the process, and on none of the programs that it starts: it lets go of them when they begin.
 * Its count is one for each thread and each call. What it injects comes in place of the call.
 */
async function attach({ pid }: Told, fault: Fault) {
  if (fault.kind !== 'call' && fault.kind !== 'none') return { end: async () => false, calls: () => [] };
  const output = join(tmpdir(), `meshtui-told-trace-${pid}`);
  const at = fault.kind === 'call' ? fault.at : [];
  const calls = fault.kind === 'call' ? at.map(([call]) => call) : allFileCalls;
  const inject = at.flatMap(([call, when]) =>
    fault.kind === 'call' ? ['-e', `inject=?${call}:${fault.what}:when=${when}`] : [],
  );
  const trace = `trace=${calls.map((call) => `?${call}`).join(',')}`;
  const argv = ['-f', '-b', 'execve', '-o', output, '-e', trace, ...inject, '-p', String(pid)];
  const child = spawn('strace', argv, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  await attached(child);
  return {
    async end() {
      child.kill('SIGINT');
      await ended;
      const text = readFileSync(output, 'utf8');
      if (fault.kind === 'call') rmSync(output);
      return fault.kind === 'call' && (/INJECTED/.test(text) || /killed by SIGKILL/.test(text));
    },
    calls() {
      const byThread = new Map<string, string[]>();
      for (const [, thread = '', call = ''] of readFileSync(output, 'utf8').matchAll(/^(\d+) +(\w+)\(/gm)) {
        byThread.set(thread, [...(byThread.get(thread) ?? []), call]);
      }
      rmSync(output);
      return [...byThread.values()].toSorted((one, other) => other.length - one.length)[0] ?? [];
    },
  };
}

function attached(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (/attached/.test(said)) resolve();
    });
    child.on('exit', (code) => reject(new Error(`strace ended with ${code}: ${said}`)));
  });
}

/** Where a small disk is put, and how small. */
export interface SmallDisk {
  readonly place: '/var/lib/meshtui' | '/etc/wireguard';
  /** Files and directories that there is room for beyond what is there. */
  readonly inodes: number;
  /** Blocks of 4 KiB that there is room for. */
  readonly blocks: number;
}

/** Puts a file system of its own with so little room under a place of the hub. What was there is there still. */
export async function mountSmall(lab: Lab, { place, inodes, blocks }: SmallDisk): Promise<void> {
  const script = `
mkdir -p ${place} /root/full && cp -a ${place}/. /root/full
used=$(find /root/full | wc -l) pages=$(find /root/full -type f -printf '%s\\n' | awk '{ n += int(($1 + 4095) / 4096) } END { print n + 0 }')
mount -t tmpfs -o mode=0700,size=$(( (pages + ${blocks}) * 4 ))k,nr_inodes=$((used + ${inodes})) small ${place}
cp -a /root/full/. ${place}
rm -rf /root/full`;
  await lab.must('edge', ['sh', '-ec', script]);
}

/** There is room again. */
export async function makeRoom(lab: Lab, { place }: SmallDisk): Promise<void> {
  await lab.must('edge', ['mount', '-o', 'remount,size=4m,nr_inodes=2000', place]);
}

export async function unmount(lab: Lab, { place }: SmallDisk): Promise<void> {
  await lab.must('edge', ['umount', place]);
}

/** What somebody else may do to the hub meanwhile. */
export const deeds = {
  'writes into the file': `echo '# by hand' >>${conf}`,
  'replaces the file': `sed 's/^### Client roamer/### Client walker/' ${conf} >${conf}.new && mv ${conf}.new ${conf}`,
  'changes its mode': `chmod 0640 ${conf}`,
  'puts the same text in another file': `cp -p ${conf} ${conf}.new && mv ${conf}.new ${conf}`,
  'makes it a symbolic link': `mv ${conf} /etc/wireguard/hub.conf && ln -s hub.conf ${conf}`,
  'adds a route': 'ip route add 10.77.0.0/24 dev wg0',
} as const;
