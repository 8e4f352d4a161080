import { known, printable } from '../../host/printable.ts';
import type { Prefix } from '../../network/prefix.ts';
import { routeChanges, routeKey, routesByKey } from '../../network/wg-quick-routes.ts';
import { type ConfFile, parseConf, printConf } from '../../wg/conf/conf-file.ts';
import { enablePeer } from '../../wg/conf/disable.ts';
import { addPeer, type EditResult, type PeerSettings, removePeer, setInterface, setPeer } from '../../wg/conf/edit.ts';
import { confFromRunning } from '../../wg/conf/from-running.ts';
import { sectionsOf } from '../../wg/conf/sections.ts';
import { readWanted, type WantedInterface } from '../../wg/conf/wanted.ts';
import type { DriftItem } from '../../wg/drift.ts';
import { allowedIps, routesOf } from '../../wg/drift-routes.ts';
import type { DumpInterface, DumpPeer } from '../../wg/dump.ts';
import type { HubState } from '../../wg/hub.ts';
import type { FileStep, PlanResult, RouteStep, Step } from '../plan.ts';
import { confDirectories } from '../read-hub.ts';
import { riskOf } from '../risk.ts';
import { listed } from '../words.ts';
import { flavourOf, nothingChanged, refused, refusedThen, unchanged } from './context.ts';
import { type BothSides, type DriftPlanContext, subjectWords, takeBoth } from './drift.ts';
import { afterEdits, fileSteps } from './edited-file.ts';
import { orderSteps } from './order.ts';
import { routeStep } from './routes.ts';
import { prefixes } from './running.ts';

/** Writes what runs into the file, in what these items are about. */
export function adoptPlan(context: DriftPlanContext, items: readonly DriftItem[]): PlanResult {
  const { hub, session, labelOf } = context;
  if (items.some(({ kind }) => kind === 'no-file')) return adoptInterfacePlan(context);
  const stuck = items.find(({ canAdopt }) => !canAdopt);
  if (stuck !== undefined) return refused(stuck.what, 'A file cannot say that.', nothingChanged);
  const both = takeBoth(context);
  if ('outcome' in both) return both;
  const { conf } = both;
  const file = afterEdits(
    conf.file,
    items.map((item) => (now) => editFor(now, both, item)),
  );
  if ('outcome' in file) return file;
  const written = fileSteps(conf, file);
  if (written.length === 0) return unchanged('The file says so already.');
  const reading = readWanted(file, flavourOf(hub));
  if (reading.outcome === 'rejected') return refusedThen(reading.problems, 'Change the file by hand.');
  const routes = adoptedRoutes(context, both, reading.wanted);
  const steps: Step[] = [...orderSteps(routes), ...written];
  return {
    outcome: 'plan',
    plan: {
      title: known(`Write into the file what runs: ${subjectWords(items, hub.interfaceName)}`),
      interfaceName: hub.interfaceName,
      steps,
      affected: [],
      risk: riskOf(steps, hub, session, labelOf),
      notes: notesOn(items, routes).map((note) => known(note)),
      cutsOff: undefined,
      undoes: undefined,
    },
  };
}

function editFor(file: ConfFile, both: BothSides, { kind, subject, running: value }: DriftItem): EditResult {
  const { running, wanted } = both;
  if (subject.kind === 'peer') {
    const peer = running.peers.find(({ publicKey }) => publicKey === subject.publicKey);
    return peer === undefined ? removePeer(file, subject.publicKey) : editPeer(file, wanted, peer, kind);
  }
  if (subject.kind === 'address') {
    const others = wanted.addresses.filter(
      (text) => text !== subject.address && `${text}/32` !== subject.address && `${text}/128` !== subject.address,
    );
    return setInterface(file, 'Address', kind === 'address-extra' ? [...wanted.addresses, subject.address] : others);
  }
  switch (kind) {
    case 'listen-port':
      return setInterface(file, 'ListenPort', `${running.listenPort}`);
    case 'fwmark':
      return setInterface(
        file,
        'FwMark',
        running.fwmark === undefined ? undefined : `0x${running.fwmark.toString(16)}`,
      );
    case 'private-key':
      return setInterface(file, 'PrivateKey', running.privateKey);
    case 'mtu':
      return setInterface(file, 'MTU', value);
    default:
      return { outcome: 'unchanged' };
  }
}

