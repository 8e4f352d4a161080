/** From what was typed about a new client to what it will be: each field judged, and the rest settled. Pure. */
import { known, type Printable } from '../../host/printable.ts';
import { type AddressBits, formatAddress, parseAddress } from '../../network/address.ts';
import { nextFree } from '../../network/pool.ts';
import { checkAddress } from '../../network/pool-check.ts';
import { exhaustionSentence } from '../../network/pool-exhaustion.ts';
import { addressAt, hostNumber } from '../../network/pool-range.ts';
import {
  bitsOf,
  contains,
  overlaps,
  type ParsedPrefix,
  type Prefix,
  parsePrefix,
  prefixOf,
} from '../../network/prefix.ts';
import type { Problems } from '../../ui/form/form-lines.ts';
import { problemOfText } from '../../wg/conf/written-text.ts';
import type { PublicKey } from '../../wg/key.ts';
import { problemOfDns, problemOfHub } from '../../wg/profile/check-profile.ts';
import { checkClientName } from '../../wg/profile/client-name.ts';
import { readDialled } from '../../wg/profile/dialled.ts';
import { checkPublicKey } from '../../wg/profile/keys.ts';
import type { GatewayPart, ProfileHub } from '../../wg/profile/profile.ts';
import { reachOf } from '../../wg/profile/reach.ts';
import { gatewayOf, readGatewayLans, readPrefix, readProbe } from './check-gateway.ts';
import type { AddFacts } from './facts.ts';
import { Notes } from './notes.ts';
import type { AddField, AddRequest } from './request.ts';

/** All that follows from a request in which nothing is wrong. */
export interface SettledClient {
  readonly name: Printable;
  /** Of the tunnel and its file. */
  readonly tunnelName: Printable;
  readonly tags: readonly string[];
  /** Of the client itself, single ones, IPv4 first. */
  readonly addresses: readonly AddressBits[];
  /** Behind it, where it is a gateway. */
  readonly lans: readonly ParsedPrefix[];
  /** What the hub sends to it: its addresses and the LANs behind it. */
  readonly hubAllowedIps: readonly Prefix[];
  /** What it sends into the tunnel. */
  readonly allowedIps: readonly Prefix[];
  /** The device's own; undefined: it is to be generated. */
  readonly publicKey: PublicKey | undefined;
  readonly hub: ProfileHub;
  readonly dns: readonly string[];
  readonly mtu: number | undefined;
  readonly gateway: GatewayPart | undefined;
  /** Addresses behind a gateway that may answer a ping. */
  readonly probe: readonly AddressBits[];
}

/** What is to be said of the answers so far. */
export interface AddCheck {
  /** What is wrong, by field: a sentence each. */
  readonly problems: Problems & Partial<Record<AddField, string>>;
  /** What is good to know, by field: sentences. */
  readonly hints: Readonly<Partial<Record<AddField, readonly Printable[]>>>;
  /** Undefined where something is wrong. */
  readonly settled: SettledClient | undefined;
}

/**
 * Judges each field of a request, and settles what follows from it: cheap enough for each key that is typed. An address that
 * is settled here is not promised: somebody else may be given it until the plan is applied.
 */
export function checkAdd(facts: AddFacts, request: AddRequest): AddCheck {
  const notes = new Notes();
  const name = readName(facts, request, notes);
  const tags = readTags(request, notes);
  const addresses = readAddresses(facts, request, notes);
  const lans = request.kind === 'gateway' ? readGatewayLans(facts, request.gateway, notes) : [];
  const allowedIps = readReach(facts, request, lans, notes);
  const publicKey = readKey(facts, request, notes);
  const hub = readHub(facts, request, allowedIps, notes);
  const dns = request.dns ?? facts.dns;
  const dnsProblem = problemOfDns(dns);
  if (dnsProblem !== undefined) notes.problem('dns', dnsProblem);
  if (dns.length === 0 && request.reach === 'all') notes.hint('dns', noDns);
  const mtu = readMtu(facts, request, addresses ?? [], notes);
  const gateway = request.kind === 'gateway' ? gatewayOf(facts, request.gateway, lans, notes) : undefined;
  const probe = request.kind === 'gateway' ? readProbe(request.gateway, lans, notes) : [];
  const { problems, hints } = notes;
  if (addresses?.length === 0) notes.problem('address', 'The client has no address.');
  const isWhole = name !== undefined && addresses !== undefined && allowedIps !== undefined && hub !== undefined;
  if (!isWhole || Object.keys(problems).length > 0) return { problems, hints, settled: undefined };
  const own = addresses.map((address) => prefixOf(address, bitsOf(address.family)).text);
  const settled: SettledClient = {
    ...name,
    tags,
    addresses,
    lans,
    hubAllowedIps: [...own, ...lans.map(({ text }) => text)],
    allowedIps,
    publicKey,
    hub,
    dns,
    mtu,
    gateway,
    probe,
  };
  return { problems, hints, settled };
}

const noDns = known('Without a DNS server the device asks its own, through the tunnel, and may get no answer there.');

function readName(facts: AddFacts, { name: text }: AddRequest, notes: Notes) {
  const check = checkClientName(text, facts.names);
  if (check.outcome === 'problem') return notes.problem('name', check.reason);
  notes.hint('name', check.hint);
  return { name: check.name, tunnelName: check.tunnelName };
}

function readTags({ tags: texts }: AddRequest, notes: Notes): readonly string[] {
  const tags = [...new Set(texts.map((tag) => tag.trim()).filter((tag) => tag !== ''))];
  for (const tag of tags) {
    const problem = tag.includes(',') ? 'has a comma in it' : problemOfText(tag);
    if (problem !== undefined) notes.problem('tags', `A tag ${problem}.`);
  }
  return tags;
}

