/** What holds for every edit of what is remembered about a peer, in files of every kind. */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { setExpiry, setNote, setTags } from '../../../src/wg/conf/annotate.ts';
import { type ConfFile, parseConf } from '../../../src/wg/conf/conf-file.ts';
import { type Disabling, disablePeer, enablePeer } from '../../../src/wg/conf/disable.ts';
import type { EditResult } from '../../../src/wg/conf/edit.ts';
import { renamePeer } from '../../../src/wg/conf/rename.ts';
import { sectionsOf } from '../../../src/wg/conf/sections.ts';
import { readWanted } from '../../../src/wg/conf/wanted.ts';
import type { PublicKey } from '../../../src/wg/key.ts';
import { type ConfPeer, readConfNames } from '../../../src/wg/names/conf-names.ts';
import { anyConfText, realisticConf } from './arbitrary.ts';
import { edited, textOf } from './edit-support.ts';

const isFull = process.env['MESHTUI_FULL'] === '1';
const numRuns = isFull ? 10_000 : 1_000;
/** That a disabled peer is not lost is the promise that matters most. */
const disablings = isFull ? 10_000 : 3_000;

const hub = realisticConf.filter(({ peers }) => peers.length > 0);
const pick = fc.nat();

const peersOf = (text: string) => readConfNames(text).peers;

/** All that is read about a peer but where it is written. */
function said(peer: ConfPeer) {
  const { line: _line, nameLine: _nameLine, dialect: _dialect, ...rest } = peer;
  return rest;
}

/** The lines outside of a peer's section. */
function around(file: ConfFile, key: PublicKey): string {
  const section = sectionsOf(file).find((one) => one.publicKey === key);
  if (section === undefined) throw new Error(`no section of ${key}`);
  return [...file.lines.slice(0, section.start), '|', ...file.lines.slice(section.end)].join('').replace(/\r?\n?$/, '');
}

type Change = { readonly [K in keyof ConfPeer]?: unknown };

/** Checks an edit: the peer says what it should, nobody else says anything new, and no line of anybody else's changed. */
function holds(text: string, key: PublicKey, result: EditResult, change: Change): ConfFile {
  const before = parseConf(text);
  const after = edited(result);
  expect(peersOf(textOf(after)).map(said)).toEqual(
    peersOf(text).map((peer) => (peer.publicKey === key ? { ...said(peer), ...change } : said(peer))),
  );
  expect(around(after, key)).toBe(around(before, key));
  const live = wantedPeers(before);
  // A range that two peers have goes to the other one when its last owner is disabled.
  const ranges = peersOf(text).flatMap((peer) => peer.allowedIps);
  if (live !== undefined && new Set(ranges).size === ranges.length) {
    judged += 1;
    if ('disabled' in change) live.delete(key);
    expect(wantedPeers(after)).toEqual(live);
  }
  return after;
}

/** How many edits were of files that wg(8) reads. */
let judged = 0;
afterAll(() => expect(judged).toBeGreaterThan(numRuns));

/** What wg(8) would set each peer to; undefined where it refuses the file. */
function wantedPeers(file: ConfFile) {
  const result = readWanted(file, 'amneziawg');
  if (result.outcome === 'rejected') return undefined;
  return new Map([...result.wanted.peers].map(([key, { line: _line, ...rest }]) => [key, rest]));
}

