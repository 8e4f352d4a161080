import { readChanges } from '../change/journal.ts';
import { type ChangeNotice, reviewChanges } from '../change/recover.ts';
import type { ChangeRecord } from '../change/results.ts';
import type { Host } from '../host/host.ts';
import { changeWords, stateWords } from '../screens/changes/changes-lines.ts';
import { formatTime } from '../ui/format.ts';
import { sayCandidates } from './change-peer.ts';
import { changesDocument } from './changes-json.ts';
import { findChange } from './find-change.ts';
import { waysOf } from './notices.ts';
import { textTable } from './table.ts';
import type { Talk } from './talk.ts';

/** Prints what was changed, newest first, or one change with its steps. It tells, and acknowledges nothing. Gives the exit code. */
export async function printChanges(
  host: Host,
  { output, look, width }: Talk,
  { json }: { readonly json?: boolean },
  word: string | undefined,
): Promise<number> {
  const [all, notices] = [await readChanges(host), await reviewChanges(host)];
  const finding = word === undefined ? undefined : findChange(all, word);
  if (finding?.outcome === 'none') {
    sayCandidates(output, finding.reason, finding.candidates);
    return 2;
  }
  const shown = finding === undefined ? all : [finding.change];
  if (json === true) {
    output.print(JSON.stringify(changesDocument(host, shown, notices), null, 2));
  } else if (finding === undefined) {
    output.print(changesText(shown, notices, host.now()));
  } else {
    const { change } = finding;
    const lines = changeWords(change, notices, host.now(), width, look).map((line) => line.slice(1).trimEnd());
    const ways = notices.filter((notice) => notice.change.id === change.id).map((notice) => waysOf(notice).trim());
    output.print([...lines, ...ways].join('\n').trimEnd());
  }
  return 0;
}

/** What is to be said first, then a table. */
function changesText(changes: readonly ChangeRecord[], notices: readonly ChangeNotice[], now: number): string {
  const first = notices.map((notice) => `${notice.sentence}${waysOf(notice)}`);
  if (changes.length === 0) return 'Nothing was changed by meshtui here yet.';
  const rows = changes.map(({ at, title, state, by, id }) => [
    formatTime(at, now),
    title,
    stateWords(state, now),
    by.user,
    by.from,
    id,
  ]);
  const table = textTable(['WHEN', 'WHAT', 'STATE', 'WHO', 'FROM', 'ID'], rows);
  return [...first, ...(first.length === 0 ? [] : ['']), table].join('\n');
}
