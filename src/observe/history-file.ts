import { join } from 'node:path/posix';
import type { Host } from '../host/host.ts';
import { type Printable, printable } from '../host/printable.ts';
import type { EndpointSeen, PeerHistory } from '../wg/activity/history.ts';
import type { PeerId } from '../wg/peer.ts';
import type { SavedHistories } from './tracker.ts';

/** The first line of the file; another version is ignored, for the file can be thrown away. */
const header = 'meshtui activity 1';

/** The file that keeps what each peer was doing from one run to the next. */
export function historyPath(host: Host): string {
  return join(host.facts.stateDirectory, 'activity.jsonl');
}

/** The saved histories; undefined where there are none to trust. A damaged line loses its own peer only. */
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

/** One line a peer, as JSON. Peers that were never heard nor called are left out. */
export function printHistories(histories: SavedHistories): string {
  const lines = [`${header} ${histories.at}`];
  for (const [id, history] of histories.peers) {
    const isBlank = history.lastRxAt === undefined && history.txBytes === 0 && history.rxBytes === 0;
    if (!isBlank) lines.push(JSON.stringify([id, history]));
  }
  return `${lines.join('\n')}\n`;
}

/** Reads what {@link printHistories} wrote. A file from the future (a clock that was wrong) is not believed. */
export function parseHistories(text: string, now: number): SavedHistories | undefined {
  const lines = text.split('\n');
  const at = Number(lines[0]?.startsWith(`${header} `) ? lines[0].slice(header.length + 1) : Number.NaN);
  if (!Number.isFinite(at) || at > now + 60_000) return undefined;
  const peers = new Map<PeerId, PeerHistory>();
  for (let index = 1; index < lines.length; index += 1) {
    const entry = parseLine(lines[index] ?? '');
    if (entry !== undefined) peers.set(entry[0], entry[1]);
  }
  return { at, peers };
}

function parseLine(line: string): readonly [PeerId, PeerHistory] | undefined {
  try {
    const [id, saved] = JSON.parse(line) as [unknown, Partial<Record<keyof PeerHistory, unknown>>];
    if (typeof id !== 'string') return undefined;
    const count = (value: unknown) => (typeof value === 'number' && value >= 0 ? value : 0);
    const time = (value: unknown) => (typeof value === 'number' && value > 0 ? value : undefined);
    const numbers = (value: unknown) => (Array.isArray(value) ? value.filter((one) => typeof one === 'number') : []);
    return [
      id as PeerId,
      {
        rxBytes: count(saved.rxBytes),
        txBytes: count(saved.txBytes),
        latestHandshake: time(saved.latestHandshake),
        rxBase: count(saved.rxBase),
        txBase: count(saved.txBase),
        lastRxAt: time(saved.lastRxAt),
        lastDataAt: time(saved.lastDataAt),
        unansweredSince: time(saved.unansweredSince),
        unansweredAt: time(saved.unansweredAt),
        calls: count(saved.calls),
        lastCallAt: time(saved.lastCallAt),
        knocks: count(saved.knocks),
        lastKnockAt: time(saved.lastKnockAt),
        keepalives: numbers(saved.keepalives),
        handshakeIntervals: numbers(saved.handshakeIntervals),
        endpoints: endpoints(saved.endpoints),
      },
    ];
  } catch {
    return undefined;
  }
}

function endpoints(value: unknown): EndpointSeen[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: Partial<Record<keyof EndpointSeen, unknown>> | null) =>
    typeof one?.endpoint === 'string' && typeof one.since === 'number'
      ? [{ endpoint: printable(one.endpoint), since: one.since }]
      : [],
  );
}
