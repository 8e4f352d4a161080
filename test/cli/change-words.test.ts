/** What the words of a command mean, and which are none. */
import { describe, expect, test } from 'vitest';
import { disableWords, expiryEdits, noteEdits, setEdits, tagEdits, UsageError } from '../../src/cli/change-words.ts';
import { runProgram } from '../../src/cli/program.ts';
import { Secret } from '../../src/wg/secret.ts';

const secret = new Secret('made');
const set = (words: Parameters<typeof setEdits>[0]) => setEdits(words, () => secret);

test.each([
  [['+a', '-b'], { add: ['a'], remove: ['b'] }],
  [['+a,b', '-c,d'], { add: ['a', 'b'], remove: ['c', 'd'] }],
  [['-infra'], { add: [], remove: ['infra'] }],
  [['a,b'], { set: ['a', 'b'] }],
  [['a', 'b'], { set: ['a', 'b'] }],
])('tags %j', (words, tags) => {
  expect(tagEdits(words, false)).toEqual({ tags });
});

test('the rest', () => {
  expect(tagEdits([], true)).toEqual({ tags: { set: [] } });
  expect(noteEdits(['a', 'b'], false)).toEqual({ note: { text: 'a b' } });
  expect(noteEdits([], true)).toEqual({ note: { text: undefined } });
  expect(expiryEdits('2027-01-31')).toEqual({ expires: { at: '2027-01-31' } });
  expect(expiryEdits('never')).toEqual({ expires: { at: undefined } });
  expect(disableWords({ reason: ' lost ', until: '2027-01-31T18:00' })).toEqual({
    reason: 'lost',
    until: '2027-01-31T18:00',
  });
  expect(disableWords({ reason: ' ' })).toEqual({});
  expect(set({ allowedIps: '10.8.0.4, fd08::4/128', keepalive: '0', endpoint: 'none', presharedKey: 'none' })).toEqual({
    settings: {
      allowedIps: ['10.8.0.4', 'fd08::4/128'],
      persistentKeepalive: 'off',
      endpoint: 'none',
      presharedKey: 'none',
    },
  });
  expect(set({ keepalive: '25', presharedKey: 'new' }).settings).toEqual({
    persistentKeepalive: 25,
    presharedKey: secret,
  });
  expect(set({ name: 'x', tags: 'none', note: '', expires: 'never' })).toEqual({
    name: 'x',
    tags: { set: [] },
    note: { text: undefined },
    expires: { at: undefined },
  });
  expect(set({ allowedIps: 'none' }).settings).toEqual({ allowedIps: [] });
});

test.each<[string, () => unknown]>([
  ['no tags', () => tagEdits([], false)],
  ['signs on some', () => tagEdits(['a', '+b'], false)],
  ['a sign alone', () => tagEdits(['+'], false)],
  ['both signs', () => tagEdits(['+a', '-a'], false)],
  ['clear and more', () => tagEdits(['a'], true)],
  ['no note', () => noteEdits([' '], false)],
  ['clear and a note', () => noteEdits(['x'], true)],
  ['no date', () => expiryEdits('tomorrow')],
  ['a day that no month has', () => disableWords({ until: '2027-02-30' })],
  ['nothing to set', () => set({})],
  ['no prefix', () => set({ allowedIps: '10.8.0.4/33' })],
  ['no prefixes', () => set({ allowedIps: ' ' })],
  ['too long a keepalive', () => set({ keepalive: '65536' })],
  ['a keepalive of words', () => set({ keepalive: '-1' })],
  ['an endpoint without a port', () => set({ endpoint: '192.0.2.1' })],
  ['a key that is written down', () => set({ presharedKey: 'cHJlc2hhcmVkcHJlc2hhcmVkcHJlc2hhcmVkcHJlc2g=' })],
])('%s is wrong usage', (_what, words) => {
  expect(words).toThrow(UsageError);
});

describe('the command line', () => {
  const run = async (...words: string[]) => {
    const printed: string[] = [];
    const errors: string[] = [];
    const code = await runProgram(words, { print: (text) => printed.push(text), error: (text) => errors.push(text) });
    return { code, text: printed.join('\n'), errors };
  };

  test.each([
    ['tag laptop +a b'],
    ['tag laptop --clera'],
    ['note laptop'],
    ['expire laptop soon'],
    ['set laptop'],
    ['set laptop --preshared-key old'],
    ['rename laptop'],
    ['rename laptop my laptop'],
    ['disable laptop --until 2027-02-30'],
    ['disable laptop --confirm-within 10'],
    ['disable laptop --confirm-within 901'],
    ['--read-only disable laptop'],
    ['undo a b'],
    ['drift nonsense'],
    ['drift push'],
    ['changes --yes'],
  ])('%s is wrong usage: 2, and one line', async (words) => {
    const { code, text, errors } = await run(...words.split(' '));
    expect({ code, text }).toEqual({ code: 2, text: '' });
    expect(errors).toEqual([expect.stringMatching(/^meshtui: .*\. Try: meshtui --help$/)]);
  });

  test.each('rename tag note expire set disable enable remove drift adopt changes undo confirm sweep'.split(' '))(
    'the help of %s has an example',
    async (verb) => {
      expect((await run(verb, '--help')).text).toMatch(new RegExp(`Examples?:[^]*meshtui ${verb}`));
    },
  );

  test('the help lists the commands by what they are for', async () => {
    const { text } = await run('--help');
    for (const group of [
      'Look at the hub',
      'Change a peer',
      'Keep file and hub together',
      'What was changed',
      'For timers',
    ]) {
      expect(text).toContain(`\n${group}:\n`);
    }
    expect(text.split('\n').length).toBeLessThan(90);
  });
});
