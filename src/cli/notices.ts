import { acknowledge, type ChangeNotice, reviewChanges } from '../change/recover.ts';
import type { Host } from '../host/host.ts';
import type { Talk } from './talk.ts';

/**
 * Says first what became of earlier changes while nobody looked, and what waits. What is over is said once to a person; a
 * program may be told it again and again, for nobody may read that.
 */
export async function tellNotices(host: Host, { output, person }: Pick<Talk, 'output' | 'person'>): Promise<void> {
  for (const notice of await reviewChanges(host)) {
    output.error(`meshtui: ${notice.sentence}${waysOf(notice)}`);
    if (person !== undefined && notice.change.state.kind === 'reverted') await acknowledge(host, notice.change.id);
  }
}

/** What may be done about it, as commands. */
export function waysOf({ change: { id }, choices }: ChangeNotice): string {
  const ways: Readonly<Record<ChangeNotice['choices'][number], string>> = {
    confirm: `meshtui confirm ${id} keeps it`,
    finish: `meshtui confirm ${id} --finish keeps it`,
    undo: `meshtui undo ${id} takes it back`,
    leave: `meshtui undo ${id} --leave lets everything be as it is`,
  };
  return choices.length === 0 ? '' : ` ${choices.map((choice) => ways[choice]).join('; ')}.`;
}
