import { EvidenceSource } from '../flows/add/evidence.ts';
import type { Prepared, PreparedClient } from '../flows/add/prepare.ts';
import { advanceProof, beginProof, type Proof } from '../flows/add/proof.ts';
import type { Host } from '../host/host.ts';
import { Observer } from '../observe/observer.ts';
import { formatTimeLeft } from '../ui/format.ts';
import type { Talk } from './talk.ts';

/** How the wait ended; `left`: whoever waited went away. */
interface ProofEnd {
  readonly proof: Proof;
  readonly left: boolean;
}

/** Without a terminal, what is seen is said again after so long at the earliest, milliseconds. */
const sayAgainMs = 5_000;

/** Waits until a client has proven itself, its time is over, or whoever waits goes away, and says what it sees. */
export async function awaitProof(
  host: Host,
  talk: Talk,
  { interfaceName, facts }: Prepared,
  client: PreparedClient,
  seconds: number,
): Promise<ProofEnd> {
  const observer = new Observer(host, { intervalMs: 1_000 });
  await observer.begin({ only: interfaceName });
  const evidence = new EvidenceSource(host);
  let proof = beginProof(interfaceName, client, facts.listenPort, host.now(), seconds * 1000);
  let left = false;
  const conversation = talk.converse((line) => {
    left = left || line === undefined;
  });
  const teller = tellerOf(talk);
  try {
    while (proof.state.kind === 'waiting' && !left) {
      const found = await evidence.look(proof);
      proof = advanceProof(proof, await observer.sample(), host.now(), found);
      teller(proof, host.now());
      if (proof.state.kind !== 'waiting') break;
      conversation.redraw(`${proof.says} ${formatTimeLeft(proof.deadline, host.now())} left (Ctrl-C leaves it). `);
      await talk.pause(1_000);
    }
  } finally {
    conversation.close();
    await observer.stop();
  }
  return { proof, left: left && proof.state.kind === 'waiting' };
}

/** Says what was proven once, and where no line can be drawn anew, what is seen from time to time. */
function tellerOf({ output, person }: Talk): (proof: Proof, now: number) => void {
  let toldSteps = 0;
  let said = '';
  let saidAt = Number.NEGATIVE_INFINITY;
  return (proof, now) => {
    for (const sentence of proof.seen.slice(toldSteps)) output.print(sentence);
    toldSteps = Math.max(toldSteps, proof.seen.length);
    if (person !== undefined || proof.state.kind !== 'waiting') return;
    if (proof.says === said || now - saidAt < sayAgainMs) return;
    output.print(proof.says);
    said = proof.says;
    saidAt = now;
  };
}

/** What came of the wait, in a sentence. */
export function proofWords({ state, says, label }: Proof, seconds: number): string {
  if (state.kind === 'proven') return `${label} works: ${says}`;
  return `${label} has not proven itself within ${seconds} s. ${says}`;
}
