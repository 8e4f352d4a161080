/** Where the configuration of a new client goes, and that it goes nowhere else. */
import { resolve } from 'node:path/posix';
import type { PreparedClient } from '../flows/add/prepare.ts';
import { type Account, deliveryAccount } from '../flows/deliver/account.ts';
import { judgePlace } from '../flows/deliver/place.ts';
import { recorderWords, showAlone, takeAway, tooSmallWords } from '../flows/deliver/screen.ts';
import { deliverFile, removeDelivered } from '../flows/deliver/write-file.ts';
import type { Host } from '../host/host.ts';
import type { Printable } from '../host/printable.ts';
import { qrLines } from '../ui/qr/lines.ts';
import { qrPng } from '../ui/qr/picture.ts';
import { qrSymbol } from '../ui/qr/symbol.ts';
import { hasPrivateKey } from '../wg/profile/check-profile.ts';
import { type ProfileFormat, writeProfile } from '../wg/profile/formats.ts';
import { compactText } from '../wg/profile/write-wg-quick.ts';
import type { Secret } from '../wg/secret.ts';
import type { Talk } from './talk.ts';

/** Where it goes: files of a directory, standard output, or a terminal that somebody sits at. */
type Destination =
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'output' }
  | { readonly kind: 'terminal'; readonly screen: Screen };

/** A terminal as far as a secret is shown on it. */
interface Screen {
  readonly columns: number;
  readonly rows: number;
  readonly write: (text: string) => void;
}

/** How the configurations of one command are delivered. */
export interface DeliveryWish {
  readonly destination: Destination;
  readonly formatOf: (client: PreparedClient) => ProfileFormat;
  /** As a QR code: on the terminal, or as a picture beside the file. */
  readonly qr: boolean;
}

/** The place that the words ask for, or why a secret cannot go there. `out`: a directory, `-`, or undefined. */
export function destinationOf(out: string | undefined, { person }: Pick<Talk, 'person'>): Destination | undefined {
  if (out === '-') return { kind: 'output' };
  if (out !== undefined) return { kind: 'directory', path: resolve(out) };
  if (person === undefined) return undefined;
  const { columns, rows } = process.stdout;
  const write = (text: string) => void process.stdout.write(text);
  return { kind: 'terminal', screen: { columns: columns || 80, rows: rows || 24, write } };
}

interface PlannedFile {
  readonly path: string;
  readonly content: Secret | Uint8Array;
}

/** Why the files cannot be made where they are to be: nothing is written by asking. */
export async function obstacleToDelivery(
  host: Host,
  wish: DeliveryWish,
  clients: readonly PreparedClient[],
): Promise<string | undefined> {
  if (wish.destination.kind !== 'directory') return undefined;
  const account = await deliveryAccount(host);
  const paths = (await filesOf(wish, wish.destination.path, clients)).map(({ path }) => path);
  const twice = paths.find((path, index) => paths.indexOf(path) < index);
  if (twice !== undefined) return `Two clients would have the file ${twice}.`;
  for (const path of paths) {
    const place = await judgePlace(host, path, account);
    if (place.outcome === 'refused') return place.reason;
    if ((await host.stat(place.path)).outcome !== 'absent') return `There is a file ${place.path} already.`;
  }
  return undefined;
}

/** What came of delivering. `failed`: no file is left. */
type Delivered =
  | { readonly outcome: 'delivered'; readonly paths: readonly Printable[] }
  | { readonly outcome: 'failed'; readonly reason: Printable };

/** Delivers what the clients were given. */
export async function deliver(
  host: Host,
  talk: Talk,
  wish: DeliveryWish,
  clients: readonly PreparedClient[],
): Promise<Delivered> {
  const { destination } = wish;
  switch (destination.kind) {
    case 'directory':
      return writeFiles(host, talk, await filesOf(wish, destination.path, clients), await deliveryAccount(host));
    case 'output':
      for (const text of clients.flatMap((client) => textsOf(wish, client))) {
        talk.output.print(text.text.reveal().replace(/\n$/, ''));
      }
      return { outcome: 'delivered', paths: [] };
    case 'terminal':
      for (const client of clients) await showOnce(host, talk, wish, client, destination.screen);
      return { outcome: 'delivered', paths: [] };
  }
}

function textsOf({ formatOf }: DeliveryWish, client: PreparedClient) {
  return writeProfile(client.profile, formatOf(client));
}

async function filesOf(
  wish: DeliveryWish,
  directory: string,
  clients: readonly PreparedClient[],
): Promise<readonly PlannedFile[]> {
  const files: PlannedFile[] = [];
  for (const client of clients) {
    for (const { fileName, text } of textsOf(wish, client))
      files.push({ path: `${directory}/${fileName}`, content: text });
    const code = wish.qr && hasPrivateKey(client.profile) ? await qrSymbol(compactText(client.profile)) : undefined;
    if (code?.outcome === 'made') {
      files.push({ path: `${directory}/${client.settled.tunnelName}.png`, content: qrPng(code.symbol) });
      code.symbol.wipe();
    }
  }
  return files;
}

async function writeFiles(
  host: Host,
  { output }: Talk,
  files: readonly PlannedFile[],
  account: Account,
): Promise<Delivered> {
  const paths: Printable[] = [];
  const warnings = new Set<string>();
  for (const { path, content } of files) {
    const result = await deliverFile(host, { path, content, replaces: false }, account);
    if (result.outcome === 'written') {
      paths.push(result.path);
      for (const warning of result.warnings) warnings.add(warning);
      continue;
    }
    for (const written of paths) await removeDelivered(host, written);
    return { outcome: 'failed', reason: result.reason };
  }
  for (const warning of warnings) output.error(warning);
  return { outcome: 'delivered', paths };
}

/** On a screen of its own, without a scrollback, until Enter is pressed. */
async function showOnce(
  host: Host,
  talk: Talk,
  wish: DeliveryWish,
  client: PreparedClient,
  { columns, rows, write }: Screen,
): Promise<void> {
  const { person, output } = talk;
  const lines = await linesOf(talk, wish, client, { columns, rows: rows - 2 });
  const isRoom = lines.length <= rows - 2;
  if (isRoom) write(`${showAlone(lines)}\u001b[${rows};1H`);
  else for (const line of lines) output.print(line);
  await person?.ask(`${client.settled.name}: it is shown this once. Enter takes it away. `);
  if (isRoom) write(takeAway(rows));
  output.print(recorderWords(host.facts.environment));
}

async function linesOf(
  { look, output }: Talk,
  wish: DeliveryWish,
  client: PreparedClient,
  room: { readonly columns: number; readonly rows: number },
): Promise<readonly string[]> {
  const text = textsOf(wish, client).flatMap((each) => each.text.reveal().trimEnd().split('\n'));
  if (!wish.qr || !hasPrivateKey(client.profile)) return text;
  const code = await qrSymbol(compactText(client.profile));
  if (code.outcome !== 'made') return text;
  const drawing = qrLines(code.symbol, room, look.glyphs);
  code.symbol.wipe();
  if (drawing.outcome === 'drawn') return drawing.lines;
  const { needs } = drawing;
  const has = { columns: room.columns, rows: room.rows + 2 };
  for (const words of tooSmallWords({ columns: needs.columns, rows: needs.rows + 2 }, has)) output.error(words);
  return text;
}
