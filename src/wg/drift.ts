import { known, type Printable } from '../host/printable.ts';
import type { Route } from '../network/routes.ts';
import type { WantedInterface } from './conf/wanted.ts';
import { addressDrift, interfaceDrift, type LinkState, noFile } from './drift-interface.ts';
import { type DriftItem, type DriftKind, itemsOf } from './drift-item.ts';
import { peersDrift } from './drift-peers.ts';
import { routeDrift } from './drift-routes.ts';
import type { HubState } from './hub.ts';
import { type PublicKey, shortKey } from './key.ts';

export { type DriftItem, type DriftKind, type DriftSeverity, driftKinds } from './drift-item.ts';

/** What else is known. */
export interface DriftContext {
  /** How a peer is called; its short key by default. */
  readonly labelOf?: (key: PublicKey) => Printable;
  /** Undefined: not known, and not judged. */
  readonly link?: LinkState | undefined;
  /** Routes of all devices: then a route that is missing because another device has it says so. */
  readonly otherRoutes?: readonly Route[];
}

/**
 * Where the file, the running interface and the kernel differ, interface first, then peers, then routes. Nothing for an interface that does not run. Without a file there is one item. Pure; never throws.
 */
export function driftOf(
  hub: HubState,
  wanted: WantedInterface | undefined,
  context: DriftContext = {},
): readonly DriftItem[] {
  const { running, interfaceName } = hub;
  if (running === undefined) return [];
  const item = itemsOf(interfaceName);
  if (wanted === undefined) return hub.conf === undefined ? [noFile(running, item)] : [];
  const { labelOf = shortLabel } = context;
  const isDown = context.link?.isUp === false;
  const peers = peersDrift(wanted, running, labelOf, item);
  const areSame = !peers.some(({ kind }) => prefixKinds.has(kind));
  return [
    ...interfaceDrift(hub, wanted, running, context.link, item),
    // The kernel takes routes and IPv6 addresses from a link that is set down.
    ...(isDown ? [] : addressDrift(hub, wanted, item)),
    ...peers,
    ...(isDown ? [] : routeDrift(hub, wanted, running, { areSame, otherRoutes: context.otherRoutes }, item)),
  ];
}

const prefixKinds: ReadonlySet<string> = new Set([
  'peer-only-in-file',
  'peer-only-running',
  'allowed-ips',
] satisfies DriftKind[]);

/** How many of the items are worth a look. */
export function driftCount(items: readonly DriftItem[], ignored: ReadonlySet<string>): number {
  return items.filter(({ id, severity }) => severity !== 'info' && !ignored.has(id)).length;
}

function shortLabel(key: PublicKey): Printable {
  return known(shortKey(key));
}
