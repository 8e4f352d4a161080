import type { ConfFile } from './conf-file.ts';
import type { LintContext, LintFinding } from './lint-finding.ts';
import { lintInterface } from './lint-interface.ts';
import { lintLines } from './lint-lines.ts';
import { lintPeers } from './lint-peers.ts';
import { lintSource } from './lint-source.ts';

/**
 * What wg(8) or wg-quick(8) refuse in a file, and what they take without a word though it hardly is what was meant; in the
 * order of the lines. What is commented out is not looked at. Never throws; there is no secret in what it says.
 */
export function lintConf(file: ConfFile, context: LintContext = {}): readonly LintFinding[] {
  const source = lintSource(file, context);
  return [...lintLines(source), ...lintInterface(source), ...lintPeers(source)].sort(
    (one, other) => one.line - other.line || gravity[one.severity] - gravity[other.severity],
  );
}

const gravity = { error: 0, warn: 1, info: 2 } as const;