function editPeer(file: ConfFile, wanted: WantedInterface, peer: DumpPeer, kind: DriftItem['kind']): EditResult {
  const { publicKey, persistentKeepalive, presharedKey, endpoint } = peer;
  switch (kind) {
    case 'peer-only-running':
      return after(takeFromOthers(file, wanted, peer), (free) => writePeer(free, peer));
    case 'allowed-ips':
      return after(takeFromOthers(file, wanted, peer), (free) =>
        setPeer(free, publicKey, { allowedIps: peer.allowedIps }),
      );
    case 'keepalive':
      return setPeer(file, publicKey, { persistentKeepalive: persistentKeepalive ?? 'off' });
    case 'preshared-key':
      return setPeer(file, publicKey, { presharedKey: presharedKey ?? 'none' });
    case 'endpoint':
      return setPeer(file, publicKey, { endpoint: endpoint ?? 'none' });
    default:
      return { outcome: 'unchanged' };
  }
}

/** One edit on what came of another. */
function after(first: EditResult & { readonly base: ConfFile }, next: (file: ConfFile) => EditResult): EditResult {
  if (first.outcome === 'refused') return first;
  const file = first.outcome === 'edited' ? first.file : first.base;
  const second = next(file);
  return second.outcome === 'unchanged' && first.outcome === 'edited' ? { outcome: 'edited', file } : second;
}

/** A peer that the file has commented out is made live again with its name and notes; any other is added. */
function writePeer(file: ConfFile, peer: DumpPeer): EditResult {
  const { publicKey, allowedIps: ips, presharedKey, persistentKeepalive, endpoint } = peer;
  const settings: PeerSettings = {
    allowedIps: ips,
    persistentKeepalive: persistentKeepalive ?? 'off',
    presharedKey: presharedKey ?? 'none',
    // Of a peer that the hub does not call by itself it is only where it was last.
    ...(endpoint !== undefined && persistentKeepalive !== undefined && { endpoint }),
  };
  const isThere = sectionsOf(file).some((section) => section.publicKey === publicKey);
  if (!isThere) return addPeer(file, { publicKey, settings });
  const enabled = enablePeer(file, publicKey);
  return after({ ...enabled, base: file }, (live) => setPeer(live, publicKey, settings));
}

/** Takes the peer's prefixes from who else has them in the file: two sections with one prefix are a trap. */
function takeFromOthers(
  file: ConfFile,
  wanted: WantedInterface,
  { publicKey, allowedIps: ips }: DumpPeer,
): EditResult & { readonly base: ConfFile } {
  const mine = new Set<Prefix>(prefixes(ips));
  let result: EditResult = { outcome: 'unchanged' };
  let now = file;
  for (const [key, other] of wanted.peers) {
    if (key === publicKey || !other.allowedIps.some((prefix) => mine.has(prefix))) continue;
    result = setPeer(now, key, { allowedIps: other.allowedIps.filter((prefix) => !mine.has(prefix)) });
    if (result.outcome === 'refused') return { ...result, base: file };
    if (result.outcome === 'edited') now = result.file;
  }
  return now === file ? { outcome: 'unchanged', base: file } : { outcome: 'edited', file: now, base: file };
}

/** The routes that the new file would make, or not make any more, for what runs. */
function adoptedRoutes({ hub }: DriftPlanContext, { wanted, running }: BothSides, now: WantedInterface): RouteStep[] {
  const changes = routeChanges(
    routesOf(wanted, running, allowedIps(wanted.peers.values())),
    routesOf(now, running, allowedIps(now.peers.values())),
    hub.routes,
  );
  const ofRunning = new Set(routesOf(now, running, allowedIps(running.peers)).map(routeKey));
  const { interfaceName } = hub;
  return [
    ...changes.add
      .filter((route) => ofRunning.has(routeKey(route)))
      .map((route) => routeStep(interfaceName, route, true)),
    ...changes.remove
      .filter((route) => !ofRunning.has(routeKey(route)))
      .map((route) => routeStep(interfaceName, route, false)),
  ];
}

