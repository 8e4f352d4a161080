import { type Printable, printable } from '../host/printable.ts';

/** What wg-quick(8) is told in the `[Interface]` section of a configuration file, as far as routing goes. */
export interface FileInterface {
  readonly path: string;
  /** `Address =`, each with its prefix length where the file gives one. */
  readonly addresses: readonly Printable[];
  /** `Table =`: `off`, a number or a name; undefined: auto. */
  readonly table: Printable | undefined;
}

/**
 * Reads `Address` and `Table` as wg-quick(8) does: keys and section names in any case, several addresses a line and
 * several lines, `#` begins a comment, the last `Table` counts. What it does not know it passes over. Never throws.
 */
export function readConfInterface(path: string, text: string): FileInterface {
  const addresses: Printable[] = [];
  let table: Printable | undefined;
  let isInterface = false;
  for (const raw of text.replace(/^\ufeff/, '').split('\n')) {
    const line = raw.replace(/#.*/, '').trim();
    if (line.startsWith('[')) isInterface = /^\[\s*interface\s*\]$/i.test(line);
    if (!isInterface) continue;
    const [, key = '', value = ''] = /^(address|table)\s*=\s*(.*)$/i.exec(line) ?? [];
    if (key.toLowerCase() === 'address') addresses.push(...itemsOf(value));
    if (key.toLowerCase() === 'table' && value !== '') {
      table = value.toLowerCase() === 'auto' ? undefined : printable(value.slice(0, longestTable));
    }
  }
  return { path, addresses, table };
}

const longestTable = 60;

function itemsOf(value: string): Printable[] {
  return value
    .split(',')
    .map((item) => printable(item).trim() as Printable)
    .filter((item) => item !== '');
}
