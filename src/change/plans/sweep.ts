import { known, type Printable, printable } from '../../host/printable.ts';
import { type ConfFile, printConf } from '../../wg/conf/conf-file.ts';
import type { InterfaceName, PublicKey } from '../../wg/key.ts';
import { type ConfPeer, readConfNames } from '../../wg/names/conf-names.ts';

/** A file in which peers may have an end. */
export interface SweptFile {
  readonly interfaceName: InterfaceName;
  readonly file: ConfFile;
}

/** What is due, or cannot be told. */
export type SweepDecision = {
  readonly interfaceName: InterfaceName;
  readonly publicKey: PublicKey;
  /** As the file has it: an ISO 8601 date or time. */
  readonly due: string;
} & (
  | { readonly kind: 'disable'; readonly reason: Printable }
  | { readonly kind: 'enable' }
  /** What is written is no time that there is. */
  | { readonly kind: 'unreadable' }
);

/**
 * The peers whose access has ended, and the disabled ones whose time has come, in the order of the files. One that has
 * expired stays disabled whatever its `until` says, so that it does not go on and off.
 *
 * @param now milliseconds since the epoch
 */
export function peersToSweep(files: readonly SweptFile[], now: number): SweepDecision[] {
  return files.flatMap(({ interfaceName, file }) =>
    readConfNames(printConf(file).reveal()).peers.flatMap((peer) => {
      const decision = decide(peer, now);
      return decision === undefined ? [] : [{ interfaceName, publicKey: peer.publicKey, ...decision }];
    }),
  );
}

type Decision = SweepDecision extends infer Each
  ? Each extends unknown
    ? Omit<Each, 'interfaceName' | 'publicKey'>
    : never
  : never;

function decide({ expires, disabled }: ConfPeer, now: number): Decision | undefined {
  const end = expires === undefined ? undefined : timeOf(expires);
  if (disabled === undefined) {
    if (expires === undefined) return undefined;
    if (end === undefined) return { kind: 'unreadable', due: expires };
    return end <= now ? { kind: 'disable', due: expires, reason: printable(`expired ${expires}`) } : undefined;
  }
  const { until } = disabled;
  if (until === undefined || (end !== undefined && end <= now)) return undefined;
  const due = timeOf(until);
  if (due === undefined) return { kind: 'unreadable', due: until };
  return due <= now ? { kind: 'enable', due: until } : undefined;
}

/**
 * Milliseconds since the epoch of an ISO 8601 date or time; without a zone it is this host's own. A date alone is the
 * beginning of that day. Undefined: there is no such day or time.
 */
export function timeOf(text: string): number | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](.+))?$/.exec(text.trim());
  if (match === null) return undefined;
  const [, year, month, day, time = '00:00'] = match;
  const lastDay = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > lastDay) return undefined;
  const at = Date.parse(`${year}-${month}-${day}T${time.replace(/([+-]\d{2})(\d{2})$/, '$1:$2')}`);
  return Number.isNaN(at) ? undefined : at;
}

/** When a peer is enabled again, or its access ends, in words. */
export function dueWords({ kind, due }: SweepDecision, label: Printable): Printable {
  switch (kind) {
    case 'disable':
      return known(`The access of ${label} ended at ${due}.`);
    case 'enable':
      return known(`${label} was disabled until ${due}.`);
    case 'unreadable':
      return known(`${label} has ${due}, which is no date that there is: nothing is done.`);
  }
}
