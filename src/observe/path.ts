import type { Argv, Host, RunResult } from '../host/host.ts';
import { known, type Printable, printable } from '../host/printable.ts';
import { type AddressBits, formatAddress, parseAddress } from '../network/address.ts';
import { type InterfaceAddress, parseAddresses } from '../network/addresses.ts';
import { parseIpJson } from '../network/ip-json.ts';
import { parseRoutes, type Route } from '../network/routes.ts';
import { parseSysctls, sysctlPaths, sysctlRoot } from '../network/sysctl.ts';
import type { InterfaceName } from '../wg/key.ts';
import { findEnds, type PathEnds } from '../wg/path/ends.ts';
import type { KernelAnswer, PathEvidence, PathPeer } from '../wg/path/evidence.ts';
import { type InterfaceNames, NameReader } from './names.ts';
import type { InterfaceView, PeerView, Snapshot } from './snapshot.ts';

/** The ends of a path as the operator said them. */
export interface PathWords {
  readonly source: string;
  /** With a port perhaps: `nas:445/tcp`. */
  readonly destination: string;
}

const timeoutMs = 2_000;

/**
 * Everything that tells where packets from one end to the other go: the kernel is asked as if they came in, nothing is
 * sent. Gives a sentence where the words mean no path. Never throws.
 */
export async function gatherPath(
  host: Host,
  snapshot: Snapshot,
  words: PathWords,
): Promise<PathEvidence | { readonly error: Printable }> {
  const tunnels = snapshot.interfaces.map((one) => one.name);
  const [addresses, hosts, names] = await Promise.all([
    readAddresses(host),
    readHostNames(host),
    new NameReader(host).read(tunnels),
  ]);
  if (typeof addresses === 'string') return { error: addresses };
  const peers = snapshot.interfaces.flatMap((one) => pathPeers(one, names.byInterface.get(one.name)));
  const near = { hostname: snapshot.hostname, peers, addresses, hosts };
  const ends = findEnds(words.source, words.destination, near);
  if (typeof ends === 'string') return { error: printable(ends) };
  const { address } = ends.destination;
  if (address === undefined) return { error: known('The destination has no address') };
  const answers = await askKernel(host, ends, address, tunnels);
  const devices = [answers.ingress, devOf(answers.forward)].flatMap((dev) => dev ?? []);
  const [sysctls, covering] = await Promise.all([
    readSysctls(host, [...new Set([...tunnels, ...devices])]),
    readCovering(host, address),
  ]);
  const files = [...names.byInterface].flatMap(([name, { confPath }]) =>
    confPath === undefined ? [] : [[name, confPath] as const],
  );
  return { ...ends, ...answers, peers, tunnels, files: new Map(files), covering, sysctls };
}

function pathPeers(one: InterfaceView, names: InterfaceNames | undefined): PathPeer[] {
  return one.peers.map((peer: PeerView) => ({
    id: peer.id,
    interfaceName: peer.interfaceName,
    publicKey: peer.publicKey,
    program: one.flavour === 'amneziawg' ? 'awg' : 'wg',
    label: peer.label,
    allowedIps: peer.activity.state === 'disabled' ? [] : peer.allowedIps,
    fileAllowedIps: names?.peers.get(peer.publicKey)?.allowedIps ?? [],
    endpoint: peer.endpoint,
    activity: peer.activity,
  }));
}

/** The questions to the kernel: the way there, the way back, and by which device the source is to be expected. */
async function askKernel(
  host: Host,
  { source, destination }: PathEnds,
  address: AddressBits,
  tunnels: readonly InterfaceName[],
): Promise<Pick<PathEvidence, 'ingress' | 'towardsSource' | 'forward' | 'back'>> {
  const to = formatAddress(address);
  const from = source.address === undefined ? undefined : formatAddress(source.address);
  const fromWords = from === undefined ? [] : ['from', from];
  if (source.isHub) {
    const forward = await askRoute(host, [to, ...fromWords]);
    const own = from ?? (forward.result.outcome === 'route' ? forward.result.prefSrc : undefined);
    const dev = devOf(forward);
    const answersTo = own === undefined || dev === undefined ? undefined : [own, 'from', to, 'iif', dev];
    const back = answersTo === undefined ? undefined : await askRoute(host, answersTo);
    return { ingress: undefined, towardsSource: undefined, forward, back };
  }
  const towardsSource = from === undefined ? undefined : await askRoute(host, [from]);
  const peer = source.named ?? source.inFile?.peer ?? source.holder?.peer;
  const ingress = peer?.interfaceName ?? (towardsSource && devOf(towardsSource));
  const forward = await askRoute(host, [to, ...fromWords, ...(ingress === undefined ? [] : ['iif', ingress])]);
  const expected = destination.holder?.peer.interfaceName;
  const dev = devOf(forward) ?? expected ?? tunnels[0];
  const wayIn = destination.isHub || dev === undefined ? [] : ['iif', dev];
  const back = from === undefined ? undefined : await askRoute(host, [from, 'from', to, ...wayIn]);
  return { ingress, towardsSource, forward, back };
}

