import { describe, expect, it } from 'vitest';
import { known } from '../../../src/host/printable.ts';
import { parseConf } from '../../../src/wg/conf/conf-file.ts';
import { confFromRunning } from '../../../src/wg/conf/from-running.ts';
import { sectionsOf } from '../../../src/wg/conf/sections.ts';
import { type DumpInterface, parseDump } from '../../../src/wg/dump.ts';
import { readConfNames } from '../../../src/wg/names/conf-names.ts';
import { keyOf } from '../names/support.ts';

const anna = `${keyOf('anna')}\t${keyOf('psk')}\t192.0.2.1:40000\t10.8.0.2/32,192.168.1.0/24\t0\t0\t0\t25`;
const bert = `${keyOf('bert')}\t(none)\t[2001:db8::5]:51820\t(none)\t0\t0\t0\toff`;

function running(head: string): DumpInterface {
  const [found] = parseDump(`wg0\t${head}\nwg0\t${anna}\nwg0\t${bert}\n`).interfaces;
  if (found === undefined) throw new Error('no interface');
  return found;
}

const hub = running(`${keyOf('hub')}\t${keyOf('public')}\t51820\t0xca6c`);
const names = new Map([[keyOf('anna'), { name: known('Anna') }]]);

function textOf(state: DumpInterface, addresses: readonly string[]): string {
  const result = confFromRunning(state, addresses, names);
  return result.outcome === 'written' ? result.text.reveal() : result.reason;
}

describe('a file for what runs', () => {
  it('has what wg showconf and the addresses say, and endpoints of peers that the hub calls', () => {
    expect(textOf(hub, ['10.8.0.1/24', 'fd00::1/64'])).toBe(
      `[Interface]
Address = 10.8.0.1/24, fd00::1/64
ListenPort = 51820
PrivateKey = ${keyOf('hub')}
FwMark = 0xca6c

[Peer]
# friendly_name = Anna
PublicKey = ${keyOf('anna')}
PresharedKey = ${keyOf('psk')}
AllowedIPs = 10.8.0.2/32, 192.168.1.0/24
Endpoint = 192.0.2.1:40000
PersistentKeepalive = 25

[Peer]
PublicKey = ${keyOf('bert')}
# Endpoint = [2001:db8::5]:51820
`,
    );
  });

  it('is read back as what runs', () => {
    const text = textOf(hub, []);
    expect(sectionsOf(parseConf(text)).map((section) => section.publicKey)).toEqual([
      undefined,
      ...hub.peers.map((peer) => peer.publicKey),
    ]);
    expect(readConfNames(text).peers.map((peer) => [peer.name, peer.allowedIps])).toEqual([
      ['Anna', hub.peers[0]?.allowedIps],
      [undefined, []],
    ]);
  });

  it('cannot be written where not all is known', () => {
    expect(textOf({ ...hub, flavour: 'amneziawg' }, [])).toBe(
      'wg0 is an AmneziaWG interface, and its own settings are not all known.',
    );
    expect(textOf(running('(none)\t(none)\t51820\toff'), [])).toBe('wg0 has no private key.');
  });
});
