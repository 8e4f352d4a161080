import { describe, expect, test } from 'vitest';
import { setExpiry, setNote, setTags } from '../../../src/wg/conf/annotate.ts';
import { parseConf } from '../../../src/wg/conf/conf-file.ts';
import { readConfNames } from '../../../src/wg/names/conf-names.ts';
import { fixture, keyOf } from '../names/support.ts';
import { changes, dialectFiles, edited, forms, peerOf, refusal, section, textOf } from './edit-support.ts';

const tags = (text: string, word: string, list: readonly string[]) => setTags(parseConf(text), keyOf(word), list);
const note = (text: string, word: string, words?: string) => setNote(parseConf(text), keyOf(word), words);
const expiry = (text: string, word: string, until?: string) => setExpiry(parseConf(text), keyOf(word), until);

describe.each(dialectFiles)('%s', (file) => {
  test('takes tags, a note and an expiry of each peer, and gives the old bytes back', () => {
    for (const text of forms(`${file}.conf`)) {
      for (const { publicKey, tags: oldTags, note: oldNote } of readConfNames(text).peers) {
        const conf = parseConf(text);
        const tagged = edited(setTags(conf, publicKey, ['a b', 'c']));
        expect(textOf(edited(setTags(tagged, publicKey, oldTags)))).toBe(text);
        const noted = edited(setNote(conf, publicKey, 'back on Monday'));
        expect(textOf(edited(setNote(noted, publicKey, oldNote)))).toBe(text);
        const ending = edited(setExpiry(conf, publicKey, '2027-01-31'));
        expect(textOf(edited(setExpiry(ending, publicKey, undefined)))).toBe(text);
        const found = readConfNames(
          textOf(edited(setNote(edited(setExpiry(tagged, publicKey, '2027-01-31')), publicKey, 'x'))),
        );
        expect(found.peers.find((peer) => peer.publicKey === publicKey)).toMatchObject({
          tags: ['a b', 'c'],
          note: 'x',
          expires: '2027-01-31',
        });
      }
    }
  });
});

describe('tags', () => {
  test.each<[file: string, peer: string, lines: string[]]>([
    ['angristan', 'anna', ['+# tags = a, b']],
    ['nyr', 'carol', ['+#~ # tags = a, b']],
    ['webadmin', 'carol', ['+# tags = a, b']],
    ['friendly-name', 'anna', ['-#tags=staff ,phones', '+#tags=a ,b']],
    ['key-value', 'anna', ['-# Tags: staff, phones', '+# Tags: a, b']],
    [
      'friendly-json',
      'anna',
      [
        '-# friendly_json = {"name":"anna","tags":["staff","phones"],"id":7}',
        '+# friendly_json = {"name":"anna","tags":["a","b"],"id":7}',
      ],
    ],
    [
      'friendly-json',
      'bert',
      ['-# friendly_json={"username":"bert"}', '+# friendly_json={"username":"bert","tags":["a","b"]}'],
    ],
    ['friendly-json', 'carol', ['+# tags = a, b']],
  ])('%s: %s', (file, word, lines) => {
    expect(changes(fixture(`${file}.conf`), tags(fixture(`${file}.conf`), word, ['a', ' b', 'a']))).toEqual(lines);
  });

  test('are no fields where no friendly_json of the file has them: exporters make labels of all fields', () => {
    const text = `[Peer]\n# friendly_json = {"name":"anna"}\n${section('anna')}\n`;
    expect(changes(text, tags(text, 'anna', ['a']))).toEqual(['+# tags = a']);
  });

  test('stay a text where they are one', () => {
    const text = `[Peer]\n# friendly_json = {"tags" : "x,y", "name": "anna"}\n${section('anna')}\n`;
    expect(changes(text, tags(text, 'anna', ['a', 'b']))[1]).toBe(
      '+# friendly_json = {"tags" : "a,b", "name": "anna"}',
    );
    expect(changes(text, tags(text, 'anna', []))[1]).toBe('+# friendly_json = {"name": "anna"}');
  });

  test('that stand in two places stand in the first then', () => {
    const text = `# tags = a\n[Peer]\n${section('anna')}\n# tags = b\n`;
    expect(changes(text, tags(text, 'anna', ['c']))).toEqual(['-# tags = a', '+# tags = c', '-# tags = b']);
    expect(changes(text, tags(text, 'anna', []))).toEqual(['-# tags = a', '-# tags = b']);
    expect(refusal(tags(text, 'anna', ['a', 'b']))).toBe('unchanged');
  });

  test('are indented as the settings are', () => {
    const text = `[Peer]\n\t${section('anna')}\n`;
    expect(changes(text, tags(text, 'anna', ['a']))).toEqual(['+\t# tags = a']);
  });

  test.each([
    ['a,b', /comma/],
    ['', /is empty/],
    ['a\u001bb', /cannot show/],
    ['x'.repeat(201), /longer than 200/],
    [keyOf('secret'), /has a key in it/],
  ])('refuses %j', (tag, reason) => {
    expect(refusal(tags(fixture('nyr.conf'), 'anna', [tag]))).toMatch(reason);
  });
});

