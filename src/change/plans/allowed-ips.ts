import { printable } from '../../host/printable.ts';
import { formatAddress } from '../../network/address.ts';
import {
  bitsOf,
  contains,
  containsPrefix,
  type ParsedPrefix,
  type Prefix,
  parsePrefix,
  prefixOf,
} from '../../network/prefix.ts';
import { sectionsOf } from '../../wg/conf/sections.ts';
import type { PublicKey } from '../../wg/key.ts';
import { listed } from '../words.ts';
import { nothingChanged, type PeerAtHand, type PlanContext, type Refusal, refused } from './context.ts';

/** What a peer may be given, or why not. */
type AllowedIpsCheck =
  | { readonly outcome: 'allowed'; readonly prefixes: readonly Prefix[]; readonly notes: readonly string[] }
  | Refusal;

/**
 * Whether a peer may be given these allowed IPs. Refused: what is no prefix, host bits (`10.9.0.6/24` takes the whole
 * subnet from others without a word), a prefix that another peer has, the hub's own address.
 */
export function checkAllowedIps(context: PlanContext, peer: PeerAtHand, texts: readonly string[]): AllowedIpsCheck {
  const found = new Map<Prefix, ParsedPrefix>();
  for (const text of texts.map((each) => each.trim())) {
    const reading = parsePrefix(text);
    if (reading === undefined) return refused(`"${printable(text)}" is no address or prefix.`, nothingChanged);
    const { address, prefix, hostBitsSet } = reading;
    if (hostBitsSet) {
      const one = `${formatAddress(address)}/${bitsOf(address.family)}`;
      return refused(
        `${printable(text)} has host bits: WireGuard would make it ${prefix.text}.`,
        nothingChanged,
        `Write ${one} for the one address, or ${prefix.text} for all of it.`,
      );
    }
    found.set(prefix.text, prefix);
  }
  const prefixes = [...found.values()];
  return (
    collision(context, peer, prefixes) ?? {
      outcome: 'allowed',
      prefixes: [...found.keys()],
      notes: notesOn(context, peer, prefixes),
    }
  );
}

/** Why a peer cannot have these prefixes: another has one of them, or the hub itself. */
export function collision(
  context: PlanContext,
  peer: PeerAtHand,
  prefixes: readonly ParsedPrefix[],
): Refusal | undefined {
  const owners = prefixesOfOthers(context, peer);
  const taken = prefixes.flatMap(({ text }) => {
    const owner = owners.get(text);
    return owner === undefined ? [] : [{ text, label: context.labelOf(owner) }];
  });
  if (taken.length > 0) {
    const whose = [...new Set(taken.map(({ text, label }) => `${text} belongs to ${label}`))];
    return refused(
      `${listed(whose)}: WireGuard gives a prefix to one peer only, and would take it away there.`,
      nothingChanged,
      `Take it from ${listed([...new Set(taken.map(({ label }) => label))])} first.`,
    );
  }
  const own = hubAddresses(context, peer);
  const hubs = prefixes.find(({ text }) => own.some((address) => address.text === text));
  if (hubs !== undefined) {
    return refused(`${hubs.text} is the hub's own address on ${context.hub.interfaceName}.`, nothingChanged);
  }
  return undefined;
}

/** Who else has which prefix: at run time, or as soon as the interface starts anew. */
function prefixesOfOthers({ hub }: PlanContext, { key, wanted }: PeerAtHand): Map<string, PublicKey> {
  const owners = new Map<string, PublicKey>();
  for (const { publicKey, allowedIps } of hub.running?.peers ?? []) {
    if (publicKey !== key) for (const prefix of allowedIps) owners.set(prefix, publicKey);
  }
  for (const [publicKey, { allowedIps }] of wanted.peers) {
    if (publicKey !== key) for (const prefix of allowedIps) owners.set(prefix, publicKey);
  }
  return owners;
}

/** Each as the prefix of that one address. */
function hubAddresses({ hub }: PlanContext, { wanted }: PeerAtHand): ParsedPrefix[] {
  const written = wanted.addresses.flatMap((text) => parsePrefix(text)?.address ?? []);
  return [...hub.addresses.map(({ address }) => address), ...written].map((address) =>
    prefixOf(address, bitsOf(address.family)),
  );
}

function notesOn(context: PlanContext, peer: PeerAtHand, prefixes: readonly ParsedPrefix[]): string[] {
  const { labelOf, hub } = context;
  const { label } = peer;
  const own = hubAddresses(context, peer);
  const others = [...prefixesOfOthers(context, peer)].flatMap(([text, key]) => {
    const prefix = parsePrefix(text)?.prefix;
    return prefix === undefined ? [] : [{ prefix, key }];
  });
  return prefixes.flatMap((prefix) => {
    const { text, length } = prefix;
    const notes: string[] = [];
    if (length === 0) notes.push(`${text} on a hub: whatever no other peer has goes to ${label}.`);
    else if (own.some((address) => contains(prefix, address))) {
      notes.push(`The hub's own address on ${hub.interfaceName} lies in ${text}; it stays the hub's.`);
    }
    const wider = others.filter((other) => other.prefix.length > 0 && containsPrefix(other.prefix, prefix));
    const narrower = others.filter((other) => containsPrefix(prefix, other.prefix));
    if (wider.length > 0) {
      const whose = wider.map((other) => `${other.prefix.text} of ${labelOf(other.key)}`);
      notes.push(`${text} lies in ${listed(whose)}: the narrower one wins, and goes to ${label}.`);
    }
    if (narrower.length > 0 && length > 0) {
      const whose = narrower.map((other) => `${other.prefix.text} (${labelOf(other.key)})`);
      notes.push(`${listed(whose)} in ${text} ${narrower.length === 1 ? 'stays' : 'stay'} with who has it.`);
    }
    const waiting = sleepers(peer, text).map(labelOf);
    if (waiting.length > 0) notes.push(`${listed(waiting)}, disabled now, could not be enabled with ${text}.`);
    return notes;
  });
}

/** Disabled peers that have the prefix. */
function sleepers({ conf, key }: PeerAtHand, prefix: Prefix): PublicKey[] {
  return sectionsOf(conf.file).flatMap(({ disabled, publicKey, settings }) => {
    if (disabled === undefined || publicKey === undefined || publicKey === key) return [];
    return settings.some((setting) => setting.key === 'allowedips' && itemsOf(setting.value).includes(prefix))
      ? [publicKey]
      : [];
  });
}

/** The prefixes that a setting of allowed IPs names, as WireGuard takes them. */
export function itemsOf(value: unknown): Prefix[] {
  if (typeof value !== 'string') return [];
  return value.split(',').flatMap((item) => parsePrefix(item.replace(/\s/g, ''))?.prefix.text ?? []);
}
