import type { PathExplanation } from '../doctor/path/explain.ts';

/** The version of the document; it grows when a field changes its meaning or goes, not when one is added. */
export const explainVersion = 1;

/** An explanation as one JSON document (docs/explain-json.md). */
export function explainDocument({ source, destination, port, passes, sentence, hops }: PathExplanation) {
  return {
    version: explainVersion,
    source,
    destination,
    port: port ?? null,
    passes,
    sentence,
    hops: hops.map(({ hop, verdict, says, evidence }) => ({
      hop,
      verdict,
      says,
      evidence: evidence.map(({ command, line }) => ({ command, line })),
    })),
  };
}
