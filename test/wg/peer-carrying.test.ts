import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PeerId } from '../../src/wg/peer.ts';
import { peerCarrying, plainAddress } from '../../src/wg/peer-carrying.ts';

const peers = (...lists: (readonly string[])[]) =>
  lists.map((allowedIps, index) => ({ id: `wg0/${index}` as PeerId, allowedIps }));

describe('peerCarrying', () => {
  it('takes the longest prefix, whatever the order', () => {
    const some = peers(['10.8.0.0/24'], ['10.8.0.4/32'], ['10.0.0.0/8', '0.0.0.0/0']);
    expect(peerCarrying('10.8.0.4', some)).toBe('wg0/1');
    expect(peerCarrying('10.8.0.4', some.toReversed())).toBe('wg0/1');
    expect(peerCarrying('10.8.0.5', some)).toBe('wg0/0');
    expect(peerCarrying('10.9.0.5', some)).toBe('wg0/2');
    expect(peerCarrying('1.1.1.1', some)).toBe('wg0/2');
    expect(peerCarrying('1.1.1.1', some, 1)).toBeUndefined();
  });

  it('keeps the families apart and sees through zones and IPv4-mapped addresses', () => {
    const some = peers(['0.0.0.0/0'], ['fd08::4/128'], ['fe80::/64']);
    expect(peerCarrying('fd08:0::4', some)).toBe('wg0/1');
    expect(peerCarrying('fd08::5', some)).toBeUndefined();
    expect(peerCarrying('::ffff:10.8.0.4', some)).toBe('wg0/0');
    expect(peerCarrying('fe80::9%eth0', some)).toBe('wg0/2');
    expect(plainAddress('::ffff:10.8.0.4')).toBe('10.8.0.4');
  });

  it('carries nothing for what is no address, and passes over what is no prefix', () => {
    expect(peerCarrying('', peers(['0.0.0.0/0']))).toBeUndefined();
    expect(peerCarrying('edge', peers(['0.0.0.0/0']))).toBeUndefined();
    expect(
      peerCarrying('10.8.0.4', peers(['(none)', '10.8.0.4', '10.8.0.4/33', '10.8.0.4/', 'x/8', '10.8.0.0/24'])),
    ).toBe('wg0/0');
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), (address, prefixes) => {
        peerCarrying(address, peers(prefixes, ['0.0.0.0/0']));
      }),
    );
  });

  it('is quick with 10,000 peers, whether one is found or none', () => {
    const many = peers(
      ...Array.from({ length: 10_000 }, (_, n) => [
        `10.${n >> 8}.${n & 255}.1/32`,
        `fd08::${(n + 1).toString(16)}/128`,
        ...(n % 10 === 0 ? [`10.${128 + (n >> 8)}.${n & 255}.0/24`] : []),
      ]),
    );
    const median = (address: string, expected: string | undefined) => {
      const times = Array.from({ length: 9 }, () => {
        const begun = performance.now();
        expect(peerCarrying(address, many)).toBe(expected);
        return performance.now() - begun;
      });
      return times.sort((a, b) => a - b)[4];
    };
    expect(median('10.39.15.1', 'wg0/9999')).toBeLessThan(20);
    expect(median('192.0.2.1', undefined)).toBeLessThan(20);
    expect(median('fd08::2710', 'wg0/9999')).toBeLessThan(20);
  });
});
