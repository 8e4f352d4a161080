import type { Argv } from '../host/host.ts';
import { parsePrefix } from '../network/prefix.ts';
import type { Secret } from '../wg/secret.ts';
import type {
  AddressStep,
  FlowsStep,
  InterfaceStep,
  PeerStep,
  RouteStep,
  RunningPeer,
  Step,
  TunnelStep,
} from './plan.ts';

/** A step that changes what runs. */
export type LiveStep = Exclude<Step, { kind: 'file' }>;

/** Takes the place of a preshared key's file in a command. */
export const secretPlaceholder = 'PRESHARED-KEY';

/** A program to run for a step. */
export interface Command {
  readonly argv: Argv;
  /** Comes in a file whose name takes the place of {@link secretPlaceholder}. */
  readonly secret: Secret | undefined;
  /** Its failure is told and nothing else. */
  readonly isOptional: boolean;
  /** A daemon that it starts has to outlive the terminal that we run in. */
  readonly leavesDaemon?: boolean;
}

/** The smallest commands that carry out a step: nothing is named in them that does not change. Empty where nothing does. */
export function commandsOf(step: LiveStep): readonly Command[] {
  switch (step.kind) {
    case 'peer':
      return peerCommands(step);
    case 'route':
      return step.before === step.after ? [] : [plain(routeArgv(step, step.after ? 'add' : 'del'))];
    case 'address':
      return step.before === step.after ? [] : [plain(addressArgv(step, step.after ? 'add' : 'del'))];
    case 'interface':
      return step.before === step.after ? [] : [plain(interfaceArgv(step))];
    case 'flows':
      return flowsCommands(step);
    case 'sysctl':
      return [plain(['sysctl', '-w', `${step.key}=${step.after}`])];
    case 'tunnel':
      return tunnelCommands(step);
  }
}

function plain(argv: Argv): Command {
  return { argv, secret: undefined, isOptional: false };
}

function peerCommands(step: PeerStep): readonly Command[] {
  const { before, after } = step;
  if (after === undefined) return before === undefined ? [] : [plain(peerArgv(step, ['remove']))];
  const settings = before === undefined ? allSettings(after) : changedSettings(before, after);
  if (settings.length === 0 && before !== undefined) return [];
  const secret = settings.includes(secretPlaceholder) ? after.presharedKey : undefined;
  return [{ argv: peerArgv(step, settings), secret, isOptional: false }];
}

/** `wg set IF peer KEY …`. */
export function peerArgv({ program, interfaceName, publicKey }: PeerStep, settings: readonly string[]): Argv {
  return [program, 'set', interfaceName, 'peer', publicKey, ...settings];
}

/** What makes a peer that is not there yet. */
export function allSettings(after: RunningPeer): string[] {
  return changedSettings(
    { allowedIps: [], endpoint: undefined, persistentKeepalive: undefined, presharedKey: undefined },
    after,
  );
}

/**
 * What has to be set on a peer, in the words of wg(8). The allowed IPs are always given whole, because only recent
 * versions of wg and of the kernel know single ones. An endpoint cannot be taken away.
 */
export function changedSettings(before: RunningPeer, after: RunningPeer): string[] {
  const settings: string[] = [];
  if (!sameSecret(before.presharedKey, after.presharedKey)) {
    settings.push('preshared-key', after.presharedKey === undefined ? '/dev/null' : secretPlaceholder);
  }
  if (after.endpoint !== undefined && after.endpoint !== before.endpoint) settings.push('endpoint', after.endpoint);
  if (before.persistentKeepalive !== after.persistentKeepalive) {
    settings.push('persistent-keepalive', String(after.persistentKeepalive ?? 0));
  }
  if (!sameMembers(before.allowedIps, after.allowedIps)) settings.push('allowed-ips', after.allowedIps.join(','));
  return settings;
}

/** Whether two secrets are the same one, or both none. */
export function sameSecret(one: Secret | undefined, other: Secret | undefined): boolean {
  return one === undefined || other === undefined ? one === other : one.equals(other);
}

/** Whether two lists have the same members, in whatever order. */
export function sameMembers(one: readonly string[], other: readonly string[]): boolean {
  const members = new Set(one);
  return members.size === new Set(other).size && other.every((each) => members.has(each));
}

/** `-4` or `-6`, by the prefix or address. */
export function familyOption(text: string): '-4' | '-6' {
  return text.includes(':') ? '-6' : '-4';
}

/**
 * The command of wg-quick(8) (linux.bash: add_route) for one route. Taken away is the one with the very metric, where
 * the kernel has one by itself (IPv6: 1024, linux/ipv6_route.h) also that.
 */
export function routeArgv(
  { prefix, interfaceName, table, metric }: Pick<RouteStep, 'prefix' | 'interfaceName' | 'table' | 'metric'>,
  verb: 'add' | 'del',
): Argv {
  const family = familyOption(prefix);
  const exact = metric ?? (verb === 'del' && family === '-6' ? 1024 : undefined);
  return [
    ...(['ip', family, 'route', verb, prefix, 'dev', interfaceName] as const),
    ...(table === 'main' || table === '254' ? [] : ['table', table]),
    ...(exact === undefined ? [] : ['metric', String(exact)]),
  ];
}

/** `ip address add|del`. */
export function addressArgv(
  { address, interfaceName }: Pick<AddressStep, 'address' | 'interfaceName'>,
  verb: 'add' | 'del',
): Argv {
  return ['ip', familyOption(address), 'address', verb, address, 'dev', interfaceName];
}

function interfaceArgv({ program, interfaceName, setting, after }: InterfaceStep): Argv {
  return [program, 'set', interfaceName, setting, String(after)];
}

/** The unit that brings an interface up, and its name. */
export function unitOf(interfaceName: string): string {
  return `wg-quick@${interfaceName}`;
}

function tunnelCommands({ interfaceName, how, before, after }: TunnelStep): readonly Command[] {
  const moves = before.isUp !== after.isUp;
  if (how === 'wg-quick') {
    if (!moves) return [];
    const argv: Argv = ['wg-quick', after.isUp ? 'up' : 'down', interfaceName];
    // Without WireGuard in the kernel wg-quick starts a daemon.
    return [{ ...plain(argv), leavesDaemon: after.isUp }];
  }
  const unit = unitOf(interfaceName);
  const enables = before.isEnabled !== after.isEnabled;
  const verb = after.isEnabled ? 'enable' : 'disable';
  if (enables && moves && after.isUp === after.isEnabled) return [plain(['systemctl', verb, '--now', unit])];
  return [
    ...(enables ? [plain(['systemctl', verb, unit])] : []),
    ...(moves ? [plain(['systemctl', after.isUp ? 'start' : 'stop', unit])] : []),
  ];
}

/**
 * Ends flows by where they were begun, where they go, and (`-r`) who answers behind a translation of addresses, for which
 * conntrack(8) takes single addresses only.
 */
function flowsCommands({ prefixes }: FlowsStep): readonly Command[] {
  return prefixes.flatMap((text) => {
    const prefix = parsePrefix(text)?.prefix;
    if (prefix === undefined) return [];
    const isSingle = prefix.length === (prefix.family === 'v4' ? 32 : 128);
    const address = isSingle ? text.slice(0, text.indexOf('/')) : text;
    const family = prefix.family === 'v4' ? 'ipv4' : 'ipv6';
    return ['-s', '-d', ...(isSingle ? ['-r'] : [])].map((side) => ({
      argv: ['conntrack', '-D', '-f', family, side, address] as const,
      secret: undefined,
      isOptional: true,
    }));
  });
}
