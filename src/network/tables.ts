import { type Printable, printable } from '../host/printable.ts';

/** A routing table of the kernel. `ip` prints a name where /etc/iproute2/rt_tables has one, else the number. */
export interface RoutingTable {
  readonly name: Printable;
  /** Undefined for a name whose number is not known. */
  readonly number: number | undefined;
}

/** Table numbers by name. */
export type TableNumbers = ReadonlyMap<string, number>;

/** The names that every system has (linux/rtnetlink.h: RT_TABLE_*). */
export const wellKnownTables: TableNumbers = new Map([
  ['local', 255],
  ['main', 254],
  ['default', 253],
]);

/** Reads the files /etc/iproute2/rt_tables and rt_tables.d/*.conf: a number and a name a line, `#` begins a comment. */
export function parseTableNumbers(texts: readonly string[]): TableNumbers {
  const numbers = new Map(wellKnownTables);
  for (const line of texts.flatMap((text) => text.split('\n'))) {
    const match = /^\s*(0x[0-9a-f]{1,8}|\d{1,10})\s+([^\s#]+)/i.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) numbers.set(match[2], Number(match[1]));
  }
  return numbers;
}

/** The table that `ip` printed as this text; `main` where it printed none. */
export function routingTable(text: string | undefined, numbers: TableNumbers = wellKnownTables): RoutingTable {
  const name = text ?? 'main';
  if (/^\d{1,10}$/.test(name)) {
    const number = Number(name);
    const known = [...numbers].find(([, each]) => each === number)?.[0];
    return { name: printable(known ?? name), number };
  }
  return { name: printable(name), number: numbers.get(name) };
}

/** What tells tables apart: the number, or the name where only that is known. */
export function tableKey(table: RoutingTable): string {
  return String(table.number ?? table.name);
}
