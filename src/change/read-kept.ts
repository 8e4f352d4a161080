import type { Host } from '../host/host.ts';
import { decodeConf } from '../wg/conf/decode.ts';
import { Secret } from '../wg/secret.ts';
import type { ChangeRecord } from './results.ts';
import type { VaultTexts } from './undo.ts';

/** Reads what an undo of the change needs: the files as they are, and what was kept. What cannot be read is left out. */
export async function readKept(host: Host, change: Pick<ChangeRecord, 'steps'>): Promise<VaultTexts> {
  const reads = await Promise.all(keptPaths(change).map(async (path) => ({ path, read: await host.readBytes(path) })));
  return new Map(
    reads.flatMap(({ path, read }) =>
      read.outcome === 'read' ? [[path, new Secret(decodeConf(read.value))] as const] : [],
    ),
  );
}

function keptPaths({ steps }: Pick<ChangeRecord, 'steps'>): string[] {
  return steps.flatMap((step) => {
    if (step.kind === 'file') return [step.path, ...(step.kept === undefined ? [] : [step.kept])];
    return step.kind === 'peer' ? (step.keptPresharedKey ?? []) : [];
  });
}
