import { isKey } from '../key.ts';
import { Secret } from '../secret.ts';
import type { PeerSettings } from './edit.ts';

/** Line breaks, other controls, and what begins a comment: the line would not say what was meant. */
const unwritable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029#]/;

/** Why a text cannot be the value of a setting; undefined where it can. Never shows the text, which may be a key. */
export function problemOfText(key: string, text: string): string | undefined {
  if (text.trim() === '') return `A value for ${key} is empty.`;
  if (unwritable.test(text)) return `A value for ${key} has a line break, a control character or # in it.`;
  return undefined;
}

/** Why settings of a peer cannot be written; undefined where they can. Whether they make sense is for others to say. */
export function problemOfPeer(settings: PeerSettings): string | undefined {
  const { allowedIps = [], endpoint, persistentKeepalive: keepalive, presharedKey } = settings;
  for (const range of allowedIps) {
    const problem = problemOfText('AllowedIPs', range);
    if (problem !== undefined) return problem;
    if (/[\s,]/.test(range)) return 'A value for AllowedIPs has a comma or a blank in it.';
  }
  if (typeof keepalive === 'number' && !(Number.isInteger(keepalive) && keepalive >= 0 && keepalive <= 65_535)) {
    return 'PersistentKeepalive is a whole number of seconds from 0 to 65535.';
  }
  if (presharedKey instanceof Secret && !isKey(presharedKey.reveal())) return 'The preshared key is no key.';
  return endpoint === undefined ? undefined : problemOfText('Endpoint', endpoint);
}
