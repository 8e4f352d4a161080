import type { PreparedClient } from '../flows/add/prepare.ts';
import { hasPrivateKey } from '../wg/profile/check-profile.ts';
import { gatewaySteps, isGateway } from '../wg/profile/write-gateway.ts';

/** What is to be done on a gateway and its LAN, in order; nothing for other clients. It holds no secret. */
export function gatewayLines({ profile }: PreparedClient): readonly string[] {
  if (!hasPrivateKey(profile) || !isGateway(profile)) return [];
  const steps = gatewaySteps(profile).flatMap(({ where, title, commands }, index) => [
    '',
    `${index + 1}. On the ${where === 'gateway' ? 'gateway' : "LAN's router"}: ${title}`,
    ...commands.map((command) => `     ${command}`),
    ...commands.flatMap(withoutSystemd),
  ]);
  return ['', `To make ${profile.name} the gateway:`, ...steps, ''];
}

/** What does the same for now where systemd does not run. */
function withoutSystemd(command: string): readonly string[] {
  const name = /^systemctl enable --now wg-quick@(\S+)$/.exec(command)?.[1];
  return name === undefined
    ? []
    : ['   Where systemd does not run (it is not started at boot then):', `     wg-quick up ${name}`];
}
