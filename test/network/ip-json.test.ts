import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAddresses } from '../../src/network/addresses.ts';
import { mostProblems } from '../../src/network/ip-json.ts';
import { parseLinks } from '../../src/network/links.ts';
import { parseRoutes } from '../../src/network/routes.ts';
import { parseRules } from '../../src/network/rules.ts';

const parsers = {
  routes: (text: string) => parseRoutes(text, 'v4'),
  rules: (text: string) => parseRules(text, 'v4'),
  addresses: parseAddresses,
  links: parseLinks,
} as const;

describe.each(Object.entries(parsers))('bad output of ip: %s', (_what, parse) => {
  test.each([
    ['', 'the output is empty'],
    [' \n', 'the output is empty'],
    ['{"error":"unavailable"}', 'the output is no JSON list but one object'],
    ['null', 'the output is no JSON list but null'],
    ['<html>Bad Gateway</html>', 'the output is no JSON'],
    ['Option "-j" is unknown, try "ip -help".', 'the output is no JSON'],
    ['[', 'the output is no JSON'],
    [']', 'the output is no JSON'],
  ])('%j', (text, problem) => {
    expect(parse(text)).toEqual({ items: [], problems: [problem] });
  });

  test('nothing to list is no problem', () => {
    expect(parse('[]')).toEqual({ items: [], problems: [] });
    expect(parse('[ ]\n')).toEqual({ items: [], problems: [] });
    expect(parse('[{},{}]')).toEqual({ items: [], problems: [] });
  });

  test('entries that are no objects', () => {
    const { items, problems } = parse('[1,"x",null,[],true]');
    expect(items).toEqual([]);
    expect(problems).toHaveLength(5);
    expect(problems[0]).toMatch(/^\w+ 1: it is no object$/);
  });

  test('many problems are counted, not listed', () => {
    const { problems } = parse(JSON.stringify(Array.from({ length: 10_000 }, () => ({ junk: 1 }))));
    expect(problems).toHaveLength(mostProblems);
    expect(problems.at(-1)).toBe('and 9981 more such problems');
  });

  test('no text whatever makes an exception, nor unprintable problems', () => {
    const keys = ['dst', 'type', 'table', 'flags', 'nexthops', 'via', 'metric', 'priority', 'src', 'srclen', 'fwmark'];
    const more = [
      'goto',
      'action',
      'ifname',
      'ifindex',
      'addr_info',
      'local',
      'prefixlen',
      'stats64',
      'linkinfo',
      'from',
    ];
    const value = fc.oneof(
      fc.jsonValue(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('10.0.0.0/8', 'default', '::/0'),
    );
    const record = fc.dictionary(fc.constantFrom(...keys, ...more), value);
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(record).map((list) => JSON.stringify(list)),
    );
    fc.assert(
      fc.property(texts, fc.nat(400), (text, length) => {
        for (const each of [text, text.slice(0, length)]) {
          expect(parse(each).problems.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
        }
      }),
      { numRuns: 400 },
    );
  });
});
