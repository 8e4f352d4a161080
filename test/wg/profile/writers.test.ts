import { describe, expect, test } from 'vitest';
import { known } from '../../../src/host/printable.ts';
import { type ProfileFormat, profileFormats, writeProfile } from '../../../src/wg/profile/formats.ts';
import type { ClientProfile } from '../../../src/wg/profile/profile.ts';
import { cardRows } from '../../../src/wg/profile/write-card.ts';
import { gatewaySteps, isGateway } from '../../../src/wg/profile/write-gateway.ts';
import { compactText } from '../../../src/wg/profile/write-wg-quick.ts';
import { Secret } from '../../../src/wg/secret.ts';
import { prefix } from '../../network/support.ts';
import { checked, gatewayProfile, keyed, plainProfile } from './random-profile.ts';

const full = plainProfile({
  dns: ['10.8.0.1', 'fd08::1', 'home.arpa'],
  mtu: 1380,
  persistentKeepalive: 25,
});
const everything = plainProfile({ allowedIps: ['0.0.0.0/0', '::/0'].map((text) => prefix(text).text) });
const privateKey = full.privateKey?.reveal() ?? '';
const presharedKey = full.presharedKey?.reveal() ?? '';
const hubKey = full.hub.publicKey;

/** What a configuration for wg-quick says of the hub, with words in the place of keys. */
const hubSection = `[Peer]
PublicKey = HUB
PresharedKey = PRESHARED
AllowedIPs = 10.8.0.0/24, fd08::/64
Endpoint = vpn.example.net:51820
PersistentKeepalive = 25
`;

/** The texts of a profile in a format, with words in the place of keys. */
function written(profile: ClientProfile, format: ProfileFormat): string {
  const texts = writeProfile(checked(profile), format).map(({ text }) => text.reveal());
  return hidden(texts.join('---\n'));
}

function hidden(text: string): string {
  return text.replaceAll(privateKey, 'PRIVATE').replaceAll(presharedKey, 'PRESHARED').replaceAll(hubKey, 'HUB');
}

