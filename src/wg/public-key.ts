import { createPrivateKey, createPublicKey } from 'node:crypto';
import { isKey, type PublicKey } from './key.ts';
import { Secret } from './secret.ts';

/** RFC 8410: what stands before the 32 bytes of an X25519 private key in PKCS #8. */
const pkcs8Prefix = Buffer.from('302e020100300506032b656e04220420', 'hex');

/**
 * A private key as an interface keeps and shows it, with the bits set and cleared that X25519 fixes (RFC 7748 §5):
 * a key from another tool may be written with others. Undefined for what is no key, and for the key of zeros that means
 * none (wg(8)).
 */
export function keptPrivateKey(privateKey: Secret): Secret | undefined {
  const text = privateKey.reveal();
  if (!isKey(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  if (bytes.every((byte) => byte === 0)) return undefined;
  bytes[0] = (bytes[0] ?? 0) & 248;
  bytes[31] = ((bytes[31] ?? 0) & 127) | 64;
  return new Secret(bytes.toString('base64'));
}

/** The public key that belongs to a private one, as `wg pubkey` prints it; undefined for what is no key. */
export function publicKeyOf(privateKey: Secret): PublicKey | undefined {
  if (!isKey(privateKey.reveal())) return undefined;
  const der = Buffer.concat([pkcs8Prefix, Buffer.from(privateKey.reveal(), 'base64')]);
  const key = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  return key.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64') as PublicKey;
}
