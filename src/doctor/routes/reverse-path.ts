import { known } from '../../host/printable.ts';
import type { Finding } from '../finding.ts';
import type { Case } from './missing.ts';
import { routeEvidence, whereTo } from './words.ts';

/**
 * Whether the kernel drops what a peer sends from the prefix to other peers because the way back is not by the tunnel
 * (IPv4 only). It asks for the way back as for a packet that comes in where this one would go out, which is the tunnel
 * again (fib_frontend.c: __fib_validate_source), so that the answer is that for packets to the prefix.
 */
export function judgeReversePath(one: Case): Finding | undefined {
  const { survey, hub, prefix, peer, reach } = one;
  const filter = hub.sysctls?.reversePathFilter;
  if (prefix.family !== 'v4' || filter === undefined || filter === 'off' || reach.leads === 'host') return undefined;
  const { decision } = reach;
  const comesBack = decision.outcome === 'forwarded' && decision.nextHops.some(({ dev }) => dev === known(hub.name));
  // Loose asks only for some way back.
  if (comesBack || (filter === 'loose' && decision.outcome === 'forwarded')) return undefined;
  const name = `net.ipv4.conf.${hub.name}.rp_filter`;
  return {
    id: 'reverse-path-strict',
    severity: prefix.length === 0 ? 'warn' : 'bad',
    title: known(`packets from ${prefix.text} are dropped as they arrive`),
    cause: known(
      `The reverse path filter on ${hub.name} is ${filter}: what ${peer.label} sends from ${prefix.text} is dropped, because packets back ${whereTo(survey, reach)}.`,
    ),
    evidence: [
      {
        command: known(`sysctl net.ipv4.conf.all.rp_filter ${name}`),
        line: known(`the greater is ${filter === 'strict' ? 1 : 2}`),
      },
      routeEvidence(reach, prefix.family, prefix.text),
    ],
    fix: {
      sentence: known(
        filter === 'strict'
          ? 'Let the way back lead into the tunnel, or make the filter loose.'
          : 'Let the way back lead into the tunnel.',
      ),
      command: filter === 'strict' ? known(`sysctl -w ${name}=2`) : undefined,
    },
    about: { interfaceName: hub.name, prefix: prefix.text, peer: peer.id },
  };
}
