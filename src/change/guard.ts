/** The guard of a change: a detached sh that outlives us and reverts when we are gone in the middle. */
import type { HostFacts } from '../host/host.ts';
import { lockPath, placesOf } from './places.ts';
import { quote } from './script.ts';

/** What a guard waits for beyond the end of whoever applies the change. */
export interface Watch {
  /** When an unconfirmed change is reverted, milliseconds since boot; undefined: the change needs no confirmation. */
  readonly deadlineMs: number | undefined;
  /** Whether the guard waits for the deadline itself. False where a timer of systemd does. */
  readonly waits: boolean;
}

/** Why a change is reverted by a script, in words that follow "was reverted:". */
export const reasons = {
  killed: 'the program that made the change ended in the middle of it',
  unbegun: 'the program that made the change ended before anything was changed',
  unconfirmed: 'nobody confirmed it in time',
} as const;

/**
 * The script. It gets the lock when whoever applies the change lets go of it or is dead; what it finds then says which.
 * A deadline does not wait for a lock that somebody holds and is stuck with. The clock is that of the boot
 * (/proc/uptime), which stands still for nobody and which no daemon sets.
 */
export function guardScript(facts: Pick<HostFacts, 'stateDirectory'>, id: string, watch: Watch): string {
  const deadline = watch.waits && watch.deadlineMs !== undefined ? `${Math.floor(watch.deadlineMs / 10)}` : '';
  return String.raw`#!/bin/sh
# meshtui started this beside a change. It brings everything back where meshtui is gone in the middle of it.
dir=${quote(placesOf(facts, id).directory)}
lock=${quote(lockPath(facts))}
deadline=${deadline}
killed=${quote(reasons.killed)}
unbegun=${quote(reasons.unbegun)}
unconfirmed=${quote(reasons.unconfirmed)}

finished() { [ -e "$dir/done" ] || [ -e "$dir/reverted" ]; }

# Hundredths of a second until the deadline.
left() {
  read -r up rest </proc/uptime
  seconds=${'$'}{up%.*} hundredths=${'$'}{up#*.}
  echo $((deadline - seconds * 100 - ${'$'}{hundredths#0}))
}

revert() { exec sh "$dir/revert.sh" --unless-done "$@"; }

exec 9>>"$lock"
: >"$dir/guarding"
if [ -z "$deadline" ]; then
  flock 9
else
  until flock -w 1 9; do
    if finished; then exit 0; fi
    if [ "$(left)" -le 0 ]; then revert --locked "$unconfirmed"; fi
  done
fi
if finished; then exit 0; fi
if [ -e "$dir/revert-failed" ]; then
  # What failed may not fail any more when the deadline comes.
  if [ -z "$deadline" ]; then exit 0; fi
elif [ ! -e "$dir/pending" ]; then
  if [ ! -e "$dir/begun" ]; then
    printf '%s\n%s\n' "$unbegun" "$(date +%s)" >"$dir/reverted"
    exit 0
  fi
  # What it had started may need a moment to end.
  sleep 1
  revert --locked "$killed"
fi
exec 9>&-
if [ -z "$deadline" ]; then exit 0; fi
while [ "$(left)" -gt 0 ]; do
  if finished; then exit 0; fi
  if [ "$(left)" -gt 150 ]; then sleep 1; else sleep 0.1 || sleep 1; fi
done
revert "$unconfirmed"
`;
}
