import { type Printable, printable } from '../host/printable.ts';
import type { Family } from './address.ts';
import { type Fields, type Parsed, parseIpJson } from './ip-json.ts';
import { type ParsedPrefix, parsePrefix } from './prefix.ts';
import { type RoutingTable, routingTable, type TableNumbers, wellKnownTables } from './tables.ts';

/** What a rule does with a packet that it is for (ip-rule(8)). */
export type RuleAction =
  | {
      readonly kind: 'lookup';
      readonly table: RoutingTable;
      /** Routes with a prefix of this length or shorter are passed over; wg-quick has 0: no default route. */
      readonly suppressPrefixLength: number | undefined;
    }
  | { readonly kind: 'blackhole' | 'unreachable' | 'prohibit' }
  | { readonly kind: 'goto'; readonly priority: number }
  | { readonly kind: 'nop' };

/** One rule as `ip -j rule` prints it. What is undefined is not asked of a packet. */
export interface Rule {
  readonly priority: number;
  readonly family: Family;
  /** The rule is for every packet but those that the rest describes. */
  readonly not: boolean;
  readonly from: ParsedPrefix | undefined;
  readonly to: ParsedPrefix | undefined;
  /** The device that a packet came in by; `lo` for what the host itself sends. */
  readonly iif: Printable | undefined;
  readonly oif: Printable | undefined;
  readonly fwmark: { readonly value: number; readonly mask: number } | undefined;
  /** What else it asks or does that is not judged here: `ipproto`, `dport`, `uidrange`, `tos`, `l3mdev`, … */
  readonly unjudged: readonly Printable[];
  readonly action: RuleAction;
}

/** Parses `ip -j rule` (with `-4` or `-6`, of which it prints one family alone). Never throws. */
export function parseRules(text: string, family: Family, tables: TableNumbers = wellKnownTables): Parsed<Rule> {
  return parseIpJson(text, 'rule', (fields) => {
    const rule = readRule(fields, family, tables);
    return typeof rule === 'string' ? rule : [rule];
  });
}

/** The rules that the kernel begins with (fib_rules.c, fib6_rules.c): for where the real ones could not be read. */
export function defaultRules(family: Family): readonly Rule[] {
  const names = family === 'v4' ? (['local', 'main', 'default'] as const) : (['local', 'main'] as const);
  const priorities = { local: 0, main: 32_766, default: 32_767 } as const;
  return names.map((name) => ({
    priority: priorities[name],
    family,
    not: false,
    from: undefined,
    to: undefined,
    iif: undefined,
    oif: undefined,
    fwmark: undefined,
    unjudged: [],
    action: { kind: 'lookup', table: routingTable(name), suppressPrefixLength: undefined },
  }));
}

/** Keys that are judged, or that ask nothing of a packet. Any other, known or not, is a condition that is not judged. */
const judged = new Set([
  'priority',
  'not',
  'src',
  'srclen',
  'dst',
  'dstlen',
  'iif',
  'iif_detached',
  'oif',
  'oif_detached',
  'fwmark',
  'fwmask',
  'table',
  'suppress_prefixlen',
  'suppress_prefixlength',
  'goto',
  'unresolved',
  'nop',
  'action',
  'protocol',
  'flow_from',
  'flow_to',
  'flow',
]);

function readRule(fields: Fields, family: Family, tables: TableNumbers): Rule | string {
  const priority = fields.count('priority');
  if (priority === undefined) return 'it has no priority';
  const from = readSelector(fields, 'src', family);
  const to = readSelector(fields, 'dst', family);
  if (from === 'wrong' || to === 'wrong') return `"${from === 'wrong' ? 'src' : 'dst'}" is no prefix`;
  const action = readAction(fields, tables);
  if (typeof action === 'string') return action;
  const fwmark = fields.count('fwmark');
  return {
    priority,
    family,
    not: fields.has('not'),
    from,
    to,
    iif: fields.text('iif'),
    oif: fields.text('oif'),
    fwmark: fwmark === undefined ? undefined : { value: fwmark, mask: fields.count('fwmask') ?? 0xffff_ffff },
    unjudged: [...new Set(fields.keys.filter((key) => !judged.has(key)).map(conditionName))],
    action,
  };
}

/** `ip` prints address and length apart, `all` for none, and `0` for an address of zeros that has a length. */
function readSelector(fields: Fields, key: 'src' | 'dst', family: Family): ParsedPrefix | undefined | 'wrong' {
  const text = fields.text(key);
  if (text === undefined || text === 'all' || text === 'any') return undefined;
  const address = text === '0' ? (family === 'v4' ? '0.0.0.0' : '::') : text;
  const length = fields.count(`${key}len`);
  const prefix = parsePrefix(length === undefined || text.includes('/') ? address : `${address}/${length}`)?.prefix;
  return prefix?.family === family ? prefix : 'wrong';
}

function readAction(fields: Fields, tables: TableNumbers): RuleAction | string {
  const target = fields.count('goto');
  if (target !== undefined) return { kind: 'goto', priority: target };
  if (fields.has('nop')) return { kind: 'nop' };
  const table = fields.text('table');
  // A rule for VRF devices takes the table of the device.
  if (table !== undefined || fields.has('l3mdev')) {
    const suppressPrefixLength = fields.count('suppress_prefixlen') ?? fields.count('suppress_prefixlength');
    return { kind: 'lookup', table: routingTable(table, tables), suppressPrefixLength };
  }
  const action: string | undefined = fields.text('action');
  if (action === 'blackhole' || action === 'unreachable' || action === 'prohibit') return { kind: action };
  return action === undefined ? 'it has no action' : `the action is not known: ${action.slice(0, 60)}`;
}

function conditionName(key: string): Printable {
  if (key.startsWith('uid_')) return printable('uidrange');
  return printable(/^([sd]port)_(start|end|mask)$/.exec(key)?.[1] ?? key);
}
