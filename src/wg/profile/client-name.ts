import { known, type Printable } from '../../host/printable.ts';
import { problemOfName } from '../conf/written-text.ts';

/** A name for a client, or why it is none. */
export type ClientNameCheck =
  | {
      readonly outcome: 'ok';
      /** As the hub keeps and shows it. */
      readonly name: Printable;
      /** Of the tunnel and its file: what every official app accepts. */
      readonly tunnelName: Printable;
      /** Says the tunnel's name where it is another. */
      readonly hint: Printable | undefined;
    }
  | { readonly outcome: 'problem'; readonly reason: Printable };

/** Linux and Android take no longer ones (IFNAMSIZ; Tunnel.java: NAME_MAX_LENGTH). */
const longestTunnelName = 15;
const tunnelPattern = /^[A-Za-z0-9_=+.-]{1,15}$/;
/** Names of devices, which no file of Windows can have (wireguard-windows: conf/name.go). */
const windowsDevice = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i;

/**
 * Whether a client can have this name. Any name that the hub can show is one; where the apps would refuse it, the tunnel has
 * a name that is made of it, and the hint says so.
 *
 * @param others names of all other peers
 */
export function checkClientName(text: string, others: readonly string[]): ClientNameCheck {
  const name = text.trim();
  if (name === '') return problem('A name is missing.');
  const wrong = problemOfName(name);
  if (wrong !== undefined) return problem(`The name ${wrong}.`);
  if (others.some((other) => folded(other) === folded(name))) return problem('Another peer has this name.');
  const taken = new Set(others.map((other) => folded(plainTunnelName(other))));
  const tunnelName = unique(plainTunnelName(name), taken);
  const hint =
    tunnelName === name
      ? undefined
      : known(`The apps do not take this name for a tunnel: it and its file are called ${tunnelName}.`);
  return { outcome: 'ok', name: known(name), tunnelName: known(tunnelName), hint };
}

/** Whether every official app and Linux take the text as the name of a tunnel, and every system as that of a file. */
export function isTunnelName(text: string): boolean {
  return tunnelPattern.test(text) && !windowsDevice.test(text) && !/^[.-]|\.$/.test(text);
}

/** The name itself where the apps take it, else one made of its letters and digits. */
function plainTunnelName(name: string): string {
  if (isTunnelName(name)) return name;
  const plain = name
    .normalize('NFKD')
    .replace(/[\p{M}'’]/gu, '')
    .replace(/[^A-Za-z0-9_=+.-]+/g, '-')
    .replace(/-{2,}/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, longestTunnelName)
    .replace(/[.-]+$/, '');
  if (isTunnelName(plain)) return plain;
  return plain === '' ? 'client' : `wg-${plain}`.slice(0, longestTunnelName).replace(/[.-]+$/, '');
}

/** With a number behind it where others have it: files may lie in one directory, and Windows does not tell case apart. */
function unique(name: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number += 1) {
    const tail = number === 1 ? '' : `-${number}`;
    const candidate = `${name.slice(0, longestTunnelName - tail.length)}${tail}`;
    if (!taken.has(folded(candidate))) return candidate;
  }
}

function folded(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

function problem(reason: string): ClientNameCheck {
  return { outcome: 'problem', reason: known(reason) };
}
