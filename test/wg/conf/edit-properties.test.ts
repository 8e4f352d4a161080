import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ConfFile, type ConfSection, parseConf, printConf } from '../../../src/wg/conf/conf-file.ts';
import { addPeer, type EditResult, type PeerSettings, removePeer, setPeer } from '../../../src/wg/conf/edit.ts';
import { listValues } from '../../../src/wg/conf/edit-list.ts';
import { sectionsOf } from '../../../src/wg/conf/sections.ts';
import type { PublicKey } from '../../../src/wg/key.ts';
import { readConfNames } from '../../../src/wg/names/conf-names.ts';
import { Secret } from '../../../src/wg/secret.ts';
import { keyOf } from '../names/support.ts';
import { anyConfText, realisticConf } from './arbitrary.ts';

const isFull = process.env['MESHTUI_FULL'] === '1';
const numRuns = isFull ? 20_000 : 800;
const timeout = isFull ? 300_000 : 20_000;

const range = fc.nat({ max: 200 }).map((number) => `10.${number}.9.4/32`);

const settings: fc.Arbitrary<PeerSettings> = fc.record(
  {
    allowedIps: fc.uniqueArray(range, { maxLength: 4 }),
    endpoint: fc.constantFrom('none', '192.0.2.9:51820', '[2001:db8::9]:1', 'hub.example.net:51820'),
    persistentKeepalive: fc.constantFrom<number | 'off'>('off', 0, 25, 65_535),
    presharedKey: fc.constantFrom<Secret | 'none'>('none', new Secret(keyOf('new psk'))),
  },
  { requiredKeys: [] },
);

const conf = realisticConf.filter(({ peers }) => peers.length > 0);

function textOf(file: ConfFile): string {
  return printConf(file).reveal();
}

function fileOf(result: EditResult, before: ConfFile): ConfFile {
  if (result.outcome === 'refused') throw new Error(result.reason);
  return result.outcome === 'edited' ? result.file : before;
}

function sectionOf(file: ConfFile, key: PublicKey): ConfSection {
  const all = sectionsOf(file).filter((section) => section.publicKey === key);
  const found = all.find((section) => section.disabled === undefined) ?? all[0];
  if (found === undefined) throw new Error('the peer is not in the file');
  return found;
}

/** What wg(8) would be told by a section. */
function told(section: ConfSection): Record<string, readonly string[]> {
  const values: Record<string, string[]> = {};
  for (const { key, value } of section.settings) {
    values[key] ??= [];
    const text = typeof value === 'string' ? value : value.reveal();
    values[key].push(...(key === 'allowedips' ? listValues(text) : [text]));
  }
  return values;
}

/** Everything that is said of all others: what wg(8) is told, and what is read as their names. */
function others(file: ConfFile, key: PublicKey): unknown {
  const { peers } = readConfNames(textOf(file));
  return {
    sections: sectionsOf(file)
      .filter((section) => section.publicKey !== key)
      .map((section) => [section.kind, section.disabled?.prefix, told(section)]),
    names: peers
      .filter((peer) => peer.publicKey !== key)
      .map(({ name, dialect, tags, note, disabled, allowedIps }) => [name, dialect, tags, note, disabled, allowedIps]),
  };
}

function expectWritten(section: ConfSection, wanted: PeerSettings): void {
  const { allowedips = [], endpoint = [], persistentkeepalive: keepalive = [], presharedkey = [] } = told(section);
  if (wanted.allowedIps !== undefined) expect(new Set(allowedips)).toEqual(new Set(wanted.allowedIps));
  if (wanted.endpoint !== undefined) expect(endpoint.at(-1) ?? 'none').toBe(wanted.endpoint);
  if (wanted.presharedKey !== undefined) {
    expect(presharedkey.at(-1) ?? 'none').toBe(wanted.presharedKey === 'none' ? 'none' : wanted.presharedKey.reveal());
  }
  if (wanted.persistentKeepalive !== undefined) {
    const isOff = wanted.persistentKeepalive === 'off' || wanted.persistentKeepalive === 0;
    expect(keepalive.at(-1) ?? 'off').toBe(isOff ? 'off' : `${wanted.persistentKeepalive}`);
  }
}

/** The lines before and behind the section are the same; the first and last of a file may change only in their ending. */
function expectOutsideSame(before: ConfFile, after: ConfFile, { start, end }: ConfSection): void {
  const tail = before.lines.length - end;
  expect(after.lines.slice(0, start)).toEqual(before.lines.slice(0, start));
  expect(tail === 0 ? [] : after.lines.slice(-tail)).toEqual(before.lines.slice(end));
}

