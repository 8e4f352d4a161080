import { labelsOf } from '../flows/labels.ts';
import type { Host } from '../host/host.ts';
import { type HubDrift, readDrift } from '../observe/drift.ts';
import { findHubsElsewhere } from '../observe/ownership.ts';
import type { Snapshot } from '../observe/snapshot.ts';
import type { DriftItem } from '../wg/drift.ts';
import { driftDocument } from './drift-json.ts';
import type { CommonOptions } from './options.ts';
import type { Output } from './output.ts';
import { readHub } from './read-hub.ts';
import { warningsOf } from './status-json.ts';

/** What `meshtui drift` takes. */
interface DriftOptions extends CommonOptions {
  readonly json?: boolean;
}

/** Prints where files, running interfaces and kernel differ, as text or as JSON; gives the exit code. */
export async function printDrift(
  host: Host,
  options: DriftOptions,
  words: readonly string[],
  output: Output,
): Promise<number> {
  const snapshot = await readHub(host, options, words, output);
  if (snapshot === undefined) {
    for (const { says } of await findHubsElsewhere(host)) output.error(`meshtui: ${says}`);
    return 1;
  }
  const readings = await Promise.all(
    snapshot.interfaces.map(({ name }) => readDrift(host, name, labelsOf(snapshot, name))),
  );
  const failed = readings.find((reading) => reading.outcome === 'failed');
  if (failed !== undefined) {
    output.error(`meshtui: ${failed.reason}`);
    return 1;
  }
  const drifts = readings.flatMap((reading) => (reading.outcome === 'read' ? [reading.drift] : []));
  output.print(
    options.json === true ? JSON.stringify(driftDocument(snapshot, drifts), null, 2) : driftText(snapshot, drifts),
  );
  return 0;
}

/** Each interface with who keeps it, and each difference with what is written, what runs and what can be done. */
function driftText(snapshot: Snapshot, drifts: readonly HubDrift[]): string {
  const warnings = warningsOf(snapshot).map((warning) => `warning: ${warning}`);
  return [...drifts.map(interfaceText), ...warnings].join('\n\n');
}

function interfaceText({ hub, ownership, items, ignored, problems }: HubDrift): string {
  const { manager, proof, warnings } = ownership;
  const shown = items.filter(({ id }) => !ignored.has(id));
  const count = items.length - shown.length;
  return [
    `${hub.interfaceName}  kept by ${manager}: ${proof}`,
    ...(ownership.writable ? [] : [`read-only: ${ownership.reason}`]),
    ...[...warnings, ...problems].map((each) => `warning: ${each}`),
    ...shown.flatMap((item) => ['', ...itemLines(item)]),
    ...(shown.length === 0 && problems.length === 0 && hub.conf !== undefined ? ['Nothing has drifted.'] : []),
    ...(count === 0 ? [] : ['', `${count} more ${count === 1 ? 'is' : 'are'} ignored.`]),
  ].join('\n');
}

function itemLines({ id, severity, what, file, running, canPush, canAdopt }: DriftItem): string[] {
  const ways = [...(canPush ? ['push'] : []), ...(canAdopt ? ['adopt'] : []), 'ignore'];
  return [
    `${severity}: ${what}`,
    ...(file === undefined && running === undefined
      ? []
      : [`  file: ${file ?? 'nothing'}`, `  runs: ${running ?? 'nothing'}`]),
    `  ${id}  (${ways.join(', ')})`,
  ];
}
