import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConfNames, readNetdevNames } from '../../../src/wg/names/conf-names.ts';
import { PeerSections } from '../../../src/wg/names/peer-sections.ts';
import { fixture, keyOf, printers } from './support.ts';

/** That the sections are what reading the whole file at once makes of it. */
function expectSame(text: string, format: 'conf' | 'netdev' = 'conf'): void {
  const whole = format === 'conf' ? readConfNames(text) : readNetdevNames(text);
  const sections = new PeerSections(text, format);
  const keys = [...sections.keys()];
  expect(keys).toEqual([...new Set(whole.peers.map((peer) => peer.publicKey))]);
  expect(sections.size).toBe(keys.length);
  expect(keys.map((key) => sections.numberOf(key))).toEqual(keys.map((_, index) => index));
  for (const key of keys) {
    const read = sections.placesOf(key).map((place) => sections.read(place));
    expect(read).toEqual(whole.peers.filter((peer) => peer.publicKey === key));
  }
  expect(sections.disabled).toEqual(whole.peers.filter((peer) => peer.disabled).map((peer) => peer.publicKey));
  expect(sections.managedElsewhere).toBe(whole.managedElsewhere);
  expect(sections.saveConfig).toBe(whole.saveConfig);
}

const files = readdirSync(new URL('../../fixtures/names', import.meta.url)).filter((file) => file.endsWith('.conf'));
const settings = (word: string) => `PublicKey = ${keyOf(word)}\nPresharedKey = ${keyOf('p')}\nAllowedIPs = 10.8.0.2/32`;
const dialects = Object.keys(printers) as (keyof typeof printers)[];

describe('a section that is read when it is asked for', () => {
  it.each(files)('says what it says in %s', (file) => {
    const text = fixture(file);
    for (const one of [text, text.trimEnd(), `\ufeff${text}`, text.replaceAll('\n', '\r\n'), `${text}\n`])
      expectSame(one);
  });

  it('says what it says where another file is behind it', () => {
    for (const file of files)
      for (const other of files) expectSame(`${fixture(file)}${fixture(other)}${fixture(file)}`);
  });

  it('says what it says in a netdev file', () => {
    const text = fixture('wg0.netdev');
    for (const one of [text, text + text, fixture('angristan.conf')]) expectSame(one, 'netdev');
  });

  it('waits, but for the first and the last of a file, as most tools write it', () => {
    const words = ['anna', 'Bernd', 'the end of c', 'd', 'Eva'];
    const waiting = dialects.map((dialect) => {
      const text = `[Interface]\nListenPort = 1\n\n${words.map((word) => printers[dialect](word, settings(word))).join('')}`;
      const sections = new PeerSections(text, 'conf');
      return [dialect, words.filter((word) => (sections.placesOf(keyOf(word))[0] ?? -1) >= 0).length];
    });
    const never = { 'start-end': 0, trailing: 0, 'wg-portal': 0 };
    expect(Object.fromEntries(waiting)).toEqual({
      ...Object.fromEntries(dialects.map((dialect) => [dialect, 3])),
      ...never,
    });
  });
});

const above = '# anna|### Client b|# Name: c|# BEGIN_PEER d|# e start|# ID: 1|# Notes:|# ---|#~ # Name: q'.split('|');
const inside = [
  ...'# friendly_name = f|# tags = x, y|# note = z|# expires = 2027-01-31|#PersistentKeepalive = 1'.split('|'),
  ...`AllowedIPs = 10.0.0.1/32|#! # note = r|p\tublicKey = ${keyOf('u')}`.split('|'),
];
const behind =
  '# END_PEER d|\n# END_PEER d|### end g ###|### end h|# e end|# anna end|# disabled = lost|# WARNING: x'.split('|');
const strange = [
  ...'#~ [Peer]|#! [Peer]|# [Peer]|#[disabled] [Peer]|#[x|[Peer] # i|[ peer ]|[Peer]\r|[Interface]|[Other]'.split('|'),
  ...'SaveConfig = true|public key = x|P|p-|Endpoint = n|\t| # x|; y|#|#  |###|\u0000|# \u00a0end\u00a0'.split('|'),
  ...'### begin l ###|# peer_m|#name# = j|#Name# = k|# -WGP- Display name: o|# managed by puppet'.split('|'),
  ...[`  PublicKey = ${keyOf('s')}`, `#~ PublicKey = ${keyOf('t')}`],
];
const words = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

const lines = (of: readonly string[]) => fc.array(fc.constantFrom(...of, ''), { maxLength: 3 });
const key = fc.constantFrom(...words).map((word) => `PublicKey = ${keyOf(word)}`);
const section = fc
  .tuple(lines(above), lines(inside), key, lines(inside), lines(behind))
  .map(([over, under, publicKey, more, last]) => [...over, '[Peer]', ...under, publicKey, ...more, 'A = b', ...last]);
const other = lines([...above, ...inside, ...behind, ...strange, '[Peer]', ...words.map((word) => settings(word))]);
const dialect = fc
  .tuple(
    fc.constantFrom(...dialects),
    fc.constantFrom('anna', 'and', 'the end', 'é', '3', 'Eva', '\u001b[2J', 'x #'),
    key,
  )
  .map(([kind, name, publicKey]) => printers[kind](name, publicKey).split('\n').slice(0, -1));
const any = fc.oneof({ weight: 4, arbitrary: section }, { weight: 3, arbitrary: dialect }, other);

describe('any file', () => {
  it('says the same in parts as in one piece', () => {
    fc.assert(
      fc.property(fc.array(any, { maxLength: 8 }), fc.boolean(), (parts, hasHead) => {
        const text = parts.flat().join('\n');
        expectSame(hasHead ? `[Interface]\nListenPort = 1\n\n[Peer]\nPublicKey = ${keyOf('z')}\n\n${text}` : text);
      }),
      { numRuns: 3_000 },
    );
  });

  it('is read in linear time', () => {
    const startedAt = performance.now();
    const peer = `[Peer]\nPublicKey = ${keyOf('a')}\n`;
    for (const unit of [
      'a',
      '#',
      ' ',
      '\n',
      '# a\n',
      '# a end\n',
      'A=\n',
      'A=\n\n',
      'P',
      '###',
      '\n# a\nA=\n',
      peer,
      `${peer}\n`,
    ]) {
      const long = unit.repeat(Math.ceil(300_000 / unit.length));
      for (const text of [long, `${peer}${long}`, `${peer}\n# ${long}\n${peer}# ${long}\n${peer}A=${long}\n${peer}`]) {
        const sections = new PeerSections(text, 'conf');
        for (const key of sections.keys())
          sections
            .placesOf(key)
            .slice(0, 3)
            .map((place) => sections.read(place));
      }
    }
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
