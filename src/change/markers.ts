/** The markers by which a change and what reverts it come to one end, also where a lock does not keep them apart. */
import type { Host } from '../host/host.ts';
import { known, type Printable } from '../host/printable.ts';
import { type ChangePlaces, placesOf } from './places.ts';

/** Whether the revert script is at work, or was. */
export async function isTakenBack(host: Host, { reverting, reverted }: ChangePlaces): Promise<boolean> {
  const found = await Promise.all([reverting, reverted].map((path) => host.stat(path)));
  return found.some(({ outcome }) => outcome === 'read');
}

/**
 * Says that the change is done, unless a watchdog has begun to revert it. Each of the two first leaves its own mark and
 * then looks for the other's; where both see each other the watchdog goes away, and the change is taken back by whoever
 * gets the reason from here. Throws a HostError.
 */
export async function finish(host: Host, id: string): Promise<Printable | undefined> {
  const places = placesOf(host.facts, id);
  const late = known('The deadline came before the end of the change.');
  if (await isTakenBack(host, places)) return late;
  await host.writeNewFile(places.done, '', { mode: 0o600 });
  if (!(await isTakenBack(host, places))) return undefined;
  await host.removeFile(places.done);
  return late;
}
