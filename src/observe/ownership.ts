import type { Host } from '../host/host.ts';
import { known, type Printable } from '../host/printable.ts';
import type { DumpInterface } from '../wg/dump.ts';
import type { InterfaceName } from '../wg/key.ts';
import type { Watched } from './drift-watch.ts';
import { type Claim, claimsOfFiles, type ManagerFiles, readManagerFiles } from './manager.ts';
import type { InterfaceNames } from './names.ts';
import type { Container, ProgramWords } from './ownership-probes.ts';
import type { Manager } from './snapshot.ts';

interface Owned {
  readonly manager: Manager;
  /** What shows it, a sentence. */
  readonly proof: Printable;
  /** What else is to be known of it, a sentence each. */
  readonly warnings: readonly Printable[];
}

/** Who keeps an interface, and whether its file is ours to write. */
export type Ownership =
  | (Owned & { readonly writable: true })
  /** `reason`: why not, and what to do instead. */
  | (Owned & { readonly writable: false; readonly reason: Printable });

type Names = ReadonlyMap<InterfaceName, InterfaceNames>;

/** What the programs said about one interface. */
interface Asked {
  readonly claims: readonly Claim[];
  readonly words: ProgramWords;
}

/** Finds out who keeps the interfaces: from files as often as one likes, from programs when asked to. It only reads. */
export class OwnerReader {
  readonly #host: Host;
  readonly #asked = new Map<InterfaceName, Asked>();
  #found: ReadonlyMap<InterfaceName, Ownership> = new Map();
  #managers: ReadonlyMap<InterfaceName, Manager> = new Map();

  constructor(host: Host) {
    this.#host = host;
  }

  /** What was last found. */
  get ownership(): ReadonlyMap<InterfaceName, Ownership> {
    return this.#found;
  }

  get managers(): ReadonlyMap<InterfaceName, Manager> {
    return this.#managers;
  }

  /** As the files are now, with what the programs said when they were last asked. Never throws. */
  async look(interfaces: readonly InterfaceName[], names: Names): Promise<ReadonlyMap<InterfaceName, Ownership>> {
    return this.#judge(interfaces, names, await readManagerFiles(this.#host));
  }

