import { known, type Printable } from '../host/printable.ts';
import { type AddressBits, type Family, formatAddress } from './address.ts';
import type { AddressPool, Exhaustion } from './pool.ts';
import { type Block, blocksOf, type Holder } from './pool-blocks.ts';
import { addressAfter, compareAddresses, outermost, rangeOf, sizeOf } from './pool-range.ts';
import { contains, type ParsedPrefix } from './prefix.ts';

/** More names than this say nothing new. */
const mostNamed = 20;

type Share = keyof Exhaustion['held'] | 'ends';

/** Who has all the addresses of a family, and what could be freed. */
export function exhaustionOf(pool: AddressPool, family: Family, now: number): Exhaustion {
  const prefixes = outermost(pool.prefixes.filter((prefix) => prefix.family === family));
  const blocks = blocksOf(pool, now).filter(({ first }) => first.family === family);
  const counts: Record<Share, number> = { hub: 0, peers: 0, disabled: 0, lans: 0, reserved: 0, released: 0, ends: 0 };
  for (const prefix of prefixes) countShares(prefix, blocks, counts);
  const { ends, ...held } = counts;
  const size = prefixes.reduce((total, prefix) => total + sizeOf(rangeOf(prefix)), 0);
  const inPool = blocks.filter(({ first }) => prefixes.some((prefix) => contains(prefix, first)));
  return {
    outcome: 'exhausted',
    family,
    prefixes: prefixes.map((prefix) => prefix.text),
    usable: size - ends,
    held,
    disabled: [...new Set(inPool.flatMap(({ by }) => (by.kind === 'peer' && by.isDisabled ? by.label : [])))].slice(
      0,
      mostNamed,
    ),
    nextReleased: nextReleased(inPool),
  };
}

/** What is left for a client, in a few sentences. */
export function exhaustionSentence({ prefixes, usable, held, disabled, nextReleased }: Exhaustion): Printable {
  const shares = [
    counted(held.hub, "is the hub's", "are the hub's"),
    counted(held.peers, 'belongs to a peer', 'belong to peers'),
    counted(held.disabled, 'belongs to a disabled peer', 'belong to disabled peers'),
    counted(held.lans, 'lies in a network behind a peer', 'lie in networks behind peers'),
    counted(held.reserved, 'is reserved', 'are reserved'),
    counted(held.released, 'was released lately', 'were released lately'),
  ].filter((share) => share !== undefined);
  const advice = [
    ...(nextReleased === undefined
      ? []
      : [`${nextReleased.text} can be given out again on ${dayOf(nextReleased.freeAtMs)}.`]),
    ...(disabled.length === 0 ? [] : [`Removing a disabled peer frees its address (${listed(disabled)}).`]),
  ];
  const all = `Of ${usable} ${usable === 1 ? 'address' : 'addresses'}, ${shares.join(', ')}.`;
  return known([`No address is free in ${prefixes.join(', ')}.`, all, ...advice].join(' '));
}

/** The day in UTC, such as 2026-12-23. */
export function dayOf(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? 'an unknown day' : date.toISOString().slice(0, 10);
}

function counted(count: number, one: string, many: string): string | undefined {
  return count === 0 ? undefined : `${count} ${count === 1 ? one : many}`;
}

function listed(names: readonly Printable[]): string {
  const [first, second, third, ...others] = names;
  const shown = [first, second, third].filter((name) => name !== undefined).join(', ');
  return others.length === 0 ? shown : `${shown} and ${others.length} more`;
}

/** Adds how many addresses of the prefix each has; of blocks that overlap the one that begins first counts. */
function countShares(prefix: ParsedPrefix, blocks: readonly Block[], counts: Record<Share, number>): void {
  const { first, last } = rangeOf(prefix);
  let next: AddressBits | undefined = first;
  for (const block of blocks.toSorted((one, other) => compareAddresses(one.first, other.first))) {
    if (next === undefined || compareAddresses(block.first, last) > 0) return;
    const from: AddressBits = compareAddresses(block.first, next) > 0 ? block.first : next;
    const to: AddressBits = compareAddresses(block.last, last) < 0 ? block.last : last;
    if (compareAddresses(from, to) > 0) continue;
    counts[shareOf(block.by)] += sizeOf({ first: from, last: to });
    next = addressAfter(to);
  }
}

function shareOf(by: Holder): Share {
  switch (by.kind) {
    case 'network':
    case 'broadcast':
      return 'ends';
    case 'peer':
      return by.isDisabled ? 'disabled' : 'peers';
    case 'lan':
      return 'lans';
    default:
      return by.kind;
  }
}

function nextReleased(blocks: readonly Block[]): Exhaustion['nextReleased'] {
  let found: Exhaustion['nextReleased'];
  for (const { first, by } of blocks) {
    if (by.kind !== 'released' || (found !== undefined && found.freeAtMs <= by.freeAtMs)) continue;
    found = { text: known(formatAddress(first)), freeAtMs: by.freeAtMs };
  }
  return found;
}
