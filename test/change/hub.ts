/** A hub in memory behind a fake host: `wg`, `ip` and the revert script do to it what they do to a real one. */

import type { FileStep, PeerStep, Plan, RouteStep, RunningPeer, Step } from '../../src/change/plan.ts';
import { type FakeWorld, fakeHost } from '../../src/host/fake.ts';
import type { Argv, Host, RunOptions, RunResult } from '../../src/host/host.ts';
import { known } from '../../src/host/printable.ts';
import type { Prefix } from '../../src/network/prefix.ts';
import { Secret } from '../../src/wg/secret.ts';
import { keyOf, nameOf } from '../support/snapshots.ts';

export const wg0 = nameOf('wg0');
export const confPath = '/etc/wireguard/wg0.conf';
export const oldText = `[Interface]\nPrivateKey = ${keyOf(77)}\n\n[Peer]\nPublicKey = ${keyOf(1)}\n`;
export const newText = `${oldText}AllowedIPs = 10.99.0.0/24\n`;
export const presharedKey = keyOf(55) as string;

interface SimulatedPeer {
  allowedIps: string[];
  presharedKey: string;
  endpoint: string;
  keepalive: string;
  rx: number;
}

/** What runs: everything that a change may change but files. */
export interface Running {
  peers: Map<string, SimulatedPeer>;
  routes: Set<string>;
  addresses: Set<string>;
  port: number;
  fwmark: string;
}

export interface SimulatedHub {
  readonly host: Host & { world: FakeWorld };
  readonly running: Running;
  /** Answers instead of the simulation where it gives something. */
  answer: (argv: Argv) => RunResult | undefined;
  /** What runs and what is in the file, to be compared. */
  state(): unknown;
  /** Says what the machine's clocks say so much later. */
  later(ms: number): void;
  /** As after a restart of the machine. */
  reboot(): void;
}

export const exit = (code: number, stderr = ''): RunResult => ({ outcome: 'exited', code, stdout: '', stderr });

function startingPoint(): Running {
  const peer = (allowedIps: string[], key = '(none)'): SimulatedPeer => ({
    ...{ allowedIps, presharedKey: key, endpoint: '203.0.113.20:47474', keepalive: 'off', rx: 0 },
  });
  return {
    peers: new Map([
      [keyOf(1), peer(['10.8.0.3/32'], presharedKey)],
      [keyOf(2), peer(['10.8.0.4/32', '192.168.60.0/24'])],
    ]),
    routes: new Set(['192.168.60.0/24']),
    addresses: new Set(['10.8.0.1/24']),
    port: 51820,
    fwmark: 'off',
  };
}

export function simulatedHub(): SimulatedHub {
  const running = startingPoint();
  const started = startingPoint();
  let uptime = 1000;
  let boot = 'boot-1';
  const files = new Map([[confPath, oldText]]);
  const clock = () => {
    files.set('/proc/uptime', `${uptime.toFixed(2)} 0.00\n`);
    files.set('/proc/sys/kernel/random/boot_id', `${boot}\n`);
  };
  clock();
  files.set('/proc/4242/stat', `4242 (node) S ${'1 '.repeat(18)}777 0\n`);
  const world: Partial<FakeWorld> = {
    files,
    programs: (argv, options) => hub.answer(argv) ?? obey(argv, options),
    starts: ([, script = '']) => {
      files.set(script.replace('guard.sh', 'guarding'), '');
      return { outcome: 'started', pid: 5000 };
    },
  };
  const host = fakeHost(world);

  function obey(argv: Argv, options: RunOptions | undefined): RunResult | string | undefined {
    const [program, ...words] = argv;
    if (program === 'wg') return words[0] === 'show' ? dump(running) : setPeer(running, words, options);
    if (program === 'ip') return ip(running, words);
    if (program === 'conntrack') return exit(1, 'conntrack v1.4.7: 0 flow entries have been deleted.');
    if (program === 'sh') return revert(words);
    return undefined;
  }

  /** What the real script does, in one stroke. */
  function revert([script = '', ...words]: string[]): string {
    const directory = script.slice(0, script.lastIndexOf('/'));
    Object.assign(running, { ...started, peers: new Map(started.peers), routes: new Set(started.routes) });
    running.addresses = new Set(started.addresses);
    for (const path of [...files.keys()].filter((each) => /\.meshtui\/.*\/old-\d+$/.test(each))) {
      files.set(confPath, files.get(path) ?? '');
    }
    files.set(`${directory}/reverted`, `${words.at(-1)}\n1795000000\n`);
    return '';
  }

  const hub: SimulatedHub = {
    host,
    running,
    answer: () => undefined,
    state: () => ({ running: structuredClone(running), file: files.get(confPath) }),
    later(ms) {
      uptime += ms / 1000;
      host.world.now += ms;
      clock();
    },
    reboot() {
      boot = 'boot-2';
      uptime = 10;
      host.world.now += 60_000;
      clock();
      Object.assign(running, startingPoint());
    },
  };
  return hub;
}

