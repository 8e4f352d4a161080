import { describe, expect, test } from 'vitest';
import { known } from '../../src/host/printable.ts';
import { type AddressPool, defaultReleaseDelayMs, nextFree, type PoolPeer, withPeer } from '../../src/network/pool.ts';
import { checkAddress } from '../../src/network/pool-check.ts';
import { exhaustionSentence } from '../../src/network/pool-exhaustion.ts';
import { parsePrefix } from '../../src/network/prefix.ts';
import { address, prefix } from './support.ts';

const day = 24 * 60 * 60 * 1000;
const now = Date.UTC(2026, 10, 23);

function peer(label: string, ...prefixes: string[]): PoolPeer {
  return { label: known(label), isDisabled: false, prefixes: prefixes.map(prefix) };
}

/** A pool of the hub's own addresses, such as `10.8.0.1/24`. */
function pool(own: readonly string[], parts: Partial<AddressPool> = {}): AddressPool {
  const readings = own.flatMap((text) => parsePrefix(text) ?? []);
  return {
    prefixes: readings.map((reading) => reading.prefix),
    hub: readings.map((reading) => reading.address),
    peers: [],
    reserved: [],
    released: [],
    releaseDelayMs: defaultReleaseDelayMs,
    ...parts,
  };
}

/** What is given out, as text. */
function free(of: AddressPool, at = now): string {
  const { v4, v6 } = nextFree(of, at);
  return [v4, v6]
    .map((next) => (next === undefined ? '-' : next.outcome === 'free' ? next.text : 'exhausted'))
    .join(' ');
}

