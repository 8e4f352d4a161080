import type { Host } from '../host/host.ts';

/** Where the items are remembered that the operator does not want to see. */
export function ignoredDriftPath(host: Pick<Host, 'facts'>): string {
  return `${host.facts.stateDirectory}/ignored-drift.json`;
}

/** The ids in the text of that file; none where it is damaged, for then it is better to show too much. */
export function parseIgnoredDrift(text: string): ReadonlySet<string> {
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document !== 'object' || document === null || !('ignored' in document)) return new Set();
    const { ignored } = document;
    return new Set(Array.isArray(ignored) ? ignored.filter((id): id is string => typeof id === 'string') : []);
  } catch {
    return new Set();
  }
}

/** The file's text for these ids. */
export function printIgnoredDrift(ids: Iterable<string>): string {
  return `${JSON.stringify({ ignored: [...ids].sort() }, null, 2)}\n`;
}
