import type { PlanContext } from '../../../src/change/plans/context.ts';
import type { DriftPlanContext } from '../../../src/change/plans/drift.ts';
import type { ChangeRecord } from '../../../src/change/results.ts';
import { type AddFacts, factsOf } from '../../../src/flows/add/facts.ts';
import type { AddRequest } from '../../../src/flows/add/request.ts';
import { known } from '../../../src/host/printable.ts';
import { parseAddresses } from '../../../src/network/addresses.ts';
import { parseRoutes } from '../../../src/network/routes.ts';
import { parseSysctls } from '../../../src/network/sysctl.ts';
import type { NetworkFacts } from '../../../src/observe/network-facts.ts';
import { parseConf } from '../../../src/wg/conf/conf-file.ts';
import { parseDump } from '../../../src/wg/dump.ts';
import { type InterfaceName, shortKey } from '../../../src/wg/key.ts';
import { readConfNames } from '../../../src/wg/names/conf-names.ts';

export const now = Date.UTC(2026, 10, 23, 12);
const wg0 = 'wg0' as InterfaceName;

/** A hub with `eth0`, a peer and a LAN behind it. */
export const conf = `[Interface]
Address = 10.8.0.1/24, fd08::1/64
ListenPort = 51820
PrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=

[Peer]
# friendly_name = home
PublicKey = xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=
AllowedIPs = 10.8.0.3/32, fd08::3/128, 192.168.60.0/24

#[disabled] [Peer]
#[disabled] # friendly_name = away
#[disabled] PublicKey = TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=
#[disabled] AllowedIPs = 10.8.0.2/32
`;

const links = [
  { ifname: 'eth0', addr_info: [{ family: 'inet', local: '198.51.100.10', prefixlen: 24, scope: 'global' }] },
  { ifname: 'wg0', addr_info: [{ family: 'inet', local: '10.8.0.1', prefixlen: 24, scope: 'global' }] },
];
const routes = [{ dst: 'default', gateway: '198.51.100.1', dev: 'eth0', flags: [] }];

export interface HubSays {
  readonly text?: string;
  readonly dump?: string;
  readonly changes?: readonly ChangeRecord[];
  readonly ownership?: PlanContext['ownership'];
  readonly addresses?: readonly unknown[];
}

/** The facts of such a hub. */
export function factsFor({
  text = conf,
  dump,
  changes = [],
  ownership = { writable: true },
  addresses = links,
}: HubSays = {}): AddFacts {
  return factsOf({
    context: contextFor({ text, ownership, ...(dump !== undefined && { dump }) }),
    network: networkOf(addresses),
    changes,
    now,
  });
}

/** What builders get of it. */
export function contextFor({ text = conf, dump, ownership = { writable: true } }: HubSays = {}): DriftPlanContext {
  const running = dump === undefined ? undefined : parseDump(dump).interfaces[0];
  const names = new Map(readConfNames(text).peers.map((peer) => [peer.publicKey, peer]));
  return {
    hub: {
      interfaceName: wg0,
      program: 'wg',
      conf: { path: '/etc/wireguard/wg0.conf', mode: 0o600, file: parseConf(text) },
      running,
      routes: [],
      addresses: [],
    },
    ownership,
    session: { kind: 'local' },
    labelOf: (key) => names.get(key)?.name ?? known(shortKey(key)),
    isUnowned: false,
    names,
  };
}

function networkOf(addresses: readonly unknown[]): NetworkFacts {
  return {
    at: now,
    addresses: parseAddresses(JSON.stringify(addresses)).items,
    routes: parseRoutes(JSON.stringify(routes), 'v4').items,
    rules: [],
    links: [],
    sysctls: parseSysctls(new Map(), []),
    files: new Map(),
    incomplete: new Set(),
    problems: [],
  };
}

/** A request in which nothing is wrong. */
export const good: AddRequest = { name: 'phone', tags: [], kind: 'phone', reach: 'mesh', presharedKey: true };
