import { join } from 'node:path/posix';
import type { Host } from '../host/host.ts';
import { known, type Printable, printable } from '../host/printable.ts';
import { type HistoryRow, historyColumns, historyWidth, PeerHistories } from '../wg/activity/histories.ts';
import type { EndpointSeen } from '../wg/activity/history.ts';
import type { PeerId } from '../wg/peer.ts';
import type { SavedHistories } from './tracker.ts';

/** Says what the file is; another version is ignored, for the file can be thrown away. */
const format = 'meshtui activity 2';
/** Who has not been there for so long is forgotten, milliseconds. */
const longestAbsenceMs = 90 * 24 * 3_600_000;

/** Peers that are written at once: 60 KB of numbers. */
const rowsAPiece = 256;

const newline = 0x0a;
const bytesANumber = Float64Array.BYTES_PER_ELEMENT;

/** The first line of the file. */
interface Head {
  readonly format: typeof format;
  /** Milliseconds since the epoch of the last sample in it. */
  readonly at: number;
  readonly peers: number;
  /** Bytes of the lines that say who the peers are. */
  readonly ids: number;
  /** Bytes of the lines that say where they were reached. */
  readonly endpoints: number;
  /** The order of the bytes of a number: that of the machine. */
  readonly order: string;
}

/** The file that keeps what each peer was doing from one run to the next. */
export function historyPath(host: Host): string {
  return join(host.facts.stateDirectory, 'activity.bin');
}

/** The saved histories; undefined where there are none to trust. */
export async function loadHistories(host: Host): Promise<SavedHistories | undefined> {
  const file = await host.readBytes(historyPath(host));
  return file.outcome === 'read' ? parseHistories(file.value, host.now()) : undefined;
}

