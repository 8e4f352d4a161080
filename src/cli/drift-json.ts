import type { HubDrift } from '../observe/drift.ts';
import type { Snapshot } from '../observe/snapshot.ts';
import { type DriftItem, driftCount } from '../wg/drift.ts';
import type { DriftSubject } from '../wg/drift-item.ts';
import { warningsOf } from './status-json.ts';

/** The version of the document; it grows when a field changes its meaning or goes, not when one is added. */
export const driftVersion = 1;

/** Where interfaces have drifted as one JSON document (docs/drift-json.md). It never holds a private or preshared key. */
export function driftDocument(snapshot: Snapshot, drifts: readonly HubDrift[]) {
  return {
    version: driftVersion,
    host: snapshot.hostname,
    at: new Date(snapshot.now).toISOString(),
    interfaces: drifts.map(interfaceDocument),
    warnings: [...warningsOf(snapshot)],
  };
}

function interfaceDocument({ hub, ownership, items, ignored, problems }: HubDrift) {
  const { manager, proof, writable, warnings } = ownership;
  return {
    interface: hub.interfaceName,
    file: hub.conf?.path ?? null,
    owner: { manager, proof, writable, reason: ownership.writable ? null : ownership.reason, warnings },
    count: driftCount(items, ignored),
    items: items.map((item) => itemDocument(item, ignored)),
    problems,
  };
}

function itemDocument(item: DriftItem, ignored: ReadonlySet<string>) {
  const { id, kind, severity, subject, what, file, running, canPush, canAdopt } = item;
  return {
    id,
    kind,
    severity,
    about: subjectDocument(subject),
    what,
    file: file ?? null,
    running: running ?? null,
    canPush,
    canAdopt,
    ignored: ignored.has(id),
  };
}

function subjectDocument(subject: DriftSubject) {
  return {
    publicKey: subject.kind === 'peer' ? subject.publicKey : null,
    label: subject.kind === 'peer' ? subject.label : null,
    address: subject.kind === 'address' ? subject.address : null,
    prefix: subject.kind === 'route' ? subject.prefix.text : null,
    table: subject.kind === 'route' ? subject.table : null,
  };
}
