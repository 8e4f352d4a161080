import { riskDocument } from '../change/plan-json.ts';
import type { RecordedStep } from '../change/record.ts';
import type { ChangeNotice } from '../change/recover.ts';
import type { ChangeRecord, ChangeState } from '../change/results.ts';
import type { Host } from '../host/host.ts';

/** The version of the document; it grows when a field changes its meaning or goes, not when one is added. */
export const changesVersion = 1;

/** What was changed as one JSON document, newest first (docs/changes-json.md). It never holds a private or preshared key. */
export function changesDocument(host: Host, changes: readonly ChangeRecord[], notices: readonly ChangeNotice[]) {
  return {
    version: changesVersion,
    host: host.facts.hostname,
    at: new Date(host.now()).toISOString(),
    changes: changes.map((change) => changeRecordDocument(change, notices)),
  };
}

function changeRecordDocument(change: ChangeRecord, notices: readonly ChangeNotice[]) {
  const { id, title, interfaceName, at, by, state, risk, affected, steps, undoes } = change;
  const notice = notices.find((one) => one.change.id === id);
  return {
    id,
    title,
    interface: interfaceName,
    at: new Date(at).toISOString(),
    by: { user: by.user, uid: by.uid, from: by.from },
    state: stateDocument(state),
    notice: notice === undefined ? null : { sentence: notice.sentence, choices: notice.choices },
    risk: riskDocument(risk),
    affected: affected.map(({ label, how }) => ({ label, how })),
    undoes: undoes ?? null,
    steps: steps.map(stepDocument),
  };
}

function stateDocument(state: ChangeState) {
  return {
    kind: state.kind,
    reason: 'reason' in state ? state.reason : null,
    deadline: state.kind === 'pending' ? new Date(state.deadline).toISOString() : null,
    revertedAt: state.kind === 'reverted' && state.at !== undefined ? new Date(state.at).toISOString() : null,
    undoneBy: state.kind === 'undone' ? state.by : null,
  };
}

function stepDocument(step: RecordedStep) {
  return {
    kind: step.kind,
    subject: subjectOf(step),
    diff: step.kind === 'file' ? step.diff.map(({ kind, line, text }) => ({ kind, line: line ?? null, text })) : null,
  };
}

/** What a step is about: a path, a peer's key, a prefix, an address, a setting, the prefixes whose connections end, or an interface. */
function subjectOf(step: RecordedStep): string {
  switch (step.kind) {
    case 'file':
      return step.path;
    case 'peer':
      return step.publicKey;
    case 'route':
      return step.prefix;
    case 'address':
      return step.address;
    case 'interface':
      return step.setting;
    case 'flows':
      return step.prefixes.join(', ');
    case 'sysctl':
      return step.key;
    case 'tunnel':
      return step.interfaceName;
  }
}
