import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What fake-wg.c does, for a machine without a C compiler. */
const script = `#!/bin/sh
if [ "$*" != "show all dump" ]; then echo "the bench's wg knows only: show all dump" >&2; exit 1; fi
turn=0
[ ! -e "$BENCH_HUB/turn" ] || read -r turn < "$BENCH_HUB/turn"
turn=$((turn + 1))
printf %s "$turn" > "$BENCH_HUB/turn"
exec awk -F'|' -v turn="$turn" -v now="$(date +%s)" '
  NF == 1 { print; next }
  {
    wobble = (turn * 7919 + (NR - 1) * 104729) % 1024
    handshake = $4 == 0 ? $7 : now - (now + $8) % 120
    rx = $3 + $4 * turn + int($4 * wobble / 2048)
    tx = $5 + $6 * turn + int($6 * wobble / 2048)
    printf "%s\\t%.0f\\t%.0f\\t%.0f\\t%s\\n", $1, handshake, rx, tx, $2
  }' "$BENCH_HUB/hub"
`;

/** A directory with a `wg` that plays a pretend hub, and what that program is, for the report. */
export interface FakeWg {
  readonly directory: string;
  readonly made: 'compiled C' | 'shell and awk';
}

/** Makes the program under `directory`. */
export function makeFakeWg(directory: string): FakeWg {
  const bin = join(directory, 'bin');
  const target = join(bin, 'wg');
  mkdirSync(bin);
  const source = join(import.meta.dirname, 'fake-wg.c');
  const compiled = spawnSync('cc', ['-O2', '-static', '-o', target, source], { encoding: 'utf8' });
  if (compiled.error === undefined && compiled.status === 0) return { directory: bin, made: 'compiled C' };
  writeFileSync(target, script, { mode: 0o755 });
  return { directory: bin, made: 'shell and awk' };
}