function devOf({ result }: KernelAnswer): string | undefined {
  return result.outcome === 'route' ? result.dev : undefined;
}

/** `ip -j route get …`, which sends nothing. */
async function askRoute(host: Host, question: readonly string[]): Promise<KernelAnswer> {
  const argv: Argv = ['ip', '-j', 'route', 'get', ...question];
  const ran = await host.run(argv, { timeoutMs });
  const command = printable(argv.join(' '));
  const reason = failureOf(ran);
  if (ran.outcome !== 'exited') return { command, line: reason, result: { outcome: 'unreadable', reason } };
  if (ran.code !== 0) {
    const error = /RTNETLINK answers: (.*)/.exec(ran.stderr)?.[1];
    if (error === undefined) return { command, line: reason, result: { outcome: 'unreadable', reason } };
    return { command, line: reason, result: { outcome: 'refused', error: printable(error.trim()) } };
  }
  const [result] = parseIpJson(ran.stdout, 'route', (fields) => {
    const dev = fields.text('dev');
    if (dev === undefined) return 'it has no device ("dev")';
    return [
      {
        outcome: 'route' as const,
        type: fields.text('type') ?? known('unicast'),
        dev,
        table: fields.text('table'),
        gateway: fields.text('gateway'),
        prefSrc: fields.text('prefsrc'),
      },
    ];
  }).items;
  const line = printable(ran.stdout.trim()).slice(0, 500) as Printable;
  return { command, line, result: result ?? { outcome: 'unreadable', reason: known('the answer is no route') } };
}

/** What a program said when it failed, in one line. */
function failureOf(ran: RunResult): Printable {
  switch (ran.outcome) {
    case 'missing':
      return printable(`the program ${ran.program} is not installed`);
    case 'timed-out':
      return known(`no answer within ${ran.afterMs / 1000} s`);
    case 'failed':
      return ran.reason;
    case 'exited':
      return printable(ran.stderr.trim().split('\n')[0] || `it ended with status ${ran.code}`);
  }
}

async function readAddresses(host: Host): Promise<readonly InterfaceAddress[] | Printable> {
  const ran = await host.run(['ip', '-j', 'addr'], { timeoutMs });
  if (ran.outcome === 'exited' && ran.code === 0) return parseAddresses(ran.stdout).items;
  return printable(`The hub's addresses could not be read: ip -j addr: ${failureOf(ran)}`);
}

/** The names in /etc/hosts, in small letters. The network is not asked for names: that would be a probe. */
async function readHostNames(host: Host): Promise<ReadonlyMap<string, readonly AddressBits[]>> {
  const file = await host.readFile('/etc/hosts');
  const names = new Map<string, AddressBits[]>();
  for (const line of file.outcome === 'read' ? file.value.split('\n') : []) {
    const [text = '', ...own] = (line.split('#', 1)[0] ?? '').trim().split(/\s+/);
    const address = parseAddress(text);
    if (address === undefined) continue;
    for (const name of own) names.set(name.toLowerCase(), [...(names.get(name.toLowerCase()) ?? []), address]);
  }
  return names;
}

async function readSysctls(host: Host, interfaces: readonly string[]) {
  const read = sysctlPaths(interfaces).map(
    async (path) => [path, await host.readFile(`${sysctlRoot}/${path}`)] as const,
  );
  const files = (await Promise.all(read)).flatMap(([path, file]) =>
    file.outcome === 'read' ? [[path, file.value] as const] : [],
  );
  return parseSysctls(new Map(files), interfaces);
}

async function readCovering(host: Host, address: AddressBits): Promise<readonly Route[]> {
  const option = address.family === 'v4' ? '-4' : '-6';
  const argv: Argv = ['ip', '-j', option, 'route', 'show', 'table', 'all', 'match', formatAddress(address)];
  const ran = await host.run(argv, { timeoutMs });
  return ran.outcome === 'exited' && ran.code === 0 ? parseRoutes(ran.stdout, address.family).items : [];
}