  /** The same, after asking the programs: some processes, each given up after seconds. Not before the first paint. */
  async ask(interfaces: readonly InterfaceName[], names: Names): Promise<ReadonlyMap<InterfaceName, Ownership>> {
    const { askMachine, claimsOfPrograms } = await import('./ownership-probes.ts');
    const [files, words] = await Promise.all([readManagerFiles(this.#host), askMachine(this.#host)]);
    await Promise.all(
      interfaces.map(async (name) => {
        this.#asked.set(name, { words, claims: await claimsOfPrograms(this.#host, name, words) });
      }),
    );
    return this.#judge(interfaces, names, files);
  }

  /** Whether the programs have been asked about all of them. */
  knows(interfaces: readonly InterfaceName[]): boolean {
    return interfaces.every((name) => this.#asked.has(name));
  }

  /** Those that have a file of wg-quick's to differ from, or could get one. */
  watched(interfaces: readonly DumpInterface[], names: Names): readonly Watched[] {
    return interfaces.flatMap((running) => {
      const confPath = names.get(running.name)?.confPath;
      const manager = this.#managers.get(running.name) ?? 'unknown';
      const isOurs = confPath === undefined ? manager === 'nobody' : quickManagers.has(manager);
      return isOurs ? [{ running, confPath }] : [];
    });
  }

  #judge(interfaces: readonly InterfaceName[], names: Names, files: ManagerFiles) {
    this.#found = new Map(
      interfaces.map((name) => [
        name,
        judgeOwnership(name, names.get(name), claimsOfFiles(name, names.get(name), files), this.#asked.get(name)),
      ]),
    );
    this.#managers = new Map([...this.#found].map(([name, { manager }]) => [name, manager]));
    return this.#found;
  }
}

const quickManagers: ReadonlySet<Manager> = new Set(['wg-quick', 'awg-quick']);

/** Who keeps an interface: a manager whose program says that it runs it before one that only has a file. Pure. */
export function judgeOwnership(
  name: InterfaceName,
  names: InterfaceNames | undefined,
  ofFiles: readonly Claim[],
  asked: Asked | undefined,
): Ownership {
  const claims = [...(asked?.claims ?? []), ...ofFiles];
  const first = claims.find(({ isRunning }) => isRunning) ?? strongestFile(claims) ?? containerClaim(asked);
  if (first === undefined) return unowned(name, asked !== undefined);
  const { manager, proof } = first;
  const path = first.path ?? claims.find((claim) => claim.manager === manager && claim.path !== undefined)?.path;
  const owned: Owned = { manager, proof, warnings: warningsOf(name, manager, claims, asked) };
  const reason = reasonNotToWrite(name, manager, path, names);
  return reason === undefined ? { ...owned, writable: true } : { ...owned, writable: false, reason };
}

/** An enabled unit says nothing where there is no file for it. */
function strongestFile(claims: readonly Claim[]): Claim | undefined {
  return claims.find(({ path }) => path !== undefined) ?? claims[0];
}

function containerClaim(asked: Asked | undefined): Claim | undefined {
  const inHost = asked?.words.containers.find(({ usesHostNetwork }) => usesHostNetwork);
  return inHost === undefined ? undefined : claimOfContainer(inHost, 'runs in the network of this host');
}

function claimOfContainer({ name, image }: Container, how: string): Claim {
  const proof = known(`The container ${name} (${image}) ${how}.`);
  return { manager: 'container', proof, path: undefined, isRunning: true };
}

function unowned(name: InterfaceName, wasAsked: boolean): Ownership {
  if (!wasAsked) {
    const proof = known('No file that can be read configures it.');
    const reason = known(`Who keeps ${name} has not been asked yet.`);
    return { manager: 'unknown', proof, warnings: [], writable: false, reason };
  }
  const proof = known('No file configures it, and no program says that it does.');
  const reason = known(
    `Nobody keeps ${name}: a change would be lost when it is made anew. Adopt it first: meshtui drift adopt ${name}/no-file.`,
  );
  return { manager: 'nobody', proof, warnings: [], writable: false, reason };
}

/** Why the file is not ours to write, and what to do instead; undefined: it is. */
function reasonNotToWrite(
  name: InterfaceName,
  manager: Manager,
  path: Printable | undefined,
  names: InterfaceNames | undefined,
): Printable | undefined {
  const where = path === undefined ? '' : ` (${path})`;
  switch (manager) {
    case 'wg-quick':
    case 'awg-quick':
      return reasonOfConf(name, manager, names);
    case 'systemd-networkd':
      return known(
        `systemd-networkd keeps ${name}${where}. Change its file, then the peer with wg set; networkctl reload may drop all peers.`,
      );
    case 'netplan':
      return known(`netplan keeps ${name}${where}. Change its file, then run netplan apply.`);
    case 'NetworkManager':
      return known(
        `NetworkManager keeps ${name}${where}. Change it with nmcli connection modify, then nmcli device reapply ${name}.`,
      );
    case 'ifupdown':
      return known(`ifupdown keeps ${name}${where}. Change it there.`);
    case 'container':
      return known(`A container keeps ${name}. Change it with the container's own tool.`);
    case 'agent':
      return known(`An agent keeps ${name} and would undo a change. Change it where the agent is controlled from.`);
    case 'nobody':
    case 'unknown':
      return undefined;
  }
}

function reasonOfConf(
  name: InterfaceName,
  manager: 'wg-quick' | 'awg-quick',
  names: InterfaceNames | undefined,
): Printable | undefined {
  if (names?.confPath === undefined) {
    return known(
      `${manager} runs ${name}, but its file cannot be read in /etc. Run meshtui as root, or from where the file is.`,
    );
  }
  if (names.managedElsewhere !== undefined) {
    return known(`${names.managedElsewhere} writes ${names.confPath} and would undo a change. Change it there.`);
  }
  if (names.saveConfig) {
    return known(
      `${names.confPath} says SaveConfig = true: ${manager} writes it anew when ${name} goes down. Take that line out first.`,
    );
  }
  return undefined;
}

function warningsOf(
  name: InterfaceName,
  manager: Manager,
  claims: readonly Claim[],
  asked: Asked | undefined,
): readonly Printable[] {
  const isQuick = manager === 'wg-quick' || manager === 'awg-quick';
  const rivals = new Map(
    claims.flatMap((claim) =>
      claim.manager === manager || claim.manager === 'agent' || (claim.path === undefined && !claim.isRunning)
        ? []
        : [[claim.manager, claim] as const],
    ),
  );
  const foreign = isQuick ? asked?.words.foreignRoutes : undefined;
  return [
    ...[...rivals.values()].map((rival) =>
      known(
        `${rival.manager} has ${name} too${rival.path === undefined ? '' : ` (${rival.path})`}: one of them undoes what the other does.`,
      ),
    ),
    ...(foreign === undefined ? [] : [foreign]),
  ];
}

/** A hub that is not on this host but in a container of it. */
export interface ContainerHub {
  readonly name: Printable;
  /** A sentence: what shows it, and what to do. */
  readonly says: Printable;
}

/**
 * Where the tunnel is, where this host has none: in containers that publish a UDP port, or in another network namespace.
 * Only reads. Never throws.
 */
export async function findHubsElsewhere(host: Host): Promise<readonly ContainerHub[]> {
  const { askMachine } = await import('./ownership-probes.ts');
  const { containers } = await askMachine(host);
  return containers
    .filter(({ ports }) => ports.length > 0)
    .map(({ name, image, ports }) => ({
      name,
      says: known(
        `The container ${name} (${image}) has the UDP port ${ports.join(', ')}: its tunnel is in its own network. Change it with its own tool.`,
      ),
    }));
}
