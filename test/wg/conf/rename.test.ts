import { describe, expect, test } from 'vitest';
import { parseConf } from '../../../src/wg/conf/conf-file.ts';
import { renamePeer } from '../../../src/wg/conf/rename.ts';
import { readConfNames } from '../../../src/wg/names/conf-names.ts';
import { fixture, keyOf, printers } from '../names/support.ts';
import { changes, edited, forms, refusal, textOf } from './edit-support.ts';

const section = (word: string) => `PublicKey = ${keyOf(word)}\nAllowedIPs = 10.8.0.2/32`;
const rename = (text: string, word: string, name: string) => renamePeer(parseConf(text), keyOf(word), name);

describe('in each dialect a name is replaced where it stands', () => {
  test.each<[file: string, peer: string, gone: string[], put: string[]]>([
    ['angristan', 'anna', ['### Client anna'], ['### Client Nora K']],
    ['nyr', 'anna', ['# BEGIN_PEER anna', '# END_PEER anna'], ['# BEGIN_PEER Nora K', '# END_PEER Nora K']],
    [
      'nyr',
      'bert',
      ['# BEGIN_PEER bert added=2026-01-01 by=ops', '# END_PEER bert'],
      ['# BEGIN_PEER Nora K added=2026-01-01 by=ops', '# END_PEER Nora K'],
    ],
    ['pivpn', 'anna', ['### begin anna ###', '### end anna ###'], ['### begin Nora K ###', '### end Nora K ###']],
    [
      'pivpn',
      'carol',
      ['#[disabled] ### begin carol ###', '#[disabled] ### end carol ###'],
      ['#[disabled] ### begin Nora K ###', '#[disabled] ### end Nora K ###'],
    ],
    ['wg-easy', 'bert', ['# Client: Bert (work) (12)'], ['# Client: Nora K (12)']],
    ['wg-cmd', 'anna', ['# peer anna'], ['# peer Nora K']],
    ['wireguard-ui', 'bert', ['# Name:         bert'], ['# Name:         Nora K']],
    [
      'wg-gen-web',
      'anna',
      ['# anna / anna@example.net / Updated: 2026-01-01 10:00:00 / Created: 2026-01-01 10:00:00'],
      ['# Nora K / anna@example.net / Updated: 2026-01-01 10:00:00 / Created: 2026-01-01 10:00:00'],
    ],
    ['key-value', 'bert', ['# Peer: bert'], ['# Peer: Nora K']],
    [
      'webadmin',
      'carol',
      ['# WARNING: No Allowed IPs set for peer carol. '],
      ['# WARNING: No Allowed IPs set for peer Nora K. '],
    ],
    ['wireme', 'anna', ['# wireme-name: anna'], ['# wireme-name: Nora K']],
    ['complexorganizations', 'anna', ['# anna start', '# anna end'], ['# Nora K start', '# Nora K end']],
    ['easy-wg-quick', 'bert', ['# 11: bert > wgclient_bert.conf'], ['# 11: Nora K > wgclient_bert.conf']],
    ['wgdashboard', 'bert', ['#Name# = bert'], ['#Name# = Nora K']],
    ['friendly-name', 'bert', ['#friendly_name=bert'], ['#friendly_name=Nora K']],
    ['friendly-name', 'carol', ['# friendly_name   =   carol'], ['# friendly_name   =   Nora K']],
    [
      'friendly-json',
      'anna',
      ['# friendly_json = {"name":"anna","tags":["staff","phones"],"id":7}'],
      ['# friendly_json = {"name":"Nora K","tags":["staff","phones"],"id":7}'],
    ],
    ['friendly-json', 'bert', ['# friendly_json={"username":"bert"}'], ['# friendly_json={"username":"Nora K"}']],
    ['wg-portal', 'anna', ['# -WGP- Display name: anna'], ['# -WGP- Display name: Nora K']],
    ['linuxserver', 'anna', ['# peer_anna'], ['# peer_Nora K']],
    ['linuxserver', 'bert', ['# peer2'], ['# peer_Nora K']],
    ['name-equals', 'anna', ['# Name = anna'], ['# Name = Nora K']],
    ['wg-meshconf', 'anna', ['# Name: anna'], ['# Name: Nora K']],
    ['wg-manager', 'anna', ['# Client Name: anna'], ['# Client Name: Nora K']],
    ['plain', 'anna', ['# anna'], ['# Nora K']],
    ['plain', 'bert', ['#bert'], ['#Nora K']],
    ['plain', 'emil', ['[Peer] # emil'], ['[Peer] # Nora K']],
    ['towalink', 'bert', ['#! # bert'], ['#! # Nora K']],
  ])('%s: %s', (file, word, gone, put) => {
    for (const text of forms(`${file}.conf`)) {
      const result = rename(text, word, 'Nora K');
      const lines = changes(text, result);
      expect(lines.filter((line) => line.startsWith('-'))).toEqual(gone.map((line) => `-${line}`));
      expect(lines.filter((line) => line.startsWith('+'))).toEqual(put.map((line) => `+${line}`));
      const before = readConfNames(text).peers.find((peer) => peer.publicKey === keyOf(word))?.name ?? '';
      expect(textOf(edited(rename(textOf(edited(result)), word, before)))).toBe(text);
    }
  });

  test('a name that another mark has too is replaced there too, a different one stays', () => {
    const text = `### Client anna\n[Peer]\n# friendly_name = anna\n# Name = Anna's phone\n${section('anna')}\n`;
    expect(changes(text, rename(text, 'anna', 'Nora'))).toEqual([
      '-### Client anna',
      '+### Client Nora',
      '-# friendly_name = anna',
      '+# friendly_name = Nora',
    ]);
  });

  test('the end mark of another name stays', () => {
    const text = `# BEGIN_PEER anna\n[Peer]\n${section('anna')}\n# END_PEER other\n`;
    expect(changes(text, rename(text, 'anna', 'Nora'))).toEqual(['-# BEGIN_PEER anna', '+# BEGIN_PEER Nora']);
  });

  test('numbered peers of linuxserver stay numbered', () => {
    expect(changes(fixture('linuxserver.conf'), rename(fixture('linuxserver.conf'), 'anna', 'peer7'))).toEqual([
      '-# peer_anna',
      '+# peer7',
    ]);
  });
});

