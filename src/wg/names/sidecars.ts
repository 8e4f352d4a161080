import type { Printable } from '../../host/printable.ts';
import { type PublicKey, parsePublicKey } from '../key.ts';
import { clean } from './clean.ts';

/** Names by public key, as a file beside the configuration has them. */
export type NamesByKey = ReadonlyMap<PublicKey, Printable>;

/** `/etc/wireguard/peers`: a line `PUBKEY:NAME` for each peer (FlyveHest's wgg.sh, wireguard-monitor). */
export function readPeersFile(text: string): NamesByKey {
  return fromLines(text, (line) => {
    const at = line.indexOf(':');
    return at === -1 ? undefined : [line.slice(0, at).trim(), line.slice(at + 1)];
  });
}

/** pivpn's `configs/clients.txt`: a line `NAME PUBKEY EPOCH ADDRESS` for each client. */
export function readPivpnClients(text: string): NamesByKey {
  return fromLines(text, (line) => {
    const [name, key] = line.trim().split(/\s+/, 2);
    return name === undefined || key === undefined ? undefined : [key, name];
  });
}

function fromLines(
  text: string,
  split: (line: string) => readonly [key: string, name: string] | undefined,
): NamesByKey {
  const names = new Map<PublicKey, Printable>();
  for (const line of text.split('\n')) {
    const [key, name] = split(line) ?? [];
    if (key !== undefined && name !== undefined) addName(names, key, name);
  }
  return names;
}

/** Adds a name where the key is a key and the name is one; the first name of a key stays. */
export function addName(names: Map<PublicKey, Printable>, key: string, name: string): void {
  const publicKey = parsePublicKey(key);
  const shown = clean(name);
  if (publicKey !== undefined && shown !== undefined && !names.has(publicKey)) names.set(publicKey, shown);
}
