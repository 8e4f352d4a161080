import { describe, expect, test } from 'vitest';
import { parseSysctls, sysctlPaths } from '../../src/network/sysctl.ts';

const files = (values: Readonly<Record<string, string>>) => new Map(Object.entries(values));

/** What a hub has after wg-quick brought up a tunnel for everything, as read from a real /proc/sys/net. */
const healthy = {
  'ipv4/ip_forward': '1\n',
  'ipv6/conf/all/forwarding': '1\n',
  'ipv4/conf/all/rp_filter': '0\n',
  'ipv4/conf/all/src_valid_mark': '1\n',
  'ipv4/conf/wg0/forwarding': '1\n',
  'ipv4/conf/wg0/rp_filter': '2\n',
  'ipv4/conf/wg0/src_valid_mark': '0\n',
  'ipv6/conf/wg0/disable_ipv6': '0\n',
  'ipv6/conf/wg0/force_forwarding': '0\n',
};

describe('sysctls', () => {
  test('of a healthy hub', () => {
    expect(parseSysctls(files(healthy), ['wg0'])).toEqual({
      ipForward: true,
      ipv6Forwarding: true,
      hasIpv6: true,
      interfaces: new Map([
        [
          'wg0',
          { forwarding4: true, forwarding6: true, reversePathFilter: 'loose', srcValidMark: true, ipv6Disabled: false },
        ],
      ]),
      problems: [],
    });
    expect(new Set(sysctlPaths(['wg0']))).toEqual(new Set(Object.keys(healthy)));
  });

  test.each([
    ['0', '0', 'off'],
    ['1', '0', 'strict'],
    ['0', '1', 'strict'],
    ['2', '1', 'loose'],
    ['1', '2', 'loose'],
    ['0', '7', 'loose'],
  ])('rp_filter: all %s and own %s is %s', (all, own, expected) => {
    const read = files({ 'ipv4/conf/all/rp_filter': all, 'ipv4/conf/wg0/rp_filter': own });
    expect(parseSysctls(read, ['wg0']).interfaces.get('wg0')?.reversePathFilter).toBe(expected);
  });

  test.each([
    [{ 'ipv6/conf/all/forwarding': '0' }, false],
    [{ 'ipv6/conf/all/forwarding': '0', 'ipv6/conf/wg0/force_forwarding': '1' }, true],
    [{ 'ipv6/conf/all/forwarding': '1', 'ipv6/conf/wg0/force_forwarding': '0' }, true],
    [{ 'ipv6/conf/wg0/force_forwarding': '0' }, undefined],
  ])('IPv6 forwarding: %j is %s', (values, expected) => {
    expect(parseSysctls(files({ ...values }), ['wg0']).interfaces.get('wg0')?.forwarding6).toBe(expected);
  });

  test('what cannot be read is unknown, not off', () => {
    const { interfaces, hasIpv6, ...host } = parseSysctls(files({}), ['wg0']);
    expect(host).toEqual({ ipForward: undefined, ipv6Forwarding: undefined, problems: [] });
    expect(hasIpv6).toBe(false);
    expect(new Set(Object.values(interfaces.get('wg0') ?? {}))).toEqual(new Set([undefined]));
  });

  test('the mark is unknown where one of the two is, unless the other is set', () => {
    const mark = (values: Readonly<Record<string, string>>) =>
      parseSysctls(files(values), ['wg0']).interfaces.get('wg0')?.srcValidMark;
    expect(mark({ 'ipv4/conf/all/src_valid_mark': '0' })).toBeUndefined();
    expect(mark({ 'ipv4/conf/all/src_valid_mark': '1' })).toBe(true);
  });

  test('what is no number is a printable problem', () => {
    const { ipForward, problems } = parseSysctls(files({ 'ipv4/ip_forward': 'yes\u001b[2J\n' }), []);
    expect(ipForward).toBeUndefined();
    expect(problems).toEqual(['/proc/sys/net/ipv4/ip_forward is no number: yes']);
  });

  test('an interface may be called like a pattern', () => {
    const read = files({ 'ipv4/conf/$&/forwarding': '1' });
    expect(sysctlPaths(['$&'])).toContain('ipv4/conf/$&/forwarding');
    expect(parseSysctls(read, ['$&']).interfaces.get('$&')?.forwarding4).toBe(true);
  });
});
