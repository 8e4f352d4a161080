import { join } from 'node:path/posix';
import type { Host } from '../host/host.ts';
import { type Printable, printable } from '../host/printable.ts';
import { type EndpointSeen, noPast, type PeerHistory } from '../wg/activity/history.ts';
import type { PeerId } from '../wg/peer.ts';
import type { SavedHistories } from './tracker.ts';

/** Says what the file is; another version is ignored, for the file can be thrown away. */
const format = 'meshtui activity 1';

/** The file that keeps what each peer was doing from one run to the next. */
export function historyPath(host: Host): string {
  return join(host.facts.stateDirectory, 'activity.json');
}

/** The saved histories; undefined where there are none to trust. */
export async function loadHistories(host: Host): Promise<SavedHistories | undefined> {
  const file = await host.readFile(historyPath(host));
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

/** One JSON array of arrays, for 10,000 peers are read before the first paint. Blank histories are left out. */
export function printHistories(histories: SavedHistories): string {
  const rows: SavedRow[] = [];
  for (const [id, history] of histories.peers) {
    const isBlank = history.lastRxAt === undefined && history.txBytes === 0 && history.rxBytes === 0;
    if (!isBlank) rows.push([id, ...rowOf(history)]);
  }
  return JSON.stringify({ format, at: histories.at, peers: rows });
}

/**
 * Reads what {@link printHistories} wrote; a row of another shape is left out. A file from the future (a clock that was
 * wrong) is not believed.
 */
export function parseHistories(text: string, now: number): SavedHistories | undefined {
  let saved: { format?: unknown; at?: unknown; peers?: unknown } | null;
  try {
    saved = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (saved?.format !== format || typeof saved.at !== 'number' || saved.at > now + 60_000) return undefined;
  const peers: [PeerId, PeerHistory][] = [];
  for (const row of Array.isArray(saved.peers) ? saved.peers : []) {
    if (isRow(row)) peers.push([row[0] as PeerId, historyOf(row, saved.at)]);
  }
  return { at: saved.at, peers };
}

type SavedRow = readonly [id: string, ...ReturnType<typeof rowOf>];

function rowOf(history: PeerHistory) {
  const endpoints = history.past.endpoints.map(({ endpoint, since }) => [endpoint, since] as const);
  return [
    history.rxBytes,
    history.txBytes,
    history.past.rxBase,
    history.past.txBase,
    history.calls,
    history.knocks,
    history.latestHandshake ?? null,
    history.lastRxAt ?? null,
    history.lastRxBy ?? null,
    history.lastDataAt ?? null,
    history.unansweredSince ?? null,
    history.unansweredAt ?? null,
    history.lastCallAt ?? null,
    history.lastKnockAt ?? null,
    history.past.keepalives,
    history.past.handshakeIntervals,
    endpoints,
  ] as const;
}

function isRow(row: unknown): row is unknown[] {
  return Array.isArray(row) && row.length === 18 && typeof row[0] === 'string';
}

/** A time later than the file's own is none; only a handshake may be, where one of two clocks is wrong. */
function historyOf(row: readonly unknown[], savedAt: number): PeerHistory {
  const past = (value: unknown) => time(value, savedAt);
  return {
    rxBytes: count(row[1]),
    txBytes: count(row[2]),
    calls: count(row[5]),
    knocks: count(row[6]),
    latestHandshake: time(row[7], Number.MAX_SAFE_INTEGER),
    lastRxAt: past(row[8]),
    lastRxBy: past(row[9]),
    lastDataAt: past(row[10]),
    unansweredSince: past(row[11]),
    unansweredAt: past(row[12]),
    lastCallAt: past(row[13]),
    lastKnockAt: past(row[14]),
    past: {
      rxBase: count(row[3]),
      txBase: count(row[4]),
      keepalives: numbers(row[15]),
      handshakeIntervals: numbers(row[16]),
      endpoints: endpointsOf(row[17]),
    },
  };
}

function count(value: unknown): number {
  return Number.isFinite(value) && (value as number) >= 0 ? (value as number) : 0;
}

function time(value: unknown, latest: number): number | undefined {
  return typeof value === 'number' && value > 0 && value <= latest ? value : undefined;
}

function numbers(value: unknown): readonly number[] {
  if (!Array.isArray(value) || value.length === 0) return noPast.keepalives;
  return value.every((one) => Number.isFinite(one)) ? value : noPast.keepalives;
}

function endpointsOf(value: unknown): readonly EndpointSeen[] {
  if (!Array.isArray(value) || value.length === 0) return noPast.endpoints;
  const seen: EndpointSeen[] = [];
  for (const one of value as unknown[]) {
    if (!Array.isArray(one) || typeof one[0] !== 'string' || typeof one[1] !== 'number') continue;
    seen.push({ endpoint: printable(one[0]), since: one[1] });
  }
  return seen;
}
