import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTarget } from '../../../src/wg/path/target.ts';

describe('where a path is to lead', () => {
  const tcp = (number: number) => ({ number, protocol: 'tcp' });

  test.each([
    ['laptop', 'laptop', undefined],
    ['10.8.0.4', '10.8.0.4', undefined],
    ['nas:445/tcp', 'nas', tcp(445)],
    ['192.168.1.50:53/udp', '192.168.1.50', { number: 53, protocol: 'udp' }],
    ['fd08::5', 'fd08::5', undefined],
    ['::1', '::1', undefined],
    ['[fd08::5]', 'fd08::5', undefined],
    ['[fd08::5]:443/tcp', 'fd08::5', tcp(443)],
    ['a name/with a slash', 'a name/with a slash', undefined],
  ])('%s', (text, host, port) => {
    expect(parseTarget(text)).toEqual({ host, port });
  });

  test.each([
    ['', 'The name or the address is empty'],
    ['nas:445', 'The protocol is missing'],
    ['nas:0/tcp', 'There is no port 0'],
    ['nas:65536/tcp', 'There is no port 65536'],
    ['nas:http/tcp', 'There is no port in "nas:http/tcp"'],
    ['nas:/tcp', 'There is no port in "nas:/tcp"'],
    [':443/tcp', 'There is no port in ":443/tcp"'],
    ['nas:443/sctp', '"sctp" is no protocol of a port'],
    ['nas:443/', '"" is no protocol of a port'],
    ['fd08::5:443/tcp', 'An IPv6 address with a port is written like [fd08::5]:443/tcp'],
    ['[nas]:443/tcp', 'Only an IPv6 address stands in brackets'],
    ['[fd08::5]443/tcp', 'There is no port in "443/tcp"'],
  ])('%j is none: %s', (text, sentence) => {
    expect(parseTarget(text)).toContain(sentence);
  });

  test('whatever the text, it gives a target or a sentence', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[[\]:/.\da-ftcpu]{0,20}$/)), (text) => {
        const found = parseTarget(text);
        if (typeof found === 'string') expect(found).not.toBe('');
        else {
          expect(text).toContain(found.host);
          if (found.port !== undefined) expect(found.port.number).toBeGreaterThan(0);
        }
      }),
    );
  });
});
