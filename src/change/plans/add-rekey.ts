import { known, printable } from '../../host/printable.ts';
import { setIssued } from '../../wg/conf/annotate.ts';
import type { ConfFile } from '../../wg/conf/conf-file.ts';
import { rekeyPeer, setPeer } from '../../wg/conf/edit.ts';
import type { PublicKey } from '../../wg/key.ts';
import { type Issued, printIssued } from '../../wg/profile/issued.ts';
import type { Secret } from '../../wg/secret.ts';
import { sameMembers } from '../live.ts';
import type { PeerStep, PlanResult, RunningPeer } from '../plan.ts';
import { riskOf } from '../risk.ts';
import { listed } from '../words.ts';
import {
  nothingChanged,
  notInFile,
  type PeerAtHand,
  type PlanContext,
  type Refusal,
  refused,
  takePeer,
} from './context.ts';
import { afterEdits, fileSteps } from './edited-file.ts';
import { asItRuns } from './running.ts';

/** Another key for a peer that is there. */
interface NewKey {
  /** The peer as it is now. */
  readonly replaces: PublicKey;
  readonly publicKey: PublicKey;
  readonly presharedKey: Secret | undefined;
  readonly issued: Issued;
  /** As the peer has them: what is to be different about it is another plan. */
  readonly allowedIps: readonly string[];
  /** Sentences for whoever reads the plan. */
  readonly notes: readonly string[];
}

/** Puts another key in the place of a peer's, live and in the file. Whoever has the old one is cut off. */
export function rekeyPlan(context: PlanContext, key: NewKey): PlanResult {
  const peer = takePeer(context, key.replaces);
  if ('outcome' in peer) return peer;
  const { label, conf, wanted } = peer;
  if (peer.inFile === 'absent') return notInFile(context, peer);
  if (peer.inFile === 'disabled') {
    return refused(`${label} is disabled.`, nothingChanged, `Enable it first: meshtui enable ${label}.`);
  }
  const has = wanted.peers.get(key.replaces)?.allowedIps ?? [];
  if (!sameMembers(has, key.allowedIps)) {
    return refused(
      `${label} has ${listed(has)} here, and would be given ${listed(key.allowedIps)}.`,
      nothingChanged,
      'Change its allowed IPs first, then its key.',
    );
  }
  const file = fileWith(conf.file, key);
  if ('outcome' in file) return file;
  const live = liveSteps(context, peer, key);
  const written = fileSteps(conf, file);
  return {
    outcome: 'plan',
    plan: {
      title: printable(`New key for ${label}`),
      interfaceName: context.hub.interfaceName,
      steps: [...live, ...written],
      affected: live.length === 0 ? [] : [{ label, how: known('is cut off until it has its new configuration') }],
      // To the risk it is one peer, which loses what it has.
      risk: riskOf([...live.slice(0, 1), ...written], context.hub, context.session, context.labelOf),
      notes: [
        'Its private key was never kept here, so a new configuration is a new key: the device that has the old one is cut off.',
        ...(live.length === 0 ? [`${label} does not run on ${context.hub.interfaceName}: only the file changes.`] : []),
        ...key.notes,
      ].map((note) => known(note)),
      cutsOff: label,
      undoes: undefined,
    },
  };
}

function fileWith(before: ConfFile, key: NewKey): ConfFile | Refusal {
  const { replaces, publicKey, presharedKey, issued } = key;
  const remembered = printIssued(issued) === undefined ? undefined : issued;
  return afterEdits(before, [
    (file) => setPeer(file, replaces, { presharedKey: presharedKey ?? 'none' }),
    (file) => rekeyPeer(file, replaces, publicKey),
    (file) => setIssued(file, publicKey, remembered),
  ]);
}

/** The old key goes before the new one comes: WireGuard gives a prefix to one peer only. Routes stay as they are. */
function liveSteps({ hub }: PlanContext, { running, label }: PeerAtHand, key: NewKey): readonly PeerStep[] {
  if (running === undefined) return [];
  const before = asItRuns(running);
  const after: RunningPeer = { ...before, endpoint: undefined, presharedKey: key.presharedKey };
  const step = { kind: 'peer', interfaceName: hub.interfaceName, program: hub.program, label } as const;
  return [
    { ...step, publicKey: key.replaces, before, after: undefined },
    { ...step, publicKey: key.publicKey, before: undefined, after },
  ];
}
