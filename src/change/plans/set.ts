import { printable } from '../../host/printable.ts';
import { readEndpoint } from '../../wg/conf/check-value.ts';
import type { ConfFile } from '../../wg/conf/conf-file.ts';
import { type EditResult, type PeerSettings, setPeer } from '../../wg/conf/edit.ts';
import { generatePresharedKey, type RandomBytes } from '../../wg/profile/keys.ts';
import type { Secret } from '../../wg/secret.ts';
import { sameMembers } from '../live.ts';
import { sessionSeconds } from './affected.ts';
import { checkAllowedIps } from './allowed-ips.ts';
import { nothingChanged, type PeerAtHand, type PlanContext, type Refusal, refused } from './context.ts';

/** One edit of the peer's section, and what is to be said of it. */
export interface PeerEdit {
  /** What a plan of this edit alone is called. */
  readonly title: string;
  readonly edit: (file: ConfFile) => EditResult;
  readonly notes: readonly string[];
  readonly cutsOff: boolean;
}

/** What a peer is to be set to; what is undefined stays. */
export interface SetDecision {
  /** All that it is to have. */
  readonly allowedIps?: readonly string[];
  /** Seconds; 0 is off. */
  readonly persistentKeepalive?: number | 'off';
  /** `address:port`, or `name:port`, which is looked up when the interface starts. */
  readonly endpoint?: string | 'none';
  /** `new`: one is made. */
  readonly presharedKey?: 'new' | 'none' | Secret;
}

/** Sets allowed IPs, keepalive, endpoint and preshared key of a peer. Refused where a value is none, or is another's. */
export function settingsEdit(
  context: PlanContext,
  peer: PeerAtHand,
  decision: SetDecision,
  randomBytes: RandomBytes,
): PeerEdit | Refusal {
  const wrong = wrongKeepalive(decision) ?? wrongEndpoint(decision);
  if (wrong !== undefined) return wrong;
  const check = decision.allowedIps === undefined ? undefined : checkAllowedIps(context, peer, decision.allowedIps);
  if (check?.outcome === 'refused') return check;
  const settings: PeerSettings = {
    ...(check !== undefined && { allowedIps: check.prefixes }),
    ...(decision.persistentKeepalive !== undefined && { persistentKeepalive: decision.persistentKeepalive }),
    ...(decision.endpoint !== undefined && { endpoint: decision.endpoint }),
    ...(decision.presharedKey !== undefined && { presharedKey: secretOf(decision.presharedKey, randomBytes) }),
  };
  return {
    title: `Change ${whatOf(decision)} of ${peer.label}`,
    edit: (file) => setPeer(file, peer.key, settings),
    notes: [...(check?.notes ?? []), ...secretNotes(peer, decision), ...sleepNotes(peer)],
    cutsOff: losesAll(peer, check?.prefixes) || decision.presharedKey !== undefined,
  };
}

function wrongKeepalive({ persistentKeepalive: seconds }: SetDecision): Refusal | undefined {
  if (seconds === undefined || seconds === 'off') return undefined;
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= 65_535) return undefined;
  return refused('A keepalive is off, or 0 to 65535 seconds, of which 0 is off.', nothingChanged);
}

function wrongEndpoint({ endpoint }: SetDecision): Refusal | undefined {
  if (endpoint === undefined || endpoint === 'none') return undefined;
  const reading = readEndpoint(endpoint);
  if (reading !== undefined && reading.port > 0) return undefined;
  return refused(
    `"${printable(endpoint)}" is no address or name with a port, such as 192.0.2.1:51820.`,
    nothingChanged,
  );
}

function secretOf(wish: 'new' | 'none' | Secret, randomBytes: RandomBytes): Secret | 'none' {
  return wish === 'new' ? generatePresharedKey(randomBytes) : wish;
}

const settingNames = {
  allowedIps: 'the allowed IPs',
  persistentKeepalive: 'the keepalive',
  endpoint: 'the endpoint',
  presharedKey: 'the preshared key',
} as const;

function whatOf(decision: SetDecision): string {
  const names = (Object.keys(settingNames) as (keyof SetDecision)[])
    .filter((name) => decision[name] !== undefined)
    .map((name) => settingNames[name]);
  const [only = 'the settings', ...more] = names;
  return more.length === 0 ? only : 'the settings';
}

function secretNotes({ label }: PeerAtHand, { presharedKey }: SetDecision): string[] {
  if (presharedKey === undefined) return [];
  const what = presharedKey === 'none' ? 'must do without a preshared key too' : 'needs the new preshared key too';
  return [
    `The client of ${label} ${what}: its session ends within ${sessionSeconds} s of its last handshake, and it cannot connect again before.`,
  ];
}

function sleepNotes({ label, inFile }: PeerAtHand): string[] {
  return inFile === 'disabled' ? [`${label} is disabled: this counts when it is enabled.`] : [];
}

/** Whether the peer keeps none of the prefixes that it has. */
function losesAll({ wanted, key, running }: PeerAtHand, prefixes: readonly string[] | undefined): boolean {
  const had: readonly string[] = running?.allowedIps ?? wanted.peers.get(key)?.allowedIps ?? [];
  return (
    prefixes !== undefined &&
    had.length > 0 &&
    !sameMembers(had, prefixes) &&
    !had.some((prefix) => prefixes.includes(prefix))
  );
}