describe('the next free address', () => {
  test.each([
    ['of a new hub', pool(['10.8.0.1/24', 'fd08::1/64']), '10.8.0.2 fd08::2'],
    ['of one family', pool(['10.8.0.1/24']), '10.8.0.2 -'],
    ['of IPv6 alone', pool(['fd08::1/64']), '- fd08::2'],
    ['before the hub, where the hub is not the first', pool(['10.8.0.254/24']), '10.8.0.1 -'],
    [
      'the lowest gap',
      pool(['10.8.0.1/24'], { peers: [peer('a', '10.8.0.2/32'), peer('b', '10.8.0.4/32')] }),
      '10.8.0.3 -',
    ],
    [
      'with the same number in both',
      pool(['10.8.0.1/24', 'fd08::1/64'], { peers: [peer('a', '10.8.0.2/32', 'fd08::3/128')] }),
      '10.8.0.4 fd08::4',
    ],
    [
      'in decimal and hexadecimal',
      pool(['10.8.0.9/24', 'fd08::9/64'], {
        reserved: [{ first: address('10.8.0.0'), last: address('10.8.0.8'), why: undefined }],
      }),
      '10.8.0.10 fd08::a',
    ],
    [
      'without a pair where none is left',
      pool(['10.8.0.1/24', 'fd08::9/126'], { peers: [peer('a', '10.8.0.2/31'), peer('b', 'fd08::a/128')] }),
      '10.8.0.4 fd08::b',
    ],
    [
      'of one family where the other is exhausted',
      pool(['10.8.0.1/30', 'fd08::1/64'], { peers: [peer('a', '10.8.0.2/32')] }),
      'exhausted fd08::2',
    ],
    [
      'not of a LAN behind a peer',
      pool(['10.8.0.1/24'], { peers: [peer('home', '10.8.0.2/32', '10.8.0.0/25')] }),
      '10.8.0.128 -',
    ],
    [
      'though an exit has everything',
      pool(['10.8.0.1/24'], { peers: [peer('exit', '10.8.0.2/32', '0.0.0.0/0', '10.0.0.0/8', '10.8.0.0/24')] }),
      '10.8.0.3 -',
    ],
    ['of a /31', pool(['10.8.0.0/31']), '10.8.0.1 -'],
    ['of a /30', pool(['10.8.0.1/30']), '10.8.0.2 -'],
    ['of a /32, which has none', pool(['10.8.0.1/32']), 'exhausted -'],
    ['of a /127', pool(['fd08::/127']), '- fd08::1'],
    ['of a /126', pool(['fd08::1/126']), '- fd08::2'],
    ['of a /48', pool(['fd08:1:2::1/48']), '- fd08:1:2::2'],
    ['of a second prefix', pool(['10.8.0.1/30', '10.9.0.1/24'], { peers: [peer('a', '10.8.0.2/32')] }), '10.9.0.2 -'],
    [
      'of a /16, beyond the first 256',
      pool(['10.8.0.1/16'], {
        reserved: [{ first: address('10.8.0.0'), last: address('10.8.0.254'), why: undefined }],
      }),
      '10.8.0.255 -',
    ],
    ['at the end of the family', pool(['255.255.255.253/30']), '255.255.255.254 -'],
    [
      'of the last /126',
      pool(['ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffd/126']),
      '- ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe',
    ],
    ['of no prefix', pool([]), '- -'],
  ])('%s', (_what, of, expected) => {
    expect(free(of)).toBe(expected);
  });

  test('is not one that was released lately', () => {
    const released = [{ address: address('10.8.0.2'), atMs: now - 29 * day, label: known('old phone') }];
    const of = pool(['10.8.0.1/24'], { released });
    expect(free(of)).toBe('10.8.0.3 -');
    expect(free(of, now + day)).toBe('10.8.0.2 -');
    expect(free({ ...of, releaseDelayMs: 0 })).toBe('10.8.0.2 -');
  });

  test('stays with a disabled peer', () => {
    const of = pool(['10.8.0.1/24'], { peers: [{ ...peer('laptop', '10.8.0.2/32'), isDisabled: true }] });
    expect(free(of)).toBe('10.8.0.3 -');
  });

  test('is another for each of several', () => {
    let of = pool(['10.8.0.1/29', 'fd08::1/64']);
    const given: string[] = [];
    for (let index = 0; index < 6; index += 1) {
      const next = free(of);
      given.push(next);
      const prefixes = next.split(' ').filter((text) => text !== 'exhausted');
      of = withPeer(of, peer(`p${index}`, ...prefixes));
    }
    expect(given).toEqual([
      '10.8.0.2 fd08::2',
      '10.8.0.3 fd08::3',
      '10.8.0.4 fd08::4',
      '10.8.0.5 fd08::5',
      '10.8.0.6 fd08::6',
      'exhausted fd08::7',
    ]);
  });

  test('is found among 10,000 peers of a /16 at once', () => {
    const peers = Array.from({ length: 10_000 }, (_, index) => {
      const number = index + 2;
      return peer(`p${index}`, `10.8.${number >> 8}.${number & 255}/32`, `fd08::${number.toString(16)}/128`);
    });
    const of = pool(['10.8.0.1/16', 'fd08::1/64'], { peers });
    free(of);
    const start = performance.now();
    for (let round = 0; round < 10; round += 1) expect(free(of)).toBe('10.8.39.18 fd08::2712');
    expect((performance.now() - start) / 10).toBeLessThan(100);
  });
});

describe('exhaustion', () => {
  function sentence(of: AddressPool): string {
    const { v4 } = nextFree(of, now);
    return v4?.outcome === 'exhausted' ? exhaustionSentence(v4) : 'not exhausted';
  }

  test('says who has all of it, and what could be freed', () => {
    const of = pool(['10.8.0.1/29'], {
      peers: [peer('phone', '10.8.0.2/32', '192.168.1.0/24'), { ...peer('laptop', '10.8.0.3/32'), isDisabled: true }],
      reserved: [{ first: address('10.8.0.4'), last: address('10.8.0.5'), why: undefined }],
      released: [{ address: address('10.8.0.6'), atMs: now - day, label: undefined }],
    });
    const { v4 } = nextFree(of, now);
    expect(v4).toEqual({
      outcome: 'exhausted',
      family: 'v4',
      prefixes: ['10.8.0.0/29'],
      usable: 6,
      held: { hub: 1, peers: 1, disabled: 1, lans: 0, reserved: 2, released: 1 },
      disabled: ['laptop'],
      nextReleased: { text: '10.8.0.6', freeAtMs: now + 29 * day },
    });
    expect(sentence(of)).toBe(
      "No address is free in 10.8.0.0/29. Of 6 addresses, 1 is the hub's, 1 belongs to a peer, 1 belongs to a disabled peer, 2 are reserved, 1 was released lately. 10.8.0.6 can be given out again on 2026-12-22. Removing a disabled peer frees its address (laptop).",
    );
  });

  test('counts each address once', () => {
    const of = pool(['10.8.0.1/29'], {
      peers: [peer('home', '10.8.0.0/30', '10.8.0.4/31'), peer('a', '10.8.0.6/32'), peer('b', '10.8.0.6/32')],
    });
    const { v4 } = nextFree(of, now);
    expect(v4).toMatchObject({ usable: 6, held: { hub: 0, lans: 5, peers: 1 } });
  });

  test('of a single address', () => {
    expect(sentence(pool(['10.8.0.1/32']))).toBe("No address is free in 10.8.0.1/32. Of 1 address, 1 is the hub's.");
  });
});

