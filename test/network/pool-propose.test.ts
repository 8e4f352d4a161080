import { describe, expect, test } from 'vitest';
import { busyPrefixes } from '../../src/network/lans.ts';
import { proposePool } from '../../src/network/pool-propose.ts';
import { contains, everything, overlaps, type ParsedPrefix, prefixOf } from '../../src/network/prefix.ts';
import { randomOf } from '../lab/kernel-world.ts';
import { prefix } from './support.ts';

/** Random bytes that are the same in each run. */
function bytesOf(seed: number): (count: number) => Uint8Array {
  const random = randomOf(seed);
  return (count) => Uint8Array.from({ length: count }, () => random(256));
}

const fixed = (...bytes: number[]) => {
  const rest = [...bytes];
  return (count: number) => Uint8Array.from(rest.splice(0, count));
};

describe('a proposed pool', () => {
  test('is of the random bytes', () => {
    const { v4, v6, hub } = proposePool([], fixed(0, 0, 0, 0x12, 0x34, 0x56, 0x78, 0x9a));
    expect(v4?.text).toBe('10.2.1.0/24');
    expect(v6?.text).toBe('fd12:3456:789a::/64');
    expect(hub).toEqual(['10.2.1.1/24', 'fd12:3456:789a::1/64']);
  });

  test('is another where something is in the way', () => {
    const taken = ['10.77.5.0/24', '10.77.6.128/25', '10.77.7.9/32', 'fd12:3456:789a::/48'].map(prefix);
    const { v4, v6 } = proposePool(taken, fixed(0x12, 0x77, 0x05, 0x12, 0x34, 0x56, 0x78, 0x9a, 1, 2, 3, 4, 5));
    expect(taken.some((other) => v4 !== undefined && overlaps(other, v4))).toBe(false);
    expect(v6?.text).toBe('fd01:203:405::/64');
  });

  test('passes the routes of whole families by', () => {
    const routes = [everything('v4'), everything('v6'), prefix('0.0.0.0/1'), prefix('2000::/3'), prefix('fc00::/7')];
    const bytes = [77, 5, 0, 1, 2, 3, 4, 5];
    expect(proposePool(routes, fixed(...bytes))).toEqual(proposePool([], fixed(...bytes)));
  });

  test('takes what is likely to collide elsewhere before what does here', () => {
    const taken = Array.from({ length: 256 }, (_, x) => prefix(`10.${x}.0.0/16`)).filter((_, x) => x !== 8);
    const but = [...Array(8).keys()].map((bit) => prefixOf(prefix(`10.8.${2 ** bit}.0/24`), 24 - bit));
    expect(proposePool([...taken, ...but], bytesOf(1)).v4?.text).toBe('10.8.0.0/24');
    const { v4 } = proposePool(taken, bytesOf(1));
    expect(v4 !== undefined && contains(prefix('10.8.0.0/16'), v4) && v4.text !== '10.8.0.0/24').toBe(true);
  });

  test('is none where all is in use', () => {
    expect(proposePool([prefix('10.0.0.0/8')], bytesOf(1))).toMatchObject({ v4: undefined, v6: { length: 64 } });
    expect(proposePool([prefix('fd00::/9'), prefix('fd80::/9')], bytesOf(1))).toMatchObject({ v6: undefined });
  });

  test('collides with nothing, on 2,000 random hosts', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 2_000; seed += 1) {
      const random = randomOf(seed);
      const taken: ParsedPrefix[] = Array.from({ length: random(60) }, () =>
        random(5) === 0
          ? prefixOf(
              { family: 'v6', a: 0xfd00_0000 + random(0x100_0000), b: random(65_536) * 65_536, c: 0, d: 0 },
              16 + random(112),
            )
          : prefixOf({ family: 'v4', a: 0x0a00_0000 + random(0x100_0000), b: 0, c: 0, d: 0 }, 14 + random(19)),
      );
      const { v4, v6 } = proposePool(taken, bytesOf(seed));
      expect(v4).toMatchObject({ length: 24 });
      expect(v6).toMatchObject({ length: 64 });
      for (const proposed of [v4, v6]) {
        if (proposed === undefined) continue;
        seen.add(proposed.text);
        const inTheWay = [...taken, ...busyPrefixes].find((other) => overlaps(other, proposed));
        expect(inTheWay?.text).toBeUndefined();
      }
    }
    expect(seen.size).toBeGreaterThan(3_800);
  });
});
