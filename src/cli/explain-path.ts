import { explainPath, type PathExplanation } from '../doctor/path/explain.ts';
import type { Host } from '../host/host.ts';
import type { Printable } from '../host/printable.ts';
import { gatherPath, type PathWords } from '../observe/path.ts';
import { probePath } from '../observe/path-probe.ts';
import type { Snapshot } from '../observe/snapshot.ts';

/**
 * Explains where packets from one end to the other get to. Nothing is sent, unless `probe` asks for it. Gives a sentence
 * where the words mean no path. Never throws.
 */
export async function explain(
  host: Host,
  snapshot: Snapshot,
  words: PathWords,
  { probe = false }: { readonly probe?: boolean } = {},
): Promise<PathExplanation | { readonly error: Printable }> {
  const evidence = await gatherPath(host, snapshot, words);
  if ('error' in evidence) return evidence;
  return explainPath(evidence, probe ? await probePath(host, evidence) : undefined);
}
