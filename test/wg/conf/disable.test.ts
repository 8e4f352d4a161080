import { describe, expect, test } from 'vitest';
import { parseConf } from '../../../src/wg/conf/conf-file.ts';
import { type Disabling, disablePeer, enablePeer } from '../../../src/wg/conf/disable.ts';
import { readConfNames } from '../../../src/wg/names/conf-names.ts';
import { fixture, keyOf, printers } from '../names/support.ts';
import { changes, dialectFiles, edited, forms, peerOf, refusal, section, textOf } from './edit-support.ts';

const disable = (text: string, word: string, why?: Disabling) => disablePeer(parseConf(text), keyOf(word), why);
const enable = (text: string, word: string) => enablePeer(parseConf(text), keyOf(word));
const why = { reason: 'lost phone', until: '2027-01-31' };

test.each(dialectFiles)('%s: each peer is disabled in all it is, and comes back byte for byte', (file) => {
  for (const text of forms(`${file}.conf`)) {
    for (const peer of readConfNames(text).peers.filter((one) => one.disabled === undefined)) {
      const off = edited(disablePeer(parseConf(text), peer.publicKey, why));
      const read = readConfNames(textOf(off)).peers;
      const found = read.find((one) => one.publicKey === peer.publicKey);
      expect(found?.name).toBe(peer.name);
      expect(found).toMatchObject({
        tags: peer.tags,
        allowedIps: peer.allowedIps,
        disabled: why,
      });
      expect(read.filter((one) => one.disabled === undefined)).toHaveLength(
        readConfNames(text).peers.filter((one) => one.disabled === undefined).length - 1,
      );
      expect(textOf(edited(enablePeer(off, peer.publicKey)))).toBe(text);
    }
  }
});

describe('the prefix', () => {
  const key = `PublicKey = ${keyOf('bert')}`;
  test.each<[file: string, lines: string[]]>([
    [
      'pivpn',
      [
        '+#[disabled] ### begin bert ###',
        '+#[disabled] [Peer]',
        '+#[disabled] # disabled = lost phone',
        '+#[disabled] # until = 2027-01-31',
        `+#[disabled] ${key}`,
        `+#[disabled] PresharedKey = nfFjNBGD77lC3dx58oZlVigbOfFkQhAukemSAutM1Cs=`,
        '+#[disabled] AllowedIPs = 10.8.0.3/32',
        '+#[disabled] ### end bert ###',
      ],
    ],
    [
      'nyr',
      [
        '+#~ [Peer]',
        '+#~ # disabled = lost phone',
        '+#~ # until = 2027-01-31',
        `+#~ ${key}`,
        `+#~ PresharedKey = nfFjNBGD77lC3dx58oZlVigbOfFkQhAukemSAutM1Cs=`,
        '+#~ AllowedIPs = 10.8.0.3/32',
      ],
    ],
    [
      'angristan',
      [
        '+#! ### Client bert',
        '+#! [Peer]',
        '+#! # disabled = lost phone',
        '+#! # until = 2027-01-31',
        `+#! ${key}`,
        `+#! PresharedKey = nfFjNBGD77lC3dx58oZlVigbOfFkQhAukemSAutM1Cs=`,
        '+#! AllowedIPs = 10.8.0.3/32',
      ],
    ],
  ])('is that of the tool: %s', (file, lines) => {
    const text = fixture(`${file}.conf`);
    expect(changes(text, disable(text, 'bert', why)).filter((line) => line.startsWith('+'))).toEqual(lines);
  });

  test('is the one that the file has already, whoever names the peers', () => {
    const off = `#~ [Peer]\n${section('carol').replace(/^/gm, '#~ ')}\n`;
    const text = `${printers.pivpn('anna', section('anna'))}${printers.pivpn('bert', section('bert'))}${off}`;
    expect(textOf(edited(disable(text, 'anna')))).toContain('#~ [Peer]');
    expect(textOf(edited(disable(text, 'anna')))).toContain('\n### end anna ###');
    expect(textOf(edited(disable(text.replace(off, ''), 'anna')))).toContain('#[disabled] ### end anna ###');
  });
});

