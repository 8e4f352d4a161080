import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addAllPlan } from '../../../src/change/plans/add.ts';
import { checkAdd } from '../../../src/flows/add/check.ts';
import type { AddField, AddRequest } from '../../../src/flows/add/request.ts';
import { printable } from '../../../src/host/printable.ts';
import { formatAddress } from '../../../src/network/address.ts';
import { bitsOf, prefixOf } from '../../../src/network/prefix.ts';
import { parsePublicKey } from '../../../src/wg/key.ts';
import { readConfNames } from '../../../src/wg/names/conf-names.ts';
import { checkProfile } from '../../../src/wg/profile/check-profile.ts';
import { issuedOf } from '../../../src/wg/profile/issued.ts';
import { conf, contextFor, factsFor, good, type HubSays } from './facts.ts';
import { hostileText } from './hostile.ts';

const check = (change: Partial<AddRequest>, says: HubSays = {}) => checkAdd(factsFor(says), { ...good, ...change });

describe('a request', () => {
  test('is settled: name, the next addresses, what is sent where', () => {
    const { settled, problems } = check({});
    expect(problems).toEqual({});
    expect(settled?.addresses.map(formatAddress)).toEqual(['10.8.0.4', 'fd08::4']);
    expect(settled?.hubAllowedIps).toEqual(['10.8.0.4/32', 'fd08::4/128']);
    expect(settled?.allowedIps).toEqual(['10.8.0.0/24', 'fd08::/64']);
    expect(settled?.hub).toMatchObject({ host: '198.51.100.10', port: 51820 });
  });

  test('dials what the comment in the file says', () => {
    const text = conf.replace('[Interface]\n', '[Interface]\n# endpoint = vpn.example.net:443\n');
    expect(check({}, { text }).settled?.hub).toMatchObject({ host: 'vpn.example.net', port: 443 });
  });

  test('without a comment dials what the last client was given', () => {
    const issued = `# issued = v1 2026-11-20T10:00:00Z hash=0123456789ab hub=ABCDEFGH endpoint=old.example.net:4500 address=10.8.0.3/32 allowed=10.8.0.0/24 dns=10.8.0.1 psk=no`;
    const text = conf.replace('# friendly_name = home\n', `# friendly_name = home\n${issued}\n`);
    const { settled } = check({}, { text });
    expect(settled?.hub).toMatchObject({ host: 'old.example.net', port: 4500 });
    expect(settled?.dns).toEqual(['10.8.0.1']);
  });

  test('behind NAT is warned of, and asked where nothing is known', () => {
    const addresses = [
      { ifname: 'eth0', addr_info: [{ family: 'inet', local: '10.1.2.3', prefixlen: 24, scope: 'global' }] },
    ];
    expect(check({}, { addresses }).hints.endpoint?.[0]).toMatch(/10\.1\.2\.3 is a private address/);
    expect(check({}, { addresses: [] }).problems.endpoint).toMatch(/Say what clients dial/);
    expect(check({ endpoint: 'vpn.example.net' }, { addresses: [] }).settled?.hub.port).toBe(51820);
  });

  test('a chosen address takes the same number of the other family', () => {
    expect(check({ address: '10.8.0.77' }).settled?.addresses.map(formatAddress)).toEqual(['10.8.0.77', 'fd08::4d']);
    expect(check({ address: 'fd08::50, 10.8.0.9' }).settled?.addresses.map(formatAddress)).toEqual([
      '10.8.0.9',
      'fd08::50',
    ]);
  });

  test.each<[string, Partial<AddRequest>, AddField, RegExp]>([
    ['the address of a disabled peer', { address: '10.8.0.2' }, 'address', /belongs to away, which is disabled/],
    ['the address of the hub', { address: '10.8.0.1' }, 'address', /is the address of the hub itself/],
    ['two addresses of a family', { address: '10.8.0.8,10.8.0.9' }, 'address', /one address of each family/],
    ['the name of a disabled peer', { name: 'Away' }, 'name', /Another peer has this name/],
    [
      'the key of a peer',
      { publicKey: 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=' },
      'publicKey',
      /belongs to home/,
    ],
    ['a LAN of another', gateway('192.168.60.0/24'), 'gatewayLans', /is behind home already/],
    ["the hub's own network", gateway('198.51.100.0/25'), 'gatewayLans', /the network of eth0 here/],
    [
      'a gateway that reaches the hub alone',
      { ...gateway('192.168.7.0/24'), reach: 'hub' },
      'reach',
      /reaches the mesh/,
    ],
    ['an endpoint inside of the tunnel', { endpoint: '10.8.0.1:51820' }, 'endpoint', /lies in 10\.8\.0\.0\/24/],
    ['DNS that is none', { dns: ['a b'] }, 'dns', /DNS takes addresses/],
  ])('has a problem with %s', (_case, change, field, words) => {
    expect(check(change).problems[field]).toMatch(words);
  });

  test('is told of LANs that many others have', () => {
    const text = conf.replace('192.168.60.0/24', '192.168.1.0/24');
    expect(check({ reach: 'lan' }, { text }).hints.lans?.[0]).toMatch(/192\.168\.1\.0\/24/);
    expect(check(gateway('192.168.178.0/24')).hints.gatewayLans?.[0]).toMatch(/FRITZ!Box/);
  });

  test('is refused plainly where no address is left', () => {
    const text = conf.replace('10.8.0.1/24, fd08::1/64', '10.8.0.1/30');
    expect(check({}, { text }).problems.address).toMatch(/^No address is free in 10\.8\.0\.0\/30\. Of 2 addresses, /);
  });

  test('leaves reserved addresses and other networks of the host alone', () => {
    const text = conf.replace('[Interface]\n', '[Interface]\n# reserved = 10.8.0.4-10.8.0.9 printers\n');
    expect(check({}, { text }).settled?.addresses.map(formatAddress)).toEqual(['10.8.0.10', 'fd08::a']);
    expect(check({ address: '10.8.0.5' }, { text }).problems.address).toMatch(/is reserved for printers/);
  });
});

function gateway(...lans: string[]): Partial<AddRequest> {
  return { kind: 'gateway', gateway: { lans, variant: 'nat', lanInterface: 'eth0' } };
}

/** Where each field is in a request, and what it says where a text was taken. */
const fields: Readonly<Record<string, (text: string) => Partial<AddRequest>>> = {
  name: (name) => ({ name }),
  tags: (tag) => ({ tags: [tag] }),
  lans: (lan) => ({ reach: 'lan', lans: [lan] }),
  address: (address) => ({ address }),
  publicKey: (publicKey) => ({ publicKey }),
  endpoint: (endpoint) => ({ endpoint }),
  dns: (item) => ({ dns: [item] }),
  mtu: (mtu) => ({ mtu }),
  gatewayLans: (lan) => gateway(lan),
  lanInterface: (lanInterface) => ({
    kind: 'gateway',
    gateway: { lans: ['192.168.7.0/24'], variant: 'nat', lanInterface },
  }),
  probe: (host) => ({
    kind: 'gateway',
    gateway: { lans: ['192.168.7.0/24'], variant: 'nat', lanInterface: 'eth0', probe: [host] },
  }),
};

const facts = factsFor();
const newKey = parsePublicKey('gN65BkIKy1eCE9pP1wdc8ROUtkHLF2PfAqYdyYBz6EA=');

describe('1,000 hostile values at', () => {
  test.each(Object.keys(fields))(
    '%s: a problem there, or a file that says it exactly',
    { timeout: 60_000 },
    (field) => {
      let taken = 0;
      fc.assert(
        fc.property(hostileText, (text) => {
          const request = { ...good, ...fields[field]?.(text) };
          const { settled, problems, hints } = checkAdd(facts, request);
          for (const sentence of [...Object.values(problems), ...Object.values(hints).flat()]) {
            expect(printable(sentence)).toBe(sentence);
            expect(sentence.length).toBeLessThan(600);
          }
          if (settled === undefined) {
            expect(Object.keys(problems)).toEqual([field]);
            return;
          }
          taken += 1;
          const { tunnelName: name, addresses, hub, allowedIps, dns, mtu, gateway: part } = settled;
          const profile = checkProfile({
            name,
            kind: request.kind,
            addresses: addresses.map((each) => prefixOf(each, bitsOf(each.family)).text),
            privateKey: undefined,
            presharedKey: undefined,
            hub,
            allowedIps,
            dns,
            mtu,
            persistentKeepalive: undefined,
            gateway: part,
          });
          if (profile.outcome === 'problem' || newKey === undefined) throw new Error(JSON.stringify(profile));
          const publicKey = settled.publicKey ?? newKey;
          const issued = issuedOf(profile.profile, '2026-11-23T12:00:00Z');
          const client = {
            publicKey,
            presharedKey: undefined,
            name: settled.name,
            tags: settled.tags,
            allowedIps: settled.hubAllowedIps,
            issued,
            notes: [],
          };
          const result = addAllPlan(contextFor(), [client]);
          if (result.outcome !== 'plan') throw new Error(result.reason);
          const written = result.plan.steps.find((step) => step.kind === 'file')?.after?.text.reveal() ?? '';
          const peers = readConfNames(written).peers;
          expect(peers).toHaveLength(3);
          expect(peers.at(-1)).toMatchObject({ publicKey, name: settled.name, tags: settled.tags });
          expect(written.startsWith(conf.trimEnd())).toBe(true);
        }),
        { numRuns: 1_000 },
      );
      expect(taken).toBeLessThan(1_000);
    },
  );
});
