import { known } from '../../host/printable.ts';
import type { Family } from '../../network/address.ts';
import type { Finding } from '../finding.ts';
import type { Hub, Survey } from './survey.ts';

/** Whether the host passes on what comes in by the tunnel. Only asked where two peers could want it. */
export function judgeForwarding({ facts }: Survey, hub: Hub, family: Family): Finding | undefined {
  const isOn = family === 'v4' ? hub.sysctls?.forwarding4 : hub.sysctls?.forwarding6;
  if (isOn !== false || !connectsPeers(hub, family)) return undefined;
  const isMaster = family === 'v4' && facts.sysctls.ipForward === false;
  const name = sysctlName(hub, family, isMaster);
  const title = family === 'v4' ? 'IPv4 forwarding is off' : 'IPv6 forwarding is off';
  return {
    id: 'forwarding-off',
    severity: 'bad',
    title: known(isMaster || family === 'v6' ? title : `${title} for ${hub.name}`),
    cause: known(
      `${name} is 0, so that the host drops what comes in by ${hub.name} for anybody else: it can be reached itself, but no peer reaches another one or a LAN through it.`,
    ),
    evidence: [{ command: known(`sysctl ${name}`), line: known(`${name} = 0`) }],
    fix: {
      sentence: known('Switch it on, and write it into a file of /etc/sysctl.d so that it stays on.'),
      command: known(`sysctl -w ${name}=1`),
    },
    about: { interfaceName: hub.name },
  };
}

function sysctlName({ name }: Hub, family: Family, isMaster: boolean): string {
  if (family === 'v6') return 'net.ipv6.conf.all.forwarding';
  // sysctl(8) takes slashes for a name with dots in it.
  if (name.includes('.')) return isMaster ? 'net.ipv4.ip_forward' : `net/ipv4/conf/${name}/forwarding`;
  return isMaster ? 'net.ipv4.ip_forward' : `net.ipv4.conf.${name}.forwarding`;
}

function connectsPeers(hub: Hub, family: Family): boolean {
  let first: unknown;
  for (const { prefix, value } of hub.carried) {
    if (prefix.family !== family) continue;
    if (first !== undefined && first !== value) return true;
    first = value;
  }
  return false;
}

/** An interface that is down sends nothing, and IPv4 routes go with it. */
export function judgeLink(hub: Hub): Finding | undefined {
  if (hub.link === undefined || hub.link.up) return undefined;
  return {
    id: 'interface-down',
    severity: 'bad',
    title: known(`${hub.name} is down`),
    cause: known(`${hub.name} is set down: nothing goes through it, and the kernel has taken its routes away.`),
    evidence: [
      { command: known(`ip link show ${hub.name}`), line: known(`${hub.name}: <${hub.link.flags.join(',')}>`) },
    ],
    fix: {
      sentence: known('Set it up; routes that wg-quick made come back only with wg-quick.'),
      command: known(`ip link set ${hub.name} up`),
    },
    about: { interfaceName: hub.name },
  };
}