/** The addresses that were chosen, or the next that are free; of a family that was not chosen, the one with the same number. */
function readAddresses(
  { pool, at }: AddFacts,
  { address: text, replaces }: AddRequest,
  notes: Notes,
): readonly AddressBits[] | undefined {
  // What a peer has is not chosen anew.
  if (replaces !== undefined) return (text ?? '').split(',').flatMap((word) => parseAddress(word.trim()) ?? []);
  const { v4, v6 } = nextFree(pool, at);
  const words = text?.split(',').filter((word) => word.trim() !== '') ?? [];
  const chosen: AddressBits[] = [];
  for (const word of words) {
    const check = checkAddress(pool, word, at);
    if (check.outcome === 'problem') return notes.problem('address', check.reason);
    if (chosen.some(({ family }) => family === check.address.family)) {
      return notes.problem('address', 'A client has one address of each family.');
    }
    chosen.push(check.address);
    notes.hint('address', check.warning);
  }
  for (const next of [v4, v6]) {
    if (next === undefined) continue;
    const family = next.outcome === 'free' ? next.address.family : next.family;
    if (chosen.some((one) => one.family === family)) continue;
    const beside = chosen[0] === undefined ? undefined : sameNumber(pool, chosen[0], at);
    if (beside !== undefined) chosen.push(beside);
    else if (next.outcome === 'free') chosen.push(next.address);
    else return notes.problem('address', exhaustionSentence(next));
  }
  if (chosen.length === 0) return notes.problem('address', 'The interface has no prefix to give addresses from.');
  return chosen.toSorted((one, other) => Number(one.family > other.family) - Number(one.family < other.family));
}

/** The free address of the other family with the number that an address has in its prefix. */
function sameNumber(
  { prefixes, ...pool }: AddFacts['pool'],
  address: AddressBits,
  at: number,
): AddressBits | undefined {
  const own = prefixes.find((prefix) => contains(prefix, address));
  const number = own === undefined ? undefined : hostNumber(own, address);
  for (const other of prefixes) {
    if (number === undefined || other.family === address.family) continue;
    const beside = addressAt(other, number);
    if (beside === undefined) continue;
    const check = checkAddress({ prefixes, ...pool }, formatAddress(beside), at);
    if (check.outcome === 'ok' && check.warning === undefined) return beside;
  }
  return undefined;
}

function readReach(
  facts: AddFacts,
  { reach, lans: texts, kind }: AddRequest,
  own: readonly ParsedPrefix[],
  notes: Notes,
): readonly Prefix[] | undefined {
  if (kind === 'gateway' && reach === 'hub') {
    return notes.problem('reach', 'A gateway reaches the mesh, or it would drop what others send to its LAN.');
  }
  const lans = reach === 'lan' ? texts?.flatMap((text) => readPrefix('lans', text, notes) ?? []) : undefined;
  for (const lan of lans ?? []) {
    if (facts.reach.lans.some(({ prefix }) => prefix.length <= lan.length && overlaps(prefix, lan))) continue;
    return notes.problem('lans', `${lan.text} is behind no peer of ${facts.interfaceName}.`);
  }
  const result = reachOf(reach, facts.reach, { ...(lans !== undefined && { lans }), own });
  if (result.outcome === 'problem') return notes.problem(reach === 'lan' ? 'lans' : 'reach', result.reason);
  notes.hint(reach === 'lan' ? 'lans' : 'reach', ...result.hints);
  return result.allowedIps;
}

function readKey(facts: AddFacts, { publicKey: text }: AddRequest, notes: Notes): PublicKey | undefined {
  if (text === undefined) return undefined;
  const check = checkPublicKey(text, facts.keys);
  return check.outcome === 'ok' ? check.publicKey : notes.problem('publicKey', check.reason);
}

function readHub(
  facts: AddFacts,
  { endpoint: text }: AddRequest,
  allowedIps: readonly Prefix[] | undefined,
  notes: Notes,
): ProfileHub | undefined {
  const { hubKey, listenPort, endpoint } = facts;
  const isAsked = text !== undefined && text.trim() !== '';
  const dialled = isAsked ? readDialled(text, listenPort) : endpoint;
  if (dialled === undefined) {
    return notes.problem('endpoint', 'Say what clients dial: the public address or name of this hub, and the port.');
  }
  const problem = problemOfHub(dialled.host, dialled.port);
  if (problem !== undefined) return notes.problem('endpoint', problem);
  if (!isAsked) notes.hint('endpoint', endpoint?.warning);
  const address = parseAddress(dialled.host);
  const around = (allowedIps ?? [])
    .flatMap((prefix) => parsePrefix(prefix)?.prefix ?? [])
    .find((prefix) => prefix.length > 0 && address !== undefined && contains(prefix, address));
  if (around !== undefined) {
    return notes.problem('endpoint', `${dialled.host} lies in ${around.text}, which the client sends into the tunnel.`);
  }
  return hubKey === undefined
    ? notes.problem('endpoint', 'The hub has no key.')
    : { publicKey: hubKey, host: dialled.host, port: dialled.port };
}

function readMtu(
  facts: AddFacts,
  { mtu: text }: AddRequest,
  addresses: readonly AddressBits[],
  notes: Notes,
): number | undefined {
  if (text === undefined || text.trim() === '') return facts.mtu;
  const least = addresses.some(({ family }) => family === 'v6') ? 1280 : 576;
  const mtu = /^\d{1,5}$/.test(text.trim()) ? Number(text) : Number.NaN;
  return mtu >= least && mtu <= 9000 ? mtu : notes.problem('mtu', `An MTU is a number from ${least} to 9000.`);
}
