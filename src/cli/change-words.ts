/** From the words of a command to what the operator has decided about a peer. Pure. */

import type { PeerEdits } from '../change/plans/edit-peer.ts';
import type { DisableDecision } from '../change/plans/peer.ts';
import type { SetDecision } from '../change/plans/set.ts';
import { timeOf } from '../change/plans/sweep.ts';
import { listOf } from '../flows/list-of.ts';
import { parsePrefix } from '../network/prefix.ts';
import { readEndpoint } from '../wg/conf/check-value.ts';
import type { Secret } from '../wg/secret.ts';

/** The words are none; the message is a sentence. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** `+a -b`: tags to add and to take away. `a b` or `a,b`: all that there are to be. */
export function tagEdits(words: readonly string[], clears: boolean): PeerEdits {
  if (clears) {
    if (words.length > 0) throw new UsageError('--clear takes all tags away; no others go with it');
    return { tags: { set: [] } };
  }
  const items = words.flatMap((word) => (/^[+-]/.test(word) ? [word] : listOf(word)));
  if (items.length === 0) throw new UsageError('say which tags: +a adds one, -b takes one away, a,b are all of them');
  const signed = items.filter((item) => /^[+-]/.test(item));
  if (signed.length === 0) return { tags: { set: items } };
  if (signed.length < items.length) {
    throw new UsageError('tags have a sign (+a -b) or none (a,b: then they are all that there are); not both');
  }
  const named = (sign: string) => signed.flatMap((item) => (item.startsWith(sign) ? listOf(item.slice(1)) : []));
  const [add, remove] = [named('+'), named('-')];
  if (add.length + remove.length < signed.length) throw new UsageError('a sign alone is no tag');
  const both = add.find((tag) => remove.includes(tag));
  if (both !== undefined) throw new UsageError(`"${both}" cannot be added and taken away`);
  return { tags: { add, remove } };
}

/** The text of a note, or none. */
export function noteEdits(words: readonly string[], clears: boolean): PeerEdits {
  const text = words.join(' ').trim();
  if (clears && text !== '') throw new UsageError('--clear takes the note away; no text goes with it');
  if (!clears && text === '') throw new UsageError('say what the note is to be, or --clear');
  return { note: { text: clears ? undefined : text } };
}

/** A day or a time, or `never`. */
export function expiryEdits(word: string): PeerEdits {
  return { expires: { at: word === 'never' ? undefined : dateOf(word) } };
}

/** Why and until when. */
export function disableWords({
  reason,
  until,
}: {
  readonly reason?: string;
  readonly until?: string;
}): DisableDecision {
  return {
    ...(reason !== undefined && reason.trim() !== '' && { reason: reason.trim() }),
    ...(until !== undefined && { until: dateOf(until) }),
  };
}

/** What `meshtui set` was told, as it stands on the command line. */
interface SetWords {
  readonly name?: string;
  readonly tags?: string;
  readonly note?: string;
  readonly expires?: string;
  readonly allowedIps?: string;
  readonly keepalive?: string;
  readonly endpoint?: string;
  readonly presharedKey?: string;
}

/** Everything that one `meshtui set` is to change, in one plan. `newSecret` makes a preshared key where one is wanted. */
export function setEdits(words: SetWords, newSecret: () => Secret): PeerEdits {
  const settings: SetDecision = {
    ...(words.allowedIps !== undefined && { allowedIps: prefixesOf(words.allowedIps) }),
    ...(words.keepalive !== undefined && { persistentKeepalive: keepaliveOf(words.keepalive) }),
    ...(words.endpoint !== undefined && { endpoint: endpointOf(words.endpoint) }),
    ...(words.presharedKey !== undefined && { presharedKey: presharedKeyOf(words.presharedKey, newSecret) }),
  };
  const edits: PeerEdits = {
    ...(words.name !== undefined && { name: words.name }),
    ...(words.tags !== undefined && { tags: { set: words.tags === 'none' ? [] : listOf(words.tags) } }),
    ...(words.note !== undefined && { note: { text: words.note === '' ? undefined : words.note } }),
    ...(words.expires !== undefined && expiryEdits(words.expires)),
    ...(Object.keys(settings).length > 0 && { settings }),
  };
  if (Object.keys(edits).length === 0) throw new UsageError('say what to set, such as --keepalive 25');
  return edits;
}

function dateOf(word: string): string {
  if (timeOf(word) !== undefined) return word.trim();
  throw new UsageError(`"${word}" is no day like 2027-01-31, nor a time like 2027-01-31T18:00`);
}

function prefixesOf(text: string): string[] {
  const items = text === 'none' ? [] : listOf(text);
  const wrong = items.find((item) => parsePrefix(item) === undefined);
  if (wrong !== undefined) throw new UsageError(`"${wrong}" is no prefix such as 10.8.0.4/32 or fd08::4/128`);
  if (items.length === 0 && text !== 'none') throw new UsageError('no prefixes are written: none');
  return items;
}

function keepaliveOf(text: string): number | 'off' {
  if (text === 'off') return 'off';
  const seconds = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(seconds <= 65_535)) throw new UsageError(`"${text}" is no keepalive: off, or 1 to 65535 seconds`);
  return seconds === 0 ? 'off' : seconds;
}

function endpointOf(text: string): string {
  const port = readEndpoint(text)?.port ?? 0;
  if (text === 'none' || port > 0) return text;
  throw new UsageError(`"${text}" is no endpoint: ADDRESS:PORT, [IPv6]:PORT, NAME:PORT or none`);
}

function presharedKeyOf(text: string, newSecret: () => Secret): 'none' | Secret {
  if (text === 'none') return 'none';
  if (text === 'new') return newSecret();
  // A key that was written on a command line is in the shell's history and was in the list of processes.
  throw new UsageError('a preshared key is new or none; one that is given on a command line would not be secret');
}
