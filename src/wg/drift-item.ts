import type { Printable } from '../host/printable.ts';
import type { ParsedPrefix } from '../network/prefix.ts';
import { type InterfaceName, type PublicKey, shortKey } from './key.ts';
import type { Secret } from './secret.ts';

/** In what file, running interface and kernel can differ. */
export const driftKinds = [
  'no-file',
  'private-key',
  'listen-port',
  'fwmark',
  'mtu',
  'interface-down',
  'address-missing',
  'address-extra',
  'peer-only-in-file',
  'peer-only-running',
  'allowed-ips',
  'keepalive',
  'preshared-key',
  'endpoint',
  'route-missing',
  'route-elsewhere',
  'route-extra',
] as const;

export type DriftKind = (typeof driftKinds)[number];

/** `bad`: something that is written does not work now. `info`: it is so in the normal course of things. */
export type DriftSeverity = 'bad' | 'warn' | 'info';

/** What an item is about. */
export type DriftSubject =
  | { readonly kind: 'interface' }
  | { readonly kind: 'peer'; readonly publicKey: PublicKey; readonly label: Printable }
  /** With its length, as the kernel has it. */
  | { readonly kind: 'address'; readonly address: string }
  | {
      readonly kind: 'route';
      readonly prefix: ParsedPrefix;
      /** A number or a name of rt_tables. */
      readonly table: string;
      readonly metric: number | undefined;
    };

/** One difference between what is written, what runs, and what the kernel routes. There is no secret in it. */
export interface DriftItem {
  /** The same as long as the difference is: `INTERFACE/KIND` or `INTERFACE/KIND/SUBJECT`. */
  readonly id: string;
  readonly interfaceName: InterfaceName;
  readonly kind: DriftKind;
  readonly severity: DriftSeverity;
  readonly subject: DriftSubject;
  /** A sentence. */
  readonly what: Printable;
  /** What is written; undefined: nothing. */
  readonly file: Printable | undefined;
  /** What runs; undefined: nothing. */
  readonly running: Printable | undefined;
  /** The running interface can be made as the file is. */
  readonly canPush: boolean;
  /** The file can be made as the interface is. */
  readonly canAdopt: boolean;
}

/** Makes items of one interface. */
export type ItemOf = (
  kind: DriftKind,
  severity: DriftSeverity,
  subject: DriftSubject,
  words: Pick<DriftItem, 'what'> & Partial<Pick<DriftItem, 'file' | 'running' | 'canPush' | 'canAdopt'>>,
) => DriftItem;

/** Makes items with an id, which can be pushed and adopted unless it is said otherwise. */
export function itemsOf(interfaceName: InterfaceName): ItemOf {
  return (kind, severity, subject, words) => ({
    id: [interfaceName, kind, ...subjectWords(subject)].join('/'),
    interfaceName,
    kind,
    severity,
    subject,
    file: undefined,
    running: undefined,
    canPush: true,
    canAdopt: true,
    ...words,
  });
}

function subjectWords(subject: DriftSubject): string[] {
  switch (subject.kind) {
    case 'interface':
      return [];
    case 'peer':
      return [shortKey(subject.publicKey)];
    case 'address':
      return [subject.address];
    case 'route':
      return [
        subject.prefix.text,
        ...(subject.table === 'main' ? [] : [subject.table]),
        ...(subject.metric === undefined ? [] : [`metric-${subject.metric}`]),
      ];
  }
}

/** Whether both are not there, or the same. */
export function isSameSecret(one: Secret | undefined, other: Secret | undefined): boolean {
  return one === undefined || other === undefined ? one === other : one.equals(other);
}
