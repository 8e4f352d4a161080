import { describe, expect, test } from 'vitest';
import { dueWords, peersToSweep, timeOf } from '../../src/change/plans/sweep.ts';
import { known } from '../../src/host/printable.ts';
import { parseConf } from '../../src/wg/conf/conf-file.ts';
import { keyOf, wg0 } from './random-hub.ts';

const now = Date.parse('2027-01-31T12:00:00Z');

function section(name: string, comments: readonly string[], isOff = false): string {
  const lines = [
    '[Peer]',
    `# friendly_name = ${name}`,
    ...comments,
    `PublicKey = ${keyOf(name)}`,
    'AllowedIPs = 10.8.0.2/32',
  ];
  return `${lines.map((line) => (isOff ? `#[disabled] ${line}` : line)).join('\n')}\n\n`;
}

function sweep(text: string) {
  const file = parseConf(`[Interface]\nListenPort = 1\n\n${text}`);
  return peersToSweep([{ interfaceName: wg0, file }], now).map(({ kind, publicKey, due }) => [kind, publicKey, due]);
}

describe('what is due', () => {
  test.each<[string, string, readonly unknown[]]>([
    ['expired a day ago', section('a', ['# expires = 2027-01-30']), [['disable', keyOf('a'), '2027-01-30']]],
    [
      'a date is the beginning of its day',
      section('a', ['# expires = 2027-01-31']),
      [['disable', keyOf('a'), '2027-01-31']],
    ],
    ['tomorrow', section('a', ['# expires = 2027-02-01']), []],
    [
      'at this moment',
      section('a', ['# expires = 2027-01-31T13:00:00+01:00']),
      [['disable', keyOf('a'), '2027-01-31T13:00:00+01:00']],
    ],
    ['in a second', section('a', ['# expires = 2027-01-31T12:00:01Z']), []],
    ['never', section('a', []), []],
    ['no day that there is', section('a', ['# expires = 2027-02-30']), [['unreadable', keyOf('a'), '2027-02-30']]],
    [
      'its time has come',
      section('a', ['# disabled = lost', '# until = 2027-01-01'], true),
      [['enable', keyOf('a'), '2027-01-01']],
    ],
    ['not yet', section('a', ['# disabled = lost', '# until = 2027-03-01'], true), []],
    ['without an end', section('a', ['# disabled = lost'], true), []],
    [
      'expired stays disabled',
      section('a', ['# expires = 2027-01-01', '# disabled = x', '# until = 2027-01-02'], true),
      [],
    ],
    [
      'several, in the order of the file',
      section('a', ['# expires = 2026-01-01']) + section('b', []) + section('c', ['# until = 2026-01-01'], true),
      [
        ['disable', keyOf('a'), '2026-01-01'],
        ['enable', keyOf('c'), '2026-01-01'],
      ],
    ],
  ])('%s', (_what, text, due) => {
    expect(sweep(text)).toEqual(due);
  });

  test('is said in words', () => {
    const words = (text: string) =>
      peersToSweep([{ interfaceName: wg0, file: parseConf(text) }], now).map((each) => dueWords(each, known('anna')));
    expect(words(section('a', ['# expires = 2027-01-30']))).toEqual(['The access of anna ended at 2027-01-30.']);
    expect(words(section('a', ['# until = 2027-01-30'], true))).toEqual(['anna was disabled until 2027-01-30.']);
    expect(words(section('a', ['# expires = 2027-13-30']))).toEqual([
      'anna has 2027-13-30, which is no date that there is: nothing is done.',
    ]);
  });
});

test.each([
  ['2027-01-31', '2027-01-31T00:00:00.000Z'],
  ['2027-01-31 08:30', '2027-01-31T08:30:00.000Z'],
  ['2027-01-31T08:30:15.5+0130', '2027-01-31T07:00:15.500Z'],
  ['2028-02-29', '2028-02-29T00:00:00.000Z'],
  ['2027-02-29', undefined],
  ['2027-00-10', undefined],
  ['2027-01-31T25:00', undefined],
  ['soon', undefined],
])('the time %s, on a host in UTC', (text, iso) => {
  const at = timeOf(text);
  expect(at === undefined ? undefined : new Date(at).toISOString()).toBe(iso);
});
