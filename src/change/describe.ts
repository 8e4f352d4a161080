import { known, type Printable, printable } from '../host/printable.ts';
import { type DiffLine, diffConf } from './diff.ts';
import { commandsOf, type LiveStep, sameMembers, sameSecret, secretPlaceholder } from './live.ts';
import type { FileStep, PeerStep, Plan, RouteStep, Step, TunnelStep } from './plan.ts';
import { listed } from './words.ts';

/** A step in words. */
export interface StepText {
  readonly kind: Step['kind'];
  /** A sentence. */
  readonly what: Printable;
  /** As they will run; a preshared key is `(hidden)`. */
  readonly commands: readonly Printable[];
  /** Of a file: the lines that change. */
  readonly diff: readonly DiffLine[];
}

/** What a plan means, for the console and `--dry-run` alike. No secret is in it. */
export interface PlanText {
  readonly title: Printable;
  readonly steps: readonly StepText[];
  /** A sentence for each who notices; one that says so where nobody does. */
  readonly affected: readonly Printable[];
  /** Sentences; one that says so where there is no risk. */
  readonly risk: readonly Printable[];
  /** How it is taken back. */
  readonly undo: readonly Printable[];
  readonly notes: readonly Printable[];
}

/** A plan in words. */
export function describePlan(plan: Plan): PlanText {
  const { title, steps, affected, notes } = plan;
  return {
    title,
    steps: steps.map(describeStep),
    affected:
      affected.length === 0 ? [known('Nobody notices.')] : affected.map(({ label, how }) => known(`${label} ${how}.`)),
    risk: riskWords(plan),
    undo: undoWords(plan),
    notes,
  };
}

/** One step in words, with its commands. */
export function describeStep(step: Step): StepText {
  if (step.kind === 'file') {
    return {
      kind: 'file',
      what: fileSentence(step),
      commands: [],
      diff: diffConf(step.before?.text, step.after?.text),
    };
  }
  return { kind: step.kind, what: known(sentenceOf(step)), commands: commandLines(step), diff: [] };
}

function riskWords({ risk, steps }: Plan): Printable[] {
  if (risk.level === 'safe') {
    return [known('Safe: nothing in it touches your own connection, or more than one peer.')];
  }
  const runs = steps.some(({ kind }) => kind !== 'file');
  const confirm = risk.touchesOperator
    ? 'Unless it is confirmed in time from a new login (meshtui confirm), it is taken back by itself.'
    : 'Unless it is confirmed in time, it is taken back by itself.';
  return runs ? [...risk.reasons, known(confirm)] : [...risk.reasons];
}

function undoWords({ steps, undoes }: Plan): Printable[] {
  const words = [known(undoes === undefined ? 'meshtui undo takes it back.' : `It takes back the change ${undoes}.`)];
  if (steps.some(({ kind }) => kind === 'flows')) {
    words.push(known('Connections that are ended stay ended; programs open new ones.'));
  }
  if (steps.some((step) => step.kind === 'peer' && step.after === undefined)) {
    words.push(known('A peer that comes back must make a new handshake, and its counters begin anew.'));
  }
  return words;
}

function fileSentence({ path, before, after }: FileStep): Printable {
  const name = printable(path);
  if (before === undefined) return known(`${name} is written.`);
  if (after === undefined) return known(`${name} is removed.`);
  return known(
    before.text.equals(after.text)
      ? `${name} gets the permissions ${after.mode.toString(8).padStart(4, '0')}.`
      : `${name} changes.`,
  );
}

function sentenceOf(step: LiveStep): string {
  switch (step.kind) {
    case 'peer':
      return peerSentence(step);
    case 'route':
      return routeSentence(step);
    case 'address':
      return `The address ${step.address} ${step.after ? 'is added to' : 'is removed from'} ${step.interfaceName}.`;
    case 'interface': {
      const value = (each: number) =>
        step.setting === 'fwmark' ? (each === 0 ? 'off' : `0x${each.toString(16)}`) : each;
      const name = step.setting === 'fwmark' ? 'fwmark' : 'listen port';
      return `The ${name} of ${step.interfaceName} changes from ${value(step.before)} to ${value(step.after)}.`;
    }
    case 'flows':
      return `Tracked connections of ${listed(step.prefixes)} are ended.`;
    case 'sysctl':
      return step.before === step.after
        ? `${step.key} stays ${step.after}.`
        : `${step.key} changes from ${step.before} to ${step.after}.`;
    case 'tunnel':
      return tunnelSentence(step);
  }
}

function tunnelSentence({ interfaceName, before, after }: TunnelStep): string {
  const moves = before.isUp === after.isUp ? [] : [after.isUp ? 'is brought up' : 'is taken down'];
  const boots =
    before.isEnabled === after.isEnabled ? [] : [after.isEnabled ? 'comes up at boot' : 'stays down at boot'];
  const words = [...moves, ...boots];
  return `${interfaceName} ${words.length === 0 ? 'stays as it is' : listed(words)}.`;
}

function peerSentence(step: PeerStep): string {
  const { label, interfaceName, before, after } = step;
  if (after === undefined) return `${label} is removed from ${interfaceName}.`;
  const prefixes = after.allowedIps.length === 0 ? 'no allowed IPs' : listed(after.allowedIps);
  if (before === undefined) return `${label} is added to ${interfaceName} with ${prefixes}.`;
  const changes: string[] = [];
  if (!sameMembers(before.allowedIps, after.allowedIps)) {
    changes.push(`its allowed IPs to ${after.allowedIps.length === 0 ? 'none' : listed(after.allowedIps)}`);
  }
  if (before.persistentKeepalive !== after.persistentKeepalive) {
    changes.push(
      `its keepalive to ${after.persistentKeepalive === undefined ? 'off' : `${after.persistentKeepalive} s`}`,
    );
  }
  if (after.endpoint !== undefined && after.endpoint !== before.endpoint) {
    changes.push(`its endpoint to ${after.endpoint}`);
  }
  if (!sameSecret(before.presharedKey, after.presharedKey)) {
    changes.push(`its preshared key to ${after.presharedKey === undefined ? 'none' : 'another one'}`);
  }
  return changes.length === 0
    ? `${label} on ${interfaceName} stays as it is.`
    : `${label} on ${interfaceName} changes ${listed(changes)}.`;
}

function routeSentence({ prefix, interfaceName, table, after }: RouteStep): string {
  const where = table === 'main' ? '' : ` (table ${table})`;
  return `${prefix} is ${after ? 'routed into' : 'no longer routed into'} ${interfaceName}${where}.`;
}

function commandLines(step: LiveStep): Printable[] {
  return commandsOf(step).map(({ argv }) =>
    printable(argv.map((word) => (word === secretPlaceholder ? '(hidden)' : word === '' ? "''" : word)).join(' ')),
  );
}
