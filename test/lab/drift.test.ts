/** Drift of a real hub: none after `wg-quick up`, exactly what was changed by hand, and none again after it was pushed or adopted. */
import { beforeAll, describe, expect, test } from 'vitest';
import { commandsOf, secretPlaceholder } from '../../src/change/live.ts';
import type { Plan, PlanResult } from '../../src/change/plan.ts';
import { adoptPlan } from '../../src/change/plans/drift-adopt.ts';
import { pushPlan } from '../../src/change/plans/drift-push.ts';
import { readHubState } from '../../src/change/read-hub.ts';
import type { driftDocument } from '../../src/cli/drift-json.ts';
import { fakeHost } from '../../src/host/fake.ts';
import { known } from '../../src/host/printable.ts';
import { parseLinks } from '../../src/network/links.ts';
import { parseRoutes } from '../../src/network/routes.ts';
import { readWanted } from '../../src/wg/conf/wanted.ts';
import { type DriftItem, driftOf } from '../../src/wg/drift.ts';
import type { HubState } from '../../src/wg/hub.ts';
import { nameOf } from '../support/snapshots.ts';
import { launch } from '../support/terminal.ts';
import { type Lab, labObstacle } from './lab.ts';
import { lanSubnet, overlay } from './topology.ts';
import { newPresharedKey } from './wireguard.ts';
import { withLab } from './with-lab.ts';

const id = `d${process.pid}`;
const path = '/etc/wireguard/wg0.conf';
const secretFile = '/etc/wireguard/preshared';
const obstacle = await labObstacle();

