/** From the words of `meshtui add` to what the client is to be. Pure. */
import type { AddRequest, GatewayRequest } from '../flows/add/request.ts';
import { listOf } from '../flows/list-of.ts';
import type { ProfileFormat } from '../wg/profile/formats.ts';
import { type ClientKind, clientKinds } from '../wg/profile/profile.ts';
import { type Reach, reaches } from '../wg/profile/reach.ts';
import { UsageError } from './change-words.ts';

/** What was said, as it stands on the command line. */
export interface AddWords {
  readonly kind?: string;
  readonly reach?: string;
  readonly lan?: readonly string[];
  readonly address?: string;
  readonly publicKey?: string;
  readonly endpoint?: string;
  readonly dns?: readonly string[];
  readonly mtu?: string;
  readonly tags?: string;
  readonly presharedKey?: boolean;
  readonly gatewayLan?: readonly string[];
  readonly variant?: string;
  readonly lanInterface?: string;
  readonly lanHost?: readonly string[];
}

/** What a client is to be. Whether the words mean anything on this hub is not judged here, only what can be one of few. */
export function addRequest(name: string, words: AddWords): AddRequest {
  const gateway = gatewayOf(words);
  const kind = oneOf('--kind', words.kind ?? (gateway === undefined ? 'laptop' : 'gateway'), clientKinds);
  if (gateway !== undefined && kind !== 'gateway') throw new UsageError('only a gateway has a LAN behind it');
  if (gateway === undefined && kind === 'gateway') throw new UsageError('a gateway needs --gateway-lan PREFIX');
  const reach: Reach = oneOf('--reach', words.reach ?? (words.lan === undefined ? 'mesh' : 'lan'), reaches);
  if (words.lan !== undefined && reach !== 'lan') throw new UsageError('--lan goes with --reach lan');
  return {
    name,
    tags: listOf(words.tags ?? ''),
    kind,
    reach,
    ...(words.lan !== undefined && { lans: listOf(...words.lan) }),
    ...(words.address !== undefined && { address: words.address }),
    ...(words.publicKey !== undefined && { publicKey: words.publicKey }),
    ...(words.endpoint !== undefined && { endpoint: words.endpoint }),
    ...(words.dns !== undefined && { dns: dnsOf(words.dns) }),
    ...(words.mtu !== undefined && { mtu: words.mtu }),
    presharedKey: words.presharedKey !== false,
    ...(gateway !== undefined && { gateway }),
  };
}

/** How a LAN learns the way back. */
export const variants = ['nat', 'static-route'] as const;

function gatewayOf({ gatewayLan, variant, lanInterface, lanHost }: AddWords): GatewayRequest | undefined {
  if (gatewayLan === undefined) {
    if ([variant, lanInterface, lanHost].every((word) => word === undefined)) return undefined;
    throw new UsageError('--variant, --lan-interface and --lan-host go with --gateway-lan PREFIX');
  }
  return {
    lans: listOf(...gatewayLan),
    variant: oneOf('--variant', variant ?? 'nat', variants),
    lanInterface: lanInterface ?? 'eth0',
    ...(lanHost !== undefined && { probe: listOf(...lanHost) }),
  };
}

const formats: Readonly<Record<string, ProfileFormat>> = {
  portable: 'wg-quick',
  gateway: 'wg-quick',
  networkmanager: 'networkmanager',
  networkd: 'networkd',
  openwrt: 'openwrt',
  mikrotik: 'mikrotik',
  card: 'card',
};

/** The words for `--format`. `portable` and `gateway` are one: what is written follows from the kind. */
const formatWords: readonly string[] = Object.keys(formats);

/** How the configuration is to be written; undefined: as its kind and key ask for. */
export function formatOf(word: string | undefined, kind: ClientKind | undefined): ProfileFormat {
  if (word === undefined) return 'wg-quick';
  const format = formats[word];
  if (format === undefined) throw new UsageError(`--format is one of ${formatWords.join(', ')}`);
  if (word === 'gateway' && kind !== undefined && kind !== 'gateway')
    throw new UsageError('--format gateway goes with --gateway-lan PREFIX');
  if (word === 'portable' && kind === 'gateway') throw new UsageError('a gateway needs --format gateway, or another');
  return format;
}

/** One of a few words. Throws a {@link UsageError}. */
export function oneOf<T extends string>(option: string, word: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === word);
  if (found === undefined) throw new UsageError(`${option} is one of ${choices.join(', ')}`);
  return found;
}

function dnsOf(texts: readonly string[]): string[] {
  const items = listOf(...texts);
  return items.length === 1 && items[0] === 'none' ? [] : items;
}
