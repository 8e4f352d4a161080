import { known, type Printable, printable } from '../host/printable.ts';
import { type AddressBits, formatAddress, parseAddress } from './address.ts';
import type { AddressPool } from './pool.ts';
import { blocksOf, type Holder } from './pool-blocks.ts';
import { dayOf } from './pool-exhaustion.ts';
import { compareAddresses } from './pool-range.ts';
import { bitsOf, contains, type Prefix } from './prefix.ts';

/** What is to be said of an address that somebody chose. */
export type AddressCheck =
  | {
      readonly outcome: 'ok';
      readonly address: AddressBits;
      /** As `ip` prints it, without a length. */
      readonly text: Printable;
      /** The prefix of the pool that it lies in. */
      readonly prefix: Prefix;
      /** It can be given out, and whoever does should know this. */
      readonly warning: Printable | undefined;
    }
  | { readonly outcome: 'problem'; readonly reason: Printable };

/**
 * Whether an address can be given to a new client; it may have the length of a single address (`/32`, `/128`) behind it.
 *
 * @param now milliseconds since the epoch
 */
export function checkAddress(pool: AddressPool, text: string, now: number): AddressCheck {
  const address = readSingle(text.trim());
  if (typeof address === 'string') return problem(address);
  const shown = known(formatAddress(address));
  const prefix = pool.prefixes.find((own) => contains(own, address));
  if (prefix === undefined) {
    const own = pool.prefixes.filter(({ family }) => family === address.family).map((one) => one.text);
    const family = address.family === 'v4' ? 'IPv4' : 'IPv6';
    return problem(
      own.length === 0
        ? `The interface has no ${family} prefix, and ${shown} is an ${family} address.`
        : `${shown} lies outside of ${own.join(', ')}.`,
    );
  }
  const holders = blocksOf(pool, now).filter((block) => isIn(address, block.first, block.last));
  const holder = holders.find(({ by }) => by.kind !== 'released')?.by;
  if (holder !== undefined) return problem(`${shown} ${takenBy(holder)}.`);
  const released = holders.map(({ by }) => by).find((by) => by.kind === 'released');
  const warning = released === undefined ? undefined : known(`${shown} ${takenBy(released)}.`);
  return { outcome: 'ok', address, text: shown, prefix: prefix.text, warning };
}

/** Who has an address, as the end of a sentence that begins with it. */
function takenBy(by: Holder): string {
  switch (by.kind) {
    case 'hub':
      return 'is the address of the hub itself';
    case 'peer':
      return by.isDisabled ? `belongs to ${by.label}, which is disabled` : `belongs to ${by.label}`;
    case 'lan':
      return `lies in ${by.prefix}, which is behind ${by.label}`;
    case 'reserved':
      return by.why === undefined ? 'is reserved' : `is reserved for ${by.why}`;
    case 'network':
      return `is the first of ${by.prefix}, which stands for the network itself`;
    case 'broadcast':
      return `is the last of ${by.prefix}, which reaches all hosts at once`;
    case 'released': {
      const whose = by.label === undefined ? 'a peer that was removed' : `${by.label}, which was removed`;
      return `was given to ${whose}; without a choice it is given out again on ${dayOf(by.freeAtMs)}`;
    }
  }
}

function problem(reason: string): AddressCheck {
  return { outcome: 'problem', reason: known(reason) };
}

function isIn(address: AddressBits, first: AddressBits, last: AddressBits): boolean {
  return (
    first.family === address.family && compareAddresses(first, address) <= 0 && compareAddresses(address, last) <= 0
  );
}

/** The address that a text names, or why it names none. */
function readSingle(text: string): AddressBits | string {
  if (text === '') return 'An address is missing, such as 10.8.0.7.';
  const slash = text.indexOf('/');
  const address = parseAddress(slash === -1 ? text : text.slice(0, slash));
  if (address === undefined) return `"${cut(text)}" is no address such as 10.8.0.7 or fd08::7.`;
  const bits = bitsOf(address.family);
  if (slash !== -1 && text.slice(slash + 1) !== String(bits)) {
    return `A client has single addresses: write ${formatAddress(address)}, or ${formatAddress(address)}/${bits}.`;
  }
  return address;
}

function cut(text: string): Printable {
  const letters = [...printable(text.slice(0, 200))];
  return known(letters.length <= 40 ? letters.join('') : `${letters.slice(0, 39).join('')}…`);
}
