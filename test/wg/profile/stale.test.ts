import { describe, expect, test } from 'vitest';
import { parsePublicKey } from '../../../src/wg/key.ts';
import { readHubFile } from '../../../src/wg/profile/hub-file.ts';
import { type HubNow, staleSentences } from '../../../src/wg/profile/stale.ts';

const hubKey = parsePublicKey('xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=');
const otherKey = parsePublicKey('TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=');
const comment =
  'v1 2026-11-20T10:00:00Z hash=0123456789ab hub=xTIBA5rb endpoint=vpn.example.net:51820 address=10.8.0.3/32 allowed=10.8.0.0/24 dns=10.8.0.1 mtu=1420 psk=yes';
const text = '[Interface]\nAddress = 10.8.0.1/24\n# endpoint = vpn.example.net:51820\n# dns = 10.8.0.1\nMTU = 1420\n';
const hub: HubNow = { publicKey: hubKey, listenPort: 51820, file: readHubFile(text) };
const client = { allowedIps: ['10.8.0.3/32'], hasPresharedKey: true };
const withFile = (change: (before: string) => string): HubNow => ({ ...hub, file: readHubFile(change(text)) });

describe('what a client was given', () => {
  test('is up to date while the hub is as it was', () => {
    expect(staleSentences(comment, hub, client)).toEqual([]);
  });

  test('is not known where nothing is remembered', () => {
    expect(staleSentences(undefined, hub, client)).toBeUndefined();
    expect(staleSentences('v2 who knows', hub, client)).toBeUndefined();
  });

  test.each<[string, HubNow, typeof client, RegExp]>([
    ['another key', { ...hub, publicKey: otherKey }, client, /The hub had another key \(xTIBA5rb\)/],
    [
      'another endpoint',
      withFile((old) => old.replace('vpn.', 'new.')),
      client,
      /the endpoint is new\.example\.net:51820/,
    ],
    [
      'another port',
      { ...withFile((old) => old.replace(/:51820/, '')), listenPort: 4500 },
      client,
      /vpn\.example\.net:4500/,
    ],
    ['another address', hub, { ...client, allowedIps: ['10.8.0.9/32'] }, /has 10\.8\.0\.9\/32 here now/],
    ['no preshared key', hub, { ...client, hasPresharedKey: false }, /has a preshared key that the hub has no more/],
    [
      'another mesh',
      withFile((old) => old.replace('10.8.0.1/24', '10.8.0.1/24, 10.9.0.1/24')),
      client,
      /does not send 10\.9\.0\.0\/24/,
    ],
    [
      'other DNS',
      withFile((old) => old.replace('# dns = 10.8.0.1', '# dns = 9.9.9.9')),
      client,
      /would be given 9\.9\.9\.9 now/,
    ],
    ['another MTU', withFile((old) => old.replace('1420', '1280')), client, /Its MTU is 1420, and would be 1280 now/],
  ])('is out of date with %s, and only so', (_case, now, of, words) => {
    const sentences = staleSentences(comment, now, of);
    expect(sentences).toHaveLength(1);
    expect(sentences?.[0]).toMatch(words);
  });

  test('is not held to what the file does not say', () => {
    expect(
      staleSentences(comment, { ...hub, file: readHubFile('[Interface]\nAddress = 10.8.0.1/24\n') }, client),
    ).toEqual([]);
    expect(staleSentences(comment, { publicKey: undefined, listenPort: undefined, file: undefined }, client)).toEqual(
      [],
    );
  });
});

describe('the file of a hub', () => {
  test('says what stands in [Interface] alone', () => {
    const file = readHubFile(
      '# endpoint = above:1\n[Interface]\n# Reserved: 10.8.0.128/26 robots\n# reserved = 10.8.0.9-10.8.0.3\n# reserved = x\nAddress=10.8.0.1/24 # own\n[Peer]\n# endpoint = peer:2\n# dns = 1.1.1.1\nMTU = 9\n',
    );
    expect(file).toMatchObject({ endpoint: 'above:1', dns: undefined, mtu: undefined });
    expect(file.reserved).toHaveLength(1);
    expect(file.reserved[0]?.why).toBe('robots');
    expect(file.prefixes.map((prefix) => prefix.text)).toEqual(['10.8.0.0/24']);
  });

  test('shows nothing of a text that a terminal would obey', () => {
    const file = readHubFile('[Interface]\n# reserved = 10.8.0.9 \u001b[2Jx\n');
    expect(file.reserved[0]?.why).toBe('x');
  });
});
