/** Configurations of given sizes, as the portable writer's compact text is: real in kind, their keys invented. */
import { Secret } from '../../../src/wg/secret.ts';

const key = (start: number) =>
  Buffer.from(Array.from({ length: 32 }, (_, index) => (start + index * 73) % 256)).toString('base64');

/** The sizes of a split tunnel, of one with all that there is, and of one with thirty allowed IPs. */
export const sizes = [272, 369, 729] as const;

/** A configuration of exactly so many bytes. */
export function configurationOf(bytes: number): Secret {
  const head = `[Interface]\nPrivateKey=${key(bytes)}\nAddress=10.66.0.7/32,fd66:5a1e:c0de::7/128\nDNS=10.66.0.1\n[Peer]\nPublicKey=${key(7)}\nPresharedKey=${key(99)}\nEndpoint=198.51.100.7:51820\nAllowedIPs=`;
  const networks = Array.from({ length: 254 }, (_, index) => `10.${index + 1}.0.0/16`).join(',');
  const text = `${head}${networks}`.slice(0, bytes);
  if (text.length !== bytes) throw new Error(`no configuration of ${bytes} bytes`);
  return new Secret(text);
}
