import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ConfSection, parseConf } from '../../../src/wg/conf/conf-file.ts';
import { sectionsOf } from '../../../src/wg/conf/sections.ts';
import { readConfNames } from '../../../src/wg/names/conf-names.ts';
import { fixture, keyOf, printers } from '../names/support.ts';
import { anyConfText, realisticConf } from './arbitrary.ts';

const fixtures = readdirSync(new URL('../../fixtures/names/', import.meta.url)).filter((one) => one.endsWith('.conf'));

/** `peer 6-7-10`: first line, header, last line, counted from 1; `!` where it is disabled. */
function ranges(text: string): string[] {
  return sectionsOf(parseConf(text)).map(
    ({ kind, start, header, end, disabled }) => `${kind}${disabled ? '!' : ''} ${start + 1}-${header + 1}-${end}`,
  );
}

function settings(section: ConfSection | undefined): string[] {
  return (section?.settings ?? []).map(({ key, value, line }) => `${line + 1} ${key}=${value}`);
}

function expectAgreement(text: string): void {
  const sections = sectionsOf(parseConf(text));
  for (const peer of readConfNames(text).peers) {
    const section = sections.find((one) => one.header === peer.line - 1);
    expect(section?.publicKey).toBe(peer.publicKey);
    expect(section?.disabled !== undefined).toBe(peer.disabled !== undefined);
    if (peer.nameLine === undefined || section === undefined) continue;
    expect(peer.nameLine - 1).toBeGreaterThanOrEqual(section.start);
    expect(peer.nameLine - 1).toBeLessThan(section.end);
  }
}

describe('ranges', () => {
  it.each([
    ['angristan', ['interface 1-1-4', 'peer 6-7-10', 'peer 12-13-16', 'peer 20-20-23']],
    ['nyr', ['interface 5-5-8', 'peer 10-11-15', 'peer 16-17-21', 'peer! 22-23-29']],
    ['pivpn', ['interface 1-1-4', 'peer 5-6-10', 'peer 11-12-16', 'peer! 17-18-22']],
    ['towalink', ['interface 1-1-4', 'peer 6-7-10', 'peer! 12-13-16']],
    ['webadmin', ['interface 1-1-4', 'peer 6-7-10', 'peer 12-13-16', 'peer! 18-19-22']],
    ['wireguard-ui', ['interface 4-6-9', 'peer 12-18-22', 'peer 26-35-39']],
    ['complexorganizations', ['interface 1-1-4', 'peer 5-6-10', 'peer 11-12-16']],
    ['plain', ['interface 1-1-5', 'peer 9-10-13', 'peer 15-15-20', 'peer 23-23-26', 'peer 30-30-33', 'peer 35-35-38']],
  ])('%s', (file, expected) => {
    expect(ranges(fixture(`${file}.conf`))).toEqual(expected);
    expect(ranges(`\ufeff${fixture(`${file}.conf`).replaceAll('\n', '\r\n').trimEnd()}`)).toEqual(expected);
  });

  it('leave headings, rulers over them and settings that are commented out to the file', () => {
    expect(ranges('# -----\n# Clients\n# -----\n[Peer]\n')).toEqual(['peer 4-4-4']);
    expect(ranges('# Clients\n# -----\n# anna\n# -----\n[Peer]\n')).toEqual(['peer 2-5-5']);
    expect(ranges('[Interface]\nListenPort = 1\n# PostUp = x\n[Peer]\n')).toEqual(['interface 1-1-2', 'peer 4-4-4']);
  });

  it.each(fixtures)('hold the names of %s', (file) => expectAgreement(fixture(file)));

  it('hold the names of generated files', () => {
    fc.assert(
      fc.property(realisticConf, ({ text, peers }) => {
        expectAgreement(text);
        const found = sectionsOf(parseConf(text)).filter((one) => one.kind === 'peer');
        expect(found.map((one) => one.publicKey)).toEqual(peers.map((peer) => peer.publicKey));
        expect(found.map((one) => one.disabled !== undefined)).toEqual(
          peers.map((peer) => peer.disabled !== undefined),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('are in order and apart, whatever the text, but for settings behind a disabled section', () => {
    fc.assert(
      fc.property(anyConfText, (text) => {
        const { lines } = parseConf(text);
        let last: ConfSection | undefined;
        for (const section of sectionsOf(parseConf(text))) {
          expect(section.start).toBeLessThanOrEqual(section.header);
          expect(section.header).toBeLessThan(section.end);
          expect(section.end).toBeLessThanOrEqual(lines.length);
          if (last !== undefined) {
            expect(section.header).toBeGreaterThan(last.header);
            if (section.disabled === undefined) expect(section.start).toBeGreaterThanOrEqual(last.end);
          }
          for (const { line } of section.settings) {
            expect(line).toBeGreaterThan(section.header);
            expect(line).toBeLessThan(section.end);
          }
          if (section.disabled === undefined) last = section;
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('settings', () => {
  it('are read as wg(8) reads them', () => {
    const text = `\ufeff[ pEEr ] # x\r\n\tpublic KEY\t=${keyOf('anna')} # y\r\nALLOWEDIPS = 10.0.0.1/32 ,fd00::1/128\u000b\r\nPresharedKey=${keyOf('psk')}`;
    const [section] = sectionsOf(parseConf(text));
    expect(section?.publicKey).toBe(keyOf('anna'));
    expect(settings(section)).toEqual([
      `2 publickey=${keyOf('anna')}`,
      '3 allowedips=10.0.0.1/32 ,fd00::1/128',
      '4 presharedkey=(hidden)',
    ]);
  });

  it('take the last of two keys, as wg(8) does', () => {
    const text = `[Peer]\nPublicKey = ${keyOf('anna')}\nPublicKey = ${keyOf('bert')}\n`;
    expect(sectionsOf(parseConf(text))[0]?.publicKey).toBe(keyOf('bert'));
  });

  it('behind a section that is commented out belong to the live one before', () => {
    const text = `[Peer]\nPublicKey = ${keyOf('anna')}\n\n#[Peer]\n#PublicKey = ${keyOf('bert')}\nAllowedIPs = 10.0.0.2/32\n`;
    const [anna, bert] = sectionsOf(parseConf(text));
    expect(settings(anna)).toEqual([`2 publickey=${keyOf('anna')}`, '6 allowedips=10.0.0.2/32']);
    expect(settings(bert)).toEqual([`5 publickey=${keyOf('bert')}`]);
    expect(ranges(text)).toEqual(['peer 1-1-6', 'peer! 4-4-5']);
  });

  it('of disabled sections are read behind their prefix', () => {
    const prefixes = ['pivpn', 'nyr', 'towalink', 'webadmin'].map((file) => {
      const section = sectionsOf(parseConf(fixture(`${file}.conf`))).find((one) => one.disabled);
      expect(section?.settings.map((one) => one.key)).toContain('presharedkey');
      return section?.disabled?.prefix;
    });
    expect(prefixes).toEqual(['#[disabled] ', '#~ ', '#! ', '# ']);
  });
});

it('divides a file of 10,000 peers once, and quickly', () => {
  const peers = Array.from({ length: 10_000 }, (_, at) =>
    printers.pivpn(`client${at}`, `PublicKey = ${keyOf(`${at}`)}\nAllowedIPs = 10.8.0.${at % 250}/32`),
  );
  const file = parseConf(`[Interface]\nListenPort = 1\n${peers.join('')}`);
  const startedAt = performance.now();
  const sections = sectionsOf(file);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  expect(sections).toHaveLength(10_001);
  expect(sectionsOf(file)).toBe(sections);
});
