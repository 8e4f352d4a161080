import { type Printable, printable } from '../host/printable.ts';

/** How the kernel checks the source of what comes in by an interface (Documentation/networking/ip-sysctl.rst: rp_filter). */
export type ReversePathFilter =
  | 'off'
  /** The way back must be by the same interface. */
  | 'strict'
  /** There must be some way back. */
  | 'loose';

/** What is in force for one interface; undefined: could not be read. */
export interface InterfaceSysctls {
  /** Whether IPv4 packets that come in by it are forwarded. */
  readonly forwarding4: boolean | undefined;
  /** Whether IPv6 packets that come in by it are forwarded: `all` decides, or `force_forwarding` since Linux 6.17. */
  readonly forwarding6: boolean | undefined;
  /** The greater number of `all` and of the interface, so that loose (2) wins over strict (1). */
  readonly reversePathFilter: ReversePathFilter | undefined;
  /** Whether that check takes the firewall mark into account; of `all` or of the interface. wg-quick sets it. */
  readonly srcValidMark: boolean | undefined;
  /** Whether there is no IPv6 on it. */
  readonly ipv6Disabled: boolean | undefined;
}

export interface Sysctls {
  /** `net.ipv4.ip_forward`: the master switch, which writes `forwarding` of every interface. */
  readonly ipForward: boolean | undefined;
  /** `net.ipv6.conf.all.forwarding`. */
  readonly ipv6Forwarding: boolean | undefined;
  /** A kernel without IPv6, or booted with `ipv6.disable=1`, has none of its files. */
  readonly hasIpv6: boolean;
  readonly interfaces: ReadonlyMap<string, InterfaceSysctls>;
  readonly problems: readonly Printable[];
}

/** The directory that the paths of {@link sysctlPaths} are in. */
export const sysctlRoot = '/proc/sys/net';

const ofHost = ['ipv4/ip_forward', 'ipv6/conf/all/forwarding'] as const;
const ofInterface = [
  'ipv4/conf/*/forwarding',
  'ipv4/conf/*/rp_filter',
  'ipv4/conf/*/src_valid_mark',
  'ipv6/conf/*/disable_ipv6',
  'ipv6/conf/*/force_forwarding',
] as const;

type Key = (typeof ofInterface)[number];

/** The files to read, below {@link sysctlRoot}, to know what holds for these interfaces. Some do not exist everywhere. */
export function sysctlPaths(interfaces: readonly string[]): string[] {
  return [
    ...ofHost,
    pathOf('ipv4/conf/*/rp_filter', 'all'),
    pathOf('ipv4/conf/*/src_valid_mark', 'all'),
    ...interfaces.flatMap((name) => ofInterface.map((key) => pathOf(key, name))),
  ];
}

/** Makes sense of the contents of these files, by path. What is absent is undefined; what is no number is a problem. */
export function parseSysctls(files: ReadonlyMap<string, string>, interfaces: readonly string[]): Sysctls {
  const problems: Printable[] = [];
  const number = (path: string): number | undefined => {
    const text = files.get(path)?.trim();
    if (text === undefined) return undefined;
    if (/^-?\d{1,10}$/.test(text)) return Number(text);
    problems.push(printable(`${sysctlRoot}/${path} is no number: ${text.slice(0, 60)}`));
    return undefined;
  };
  const all = {
    ipForward: isOn(number('ipv4/ip_forward')),
    ipv6Forwarding: isOn(number('ipv6/conf/all/forwarding')),
    rpFilter: number(pathOf('ipv4/conf/*/rp_filter', 'all')),
    srcValidMark: number(pathOf('ipv4/conf/*/src_valid_mark', 'all')),
  };
  const read = (name: string): InterfaceSysctls => {
    const own = (key: Key) => number(pathOf(key, name));
    return {
      forwarding4: isOn(own('ipv4/conf/*/forwarding')),
      // Older kernels do not have the second.
      forwarding6: either(all.ipv6Forwarding, isOn(own('ipv6/conf/*/force_forwarding') ?? 0)),
      reversePathFilter: filterOf(all.rpFilter, own('ipv4/conf/*/rp_filter')),
      srcValidMark: either(isOn(all.srcValidMark), isOn(own('ipv4/conf/*/src_valid_mark'))),
      ipv6Disabled: isOn(own('ipv6/conf/*/disable_ipv6')),
    };
  };
  return {
    ipForward: all.ipForward,
    ipv6Forwarding: all.ipv6Forwarding,
    hasIpv6: [...files.keys()].some((path) => path.startsWith('ipv6/')),
    interfaces: new Map(interfaces.map((name) => [name, read(name)])),
    problems,
  };
}

function pathOf(key: Key, name: string): string {
  return key.replace('*', () => name);
}

function isOn(value: number | undefined): boolean | undefined {
  return value === undefined ? undefined : value !== 0;
}

/** True where one is, unknown where that hangs on one that could not be read. */
function either(first: boolean | undefined, second: boolean | undefined): boolean | undefined {
  if (first === true || second === true) return true;
  return first === undefined || second === undefined ? undefined : false;
}

/** Documentation/networking/ip-sysctl.rst: "the max value from conf/{all,interface}/rp_filter is used". */
function filterOf(all: number | undefined, own: number | undefined): ReversePathFilter | undefined {
  if (all === undefined || own === undefined) return undefined;
  return (['off', 'strict', 'loose'] as const)[Math.min(Math.max(all, own, 0), 2)];
}