const tagLists = fc.uniqueArray(fc.constantFrom('staff', 'phones', 'second floor', 'é', 'a=b', '#1'), {
  minLength: 1,
  maxLength: 3,
});
const notes = fc.constantFrom('on loan', 'see the wiki: page 3', '# hash', 'end', 'Peer: x', '{"a":1}', '中文');
/** wireguard-ui's own way of notes has no place for what looks like another comment; those are written in ours. */
const isPlain = (note: string) => !/[:#=]/.test(note);
const names = fc.constantFrom('Zoe', 'Zoe Müller', 'zoe-2', '中文', 'Zoe.laptop', 'Zoe_x');

describe('any file', () => {
  test('a rename is read back, touches its section only, and is undone by renaming back', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(hub, pick, names, ({ text, peers }, at, name) => {
        const key = peers[at % peers.length]?.publicKey;
        const peer = peersOf(text).find((one) => one.publicKey === key);
        if (key === undefined || peer === undefined) return;
        const after = holds(text, key, renamePeer(parseConf(text), key, name), { name });
        if (peer.name !== undefined) expect(textOf(edited(renamePeer(after, key, peer.name)))).toBe(text);
      }),
      { numRuns },
    );
  });

  test('tags, notes and expiry are read back, and taking a new one away gives the same bytes', {
    timeout: 120_000,
  }, () => {
    fc.assert(
      fc.property(hub, pick, tagLists, notes, ({ text, peers }, at, tags, note) => {
        const key = peers[at % peers.length]?.publicKey;
        const peer = peersOf(text).find((one) => one.publicKey === key);
        if (key === undefined || peer === undefined) return;
        const file = parseConf(text);
        if (JSON.stringify(tags) !== JSON.stringify(peer.tags)) {
          const tagged = holds(text, key, setTags(file, key, tags), { tags });
          expect(textOf(edited(setTags(tagged, key, peer.tags)))).toBe(text);
        }
        if (note !== peer.note) {
          const noted = holds(text, key, setNote(file, key, note), { note });
          const back = edited(setNote(noted, key, peer.note));
          const hasTwo = peer.note === 'on loan on loan';
          if (!hasTwo && (peer.dialect !== 'wireguard-ui' || isPlain(note))) expect(textOf(back)).toBe(text);
          else expect(peersOf(textOf(back)).map(said)).toEqual(peersOf(text).map(said));
        }
        const ending = holds(text, key, setExpiry(file, key, '2027-01-31'), { expires: '2027-01-31' });
        expect(textOf(edited(setExpiry(ending, key, undefined)))).toBe(text);
      }),
      { numRuns },
    );
  });

  test('disabling keeps all that is said, and enabling gives the same bytes', { timeout: 600_000 }, () => {
    let enabled = 0;
    fc.assert(
      fc.property(hub, pick, fc.boolean(), ({ text, peers }, at, hasReason) => {
        const key = peers[at % peers.length]?.publicKey;
        const peer = peersOf(text).find((one) => one.publicKey === key);
        if (key === undefined || peer === undefined) return;
        const disabled = hasReason ? { reason: 'lost', until: '2027-01-31' } : {};
        if (peer.disabled !== undefined) {
          const file = edited(enablePeer(parseConf(text), key));
          expect(peersOf(textOf(file)).find((one) => one.publicKey === key)?.disabled).toBeUndefined();
          return;
        }
        enabled += 1;
        const off = holds(text, key, disablePeer(parseConf(text), key, disabled), { disabled });
        expect(textOf(edited(enablePeer(off, key)))).toBe(text);
      }),
      { numRuns: disablings },
    );
    expect(enabled).toBeGreaterThan(disablings / 4);
  });
});

/** What wg(8) reads: lines without comments and without blanks. */
function settings(text: string): string[] {
  return text.split('\n').flatMap((line) => line.replace(/#.*$/s, '').trim() || []);
}

describe('files in pieces', () => {
  test('an edit says what it should and nothing else, or is refused in words', { timeout: 120_000 }, () => {
    const because: Disabling = { reason: 'lost' };
    const edits: readonly (readonly [edit: (file: ConfFile, key: PublicKey) => EditResult, change: object])[] = [
      [(file, key) => renamePeer(file, key, 'Zoe'), { name: 'Zoe' }],
      [(file, key) => setTags(file, key, ['staff']), { tags: ['staff'] }],
      [(file, key) => setNote(file, key, 'mine'), { note: 'mine' }],
      [(file, key) => setExpiry(file, key, '2027-01-31'), { expires: '2027-01-31' }],
      [(file, key) => disablePeer(file, key, because), { disabled: because }],
      [enablePeer, { disabled: undefined }],
    ];
    const counts = { edited: 0, unchanged: 0, refused: 0 };
    fc.assert(
      fc.property(anyConfText, pick, fc.constantFrom(...edits), (text, at, [edit, change]) => {
        const peers = peersOf(text);
        const peer = peers[at % Math.max(1, peers.length)];
        if (peer === undefined) return;
        const key = peer.publicKey;
        const result = edit(parseConf(text), key);
        counts[result.outcome] += 1;
        if (result.outcome === 'refused') {
          expect(result.reason).toMatch(/^[^\u0000-\u001f]+\.$/);
          expect(result.reason).not.toContain(key);
          return;
        }
        if (result.outcome === 'unchanged') return;
        const after = textOf(result.file);
        const same = peers.filter((one) => one.publicKey === key);
        const meant = same.find((one) => one.disabled === undefined) ?? peer;
        const expected = peers.map((one) => said(one === meant ? { ...one, ...change } : one));
        expect(peersOf(after).map(said)).toEqual(expected);
        if (!('disabled' in change)) expect(settings(after)).toEqual(settings(text));
      }),
      { numRuns },
    );
    expect(counts.edited).toBeGreaterThan(counts.refused);
  });
});
