import { expect, test } from 'vitest';
import { clipboardSequence } from '../../../src/flows/deliver/clipboard.ts';
import { Secret } from '../../../src/wg/secret.ts';
import { createScreen } from '../../support/screen.ts';

const text = '[Interface]\nPrivateKey = ä\n';

function sequenceOf(content: string, environment: Readonly<Record<string, string>>): string {
  const result = clipboardSequence(new Secret(content), environment);
  if (result.outcome !== 'sequence') throw new Error(result.reason);
  return result.sequence.reveal();
}

/** What a terminal takes into its clipboard from a sequence. */
async function clipboardAfter(sequence: string): Promise<string[]> {
  const screen = createScreen(80, 24);
  const taken: string[] = [];
  screen.xterm.parser.registerOscHandler(52, (data) => {
    taken.push(Buffer.from(data.replace(/^c;/, ''), 'base64').toString('utf8'));
    return true;
  });
  await screen.write(sequence);
  expect(screen.text().trim()).toBe('');
  return taken;
}

test('a terminal takes the whole text, and shows nothing of it', async () => {
  const largest = 'x'.repeat(74_994);
  expect(await clipboardAfter(sequenceOf(text, { TERM: 'xterm-256color' }))).toEqual([text]);
  expect(await clipboardAfter(sequenceOf(largest, {}))).toEqual([largest]);
});

test('tmux is given it to pass on, told by TMUX or, after sudo, by TERM', () => {
  const plain = sequenceOf(text, {});
  const wrapped = `\u001bPtmux;\u001b${plain}\u001b\\`;
  expect(sequenceOf(text, { TMUX: '/tmp/tmux-0/default,1,0', TERM: 'screen-256color' })).toBe(wrapped);
  expect(sequenceOf(text, { TERM: 'tmux-256color' })).toBe(wrapped);
  const result = clipboardSequence(new Secret(text), { TMUX: 'x' });
  expect(JSON.stringify(result)).toContain('allow-passthrough');
});

test('what cannot be sent is refused with the reason', () => {
  const tooLong = clipboardSequence(new Secret('ä'.repeat(37_498)), {});
  expect(tooLong).toEqual({
    outcome: 'refused',
    reason: 'This is 74996 bytes; terminals take 74994 into their clipboard.',
  });
  expect(clipboardSequence(new Secret(text), { STY: '1.pts' })).toMatchObject({ outcome: 'refused' });
  expect(clipboardSequence(new Secret(text), { TERM: 'screen' })).toMatchObject({ outcome: 'refused' });
});

test('a result that is printed by accident does not show the text', () => {
  const printed = JSON.stringify(clipboardSequence(new Secret('topsecret'), {}));
  expect(printed).not.toContain(Buffer.from('topsecret').toString('base64'));
  expect(printed).not.toContain('topsecret');
});
