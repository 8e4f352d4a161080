import { prepareAll } from '../flows/add/prepare.ts';
import type { AddField } from '../flows/add/request.ts';
import type { Host } from '../host/host.ts';
import type { InterfaceView, Snapshot } from '../observe/snapshot.ts';
import type { InterfaceName } from '../wg/key.ts';
import { addPrepared } from './add-apply.ts';
import { type AddCommand, type AddOptions, type AddOrder, report } from './add-command.ts';
import { destinationOf } from './add-deliver.ts';
import { sayCandidates } from './change-peer.ts';
import { tellNotices } from './notices.ts';
import type { Output } from './output.ts';
import { readHubToChange } from './read-hub.ts';
import { onlyErrors, type Talk } from './talk.ts';

/** The hub as it was read, and the interface that is meant. */
interface Target {
  readonly snapshot: Snapshot;
  readonly interfaceName: InterfaceName;
}

/** Adds clients in one plan, delivers their configurations, and waits for the proof. Gives the exit code. */
export async function addClients(
  host: Host,
  talk: Talk,
  options: AddOptions,
  words: readonly string[],
  order: AddOrder,
): Promise<number> {
  const { output } = talk;
  const usage = problemOfWay(commandOf(host, talk, options, order));
  if (usage !== undefined) return wrongUsage(output, usage);
  await tellNotices(host, onlyErrors(talk));
  const snapshot = await readHubToChange(host, options, words, output);
  if (snapshot === undefined) return 1;
  const view = interfaceOf(snapshot, options.interface);
  if (view === undefined) {
    const isNamed = options.interface !== undefined;
    sayCandidates(
      output,
      isNamed ? `There is no interface ${options.interface} here.` : 'There are several interfaces; say which with -i.',
      snapshot.interfaces.map(({ name }) => name),
    );
    return 2;
  }
  return addTo(host, talk, options, { snapshot, interfaceName: view.name }, order);
}

/** The same where the hub is read and the interface known. */
export async function addTo(
  host: Host,
  talk: Talk,
  options: AddOptions,
  { snapshot, interfaceName }: Target,
  order: AddOrder,
): Promise<number> {
  const command = commandOf(host, talk, options, order);
  const usage = problemOfWay(command);
  if (usage !== undefined) return wrongUsage(talk.output, usage);
  const prepared = await prepareAll(host, snapshot, interfaceName, order.requests);
  if (prepared.outcome === 'ready') return addPrepared(command, snapshot, prepared);
  if (prepared.outcome === 'refused') return report(command, prepared);
  return tellProblems(
    command,
    prepared.checks.map(({ problems }) => problems),
  );
}

function commandOf(host: Host, talk: Talk, options: AddOptions, order: AddOrder): AddCommand {
  const destination = destinationOf(options.out, talk);
  const { output } = talk;
  const isMute = options.out === '-' && options.json !== true;
  return {
    host,
    talk: isMute ? onlyErrors(talk) : talk,
    output,
    options,
    order,
    delivery: destination && { destination, formatOf: order.formatOf, qr: options.qr === true },
  };
}

function wrongUsage(output: Output, reason: string): 2 {
  output.error(`meshtui: ${reason}`);
  return 2;
}

/** Why a key that is made here could not reach anybody; undefined: it can, or there is none. */
function problemOfWay({ options, delivery, order }: AddCommand): string | undefined {
  const isSecret = order.requests.some(({ publicKey, presharedKey }) => publicKey === undefined || presharedKey);
  if (options.dryRun === true || !isSecret) return undefined;
  if (options.json === true && options.out === '-') {
    return 'JSON holds no key: --out DIR says where the configuration goes.';
  }
  if (delivery !== undefined) return undefined;
  return 'The configuration holds keys, and there is no terminal to show them on: --out DIR writes a file, --out - prints it.';
}

function interfaceOf({ interfaces }: Snapshot, name: string | undefined): InterfaceView | undefined {
  if (name !== undefined) return interfaces.find((one) => one.name === name);
  return interfaces.length === 1 ? interfaces[0] : undefined;
}

const wordOf: Readonly<Record<AddField, string>> = {
  name: 'NAME',
  tags: '--tags',
  kind: '--kind',
  reach: '--reach',
  lans: '--lan',
  address: '--address',
  publicKey: '--public-key',
  endpoint: '--endpoint',
  dns: '--dns',
  mtu: '--mtu',
  gatewayLans: '--gateway-lan',
  lanInterface: '--lan-interface',
  probe: '--lan-host',
};

/** Says what is wrong with the words, each where it is. */
function tellProblems(command: AddCommand, all: readonly Partial<Record<AddField, string>>[]): number {
  const { order, options, output } = command;
  const lines = all.flatMap((problems, index) =>
    Object.entries(problems).map(([field, problem]) => `${order.where(index)}${wordOf[field as AddField]}: ${problem}`),
  );
  for (const line of lines) output.error(`meshtui: ${line}`);
  output.error('Nothing was changed.');
  if (options.json === true) report(command, { outcome: 'refused', reason: lines.join(' ') });
  return 2;
}
