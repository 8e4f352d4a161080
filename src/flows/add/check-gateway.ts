/** What is behind a gateway: each part judged. Pure. */
import { known } from '../../host/printable.ts';
import { type AddressBits, parseAddress } from '../../network/address.ts';
import { addressAt } from '../../network/pool-range.ts';
import { bitsOf, contains, overlaps, type ParsedPrefix, parsePrefix } from '../../network/prefix.ts';
import { isInterfaceName } from '../../wg/profile/check-profile.ts';
import type { GatewayPart } from '../../wg/profile/profile.ts';
import { collisionHint } from '../../wg/profile/reach.ts';
import type { AddFacts } from './facts.ts';
import type { Notes } from './notes.ts';
import type { AddField, GatewayRequest } from './request.ts';

/** A prefix without host bits; `field` is told otherwise. */
export function readPrefix(field: AddField, text: string, notes: Notes): ParsedPrefix | undefined {
  const reading = parsePrefix(text.trim());
  if (reading === undefined) return notes.problem(field, `"${text.slice(0, 60)}" is no prefix such as 192.168.7.0/24.`);
  if (reading.hostBitsSet) return notes.problem(field, `${text} has host bits; the LAN is ${reading.prefix.text}.`);
  return reading.prefix;
}

/** The LANs behind a gateway, as far as they are such. */
export function readGatewayLans(
  facts: AddFacts,
  gateway: GatewayRequest | undefined,
  notes: Notes,
): readonly ParsedPrefix[] {
  const field = 'gatewayLans';
  const texts = (gateway?.lans ?? []).filter((text) => text.trim() !== '');
  if (texts.length === 0) notes.problem(field, 'Say which LAN is behind the gateway, such as 192.168.7.0/24.');
  const lans = texts.flatMap((text) => readPrefix(field, text, notes) ?? []);
  const { reach, hostPrefixes, pool } = facts;
  for (const [index, lan] of lans.entries()) {
    const twin = lans.find((other, at) => at < index && overlaps(other, lan));
    const mesh = reach.mesh.find((prefix) => overlaps(prefix, lan));
    const link = hostPrefixes.find(({ prefix }) => overlaps(prefix, lan));
    const holder = pool.peers.find(({ prefixes }) => prefixes.some(({ text }) => text === lan.text));
    if (lan.length === 0) notes.problem(field, `${lan.text} is everything, and no LAN.`);
    else if (twin !== undefined) notes.problem(field, `${lan.text} and ${twin.text} share addresses.`);
    else if (mesh !== undefined) notes.problem(field, `${lan.text} shares addresses with the mesh (${mesh.text}).`);
    else if (link !== undefined) {
      notes.problem(field, `${lan.text} shares addresses with ${link.prefix.text}, the network of ${link.dev} here.`);
    } else if (holder !== undefined) notes.problem(field, `${lan.text} is behind ${holder.label} already.`);
    else {
      const near = reach.lans.find(({ prefix }) => overlaps(prefix, lan));
      if (near !== undefined) {
        notes.hint(
          field,
          known(`${near.prefix.text} is behind ${near.label}; of two that overlap the narrower one wins.`),
        );
      }
      notes.hint(field, ...collisionHint(lan));
    }
  }
  return lans;
}

/** What the gateway's own configuration says of its LANs. */
export function gatewayOf(
  facts: AddFacts,
  gateway: GatewayRequest | undefined,
  lans: readonly ParsedPrefix[],
  notes: Notes,
): GatewayPart | undefined {
  const lanInterface = gateway?.lanInterface.trim() ?? '';
  if (gateway === undefined || !isInterfaceName(lanInterface)) {
    return notes.problem('lanInterface', 'Say which interface of the gateway leads to the LAN, such as eth0.');
  }
  return {
    lans: lans.map(({ text }) => text),
    variant: gateway.variant,
    lanInterface,
    mesh: facts.reach.mesh.map(({ text }) => text),
  };
}

/** Those that were named, else the first and the last host of each LAN, where routers mostly are. */
export function readProbe(
  gateway: GatewayRequest | undefined,
  lans: readonly ParsedPrefix[],
  notes: Notes,
): AddressBits[] {
  const named = (gateway?.probe ?? []).flatMap((text) => {
    const address = parseAddress(text.trim());
    if (address !== undefined && lans.some((lan) => contains(lan, address))) return [address];
    notes.problem('probe', `"${text.slice(0, 60)}" is no address in a LAN behind the gateway.`);
    return [];
  });
  if (gateway?.probe !== undefined) return named;
  return lans.flatMap((lan) => {
    const count = 2 ** Math.min(bitsOf(lan.family) - lan.length, 32);
    if (lan.length === bitsOf(lan.family)) return [lan];
    return [1, ...(lan.family === 'v4' ? [count - 2] : [])].flatMap((number) => addressAt(lan, number) ?? []);
  });
}
