import { known } from '../../host/printable.ts';
import type { PrefixEntry } from '../../network/lookup.ts';
import { containsPrefix, type Prefix } from '../../network/prefix.ts';
import type { Finding } from '../finding.ts';
import { listed } from './lines.ts';
import type { HubPeer } from './rows.ts';
import type { Hub } from './survey.ts';
import { allowedEvidence } from './words.ts';

type Owned = PrefixEntry<HubPeer>;

/** For each prefix that holds narrower ones of other peers: who gets what. By the wider prefix. */
export function judgeNesting(hub: Hub): ReadonlyMap<Prefix, Finding> {
  const inside = new Map<Owned, Owned[]>();
  const around: Owned[] = [];
  // The wider come before what they hold, so that those around an entry are the end of what came before it.
  for (const entry of hub.carried) {
    while (around.length > 0 && !holds(around.at(-1), entry)) around.pop();
    const outer = around.at(-1);
    if (outer !== undefined && outer.value !== entry.value) {
      const list = inside.get(outer);
      if (list === undefined) inside.set(outer, [entry]);
      else list.push(entry);
    }
    around.push(entry);
  }
  return new Map([...inside].map(([outer, inner]) => [outer.prefix.text, nested(hub, outer, inner)]));
}

function holds(outer: Owned | undefined, entry: Owned): boolean {
  return outer !== undefined && containsPrefix(outer.prefix, entry.prefix);
}

function nested(hub: Hub, outer: Owned, inner: readonly Owned[]): Finding {
  const who = listed(inner.map(({ prefix, value }) => `${prefix.text} (${value.label})`));
  const { prefix, value: peer } = outer;
  return {
    id: 'prefix-nested',
    severity: 'info',
    title: known(`${prefix.text} holds narrower prefixes of other peers`),
    cause: known(
      `The narrowest prefix wins: ${who} ${inner.length === 1 ? 'gets its' : 'get their'} own packets, and ${peer.label} the rest of ${prefix.text}.`,
    ),
    evidence: [outer, ...inner.slice(0, 3)].map((one) => allowedEvidence(hub, one.value, one.prefix.text)),
    fix: { sentence: known('Nothing, if that is meant.'), command: undefined },
    about: { interfaceName: hub.name, prefix: prefix.text, peer: peer.id },
  };
}