describe('why and until when', () => {
  test('are changed, and taken away, in a section that is disabled already', () => {
    const text = fixture('nyr.conf');
    expect(changes(text, disable(text, 'carol', { reason: 'sold' }))).toEqual([
      '+#~ # disabled = sold',
      '-#~ # disabled = lost phone',
      '-#~ # until = 2027-01-31',
    ]);
    expect(changes(text, disable(text, 'carol'))).toEqual(['-#~ # disabled = lost phone', '-#~ # until = 2027-01-31']);
    expect(refusal(disable(text, 'carol', why))).toBe('unchanged');
  });

  test('that a live section has left from before count no more', () => {
    const text = `[Peer]\n# disabled = old\n${section('anna')}\n`;
    const off = textOf(edited(disable(text, 'anna', { until: '2027-01-31' })));
    expect(peerOf(off, 'anna')?.disabled).toEqual({ until: '2027-01-31' });
    expect(textOf(edited(enable(off, 'anna')))).toBe(`[Peer]\n${section('anna')}\n`);
  });

  test.each<[why: Disabling, reason: RegExp]>([
    [{ reason: 'a\nb' }, /The reason has characters/],
    [{ reason: 'x'.repeat(201) }, /longer than 200/],
    [{ until: '2027-02-30' }, /no date such as/],
    [{ reason: `key ${keyOf('secret')}` }, /has a key in it/],
  ])('%j is refused', (given, reason) => {
    expect(refusal(disable(fixture('nyr.conf'), 'anna', given))).toMatch(reason);
  });
});

describe('a section that was commented out by hand', () => {
  test('comes back with its settings, its comments stay', () => {
    const text = `# anna\n#  [Peer] # old\n# disabled = lost\n#PublicKey = ${keyOf('anna')}\n## AllowedIPs = 10.8.0.2/32\n# in the kitchen\n`;
    expect(peerOf(text, 'anna')?.disabled).toEqual({ reason: 'lost' });
    expect(textOf(edited(enable(text, 'anna')))).toBe(
      `# anna\n [Peer] # old\nPublicKey = ${keyOf('anna')}\nAllowedIPs = 10.8.0.2/32\n# in the kitchen\n`,
    );
  });

  test('is given a reason as a comment, which goes when the section comes back', () => {
    const text = `  # [Peer] # anna\n  # PublicKey = ${keyOf('anna')}\n`;
    const off = textOf(edited(disable(text, 'anna', why)));
    expect(off).toBe(
      `  # [Peer] # anna\n  # disabled = lost phone\n  # until = 2027-01-31\n  # PublicKey = ${keyOf('anna')}\n`,
    );
    expect(peerOf(off, 'anna')).toMatchObject({ name: 'anna', disabled: why });
    expect(textOf(edited(enable(off, 'anna')))).toBe(`  [Peer] # anna\n  PublicKey = ${keyOf('anna')}\n`);
  });

  test('is not enabled where wg(8) would refuse the whole file then', () => {
    const text = `[Peer]\n${section('anna')}\n\n# [Peer]\n# PublicKey = ${keyOf('bert')}\n# Endpoint = soon\n`;
    expect(refusal(enable(text, 'bert'))).toMatch(
      /^The section of \S+ \(line 5\) would make the whole file invalid: .+\.$/,
    );
    expect(refusal(enable(text.replace('soon', '192.0.2.1:1'), 'bert'))).toBe('edited');
  });

  test('is not enabled where it would take settings from a live one', () => {
    const text = `[Peer]\n${section('anna')}\n# [Peer]\n# PublicKey = ${keyOf('bert')}\nPersistentKeepalive = 25\nAllowedIPs = 10.8.0.9/32\n`;
    expect(refusal(enable(text, 'bert'))).toMatch(/would not be read as it is now/);
  });
});

describe('is refused or does nothing', () => {
  test('where the peer is as wanted', () => {
    expect(refusal(enable(fixture('nyr.conf'), 'anna'))).toBe('unchanged');
    expect(refusal(disable(fixture('pivpn.conf'), 'carol'))).toBe('unchanged');
  });

  test('where it is nowhere, or in a disabled section already', () => {
    expect(refusal(disable(fixture('nyr.conf'), 'nobody'))).toMatch(/no peer with the key/);
    expect(refusal(enable(fixture('nyr.conf'), 'nobody'))).toMatch(/no peer with the key/);
    const off = `#! [Peer]\n${section('anna').replace(/^/gm, '#! ')}\n`;
    const text = `[Peer]\n${section('anna')}\n\n${off}`;
    expect(refusal(disable(text, 'anna'))).toMatch(/Line 5 has a disabled section/);
    expect(refusal(enable(`${off}\n${off}`, 'anna'))).toMatch(/more than once \(lines 1 and 5\)/);
  });

  test('where another section would go with it', () => {
    const text = `[Peer]\n${section('anna')}\n# [Peer]\n# PublicKey = ${keyOf('bert')}\nPersistentKeepalive = 25\n`;
    expect(refusal(disable(text, 'anna'))).toMatch(/cannot be commented out/);
  });
});

test('a file of 10,000 peers is edited at once', () => {
  const peers = Array.from({ length: 10_000 }, (_, at) => printers.pivpn(`client${at}`, section(`${at}`)));
  const file = parseConf(`[Interface]\nListenPort = 1\n${peers.join('')}`);
  const startedAt = performance.now();
  const off = edited(disablePeer(file, keyOf('5000'), why));
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect(readConfNames(textOf(off)).peers.filter((peer) => peer.disabled !== undefined)).toHaveLength(1);
});
