import { known, type Printable } from '../../host/printable.ts';
import { outermost } from '../../network/pool-range.ts';
import { type Prefix, parsePrefix } from '../../network/prefix.ts';
import { Secret } from '../secret.ts';
import type { KeyedProfile } from './check-profile.ts';
import { type GatewayPart, isV6, type ProfileText } from './profile.ts';
import { spacedText } from './write-wg-quick.ts';

/** A profile of a gateway. */
export type GatewayProfile = KeyedProfile & { readonly gateway: GatewayPart };

/** One thing to do, in order: where, what it is for, and the commands. There is no secret in it. */
export interface Step {
  readonly where: 'gateway' | 'router';
  readonly title: Printable;
  readonly commands: readonly Printable[];
}

/** Whether the profile is of a gateway. */
export function isGateway(profile: KeyedProfile): profile is GatewayProfile {
  return profile.gateway !== undefined;
}

/**
 * The configuration of a Linux host that carries packets between the tunnel and the LANs behind it. What it changes on the
 * way up (forwarding but for that, which other programs may need) it takes back on the way down; rules are in a table of
 * their own, and coming up twice makes them once.
 */
export function gatewayFile(profile: GatewayProfile): ProfileText {
  const { name, gateway } = profile;
  const table = tableName(name);
  const hooks: (readonly [string, string])[] = [
    ...forwarding(gateway).map((command) => ['PostUp', command] as const),
    ['PostUp', `nft 'add table inet ${table}; delete table inet ${table}; ${ruleset(table, gateway)}'`],
    ['PostDown', `nft 'add table inet ${table}; delete table inet ${table}'`],
  ];
  const head = [
    `# ${name}: a gateway between the tunnel and ${gateway.lans.join(', ')}, by wg-quick of Linux.`,
    '# It holds private keys; whoever has them is this gateway.',
  ];
  return {
    text: new Secret(`${head.join('\n')}\n${spacedText(profile, hooks)}`),
    fileName: `${name}.conf`,
    path: `/etc/wireguard/${name}.conf`,
    mode: 0o600,
    owner: 'root:root',
  };
}

/** How a host becomes the gateway. The file is sent or pasted where the second step says. */
export function gatewaySteps({ name, gateway }: GatewayProfile): readonly Step[] {
  const path = `/etc/wireguard/${name}.conf`;
  const steps: Step[] = [
    step('gateway', 'Install WireGuard and nftables (here for Debian and Ubuntu)', [
      'apt-get install wireguard-tools nftables',
    ]),
    step('gateway', `Put the configuration into ${path}, which only root may read`, ['umask 077', `cat > ${path}`]),
    step('gateway', 'Start it, now and at each boot', [`systemctl enable --now wg-quick@${name}`]),
  ];
  const lan = gateway.lanInterface;
  steps.push(
    step('gateway', 'Only where ufw is active on the gateway: let it forward', [
      `ufw route allow in on ${name} out on ${lan}`,
      `ufw route allow in on ${lan} out on ${name}`,
    ]),
    step('gateway', 'Only where Docker runs on the gateway: let it forward (again after each boot)', [
      `nft insert rule ip filter DOCKER-USER iifname "${name}" oifname "${lan}" accept`,
      `nft insert rule ip filter DOCKER-USER iifname "${lan}" oifname "${name}" accept`,
    ]),
  );
  if (gateway.variant === 'static-route') {
    steps.push(
      step(
        'router',
        `Tell the router of the LAN the way to the mesh: a route by the address that the gateway has on ${gateway.lanInterface}`,
        (['v4', 'v6'] as const)
          .flatMap((family) => (ofFamily(gateway.lans, family).length === 0 ? [] : ofFamily(gateway.mesh, family)))
          .map((prefix) => `ip route add ${prefix} via ADDRESS_OF_THE_GATEWAY`),
      ),
    );
  }
  return steps;
}

function step(where: Step['where'], title: string, commands: readonly string[]): Step {
  return { where, title: known(title), commands: commands.map(known) };
}

/** Turns on forwarding for the families of the LANs. With it IPv6 would stop to hear the LAN's router (accept_ra 1). */
function forwarding({ lans, lanInterface }: GatewayPart): readonly string[] {
  const v6 = ['sysctl', '-q', '-w', `net/ipv6/conf/${lanInterface}/accept_ra=2`, 'net/ipv6/conf/all/forwarding=1'];
  return [
    ...(ofFamily(lans, 'v4').length === 0 ? [] : ['sysctl -q -w net/ipv4/ip_forward=1']),
    ...(ofFamily(lans, 'v6').length === 0 ? [] : [v6.join(' ')]),
  ];
}

/**
 * Lets the tunnel and the LANs talk. Connections that begin in the LAN are carried too where their answers find back: with
 * NAT only the mesh dials. Segments of TCP are kept to what the tunnel can carry.
 */
function ruleset(table: string, gateway: GatewayPart): string {
  const { variant, lanInterface } = gateway;
  const mss = 'tcp flags syn / syn,rst tcp option maxseg size set rt mtu';
  const clamp = [`iifname "%i" ${mss}`, `oifname "%i" ${mss}`];
  const chains = [`chain forward { type filter hook forward priority mangle; policy accept; ${joined(clamp)} };`];
  if (variant === 'nat') {
    const hidden = (['v4', 'v6'] as const).flatMap((family) => {
      const [from, to] = [ofFamily(gateway.mesh, family), ofFamily(gateway.lans, family)];
      const word = family === 'v4' ? 'ip' : 'ip6';
      if (from.length === 0 || to.length === 0) return [];
      return [`oifname "${lanInterface}" ${word} saddr ${setOf(from)} ${word} daddr ${setOf(to)} masquerade`];
    });
    chains.push(`chain postrouting { type nat hook postrouting priority srcnat; policy accept; ${joined(hidden)} };`);
  }
  return `table inet ${table} { ${chains.join(' ')} }`;
}

function joined(rules: readonly string[]): string {
  return rules.map((rule) => `${rule};`).join(' ');
}

/** A set of nft, which must not have an address twice. */
function setOf(prefixes: readonly Prefix[]): string {
  const parsed = prefixes.flatMap((text) => parsePrefix(text)?.prefix ?? []);
  return `{ ${outermost(parsed)
    .map(({ text }) => text)
    .join(', ')} }`;
}

function ofFamily(prefixes: readonly Prefix[], family: 'v4' | 'v6'): readonly Prefix[] {
  return prefixes.filter((prefix) => isV6(prefix) === (family === 'v6'));
}

/** A word that nft takes for a table's name. */
function tableName(name: string): string {
  return `meshtui_${name.replace(/[^A-Za-z0-9_]/g, '_')}`;
}
