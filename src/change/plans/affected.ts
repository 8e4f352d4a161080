import { known } from '../../host/printable.ts';
import { sameSecret } from '../live.ts';
import type { Affected, PeerStep, Step } from '../plan.ts';
import { listed } from '../words.ts';

/** Who notices the steps, and what: those whose peers change. */
export function whoNotices(steps: readonly Step[]): Affected[] {
  return steps.flatMap((step) => (step.kind === 'peer' ? noticedBy(step) : []));
}

function noticedBy(step: PeerStep): Affected[] {
  const { label, before, after } = step;
  const how =
    after === undefined ? ['is cut off at once'] : before === undefined ? ['can connect at once'] : changesOf(step);
  return how.length === 0 ? [] : [{ label, how: listed(how) }];
}

/** A session lives on until it would be renewed: at most 180 s (REJECT_AFTER_TIME). */
export const sessionSeconds = 180;

function changesOf({ before, after }: PeerStep): string[] {
  if (before === undefined || after === undefined) return [];
  const lost = before.allowedIps.filter((prefix) => !after.allowedIps.includes(prefix));
  const gained = after.allowedIps.filter((prefix) => !before.allowedIps.includes(prefix));
  const words: string[] = [];
  if (lost.length > 0) words.push(`loses ${listed(lost)}`);
  if (gained.length > 0) words.push(`is given ${listed(gained)}`);
  if (!sameSecret(before.presharedKey, after.presharedKey)) {
    const which = after.presharedKey === undefined ? 'without a preshared key' : 'with the new preshared key';
    words.push(`connects again only ${which}, within ${sessionSeconds} s of its last handshake`);
  }
  if (before.persistentKeepalive !== after.persistentKeepalive) {
    const seconds = after.persistentKeepalive;
    words.push(seconds === undefined ? 'is sent no keepalive any more' : `is sent a keepalive every ${seconds} s`);
  }
  if (after.endpoint !== undefined && before.endpoint !== after.endpoint) words.push(`is called at ${after.endpoint}`);
  return words.map((word) => known(word));
}
