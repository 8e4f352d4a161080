/** What the file of a hub says about its clients, in `[Interface]`. */
import { type Printable, printable } from '../../host/printable.ts';
import { parseAddress } from '../../network/address.ts';
import type { ReservedRange } from '../../network/pool.ts';
import { compareAddresses, rangeOf } from '../../network/pool-range.ts';
import { type ParsedPrefix, parsePrefix } from '../../network/prefix.ts';

/** A comment or setting that says something else says nothing. */
export interface HubFile {
  /** `# endpoint = HOST:PORT`: what clients dial, as it is written. */
  readonly endpoint: string | undefined;
  /** `# dns = SERVER, DOMAIN`: what clients ask for names. */
  readonly dns: readonly string[] | undefined;
  /** `# reserved = PREFIX WHY` and `# reserved = FIRST-LAST WHY`: addresses that are given to nobody. */
  readonly reserved: readonly ReservedRange[];
  /** Prefixes of `Address`. */
  readonly prefixes: readonly ParsedPrefix[];
  readonly mtu: number | undefined;
}

const line = /^\s*(?:#+\s*(?<comment>endpoint|reserved|dns)\s*[:=]|(?<setting>address|mtu)\s*=)\s*(?<value>\S.*?)\s*$/i;

/** Reads what stands in `[Interface]` and above it. Never throws. */
export function readHubFile(text: string): HubFile {
  const found = linesOf(text).flatMap((each) => {
    const { comment, setting, value = '' } = line.exec(each)?.groups ?? {};
    const key = (comment === undefined ? setting : `#${comment}`)?.toLowerCase();
    return key === undefined ? [] : [{ key, value }];
  });
  const all = (key: string) => found.flatMap((each) => (each.key === key ? [each.value] : []));
  const dns = all('#dns').at(-1);
  const mtu =
    all('mtu')
      .at(-1)
      ?.replace(/\s*#.*/, '') ?? '';
  return {
    endpoint: all('#endpoint').at(-1),
    dns: dns === undefined ? undefined : itemsOf(dns),
    reserved: all('#reserved').flatMap((value) => readRange(value) ?? []),
    prefixes: all('address').flatMap((value) =>
      itemsOf(value.replace(/#.*/, '')).flatMap((item) => parsePrefix(item)?.prefix ?? []),
    ),
    mtu: /^\d{3,5}$/.test(mtu) ? Number(mtu) : undefined,
  };
}

/** Those up to the end of the first `[Interface]`, without other sections before it. */
function linesOf(text: string): string[] {
  const lines: string[] = [];
  let section = '';
  // Not all lines at once: behind the interface there may be 10,000 peers.
  for (let start = 0; start <= text.length; ) {
    const newline = text.indexOf('\n', start);
    const each = text.slice(start, newline === -1 ? undefined : newline);
    start += each.length + 1;
    const header = /^\s*\[\s*(\w+)\s*\]/.exec(each)?.[1]?.toLowerCase();
    if (header !== undefined && section === 'interface') break;
    section = header ?? section;
    if (section === '' || section === 'interface') lines.push(each);
  }
  return lines;
}

function itemsOf(value: string): string[] {
  return value.split(/[\s,]+/).filter((item) => item !== '');
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
