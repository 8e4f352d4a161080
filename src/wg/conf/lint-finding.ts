import type { Printable } from '../../host/printable.ts';
import type { PublicKey } from '../key.ts';
import type { Flavour } from './wanted.ts';

/** What a finding can be about, each said in docs/lint.md. */
export const lintRules = [
  'unknown-key',
  'wrong-section',
  'unknown-section',
  'no-section',
  'semicolon',
  'byte-order-mark',
  'blanks',
  'stray-comma',
  'missing-public-key',
  'refused',
  'control-character',
  'two-public-keys',
  'duplicate-peer',
  'own-key',
  'mixed-up-key',
  'zero-key',
  'shared-preshared-key',
  'duplicate-prefix',
  'nested-prefix',
  'host-bits',
  'own-address',
  'own-network',
  'default-route',
  'no-allowed-ips',
  'host-name',
  'static-endpoint',
  'odd-port',
  'short-keepalive',
  'missing-private-key',
  'no-listen-port',
  'save-config',
  'bad-address',
  'bad-mtu',
  'bad-table',
  'hook-comment',
  'repeated-setting',
  'readable-by-others',
] as const;

export type LintRule = (typeof lintRules)[number];

/** `error`: refused, or it does what nobody wants; `warn`: a trap; `info`: good to know. */
export type LintSeverity = 'error' | 'warn' | 'info';

/** Something in a file that is wrong or may surprise. There is no secret in it. */
export interface LintFinding {
  readonly rule: LintRule;
  readonly severity: LintSeverity;
  /** 1-based. */
  readonly line: number;
  /** What is so and what comes of it. */
  readonly message: Printable;
  /** What to do. */
  readonly fix: Printable;
}

/** What is known beside the text. */
export interface LintContext {
  readonly flavour?: Flavour;
  /** Permission bits of the file, those of its directory taken into account. */
  readonly mode?: number;
  /** Default: a file whose only peer has an Endpoint is a client's, any other a hub's. */
  readonly role?: 'hub' | 'client';
  /** Where running peers are now, as wg(8) prints it. */
  readonly endpoints?: ReadonlyMap<PublicKey, string>;
}
