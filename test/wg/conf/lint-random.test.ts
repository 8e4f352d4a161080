/** What holds of the reading and judging of any text. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { demoKeyPair, demoPresharedKey } from '../../../src/host/demo/keys.ts';
import { parseConf } from '../../../src/wg/conf/conf-file.ts';
import { lintConf } from '../../../src/wg/conf/lint.ts';
import type { LintRule } from '../../../src/wg/conf/lint-finding.ts';
import { readWanted } from '../../../src/wg/conf/wanted.ts';
import { randomFile } from '../../lab/conf-files.ts';
import { randomOf } from '../../lab/kernel-world.ts';

const names = ['hub', 'a', 'b', 'c'];
const keys = {
  privateKey: demoKeyPair(7, 'hub').privateKey,
  publicKeys: names.map((name) => demoKeyPair(7, name).publicKey),
  presharedKeys: names.map((name) => demoPresharedKey(7, name)),
};

const count = process.env['MESHTUI_FULL'] === '1' ? 10_000 : 400;

/** Rules that say that a line is refused. */
const refusing: readonly LintRule[] = [
  'unknown-key',
  'wrong-section',
  'unknown-section',
  'no-section',
  'semicolon',
  'byte-order-mark',
  'blanks',
  'stray-comma',
  'missing-public-key',
  'refused',
];

function judge(text: string): void {
  const file = parseConf(text);
  const wanted = readWanted(file);
  const findings = lintConf(file, { mode: 0o600 });
  const last = Math.max(1, file.lines.length);
  expect(findings.filter(({ line }) => !Number.isInteger(line) || line < 1 || line > last)).toEqual([]);
  expect(findings.some(({ rule }) => refusing.includes(rule))).toBe(wanted.outcome === 'rejected');
}

test('what is refused has a finding that says so, and nothing else has; lines are lines of the file', () => {
  for (let seed = 0; seed < count; seed += 1) judge(randomFile(randomOf(seed), keys).toString('utf8'));
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), judge));
  const word = fc.constantFrom(
    '[Interface]',
    '[Peer]',
    '\n',
    '=',
    ',',
    '#',
    'AllowedIPs',
    'Endpoint',
    'MTU',
    '::',
    '/',
    '%',
    '0',
    'x',
    '\0',
    '\ufeff',
  );
  fc.assert(fc.property(fc.array(word, { maxLength: 40 }), (words) => judge(words.join(''))));
}, 60_000);

test('no piece of a private or preshared key is in what is said', () => {
  const pieces = [keys.privateKey, ...keys.presharedKeys].flatMap((key) =>
    Array.from({ length: 34 }, (_, at) => key.slice(at, at + 10)),
  );
  for (let seed = 0; seed < count; seed += 1) {
    const file = parseConf(randomFile(randomOf(seed), keys).toString('utf8'));
    const wanted = readWanted(file);
    const said = JSON.stringify([lintConf(file), wanted.outcome === 'rejected' ? wanted.problems : []]);
    const found = pieces.filter((piece) => said.includes(piece));
    expect(found).toEqual([]);
  }
}, 60_000);
