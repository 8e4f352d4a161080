/** A hub from nothing: keys, configuration file, forwarding, and the interface up, now and at boot. */
import { known, type Printable, printable } from '../../host/printable.ts';
import { type Family, formatAddress } from '../../network/address.ts';
import { collidesWithCommonLan } from '../../network/lans.ts';
import { proposePool } from '../../network/pool-propose.ts';
import { containsPrefix, prefixOf } from '../../network/prefix.ts';
import { isPrivateAddress } from '../../network/public-address.ts';
import type { InterfaceName, PublicKey } from '../../wg/key.ts';
import type { KeyPair, RandomBytes } from '../../wg/profile/keys.ts';
import { endpointOf } from '../../wg/profile/profile.ts';
import { Secret } from '../../wg/secret.ts';
import type { FileStep, Plan, TunnelStep } from '../plan.ts';
import { confDirectories } from '../read-hub.ts';
import { listed } from '../words.ts';
import { nothingChanged, type Refusal, refused } from './context.ts';
import {
  type Checked,
  checkEndpoint,
  checkInterface,
  checkPools,
  checkPort,
  freeInterface,
  freePort,
  type Pool,
} from './init-check.ts';
import type { InitFacts } from './init-facts.ts';
import { forwardingSteps } from './init-forwarding.ts';

/** What is said of a new hub, as it was typed. What is left out is proposed. */
export interface InitWish {
  readonly interfaceName?: string | undefined;
  /** `PREFIX`, or the hub's own address with the prefix length. */
  readonly pools?: readonly string[] | undefined;
  readonly port?: string | undefined;
  /** `HOST[:PORT]`. */
  readonly endpoint?: string | undefined;
}

/** A hub as clients will know it. */
export interface NewHub {
  readonly interfaceName: InterfaceName;
  readonly publicKey: PublicKey;
  /** With their lengths. */
  readonly addresses: readonly string[];
  readonly port: number;
  /** `host:port`, IPv6 addresses in brackets. */
  readonly endpoint: string;
}

/** The plan with the hub that it makes, or why there is none. */
export type InitResult = { readonly outcome: 'plan'; readonly plan: Plan; readonly made: NewHub } | Refusal;

/** Why no hub can be set up here, whatever is said of it, with what to do; undefined where one can. */
export function initObstacle(facts: InitFacts): Printable | undefined {
  const { isRoot, rootCommand, missing, install, way, problems } = facts;
  if (!isRoot) return known(`Setting up a hub needs root. Run: ${rootCommand}`);
  if (missing.length > 0) {
    const is = missing.length === 1 ? 'The program' : 'The programs';
    return known(`${is} ${listed(missing)} ${missing.length === 1 ? 'is' : 'are'} missing. Install first: ${install}`);
  }
  if (way.kind === 'none') return way.reason;
  const [unread] = problems;
  return unread === undefined ? undefined : known(`${unread} Without it a collision cannot be ruled out.`);
}

/** What is proposed where nothing is said. */
export interface Proposal {
  readonly interfaceName: string;
  readonly pools: readonly string[];
  readonly port: number;
  /** Empty where no address of the host is one that clients could dial. */
  readonly endpoint: string;
}

/** A proposal that collides with nothing on the host. */
export function proposeHub(facts: InitFacts, random: RandomBytes): Proposal {
  const { operator, taken, hasIpv6 } = facts;
  const own = operator === undefined ? [] : [prefixOf(operator, operator.family === 'v4' ? 32 : 128)];
  const { v4, v6 } = proposePool([...taken.map(({ prefix }) => prefix), ...own], random);
  return {
    interfaceName: freeInterface(facts),
    pools: [v4, hasIpv6 ? v6 : undefined].flatMap((prefix) => prefix?.text ?? []),
    port: freePort(facts),
    endpoint: facts.publicAddress?.address ?? '',
  };
}

/** The plan that sets up a hub, or why there can be none; nothing is read or made but from what is given. */
export function initPlan(facts: InitFacts, wish: InitWish, keys: KeyPair, random: RandomBytes): InitResult {
  const obstacle = initObstacle(facts) ?? (wish.interfaceName === undefined ? secondHub(facts) : undefined);
  if (obstacle !== undefined) return refused(nothingChanged, obstacle);
  const proposal = proposeHub(facts, random);
  const checked = all({
    interfaceName: checkInterface(wish.interfaceName ?? proposal.interfaceName, facts),
    pools: checkPools(wish.pools ?? proposal.pools, facts),
    port: checkPort(wish.port ?? String(proposal.port), facts),
    endpoint: endpointWish(wish.endpoint ?? proposal.endpoint),
  });
  if (checked.outcome === 'problem') return refused(checked.reason, nothingChanged);
  const { interfaceName, pools, port, endpoint } = checked.value;
  const dialled = { publicKey: keys.publicKey, host: endpoint.host, port: endpoint.port ?? port };
  const made: NewHub = {
    interfaceName,
    publicKey: keys.publicKey,
    addresses: pools.map(({ hub }) => hub),
    port,
    endpoint: endpointOf(dialled),
  };
  return { outcome: 'plan', plan: planFor(facts, wish, pools, made, keys), made };
}

