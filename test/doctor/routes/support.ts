import type { FindingId } from '../../../src/doctor/finding.ts';
import { judgeRoutes } from '../../../src/doctor/routes/judge-routes.ts';
import type { HubPeer, RouteRow, RoutesJudgement } from '../../../src/doctor/routes/rows.ts';
import { known } from '../../../src/host/printable.ts';
import { parseAddresses } from '../../../src/network/addresses.ts';
import { parseLinks } from '../../../src/network/links.ts';
import { parseRoutes } from '../../../src/network/routes.ts';
import { parseRules } from '../../../src/network/rules.ts';
import { parseSysctls } from '../../../src/network/sysctl.ts';
import { readConfInterface } from '../../../src/wg/conf-interface.ts';
import { type InterfaceName, parsePublicKey } from '../../../src/wg/key.ts';
import { peerId } from '../../../src/wg/peer.ts';
import type { RoutingFacts } from '../../../src/wg/routing-facts.ts';

export const wg0 = 'wg0' as InterfaceName;

/** A peer whose file says what the kernel has, unless told otherwise; `null`: it has no section. */
export function peer(label: string, allowedIps: string, inFile: string | null = allowedIps): HubPeer {
  const key = parsePublicKey(`${label.padEnd(42, 'x')}A=`);
  if (key === undefined) throw new Error(`the test names no peer: ${label}`);
  const list = (text: string) =>
    text
      .split(' ')
      .filter((one) => one !== '')
      .map(known);
  return {
    id: peerId(wg0, key),
    label: known(label),
    allowedIps: list(allowedIps),
    fileAllowedIps: inFile === null ? undefined : list(inFile),
  };
}

/** A hub as a test describes it; what is left out is as on a healthy one. */
export interface World {
  readonly peers?: readonly HubPeer[];
  readonly routes4?: readonly object[];
  readonly routes6?: readonly object[];
  readonly rules4?: readonly object[];
  readonly sysctls?: Readonly<Record<string, number>>;
  readonly conf?: string | undefined;
  readonly up?: boolean;
  readonly addresses?: readonly { readonly local: string; readonly prefixlen: number }[];
  readonly facts?: Partial<RoutingFacts>;
}

export const gateway = { dst: 'default', gateway: '198.51.100.1', dev: 'eth0' };
const gateway6 = { dst: 'default', gateway: '2001:db8::1', dev: 'eth0', metric: 1024, pref: 'medium' };
export const subnet = { dst: '10.8.0.0/24', dev: 'wg0', protocol: 'kernel', scope: 'link', prefsrc: '10.8.0.1' };
const subnet6 = { dst: 'fd08::/64', dev: 'wg0', protocol: 'kernel', metric: 256, pref: 'medium' };
export const lan = { dst: '192.168.60.0/24', dev: 'wg0', scope: 'link' };

const home = peer('home', '10.8.0.3/32 192.168.60.0/24 fd08::3/128');
const laptop = peer('laptop', '10.8.0.4/32 fd08::4/128');
const own = { type: 'local', dst: '10.8.0.1', dev: 'wg0', table: 'local', protocol: 'kernel', scope: 'host' };

/** What is said of such a hub. */
export function judge(world: World = {}): RoutesJudgement {
  const { peers = [home, laptop], routes4 = [gateway, subnet, lan, own], routes6 = [gateway6, subnet6] } = world;
  const addresses = world.addresses ?? [
    { local: '10.8.0.1', prefixlen: 24 },
    { local: 'fd08::1', prefixlen: 64 },
  ];
  const info = addresses.map((one) => ({ scope: 'global', ...one }));
  const flags = world.up === false ? [] : ['UP', 'LOWER_UP'];
  const sysctls = {
    'ipv4/ip_forward': 1,
    'ipv4/conf/wg0/forwarding': 1,
    'ipv6/conf/all/forwarding': 1,
    'ipv4/conf/all/rp_filter': 0,
    'ipv4/conf/wg0/rp_filter': 0,
    ...world.sysctls,
  };
  const conf = 'conf' in world ? world.conf : '[Interface]\nAddress = 10.8.0.1/24, fd08::1/64\n';
  return judgeRoutes({
    interfaces: [{ name: wg0, peers }],
    facts: {
      addresses: parseAddresses(JSON.stringify([{ ifname: 'wg0', addr_info: info }])).items,
      routes: [
        ...parseRoutes(JSON.stringify(routes4), 'v4').items,
        ...parseRoutes(JSON.stringify(routes6), 'v6').items,
      ],
      rules: world.rules4 === undefined ? [] : parseRules(JSON.stringify(world.rules4), 'v4').items,
      links: parseLinks(
        JSON.stringify([
          { ifindex: 1, ifname: 'eth0', flags: ['UP'] },
          { ifindex: 2, ifname: 'wg0', flags, linkinfo: { info_kind: 'wireguard' } },
          { ifindex: 3, ifname: 'wg9', flags: ['UP'], linkinfo: { info_kind: 'wireguard' } },
        ]),
      ).items,
      sysctls: parseSysctls(new Map(Object.entries(sysctls).map(([path, value]) => [path, `${value}\n`])), [wg0]),
      files: conf === undefined ? new Map() : new Map([[wg0, readConfInterface('/etc/wireguard/wg0.conf', conf)]]),
      incomplete: new Set(),
      ...world.facts,
    },
  });
}

/** The row of a prefix. */
export function rowOf({ rows }: RoutesJudgement, prefix: string): RouteRow | undefined {
  return rows.find((row) => row.prefix.text === prefix);
}

/** What is found, as `id prefix`. */
export function found({ findings }: RoutesJudgement): string[] {
  return findings.map(({ id, about }) => (about.prefix === undefined ? id : `${id} ${about.prefix}`));
}

/** The finding of a kind, which must be there. */
export function finding({ findings }: RoutesJudgement, id: FindingId) {
  const one = findings.find((each) => each.id === id);
  if (one === undefined) throw new Error(`${id} is not among ${findings.map((each) => each.id).join(', ')}`);
  return one;
}
