import { type ConfFile, printConf } from '../../wg/conf/conf-file.ts';
import type { EditResult } from '../../wg/conf/edit.ts';
import type { HubConf } from '../../wg/hub.ts';
import type { FileStep } from '../plan.ts';
import { nothingChanged, type Refusal, refused } from './context.ts';

/** The file after all edits, one on what came of the other; or why one of them cannot be made. */
export function afterEdits(before: ConfFile, edits: readonly ((file: ConfFile) => EditResult)[]): ConfFile | Refusal {
  let file = before;
  for (const edit of edits) {
    const result = edit(file);
    if (result.outcome === 'refused') return refused(result.reason, nothingChanged);
    if (result.outcome === 'edited') file = result.file;
  }
  return file;
}

/** The step that writes the edited file, as many as there are: none where it says what it said before. */
export function fileSteps({ path, mode, file }: HubConf, edited: ConfFile): readonly FileStep[] {
  const [before, after] = [printConf(file), printConf(edited)];
  if (before.equals(after)) return [];
  return [{ kind: 'file', path, before: { text: before, mode }, after: { text: after, mode } }];
}
