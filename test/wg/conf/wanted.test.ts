import { describe, expect, test } from 'vitest';
import { demoKeyPair, demoPresharedKey } from '../../../src/host/demo/keys.ts';
import { parseConf } from '../../../src/wg/conf/conf-file.ts';
import { readWanted, readWantedText, type WantedInterface } from '../../../src/wg/conf/wanted.ts';
import { parsePublicKey } from '../../../src/wg/key.ts';

const hub = demoKeyPair(1, 'hub');
const laptop = demoKeyPair(1, 'laptop').publicKey;
const phone = demoKeyPair(1, 'phone').publicKey;
const shared = demoPresharedKey(1, 'laptop');

function accepted(text: string): WantedInterface {
  const result = readWanted(parseConf(text));
  expect(readWantedText(text)).toEqual(result);
  if (result.outcome === 'rejected') throw new Error(JSON.stringify(result.problems));
  return result.wanted;
}

function peerOf(wanted: WantedInterface, key: string) {
  const publicKey = parsePublicKey(key);
  return publicKey === undefined ? undefined : wanted.peers.get(publicKey);
}

/** `LINE: problem` of each line that is refused. */
function problems(text: string): string[] {
  const result = readWanted(parseConf(text));
  expect(readWantedText(text)).toEqual(result);
  return result.outcome === 'accepted' ? [] : result.problems.map(({ line, problem }) => `${line}: ${problem}`);
}

describe('what would run', () => {
  test('is every setting of the file', () => {
    const wanted = accepted(
      [
        '[Interface]',
        `PrivateKey = ${hub.privateKey} # the hub`,
        'Address = 10.8.0.1/24, fd00::1/64',
        'address=192.0.2.1/32',
        'ListenPort = 51820',
        'FwMark = 0xCA6C',
        'MTU = 1380',
        'DNS = 10.8.0.1,example.net',
        'Table = 1234',
        'SaveConfig = FALSE',
        'PostUp = nft -f /etc/wg.nft # rules',
        'predown = echo %i',
        '',
        '[Peer]',
        `PublicKey = ${laptop}`,
        `PresharedKey = ${shared}`,
        'AllowedIPs = 10.8.0.2, fd00::2/128',
        'AllowedIPs = 192.168.1.7/24',
        'Endpoint = Home.example.net:51820',
        'PersistentKeepalive = 25',
      ].join('\n'),
    );
    expect(wanted.privateKey?.reveal()).toBe(hub.privateKey);
    expect(wanted.publicKey).toBe(hub.publicKey);
    expect(wanted).toMatchObject({
      listenPort: 51820,
      fwmark: 0xca6c,
      addresses: ['10.8.0.1/24', 'fd00::1/64', '192.0.2.1/32'],
      mtu: 1380,
      dns: ['10.8.0.1', 'example.net'],
      table: '1234',
      saveConfig: false,
      hooks: [
        { when: 'PostUp', command: 'nft -f /etc/wg.nft', line: 11 },
        { when: 'PreDown', command: 'echo %i', line: 12 },
      ],
    });
    expect(peerOf(wanted, laptop)).toMatchObject({
      allowedIps: ['10.8.0.2/32', 'fd00::2/128', '192.168.1.0/24'],
      endpoint: 'Home.example.net:51820',
      persistentKeepalive: 25,
      line: 14,
    });
    expect(peerOf(wanted, laptop)?.presharedKey?.reveal()).toBe(shared);
  });

  test('is nothing of an empty file', () => {
    expect(accepted('')).toMatchObject({ privateKey: undefined, listenPort: undefined, addresses: [] });
    expect(accepted('').peers.size).toBe(0);
  });

  test('gives a prefix to the last peer that names it', () => {
    const wanted = accepted(
      `[Peer]\nPublicKey=${laptop}\nAllowedIPs=10.8.0.0/24,10.8.0.2\n[Peer]\nPublicKey=${phone}\nAllowedIPs=10.8.0.9/24`,
    );
    expect(peerOf(wanted, laptop)?.allowedIps).toEqual(['10.8.0.2/32']);
    expect(peerOf(wanted, phone)?.allowedIps).toEqual(['10.8.0.0/24']);
  });

  test('lets the second section of a key replace its AllowedIPs and keep what it does not say', () => {
    const wanted = accepted(
      `[Peer]\nPublicKey=${laptop}\nAllowedIPs=10.8.0.2\nEndpoint=192.0.2.1:1\n[Peer]\nPublicKey=${laptop}\nAllowedIPs=10.8.0.3`,
    );
    expect(peerOf(wanted, laptop)).toMatchObject({ allowedIps: ['10.8.0.3/32'], endpoint: '192.0.2.1:1', line: 1 });
  });

  test('gives a prefix back to nobody when a section replaces the one that took it', () => {
    const section = (key: string, ips: string) => `[Peer]\nPublicKey=${key}\nAllowedIPs=${ips}\n`;
    const took = section(laptop, '10.8.0.2,10.8.0.3') + section(phone, '10.8.0.2') + section(phone, '10.8.0.4');
    expect([...accepted(took).peers.values()].map(({ allowedIps }) => allowedIps)).toEqual([
      ['10.8.0.3/32'],
      ['10.8.0.4/32'],
    ]);
    const lost = section(laptop, '10.8.0.2') + section(phone, '10.8.0.2') + section(laptop, '10.8.0.3');
    expect([...accepted(lost).peers.values()].map(({ allowedIps }) => allowedIps)).toEqual([
      ['10.8.0.3/32'],
      ['10.8.0.2/32'],
    ]);
  });

  test('names a prefix once, where its section names it last', () => {
    const wanted = accepted(`[Peer]\nPublicKey=${laptop}\nAllowedIPs=10.8.0.2,10.8.0.3\nAllowedIPs=10.8.0.2/32`);
    expect(peerOf(wanted, laptop)?.allowedIps).toEqual(['10.8.0.3/32', '10.8.0.2/32']);
  });

  test('takes the last key of a section with two', () => {
    const wanted = accepted(
      `[Peer]\nPublicKey=${laptop}\nAllowedIPs=10.8.0.2\nPublicKey=${phone}\nAllowedIPs=10.8.0.3`,
    );
    expect([...wanted.peers.keys()]).toEqual([phone]);
    expect(peerOf(wanted, phone)?.allowedIps).toEqual(['10.8.0.2/32', '10.8.0.3/32']);
  });

  test('has no peer with the own key of the interface', () => {
    const own = `[Interface]\nPrivateKey=${hub.privateKey}\n[Peer]\nPublicKey=${hub.publicKey}\n`;
    expect(accepted(own).peers.size).toBe(0);
  });

  test('keeps a private key with the bits that X25519 fixes', () => {
    const unclamped = Buffer.alloc(32, 255).toString('base64');
    const bytes = Buffer.from(accepted(`[Interface]\nPrivateKey=${unclamped}`).privateKey?.reveal() ?? '', 'base64');
    expect([bytes[0], bytes[31]]).toEqual([248, 127]);
  });

  test('takes keys of zeros for none', () => {
    const zeros = `${'A'.repeat(43)}=`;
    const wanted = accepted(`[Interface]\nPrivateKey=${zeros}\n[Peer]\nPublicKey=${laptop}\nPresharedKey=${zeros}`);
    expect(wanted.privateKey).toBeUndefined();
    expect(peerOf(wanted, laptop)?.presharedKey).toBeUndefined();
  });

  test('knows keys of AmneziaWG where it is one', () => {
    const text = `[Interface]\nJc = 4\n[Peer]\nPublicKey = ${laptop}\nPersistentKeepalive = 25-30\n`;
    const result = readWanted(parseConf(text), 'amneziawg');
    expect(result.outcome === 'accepted' && peerOf(result.wanted, laptop)?.persistentKeepalive).toBe(30);
    expect(problems(text)).toHaveLength(2);
  });
});