describe('a peer without a name is named', () => {
  const withTool = ['wg-easy', 'wireguard-ui', 'wg-gen-web', 'easy-wg-quick'];
  const dialects = Object.keys(printers) as (keyof typeof printers)[];
  const expected: Partial<Record<keyof typeof printers, string[]>> = {
    angristan: ['+### Client Nora'],
    'begin-peer': ['+# BEGIN_PEER Nora', '+# END_PEER Nora'],
    pivpn: ['+### begin Nora ###', '+### end Nora ###'],
    'start-end': ['+# Nora start', '+# Nora end'],
    trailing: ['-[Peer]', '+[Peer] # Nora'],
    wgdashboard: ['+#Name# = Nora'],
    'friendly-json': ['+# friendly_json = {"name":"Nora"}'],
    linuxserver: ['+# peer_Nora'],
  };

  test.each(dialects)('as most are: %s', (dialect) => {
    const named = printers[dialect]('Anna', section('anna')) + printers[dialect]('Bert', section('bert'));
    const text = `[Interface]\nListenPort = 1\n\n${named}\n[Peer]\n${section('carol')}\n`;
    const result = rename(text, 'carol', 'Nora');
    const carol = readConfNames(textOf(edited(result))).peers.at(-1);
    expect(carol).toMatchObject({ name: 'Nora', dialect: withTool.includes(dialect) ? 'friendly-name' : dialect });
    if (withTool.includes(dialect)) expect(changes(text, result)).toEqual(['+# friendly_name = Nora']);
    else if (expected[dialect] !== undefined) expect(changes(text, result)).toEqual(expected[dialect]);
    else expect(changes(text, result)).toHaveLength(1);
  });

  test('inside of its section where nobody has a name', () => {
    const text = `[Interface]\nListenPort = 1\n[Peer]\n${section('anna')}\n[Peer]\n${section('bert')}`;
    const after = textOf(edited(rename(text, 'bert', 'Nora')));
    expect(after).toBe(text.replace(/\[Peer\]\n(?!.*\[Peer\])/s, '[Peer]\n# friendly_name = Nora\n'));
  });

  test('in the spacing that another name has, without the rest of its comment', () => {
    const text = `[Peer]\n\t# friendly_json={"username":"anna","id":7}\n${section('anna')}\n\n[Peer]\n${section('bert')}\n`;
    expect(changes(text, rename(text, 'bert', 'Nora'))).toEqual(['+# friendly_json={"name":"Nora"}']);
    const meta = `# BEGIN_PEER anna added=2026-01-01\n[Peer]\n${section('anna')}\n# END_PEER anna\n[Peer]\n${section('bert')}\n`;
    expect(changes(meta, rename(meta, 'bert', 'Nora'))).toEqual(['+# BEGIN_PEER Nora', '+# END_PEER Nora']);
  });

  test('behind the prefix of a section that is commented out', () => {
    const text = `### begin anna ###\n[Peer]\n${section('anna')}\n### end anna ###\n#[disabled] [Peer]\n${section('bert').replace(/^/gm, '#[disabled] ')}\n`;
    expect(changes(text, rename(text, 'bert', 'Nora'))).toEqual([
      '+#[disabled] ### begin Nora ###',
      '+#[disabled] ### end Nora ###',
    ]);
  });
});

