/** What the console does about a new client: its configuration is made, shown once, and carried away. */
import type { Delivered } from '../app/options.ts';
import type { ApplyOptions } from '../change/apply.ts';
import type { ApplyResult } from '../change/results.ts';
import { applyAdd } from '../flows/add/apply.ts';
import type { Delivery, FileKind, Wish } from '../flows/add/delivery.ts';
import type { Prepared, PreparedClient } from '../flows/add/prepare.ts';
import { beginProof } from '../flows/add/proof.ts';
import { deliveryAccount } from '../flows/deliver/account.ts';
import { clipboardSequence } from '../flows/deliver/clipboard.ts';
import { fetchLines, suggestSshTarget } from '../flows/deliver/fetch-line.ts';
import { deliverFile } from '../flows/deliver/write-file.ts';
import type { Host } from '../host/host.ts';
import { known, type Printable } from '../host/printable.ts';
import { findOperator } from '../observe/operator.ts';
import type { Snapshot } from '../observe/snapshot.ts';
import { qrPng, qrSvg } from '../ui/qr/picture.ts';
import { type QrSymbol, qrSymbol } from '../ui/qr/symbol.ts';
import { hasPrivateKey } from '../wg/profile/check-profile.ts';
import { writeProfile } from '../wg/profile/formats.ts';
import { isGateway } from '../wg/profile/write-gateway.ts';
import { compactText } from '../wg/profile/write-wg-quick.ts';
import type { Secret } from '../wg/secret.ts';

/** How long a device is waited for on its screen, milliseconds: until somebody leaves it. */
const proofMs = 60 * 60 * 1000;

/** Carries out the plan that adds a client; what is delivered then. */
export async function addClient(
  host: Host,
  snapshot: Snapshot,
  adding: Prepared,
  options: ApplyOptions,
): Promise<{ readonly result: ApplyResult; readonly delivery: Delivery | undefined }> {
  const { result, prepared } = await applyAdd(host, snapshot, adding, options);
  const [client] = prepared.clients;
  const isThere = result.outcome === 'done' || result.outcome === 'pending';
  if (!isThere || client === undefined) return { result, delivery: undefined };
  const { home } = await deliveryAccount(host);
  const { interfaceName, facts } = prepared;
  const proof = beginProof(interfaceName, client, facts.listenPort, host.now(), proofMs);
  return { result, delivery: { client, symbol: await symbolOf(client), directory: home, proof } };
}

/** The code of a configuration that an app imports; a gateway's is for a file. */
async function symbolOf({ profile }: PreparedClient): Promise<QrSymbol | undefined> {
  if (!hasPrivateKey(profile) || isGateway(profile)) return undefined;
  const made = await qrSymbol(compactText(profile));
  return made.outcome === 'made' ? made.symbol : undefined;
}

/** Writes a file, or gives the sequence for the clipboard; and what to say of it. */
export async function deliverWish(host: Host, delivery: Delivery, wish: Wish): Promise<Delivered> {
  const { profile } = delivery.client;
  if (wish.kind === 'copy') {
    const [first] = writeProfile(profile, hasPrivateKey(profile) ? 'wg-quick' : 'card');
    if (first === undefined) return { says: [known('There is nothing to copy.')] };
    const copied = clipboardSequence(first.text, host.facts.environment);
    return copied.outcome === 'refused' ? { says: [copied.reason] } : { says: copied.says, sequence: copied.sequence };
  }
  const says: Printable[] = [];
  for (const { path, content } of filesOf(delivery, wish)) {
    const account = await deliveryAccount(host);
    const result = await deliverFile(host, { path, content, replaces: wish.replaces }, account);
    if (result.outcome !== 'written') return { says: [...says, result.reason] };
    const endpointHost = profile.hub.host;
    const { hostname, environment } = host.facts;
    const operator = await findOperator(host);
    const target = suggestSshTarget({ operator, account, environment, endpointHost, hostname });
    says.push(
      known(`${result.path} is written. On your own machine, this fetches it and takes it away here:`),
      ...fetchLines({ target, path: result.path, bytes: result.bytes }),
      ...result.warnings,
    );
  }
  return { says };
}

interface WishedFile {
  readonly path: string;
  readonly content: Secret | Uint8Array;
}

/** The files of a format; one that has several has them beside the path. */
function filesOf({ client, symbol }: Delivery, { path, as }: Extract<Wish, { kind: 'file' }>): readonly WishedFile[] {
  if (isPicture(as)) {
    if (symbol === undefined) return [];
    return [{ path, content: as === 'png' ? qrPng(symbol) : qrSvg(symbol) }];
  }
  const texts = writeProfile(client.profile, as);
  const directory = path.slice(0, path.lastIndexOf('/'));
  return texts.map(({ fileName, text }, index) => ({
    path: index === 0 ? path : `${directory}/${fileName}`,
    content: text,
  }));
}

function isPicture(kind: FileKind): kind is 'png' | 'svg' {
  return kind === 'png' || kind === 'svg';
}