describe('a note', () => {
  test.each<[file: string, peer: string, words: string | undefined, lines: string[]]>([
    ['angristan', 'anna', 'lost', ['+# note = lost']],
    ['wireme', 'anna', 'lost', ['-# wireme-note: in the kitchen', '+# wireme-note: lost']],
    ['wireme', 'bert', 'lost', ['+# wireme-note: lost']],
    ['wireme', 'anna', undefined, ['-# wireme-note: in the kitchen']],
    ['wireguard-ui', 'anna', 'lost', ['+', '+# Notes:', '+# lost']],
    ['wireguard-ui', 'bert', 'lost', ['-# second floor, by the window', '+# lost']],
    ['wireguard-ui', 'bert', '', ['-', '-# Notes:', '-# second floor, by the window']],
    ['wireguard-ui', 'anna', 'Email: none', ['+# note = Email: none']],
    [
      'wireguard-ui',
      'bert',
      'Email: none',
      ['-', '-# Notes:', '-# second floor, by the window', '+# note = Email: none'],
    ],
  ])('%s: %s %j', (file, word, words, lines) => {
    expect(changes(fixture(`${file}.conf`), note(fixture(`${file}.conf`), word, words))).toEqual(lines);
  });

  test('is changed in the field that has it', () => {
    const text = `[Peer]\n# friendly_json = {"name":"anna","description":"old"}\n${section('anna')}\n`;
    expect(changes(text, note(text, 'anna', 'a "new" one'))[1]).toBe(
      '+# friendly_json = {"name":"anna","description":"a \\"new\\" one"}',
    );
    expect(changes(text, note(text, 'anna'))[1]).toBe('+# friendly_json = {"name":"anna"}');
  });

  test('of several lines becomes one line', () => {
    const text = fixture('wireguard-ui.conf').replace(
      '# second floor, by the window',
      '# second floor\n# by the window',
    );
    expect(changes(text, note(text, 'bert', 'lost'))).toEqual(['-# second floor', '-# by the window', '+# lost']);
  });

  test.each([
    ['a\nb', /cannot show/],
    ['x'.repeat(201), /longer than 200/],
    [`was ${keyOf('secret')}`, /has a key in it/],
  ])('%j is refused', (words, reason) => {
    expect(refusal(note(fixture('nyr.conf'), 'anna', words))).toMatch(reason);
  });

  test('that is so already is left alone', () => {
    expect(refusal(note(fixture('wireme.conf'), 'anna', ' in the kitchen '))).toBe('unchanged');
    expect(refusal(note(fixture('wireme.conf'), 'bert'))).toBe('unchanged');
  });
});

describe('an expiry', () => {
  test('is written inside, before the settings and behind the name', () => {
    const text = fixture('friendly-name.conf');
    const after = textOf(edited(expiry(text, 'bert', '2027-01-31')));
    expect(after).toContain(`#friendly_name=bert\n# expires = 2027-01-31\nPublicKey = ${keyOf('bert')}`);
  });

  test('is replaced where it is', () => {
    const text = `# Expires at: 2026-01-01\n[Peer]\n${section('anna')}\n`;
    expect(changes(text, expiry(text, 'anna', '2027-01-31T12:00Z'))).toEqual([
      '-# Expires at: 2026-01-01',
      '+# Expires at: 2027-01-31T12:00Z',
    ]);
    expect(changes(text, expiry(text, 'anna'))).toEqual(['-# Expires at: 2026-01-01']);
    expect(peerOf(text, 'anna')?.expires).toBe('2026-01-01');
  });

  test.each(['2027-02-29', '2027-13-01', '31.1.2027', 'tomorrow', '2027-01-31T25:00'])('%j is no time', (until) => {
    expect(refusal(expiry(fixture('nyr.conf'), 'anna', until))).toMatch(/^The end is no date such as 2027-01-31/);
  });

  test.each(['2028-02-29', '2027-01-31 12:00', '2027-01-31T12:00:30.5+01:00'])('%s is one', (until) => {
    expect(refusal(expiry(fixture('nyr.conf'), 'anna', until))).toBe('edited');
  });
});