function notesOn(items: readonly DriftItem[], routes: readonly RouteStep[]): string[] {
  const peersOf = (kind: DriftItem['kind']) =>
    items.flatMap((item) => (item.kind === kind && item.subject.kind === 'peer' ? [item.subject.label] : []));
  const gone = peersOf('peer-only-in-file');
  const roamed = peersOf('endpoint');
  return [
    ...(routes.length === 0 ? ['Nothing that runs changes.'] : []),
    ...(gone.length === 0 ? [] : [`${listed(gone)} does not run, and goes from the file with its settings.`]),
    ...(roamed.length === 0
      ? []
      : [`The endpoint of ${listed(roamed)} is where it is now: from the next start the hub looks for it there.`]),
  ];
}

/** Writes a file for an interface that nobody keeps, from what runs. */
export function adoptInterfacePlan({
  hub,
  isUnowned,
  names,
  session,
  labelOf,
  ownership,
}: DriftPlanContext): PlanResult {
  const { interfaceName, running, conf, program, addresses } = hub;
  if (conf !== undefined) return unchanged(`${printable(conf.path)} is there already.`);
  if (running === undefined) return refused(`${interfaceName} does not run.`, nothingChanged);
  if (!isUnowned) {
    return refused(ownership.writable ? `Somebody keeps ${interfaceName} already.` : ownership.reason, nothingChanged);
  }
  const texts = addresses
    .filter(({ scope }) => `${scope}` !== 'link')
    .map(({ text, onLink }) => `${text}/${onLink.length}`);
  const written = confFromRunning(running, texts, names);
  if (written.outcome === 'refused') return refused(written.reason, nothingChanged);
  const routed = asRouted(parseConf(written.text.reveal()), hub, running);
  const step: FileStep = {
    kind: 'file',
    path: `${confDirectories[program]}/${interfaceName}.conf`,
    before: undefined,
    after: { text: printConf(routed.file), mode: 0o600 },
  };
  return {
    outcome: 'plan',
    plan: {
      title: known(`Adopt ${interfaceName}: write a file from what runs`),
      interfaceName,
      steps: [step],
      affected: [],
      risk: riskOf([step], hub, session, labelOf),
      notes: [
        'Nothing that runs changes.',
        'MTU, DNS and commands at start are not known from what runs: add them by hand where they are needed.',
        ...routed.notes,
        `It does not start by itself yet: systemctl enable ${program}-quick@${interfaceName} does that.`,
      ].map((note) => known(note)),
      cutsOff: undefined,
      undoes: undefined,
    },
  };
}

/** The file so that wg-quick would make the routes that there are; where it cannot, that is said. */
function asRouted(
  file: ConfFile,
  hub: HubState,
  running: DumpInterface,
): { readonly file: ConfFile; readonly notes: readonly string[] } {
  const reading = readWanted(file, flavourOf(hub));
  if (reading.outcome === 'rejected') return { file, notes: [] };
  const wanted = routesOf(reading.wanted, running, allowedIps(running.peers));
  const there = routesByKey(hub.routes);
  const missing = wanted.filter((route) => !there.has(routeKey(route)));
  const own = new Set(wanted.map(({ prefix }) => prefix.text));
  const extra = hub.routes.filter(({ prefix }) => !own.has(prefix.text)).map(({ prefix }) => prefix.text);
  const extraNotes =
    extra.length === 0 ? [] : [`The file makes no route for ${listed(extra)}: nobody has all of that as allowed IPs.`];
  if (missing.length === 0) return { file, notes: extraNotes };
  const off = missing.length === wanted.length ? setInterface(file, 'Table', 'off') : undefined;
  if (off?.outcome === 'edited') {
    return {
      file: off.file,
      notes: ['No route is there that wg-quick would make: the file says Table = off.', ...extraNotes],
    };
  }
  const texts = listed(missing.map(({ prefix }) => prefix.text));
  return { file, notes: [`wg-quick will also make a route for ${texts}, which is not there now.`, ...extraNotes] };
}
