import { type FakeWorld, fakeHost } from '../../src/host/fake.ts';
import { keys, lan, peerRow } from './drift-hub.ts';

const hubKey = 'aHViaHViaHViaHViaHViaHViaHViaHViaHViaHViaHU=';

const outputs: Readonly<Record<string, unknown>> = {
  'ip -j addr': [{ ifname: 'wg0', addr_info: [{ local: '10.8.0.1', prefixlen: 24, scope: 'global' }] }],
  'ip -j -4 route show table all': [
    { dst: 'default', gateway: '198.51.100.1', dev: 'eth0' },
    { dst: '10.8.0.0/24', dev: 'wg0', protocol: 'kernel', scope: 'link', prefsrc: '10.8.0.1' },
  ],
  'ip -j -6 route show table all': [],
  'ip -j -4 rule': [
    { priority: 0, src: 'all', table: 'local' },
    { priority: 32766, src: 'all', table: 'main' },
  ],
  'ip -j -6 rule': [{ priority: 0, src: 'all', table: 'local' }],
  'ip -j -s -s -d link': [{ ifindex: 2, ifname: 'wg0', flags: ['UP'], linkinfo: { info_kind: 'wireguard' } }],
};

/** A hub that has lost the route to the LAN behind `home`. */
export function routesHub(world: Partial<FakeWorld> = {}) {
  const conf = `[Interface]
Address = 10.8.0.1/24
# Name = home
[Peer]
PublicKey = ${keys.home}
AllowedIPs = 10.8.0.3/32, ${lan}
# Name = laptop
[Peer]
PublicKey = ${keys.laptop}
AllowedIPs = 10.8.0.4/32
`;
  const dump = [
    ['wg0', hubKey, hubKey, '51820', 'off'].join('\t'),
    peerRow(keys.home, `10.8.0.3/32,${lan}`),
    peerRow(keys.laptop, '10.8.0.4/32'),
  ];
  return fakeHost({
    files: new Map([
      ['/etc/wireguard/wg0.conf', conf],
      ['/proc/sys/net/ipv4/ip_forward', '1\n'],
      ['/proc/sys/net/ipv4/conf/wg0/forwarding', '1\n'],
    ]),
    programs: (argv) => {
      const command = argv.join(' ');
      if (command === 'wg show all dump') return `${dump.join('\n')}\n`;
      return command in outputs ? JSON.stringify(outputs[command]) : undefined;
    },
    ...world,
  });
}
