import { describe, expect, it } from 'vitest';
import { parseConf, printConf } from '../../../src/wg/conf/conf-file.ts';
import {
  addPeer,
  type EditResult,
  type InterfaceKey,
  type PeerSettings,
  removePeer,
  setInterface,
  setPeer,
} from '../../../src/wg/conf/edit.ts';
import { Secret } from '../../../src/wg/secret.ts';
import { fixture, keyOf } from '../names/support.ts';

/** The text after the edit, `unchanged`, or the reason of the refusal. */
function outcome(result: EditResult): string {
  if (result.outcome === 'refused') return result.reason;
  return result.outcome === 'edited' ? printConf(result.file).reveal() : 'unchanged';
}

const anna = keyOf('anna');
const bert = keyOf('bert');

function set(text: string, settings: PeerSettings): string {
  return outcome(setPeer(parseConf(text), anna, settings));
}

function peer(...lines: string[]): string {
  return ['[Peer]', `PublicKey = ${anna}`, ...lines, ''].join('\n');
}

describe('allowed IPs', () => {
  it('keep what stays where it stands, in whatever order they are asked for', () => {
    const text = peer('AllowedIPs = 10.8.0.2 ,FD00:0::1/128 # home', 'AllowedIPs = 192.168.1.0/24');
    expect(set(text, { allowedIps: ['fd00::1/128', '192.168.1.0/24', '10.8.0.2/32'] })).toBe('unchanged');
    expect(set(text, { allowedIps: ['192.168.1.0/24', '10.8.0.2/32'] })).toBe(
      peer('AllowedIPs = 10.8.0.2 # home', 'AllowedIPs = 192.168.1.0/24'),
    );
  });

  it('take the place of what they replace, and stand behind what they follow', () => {
    const text = peer('AllowedIPs = 10.8.0.2/32,10.8.0.3/32 # two', 'AllowedIPs = 192.168.1.0/24');
    expect(set(text, { allowedIps: ['10.8.0.2/32', '10.8.0.9/32', '192.168.1.0/24'] })).toBe(
      peer('AllowedIPs = 10.8.0.2/32,10.8.0.9/32 # two', 'AllowedIPs = 192.168.1.0/24'),
    );
    expect(
      set(text, { allowedIps: ['10.0.0.1/32', '10.8.0.2/32', '10.8.0.3/32', '192.168.1.0/24', 'fd00::/64'] }),
    ).toBe(peer('AllowedIPs = 10.0.0.1/32,10.8.0.2/32,10.8.0.3/32 # two', 'AllowedIPs = 192.168.1.0/24,fd00::/64'));
  });

  it('take a line away that has none left, for wg refuses an empty one', () => {
    const text = peer('AllowedIPs = 10.8.0.2/32', 'allowedips = 192.168.1.0/24, 192.168.2.0/24');
    expect(set(text, { allowedIps: ['10.8.0.2/32'] })).toBe(peer('AllowedIPs = 10.8.0.2/32'));
    expect(set(text, { allowedIps: [] })).toBe(peer());
    expect(set(peer(), { allowedIps: ['10.8.0.2/32', '10.8.0.2'] })).toBe(peer('AllowedIPs = 10.8.0.2/32'));
  });

  it('say what host bits say: 10.9.0.6/24 is not 10.9.0.0/24 to who reads the file', () => {
    expect(set(peer('AllowedIPs = 10.9.0.6/24'), { allowedIps: ['10.9.0.0/24'] })).toBe(
      peer('AllowedIPs = 10.9.0.0/24'),
    );
  });

  it('lose a comma too many, which wg refuses', () => {
    expect(set(peer('AllowedIPs = 10.8.0.2/32, , 10.8.0.3/32,'), { allowedIps: ['10.8.0.2/32', '10.8.0.3/32'] })).toBe(
      peer('AllowedIPs = 10.8.0.2/32, 10.8.0.3/32'),
    );
  });
});

