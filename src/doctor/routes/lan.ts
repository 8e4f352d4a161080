import { known } from '../../host/printable.ts';
import { collidesWithCommonLan } from '../../network/lans.ts';
import type { ParsedPrefix } from '../../network/prefix.ts';
import type { Finding } from '../finding.ts';
import { listed } from './lines.ts';
import type { HubPeer } from './rows.ts';
import type { Hub } from './survey.ts';
import { allowedEvidence } from './words.ts';

/** A LAN behind a peer with addresses that many clients have around themselves. */
export function judgeLan(hub: Hub, prefix: ParsedPrefix, peer: HubPeer): Finding | undefined {
  if (prefix.family !== 'v4' || prefix.length === 32) return undefined;
  const lans = collidesWithCommonLan(prefix);
  if (lans.length === 0) return undefined;
  const who = listed(lans.map((lan) => `${lan.prefix.text} (${lan.usedBy})`));
  return {
    id: 'lan-collides',
    severity: 'info',
    title: known(`many clients sit in a LAN like ${prefix.text} themselves`),
    cause: known(
      `${prefix.text} behind ${peer.label} shares addresses with ${who}: a client in such a network reaches its own LAN instead.`,
    ),
    evidence: [allowedEvidence(hub, peer, prefix.text)],
    fix: {
      sentence: known(
        'Renumber the LAN, or give clients single addresses of it (/32), which win over their own network.',
      ),
      command: undefined,
    },
    about: { interfaceName: hub.name, prefix: prefix.text, peer: peer.id },
  };
}
