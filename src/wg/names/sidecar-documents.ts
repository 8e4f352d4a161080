/** The side files that are TOML or JSON. Apart, because zod and smol-toml are loaded only where there is such a file. */
import { parse } from 'smol-toml';
import * as z from 'zod/mini';
import type { Printable } from '../../host/printable.ts';
import type { PublicKey } from '../key.ts';
import { addName, type NamesByKey } from './sidecars.ts';

const easyFile = z.object({ clients: z.record(z.string(), z.unknown()) });
const easyClient = z.object({ name: z.string(), publicKey: z.string() });

/** wg-easy's `wg0.json` (up to version 14). The private keys in it are not looked at. */
export function readWgEasyClients(text: string): NamesByKey {
  const file = easyFile.safeParse(json(text));
  const clients = file.success ? Object.values(file.data.clients) : [];
  return collect(clients, easyClient, (client) => [client.publicKey, client.name]);
}

const dsnetFile = z.object({ Peers: z.array(z.unknown()) });
const dsnetPeer = z.object({ Hostname: z.string(), PublicKey: z.string() });

/** dsnet's `/etc/dsnetconfig.json`. */
export function readDsnetPeers(text: string): NamesByKey {
  const file = dsnetFile.safeParse(json(text));
  return collect(file.success ? file.data.Peers : [], dsnetPeer, (peer) => [peer.PublicKey, peer.Hostname]);
}

const exporterFile = z.object({ peer: z.array(z.unknown()) });
const exporterPeer = z.object({ public_key: z.string(), name: z.string() });

/** `peers.toml` of mdlayher's wireguard_exporter: `[[peer]]` tables with `public_key` and `name`. */
export function readPeersToml(text: string): NamesByKey {
  const file = exporterFile.safeParse(toml(text));
  return collect(file.success ? file.data.peer : [], exporterPeer, (peer) => [peer.public_key, peer.name]);
}

const wgCmdClient = z.object({ PublicKey: z.string() });

/** One client of wg-cmd: the key is in the file, the name in the file's name, `0002-alice.toml`. */
export function readWgCmdClient(text: string, fileName: string): NamesByKey {
  const name = /^\d{4,}-(.+)\.toml$/.exec(fileName)?.[1];
  return collect([toml(text)], wgCmdClient, (client) => [client.PublicKey, name ?? '']);
}

function collect<T>(
  values: readonly unknown[],
  schema: z.ZodMiniType<T>,
  entry: (value: T) => readonly [key: string, name: string],
): NamesByKey {
  const names = new Map<PublicKey, Printable>();
  for (const value of values) {
    const parsed = schema.safeParse(value);
    if (parsed.success) addName(names, ...entry(parsed.data));
  }
  return names;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toml(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