function dump({ peers, port, fwmark }: Running): string {
  const rows = [...peers].map(([key, { presharedKey: psk, endpoint, allowedIps, rx, keepalive }]) =>
    [key, psk, endpoint, allowedIps.join(',') || '(none)', 0, rx, 0, keepalive].join('\t'),
  );
  return [`${keyOf(77)}\t${keyOf(78)}\t${port}\t${fwmark}`, ...rows, ''].join('\n');
}

function setPeer(running: Running, [, , what = '', key = '', ...words]: string[], options?: RunOptions): string {
  if (what === 'listen-port') running.port = Number(key);
  if (what === 'fwmark') running.fwmark = key === '0' ? 'off' : key;
  if (what !== 'peer') return '';
  if (words[0] === 'remove') {
    running.peers.delete(key);
    return '';
  }
  const none = { allowedIps: [], presharedKey: '(none)', endpoint: '(none)', keepalive: 'off', rx: 0 };
  const peer: SimulatedPeer = { ...(running.peers.get(key) ?? none) };
  for (let index = 0; index < words.length; index += 2) {
    const value = words[index + 1] ?? '';
    if (words[index] === 'endpoint') peer.endpoint = value;
    if (words[index] === 'persistent-keepalive') peer.keepalive = value === '0' ? 'off' : value;
    if (words[index] === 'preshared-key') {
      peer.presharedKey = value === '/dev/null' ? '(none)' : (options?.secretFile?.text.trim() ?? 'lost');
    }
    if (words[index] === 'allowed-ips') {
      peer.allowedIps = value === '' ? [] : value.split(',');
      for (const other of running.peers.values()) {
        other.allowedIps = other.allowedIps.filter((prefix) => !peer.allowedIps.includes(prefix));
      }
    }
  }
  running.peers.set(key, peer);
  return '';
}

function ip(running: Running, words: readonly string[]): string | RunResult {
  const text = words.join(' ');
  const change = /^-([46]) (route|address) (add|del) (\S+)/.exec(text);
  if (change !== null) {
    const set = change[2] === 'route' ? running.routes : running.addresses;
    const [, , , verb, subject = ''] = change;
    if (set.has(subject) === (verb === 'add')) return exit(2, 'RTNETLINK answers: File exists');
    if (verb === 'add') set.add(subject);
    else set.delete(subject);
    return '';
  }
  if (text.startsWith('-j -4 route')) {
    return JSON.stringify([...running.routes].map((dst) => ({ dst, scope: 'link', flags: [] })));
  }
  if (text.startsWith('-j -6 route')) return '';
  const addr_info = [...running.addresses].map((each) => ({
    ...{ local: each.split('/')[0], prefixlen: Number(each.split('/')[1]), scope: 'global' },
  }));
  return JSON.stringify([{ ifname: 'wg0', addr_info }]);
}

const before: RunningPeer = {
  allowedIps: ['10.8.0.3/32' as Prefix],
  endpoint: '203.0.113.20:47474',
  persistentKeepalive: undefined,
  presharedKey: new Secret(presharedKey),
};

export const peerStep: PeerStep = {
  ...{ kind: 'peer', interfaceName: wg0, program: 'wg', publicKey: keyOf(1), label: known('laptop'), before },
  after: { ...before, allowedIps: [...before.allowedIps, '10.99.0.0/24' as Prefix], persistentKeepalive: 25 },
};

export const routeStep: RouteStep = {
  ...{ kind: 'route', interfaceName: wg0, prefix: '10.99.0.0/24' as Prefix, table: 'main', metric: undefined },
  ...{ before: false, after: true },
};

export const fileStep: FileStep = {
  kind: 'file',
  path: confPath,
  before: { text: new Secret(oldText), mode: 0o600 },
  after: { text: new Secret(newText), mode: 0o600 },
};

export const risky = { level: 'risky', reasons: [known('It is.')], touchesOperator: true } as const;

/** A plan of one step of each common kind. */
export function planOf(more: Partial<Plan> = {}, steps: readonly Step[] = [peerStep, routeStep, fileStep]): Plan {
  return {
    ...{ title: known('Set laptop'), interfaceName: wg0, steps, affected: [], risk: { level: 'safe' }, notes: [] },
    ...{ cutsOff: undefined, undoes: undefined },
    ...more,
  };
}

export const by = { user: known('anna'), uid: 1000, from: known('198.51.100.7') };
