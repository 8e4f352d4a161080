import type { InitWish, Proposal } from '../../change/plans/init.ts';
import { type Checked, checkEndpoint, checkInterface, checkPools, checkPort } from '../../change/plans/init-check.ts';
import type { InitFacts } from '../../change/plans/init-facts.ts';
import { known } from '../../host/printable.ts';
import type { Answers, Field } from '../../ui/form/form.ts';
import type { Problems } from '../../ui/form/form-lines.ts';
import type { Questions } from '../flow.ts';

const fields: readonly Field[] = [
  { id: 'interfaceName', label: 'Interface', help: 'The name of the WireGuard interface, and of its file.' },
  {
    id: 'pools',
    label: 'Addresses',
    help: 'Prefixes to give clients addresses from, with commas between: one of IPv4, one of IPv6. The first address is the hub.',
  },
  { id: 'port', label: 'UDP port', help: 'Where the hub listens. A firewall in front of it has to let it in.' },
  {
    id: 'endpoint',
    label: 'Endpoint',
    placeholder: 'not known',
    help: 'What clients dial: a name such as vpn.example.net, or an address, with :PORT where it is another one.',
  },
];

/** The questions about a new hub, with what is proposed as the answers. */
export function initQuestions(facts: InitFacts, { interfaceName, pools, port, endpoint }: Proposal): Questions {
  return {
    title: known('Set up a hub'),
    fields,
    given: { interfaceName, pools: pools.join(', '), port: String(port), endpoint },
    check: (answers) => problemsOf(wishOf(answers), facts),
    decide: (answers) => ({ kind: 'init', wish: wishOf(answers) }),
  };
}

/** A wish that says everything. */
type Wish = { readonly [K in keyof InitWish]-?: NonNullable<InitWish[K]> };

function wishOf(answers: Answers): Wish {
  const text = (id: string) => (answers[id] ?? '').trim();
  return {
    interfaceName: text('interfaceName'),
    pools: text('pools')
      .split(/[\s,]+/)
      .filter((item) => item !== ''),
    port: text('port'),
    endpoint: text('endpoint'),
  };
}

function problemsOf({ interfaceName, pools, port, endpoint }: Wish, facts: InitFacts): Problems {
  const checked: Record<string, Checked<unknown>> = {
    interfaceName: checkInterface(interfaceName, facts),
    pools: checkPools(pools, facts),
    port: checkPort(port, facts),
    endpoint: checkEndpoint(endpoint),
  };
  return Object.fromEntries(
    Object.entries(checked).flatMap(([id, one]) => (one.outcome === 'problem' ? [[id, one.reason]] : [])),
  );
}
