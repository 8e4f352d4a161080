import type { Decision } from '../flows/decision.ts';
import { preparePlan } from '../flows/prepare.ts';
import type { Host } from '../host/host.ts';
import type { Snapshot } from '../observe/snapshot.ts';
import type { InterfaceName } from '../wg/key.ts';
import { type ChangeOptions, carryOut } from './change.ts';
import { sayCandidates } from './change-peer.ts';
import { tellNotices } from './notices.ts';
import { readHubToChange } from './read-hub.ts';
import type { Talk } from './talk.ts';

type DriftDecision = Extract<Decision, { kind: 'drift' }>;

/** Pushes, adopts or ignores differences by their ids, those of one interface in one plan. Gives the exit code. */
export async function changeDrift(
  host: Host,
  talk: Talk,
  options: ChangeOptions,
  words: readonly string[],
  how: DriftDecision['how'],
  ids: readonly string[],
): Promise<number> {
  const interfaces = [...new Set(ids.map((id) => id.slice(0, Math.max(0, id.indexOf('/')))))];
  const [name = '', ...others] = interfaces;
  if (name === '' || others.length > 0) {
    const reason =
      others.length > 0
        ? 'The ids are of more than one interface: one plan is for one.'
        : 'An id begins with an interface.';
    talk.output.error(`meshtui: ${reason} meshtui drift lists them.`);
    return 2;
  }
  return onInterface(host, talk, options, words, name, (interfaceName) => ({
    kind: 'drift',
    how,
    interfaceName,
    items: ids,
  }));
}

/** Writes a configuration file for an interface that nobody keeps. Gives the exit code. */
export function adoptInterface(
  host: Host,
  talk: Talk,
  options: ChangeOptions,
  words: readonly string[],
  name: string,
): Promise<number> {
  return onInterface(host, talk, options, words, name, (interfaceName) => ({ kind: 'adopt', interfaceName }));
}

async function onInterface(
  host: Host,
  talk: Talk,
  options: ChangeOptions,
  words: readonly string[],
  name: string,
  decide: (interfaceName: InterfaceName) => Decision,
): Promise<number> {
  await tellNotices(host, talk);
  const snapshot = await readHubToChange(host, options, words, talk.output);
  if (snapshot === undefined) return 1;
  const found = interfaceNamed(snapshot, name);
  if (found === undefined) {
    sayCandidates(
      talk.output,
      `There is no interface "${name}" here. There are:`,
      snapshot.interfaces.map((one) => one.name),
    );
    return 2;
  }
  return carryOut(host, talk, options, await preparePlan(host, snapshot, decide(found)));
}

function interfaceNamed({ interfaces }: Snapshot, name: string): InterfaceName | undefined {
  return interfaces.find((one) => one.name === name)?.name;
}
