import type { Host } from '../host/host.ts';
import { Observer } from '../observe/observer.ts';
import type { Snapshot } from '../observe/snapshot.ts';
import { obstacleSentence } from '../screens/blocked/notice.ts';
import type { CommonOptions } from './options.ts';
import type { Output } from './output.ts';

/** The hub as it is now; undefined where it cannot be shown, after saying why in one sentence. */
export async function readHub(
  host: Host,
  options: CommonOptions,
  words: readonly string[],
  output: Output,
): Promise<Snapshot | undefined> {
  const observer = new Observer(host, { intervalMs: options.refresh * 1000, argumentsGiven: words });
  const snapshot = await observer.begin({ only: options.interface });
  if (snapshot.source.status !== 'blocked') return snapshot;
  output.error(`meshtui: ${obstacleSentence(snapshot.source.obstacle)}`);
  return undefined;
}
