/** docs/explain-json.md says of each field of the document what it is, and its example is what the program prints. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { explainDocument, explainVersion } from '../../src/cli/explain-json.ts';
import { explain } from '../../src/cli/explain-path.ts';
import { hopNames, verdicts } from '../../src/doctor/path/hop.ts';
import { fieldsOf } from '../support/fields.ts';
import { keys, pathHub } from '../support/path-hub.ts';

const page = readFileSync('docs/explain-json.md', 'utf8');

async function documentOf(destination: string) {
  const { host, snapshot } = pathHub({
    allowedIps: { laptop: ['fd08::4/128'], phone: ['10.8.0.5/32', '10.8.0.4/32'] },
  });
  const found = await explain(host, snapshot, { source: 'laptop', destination });
  if ('error' in found) throw new Error(found.error);
  return explainDocument(found);
}

describe('docs/explain-json.md', () => {
  test('lists the fields of the document, and no others', async () => {
    const documented = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, field]) => field);
    const real = [...new Set(fieldsOf(await documentOf('nas')))];
    expect(documented.toSorted()).toEqual(real.toSorted());
    expect(new Set(documented).size).toBe(documented.length);
  });

  test('shows an example as the program prints it', async () => {
    const example: unknown = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? 'null');
    expect(example).toEqual(await documentOf('nas:445/tcp'));
    expect(JSON.stringify(example)).toContain(keys.phone);
  });

  test('names the version, every hop and every verdict', () => {
    expect(page).toContain(`version ${explainVersion}`);
    for (const word of [...hopNames, ...verdicts]) expect(page).toContain(`\`${word}\``);
  });
});