describe('single settings', () => {
  it('keep the line around the value', () => {
    const text = `[peer]\r\n\tPUBLICKEY=${anna}\r\n\tEndPoint  =\t192.0.2.1:1   # the old flat\r\n\r\n`;
    expect(set(text, { endpoint: '192.0.2.2:1' })).toBe(text.replace('192.0.2.1', '192.0.2.2'));
    expect(set(text, { endpoint: '192.0.2.1:1' })).toBe('unchanged');
    expect(set(text, { endpoint: 'none' })).toBe(`[peer]\r\n\tPUBLICKEY=${anna}\r\n\r\n`);
  });

  it('are added at their place, written like their neighbour, without a line feed where the file has none', () => {
    const text = `[Peer]\r\n\tpublickey=${anna}\r\n\tallowedips=10.8.0.2/32`;
    expect(set(text, { persistentKeepalive: 25, presharedKey: new Secret(keyOf('psk')), endpoint: 'h:1' })).toBe(
      `[Peer]\r\n\tpublickey=${anna}\r\n\tpresharedkey=${keyOf('psk')}\r\n\tallowedips=10.8.0.2/32\r\n\tendpoint=h:1\r\n\tpersistentkeepalive=25`,
    );
  });

  it('change the last of several, which is the one that counts, and go all together', () => {
    const text = peer('Endpoint = a:1', 'Endpoint = b:1');
    expect(set(text, { endpoint: 'c:1' })).toBe(peer('Endpoint = a:1', 'Endpoint = c:1'));
    expect(set(text, { endpoint: 'none' })).toBe(peer());
  });

  it('say keepalive off in words where the line is there', () => {
    expect(set(peer('PersistentKeepalive = 25 # NAT'), { persistentKeepalive: 'off' })).toBe(
      peer('PersistentKeepalive = off # NAT'),
    );
    for (const off of [[], ['PersistentKeepalive = 0'], ['PersistentKeepalive = OFF']]) {
      expect(set(peer(...off), { persistentKeepalive: 0 })).toBe('unchanged');
    }
  });

  it('are written behind the prefix of a section that is disabled', () => {
    const lines = (file: string) => {
      const result = setPeer(parseConf(fixture(`${file}.conf`)), keyOf('carol'), { endpoint: 'h:1' });
      return outcome(result)
        .split('\n')
        .filter((line) => line.includes('Endpoint'));
    };
    expect(lines('pivpn')).toEqual(['#[disabled] Endpoint = h:1']);
    expect(lines('nyr')).toEqual(['#~ Endpoint = h:1']);
    expect(lines('webadmin')).toEqual(['# Endpoint = h:1']);
  });
});

describe('addPeer', () => {
  const settings = { allowedIps: ['10.8.0.9/32', 'fd00::9/128'], persistentKeepalive: 25 };

  it('writes as the peer before is written', () => {
    const text = `[interface]\nPrivateKey=${keyOf('hub')}\n\n  [peer] # anna\n  publickey=${anna}\n  allowedips=10.8.0.2/32,fd00::2/128`;
    expect(outcome(addPeer(parseConf(text), { publicKey: bert, settings }))).toBe(
      `${text}\n\n  [peer]\n  publickey=${bert}\n  allowedips=10.8.0.9/32,fd00::9/128\n  persistentkeepalive=25`,
    );
  });

  it('writes all settings, in the order of wg showconf, where there is no peer to go by', () => {
    const all = { ...settings, endpoint: 'h:1', presharedKey: new Secret(keyOf('psk')) };
    expect(outcome(addPeer(parseConf(''), { publicKey: bert, settings: all }))).toBe(
      `[Peer]\nPublicKey = ${bert}\nPresharedKey = ${keyOf('psk')}\nAllowedIPs = 10.8.0.9/32, fd00::9/128\nEndpoint = h:1\nPersistentKeepalive = 25\n`,
    );
  });

  it('stands where no comment of nobody becomes its own', () => {
    const text = `# BEGIN_PEER anna\n${peer('', '# x')}# END_PEER anna\n# about the file\n`;
    const added = addPeer(parseConf(text), { publicKey: bert, settings });
    expect(outcome(added)).toContain('# about the file\n\n[Peer]\n');
    expect(added.outcome === 'edited' && outcome(removePeer(added.file, bert))).toBe(text);
  });

  it('is refused where the key is in the file, live or disabled', () => {
    const add = (key: string) => outcome(addPeer(parseConf(fixture('nyr.conf')), { publicKey: keyOf(key), settings }));
    expect(add('anna')).toBe('Line 11 begins a peer with this key.');
    expect(add('carol')).toBe('Line 23 begins a peer with this key.');
  });

  it('is refused where the file is none to wg, or a comment would become a name', () => {
    const add = (text: string) => outcome(addPeer(parseConf(text), { publicKey: bert, settings }));
    expect(add('\ufeff# x\nListenPort = 1\n[Interface]\n')).toBe(
      'Line 2 stands before the first section, and wg refuses the file for it.',
    );
    expect(add('# BEGIN_PEER somebody\n')).toBe("The comment at the end of the file would become the new peer's.");
  });
});