/** Writes the histories; gives a sentence where that failed, because it must never end the program. */
export async function saveHistories(host: Host, histories: SavedHistories): Promise<Printable | undefined> {
  try {
    await host.writeFileAtomic(historyPath(host), printHistories(histories), { mode: 0o600 });
    return undefined;
  } catch (error) {
    return printable(`The activity history is not kept: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * The file: a line of JSON that says what is in it, the numbers of all peers as they are in memory, a line for each peer
 * with its identity, a line for each with its endpoint, and a line of JSON with the endpoints before that. Of 10,000 peers
 * it is read before the first paint, so what is read of each is as little as can be. Peers that are gone are left out where
 * nothing is known of them, and after a time where something is.
 *
 * It comes in pieces, for it is 3 MB of 10,000 peers. Between two of them peers may move on, so some may have counted a few
 * seconds more than the others; no time in it is later than the file's own.
 */
export function* printHistories({ at, histories }: SavedHistories): Generator<Uint8Array, void, void> {
  const places: number[] = [];
  const ids: string[] = [];
  const endpoints: string[] = [];
  const earlier: [number, readonly EndpointSeen[]][] = [];
  for (let place = 0; place < histories.size; place += 1) {
    const row = histories.row(place);
    if (!isWorthKeeping(row, at)) continue;
    if (row.earlier.length > 0) earlier.push([places.length, row.earlier]);
    places.push(place);
    ids.push(row.id);
    endpoints.push(row.endpoint ?? '');
  }
  const lengths = { peers: places.length, ids: lengthOf(ids), endpoints: lengthOf(endpoints) };
  const head: Head = { format, at, ...lengths, order: byteOrder() };
  yield linesOf([JSON.stringify(head)]);
  const numbers = new Float64Array(historyWidth * Math.min(rowsAPiece, places.length));
  for (const some of piecesOf(places)) {
    some.forEach((place, index) => {
      numbers.set(histories.row(place).numbers, historyWidth * index);
    });
    endTimes(numbers, at);
    yield new Uint8Array(numbers.buffer, 0, bytesANumber * historyWidth * some.length);
  }
  for (const some of piecesOf(ids)) yield linesOf(some);
  for (const some of piecesOf(endpoints)) yield linesOf(some);
  yield linesOf([JSON.stringify(earlier)]);
}

function* piecesOf<Item>(items: readonly Item[]): Generator<readonly Item[], void, void> {
  for (let from = 0; from < items.length; from += rowsAPiece) yield items.slice(from, from + rowsAPiece);
}

/** Takes what happened while the file is written back to the time that it is of. */
function endTimes(numbers: Float64Array, at: number): void {
  for (let row = 0; row < numbers.length; row += historyWidth) {
    for (let place = row + historyColumns.latestHandshake + 1; place < row + historyWidth; place += 1) {
      numbers[place] = Math.min(numbers[place] ?? Number.NaN, at);
    }
  }
}

/** Of the lines as {@link linesOf} gives them. */
function lengthOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line, 'utf8') + 1, 0);
}

function linesOf(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map((line) => `${line}\n`).join(''), 'utf8');
}

/** Of a peer that is there, even where nothing is known: then the next run finds all in their places. */
function isWorthKeeping({ numbers }: HistoryRow, at: number): boolean {
  const { rxBytes, txBytes, lastRxAt, sampledAt } = historyColumns;
  const absenceMs = at - (numbers[sampledAt] ?? 0);
  const isBlank = Number.isNaN(numbers[lastRxAt]) && numbers[txBytes] === 0 && numbers[rxBytes] === 0;
  return absenceMs <= (isBlank ? 0 : longestAbsenceMs);
}

/**
 * Reads what {@link printHistories} wrote; undefined where any of it has another shape. A file from the future (a clock
 * that was wrong) is not believed, and what cannot be in it counts for nothing. Never throws.
 */
export function parseHistories(bytes: Uint8Array, now: number): SavedHistories | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = file.indexOf(newline);
  const head = end === -1 ? undefined : parseHead(file.toString('utf8', 0, end));
  if (head === undefined || head.at > now + 60_000) return undefined;
  const numbersAt = end + 1;
  const idsAt = numbersAt + head.peers * historyWidth * bytesANumber;
  const endpointsAt = idsAt + head.ids;
  const earlierAt = endpointsAt + head.endpoints;
  if (earlierAt > file.length) return undefined;
  const numbers = new Float64Array(head.peers * historyWidth);
  new Uint8Array(numbers.buffer).set(file.subarray(numbersAt, idsAt));
  makePlausible(numbers, head.at);
  const ids = splitLines(file.toString('utf8', idsAt, endpointsAt)) as PeerId[];
  const endpoints = parseEndpoints(file.toString('utf8', endpointsAt, earlierAt));
  if (ids.length !== head.peers || endpoints.length !== head.peers) return undefined;
  const earlier = parseEarlier(file.toString('utf8', earlierAt), endpoints);
  if (earlier === undefined) return undefined;
  return { at: head.at, histories: new PeerHistories({ ids, numbers, endpoints, earlier }) };
}

function parseHead(line: string): Head | undefined {
  const head = parseJson(line) as Partial<Head> | null | undefined;
  const isOurs = head?.format === format && head.order === byteOrder();
  if (!isOurs || typeof head.at !== 'number' || !isCount(head.peers)) return undefined;
  return isCount(head.ids) && isCount(head.endpoints) ? (head as Head) : undefined;
}

/** The lines of a text; each of them ends with a newline. */
function splitLines(text: string): string[] {
  const lines = text.split('\n');
  lines.pop();
  return lines;
}

const plainLines = /^[\n -~]*$/;

function parseEndpoints(text: string): (Printable | undefined)[] {
  const lines = splitLines(text);
  // One look at all of them instead of one at each.
  const shown = plainLines.test(text) ? lines.map(known) : lines.map(printable);
  return shown.map((line) => (line === '' ? undefined : line));
}

function parseEarlier(
  text: string,
  endpoints: readonly (Printable | undefined)[],
): Map<number, readonly EndpointSeen[]> | undefined {
  const rows = parseJson(text);
  if (!Array.isArray(rows)) return undefined;
  const earlier = new Map<number, readonly EndpointSeen[]>();
  for (const row of rows as unknown[]) {
    const [place, list] = Array.isArray(row) ? (row as unknown[]) : [];
    if (!isCount(place) || endpoints[place] === undefined || !Array.isArray(list)) continue;
    const seen = list.flatMap(endpointOf);
    if (seen.length > 0) earlier.set(place, seen);
  }
  return earlier;
}

function endpointOf(value: unknown): EndpointSeen[] {
  const { endpoint, since } = (value ?? {}) as { endpoint?: unknown; since?: unknown };
  return typeof endpoint === 'string' && typeof since === 'number' ? [{ endpoint: printable(endpoint), since }] : [];
}

/**
 * Puts right what nobody wrote: counts that are negative or endless, and times that are later than the file's own. Only a
 * handshake may be later, where one of two clocks is wrong.
 */
function makePlausible(numbers: Float64Array, at: number): void {
  const { latestHandshake, endpointSince, sampledAt } = historyColumns;
  for (let row = 0; row < numbers.length; row += historyWidth) {
    for (let place = row; place < row + latestHandshake; place += 1) {
      if (!isWithin(numbers[place], Number.MAX_SAFE_INTEGER)) numbers[place] = 0;
    }
    if (!isWithin(numbers[row + latestHandshake], Number.MAX_SAFE_INTEGER)) numbers[row + latestHandshake] = Number.NaN;
    for (let place = row + latestHandshake + 1; place < row + historyWidth; place += 1) {
      const value = numbers[place] ?? 0;
      if (value < 0 || value > at) numbers[place] = Number.NaN;
    }
    if (Number.isNaN(numbers[row + endpointSince])) numbers[row + endpointSince] = at;
    if (Number.isNaN(numbers[row + sampledAt])) numbers[row + sampledAt] = at;
  }
}

function isWithin(value = Number.NaN, most: number): boolean {
  return value >= 0 && value <= most;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function byteOrder(): 'LE' | 'BE' {
  return new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 'LE' : 'BE';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
