/** A hub of plain data with a laptop, a home with a LAN and a phone, whose answers a test changes one at a time. */
import { fakeHost } from '../../src/host/fake.ts';
import type { Argv, RunResult } from '../../src/host/host.ts';
import { known } from '../../src/host/printable.ts';
import type { Snapshot } from '../../src/observe/snapshot.ts';
import { Tracker } from '../../src/observe/tracker.ts';
import type { Activity } from '../../src/wg/activity/activity.ts';
import { dumpInterface, dumpPeer, keyOf, namesOf, noon, peerName, peerWith, snapshotOf, tick } from './snapshots.ts';

export const keys = { laptop: keyOf(1), home: keyOf(2), phone: keyOf(3) } as const;
export type Who = keyof typeof keys;

const healthyIps: Readonly<Record<Who, readonly string[]>> = {
  laptop: ['10.8.0.4/32', 'fd08::4/128'],
  home: ['10.8.0.3/32', '192.168.60.0/24', 'fd08::3/128'],
  phone: ['10.8.0.5/32', 'fd08::5/128'],
};

function fileWith(fileIps: Differences['fileIps'] = {}): string {
  const sections = (['laptop', 'home', 'phone'] as const).map((who) => {
    const allowedIps = (fileIps[who] ?? healthyIps[who]).join(', ');
    return `[Peer]\n# Name = ${who}\nPublicKey = ${keys[who]}\nAllowedIPs = ${allowedIps}\n`;
  });
  return `[Interface]\n${sections.join('\n')}`;
}

const addresses = [
  ['lo', '127.0.0.1', 8, 'host'],
  ['eth0', '198.51.100.10', 24, 'global'],
  ['wg0', '10.8.0.1', 24, 'global'],
  ['wg0', 'fd08::1', 64, 'global'],
] as const;

/** What of the healthy hub is to be different. */
export interface Differences {
  /** Allowed IPs in the kernel. */
  readonly allowedIps?: Partial<Record<Who, readonly string[]>>;
  /** Allowed IPs in the configuration file. */
  readonly fileIps?: Partial<Record<Who, readonly string[]>>;
  readonly states?: Partial<Record<Who, Activity>>;
  /** Peers without an endpoint. */
  readonly homeless?: readonly Who[];
  /** By the words after `ip -j route get`: a route, or the words of an error of the kernel's. */
  readonly routes?: Readonly<Record<string, object | string>>;
  /** By their path below /proc/sys/net. */
  readonly sysctls?: Readonly<Record<string, string | undefined>>;
  /** Answers of `ip -j route show table all match`. */
  readonly covering?: readonly object[];
  /** Answers before all others. */
  readonly programs?: (argv: Argv) => RunResult | string | undefined;
}

export const failed = (stderr: string, code = 2): RunResult => ({ outcome: 'exited', code, stdout: '', stderr });

/** The host of that hub, and what is seen of it. */
export function pathHub(differences: Differences = {}) {
  const { routes = {}, sysctls = {}, covering = [], programs } = differences;
  const settings = {
    'ipv4/ip_forward': '1',
    'ipv6/conf/all/forwarding': '1',
    'ipv4/conf/all/rp_filter': '0',
    'ipv4/conf/all/src_valid_mark': '0',
    ...Object.fromEntries(
      ['wg0', 'eth0'].flatMap((name) => [
        [`ipv4/conf/${name}/forwarding`, '1'],
        [`ipv4/conf/${name}/rp_filter`, '0'],
        [`ipv6/conf/${name}/disable_ipv6`, '0'],
      ]),
    ),
    ...sysctls,
  };
  const host = fakeHost({
    files: new Map([
      ['/etc/hosts', '127.0.0.1 localhost\n192.168.60.50 nas NAS.home # the box\nbad line\n'],
      ['/etc/wireguard/wg0.conf', fileWith(differences.fileIps)],
      ...Object.entries(settings).flatMap(([path, value]) =>
        value === undefined ? [] : [[`/proc/sys/net/${path}`, `${value}\n`] as const],
      ),
    ]),
    programs: (argv) => programs?.(argv) ?? answer(argv, routes, covering),
  });
  return { host, snapshot: snapshotFor(differences) };
}

function answer(argv: Argv, routes: Readonly<Record<string, object | string>>, covering: readonly object[]) {
  const words = argv.join(' ');
  if (words === 'ip -j addr')
    return JSON.stringify(
      addresses.map(([ifname, local, prefixlen, scope]) => ({ ifname, addr_info: [{ local, prefixlen, scope }] })),
    );
  if (/^ip -j -[46] route show table all match /.test(words)) return JSON.stringify(covering);
  const question = /^ip -j route get (.*)$/.exec(words)?.[1];
  if (question === undefined) return undefined;
  const route = routes[question] ?? healthyRoute(question);
  return typeof route === 'string' ? failed(`RTNETLINK answers: ${route}\n`) : JSON.stringify([route]);
}

function healthyRoute(question: string): object {
  const [dst = ''] = question.split(' ');
  if (addresses.some(([, address]) => address === dst)) return { type: 'local', dst, dev: 'lo' };
  const isTunnel = /^(10\.8\.0|192\.168\.60)\.|^fd08::/.test(dst);
  const prefsrc = dst.includes(':') ? 'fd08::1' : '10.8.0.1';
  return isTunnel
    ? { dst, dev: 'wg0', prefsrc }
    : { dst, gateway: '198.51.100.1', dev: 'eth0', prefsrc: '198.51.100.10' };
}

function snapshotFor({ allowedIps = {}, states = {}, homeless = [] }: Differences): Snapshot {
  const peers = (['laptop', 'home', 'phone'] as const).map((who, index) =>
    dumpPeer(index + 1, {
      endpoint: homeless.includes(who) ? undefined : known(`192.0.2.${index + 1}:51820`),
      allowedIps: (allowedIps[who] ?? healthyIps[who]).map(known),
      latestHandshake: noon - 30_000,
      rxBytes: 5_000,
    }),
  );
  const names = namesOf({ 1: peerName('laptop'), 2: peerName('home'), 3: peerName('phone') });
  const interfaces = new Tracker().update([dumpInterface(peers)], tick(0, { names })).map((one) => ({
    ...one,
    peers: one.peers.map((peer) =>
      peerWith(peer, { activity: states[peer.label as string as Who] ?? { state: 'online' } }),
    ),
  }));
  return snapshotOf({ interfaces });
}
