/** The records of all changes, and what became of each. */
import type { Host } from '../host/host.ts';
import { known, type Printable, printable } from '../host/printable.ts';
import { type BootClock, isAlive, readBootClock } from './machine.ts';
import { changesDirectory, placesOf } from './places.ts';
import { type StoredChange, storedChange } from './record.ts';
import type { ChangeRecord, ChangeState } from './results.ts';

/** So many changes that are over are remembered, with what it takes to undo them. */
const mostKept = 200;

/** A deadline that passed so long ago should have been kept by somebody, milliseconds. */
const overdueMs = 10_000;

const idPattern = /^\d{8}-\d{6}-[0-9a-f]{4}$/;

/** All changes, newest first. What is no record, or one of a later version, is left out. Never throws. */
export async function readChanges(host: Host): Promise<readonly ChangeRecord[]> {
  const names = await host.listDirectory(changesDirectory(host.facts));
  const ids = names.outcome === 'read' ? names.value.filter((name) => idPattern.test(name)).toReversed() : [];
  const clock = await readBootClock(host);
  const read = await Promise.all(ids.map((id) => readChange(host, id, clock)));
  const changes = read.filter((change) => change !== undefined);
  // An undo may itself be undone; it is always newer than what it undoes, and so its own end is known here already.
  const undoneBy = new Map<string, string>();
  return changes.map((change) => {
    if (change.state.kind !== 'done') return change;
    const by = undoneBy.get(change.id);
    if (by !== undefined) return { ...change, state: { kind: 'undone', by } };
    if (change.undoes !== undefined) undoneBy.set(change.undoes, change.id);
    return change;
  });
}

async function readChange(host: Host, id: string, clock: BootClock | undefined): Promise<ChangeRecord | undefined> {
  const stored = await readRecord(host, id);
  return stored && { ...stored, state: await stateOf(host, stored, clock) };
}

async function readRecord(host: Host, id: string): Promise<StoredChange | undefined> {
  const text = await host.readFile(placesOf(host.facts, id).record);
  if (text.outcome !== 'read') return undefined;
  const parsed = storedChange.safeParse(json(text.value));
  return parsed.success && parsed.data.id === id ? parsed.data : undefined;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What the markers say, the last word first. */
async function stateOf(host: Host, change: StoredChange, clock: BootClock | undefined): Promise<ChangeState> {
  const places = placesOf(host.facts, change.id);
  const listed = await host.listDirectory(places.directory);
  const names = new Set(listed.outcome === 'read' ? listed.value : []);
  const has = (path: string) => names.has(path.slice(places.directory.length + 1));
  if (has(places.reverted)) return readReverted(host, places.reverted);
  if (has(places.failed)) return { kind: 'stuck', reason: await firstLine(host, places.failed) };
  if (has(places.done)) return { kind: 'done' };
  const lives = await isAlive(host, change);
  if (!has(places.begun) && !lives) return { kind: 'reverted', reason: unbegun, at: undefined };
  if (clock?.bootId !== change.bootId) return { kind: 'rebooted' };
  if (has(places.pending) && change.deadline !== undefined) {
    if (clock.uptimeMs > change.deadline.uptimeMs + overdueMs) return { kind: 'interrupted' };
    return {
      kind: 'pending',
      deadline: host.now() + change.deadline.uptimeMs - clock.uptimeMs,
      sinceMs: Number(await firstLine(host, places.pending)) || 0,
    };
  }
  return { kind: lives ? 'applying' : 'interrupted' };
}

const unbegun = known('the program that made the change ended before anything was changed');

async function readReverted(host: Host, path: string): Promise<ChangeState> {
  const text = await host.readFile(path);
  const [reason = '', at = ''] = text.outcome === 'read' ? text.value.split('\n') : [];
  const seconds = Number(at);
  return {
    kind: 'reverted',
    reason: printable(reason === '' ? 'the reason was not written down' : reason),
    at: at !== '' && Number.isFinite(seconds) ? seconds * 1000 : undefined,
  };
}

async function firstLine(host: Host, path: string): Promise<Printable> {
  const text = await host.readFile(path);
  return printable(text.outcome === 'read' ? (text.value.split('\n')[0] ?? '') : 'it cannot be read');
}

/** An id that sorts after every other: that of the time, or of the second after the newest where the clock went back. */
export function nextId(now: number, newest: string | undefined, suffix: string): string {
  const last = newest === undefined ? Number.NEGATIVE_INFINITY : secondOf(newest);
  const date = new Date(Math.max(Math.floor(now / 1000), last + 1) * 1000);
  const [day = '', time = ''] = date.toISOString().split('T');
  return `${day.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}-${suffix}`;
}

/** The second that an id names, since the epoch. */
function secondOf(id: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)/.exec(id);
  const [, year, month, day, hour, minute, second] = (match ?? []).map(Number);
  if (second === undefined) return Number.NEGATIVE_INFINITY;
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second) / 1000;
}

/**
 * Forgets changes that are over, but the newest 200, what was kept for reverting those that are reverted, and attempts
 * that ended before they had a record. Nobody waits for it and nothing depends on it: what cannot be removed now is tried
 * the next time. With the lock.
 */
export async function pruneChanges(host: Host, changes: readonly ChangeRecord[]): Promise<void> {
  const over = changes.filter(({ state }) => ['done', 'undone', 'reverted'].includes(state.kind));
  const paths = over.flatMap(({ id, state, vaults }, index) => {
    if (index >= mostKept) return [...vaults, placesOf(host.facts, id).directory];
    return state.kind === 'reverted' ? vaults : [];
  });
  for (const path of [...paths, ...(await attempts(host))]) await host.removeDirectory(path).catch(() => undefined);
}

/** The directories of attempts without a record. */
async function attempts(host: Host): Promise<string[]> {
  const names = await host.listDirectory(changesDirectory(host.facts));
  const ids = names.outcome === 'read' ? names.value.filter((name) => idPattern.test(name)) : [];
  const found = await Promise.all(
    ids.map(async (id) => {
      const { record, vaults, directory } = placesOf(host.facts, id);
      if ((await host.stat(record)).outcome !== 'absent') return [];
      const text = await host.readFile(vaults);
      return [...(text.outcome === 'read' ? text.value.split('\n').filter((line) => line !== '') : []), directory];
    }),
  );
  return found.flat();
}
