import { type Printable, printable } from '../../host/printable.ts';
import type { AddField } from './request.ts';

/** Problems and hints while they are gathered. */
export class Notes {
  readonly problems: Partial<Record<AddField, string>> = {};
  readonly hints: Partial<Record<AddField, Printable[]>> = {};

  /** The first problem of a field stays: what follows may follow from it. */
  problem(field: AddField, reason: string): undefined {
    this.problems[field] ??= printable(reason);
    return undefined;
  }

  hint(field: AddField, ...sentences: readonly (Printable | undefined)[]): void {
    const own = sentences.filter((sentence) => sentence !== undefined);
    if (own.length > 0) this.hints[field] = [...(this.hints[field] ?? []), ...own];
  }
}
