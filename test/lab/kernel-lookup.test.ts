/** The decision of `src/network/kernel-lookup.ts` beside that of the real kernel, on random routes and rules. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatAddress, parseAddress } from '../../src/network/address.ts';
import {
  decideRoute,
  type KernelRouting,
  kernelRouting,
  type RoutingDecision,
  type RoutingQuestion,
} from '../../src/network/kernel-lookup.ts';
import { parsePrefix } from '../../src/network/prefix.ts';
import { type NextHop, parseRoutes, type Route } from '../../src/network/routes.ts';
import { parseRules } from '../../src/network/rules.ts';
import {
  type Answer,
  addWorld,
  askKernel,
  type Family,
  mortals,
  type Question,
  randomOf,
  randomQuestion,
  readWorld,
  removeWorlds,
  shuffleWorld,
  worldName,
} from './kernel-world.ts';
import { missingPackages } from './packages.ts';

const canRun = process.getuid?.() === 0 && missingPackages({ ip: 'iproute2', sysctl: 'procps' }).length === 0;
const full = process.env['MESHTUI_FULL'] === '1';
/** Other numbers try other routes, rules and addresses. */
const seed = Number(process.env['MESHTUI_SEED'] ?? 1);
/** Sets of routes and rules, each with up to seven tables of both families, and the addresses asked of each. */
const worlds = full ? 1000 : 100;
const questionsPerFamily = 60;

const kinds = [
  { what: 'with the rules that it began with', suffix: 'plain', withRules: false, ignoreLinkdown: false, share: 0.2 },
  { what: 'with rules of all kinds', suffix: 'rules', withRules: true, ignoreLinkdown: false, share: 0.5 },
  {
    what: 'where it ignores routes without carrier',
    suffix: 'down',
    withRules: true,
    ignoreLinkdown: true,
    share: 0.3,
  },
] as const;

describe.skipIf(!canRun)('the kernel decides as we do', () => {
  beforeAll(removeWorlds);
  afterAll(removeWorlds);

  test.each(kinds)(
    '$what',
    async ({ suffix, withRules, ignoreLinkdown, share }) => {
      const namespace = worldName(suffix);
      const count = Math.round(worlds * share);
      const outcomes = new Map<string, number>();
      const wrong: unknown[] = [];
      await addWorld(namespace, ignoreLinkdown);
      for (let index = 0; index < count; index += 1) {
        const random = randomOf(seed * 100_003 + index);
        const death = index % Math.floor(count / mortals.length) === 0 ? (index * mortals.length) / count : -1;
        await shuffleWorld(namespace, random, withRules, mortals[Math.floor(death)]);
        for (const family of ['v4', 'v6'] as const) {
          for (const asked of await compare(namespace, family, random)) {
            outcomes.set(asked.outcome, (outcomes.get(asked.outcome) ?? 0) + 1);
            if (asked.difference !== undefined) wrong.push({ seed, world: index, ...asked });
          }
        }
      }
      expect(wrong).toEqual([]);
      expect([...outcomes.values()].reduce((sum, each) => sum + each, 0)).toBe(count * questionsPerFamily * 2);
      // Of each family: local, forwarded, no route, and three refusals. Agreement on fewer would say little.
      expect(outcomes.size).toBe(12);
    },
    full ? 600_000 : 60_000,
  );
});

/** What was asked, what we say, and in what the kernel differs. */
async function compare(namespace: string, family: Family, random: ReturnType<typeof randomOf>) {
  const { routing, prefixes } = await routingOf(namespace, family);
  const questions = Array.from({ length: questionsPerFamily }, () => randomQuestion(family, random, prefixes));
  const taken = await askKernel(namespace, family, questions, '');
  const matched = await askKernel(namespace, family, questions, 'fibmatch');
  return questions.map((question, index) => {
    const decision = decideRoute(routing, questionOf(question));
    const by = decision.outcome === 'refused' ? ` by ${decision.by}` : '';
    const answers = { taken: taken[index], matched: matched[index] };
    return {
      question,
      outcome: `${family}: ${decision.outcome}${by}`,
      difference: differenceBetween(decision, routing, answers.taken, answers.matched),
      answers,
      decision,
    };
  });
}

async function routingOf(namespace: string, family: Family) {
  const printed = await readWorld(namespace, family);
  const routes = parseRoutes(printed.routes, family);
  const rules = parseRules(printed.rules, family);
  expect([...routes.problems, ...rules.problems]).toEqual([]);
  const routing = kernelRouting(family, { routes: routes.items, rules: rules.items });
  return { routing, prefixes: routes.items.map(({ prefix }) => prefix.text) };
}

function questionOf({ destination, source, iif, mark }: Question): RoutingQuestion {
  const address = parseAddress(destination);
  if (address === undefined) throw new Error(`the test asks for no address: ${destination}`);
  return { destination: address, source: source === undefined ? undefined : parseAddress(source), iif, mark };
}

/** What the kernel says when it refuses (fib_trie.c: fib_props; fib_rules.c). A rule refuses in other words than a route. */
const errors = {
  blackhole: 'Invalid argument',
  prohibit: 'Permission denied',
  unreachable: 'No route to host',
  none: 'Network is unreachable',
} as const;

/** In words, how the kernel's two answers (the next hop that it takes, the route that it matched) differ from ours. */
function differenceBetween(
  decision: RoutingDecision,
  routing: KernelRouting,
  taken: Answer | undefined,
  matched: Answer | undefined,
): string | undefined {
  if (taken === undefined || matched === undefined) return 'the kernel did not answer';
  if (decision.outcome === 'no-route' || decision.outcome === 'refused') {
    const expected = errorOf(decision);
    if (taken.kind !== 'error') return 'the kernel has a route';
    return taken.error === expected ? undefined : `the kernel says ${taken.error}, not ${expected}`;
  }
  if (taken.kind !== 'route') return `the kernel says ${taken.error}`;
  if (matched.kind !== 'route') return `the kernel matches nothing: ${matched.error}`;
  const type = String(taken.route['type'] ?? 'unicast');
  if (type !== decision.route.type) return `the kernel has a ${type} route`;
  if (decision.outcome === 'forwarded' && !decision.nextHops.some((hop) => isHop(hop, taken.route))) {
    return 'the kernel has another next hop';
  }
  if (!isRoute(decision.route, matched.route)) return 'the kernel matches another route';
  // Where `local` and `main` are one, the kernel calls it main.
  const table = routing.localAndMain === undefined ? decision.route.table.name : matched.route['table'];
  return matched.route['table'] === (table === 'main' ? undefined : table)
    ? undefined
    : 'the kernel took another table';
}

function errorOf(decision: RoutingDecision & { readonly outcome: 'refused' | 'no-route' }): string {
  if (decision.outcome === 'no-route') return errors.none;
  return decision.by === 'unreachable' && decision.route === undefined ? errors.none : errors[decision.by];
}

function isHop({ dev, via }: NextHop, answer: Readonly<Record<string, unknown>>): boolean {
  return dev === answer['dev'] && (via === undefined ? undefined : formatAddress(via)) === answer['gateway'];
}

function isRoute({ family, prefix, metric }: Route, answer: Readonly<Record<string, unknown>>): boolean {
  const everything = family === 'v4' ? '0.0.0.0/0' : '::/0';
  const destination = answer['dst'] === 'default' ? everything : String(answer['dst']);
  return parsePrefix(destination)?.prefix.text === prefix.text && Number(answer['metric'] ?? 0) === metric;
}
