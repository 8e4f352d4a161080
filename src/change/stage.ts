import type { Host } from '../host/host.ts';
import { encodeConf } from '../wg/conf/decode.ts';
import type { Hubs } from './compare.ts';
import { guardScript, type Watch } from './guard.ts';
import { placesOf, stepPlaces } from './places.ts';
import type { FileStep, Plan, Step } from './plan.ts';
import type { StoredChange } from './record.ts';
import { revertScript } from './script.ts';

/**
 * Writes everything down that applying and reverting a plan needs, synced, and changes nothing that is in use. The record
 * comes last: a directory without one was never more than an attempt. Throws a HostError; then {@link unstage}.
 */
export async function stage(host: Host, plan: Plan, change: StoredChange, hubs: Hubs, watch: Watch): Promise<void> {
  const { id, title } = change;
  const places = placesOf(host.facts, id);
  const write = (path: string, text: string) => host.writeNewFile(path, text, { mode: 0o600 });
  await host.makeDirectory(places.directory, 0o700);
  await write(places.vaults, change.vaults.map((vault) => `${vault}\n`).join(''));
  for (const vault of change.vaults) await host.makeDirectory(vault, 0o700);
  for (const [index, step] of plan.steps.entries()) await stageStep(host, step, index, id);
  await write(places.spare, '');
  await write(places.script, revertScript(host.facts, { id, title, steps: plan.steps, hubs }));
  await write(places.guard, guardScript(host.facts, id, watch));
  await write(places.record, `${JSON.stringify(change, undefined, 2)}\n`);
}

async function stageStep(host: Host, step: Step, index: number, id: string): Promise<void> {
  const places = stepPlaces(step, index, id);
  if (places === undefined) return;
  if (step.kind === 'file') return stageFile(host, step, places.kept, places.staged);
  const key = step.kind === 'peer' ? step.before?.presharedKey : undefined;
  if (key !== undefined) await host.writeNewFile(places.presharedKey, `${key.reveal()}\n`, { mode: 0o600 });
}

/** The old file gets its second name now: where the file system cannot do that, it is found out before anything changed. */
async function stageFile(host: Host, step: FileStep, kept: string, staged: string): Promise<void> {
  const { path, before, after } = step;
  if (before !== undefined) await host.linkFile(path, kept);
  if (after === undefined) return;
  if (before === undefined) {
    await host.writeNewFile(staged, encodeConf(after.text.reveal()), { mode: after.mode });
    return;
  }
  // Written in place of another name of the old file, the new one has the old one's owner.
  await host.linkFile(path, staged);
  await host.writeFileAtomic(staged, encodeConf(after.text.reveal()), { mode: after.mode });
}

/** Removes what was staged, as far as it can be; nothing of it was in use. */
export async function unstage(host: Host, { id, vaults }: Pick<StoredChange, 'id' | 'vaults'>): Promise<void> {
  for (const path of [...vaults, placesOf(host.facts, id).directory]) {
    await host.removeDirectory(path).catch(() => undefined);
  }
}
