import { dirname } from 'node:path';
import { confDirectories } from '../change/read-hub.ts';
import type { Host, ReadResult } from '../host/host.ts';
import { type Printable, printable } from '../host/printable.ts';
import { parseConf } from '../wg/conf/conf-file.ts';
import { lintConf } from '../wg/conf/lint.ts';
import type { LintFinding } from '../wg/conf/lint-finding.ts';
import { readWanted } from '../wg/conf/wanted.ts';
import { failure, type Output } from './output.ts';

/** The version of the document; it grows when a field changes its meaning or goes, not when one is added. */
export const lintVersion = 1;

/** What was found in a file. */
interface LintResult {
  readonly path: Printable;
  /** Whether wg-quick and wg would take the file. */
  readonly accepted: boolean;
  readonly findings: readonly LintFinding[];
}

/**
 * Prints what is wrong with a configuration file, a path or the name of an interface. The exit code is 1 where there is an
 * error or a warning, or where the file cannot be read.
 */
export async function printLint(
  host: Host,
  target: string,
  options: { readonly json?: boolean },
  output: Output,
): Promise<number> {
  const path = await pathOf(host, target);
  const found = await host.stat(path);
  if (found.outcome === 'read' && found.value.kind !== 'file') return failure(output, new Error(`${path} is no file.`));
  const text = await host.readFile(path);
  if (text.outcome !== 'read') return failure(output, new Error(unreadable(path, text, target)));
  const result = await lintText(host, path, text.value);
  output.print(options.json === true ? JSON.stringify(lintDocument(result), null, 2) : lintWords(result));
  return result.findings.some(({ severity }) => severity !== 'info') ? 1 : 0;
}

async function lintText(host: Host, path: string, text: string): Promise<LintResult> {
  const real = await host.realPath(path);
  const target = real.outcome === 'read' ? real.value : path;
  const flavour = [path, target].some((one) => one.startsWith(`${confDirectories.awg}/`)) ? 'amneziawg' : 'wireguard';
  const [mode, directoryMode] = await Promise.all([target, dirname(target)].map((one) => modeOf(host, one)));
  const file = parseConf(text);
  return {
    path: printable(path),
    accepted: readWanted(file, flavour).outcome === 'accepted',
    findings: lintConf(file, { flavour, mode: (mode ?? 0) & (directoryMode ?? 0o777) }),
  };
}

/** What was found as one JSON document (docs/lint.md). It never holds a private or preshared key. */
export function lintDocument({ path, accepted, findings }: LintResult) {
  return {
    version: lintVersion,
    file: path,
    accepted,
    findings: findings.map(({ rule, severity, line, message, fix }) => ({ rule, severity, line, message, fix })),
  };
}

/** Each finding in the form that compilers have, so that editors find the line, and below it what to do. */
function lintWords({ path, findings }: LintResult): string {
  if (findings.length === 0) return `${path}: nothing found.`;
  return findings
    .map(({ rule, severity, line, message, fix }) => `${path}:${line}: ${severity}: ${message} [${rule}]\n  ${fix}`)
    .join('\n');
}

/** A path, or the file of the interface that is named, where wg-quick(8) or else awg-quick look for it. */
async function pathOf(host: Host, target: string): Promise<string> {
  if (target.includes('/') || target.endsWith('.conf')) return target;
  const standard = `${confDirectories.wg}/${target}.conf`;
  const other = `${confDirectories.awg}/${target}.conf`;
  const [first, second] = await Promise.all([host.stat(standard), host.stat(other)]);
  return first.outcome === 'absent' && second.outcome === 'read' ? other : standard;
}

async function modeOf(host: Host, path: string): Promise<number | undefined> {
  const found = await host.stat(path);
  return found.outcome === 'read' ? found.value.mode : undefined;
}

function unreadable(path: string, { outcome, ...rest }: ReadResult<string>, target: string): string {
  switch (outcome) {
    case 'absent':
      return `There is no file ${path}.`;
    case 'denied':
      return `${path} may be read by root alone. Try: sudo meshtui lint ${target}`;
    default:
      return `${path} could not be read${'reason' in rest ? ` (${rest.reason})` : ''}.`;
  }
}
