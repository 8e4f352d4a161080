/** What a plan changes of the machine beside interfaces and files: settings of the kernel, and what comes up at boot. */
import type { Host } from '../host/host.ts';
import { known, type Printable, printable } from '../host/printable.ts';
import type { Side } from './compare.ts';
import { unitOf } from './live.ts';
import type { Step, SysctlStep, TunnelStep } from './plan.ts';
import { netSteps } from './reverse.ts';

/** The file of a setting. In a key with a slash dots are dots (sysctl.d(5)). */
export function sysctlPath(key: string): string {
  return `/proc/sys/${key.includes('/') ? key : key.replaceAll('.', '/')}`;
}

/** Where settings and units are not as this side of the steps has them, a sentence each. Nothing is read without such steps. */
export async function systemDifferences(host: Host, steps: readonly Step[], side: Side): Promise<Printable[]> {
  const found = await Promise.all(
    netSteps(steps).map((step) => {
      if (step.kind === 'sysctl') return sysctlDifference(host, step, side);
      return step.kind === 'tunnel' ? unitDifference(host, step, side) : undefined;
    }),
  );
  return found.filter((sentence) => sentence !== undefined);
}

async function sysctlDifference(host: Host, step: SysctlStep, side: Side): Promise<Printable | undefined> {
  const read = await host.readFile(sysctlPath(step.key));
  if (read.outcome !== 'read') return printable(`${step.key} cannot be read.`);
  const value = read.value.trim();
  return value === step[side] ? undefined : printable(`${step.key} is ${value}, not ${step[side]}.`);
}

async function unitDifference(
  host: Host,
  { interfaceName, how, ...states }: TunnelStep,
  side: Side,
): Promise<Printable | undefined> {
  if (how === 'wg-quick') return undefined;
  const isEnabled = await isUnitEnabled(host, unitOf(interfaceName));
  if (isEnabled === states[side].isEnabled) return undefined;
  return known(`${unitOf(interfaceName)} ${isEnabled ? 'comes up at boot' : 'does not come up at boot'}.`);
}

/** Whether systemd brings a unit up at boot; false also where it does not know it. */
export async function isUnitEnabled(host: Host, unit: string): Promise<boolean> {
  const result = await host.run(['systemctl', 'is-enabled', unit], { timeoutMs: 10_000 });
  return result.outcome === 'exited' && result.stdout.trim() === 'enabled';
}
