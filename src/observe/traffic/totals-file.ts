import { join } from 'node:path/posix';
import type { Host } from '../../host/host.ts';
import { type Printable, printable } from '../../host/printable.ts';
import { type InterfaceName, type PublicKey, parsePublicKey } from '../../wg/key.ts';
import { InterfaceTotals, type PeerSums, type Sums, type TotalsHead } from './interface-totals.ts';
import { setAside, trafficDirectory } from './log-files.ts';
import type { PeerIndexes } from './peer-index.ts';
import { Totals } from './totals.ts';

/** Rows of peers that are written at once: some 25 KB. */
const rowsAPiece = 256;

/** Says what the file is. */
const format = 'meshtui traffic totals 1';

/** The file that keeps what moved today and this month. */
export function totalsPath(host: Host): string {
  return join(trafficDirectory(host), 'totals.json');
}

/** What reading the totals gave: undefined where there are none. */
export type LoadedTotals =
  | { readonly outcome: 'read'; readonly totals: Totals | undefined; readonly problem: Printable | undefined }
  /** They are there and cannot be read, so they must not be replaced. */
  | { readonly outcome: 'failed'; readonly problem: Printable };

/** What the file says of one interface. */
interface SavedInterface {
  readonly name: InterfaceName;
  readonly head: TotalsHead;
  readonly sum: Sums;
  readonly peers: readonly (readonly [PublicKey, PeerSums])[];
}

/** Tells whether the file is still the same one: it is replaced as a whole. Undefined where that cannot be told. */
export async function totalsIdentity(host: Host): Promise<string | undefined> {
  const found = await host.stat(totalsPath(host));
  if (found.outcome === 'absent') return 'absent';
  return found.outcome === 'read' ? `${found.value.inode} ${found.value.modifiedMs} ${found.value.size}` : undefined;
}

/** The saved totals, by the places that their peers have or are given in `peers`. A file that is damaged is set aside. */
export async function loadTotals(host: Host, peers?: PeerIndexes): Promise<LoadedTotals> {
  const path = totalsPath(host);
  const file = await host.readFile(path);
  if (file.outcome === 'absent') return { outcome: 'read', totals: undefined, problem: undefined };
  if (file.outcome !== 'read') {
    const why = file.outcome === 'denied' ? 'permission denied' : file.reason;
    return { outcome: 'failed', problem: printable(`${path} cannot be read (${why}); traffic totals are not kept.`) };
  }
  const totals = parseTotals(file.value, peers);
  return { outcome: 'read', totals, problem: totals === undefined ? await setAside(host, path) : undefined };
}

