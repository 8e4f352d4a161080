/** docs/drift-json.md says of each field of the document what it is, and its example is what the program prints. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { printDrift } from '../../src/cli/drift.ts';
import { type driftDocument, driftVersion } from '../../src/cli/drift-json.ts';
import { defaultOptions } from '../../src/cli/options.ts';
import { driftKinds } from '../../src/wg/drift.ts';
import { driftHub } from '../cli/drift-hub.ts';
import { fieldsOf } from '../support/fields.ts';

type Document = ReturnType<typeof driftDocument>;

const page = readFileSync('docs/drift-json.md', 'utf8');

async function print(): Promise<Document> {
  const printed: string[] = [];
  const output = { print: (text: string) => void printed.push(text), error: () => undefined };
  await printDrift(driftHub(), { ...defaultOptions, json: true }, ['drift', '--json'], output);
  return JSON.parse(printed.join('')) as Document;
}

const document = await print();

describe('docs/drift-json.md', () => {
  test('lists the fields of the document, and no others', () => {
    const documented = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, field]) => field);
    expect(documented.filter((field) => !driftKinds.some((kind) => kind === field)).toSorted()).toEqual(
      [...new Set(fieldsOf(document))].toSorted(),
    );
    expect(new Set(documented).size).toBe(documented.length);
  });

  test('says what each kind means', () => {
    for (const kind of driftKinds) expect(page).toMatch(new RegExp(`^\\| \`${kind}\` \\| .+ \\|$`, 'm'));
  });

  test('shows an example as the program prints it', () => {
    const example = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? 'null') as Document;
    expect(example).toEqual(document);
  });

  test('names the version', () => {
    expect(page).toContain(`version ${driftVersion}`);
  });
});