/** Without a name for it, a second hub is more likely a mistake than meant. */
function secondHub(facts: InitFacts): Printable | undefined {
  const [tunnel] = facts.tunnels;
  const [file] = facts.configurations;
  const another = `To set up another hub beside it: meshtui init --interface ${freeInterface(facts)}`;
  if (tunnel !== undefined) {
    return printable(`There is a WireGuard interface already: ${tunnel}; meshtui shows it. ${another}`);
  }
  if (file === undefined) return undefined;
  const up = `wg-quick up ${file.interfaceName} brings it up`;
  return printable(`${file.path} is there already, and does not run: ${up}. ${another}`);
}

function endpointWish(text: string): ReturnType<typeof checkEndpoint> {
  if (text !== '') return checkEndpoint(text);
  return {
    outcome: 'problem',
    reason: 'No address of this host is known that clients could dial: say it with --endpoint HOST.',
  };
}

/** All values, or the first problem. */
function all<T extends object>(checked: { readonly [K in keyof T]: Checked<T[K]> }): Checked<T> {
  const values: Partial<T> = {};
  for (const key of Object.keys(checked) as (keyof T)[]) {
    const one = checked[key];
    if (one.outcome === 'problem') return one;
    values[key] = one.value;
  }
  return { outcome: 'ok', value: values as T };
}

function planFor(
  facts: InitFacts,
  wish: InitWish,
  pools: readonly Pool[],
  made: NewHub,
  { privateKey }: KeyPair,
): Plan {
  const { interfaceName } = made;
  const families = new Set<Family>(pools.map(({ prefix }) => prefix.family));
  const forwarding = forwardingSteps(facts, families);
  const file: FileStep = {
    kind: 'file',
    path: `${confDirectories.wg}/${interfaceName}.conf`,
    before: undefined,
    after: { text: confText(made, privateKey), mode: 0o600 },
  };
  const tunnel: TunnelStep = {
    kind: 'tunnel',
    interfaceName,
    how: facts.hasUnit ? 'systemd' : 'wg-quick',
    before: { isUp: false, isEnabled: false },
    after: { isUp: true, isEnabled: facts.hasUnit },
  };
  return {
    title: known(`Set up ${interfaceName} as a hub`),
    interfaceName,
    steps: [...(forwarding.file === undefined ? [] : [forwarding.file]), file, ...forwarding.settings, tunnel],
    affected: [],
    risk: { level: 'safe' },
    notes: [...hubNotes(facts, wish, pools, made), ...forwarding.notes],
    cutsOff: undefined,
    undoes: undefined,
  };
}

/** The comment is where meshtui finds what clients dial. */
function confText({ addresses, port, endpoint }: NewHub, privateKey: Secret): Secret {
  return new Secret(
    [
      '[Interface]',
      `# endpoint = ${endpoint}`,
      `Address = ${addresses.join(', ')}`,
      `ListenPort = ${port}`,
      `PrivateKey = ${privateKey.reveal()}`,
      '',
    ].join('\n'),
  );
}

function hubNotes(facts: InitFacts, wish: InitWish, pools: readonly Pool[], made: NewHub): Printable[] {
  const { endpoint, publicKey, port, interfaceName } = made;
  const found = facts.publicAddress;
  const isProposed = wish.endpoint === undefined || wish.endpoint === found?.address;
  return [
    known(`Clients will know the hub by the public key ${publicKey}, and dial ${endpoint}.`),
    ...(isProposed && found?.isPrivate === true
      ? [
          known(
            `${found.address} is a private address: this host is likely behind NAT. Its router has to pass UDP ${port} on to it, and clients dial the router: meshtui init --endpoint NAME-OR-ADDRESS.`,
          ),
        ]
      : []),
    known(`Where a firewall decides what comes in, it has to let UDP port ${port} in.`),
    ...(facts.hasUnit
      ? []
      : [
          known(
            `systemd does not bring it up here: wg-quick does, now. At boot something of your own has to run wg-quick up ${interfaceName}.`,
          ),
        ]),
    ...(facts.way.kind === 'wireguard-go'
      ? [known('The kernel has no WireGuard: wireguard-go does its work, which is slower.')]
      : []),
    ...(facts.way.kind === 'unknown'
      ? [known('Whether the kernel has WireGuard could not be told; where it has not, everything is taken back.')]
      : []),
    ...pools.flatMap((pool) => poolNotes(pool, facts)),
  ];
}

function poolNotes({ prefix }: Pool, facts: InitFacts): Printable[] {
  const [lan] = collidesWithCommonLan(prefix);
  const within = facts.taken.find(({ prefix: other, kind }) => kind === 'route' && containsPrefix(other, prefix));
  return [
    ...(lan === undefined
      ? []
      : [
          known(
            `${prefix.text}: clients at home behind ${lan.usedBy} often sit in ${lan.prefix.text} themselves, and then do not reach the hub by it.`,
          ),
        ]),
    ...(isPrivateAddress(formatAddress(prefix))
      ? []
      : [
          known(
            `${prefix.text} is not a private range: who has these addresses on the internet is not reached any more.`,
          ),
        ]),
    ...(within === undefined ? [] : [known(`${prefix.text} takes a part of a route: ${within.by}.`)]),
  ];
}
