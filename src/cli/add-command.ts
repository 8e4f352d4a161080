/** What the parts of one `meshtui add` share. */
import type { PreparedClient } from '../flows/add/prepare.ts';
import type { Proof } from '../flows/add/proof.ts';
import type { AddRequest } from '../flows/add/request.ts';
import type { Host } from '../host/host.ts';
import { type Printable, printable } from '../host/printable.ts';
import type { ProfileFormat } from '../wg/profile/formats.ts';
import type { DeliveryWish } from './add-deliver.ts';
import { addDocument } from './add-json.ts';
import { type ChangeOptions, finish } from './change.ts';
import { type ChangeOutcome, exitCodeOf } from './change-json.ts';
import type { Output } from './output.ts';
import type { Talk } from './talk.ts';

/** What it was told beside the clients themselves. */
export interface AddOptions extends ChangeOptions {
  /** A directory, or `-` for standard output. */
  readonly out?: string;
  readonly qr?: boolean;
  /** Seconds to wait for the proof; 0: not at all; undefined: only where somebody sits at a terminal. */
  readonly proof?: number;
}

/** Clients to add, and how each is told from the others. */
export interface AddOrder {
  readonly requests: readonly AddRequest[];
  /** Before what is said about one of them, such as `list.csv line 3: `. */
  readonly where: (index: number) => string;
  readonly formatOf: (client: PreparedClient) => ProfileFormat;
}

/** Everything that the parts of one command need. */
export interface AddCommand {
  readonly host: Host;
  /** Its words go to standard error where the configuration goes to standard output. */
  readonly talk: Talk;
  /** The process's own streams, for the configuration and for JSON. */
  readonly output: Output;
  readonly options: AddOptions;
  readonly order: AddOrder;
  /** Undefined: there is no secret to deliver, or nothing is done. */
  readonly delivery: DeliveryWish | undefined;
}

/** What there is to say at the end of it. */
export interface AddReport extends ChangeOutcome {
  readonly clients?: readonly PreparedClient[];
  /** Files that were written. */
  readonly paths?: readonly Printable[];
  readonly proof?: Proof | undefined;
}

/** Says what came of it, as words or as the document. Gives the exit code. */
export function report({ talk, output, options }: AddCommand, what: AddReport): number {
  if (options.json !== true) return finish(talk, options, what);
  output.print(JSON.stringify(addDocument(what), null, 2));
  return exitCodeOf(what);
}

/** A refusal in one sentence, after which nothing was changed. */
export function refusal(reason: string): ChangeOutcome {
  return { outcome: 'refused', reason: printable(`${reason} Nothing was changed.`) };
}
