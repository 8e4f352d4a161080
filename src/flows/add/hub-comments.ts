/** What the comments in `[Interface]` tell whoever adds a client. */
import { type Printable, printable } from '../../host/printable.ts';
import { parseAddress } from '../../network/address.ts';
import type { ReservedRange } from '../../network/pool.ts';
import { compareAddresses, rangeOf } from '../../network/pool-range.ts';
import { parsePrefix } from '../../network/prefix.ts';
import type { ConfFile } from '../../wg/conf/conf-file.ts';
import { sectionsOf } from '../../wg/conf/sections.ts';

/** What was found; a comment that says something else says nothing. */
export interface HubComments {
  /** `# endpoint = HOST:PORT`: what clients dial, as it is written. */
  readonly endpoint: string | undefined;
  /** `# reserved = PREFIX WHY` and `# reserved = FIRST-LAST WHY`: addresses that are given to nobody. */
  readonly reserved: readonly ReservedRange[];
}

const comment = /^\s*#+\s*(endpoint|reserved)\s*[:=]\s*(\S.*?)\s*$/i;

/** Reads the comments in and right above the file's `[Interface]`. Never throws. */
export function readHubComments(file: ConfFile): HubComments {
  const section = sectionsOf(file).find(({ kind, disabled }) => kind === 'interface' && disabled === undefined);
  const first = sectionsOf(file).find(({ kind }) => kind === 'peer')?.start ?? file.lines.length;
  const lines = section === undefined ? [] : file.lines.slice(0, Math.max(first, section.header));
  const found = lines.flatMap((line) => {
    const [, key = '', value = ''] = comment.exec(line) ?? [];
    return key === '' ? [] : [{ key: key.toLowerCase(), value }];
  });
  return {
    endpoint: found.findLast(({ key }) => key === 'endpoint')?.value,
    reserved: found.flatMap(({ key, value }) => (key === 'reserved' ? (readRange(value) ?? []) : [])),
  };
}

/** A prefix or two addresses, and why. */
function readRange(value: string): ReservedRange | undefined {
  const [, range = '', words = ''] = /^(\S+)\s*(.*)$/.exec(value) ?? [];
  const why: Printable | undefined = words === '' ? undefined : printable(words.slice(0, 100));
  const prefix = parsePrefix(range)?.prefix;
  if (prefix !== undefined) return { ...rangeOf(prefix), why };
  const dash = range.indexOf('-');
  const first = parseAddress(range.slice(0, Math.max(dash, 0)));
  const last = parseAddress(range.slice(dash + 1));
  if (first === undefined || last === undefined || first.family !== last.family) return undefined;
  return compareAddresses(first, last) > 0 ? undefined : { first, last, why };
}
