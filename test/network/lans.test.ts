import { describe, expect, test } from 'vitest';
import { collidesWithCommonLan, commonLans } from '../../src/network/lans.ts';
import { comparePrefixes, containsPrefix, overlaps, type ParsedPrefix } from '../../src/network/prefix.ts';
import { prefix } from './support.ts';

const collisions = (text: string) => collidesWithCommonLan(prefix(text)).map((lan) => lan.prefix.text);

describe('common LANs', () => {
  test('are private networks without host bits, each once, in order', () => {
    const ranges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].map(prefix);
    const all: readonly ParsedPrefix[] = commonLans.map((lan) => lan.prefix);
    expect(all.length).toBeGreaterThan(20);
    expect(all.filter((lan) => !ranges.some((range) => containsPrefix(range, lan)))).toEqual([]);
    expect(all.filter((lan, index) => all.some((other, at) => at !== index && overlaps(other, lan)))).toEqual([]);
    expect(all).toEqual(all.toSorted(comparePrefixes));
  });

  test.each([
    ['192.168.178.0/24', ['192.168.178.0/24']],
    ['192.168.1.50/32', ['192.168.1.0/24']],
    ['192.168.0.0/23', ['192.168.0.0/24', '192.168.1.0/24']],
    ['10.0.0.0/23', ['10.0.0.0/24', '10.0.1.0/24']],
    ['192.168.77.0/24', []],
    ['10.66.0.0/24', []],
    ['fd00:66::/64', []],
    ['0.0.0.0/0', []],
    ['0.0.0.0/1', []],
    ['::/0', []],
  ])('%s collides with %j', (text, expected) => {
    expect(collisions(text)).toEqual(expected);
  });

  test('a whole private range collides with all of it', () => {
    expect(collisions('192.168.0.0/16').length).toBeGreaterThan(10);
    expect(collisions('10.0.0.0/8')).toContain('10.0.0.0/24');
  });
});
