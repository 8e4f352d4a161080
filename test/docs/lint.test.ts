/** docs/lint.md says of each rule what it is, and its examples are what the program prints. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type lintDocument, lintVersion, printLint } from '../../src/cli/lint.ts';
import { demoKeyPair } from '../../src/host/demo/keys.ts';
import { fakeHost } from '../../src/host/fake.ts';
import { lintRules } from '../../src/wg/conf/lint-finding.ts';
import { fieldsOf } from '../support/fields.ts';

const page = readFileSync('docs/lint.md', 'utf8');

async function print(json: boolean): Promise<string> {
  const text = `[Interface]\nPrivateKey = ${demoKeyPair(1, 'hub').privateKey}\nListenPort = 51820\nAddress = 10.8.0.1/24\n[Peer]\nPublicKey = ${demoKeyPair(1, 'a').publicKey}\nAllowedIPs = 10.8.0.2/24\n`;
  const printed: string[] = [];
  const output = { print: (line: string) => void printed.push(line), error: () => undefined };
  await printLint(fakeHost({ files: new Map([['/etc/wireguard/wg0.conf', text]]) }), 'wg0', { json }, output);
  return printed.join('\n');
}

const document = JSON.parse(await print(true)) as ReturnType<typeof lintDocument>;

describe('docs/lint.md', () => {
  test('says what each rule is, and of no other', () => {
    const documented = [...page.matchAll(/^\| `([a-z-]+)` \| (?:error|warn|info)/gm)].map(([, rule]) => rule);
    expect(documented).toEqual([...lintRules]);
  });

  test('gives each rule the severities that the code gives it', () => {
    const source = ['lines', 'interface', 'peers']
      .map((name) => readFileSync(`src/wg/conf/lint-${name}.ts`, 'utf8'))
      .join();
    for (const rule of lintRules) {
      const told = new RegExp(`^\\| \`${rule}\` \\| ([a-z, ]+) \\|`, 'm').exec(page)?.[1]?.split(', ') ?? [];
      const given = [...source.matchAll(new RegExp(`finding\\(\\s*'${rule}',\\s*([^\\n]*?),\\s*[a-zA-Z0-9.?]`, 'g'))];
      const words = given.flatMap(([, severity = '']) => severity.match(/error|warn|info/g) ?? []);
      expect([rule, told.toSorted()]).toEqual([rule, [...new Set(words)].toSorted()]);
    }
  });

  test('lists the fields of the document, and no others', () => {
    const table = page.slice(page.indexOf('## JSON'));
    const documented = [...table.matchAll(/^\| `([^`]+)` \|/gm)].map(([, field]) => field);
    expect(documented.toSorted()).toEqual([...new Set(fieldsOf(document))].toSorted());
  });

  test('shows what the program prints, in both forms', async () => {
    expect(JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? 'null')).toEqual(document);
    expect(page.replace(/^ {4}/gm, '')).toContain(await print(false));
  });

  test('names the version', () => {
    expect(page).toContain(`version ${lintVersion}`);
  });
});
