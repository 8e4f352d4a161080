import type { PeerView, Snapshot } from '../../observe/snapshot.ts';
import { formatDuration } from '../../ui/format.ts';
import { noticeOf } from '../blocked/notice.ts';
import { describeState } from './columns.ts';

/** The hub in a few sentences, for a screen reader. */
export function summarySentences(snapshot: Snapshot): string[] {
  const { source, interfaces, hostname, at, now } = snapshot;
  if (source.status === 'blocked') {
    const notice = noticeOf(source.obstacle);
    return [notice.title, ...notice.sentences, ...(notice.command === undefined ? [] : [notice.command])];
  }
  const age = source.status === 'stale' ? [`The data is ${formatDuration(now - at)} old: ${source.reason}.`] : [];
  const hubs = interfaces.map(
    ({ name, liveCount, onlineCount }) =>
      `Hub ${hostname}, interface ${name}: ${onlineCount} of ${liveCount} peers online.`,
  );
  return [...age, ...hubs, ...snapshot.problems];
}

/** One peer as a sentence. */
export function peerSentence(peer: PeerView, now: number): string {
  const rates =
    (peer.rxBitsPerSecond ?? 0) + (peer.txBitsPerSecond ?? 0) > 0
      ? `, receiving ${spokenRate(peer.rxBitsPerSecond)}, sending ${spokenRate(peer.txBitsPerSecond)}`
      : '';
  const you = peer.you === true ? ', your own connection' : '';
  return `${peer.label}${you}, ${peer.address || 'no address'}, ${describeState(peer.activity, now)}${rates}.`;
}

function spokenRate(bitsPerSecond: number | undefined): string {
  const rate = bitsPerSecond ?? 0;
  if (rate >= 1_000_000) return `${(rate / 1_000_000).toFixed(1)} megabits per second`;
  if (rate >= 1_000) return `${Math.round(rate / 1_000)} kilobits per second`;
  return `${rate} bits per second`;
}
