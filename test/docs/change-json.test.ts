/** docs/change-json.md and docs/changes-json.md say of each field what it is, and of no others. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type ChangeOutcome, changeDocument, changeVersion, exitCodeOf } from '../../src/cli/change-json.ts';
import { disableWords } from '../../src/cli/change-words.ts';
import { printChanges } from '../../src/cli/changes.ts';
import { changesVersion } from '../../src/cli/changes-json.ts';
import type { InterfaceName } from '../../src/wg/key.ts';
import { keyOf } from '../change/random-hub.ts';
import { demo, fakeTalk, onPeer } from '../cli/talk.ts';
import { fieldsOf } from '../support/fields.ts';

const documented = (page: string) =>
  [...page.matchAll(/^\| `([^`]+)` \| (?:number|string|object|array|boolean)/gm)].map(([, field]) => field);

/** What `meshtui init` sets up. */
const newHub = {
  interfaceName: 'wg0' as InterfaceName,
  publicKey: keyOf('hub'),
  addresses: ['10.8.0.1/24'],
  port: 51820,
  endpoint: '198.51.100.10:51820',
};

describe('docs/change-json.md', () => {
  const page = readFileSync('docs/change-json.md', 'utf8');

  test('lists the fields of the document, and no others', async () => {
    const { text } = await onPeer(demo().host, 'laptop', { kind: 'remove' }, { json: true, dryRun: true });
    const { hub } = changeDocument({ outcome: 'planned', hub: newHub });
    const fields = fieldsOf({ ...JSON.parse(text), hub }).filter((field) => !field.startsWith('plan.'));
    expect(documented(page).toSorted()).toEqual(fields.toSorted());
  });

  test('lists every outcome with its exit code', () => {
    const outcomes: Readonly<Record<ChangeOutcome['outcome'], true>> = {
      planned: true,
      unchanged: true,
      refused: true,
      done: true,
      pending: true,
      reverted: true,
      stuck: true,
    };
    const rows = new Map(
      [...page.matchAll(/^\| `(\w+)` \| (\d)[^|]*\|[^|]*\|$/gm)].map(([, name, code]) => [name, Number(code)]),
    );
    expect([...rows.keys()].toSorted()).toEqual(Object.keys(outcomes).toSorted());
    for (const outcome of Object.keys(outcomes) as ChangeOutcome['outcome'][]) {
      // Of a plan alone the exit code is that of --dry-run.
      if (outcome !== 'planned') expect([outcome, exitCodeOf({ outcome })]).toEqual([outcome, rows.get(outcome)]);
    }
  });

  test('shows an example as it is printed', async () => {
    const example: unknown = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? 'null');
    const { host } = demo();
    await onPeer(host, 'laptop', { kind: 'disable', how: {} }, { yes: true, wait: false });
    const { text } = await onPeer(host, 'tablet', { kind: 'edit', edits: { name: 'x' } }, { yes: true, json: true });
    const { plan: _, ...rest } = JSON.parse(text) as ReturnType<typeof changeDocument>;
    expect({ ...rest, reason: rest.reason?.replace(/-\w{4}\)/, '-ab12)'), plan: null }).toEqual(example);
    expect(page).toContain(`version ${changeVersion}`);
  });
});

describe('docs/changes-json.md', () => {
  const page = readFileSync('docs/changes-json.md', 'utf8');

  test('lists the fields of the document, and no others', async () => {
    const { host } = demo();
    await onPeer(
      host,
      'laptop',
      { kind: 'disable', how: disableWords({ reason: 'lost' }) },
      { yes: true, wait: false },
    );
    const talk = fakeTalk();
    await printChanges(host, talk, { json: true }, undefined);
    const fields = new Set(fieldsOf(JSON.parse(talk.printed.join('\n'))));
    expect(documented(page).toSorted()).toEqual([...fields].toSorted());
    expect(page).toContain(`version ${changesVersion}`);
  });
});
