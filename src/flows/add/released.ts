import type { ChangeRecord } from '../../change/results.ts';
import { type Printable, printable } from '../../host/printable.ts';
import type { ReleasedAddress } from '../../network/pool.ts';
import { bitsOf, parsePrefix } from '../../network/prefix.ts';
import type { InterfaceName } from '../../wg/key.ts';

/**
 * The single addresses that changes took from peers of an interface, as far back as the journal goes: whoever still has
 * the configuration would be taken for the next one. A peer that was added and taken back counts too.
 */
export function releasedAddresses(changes: readonly ChangeRecord[], interfaceName: InterfaceName): ReleasedAddress[] {
  return changes
    .filter((change) => change.interfaceName === interfaceName)
    .flatMap((change) => takenBy(change).flatMap(({ prefix, label }) => released(prefix, change, label)));
}

interface Taken {
  readonly prefix: string;
  readonly label: Printable | undefined;
}

/** What the change took: by doing, or where it was reverted, by being undone. */
function takenBy({ steps, state }: ChangeRecord): Taken[] {
  const wasTakenBack = state.kind === 'reverted';
  return steps.flatMap((step): Taken[] => {
    if (step.kind === 'peer') {
      const [from, to] = wasTakenBack ? [step.after, step.before] : [step.before, step.after];
      const kept = new Set<string>(to?.allowedIps);
      const gone = from?.allowedIps.filter((prefix) => !kept.has(prefix)) ?? [];
      return gone.map((prefix) => ({ prefix, label: step.label }));
    }
    return step.kind === 'file' ? takenFromFile(step.diff, wasTakenBack ? 'add' : 'remove') : [];
  });
}

/** Of a peer that did not run, only the file tells. */
function takenFromFile(diff: readonly { readonly kind: string; readonly text: string }[], gone: 'add' | 'remove') {
  const prefixesOf = (kind: string) =>
    diff.flatMap((line) => (line.kind === kind ? (allowedIps.exec(line.text)?.[1]?.split(',') ?? []) : []));
  const kept = new Set(prefixesOf(gone === 'add' ? 'remove' : 'add').map((item) => item.trim()));
  return prefixesOf(gone).flatMap((item) => {
    const prefix = item.trim();
    return kept.has(prefix) ? [] : [{ prefix, label: undefined }];
  });
}

const allowedIps = /^[\s#~!]*(?:\[disabled\])?\s*AllowedIPs\s*=\s*([^#]*)/i;

function released(text: string, { at }: ChangeRecord, label: Printable | undefined): ReleasedAddress[] {
  const prefix = parsePrefix(text)?.prefix;
  if (prefix === undefined || prefix.length !== bitsOf(prefix.family)) return [];
  return [{ address: prefix, atMs: at, label: label === undefined ? undefined : printable(label) }];
}
