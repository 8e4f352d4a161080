import type { PeerView, Snapshot } from '../../observe/snapshot.ts';
import {
  formatBytes,
  formatDuration,
  formatExactDuration,
  formatRate,
  formatRoundDuration,
  formatTime,
} from '../../ui/format.ts';
import type { Look } from '../../ui/look.ts';
import { widthOf, wrapWords } from '../../ui/text.ts';
import { paint, stateTokens, type Token } from '../../ui/theme.ts';
import { keepaliveCadence } from '../../wg/activity/history.ts';
import { describeState } from './columns.ts';

const labelWidth = 12;

/** What is known about the selected peer, and below it what could not be read, in lines of at most `width` columns. */
export function detailLines(peer: PeerView | undefined, snapshot: Snapshot, width: number, look: Look): string[] {
  const lines: string[] = [];
  const room = Math.max(10, width - labelWidth - 3);
  const add = (label: string, text: string, token: Token = 'text') => {
    const wrapped = widthOf(text) <= room ? [text] : wrapWords(text, room);
    wrapped.forEach((line, index) => {
      const head = index === 0 ? label.padEnd(labelWidth) : ' '.repeat(labelWidth);
      lines.push(` ${paint(look.theme, 'heading', head)} ${paint(look.theme, token, line)}`);
    });
  };
  if (peer !== undefined) describePeer(peer, snapshot, look, add);
  if (snapshot.problems.length > 0) {
    add('problems', snapshot.problems[0] ?? '', 'warn');
    for (const problem of snapshot.problems.slice(1)) add('', problem, 'warn');
  }
  return lines.map((line) => line.trimEnd());
}

type Add = (label: string, text: string, token?: Token) => void;

function describePeer(peer: PeerView, snapshot: Snapshot, look: Look, add: Add): void {
  const { now } = snapshot;
  const { dash, dot } = look.glyphs;
  const name = `${peer.label}${peer.you === true ? ' (you)' : ''}${peer.tags.length > 0 ? `  #${peer.tags.join(' #')}` : ''}`;
  add('peer', name, 'strong');
  add('state', `${describeState(peer.activity, now)}${explain(peer, now)}`, stateTokens[peer.activity.state]);
  if (peer.expires !== undefined) add('expires', peer.expires.replace('T', ' '));
  if (peer.note !== undefined) add('note', peer.note);
  describeIssued(peer, add);
  add('public key', peer.publicKey);
  add('allowed IPs', peer.allowedIps.length === 0 ? 'none: nothing is sent to this peer' : peer.allowedIps.join(', '));
  add('handshake', handshake(peer, now));
  add('endpoint', endpoints(peer, now, dash, dot));
  const rates = `${look.glyphs.down} ${formatRate(peer.rxBitsPerSecond, dash)}  ${look.glyphs.up} ${formatRate(peer.txBitsPerSecond, dash)}`;
  add('rate', peer.rxBitsPerSecond === undefined ? 'not known yet' : rates);
  add('total', totals(peer, look));
  add('keepalive', keepalive(peer));
  add('preshared', peer.hasPresharedKey ? 'yes (hidden)' : 'no');
  if (peer.nameSource !== undefined) add('named by', peer.nameSource, 'muted');
  describeOwner(peer, snapshot, add);
}

/** What its owner was given, where that is out of date. */
function describeIssued({ stale = [], interfaceName, label }: PeerView, add: Add): void {
  const [first, ...others] = stale;
  if (first === undefined) return;
  add('out of date', first, 'warn');
  for (const sentence of others) add('', sentence, 'warn');
  add('', `A new configuration: meshtui reissue ${interfaceName}/${label}`, 'muted');
}

/** Who keeps the interface, and why it is not ours to write where it is not. */
function describeOwner({ interfaceName }: PeerView, { ownership }: Snapshot, add: Add): void {
  const owner = ownership.get(interfaceName);
  if (owner === undefined || owner.manager === 'unknown') return;
  add('kept by', `${owner.manager}: ${owner.proof}`, 'muted');
  if (!owner.writable) add('read-only', owner.reason, 'warn');
  for (const warning of owner.warnings) add('', warning, 'warn');
}

function explain(peer: PeerView, now: number): string {
  const { activity, past } = peer;
  switch (activity.state) {
    case 'knocking':
      return ` ${activity.knocks} times: answered, never confirmed (other preshared key, or the answer is lost)`;
    case 'calling':
      return activity.calls === 0 ? '' : `: ${activity.calls} handshakes sent, no answer`;
    case 'lost': {
      const cadence = past === undefined ? undefined : keepaliveCadence(past);
      return cadence === undefined ? '' : `: its keepalive came every ${Math.round(cadence / 1000)} s and stopped`;
    }
    case 'clock':
      return `: its last handshake is ${formatDuration(activity.handshakeAt - now)} ahead of this clock`;
    case 'disabled':
      return whyDisabled(peer);
    default:
      return '';
  }
}

function whyDisabled({ disabled }: PeerView): string {
  const reason = disabled?.reason === undefined ? '' : `: ${disabled.reason}`;
  return disabled?.until === undefined ? reason : `${reason}, until ${disabled.until.replace('T', ' ')}`;
}

function handshake(peer: PeerView, now: number): string {
  if (peer.latestHandshake === undefined) return 'never';
  const age = `${formatExactDuration(now - peer.latestHandshake)} ago, at ${formatTime(peer.latestHandshake, now)}`;
  const intervals = [...(peer.past?.handshakeIntervals ?? [])].sort((a, b) => a - b);
  const median = intervals[Math.floor(intervals.length / 2)];
  return median === undefined ? age : `${age}, about every ${formatRoundDuration(median)}`;
}

function endpoints(peer: PeerView, now: number, dash: string, dot: string): string {
  const seen = peer.past?.endpoints ?? [];
  if (peer.endpoint === undefined && seen.length === 0) return dash;
  const before = seen.slice(0, -1).reverse().slice(0, 3);
  const since = seen.at(-1)?.since;
  const current = `${peer.endpoint ?? dash}${since === undefined ? '' : ` since ${formatTime(since, now)}`}`;
  return [current, ...before.map((one) => `before: ${one.endpoint}`)].join(` ${dot} `);
}

function totals(peer: PeerView, { glyphs }: Look): string {
  const { past } = peer;
  const now = `${glyphs.down} ${formatBytes(peer.rxBytes)}  ${glyphs.up} ${formatBytes(peer.txBytes)}`;
  if (past === undefined || (past.rxBase === 0 && past.txBase === 0)) return now;
  const rx = formatBytes(past.rxBase + peer.rxBytes);
  const tx = formatBytes(past.txBase + peer.txBytes);
  return `${now} since the counters began; ${glyphs.down} ${rx}  ${glyphs.up} ${tx} in all`;
}

function keepalive(peer: PeerView): string {
  const cadence = peer.past === undefined ? undefined : keepaliveCadence(peer.past);
  const own =
    peer.persistentKeepalive === undefined ? 'the hub sends none' : `the hub sends every ${peer.persistentKeepalive} s`;
  return cadence === undefined ? own : `the peer sends every ${Math.round(cadence / 1000)} s; ${own}`;
}