describe('a chosen address', () => {
  const of = pool(['10.8.0.1/24', 'fd08::1/64'], {
    peers: [
      peer('phone', '10.8.0.2/32', 'fd08::2/128'),
      { ...peer('laptop', '10.8.0.3/32'), isDisabled: true },
      peer('home', '10.8.0.4/32', '10.8.0.128/25'),
    ],
    reserved: [
      { first: address('10.8.0.90'), last: address('10.8.0.99'), why: known('printers') },
      { first: address('10.8.0.80'), last: address('10.8.0.80'), why: undefined },
    ],
    released: [
      { address: address('10.8.0.60'), atMs: now - day, label: known('old phone') },
      { address: address('10.8.0.61'), atMs: now - 40 * day, label: known('older phone') },
    ],
  });

  function said(text: string): string {
    const check = checkAddress(of, text, now);
    return check.outcome === 'problem' ? check.reason : `${check.text} in ${check.prefix}${check.warning ?? ''}`;
  }

  test.each([
    ['10.8.0.7', '10.8.0.7 in 10.8.0.0/24'],
    [' 10.8.0.7/32 ', '10.8.0.7 in 10.8.0.0/24'],
    ['fd08:0::7/128', 'fd08::7 in fd08::/64'],
    ['10.8.0.61', '10.8.0.61 in 10.8.0.0/24'],
    [
      '10.8.0.60',
      '10.8.0.60 in 10.8.0.0/2410.8.0.60 was given to old phone, which was removed; without a choice it is given out again on 2026-12-22.',
    ],
    ['10.8.0.1', '10.8.0.1 is the address of the hub itself.'],
    ['10.8.0.2', '10.8.0.2 belongs to phone.'],
    ['fd08::2', 'fd08::2 belongs to phone.'],
    ['10.8.0.3', '10.8.0.3 belongs to laptop, which is disabled.'],
    ['10.8.0.130', '10.8.0.130 lies in 10.8.0.128/25, which is behind home.'],
    ['10.8.0.95', '10.8.0.95 is reserved for printers.'],
    ['10.8.0.80', '10.8.0.80 is reserved.'],
    ['10.8.0.0', '10.8.0.0 is the first of 10.8.0.0/24, which stands for the network itself.'],
    ['10.8.0.255', '10.8.0.255 is the last of 10.8.0.0/24, which reaches all hosts at once.'],
    ['fd08::', 'fd08:: is the first of fd08::/64, which stands for the network itself.'],
    ['10.9.0.7', '10.9.0.7 lies outside of 10.8.0.0/24.'],
    ['', 'An address is missing, such as 10.8.0.7.'],
    ['10.8.0', '"10.8.0" is no address such as 10.8.0.7 or fd08::7.'],
    ['10.8.0.7/24', 'A client has single addresses: write 10.8.0.7, or 10.8.0.7/32.'],
    ['10.8.0.7, fd08::7', '"10.8.0.7, fd08::7" is no address such as 10.8.0.7 or fd08::7.'],
    ['\u001b]0;x\u0007[Peer]', '"[Peer]" is no address such as 10.8.0.7 or fd08::7.'],
    ['字'.repeat(10_000), `"${'字'.repeat(39)}…" is no address such as 10.8.0.7 or fd08::7.`],
  ])('%s', (text, expected) => {
    expect(said(text)).toBe(expected);
  });

  test('of a family that the interface does not have', () => {
    const check = checkAddress(pool(['10.8.0.1/24']), 'fd08::7', now);
    expect(check).toEqual({
      outcome: 'problem',
      reason: 'The interface has no IPv6 prefix, and fd08::7 is an IPv6 address.',
    });
  });
});
