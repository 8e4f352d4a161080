import { printable } from '../host/printable.ts';
import { diffConf } from './diff.ts';
import { sameSecret } from './live.ts';
import { keyVault, stepPlaces, vaultOf } from './places.ts';
import type { FileContent, FileStep, PeerStep, Plan, RunningPeer, Step } from './plan.ts';
import type { RecordedFileStep, RecordedPeerStep, RecordedStep, StoredChange } from './record.ts';
import { sha256 } from './sum.ts';

/** What a record says beside its plan. */
export type About = Pick<StoredChange, 'id' | 'at' | 'by' | 'process' | 'bootId' | 'uptimeMs' | 'deadline'>;

/** A plan as it is written down: texts as their sums, preshared keys as whether there is one. */
export function toRecord(plan: Plan, about: About): StoredChange {
  const { title, interfaceName, affected, risk, undoes } = plan;
  return {
    version: 1,
    ...about,
    title,
    interfaceName,
    steps: plan.steps.map((step, index) => recordedStep(step, index, about.id)),
    affected: affected.map((one) => ({ ...one })),
    risk: risk.level === 'safe' ? { level: 'safe' } : { ...risk, reasons: [...risk.reasons] },
    undoes,
    vaults: vaultsOf(plan.steps, about.id),
  };
}

/** The directories in which files and keys of these steps are kept. */
export function vaultsOf(steps: readonly Step[], id: string): string[] {
  const vaults = steps.flatMap((step) => {
    if (step.kind === 'file') return [vaultOf(step.path, id)];
    return step.kind === 'peer' && step.before?.presharedKey !== undefined ? [keyVault(step, id)] : [];
  });
  return [...new Set(vaults)];
}

function recordedStep(step: Step, index: number, id: string): RecordedStep {
  switch (step.kind) {
    case 'file':
      return recordedFile(step, index, id);
    case 'peer':
      return recordedPeerStep(step, index, id);
    case 'flows':
      return { kind: 'flows', prefixes: [...step.prefixes] };
    case 'route':
    case 'address':
    case 'interface':
    case 'tunnel':
      return step;
    case 'sysctl':
      return { ...step, before: printable(step.before), after: printable(step.after) };
  }
}

function recordedFile(step: FileStep, index: number, id: string): RecordedFileStep {
  const { path, before, after } = step;
  const places = stepPlaces(step, index, id);
  const sum = (content: FileContent | undefined) =>
    content && { sha256: sha256(content.text.reveal()), mode: content.mode };
  return {
    kind: 'file',
    path,
    before: sum(before),
    after: sum(after),
    kept: before && places?.kept,
    staged: after && places?.staged,
    diff: diffConf(before?.text, after?.text),
  };
}

function recordedPeerStep(step: PeerStep, index: number, id: string): RecordedPeerStep {
  const { interfaceName, program, publicKey, label, before, after } = step;
  return {
    kind: 'peer',
    interfaceName,
    program,
    publicKey,
    label,
    before: recordedPeer(before),
    after: recordedPeer(after),
    changesPresharedKey: !sameSecret(before?.presharedKey, after?.presharedKey),
    keptPresharedKey: before?.presharedKey && stepPlaces(step, index, id)?.presharedKey,
  };
}

function recordedPeer(peer: RunningPeer | undefined): RecordedPeerStep['before'] {
  if (peer === undefined) return undefined;
  const { allowedIps, endpoint, persistentKeepalive, presharedKey } = peer;
  return {
    allowedIps: [...allowedIps],
    endpoint: endpoint as RecordedPeerStep['label'] | undefined,
    persistentKeepalive,
    hasPresharedKey: presharedKey !== undefined,
  };
}
