import type { Printable } from '../../host/printable.ts';
import { bitsOf, contains, parsePrefix } from '../../network/prefix.ts';
import type { PublicKey } from '../key.ts';
import { readDialled } from './dialled.ts';
import type { HubFile } from './hub-file.ts';
import { type Issued, parseIssued, staleness } from './issued.ts';
import { endpointOf } from './profile.ts';

/** What the hub is now, as far as a client's configuration depends on it. */
export interface HubNow {
  readonly publicKey: PublicKey | undefined;
  readonly listenPort: number | undefined;
  /** Undefined: there is no file that can be read. */
  readonly file: HubFile | undefined;
}

/** Of which nothing is known. */
export const noHub: HubNow = { publicKey: undefined, listenPort: undefined, file: undefined };

/** What the hub has of a client now. */
export interface ClientNow {
  readonly allowedIps: readonly string[];
  readonly hasPresharedKey: boolean;
}

/**
 * Why what a client was given (as its comment says) is out of date, a sentence each; undefined where nothing is remembered.
 * What the file does not say is not compared.
 */
export function staleSentences(
  comment: string | undefined,
  hub: HubNow,
  client: ClientNow,
): readonly Printable[] | undefined {
  const issued = comment === undefined ? undefined : parseIssued(comment);
  if (issued === undefined) return undefined;
  const { file, publicKey, listenPort } = hub;
  const dialled = file?.endpoint === undefined ? undefined : readDialled(file.endpoint, listenPort);
  return staleness(issued, {
    hub: publicKey,
    endpoint: dialled && endpointOf(dialled),
    addresses: client.allowedIps.filter(isSingle),
    hasPresharedKey: client.hasPresharedKey,
    dns: file?.dns,
    mtu: file?.mtu === undefined ? undefined : { value: file.mtu },
    allowedIps: allowedNow(issued, file),
  }).map(({ sentence }) => sentence);
}

function isSingle(text: string): boolean {
  const prefix = parsePrefix(text)?.prefix;
  return prefix !== undefined && prefix.length === bitsOf(prefix.family);
}

/** With the prefixes of the mesh of which it reaches not even the hub, in the families that it has; undefined: it has all. */
function allowedNow({ addresses, allowedIps }: Issued, file: HubFile | undefined): readonly string[] | undefined {
  const families = new Set(addresses.flatMap((text) => parsePrefix(text)?.prefix.family ?? []));
  const sent = allowedIps.flatMap((text) => parsePrefix(text)?.prefix ?? []);
  const missing = (file?.prefixes ?? []).filter(
    (prefix) =>
      families.has(prefix.family) &&
      prefix.length < bitsOf(prefix.family) &&
      !sent.some((own) => contains(own, prefix) || contains(prefix, own)),
  );
  return missing.length === 0 ? undefined : [...allowedIps, ...missing.map(({ text }) => text)];
}
