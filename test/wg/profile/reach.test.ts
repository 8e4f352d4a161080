import { describe, expect, test } from 'vitest';
import { known } from '../../../src/host/printable.ts';
import { type HubReach, type Reach, reachOf } from '../../../src/wg/profile/reach.ts';
import { prefix } from '../../network/support.ts';

const facts: HubReach = {
  hub: ['10.8.0.1/32', 'fd08::1/128'].map(prefix),
  mesh: ['10.8.0.0/24', 'fd08::/64'].map(prefix),
  lans: [
    { prefix: prefix('192.168.1.0/24'), label: known('home') },
    { prefix: prefix('172.23.5.0/24'), label: known('office') },
  ],
};

function allowed(reach: Reach, of = facts, options: Parameters<typeof reachOf>[2] = {}): readonly string[] | string {
  const result = reachOf(reach, of, options);
  return result.outcome === 'ok' ? result.allowedIps : result.reason;
}

describe('what a client sends into the tunnel', () => {
  test.each([
    ['hub', ['10.8.0.1/32', 'fd08::1/128']],
    ['mesh', ['10.8.0.0/24', 'fd08::/64']],
    ['lan', ['10.8.0.0/24', 'fd08::/64', '192.168.1.0/24', '172.23.5.0/24']],
    ['all', ['0.0.0.0/0', '::/0']],
  ] as const)('to reach %s', (reach, expected) => {
    expect(allowed(reach)).toEqual(expected);
  });

  test('is both families for everything, though the hub has one', () => {
    expect(allowed('all', { hub: [], mesh: [], lans: [] })).toEqual(['0.0.0.0/0', '::/0']);
  });

  test('is of the LANs that were chosen', () => {
    expect(allowed('lan', facts, { lans: [prefix('172.23.5.0/24')] })).toEqual([
      ...['10.8.0.0/24', 'fd08::/64'],
      '172.23.5.0/24',
    ]);
  });

  test('is not what lies behind the client itself', () => {
    expect(allowed('lan', facts, { own: [prefix('192.168.1.0/24')] })).not.toContain('192.168.1.0/24');
    expect(allowed('lan', facts, { own: [prefix('192.168.1.0/24'), prefix('172.23.0.0/16')] })).toBe(
      'No LAN is known behind a peer of this interface.',
    );
  });

  test('has each prefix once', () => {
    const nested = {
      ...facts,
      lans: ['10.8.0.128/25', '192.168.0.0/16', '192.168.1.0/24', '192.168.0.0/16'].map((text) => ({
        prefix: prefix(text),
        label: known('home'),
      })),
    };
    expect(allowed('lan', nested)).toEqual(['10.8.0.0/24', 'fd08::/64', '192.168.0.0/16']);
  });

  test('is none where there is nothing to reach', () => {
    const bare = { hub: [], mesh: [], lans: [] };
    expect([allowed('hub', bare), allowed('mesh', bare), allowed('lan', bare)]).toEqual([
      'The hub has no address in the tunnel.',
      'The hub has no prefix in the tunnel.',
      'No LAN is known behind a peer of this interface.',
    ]);
  });

  test('comes with a hint where many other LANs have the prefix', () => {
    const hints = (reach: Reach) => {
      const result = reachOf(reach, facts);
      return result.outcome === 'ok' ? result.hints : [];
    };
    expect(hints('lan')).toEqual([
      'A device that sits in a LAN with 192.168.1.0/24 (Linksys, ASUS, Zyxel, Livebox, OpenWrt, pfSense and most others) reaches that one instead of 192.168.1.0/24 behind the hub.',
    ]);
    expect([hints('hub'), hints('mesh'), hints('all')]).toEqual([[], [], []]);
  });
});
