import { ignoredDriftPath, parseIgnoredDrift } from '../change/ignored-drift.ts';
import { readHubState } from '../change/read-hub.ts';
import { readTableNumbers } from '../change/table-numbers.ts';
import type { Argv, Host } from '../host/host.ts';
import { known, type Printable, printable } from '../host/printable.ts';
import { parseLinks } from '../network/links.ts';
import { parseRoutes, type Route } from '../network/routes.ts';
import { readWanted, type WantedInterface } from '../wg/conf/wanted.ts';
import { type DriftContext, type DriftItem, driftOf } from '../wg/drift.ts';
import type { LinkState } from '../wg/drift-interface.ts';
import type { HubState } from '../wg/hub.ts';
import type { InterfaceName } from '../wg/key.ts';
import { type InterfaceNames, NameReader } from './names.ts';
import { OwnerReader, type Ownership } from './ownership.ts';

/** One interface with who keeps it and where it has drifted, read at one time. */
export interface HubDrift {
  readonly hub: HubState;
  readonly ownership: Ownership;
  readonly names: InterfaceNames | undefined;
  readonly items: readonly DriftItem[];
  /** The ids of items that the operator does not want to see. */
  readonly ignored: ReadonlySet<string>;
  /** Why nothing can be said, or not all: a sentence each. */
  readonly problems: readonly Printable[];
}

export type DriftReading =
  | { readonly outcome: 'read'; readonly drift: HubDrift }
  | { readonly outcome: 'failed'; readonly reason: Printable };

/**
 * Reads an interface, asks programs who keeps it, and compares. An interface that somebody else than wg-quick keeps has no
 * file here to differ from. Never throws.
 */
export async function readDrift(
  host: Host,
  interfaceName: InterfaceName,
  labelOf?: DriftContext['labelOf'],
): Promise<DriftReading> {
  const [reading, names, link, ignored] = await Promise.all([
    readHubState(host, interfaceName),
    new NameReader(host).read([interfaceName]),
    readLink(host, interfaceName),
    host.readFile(ignoredDriftPath(host)),
  ]);
  if (reading.outcome === 'failed') return reading;
  const { hub } = reading;
  const owners = await new OwnerReader(host).ask([interfaceName], names.byInterface);
  const ownership = owners.get(interfaceName);
  if (ownership === undefined) return { outcome: 'failed', reason: known(`Nothing is known of ${interfaceName}.`) };
  const { wanted, problem } = wantedOf(hub);
  const isOurs = hub.conf === undefined ? ownership.manager === 'nobody' : isQuick(ownership);
  const context: DriftContext = { link, ...(labelOf !== undefined && { labelOf }) };
  const found = isOurs ? driftOf(hub, wanted, context) : [];
  // Another device's routes are of interest only where one is missing here, and there may be very many of them.
  const isMissing = found.some(({ kind }) => kind === 'route-missing');
  const items = isMissing ? driftOf(hub, wanted, { ...context, otherRoutes: await readRoutes(host) }) : found;
  return {
    outcome: 'read',
    drift: {
      hub,
      ownership,
      names: names.byInterface.get(interfaceName),
      items,
      ignored: ignored.outcome === 'read' ? parseIgnoredDrift(ignored.value) : new Set(),
      problems: [...names.problems, ...(problem === undefined ? [] : [problem])],
    },
  };
}

function isQuick({ manager }: Ownership): boolean {
  return manager === 'wg-quick' || manager === 'awg-quick';
}

function wantedOf({ conf, running, program, interfaceName }: HubState): {
  readonly wanted: WantedInterface | undefined;
  readonly problem: Printable | undefined;
} {
  if (running === undefined) return { wanted: undefined, problem: known(`${interfaceName} does not run.`) };
  if (conf === undefined) return { wanted: undefined, problem: undefined };
  const reading = readWanted(conf.file, program === 'awg' ? 'amneziawg' : running.flavour);
  if (reading.outcome === 'accepted') return { wanted: reading.wanted, problem: undefined };
  const [first] = reading.problems;
  const where = first === undefined ? '.' : `, line ${first.line}: ${first.problem}`;
  return { wanted: undefined, problem: printable(`wg-quick refuses ${conf.path}${where}`) };
}

async function readLink(host: Host, interfaceName: InterfaceName): Promise<LinkState | undefined> {
  const [link] = parseLinks(await ask(host, ['ip', '-j', 'addr', 'show', 'dev', interfaceName])).items;
  return link && { mtu: link.mtu, isUp: link.up };
}

async function readRoutes(host: Host): Promise<readonly Route[]> {
  const [tables, v4, v6] = await Promise.all([
    readTableNumbers(host),
    ask(host, ['ip', '-j', '-4', 'route', 'show', 'table', 'all']),
    ask(host, ['ip', '-j', '-6', 'route', 'show', 'table', 'all']),
  ]);
  return [...parseRoutes(v4, 'v4', tables).items, ...parseRoutes(v6, 'v6', tables).items];
}

/** What a program printed; an empty list where it failed: this is only for more precise words. */
async function ask(host: Host, argv: Argv): Promise<string> {
  const result = await host.run(argv, { timeoutMs: 5_000 });
  return result.outcome === 'exited' && result.code === 0 && result.stdout.trim() !== '' ? result.stdout : '[]';
}
