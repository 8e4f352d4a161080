/** docs/status-json.md says of each field of the document what it is, and its example is what the program prints. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { statusDocument, statusVersion } from '../../src/cli/status-json.ts';
import { activityStates } from '../../src/wg/activity/activity.ts';
import { demoSnapshot } from '../screens/hubs.ts';
import { fieldsOf } from '../support/fields.ts';

const page = readFileSync('docs/status-json.md', 'utf8');
const document = statusDocument(await demoSnapshot());

describe('docs/status-json.md', () => {
  test('lists the fields of the document, and no others', () => {
    const documented = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, field]) => field);
    const real = [...new Set(fieldsOf(document)), 'session.why'];
    expect(documented.toSorted()).toEqual(real.toSorted());
    expect(new Set(documented).size).toBe(documented.length);
  });

  test('shows an example as the program prints it', () => {
    const example = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? 'null') as typeof document;
    const shown = new Set(example.interfaces[0]?.peers.map((peer) => peer.publicKey));
    expect(shown.size).toBeGreaterThan(1);
    const whole = structuredClone(document);
    const expected = {
      ...whole,
      interfaces: whole.interfaces.map((one) => ({
        ...one,
        peers: one.peers.filter((peer) => shown.has(peer.publicKey)),
      })),
    };
    expect(example).toEqual(expected);
  });

  test('names the version and every state', () => {
    expect(page).toContain(`version ${statusVersion}`);
    for (const state of activityStates) expect(page).toContain(`\`${state}\``);
  });
});
