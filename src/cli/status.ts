import { pause } from '../change/machine.ts';
import type { Host } from '../host/host.ts';
import { Observer } from '../observe/observer.ts';
import type { InterfaceView, Snapshot } from '../observe/snapshot.ts';
import { obstacleSentence } from '../screens/blocked/notice.ts';
import { arrangePeers } from '../screens/peers/arrange.ts';
import { peerColumns } from '../screens/peers/columns.ts';
import { formatRate } from '../ui/format.ts';
import { type Glyphs, glyphsFor } from '../ui/glyphs.ts';
import { fitColumns } from '../ui/table/columns.ts';
import { composeHeader, composeRow } from '../ui/table/line.ts';
import type { CommonOptions } from './options.ts';
import type { Output } from './output.ts';
import { plainTheme } from './plain-theme.ts';
import { statusDocument, warningsOf } from './status-json.ts';

/** What `meshtui status` takes. */
export interface StatusOptions extends CommonOptions {
  readonly json?: boolean;
  readonly watch?: boolean;
}

/** Columns of a table as text, with the two blanks before each row. */
const tableWidth = 120;

/** Rates need two readings: this far apart, milliseconds. */
const stepMs = 1_000;

/** Prints the hub as a table or as JSON, once or again and again; gives the exit code. */
export async function printStatus(
  host: Host,
  options: StatusOptions,
  words: readonly string[],
  output: Output,
): Promise<number> {
  const intervalMs = options.refresh * 1000;
  const observer = new Observer(host, { intervalMs, argumentsGiven: words });
  await observer.begin({ only: options.interface });
  // What is in the way now will be so in a second.
  if (observer.snapshot.source.status === 'blocked' && options.watch !== true)
    return printOne(observer.snapshot, options, output);
  await Promise.all([observer.lookAround(), pause(options.watch === true ? intervalMs : stepMs)]);
  await observer.sample();
  let code = printOne(observer.snapshot, options, output);
  while (options.watch === true && code === 0) {
    await pause(intervalMs);
    code = printOne(await observer.sample(), options, output);
  }
  await observer.stop();
  return code;
}

function printOne(snapshot: Snapshot, options: StatusOptions, output: Output): number {
  const { source } = snapshot;
  // Who watches waits for the interface to come back.
  const isPassing = source.status === 'blocked' && source.obstacle.kind === 'no-interface' && options.watch === true;
  if (source.status === 'blocked' && !isPassing) {
    output.error(`meshtui: ${obstacleSentence(source.obstacle)}`);
    return 1;
  }
  if (options.json === true)
    output.print(JSON.stringify(statusDocument(snapshot), null, options.watch === true ? 0 : 2));
  else output.print(statusText(snapshot, glyphsFor(options.ascii === true, process.env)));
  return 0;
}

/** The peers as plain text without colours, a table an interface. */
export function statusText(snapshot: Snapshot, glyphs: Glyphs): string {
  const { source } = snapshot;
  if (source.status === 'blocked') return obstacleSentence(source.obstacle);
  const tables = snapshot.interfaces.map((one) => interfaceText(one, snapshot, glyphs));
  const warnings = warningsOf(snapshot).map((warning) => `warning: ${warning}`);
  return [...tables, ...warnings].join('\n\n');
}

function interfaceText(one: InterfaceView, snapshot: Snapshot, glyphs: Glyphs): string {
  const columns = fitColumns(peerColumns(false, glyphs), tableWidth - 2);
  const sort = { key: 'address', isDescending: false } as const;
  const peers = arrangePeers([one], { sort, filter: '', interfaceName: undefined }, [], false);
  const rates = `${glyphs.down} ${formatRate(one.rxBitsPerSecond, glyphs.dash)}  ${glyphs.up} ${formatRate(one.txBitsPerSecond, glyphs.dash)}`;
  const context = { now: snapshot.now, glyphs };
  const style = { isSelected: false, isMuted: false };
  return [
    `${snapshot.hostname} ${one.name} :${one.listenPort}   ${one.onlineCount} of ${one.liveCount} online   ${rates}`,
    composeHeader(columns, { id: '', isDescending: false }, plainTheme, glyphs),
    ...peers.map((peer) => composeRow(peer, columns, context, style, plainTheme, glyphs).trimEnd()),
  ].join('\n');
}