/** Writes the totals; gives a sentence where that failed. */
export async function saveTotals(host: Host, totals: Totals): Promise<Printable | undefined> {
  try {
    await host.writeFileAtomic(totalsPath(host), printTotals(totals), { mode: 0o600 });
    return undefined;
  } catch (error) {
    return printable(`The traffic totals are not kept: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * The totals as JSON: an array a peer, for there may be thousands. It comes in pieces, because of 10,000 peers it is a
 * megabyte as text, and several times that as arrays. All are of the moment at which the first was asked for: a sum that is
 * older than the counters below it would lose what lies between.
 */
export function* printTotals(totals: Totals): Generator<Uint8Array, void, void> {
  const interfaces = [...totals.interfaces].map(([name, one]) => [name, one.copy()] as const);
  yield Buffer.from(`{"format":${JSON.stringify(format)},"interfaces":[`);
  let before = '';
  for (const [name, one] of interfaces) {
    const { at, since, day, isTodayEstimated, isMonthEstimated } = one.head;
    const head = { name, at, since, day, estimated: [isTodayEstimated, isMonthEstimated], sum: rowOf(one.sum) };
    yield Buffer.from(`${before}${JSON.stringify(head).slice(0, -1)},"peers":[`);
    for (let from = 0, comma = ''; from < one.peers.size; from += rowsAPiece) {
      const rows = peerRows(one, from, Math.min(from + rowsAPiece, one.peers.size));
      if (rows.length === 0) continue;
      yield Buffer.from(`${comma}${JSON.stringify(rows).slice(1, -1)}`);
      comma = ',';
    }
    yield Buffer.from(']}');
    before = ',';
  }
  yield Buffer.from(']}');
}

function peerRows(totals: InterfaceTotals, from: number, to: number): unknown[] {
  const rows: unknown[] = [];
  for (let place = from; place < to; place += 1) {
    const key = totals.peers.keyAt(place);
    const sums = totals.of(place);
    if (key !== undefined && sums !== undefined) rows.push([key, sums.rxBytes, sums.txBytes, ...rowOf(sums)]);
  }
  return rows;
}

/** Reads what {@link printTotals} wrote; undefined where any of it has another shape. Never throws. */
export function parseTotals(text: string, peers?: PeerIndexes): Totals | undefined {
  let saved: { format?: unknown; interfaces?: unknown } | null;
  try {
    saved = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (saved?.format !== format || !Array.isArray(saved.interfaces)) return undefined;
  const interfaces: SavedInterface[] = [];
  for (const one of saved.interfaces) {
    const parsed = parseInterface(one);
    if (parsed === undefined) return undefined;
    interfaces.push(parsed);
  }
  const totals = new Totals(peers);
  for (const one of interfaces) totals.interfaces.set(one.name, totalsOf(one, totals.peers));
  return totals;
}

function totalsOf({ name, head, sum, peers }: SavedInterface, indexes: PeerIndexes): InterfaceTotals {
  const index = indexes.of(name);
  const totals = new InterfaceTotals(index, head);
  totals.sum = sum;
  // All have their places before the first sums are put in, so that the column is made once.
  const places = peers.map(([publicKey]) => index.seat(publicKey, head.at));
  for (const [number, [, sums]] of peers.entries()) totals.set(places[number] ?? 0, sums);
  return totals;
}

function rowOf(sums: Sums): readonly number[] {
  return [sums.todayRx, sums.todayTx, sums.monthRx, sums.monthTx].map(Math.round);
}

function parseInterface(value: unknown): SavedInterface | undefined {
  const one = (value ?? {}) as Readonly<Record<string, unknown>>;
  const { name, at, since, day, estimated } = one;
  const sum = sumsOf(one['sum'], 0);
  if (typeof name !== 'string' || !isCount(at) || !isCount(since) || typeof day !== 'string') return undefined;
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || sum === undefined || !Array.isArray(one['peers'])) return undefined;
  const peers: (readonly [PublicKey, PeerSums])[] = [];
  for (const row of one['peers']) {
    const parsed = parsePeer(row);
    if (parsed === undefined) return undefined;
    peers.push(parsed);
  }
  const [isTodayEstimated, isMonthEstimated] = Array.isArray(estimated) ? estimated.map((flag) => flag === true) : [];
  const head = {
    at,
    since,
    day,
    isTodayEstimated: isTodayEstimated === true,
    isMonthEstimated: isMonthEstimated === true,
  };
  return { name: printable(name) as string as InterfaceName, head, sum, peers };
}

function parsePeer(row: unknown): readonly [PublicKey, PeerSums] | undefined {
  if (!Array.isArray(row)) return undefined;
  const [key, rxBytes, txBytes] = row as readonly unknown[];
  const publicKey = typeof key === 'string' ? parsePublicKey(key) : undefined;
  const sums = sumsOf(row, 3);
  if (publicKey === undefined || sums === undefined || !isCount(rxBytes) || !isCount(txBytes)) return undefined;
  return [publicKey, { rxBytes, txBytes, ...sums }];
}

function sumsOf(row: unknown, from: number): Sums | undefined {
  if (!Array.isArray(row) || row.length !== from + 4) return undefined;
  const [todayRx, todayTx, monthRx, monthTx] = row.slice(from) as readonly unknown[];
  if (!isCount(todayRx) || !isCount(todayTx) || !isCount(monthRx) || !isCount(monthTx)) return undefined;
  return { todayRx, todayTx, monthRx, monthTx };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
