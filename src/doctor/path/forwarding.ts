import { known, printable } from '../../host/printable.ts';
import { sysctlRoot } from '../../network/sysctl.ts';
import type { PathEvidence } from '../../wg/path/evidence.ts';
import { addressText, fromKernel, type Hop, type HopEvidence, hopOf } from './hop.ts';

/** Whether the kernel passes on what comes in by the device, and accepts its source (rp_filter). */
export function forwardingHop(evidence: PathEvidence): Hop {
  const { source, destination, ingress, family, sysctls } = evidence;
  if (source.isHub) return hopOf('forwarding', 'pass', 'The hub itself sends: nothing is forwarded.');
  if (ingress === undefined) return hopOf('forwarding', 'unknown', 'It is not known by which device packets come in.');
  const setting = sysctls.interfaces.get(ingress);
  if (family === 'v6' && (!sysctls.hasIpv6 || setting?.ipv6Disabled === true)) {
    const file = `ipv6/conf/${ingress}/disable_ipv6`;
    const shown = sysctls.hasIpv6 ? [sysctlLine(file, '1')] : [];
    return hopOf('forwarding', 'stop', `There is no IPv6 on ${ingress}.`, shown);
  }
  const filter = filterStop(evidence, ingress);
  if (destination.isHub)
    return filter ?? hopOf('forwarding', 'pass', 'The hub is the destination: nothing is forwarded.');
  const [name, isOn, file] =
    family === 'v4'
      ? (['IPv4', setting?.forwarding4, `ipv4/conf/${ingress}/forwarding`] as const)
      : (['IPv6', setting?.forwarding6, 'ipv6/conf/all/forwarding'] as const);
  if (isOn === undefined) return hopOf('forwarding', 'unknown', `${sysctlRoot}/${file} could not be read.`);
  if (!isOn) {
    const master = family === 'v4' ? 'net.ipv4.ip_forward' : 'net.ipv6.conf.all.forwarding';
    const isOff = (family === 'v4' ? sysctls.ipForward : sysctls.ipv6Forwarding) === false;
    const cause = isOff ? `${master} is 0` : `it is off for ${ingress} alone`;
    return hopOf(
      'forwarding',
      'stop',
      `Forwarding of ${name} is off (${cause}): the hub drops what comes in by ${ingress} for others.`,
      [...(isOff && family === 'v4' ? [sysctlLine('ipv4/ip_forward', '0')] : []), sysctlLine(file, '0')],
    );
  }
  return filter ?? hopOf('forwarding', 'pass', `Forwarding of ${name} is on for ${ingress}.`, [sysctlLine(file, '1')]);
}

/**
 * The source check of IPv4 where it is what refused the packet. `ip route get … iif` runs the check itself, so where the
 * kernel gave a route it passed (fib_frontend.c: fib_validate_source).
 */
function filterStop(
  { family, forward, towardsSource, sysctls, source }: PathEvidence,
  ingress: string,
): Hop | undefined {
  const filter = sysctls.interfaces.get(ingress)?.reversePathFilter;
  if (family !== 'v4' || forward.result.outcome !== 'refused' || towardsSource === undefined) return undefined;
  const { result } = towardsSource;
  const back = result.outcome === 'route' ? result.dev : undefined;
  const address = addressText(source.address);
  const shown = [fromKernel(towardsSource), fromKernel(forward)];
  if (filter === 'strict' && back !== ingress && result.outcome !== 'unreadable') {
    const way = back === undefined ? 'it has no way back there' : `its way back there is by ${back}`;
    return hopOf('forwarding', 'stop', `Strict rp_filter on ${ingress} drops packets from ${address}: ${way}.`, [
      sysctlLine(`ipv4/conf/${ingress}/rp_filter`, '1'),
      ...shown,
    ]);
  }
  if (filter === 'loose' && result.outcome === 'refused') {
    const says = `rp_filter on ${ingress} drops packets from ${address}: the hub has no way back there at all.`;
    return hopOf('forwarding', 'stop', says, [sysctlLine(`ipv4/conf/${ingress}/rp_filter`, '2'), ...shown]);
  }
  return undefined;
}

function sysctlLine(file: string, value: string): HopEvidence {
  return { command: printable(`cat ${sysctlRoot}/${file}`), line: known(value) };
}
