import type { Printable } from '../host/printable.ts';
import type { RoutingFacts } from '../wg/routing-facts.ts';

/** The facts of routing as they were read at one time. A part that could not be read is empty and has a problem. */
export interface NetworkFacts extends RoutingFacts {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** One sentence for each thing that could not be read. */
  readonly problems: readonly Printable[];
}