describe('setPeer', () => {
  it('writes what is asked in the section and touches nothing else', { timeout }, () => {
    fc.assert(
      fc.property(conf, fc.nat(), settings, ({ text, peers }, pick, wanted) => {
        const file = parseConf(text);
        const peer = peers[pick % peers.length];
        if (peer === undefined) return;
        const before = sectionOf(file, peer.publicKey);
        const after = fileOf(setPeer(file, peer.publicKey, wanted), file);
        expectOutsideSame(file, after, before);
        expect(others(after, peer.publicKey)).toEqual(others(file, peer.publicKey));
        const section = sectionOf(after, peer.publicKey);
        expectWritten(section, wanted);
        const asked = Object.keys(wanted).map((key) => key.toLowerCase());
        const kept = (of: ConfSection) => of.settings.filter((one) => !asked.includes(one.key)).map((one) => one.key);
        expect(kept(section)).toEqual(kept(before));
        expect(setPeer(after, peer.publicKey, wanted).outcome).toBe('unchanged');
        const names = (of: ConfFile) => readConfNames(textOf(of)).peers.find((one) => one.publicKey === peer.publicKey);
        expect(names(after)?.name).toBe(names(file)?.name);
        expect(textOf(after).endsWith('\n')).toBe(text.endsWith('\n'));
      }),
      { numRuns },
    );
  });

  it('gives the same bytes there and back: values exchanged, settings added and taken away', { timeout }, () => {
    fc.assert(
      fc.property(conf, fc.nat(), settings, ({ text, peers }, pick, wanted) => {
        const file = parseConf(text);
        const peer = peers[pick % peers.length];
        if (peer === undefined) return;
        const old = told(sectionOf(file, peer.publicKey));
        const { allowedips = [] } = old;
        // What goes away cannot come back as it was written: only exchange and addition have an inverse in the text.
        const allowedIps = wanted.allowedIps && [
          ...wanted.allowedIps,
          ...allowedips.slice(Math.min(wanted.allowedIps.length, allowedips.length)),
        ];
        const there: PeerSettings = {
          ...(allowedIps && { allowedIps }),
          ...(wanted.endpoint !== undefined && wanted.endpoint !== 'none' && { endpoint: wanted.endpoint }),
          ...(wanted.presharedKey instanceof Secret && { presharedKey: wanted.presharedKey }),
          ...(old['persistentkeepalive'] && { persistentKeepalive: wanted.persistentKeepalive ?? 'off' }),
        };
        const back: PeerSettings = {
          ...(there.allowedIps && { allowedIps: allowedips }),
          ...(there.endpoint && { endpoint: old['endpoint']?.at(-1) ?? 'none' }),
          ...(there.presharedKey && {
            presharedKey: old['presharedkey'] ? new Secret(old['presharedkey'].at(-1) ?? '') : 'none',
          }),
          ...(there.persistentKeepalive !== undefined && {
            persistentKeepalive: Number(old['persistentkeepalive']?.at(-1)),
          }),
        };
        const after = fileOf(setPeer(file, peer.publicKey, there), file);
        expect(textOf(fileOf(setPeer(after, peer.publicKey, back), after))).toBe(text);
      }),
      { numRuns },
    );
  });
});

describe('addPeer and removePeer', () => {
  const publicKey = keyOf('a new peer');

  it('give the same bytes there and back', { timeout }, () => {
    fc.assert(
      fc.property(realisticConf, settings, ({ text }, wanted) => {
        const file = parseConf(text);
        const added = fileOf(addPeer(file, { publicKey, settings: wanted }), file);
        expectWritten(sectionOf(added, publicKey), wanted);
        expect(others(added, publicKey)).toEqual(others(file, publicKey));
        expect(readConfNames(textOf(added)).peers.find((one) => one.publicKey === publicKey)?.name).toBeUndefined();
        expect(textOf(fileOf(removePeer(added, publicKey), added))).toBe(text);
      }),
      { numRuns },
    );
  });

  it('take the peer with its comments and one blank line, and leave the others what they were', { timeout }, () => {
    fc.assert(
      fc.property(conf, fc.nat(), ({ text, peers }, pick) => {
        const file = parseConf(text);
        const peer = peers[pick % peers.length];
        if (peer === undefined) return;
        const { start, end } = sectionOf(file, peer.publicKey);
        const after = fileOf(removePeer(file, peer.publicKey), file);
        expect(others(after, peer.publicKey)).toEqual(others(file, peer.publicKey));
        expect(sectionsOf(after).some((section) => section.publicKey === peer.publicKey)).toBe(false);
        expect(textOf(after)).not.toContain(peer.publicKey);
        expect(textOf(after)).not.toMatch(new RegExp(`${peer.name}\\b`));
        const without = file.lines.filter((_, index) => index < start || index >= end);
        const gone = without.length - after.lines.length;
        expect(gone === 0 || gone === 1).toBe(true);
        const bare = (lines: readonly string[]) => lines.map((line) => line.trimEnd()).filter((line) => line !== '');
        expect(bare(after.lines)).toEqual(bare(without));
      }),
      { numRuns },
    );
  });
});

describe('whatever the text', () => {
  it('an edit is made as asked or refused with a printable sentence', { timeout }, () => {
    const key = fc.constantFrom(keyOf('peer 0'), keyOf('peer 1'), keyOf('by hand'), keyOf('nobody'));
    fc.assert(
      fc.property(anyConfText, key, settings, (text, publicKey, wanted) => {
        const file = parseConf(text);
        const set = setPeer(file, publicKey, wanted);
        if (set.outcome === 'edited') {
          expectWritten(sectionOf(set.file, publicKey), wanted);
          expect(sectionsOf(set.file)).toHaveLength(sectionsOf(file).length);
        }
        const removed = removePeer(file, publicKey);
        if (removed.outcome === 'edited') {
          expect(sectionsOf(removed.file).filter((one) => one.disabled === undefined)).not.toContainEqual(
            expect.objectContaining({ publicKey }),
          );
        }
        const added = addPeer(file, { publicKey, settings: wanted });
        if (added.outcome === 'edited') {
          expectWritten(sectionOf(added.file, publicKey), wanted);
          const back = removePeer(added.file, publicKey);
          expect(textOf(fileOf(back, added.file))).toBe(text);
        }
        for (const result of [set, removed, added]) {
          if (result.outcome === 'refused') expect(result.reason).toMatch(/^[ -~]+\.$/);
        }
      }),
      { numRuns: isFull ? 20_000 : 1_500 },
    );
  });
});
