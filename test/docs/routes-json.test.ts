/** docs/routes-json.md says of each field of the document what it is, and its example is what the program prints. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { defaultOptions } from '../../src/cli/options.ts';
import { printRoutes } from '../../src/cli/routes.ts';
import { type routesDocument, routesVersion } from '../../src/cli/routes-json.ts';
import { findingIds } from '../../src/doctor/finding.ts';
import { routesHub } from '../cli/routes-hub.ts';
import { fieldsOf } from '../support/fields.ts';

type Document = ReturnType<typeof routesDocument>;

const page = readFileSync('docs/routes-json.md', 'utf8');

async function print(): Promise<Document> {
  const printed: string[] = [];
  const output = { print: (text: string) => void printed.push(text), error: () => undefined };
  await printRoutes(routesHub(), { ...defaultOptions, json: true }, ['routes', '--json'], output);
  return JSON.parse(printed.join('')) as Document;
}

const document = await print();

describe('docs/routes-json.md', () => {
  test('lists the fields of the document, and no others', () => {
    const documented = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, field]) => field);
    expect(documented.filter((field) => !findingIds.some((id) => id === field)).toSorted()).toEqual(
      [...new Set(fieldsOf(document))].toSorted(),
    );
    expect(new Set(documented).size).toBe(documented.length);
  });

  test('says what each finding means', () => {
    for (const id of findingIds) expect(page).toMatch(new RegExp(`^\\| \`${id}\` \\| .+ \\|$`, 'm'));
  });

  test('shows an example as the program prints it', () => {
    const example = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? 'null') as Document;
    expect(example).toEqual(document);
  });

  test('names the version', () => {
    expect(page).toContain(`version ${routesVersion}`);
  });
});
