/** docs/plan-json.md says of each field of the document what it is, and its example is what is printed. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { planDocument, planVersion } from '../../src/change/plan-json.ts';
import { known } from '../../src/host/printable.ts';
import { hubOfText } from '../change/hub-of-text.ts';
import { setPlan } from '../change/peer-edits.ts';
import { keyOf } from '../change/random-hub.ts';
import { fieldsOf } from '../support/fields.ts';

const page = readFileSync('docs/plan-json.md', 'utf8');

function exampleDocument(): unknown {
  const hub = hubOfText(`[Interface]
Address = 10.8.0.1/24
ListenPort = 51820
PrivateKey = ${keyOf('private')}

[Peer]
# friendly_name = home
PublicKey = ${keyOf('home')}
AllowedIPs = 10.8.0.4/32, 192.168.1.0/24
PersistentKeepalive = 25
`);
  const session = { kind: 'outside', address: '198.51.100.7' } as const;
  const context = { hub, ownership: { writable: true }, session, labelOf: () => known('home') } as const;
  const decision = { allowedIps: ['10.8.0.4/32', '0.0.0.0/0'] };
  const result = setPlan(context, keyOf('home'), decision);
  if (result.outcome !== 'plan') throw new Error(result.reason);
  return JSON.parse(JSON.stringify(planDocument(result.plan)));
}

const document = exampleDocument();

describe('docs/plan-json.md', () => {
  test('lists the fields of the document, and no others', () => {
    const documented = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, field]) => field);
    expect(documented.toSorted()).toEqual([...new Set(fieldsOf(document))].toSorted());
    expect(new Set(documented).size).toBe(documented.length);
  });

  test('shows an example as it is printed', () => {
    const example: unknown = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? 'null');
    expect(example).toEqual(document);
  });

  test('names the version', () => {
    expect(page).toContain(`version ${planVersion}`);
  });
});
