import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diffConf, diffSign, withoutSecrets } from '../../src/change/diff.ts';
import { diffLines } from '../../src/change/line-diff.ts';
import { Secret } from '../../src/wg/secret.ts';

const privateKey = 'q7L5mbdqObPELq75fqGcUw+oc9gI4lRHtNSJpG1KTQg=';
const publicKey = 'VVebVXiW0M4XZMR/7WRPmzX1i61iBnSvI/NW2A7QxQM=';

function shown(before: string | undefined, after: string | undefined): string[] {
  const secret = (text: string | undefined) => (text === undefined ? undefined : new Secret(text));
  return diffConf(secret(before), secret(after)).map(
    ({ kind, line, text }) => `${diffSign(kind)}${line ?? ''} ${text}`,
  );
}

/** The length of the longest common subsequence, by the plain table. */
function commonLength(one: readonly string[], other: readonly string[]): number {
  let row = new Array<number>(other.length + 1).fill(0);
  for (const a of one) {
    const next = [0];
    other.forEach((b, index) => {
      next.push(a === b ? (row[index] ?? 0) + 1 : Math.max(row[index + 1] ?? 0, next[index] ?? 0));
    });
    row = next;
  }
  return row.at(-1) ?? 0;
}

describe('the lines that differ', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c', '', '[Peer]'), { maxLength: 40 });

  test('turn the one into the other, and are as few as can be', () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const edits = diffLines(before, after);
        expect(edits.filter(({ kind }) => kind !== 'add').map((edit) => edit.before)).toEqual(
          before.map((_, at) => at),
        );
        expect(edits.filter(({ kind }) => kind !== 'remove').map((edit) => edit.after)).toEqual(
          after.map((_, at) => at),
        );
        const same = edits.filter(({ kind }) => kind === 'same');
        for (const edit of same) expect(before[edit.before]).toBe(after[edit.after]);
        expect(same.length).toBe(commonLength(before, after));
      }),
      { numRuns: 2_000 },
    );
  });

  test('are found fast in a file of 10,000 peers, changed in one place or in hundreds', () => {
    const peer = (index: number) => ['[Peer]', `PublicKey = ${index}`, `AllowedIPs = 10.0.${index}/32`, ''];
    const before = Array.from({ length: 10_000 }, (_, index) => peer(index)).flat();
    const one = before.with(20_001, 'PublicKey = other');
    const many = before.flatMap((line, index) => (index % 120 < 4 ? [`#${line}`] : [line]));
    for (const [after, changed] of [
      [one, 2],
      [many, 2_672],
    ] as const) {
      const start = performance.now();
      const edits = diffLines(before, after);
      expect(performance.now() - start).toBeLessThan(1_000);
      expect(edits.filter(({ kind }) => kind !== 'same')).toHaveLength(changed);
      expect(edits.filter(({ kind }) => kind !== 'add')).toHaveLength(before.length);
    }
  });

  test('are shown with their neighbours and numbers', () => {
    const text = Array.from({ length: 12 }, (_, index) => `line ${index + 1}\n`).join('');
    expect(shown(text, text.replace('line 6\n', 'line six\nline 6b\r\n'))).toEqual([
      '… 2 lines',
      ' 3 line 3',
      ' 4 line 4',
      ' 5 line 5',
      '-6 line 6',
      '+6 line six',
      '+7 line 6b',
      ' 8 line 7',
      ' 9 line 8',
      ' 10 line 9',
      '… 3 lines',
    ]);
    expect(shown(text, text)).toEqual([]);
    expect(shown(undefined, 'a\nb\n')).toEqual(['+1 a', '+2 b']);
    expect(shown('a\n', undefined)).toEqual(['-1 a']);
  });
});

describe('what is secret', () => {
  test.each([
    [`PrivateKey = ${privateKey}`, 'PrivateKey = (hidden)'],
    [`  presharedkey=${privateKey} # psk of anna`, '  presharedkey= (hidden)'],
    [`P r i v a t e K e y = q7L5mbdq ObPELq75fqGcUw+oc9gI4lRHtNSJpG1KTQg=`, 'P r i v a t e K e y = (hidden)'],
    [`# -WGP- PrivateKey: ${privateKey}`, '# -WGP- PrivateKey: (hidden)'],
    [`#[disabled] PresharedKey = ${privateKey}`, '#[disabled] PresharedKey = (hidden)'],
    [`# friendly_json = {"private_key":"${privateKey}"}`, '# friendly_json = {"private_key": (hidden)'],
    [`# the key is ${privateKey}!`, '# the key is (hidden)!'],
    [`PostUp = echo ${privateKey} | wg set wg0 private-key /dev/stdin`, /^PostUp = echo \(hidden\) /],
    [`PublicKey = ${publicKey}`, `PublicKey = ${publicKey}`],
    [`#~ PublicKey = ${publicKey}`, `#~ PublicKey = ${publicKey}`],
    [`#[disabled] PublicKey = ${publicKey}`, `#[disabled] PublicKey = ${publicKey}`],
    [`PublicKey = ${publicKey} # private ${privateKey}`, `PublicKey = ${publicKey} # private (hidden)`],
    [`# ${Buffer.from(privateKey, 'base64').toString('hex')}`, '# (hidden)'],
    ['AllowedIPs = 10.8.0.2/32', 'AllowedIPs = 10.8.0.2/32'],
  ])('%s', (line, expected) => {
    if (expected instanceof RegExp) expect(withoutSecrets(line)).toMatch(expected);
    else expect(withoutSecrets(line)).toBe(expected);
    expect(withoutSecrets(line)).not.toContain(privateKey.slice(0, 20));
  });

  test('is in no difference of any of the files that other tools write', () => {
    const secrets = new Set<string>();
    for (const name of readdirSync('test/fixtures/names').filter((file) => file.endsWith('.conf'))) {
      const text = readFileSync(`test/fixtures/names/${name}`, 'utf8');
      const own = [...text.matchAll(/(?:private|preshared)_?key"?\s*[=:]\s*"?([A-Za-z0-9+/]{43}=)/gi)].map(
        ([, key]) => key ?? '',
      );
      for (const key of own) secrets.add(key);
      for (const lines of [shown(text, undefined), shown(undefined, text), shown(text, text.replaceAll('\n', ' \n'))]) {
        for (const key of own) expect(lines.join('\n')).not.toContain(key);
      }
    }
    expect(secrets.size).toBeGreaterThan(5);
  });

  test('does not reach a terminal as an escape sequence', () => {
    expect(shown('', '# \u001b[31mred\u0007\n')).toEqual(['+1 # red']);
  });
});
