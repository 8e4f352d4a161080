import type { ChangeDoor } from '../app/options.ts';
import { applyPlan } from '../change/apply.ts';
import { confirmChange, revertPending } from '../change/confirm.ts';
import { readChanges } from '../change/journal.ts';
import { acknowledge, finishOrUndo, reviewChanges } from '../change/recover.ts';
import { EvidenceSource } from '../flows/add/evidence.ts';
import { addFacts } from '../flows/add/gather.ts';
import { prepareAdd } from '../flows/add/prepare.ts';
import { prepareQuestions } from '../flows/init/prepare-init.ts';
import { labelsOf } from '../flows/labels.ts';
import { preparePlan } from '../flows/prepare.ts';
import type { Host } from '../host/host.ts';
import { known, printable } from '../host/printable.ts';
import { findAuthor } from '../observe/author.ts';
import { readDrift } from '../observe/drift.ts';
import { addClient, deliverWish } from './client-door.ts';
import { confirmWithin } from './options.ts';

/** How a console on this host changes it. */
export function changeDoor(host: Host): ChangeDoor {
  return {
    prepare: async (snapshot, decision) => {
      if (decision.kind !== 'add') return { result: await preparePlan(host, snapshot, decision) };
      const made = await prepareAdd(host, snapshot, decision.interfaceName, decision.request);
      if (made.outcome === 'ready') return { result: { outcome: 'plan', plan: made.plan }, adding: made };
      const problems = made.outcome === 'problems' ? made.checks.flatMap((check) => Object.values(check.problems)) : [];
      const reason = made.outcome === 'refused' ? made.reason : printable(problems.join(' '));
      return { result: { outcome: 'refused', reason } };
    },
    apply: async (snapshot, plan, adding, onEvent) => {
      const options = { by: await findAuthor(host), confirmWithinMs: confirmWithin * 1000, onEvent };
      if (adding === undefined) return { result: await applyPlan(host, plan, options) };
      return addClient(host, snapshot, adding, options);
    },
    addFacts: (snapshot, interfaceName) => addFacts(host, snapshot, interfaceName),
    deliver: (delivery, wish) => deliverWish(host, delivery, wish),
    watchClient: async () => {
      const source = new EvidenceSource(host);
      return (proof) => source.look(proof);
    },
    setup: () => prepareQuestions(host, []),
    confirm: (id) =>
      confirmChange(host, id, {
        sameScreen: true,
        login: { kind: 'old', why: known('this is the screen that changed it') },
      }),
    revert: (id) => revertPending(host, id, known('the operator took it back')),
    settle: (id, ending) => finishOrUndo(host, id, ending),
    read: async () => ({ records: await readChanges(host), notices: await reviewChanges(host) }),
    drift: async (snapshot) => {
      const readings = await Promise.all(
        snapshot.interfaces.map(({ name }) => readDrift(host, name, labelsOf(snapshot, name))),
      );
      return readings.flatMap((reading) => (reading.outcome === 'read' ? [reading.drift] : []));
    },
    acknowledge: async (ids) => {
      // One that is still at work may yet be reverted, and that is to be told then.
      const over = (await readChanges(host)).filter(({ id, state }) => ids.includes(id) && state.kind === 'reverted');
      await Promise.all(over.map(({ id }) => acknowledge(host, id)));
    },
  };
}
