import { quickKeys, type Statement } from './check-line.ts';
import type { LintFinding } from './lint-finding.ts';
import { finding, type LintSource } from './lint-source.ts';
import { type ConfProblem, readWanted } from './wanted.ts';

const names = {
  interface: ['PrivateKey', 'ListenPort', 'FwMark'],
  peer: ['PublicKey', 'PresharedKey', 'AllowedIPs', 'Endpoint', 'PersistentKeepalive'],
  quick: ['Address', 'MTU', 'DNS', 'Table', 'PreUp', 'PreDown', 'PostUp', 'PostDown', 'SaveConfig'],
} as const;

const interfaceNames = [...names.interface, ...names.quick];

/** Keys of AmneziaWG's `[Interface]` (amneziawg-tools, config.c). */
const amneziaKey = /^(jc|jmin|jmax|[sh][1-4]|i[1-5])$/;

/** What wg(8) or wg-quick(8) refuse, a line each, with the reason that people mostly have for it. */
export function lintLines(source: LintSource): LintFinding[] {
  const result = readWanted(source.file, source.context.flavour);
  if (result.outcome === 'accepted') return [];
  const byLine = new Map(source.statements.map((statement) => [statement.line + 1, statement]));
  return result.problems.map((problem) => explain(problem, byLine.get(problem.line)));
}

function explain({ line, problem }: ConfProblem, statement: Statement | undefined): LintFinding {
  if (statement?.kind === 'section') {
    return finding('missing-public-key', 'error', line, problem, 'Add its PublicKey, or remove the section.');
  }
  if (statement?.kind === 'wg') {
    const known = explainKey(line, statement) ?? explainList(line, statement);
    if (known !== undefined) return known;
  }
  return finding('refused', 'error', line, problem, 'Correct the value: as it is, nothing of the file is applied.');
}

/** A line whose key is the mistake. */
function explainKey(line: number, { key, name, section, value }: Statement & { kind: 'wg' }): LintFinding | undefined {
  if (key.startsWith(';') || key.startsWith('//')) {
    return finding(
      'semicolon',
      'error',
      line,
      `"${key.slice(0, 1)}" begins no remark here.`,
      'Begin the remark with "#".',
    );
  }
  if (key.startsWith('\ufeff')) {
    const message = 'There is a byte-order mark before the first word, so the line is not understood.';
    return finding('byte-order-mark', 'error', line, message, 'Save the file as UTF-8 without one.');
  }
  if (key.startsWith('[')) {
    const message = `${shown(name)} is no section of this format.`;
    return finding('unknown-section', 'error', line, message, 'Use [Interface] or [Peer].');
  }
  const isQuick = (quickKeys as readonly string[]).includes(key);
  const inInterface = isQuick || names.interface.some((one) => one.toLowerCase() === key);
  const inPeer = names.peer.some((one) => one.toLowerCase() === key);
  if (section === undefined && (inInterface || inPeer)) {
    const fix = `Move it below ${inPeer ? '[Peer]' : '[Interface]'}.`;
    return finding('no-section', 'error', line, `${canonical(key)} stands in no section.`, fix);
  }
  if (section === 'interface' && isQuick) {
    const message = `wg-quick does not recognise ${canonical(key)} here: there are blanks in the name or in the brackets above.`;
    return finding('blanks', 'error', line, message, `Write [Interface] and ${canonical(key)} without blanks inside.`);
  }
  if (section === 'interface' ? inPeer : inInterface) {
    const [here, there] = section === 'interface' ? ['[Interface]', '[Peer]'] : ['[Peer]', '[Interface]'];
    const message = `${canonical(key)} is no setting of ${here}.`;
    return finding('wrong-section', 'error', line, message, `Move it below ${there}.`);
  }
  if (inInterface || inPeer) return undefined;
  return value === undefined && !/^[a-z]+$/.test(key) ? undefined : explainUnknown(line, key, name, section);
}

function explainUnknown(
  line: number,
  key: string,
  name: string,
  section: 'interface' | 'peer' | undefined,
): LintFinding {
  const guess =
    nearest(key, section === 'peer' ? names.peer : interfaceNames) ?? nearest(key, [...names.peer, ...interfaceNames]);
  const fix = amneziaKey.test(key)
    ? 'It is a setting of AmneziaWG: keep such a file in /etc/amnezia/amneziawg.'
    : guess === undefined
      ? 'Remove the line, or put "#" before it.'
      : `Did you mean ${guess}?`;
  return finding('unknown-key', 'error', line, `${shown(name)} is no setting: nothing of the file is applied.`, fix);
}

function explainList(line: number, { key, value }: Statement & { kind: 'wg' }): LintFinding | undefined {
  if (key !== 'allowedips' || value === undefined) return undefined;
  if (!value.split(',').includes('')) return undefined;
  return finding('stray-comma', 'error', line, 'AllowedIPs has a comma too many.', 'Remove the comma.');
}

/** A name as it is written in manuals. */
export function canonical(key: string): string {
  return [...names.peer, ...interfaceNames].find((name) => name.toLowerCase() === key) ?? key;
}

/** A name from the file; what does not look like one may be a key in the wrong place. */
function shown(name: string): string {
  return /^\[?[A-Za-z][A-Za-z0-9 _.-]{0,29}\]?$/.test(name) ? `"${name}"` : 'This';
}

/** The known name that was probably meant. */
function nearest(key: string, among: readonly string[]): string | undefined {
  const ranked = among
    .map((name) => ({ name, distance: distanceOf(key, name.toLowerCase()) }))
    .sort((one, other) => one.distance - other.distance);
  const [best] = ranked;
  if (best !== undefined && best.distance <= (key.length < 6 ? 1 : 3)) return best.name;
  return key.length < 5 ? undefined : among.find((name) => name.toLowerCase().includes(key));
}

/** How many letters must be added, removed, changed or swapped to get from one word to the other. */
function distanceOf(one: string, other: string): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const now = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1];
      const isSwapped =
        row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      now[column] = Math.min(
        (now[column - 1] ?? 0) + 1,
        (last[column] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
        isSwapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    before = last;
    last = now;
  }
  return last[other.length] ?? 0;
}