describe.skipIf(obstacle !== undefined)('drift of a real hub', () => {
  let lab: Lab;
  let original = '';

  withLab(id, (up) => {
    lab = up;
  });

  beforeAll(async () => {
    original = await output('cat', path);
  });

  const edge = (...argv: string[]) => lab.must('edge', argv);
  const output = async (...argv: string[]) => (await edge(...argv)).stdout;
  const write = (text: string) => lab.writeFile('edge', path, text);

  const readHub = async (): Promise<HubState> => {
    const host = fakeHost({
      files: new Map([[path, await output('cat', path)]]),
      programs: async (argv) => {
        const { code, stdout, stderr } = await lab.exec('edge', argv);
        return { outcome: 'exited', code: code ?? 1, stdout, stderr };
      },
    });
    const reading = await readHubState(host, nameOf('wg0'));
    if (reading.outcome !== 'read') throw new Error(reading.reason);
    return reading.hub;
  };

  const drift = async (): Promise<{ readonly hub: HubState; readonly items: readonly DriftItem[] }> => {
    const hub = await readHub();
    const reading = hub.conf === undefined ? undefined : readWanted(hub.conf.file);
    if (reading?.outcome === 'rejected') throw new Error(reading.problems[0]?.problem);
    const [link] = parseLinks(await output('ip', '-j', 'addr', 'show', 'dev', 'wg0')).items;
    const otherRoutes = parseRoutes(await output('ip', '-j', '-4', 'route', 'show', 'table', 'all'), 'v4').items;
    const context = { link: link && { mtu: link.mtu, isUp: link.up }, otherRoutes };
    return { hub, items: driftOf(hub, reading?.wanted, context) };
  };

  const contextOf = (hub: HubState) => ({
    hub,
    ownership: { writable: true } as const,
    session: { kind: 'local' } as const,
    labelOf: () => known('a peer'),
    isUnowned: false,
    names: new Map(),
  });

  const planOf = (result: PlanResult): Plan => {
    if (result.outcome !== 'plan') throw new Error(result.reason);
    return result.plan;
  };

  /** Does what a plan says, step by step. */
  const apply = async ({ steps }: Plan) => {
    for (const step of steps) {
      if (step.kind === 'file') await write(step.after?.text.reveal() ?? '');
      else {
        for (const { argv, secret, isOptional } of commandsOf(step)) {
          await lab.writeFile('edge', secretFile, secret?.reveal() ?? '');
          const words = argv.map((word) => (word === secretPlaceholder ? secretFile : word));
          if (isOptional) await lab.exec('edge', words);
          else await lab.must('edge', words);
        }
      }
    }
  };

  const reset = async () => {
    await write(original);
    await lab.exec('edge', ['wg-quick', 'down', 'wg0']);
    await lab.exec('edge', ['ip', 'route', 'del', lanSubnet, 'dev', 'lo']);
    await edge('wg-quick', 'up', 'wg0');
  };

  test('is none after wg-quick up', async () => {
    expect((await drift()).items).toEqual([]);
  });

  const phone = () => lab.publicKeys.phone;
  const phoneIps = `${overlay.phone.v4}/32,${overlay.phone.v6}/128`;
  const edited = (from: RegExp | string, to: string) => write(original.replace(from, to));
  const inFile = () => `PublicKey = ${phone()}\n`;

  /** What is done by hand, what is found, and whether that can be pushed and adopted. */
  const cases: readonly [what: string, act: () => Promise<unknown>, kind: DriftItem['kind'], can: string][] = [
    ['a peer is removed', () => edge('wg', 'set', 'wg0', 'peer', phone(), 'remove'), 'peer-only-in-file', 'push adopt'],
    [
      'a peer is added',
      () => edge('wg', 'set', 'wg0', 'peer', newPresharedKey().replace(/.=$/, 'A='), 'allowed-ips', '10.8.0.200/32'),
      'peer-only-running',
      'push adopt',
    ],
    [
      'a peer gets more',
      () => edge('wg', 'set', 'wg0', 'peer', phone(), 'allowed-ips', `${phoneIps},10.77.0.0/16`),
      'allowed-ips',
      'push adopt',
    ],
    [
      'a keepalive',
      () => edge('wg', 'set', 'wg0', 'peer', phone(), 'persistent-keepalive', '21'),
      'keepalive',
      'push adopt',
    ],
    [
      'a preshared key goes',
      () => edge('wg', 'set', 'wg0', 'peer', lab.publicKeys.laptop, 'preshared-key', '/dev/null'),
      'preshared-key',
      'push adopt',
    ],
    [
      'another preshared key is written',
      () => edited(/PresharedKey = .*/, `PresharedKey = ${newPresharedKey()}`),
      'preshared-key',
      'push adopt',
    ],
    [
      'an endpoint is written',
      () => edited(inFile(), `${inFile()}Endpoint = 192.0.2.77:999\n`),
      'endpoint',
      'push adopt',
    ],
    ['the port', () => edge('wg', 'set', 'wg0', 'listen-port', '51999'), 'listen-port', 'push adopt'],
    ['a mark', () => edge('wg', 'set', 'wg0', 'fwmark', '0x77'), 'fwmark', 'push adopt'],
    [
      'another private key is written',
      () => edited(/PrivateKey = .*/, `PrivateKey = ${newPresharedKey()}`),
      'private-key',
      'adopt',
    ],
    ['an MTU is written', () => edited('ListenPort', 'MTU = 1333\nListenPort'), 'mtu', 'adopt'],
    [
      'an address goes',
      () => edge('ip', 'addr', 'del', `${overlay.edge.v6}/64`, 'dev', 'wg0'),
      'address-missing',
      'push adopt',
    ],
    ['an address comes', () => edge('ip', 'addr', 'add', '10.9.9.9/32', 'dev', 'wg0'), 'address-extra', 'push adopt'],
    ['a route goes', () => edge('ip', 'route', 'del', lanSubnet, 'dev', 'wg0'), 'route-missing', 'push'],
    ['a route comes', () => edge('ip', 'route', 'add', '10.78.0.0/16', 'dev', 'wg0'), 'route-extra', 'push'],
    [
      'a route comes in a table',
      () => edge('ip', 'route', 'add', '10.78.0.0/16', 'dev', 'wg0', 'table', '77'),
      'route-extra',
      'push',
    ],
    [
      'an IPv6 route comes',
      () => edge('ip', '-6', 'route', 'add', 'fd77::/64', 'dev', 'wg0', 'metric', '5'),
      'route-extra',
      'push',
    ],
    ['a route moves', () => edge('ip', 'route', 'replace', lanSubnet, 'dev', 'lo'), 'route-elsewhere', ''],
    ['the link goes down', () => edge('ip', 'link', 'set', 'wg0', 'down'), 'interface-down', ''],
  ];

  // Each both ways takes a minute: by turns, unless all is asked for.
  const ways = (index: number) =>
    process.env['MESHTUI_FULL'] === '1' ? ['push', 'adopt'] : [index % 2 === 0 ? 'push' : 'adopt'];
  const turns = cases.map((one, index) => [...one, ways(index)] as const);

  test.each(turns)('%s', { timeout: 60_000 }, async (_what, act, kind, can, some) => {
    for (const way of some) {
      await act();
      const { hub, items } = await drift();
      expect(items.map((item) => item.kind)).toEqual([kind]);
      const [item] = items;
      expect([item?.canPush === true && 'push', item?.canAdopt === true && 'adopt'].filter(Boolean).join(' ')).toBe(
        can,
      );
      const result = (way === 'push' ? pushPlan : adoptPlan)(contextOf(hub), items);
      if (can.includes(way)) {
        await apply(planOf(result));
        expect((await drift()).items).toEqual([]);
      } else expect(result).toMatchObject({ outcome: 'refused' });
      await write(original);
      if (kind === 'endpoint' || (await drift()).items.length > 0) await reset();
    }
  });

  test('the built program counts and lists it', { timeout: 60_000 }, async () => {
    const listed = async () =>
      JSON.parse(await output('meshtui', 'drift', '--json')) as ReturnType<typeof driftDocument>;
    expect((await listed()).interfaces).toMatchObject([
      { owner: { manager: 'wg-quick', writable: true }, count: 0, items: [] },
    ]);
    const terminal = launch(lab.meshtuiArgv('edge'));
    await terminal.waitFor('drift 0', 15_000);
    await edge('ip', 'route', 'del', lanSubnet, 'dev', 'wg0');
    await terminal.waitFor('drift 1', 15_000);
    expect((await listed()).interfaces[0]?.items).toMatchObject([{ id: `wg0/route-missing/${lanSubnet}` }]);
    await edge('ip', 'route', 'add', lanSubnet, 'dev', 'wg0');
    await terminal.waitFor('drift 0', 15_000);
  });

  test('a prefix that another has taken is given back, and both are named', async () => {
    const thief = ['wg', 'set', 'wg0', 'peer', lab.publicKeys.roamer, 'allowed-ips'];
    await edge(...thief, `${overlay.roamer.v4}/32,${overlay.roamer.v6}/128,${lanSubnet}`);
    const { hub, items } = await drift();
    expect(items.map(({ kind }) => kind)).toEqual(['allowed-ips', 'allowed-ips']);
    const victim = items.filter(({ what }) => what.includes('it lacks'));
    const plan = planOf(pushPlan(contextOf(hub), victim));
    expect(plan.steps.filter(({ kind }) => kind === 'peer')).toHaveLength(2);
    expect(plan.notes.join(' ')).toContain(`${lanSubnet} goes from`);
    await apply(plan);
    expect((await drift()).items).toEqual([]);
  });
});
