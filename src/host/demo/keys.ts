import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';

/** A WireGuard key pair, in base64. It protects nothing: whoever knows the seed can make it. */
export interface DemoKeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

/** RFC 8410: what stands before the 32 bytes of an X25519 private key in PKCS #8. */
const pkcs8Prefix = Buffer.from('302e020100300506032b656e04220420', 'hex');

/** The key pair of a name. The public key really belongs to the private one, as tools that check it expect. */
export function demoKeyPair(seed: number, name: string): DemoKeyPair {
  const scalar = digest(`${seed} private ${name}`);
  scalar[0] = (scalar[0] ?? 0) & 248;
  scalar[31] = ((scalar[31] ?? 0) & 127) | 64;
  const key = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, scalar]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
  return { privateKey: scalar.toString('base64'), publicKey: publicKey.toString('base64') };
}

/** The preshared key of a name, in base64. */
export function demoPresharedKey(seed: number, name: string): string {
  return digest(`${seed} preshared ${name}`).toString('base64');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
