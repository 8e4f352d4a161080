import { type Prefix, parsePrefix } from '../../network/prefix.ts';
import { readEndpoint } from '../../wg/conf/check-value.ts';
import type { WantedPeer } from '../../wg/conf/wanted.ts';
import type { DumpPeer } from '../../wg/dump.ts';
import { sameMembers, sameSecret } from '../live.ts';
import type { RunningPeer } from '../plan.ts';

/** A peer as it runs. The endpoint is where it was last heard from, and is what brings it back at once. */
export function asItRuns({ allowedIps, endpoint, persistentKeepalive, presharedKey }: DumpPeer): RunningPeer {
  return { allowedIps: prefixes(allowedIps), endpoint, persistentKeepalive, presharedKey };
}

/** A peer as the file has it made. A name of an endpoint is looked up by whoever starts the interface, not by a plan. */
export function asWanted({ allowedIps, endpoint, persistentKeepalive, presharedKey }: WantedPeer): RunningPeer {
  return { allowedIps, endpoint: literalEndpoint(endpoint), persistentKeepalive, presharedKey };
}

/** The endpoint where it is an address. */
export function literalEndpoint(endpoint: string | undefined): string | undefined {
  return endpoint !== undefined && readEndpoint(endpoint)?.kind === 'address' ? endpoint : undefined;
}

/** The texts that are prefixes, as the kernel prints them. */
export function prefixes(texts: readonly string[]): Prefix[] {
  return texts.flatMap((text) => parsePrefix(text)?.prefix.text ?? []);
}

/** Whether two peers are set alike, in the order of nothing. */
export function isSetAlike(one: RunningPeer, other: RunningPeer): boolean {
  return (
    one.endpoint === other.endpoint &&
    one.persistentKeepalive === other.persistentKeepalive &&
    sameSecret(one.presharedKey, other.presharedKey) &&
    sameMembers(one.allowedIps, other.allowedIps)
  );
}
