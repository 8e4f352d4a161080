import { contains, containsPrefix, type ParsedPrefix, parsePrefix } from '../../network/prefix.ts';
import type { FlowsStep, PeerStep } from '../plan.ts';
import { listed } from '../words.ts';
import type { PlanContext } from './context.ts';

/**
 * Ends the tracked connections of the prefixes that a peer loses, which a firewall would otherwise let go on. Not those of
 * a prefix in which others are too, or the hub itself: theirs would end with them.
 */
export function endableFlows(
  { hub }: PlanContext,
  { publicKey, label, before, after }: PeerStep,
): { readonly steps: readonly FlowsStep[]; readonly notes: readonly string[] } {
  const kept = parsed(after?.allowedIps ?? []);
  const lost = parsed(before?.allowedIps ?? []).filter((prefix) => !kept.some((wide) => containsPrefix(wide, prefix)));
  if (lost.length === 0) return { steps: [], notes: [] };
  const others = (hub.running?.peers ?? []).flatMap((peer) => (peer.publicKey === publicKey ? [] : peer.allowedIps));
  const inUse = [...parsed(others), ...kept];
  const isShared = (prefix: ParsedPrefix) =>
    prefix.length === 0 ||
    hub.addresses.some(({ address }) => contains(prefix, address)) ||
    inUse.some((other) => containsPrefix(prefix, other));
  const ended = lost.filter((prefix) => !isShared(prefix)).map(({ text }) => text);
  const left = lost.filter(isShared).map(({ text }) => text);
  const note = `Established connections of ${label} in ${listed(left)} are not ended, for what is still in use lies in there.`;
  return {
    steps: ended.length === 0 ? [] : [{ kind: 'flows', prefixes: ended }],
    notes: left.length === 0 ? [] : [note],
  };
}

function parsed(texts: readonly string[]): ParsedPrefix[] {
  return texts.flatMap((text) => parsePrefix(text)?.prefix ?? []);
}