describe('removePeer', () => {
  const remove = (text: string, key = anna) => outcome(removePeer(parseConf(text), key));

  it('takes the comments of the peer, whatever the dialect, and leaves what is of others', () => {
    expect(remove(fixture('nyr.conf'), keyOf('carol'))).toBe(
      fixture('nyr.conf').replace(/# BEGIN_PEER carol[\s\S]*/, ''),
    );
    expect(remove(fixture('wireguard-ui.conf'), bert)).toBe(
      fixture('wireguard-ui.conf').replace(/\n# ID: {11}c3[\s\S]*/, '\n'),
    );
    expect(remove(fixture('plain.conf'), keyOf('carol'))).toContain('\n# Clients\n\n# an orphan\n\n[Peer]\n');
  });

  it('keeps one blank line between neighbours, and none where there was none', () => {
    const section = (key: string) => `[Peer]\nPublicKey = ${keyOf(key)}\n`;
    const [a, b, c] = [section('a'), section('anna'), section('c')];
    expect(remove(`${a}\n${b}\n${c}`)).toBe(`${a}\n${c}`);
    expect(remove(`${a}\n${b}${c}`)).toBe(`${a}\n${c}`);
    expect(remove(`${a}${b}${c}`)).toBe(`${a}${c}`);
    expect(remove(`${a}\n\n\n${b}\n\n${c}`)).toBe(`${a}\n\n\n\n${c}`);
    expect(remove(`${b}\n${c}`)).toBe(c);
    expect(remove(`${a}\n${b}`)).toBe(a);
    expect(remove(b)).toBe('');
    expect(remove(`\ufeff${b}\n${c}`)).toBe(`\ufeff${c}`);
    expect(remove(`\ufeff${b}`)).toBe('\ufeff');
  });
});

describe('a refusal names the lines', () => {
  it('of a key in two sections', () => {
    const twice = `${peer()}\n${peer()}`;
    expect(set(twice, {})).toBe('The peer is in the file twice, at lines 1 and 4.');
    expect(outcome(removePeer(parseConf(twice), anna))).toBe('The peer is in the file twice, at lines 1 and 4.');
    const disabled = peer().replace(/^(?=.)/gm, '#~ ');
    expect(set(`${disabled}\n${peer()}`, { endpoint: 'h:1' })).toBe(`${disabled}\n${peer('Endpoint = h:1')}`);
  });

  it('of two keys in one section, whichever is asked for', () => {
    for (const key of [anna, bert]) {
      expect(outcome(removePeer(parseConf(peer(`PublicKey = ${bert}`)), key))).toBe(
        'One section has two public keys, at lines 2 and 3.',
      );
    }
  });

  it('of a section within another', () => {
    const text = `${peer()}#[Peer]\n#PublicKey = ${bert}\nAllowedIPs = 10.8.0.2/32\n`;
    expect(outcome(removePeer(parseConf(text), anna))).toBe(
      "The peer's lines 1 to 5 have another section in them, at line 3.",
    );
    expect(outcome(removePeer(parseConf(text), bert))).toBe(peer('AllowedIPs = 10.8.0.2/32'));
    expect(set(text, { allowedIps: ['10.8.0.3/32'] })).toBe(text.replace('10.8.0.2', '10.8.0.3'));
  });

  it('of a peer that is not there', () => {
    expect(set('', {})).toBe('The file has no peer with this key.');
  });

  it.each<[PeerSettings, string]>([
    [{ endpoint: 'h:1\nPostUp = x' }, 'A value for Endpoint has a line break, a control character or # in it.'],
    [{ endpoint: ' ' }, 'A value for Endpoint is empty.'],
    [{ allowedIps: ['10.0.0.1/32#'] }, 'A value for AllowedIPs has a line break, a control character or # in it.'],
    [{ allowedIps: ['10.0.0.1/32, ::/0'] }, 'A value for AllowedIPs has a comma or a blank in it.'],
    [{ persistentKeepalive: 65_536 }, 'PersistentKeepalive is a whole number of seconds from 0 to 65535.'],
    [{ persistentKeepalive: 1.5 }, 'PersistentKeepalive is a whole number of seconds from 0 to 65535.'],
    [{ presharedKey: new Secret('\n') }, 'The preshared key is no key.'],
  ])('of %j', (settings, reason) => {
    expect(set(peer(), settings)).toBe(reason);
    expect(outcome(addPeer(parseConf(''), { publicKey: bert, settings }))).toBe(reason);
  });
});

describe('setInterface', () => {
  const edit = (text: string, key: InterfaceKey, value: Parameters<typeof setInterface>[2]) =>
    outcome(setInterface(parseConf(text), key, value));

  it('changes, adds and removes single settings', () => {
    const text = `[Interface] # hub\nPrivateKey=${keyOf('hub')}\nsaveconfig=TRUE # why\nJc = 4\nPostUp = a; b=c\n\n[Peer]\n`;
    expect(edit(text, 'SaveConfig', 'false')).toBe(text.replace('TRUE', 'false'));
    expect(edit(text, 'ListenPort', '51820')).toBe(text.replace('# hub\n', '# hub\nListenPort=51820\n'));
    expect(edit(text, 'Table', 'off')).toBe(text.replace('\nsave', '\nTable=off\nsave'));
    expect(edit(text, 'PrivateKey', new Secret(keyOf('new')))).toBe(text.replace(keyOf('hub'), keyOf('new')));
    expect(edit(text, 'SaveConfig', undefined)).toBe(text.replace('saveconfig=TRUE # why\n', ''));
    expect(edit(text, 'MTU', undefined)).toBe('unchanged');
  });

  it('edits lists in one line or several', () => {
    const text = '\ufeff[Interface]\nAddress = 10.8.0.1/24\nAddress = fd00::1/64\nDNS = 1.1.1.1,hub.example\n';
    expect(edit(text, 'Address', ['10.8.0.1/24', 'fd00::1/64'])).toBe('unchanged');
    expect(edit(text, 'Address', '10.8.0.1/24')).toBe(text.replace('Address = fd00::1/64\n', ''));
    expect(edit(text, 'DNS', ['hub.example', '9.9.9.9'])).toBe(text.replace('1.1.1.1', '9.9.9.9'));
    expect(edit(text, 'DNS', undefined)).toBe(text.replace(/DNS.*\n/, ''));
    expect(edit('[Interface]\n', 'Address', '10.8.0.1/24, fd00::1/64')).toBe(
      '[Interface]\nAddress = 10.8.0.1/24, fd00::1/64\n',
    );
  });

  it('is refused without one section to write in, and for what is no value', () => {
    expect(edit('#~ [Interface]\n', 'MTU', '1420')).toBe('The file has no [Interface] section.');
    expect(edit('[Interface]\n\n[interface]\n', 'MTU', '1420')).toBe(
      'The file has two [Interface] sections, at lines 1 and 3.',
    );
    expect(edit('[Interface]\n', 'MTU', '1\n2')).toBe(
      'A value for MTU has a line break, a control character or # in it.',
    );
    expect(edit('[Interface]\n', 'MTU', ['1', '2'])).toBe('MTU has one value.');
  });
});