describe('a rename is refused', () => {
  const angristan = fixture('angristan.conf');
  test.each<[name: string, reason: RegExp]>([
    ['', /is empty/],
    ['  ', /is empty/],
    [' x', /white space/],
    ['a\nb', /cannot show/],
    ['a\u001b[31mb', /cannot show/],
    ['a\u202eb', /cannot show/],
    ['x'.repeat(61), /61 columns, 60/],
    ['東'.repeat(31), /62 columns, 60/],
    ['bert', /Another peer is called bert already \(line 13\)/],
    ['BERT', /Another peer is called bert already/],
    [keyOf('secret'), /has a key in it/],
  ])('%j', (name, reason) => {
    expect(refusal(rename(angristan, 'anna', name))).toMatch(reason);
  });

  test.each<[file: string, peer: string, name: string]>([
    ['plain', 'anna', 'see the wiki'],
    ['plain', 'anna', 'Name: x'],
    ['plain', 'bert', 'PersistentKeepalive = 25'],
    ['plain', 'emil', '--'],
    ['nyr', 'anna', 'anna added=1'],
    ['easy-wg-quick', 'anna', 'x > y.conf'],
  ])('%s: %s as %j, which would be read as something else', (file, word, name) => {
    expect(refusal(rename(fixture(`${file}.conf`), word, name))).toMatch(/could not be read back from line \d+/);
  });

  test('where the key is nowhere, or in two live sections', () => {
    expect(refusal(rename(angristan, 'nobody', 'x'))).toMatch(/no peer with the key/);
    const twice = `[Peer]\n${section('anna')}\n[Peer]\n${section('anna')}\n`;
    expect(refusal(rename(twice, 'anna', 'x'))).toMatch(/more than once \(lines 1 and 4\)/);
  });

  test('where the name that is shown is in a section that is commented out', () => {
    const text = `#! # anna\n#! [Peer]\n${section('anna').replace(/^/gm, '#! ')}\n\n[Peer]\n${section('anna')}\n`;
    expect(refusal(rename(text, 'anna', 'Nora'))).toMatch(/in another section, at line 2/);
  });

  test('not where the peer has the name already', () => {
    expect(refusal(rename(angristan, 'anna', 'anna'))).toBe('unchanged');
    expect(refusal(rename(angristan, 'anna', 'Anna'))).toBe('edited');
  });
});
