import { type FakeWorld, fakeHost } from '../../src/host/fake.ts';

/** Of the peers. */
export const keys = {
  home: 'aG9tZWhvbWVob21laG9tZWhvbWVob21laG9tZWhvbWU=',
  laptop: 'bGFwdG9wbGFwdG9wbGFwdG9wbGFwdG9wbGFwdG9wbGE=',
  guest: 'Z3Vlc3RndWVzdGd1ZXN0Z3Vlc3RndWVzdGd1ZXN0Z3U=',
};

/** As an interface keeps it, and its public key. */
const privateKey = 'cAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEA=';
const presharedKey = 'cHJlc2hhcmVkcHJlc2hhcmVkcHJlc2hhcmVkcHJlc2g=';
export const secrets = [privateKey, presharedKey];

/** Behind `home`. */
export const lan = '192.168.60.0/24';
const confPath = '/etc/wireguard/wg0.conf';

export const confText = `[Interface]
PrivateKey = ${privateKey}
ListenPort = 51820
Address = 10.8.0.1/24
# Name = home
[Peer]
PublicKey = ${keys.home}
AllowedIPs = 10.8.0.3/32, ${lan}
# Name = laptop
[Peer]
PublicKey = ${keys.laptop}
AllowedIPs = 10.8.0.4/32
PersistentKeepalive = 25
`;

const interfaceRow = ['wg0', privateKey, keys.home, '51820', 'off'].join('\t');

/** A peer's row of the dump. */
export function peerRow(key: string, allowedIps: string, keepalive = 'off', preshared = '(none)'): string {
  return ['wg0', key, preshared, '(none)', allowedIps, '0', '0', '0', keepalive].join('\t');
}

/** A hub on which `home` has lost its route, `laptop` its keepalive, and `guest` is not in the file. */
export const driftedRows = [
  peerRow(keys.home, `10.8.0.3/32,${lan}`),
  peerRow(keys.laptop, '10.8.0.4/32'),
  peerRow(keys.guest, '10.8.0.9/32', 'off', presharedKey),
];

export const healthyRows = [peerRow(keys.home, `10.8.0.3/32,${lan}`), peerRow(keys.laptop, '10.8.0.4/32', '25')];

/** What can be changed of the hub while somebody looks. */
export interface DriftHub {
  rows: readonly string[];
  routes: readonly object[];
}

const lanRoute = { dst: lan, dev: 'wg0', scope: 'link' };

/** The state of a hub on which nothing has drifted. */
export function healthyHub(): DriftHub {
  return { rows: healthyRows, routes: [lanRoute] };
}

/** A hub that is as `state` says. */
export function driftHub(state: DriftHub = { rows: driftedRows, routes: [] }, world: Partial<FakeWorld> = {}) {
  return fakeHost({
    files: new Map([[confPath, confText]]),
    programs: (argv) => {
      const command = argv.join(' ');
      if (command === 'wg show all dump') return `${[interfaceRow, ...state.rows].join('\n')}\n`;
      if (command === 'wg show wg0 dump') {
        return `${[interfaceRow, ...state.rows].join('\n').replaceAll('wg0\t', '')}\n`;
      }
      if (command === 'ip -j -4 route show table all dev wg0') return JSON.stringify(state.routes);
      if (command === 'ip -j -4 route show table all') return JSON.stringify(state.routes);
      if (command.startsWith('ip -j -6 route show table all')) return '';
      if (command !== 'ip -j addr show dev wg0') return undefined;
      const address = { family: 'inet', local: '10.8.0.1', prefixlen: 24, scope: 'global' };
      return JSON.stringify([{ ifindex: 3, ifname: 'wg0', flags: ['UP'], mtu: 1420, addr_info: [address] }]);
    },
    ...world,
  });
}