describe('lines that are refused', () => {
  test.each([
    ['[Interface]\nSaveConfig = yes', '2: SaveConfig is neither true nor false.'],
    ['[Interface]\nListenPort = 1x', '2: ListenPort "1x" is no port.'],
    ['[Interface]\nFwMark = 0x100000000', '2: FwMark "0x100000000" is neither off nor 0 to 0xffffffff.'],
    ['[Interface]\nNonsense = 1', '2: "Nonsense" is no setting of [Interface].'],
    ['[Peer]', '1: This [Peer] has no PublicKey.'],
    ['[Peer]\nPublicKey = laptop', '2: PublicKey is no key.'],
    [`[Peer]\nPublicKey=${laptop}\nAddress = 1.2.3.4`, '3: "Address" is no setting of [Peer].'],
    [`[Peer]\nPublicKey=${laptop}\nAllowedIPs = 10.0.0.1,`, '3: AllowedIPs has a comma too many.'],
    [`[Peer]\nPublicKey=${laptop}\nAllowedIPs =`, '3: "AllowedIPs" is empty.'],
    [`[Peer]\nPublicKey=${laptop}\nAllowedIPs = 10.0.0/8`, '3: AllowedIPs has "10.0.0/8", which is no prefix.'],
    [
      `[Peer]\nPublicKey=${laptop}\nEndpoint = example.net`,
      '3: Endpoint "example.net" is no address or name with a port.',
    ],
    [
      `[Peer]\nPublicKey=${laptop}\nPersistentKeepalive = -1`,
      '3: PersistentKeepalive "-1" is neither off nor 0 to 65535.',
    ],
    ['; a remark', '1: This line is no setting: there is no "=".'],
    ['ListenPort = 1', '1: "ListenPort" is in no section.'],
    ['\ufeff[Interface]', '1: This line is no setting: there is no "=".'],
    ['[ Interface ]\nMTU = 1400', '2: "MTU" is no setting of [Interface].'],
  ])('%j', (text, problem) => {
    expect(problems(text)).toEqual([problem]);
  });

  test('are all told, in order, and no key with them', () => {
    const text = `[Interface]\nPrivateKey = ${hub.privateKey}x\n${hub.privateKey}\nPrivat-Key = ${hub.privateKey}\nListenPort = ${hub.privateKey}\n[Peer]\nAllowedIPs=${shared}\nPresharedKey=${shared}=`;
    const told = problems(text);
    expect(told.map((line) => Number.parseInt(line, 10))).toEqual([2, 3, 4, 5, 6, 7, 8]);
    expect(told.join()).not.toContain(hub.privateKey.slice(0, 12));
    expect(told.join()).not.toContain(shared.slice(0, 12));
  });
});
