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
  const { snapshot } = await begin(host, options, words, options.interface);
  return orSay(snapshot, output);
}

/**
 * The same with all interfaces, whichever is meant, and with where the operator comes from: a change on one may cut off who
 * comes through another.
 */
export async function readHubToChange(
  host: Host,
  options: CommonOptions,
  words: readonly string[],
  output: Output,
): Promise<Snapshot | undefined> {
  const observer = await begin(host, options, words, undefined);
  if (orSay(observer.snapshot, output) === undefined) return undefined;
  await observer.lookAround();
  return orSay(await observer.sample(), output);
}

async function begin(
  host: Host,
  options: CommonOptions,
  words: readonly string[],
  only: string | undefined,
): Promise<Observer> {
  const observer = new Observer(host, { intervalMs: options.refresh * 1000, argumentsGiven: words });
  await observer.begin({ only });
  return observer;
}

function orSay(snapshot: Snapshot, output: Output): Snapshot | undefined {
  if (snapshot.source.status !== 'blocked') return snapshot;
  output.error(`meshtui: ${obstacleSentence(snapshot.source.obstacle)}`);
  return undefined;
}
