import type { InitFacts, Taken } from '../../src/change/plans/init-facts.ts';
import { known } from '../../src/host/printable.ts';
import { parsePrefix } from '../../src/network/prefix.ts';

/** Something of the host's, for {@link freshHost}. */
export function taken(text: string, kind: Taken['kind'] = 'own', by = `eth0 has ${text}`): Taken {
  const prefix = parsePrefix(text)?.prefix;
  if (prefix === undefined) throw new Error(`${text} is no prefix`);
  return { prefix, by: known(by), kind };
}

/** A server of the internet on which nothing of WireGuard is set up yet. */
export function freshHost(more: Partial<InitFacts> = {}): InitFacts {
  return {
    isRoot: true,
    rootCommand: known('sudo meshtui init'),
    missing: [],
    install: known('sudo apt install wireguard-tools'),
    way: { kind: 'kernel' },
    hasUnit: true,
    interfaces: ['lo', 'eth0'],
    tunnels: [],
    configurations: [],
    ports: new Map(),
    taken: [taken('198.51.100.0/24'), taken('2001:db8:51::/64')],
    operator: undefined,
    publicAddress: { address: known('198.51.100.10'), isPrivate: false },
    hasIpv6: true,
    forwarding: [
      { key: 'net.ipv4.ip_forward', value: '0', atBoot: undefined, moves: [] },
      { key: 'net.ipv6.conf.all.forwarding', value: '0', atBoot: undefined, moves: [] },
    ],
    announced: [],
    settingsFile: undefined,
    problems: [],
    ...more,
  };
}