describe('a configuration', () => {
  test('for a QR code is as short as can be', () => {
    expect(hidden(compactText(keyed(full)).reveal())).toBe(
      `[Interface]
PrivateKey=PRIVATE
Address=10.8.0.7/32,fd08::7/128
DNS=10.8.0.1,fd08::1,home.arpa
MTU=1380
[Peer]
PublicKey=HUB
PresharedKey=PRESHARED
AllowedIPs=10.8.0.0/24,fd08::/64
Endpoint=vpn.example.net:51820
PersistentKeepalive=25
`,
    );
    const least = plainProfile({ presharedKey: undefined, dns: [], addresses: [prefix('10.8.0.7/32').text] });
    expect(compactText(keyed(least)).reveal().length).toBeLessThan(240);
  });

  test('for the apps has the usual blanks', () => {
    expect(written(full, 'wg-quick')).toBe(
      `# laptop: it holds private keys; whoever has them is this device.
[Interface]
PrivateKey = PRIVATE
Address = 10.8.0.7/32, fd08::7/128
DNS = 10.8.0.1, fd08::1, home.arpa
MTU = 1380

${hubSection}`,
    );
  });

  test('for the apps has only keys that all of them take', () => {
    const keys = [...written(full, 'wg-quick').matchAll(/^([A-Za-z]+) =/gm)].map((match) => match[1]);
    const portable = 'PrivateKey Address DNS MTU PublicKey PresharedKey AllowedIPs Endpoint PersistentKeepalive';
    expect(keys).toEqual(portable.split(' '));
  });

  test('puts an IPv6 endpoint in brackets', () => {
    const profile = plainProfile({ hub: { ...full.hub, host: '2001:db8::5' } });
    expect(written(profile, 'wg-quick')).toContain('\nEndpoint = [2001:db8::5]:51820\n');
    expect(written(profile, 'networkmanager')).toContain('\nendpoint=[2001:db8::5]:51820\n');
    expect(written(profile, 'networkd')).toContain('\nEndpoint=[2001:db8::5]:51820\n');
    expect(written(profile, 'openwrt')).toContain(".endpoint_host='2001:db8::5'\n");
    expect(written(profile, 'mikrotik')).toContain(' endpoint-address=2001:db8::5 ');
  });

  test('of a gateway forwards, hides the mesh behind the gateway, and takes its rules back', () => {
    expect(written(gatewayProfile({ lanInterface: 'eth0.10' }), 'wg-quick')).toBe(
      `# home: a gateway between the tunnel and 192.168.1.0/24, by wg-quick of Linux.
# It holds private keys; whoever has them is this gateway.
[Interface]
PrivateKey = PRIVATE
Address = 10.8.0.7/32, fd08::7/128
PostUp = sysctl -q -w net/ipv4/ip_forward=1
PostUp = nft 'add table inet meshtui_home; delete table inet meshtui_home; table inet meshtui_home { chain forward { type filter hook forward priority mangle; policy accept; iifname "%i" tcp flags syn / syn,rst tcp option maxseg size set rt mtu; oifname "%i" tcp flags syn / syn,rst tcp option maxseg size set rt mtu; }; chain postrouting { type nat hook postrouting priority srcnat; policy accept; oifname "eth0.10" ip saddr { 10.8.0.0/24 } ip daddr { 192.168.1.0/24 } masquerade; }; }'
PostDown = nft 'add table inet meshtui_home; delete table inet meshtui_home'

${hubSection}`,
    );
  });

  test('of a gateway with a static route hides nothing, and says what its router needs', () => {
    const profile = keyed(gatewayProfile({ variant: 'static-route' }));
    expect(written(profile, 'wg-quick')).not.toContain('masquerade');
    const steps = isGateway(profile) ? gatewaySteps(profile) : [];
    expect(steps.flatMap(({ where, commands }) => commands.map((command) => `${where}: ${command}`))).toEqual([
      'gateway: apt-get install wireguard-tools nftables',
      'gateway: umask 077',
      'gateway: cat > /etc/wireguard/home.conf',
      'gateway: systemctl enable --now wg-quick@home',
      'gateway: ufw route allow in on home out on eth0',
      'gateway: ufw route allow in on eth0 out on home',
      'gateway: nft insert rule ip filter DOCKER-USER iifname "home" oifname "eth0" accept',
      'gateway: nft insert rule ip filter DOCKER-USER iifname "eth0" oifname "home" accept',
      'router: ip route add 10.8.0.0/24 via ADDRESS_OF_THE_GATEWAY',
    ]);
  });

  test('of a gateway for IPv6 keeps hearing its own router', () => {
    const lans = [prefix('fd99::/64').text];
    const text = written(gatewayProfile({ lans }), 'wg-quick');
    expect(text).toContain('PostUp = sysctl -q -w net/ipv6/conf/eth0/accept_ra=2 net/ipv6/conf/all/forwarding=1\n');
    expect(text).toContain('ip6 saddr { fd08::/64 } ip6 daddr { fd99::/64 } masquerade;');
    expect(text).not.toContain('ip_forward');
  });

  test('for NetworkManager', () => {
    expect(written(full, 'networkmanager').replace(/uuid=.*/, 'uuid=UUID')).toBe(
      `[connection]
id=laptop
uuid=UUID
type=wireguard
interface-name=laptop

[wireguard]
private-key=PRIVATE
mtu=1380

[wireguard-peer.HUB]
endpoint=vpn.example.net:51820
preshared-key=PRESHARED
preshared-key-flags=0
persistent-keepalive=25
allowed-ips=10.8.0.0/24;fd08::/64;

[ipv4]
address1=10.8.0.7/32
dns=10.8.0.1;
dns-search=home.arpa;
method=manual

[ipv6]
addr-gen-mode=stable-privacy
address1=fd08::7/128
dns=fd08::1;
dns-search=home.arpa;
method=manual
`,
    );
    expect(written(full, 'networkmanager')).toMatch(
      /\nuuid=[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}\n/,
    );
    const uuids = [full, everything, { ...full, name: known('other') }].map(
      (profile) => /uuid=(.*)/.exec(written(profile, 'networkmanager'))?.[1],
    );
    expect([uuids[0] === uuids[1], uuids[0] === uuids[2]]).toEqual([true, false]);
  });

  test('for systemd-networkd', () => {
    expect(written(full, 'networkd')).toBe(
      `[NetDev]
Name=laptop
Kind=wireguard
MTUBytes=1380

[WireGuard]
PrivateKey=PRIVATE

[WireGuardPeer]
PublicKey=HUB
PresharedKey=PRESHARED
AllowedIPs=10.8.0.0/24,fd08::/64
Endpoint=vpn.example.net:51820
PersistentKeepalive=25
---
[Match]
Name=laptop

[Network]
IPv6AcceptRA=no
Address=10.8.0.7/32
Address=fd08::7/128
DNS=10.8.0.1
DNS=fd08::1
Domains=home.arpa

[Route]
Destination=10.8.0.0/24
Scope=link

[Route]
Destination=fd08::/64
`,
    );
    expect(written(everything, 'networkd')).toContain('FirewallMark=51820\nInvertRule=true\nTable=51820\n');
    const files = writeProfile(checked(full), 'networkd');
    expect(files.map(({ path, mode, owner }) => [path, mode, owner])).toEqual([
      ['/etc/systemd/network/50-laptop.netdev', 0o640, 'root:systemd-network'],
      ['/etc/systemd/network/50-laptop.network', 0o640, 'root:systemd-network'],
    ]);
  });

  test('for OpenWrt', () => {
    expect(written(full, 'openwrt')).toBe(
      `set network.laptop='interface'
set network.laptop.proto='wireguard'
set network.laptop.private_key='PRIVATE'
add_list network.laptop.addresses='10.8.0.7/32'
add_list network.laptop.addresses='fd08::7/128'
add_list network.laptop.dns='10.8.0.1'
add_list network.laptop.dns='fd08::1'
add_list network.laptop.dns_search='home.arpa'
set network.laptop.mtu='1380'
set network.laptop_hub='wireguard_laptop'
set network.laptop_hub.description='hub'
set network.laptop_hub.public_key='HUB'
set network.laptop_hub.preshared_key='PRESHARED'
set network.laptop_hub.endpoint_host='vpn.example.net'
set network.laptop_hub.endpoint_port='51820'
add_list network.laptop_hub.allowed_ips='10.8.0.0/24'
add_list network.laptop_hub.allowed_ips='fd08::/64'
set network.laptop_hub.route_allowed_ips='1'
set network.laptop_hub.persistent_keepalive='25'
commit network
`,
    );
  });

  test('for OpenWrt as a gateway has a zone of its own', () => {
    const text = written({ ...gatewayProfile(), name: known('my-home.lan') }, 'openwrt');
    expect(text).toContain("set network.my_home_lan='interface'\n");
    expect(text).toContain("set firewall.my_home_lan_f0.src='my_home_lan'\nset firewall.my_home_lan_f0.dest='lan'\n");
    expect(text).toContain("set firewall.my_home_lan_n0.src_ip='10.8.0.0/24'\n");
    expect(text.endsWith('commit network\ncommit firewall\n')).toBe(true);
    expect(written(gatewayProfile({ variant: 'static-route' }), 'openwrt')).not.toContain('MASQUERADE');
  });

  test('for MikroTik', () => {
    expect(written(full, 'mikrotik')).toBe(
      `/interface/wireguard/add name=laptop private-key="PRIVATE" mtu=1380
/interface/wireguard/peers/add interface=laptop name=hub public-key="HUB" preshared-key="PRESHARED" endpoint-address=vpn.example.net endpoint-port=51820 allowed-address=10.8.0.0/24,fd08::/64 persistent-keepalive=25s
/ip/address/add address=10.8.0.7/32 interface=laptop
/ipv6/address/add address=fd08::7/128 advertise=no interface=laptop
/ip/route/add dst-address=10.8.0.0/24 gateway=laptop
/ipv6/route/add dst-address=fd08::/64 gateway=laptop
`,
    );
    expect(written(everything, 'mikrotik')).toContain('# Routes are yours to add: first one to vpn.example.net by');
    expect(written(gatewayProfile(), 'mikrotik')).toContain(
      'action=masquerade src-address=10.8.0.0/24 dst-address=192.168.1.0/24 out-interface=eth0\n',
    );
  });

  test('for a device that has its own key is a card', () => {
    const profile = checked({ ...full, privateKey: undefined });
    const card = `Fill these fields in on laptop. Its private key stays as it is.

Interface
  Name                  laptop
  Addresses             10.8.0.7/32, fd08::7/128
  DNS servers           10.8.0.1, fd08::1, home.arpa
  MTU                   1380

Peer
  Public key            HUB
  Preshared key         PRESHARED
  Endpoint              vpn.example.net:51820
  Allowed IPs           10.8.0.0/24, fd08::/64
  Persistent keepalive  25 seconds
`;
    for (const format of Object.keys(profileFormats) as ProfileFormat[]) expect(written(profile, format)).toBe(card);
    expect(written(full, 'card')).toBe(card);
    const secrets = cardRows(profile).filter(({ value }) => value instanceof Secret);
    expect(secrets.map(({ field }) => field)).toEqual(['Preshared key']);
  });
});

describe('every text that is written', () => {
  test('is hidden when it is printed, and asks for a mode that nobody else can read', () => {
    for (const profile of [full, everything, gatewayProfile()]) {
      for (const format of Object.keys(profileFormats) as ProfileFormat[]) {
        for (const text of writeProfile(checked(profile), format)) {
          expect(JSON.stringify(text)).not.toContain(privateKey);
          expect(JSON.stringify(text)).toContain('(hidden)');
          expect(text.mode & 0o007).toBe(0);
          expect(text.text.reveal().endsWith('\n')).toBe(true);
        }
      }
    }
  });
});
