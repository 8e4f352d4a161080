import { known, type Printable } from '../../host/printable.ts';
import { isKey, type PublicKey, parsePublicKey } from '../key.ts';
import { keptPrivateKey, publicKeyOf } from '../public-key.ts';
import { Secret } from '../secret.ts';

/** So many random bytes; of `node:crypto` outside of tests. */
export type RandomBytes = (count: number) => Uint8Array;

/** A new pair of keys. */
export interface KeyPair {
  readonly privateKey: Secret;
  readonly publicKey: PublicKey;
}

/** A new private key, clamped as `wg genkey` does (RFC 7748 §5), and its public key. */
export function generateKeyPair(randomBytes: RandomBytes): KeyPair {
  const privateKey = keptPrivateKey(randomKey(randomBytes));
  const publicKey = privateKey === undefined ? undefined : publicKeyOf(privateKey);
  if (privateKey === undefined || publicKey === undefined) throw new Error('the source of randomness is broken');
  return { privateKey, publicKey };
}

/** A new preshared key, as `wg genpsk` makes it. */
export function generatePresharedKey(randomBytes: RandomBytes): Secret {
  return randomKey(randomBytes);
}

/** 32 random bytes in base64. Throws where so many are zero that they cannot be random. */
function randomKey(randomBytes: RandomBytes): Secret {
  const bytes = Buffer.from(randomBytes(32));
  if (bytes.length !== 32 || bytes.every((byte) => byte === 0)) throw new Error('the source of randomness is broken');
  const text = bytes.toString('base64');
  bytes.fill(0);
  return new Secret(text);
}

/** A public key that is in use, and by whom. */
export interface KnownKey {
  readonly publicKey: PublicKey;
  readonly label: Printable;
  /** Whether it is the hub's own. */
  readonly isHub: boolean;
}

export type PublicKeyCheck =
  | { readonly outcome: 'ok'; readonly publicKey: PublicKey }
  | { readonly outcome: 'problem'; readonly reason: Printable };

/**
 * Whether a pasted text is a device's own public key that nobody here has. The reason of a problem never shows the text,
 * which may be a private key that was pasted by mistake.
 *
 * @param knownKeys of the hub's interfaces and all their peers, disabled ones too
 */
export function checkPublicKey(text: string, knownKeys: Iterable<KnownKey>): PublicKeyCheck {
  const trimmed = text.trim();
  const form = problemOfForm(trimmed);
  if (form !== undefined) return problem(form);
  const publicKey = parsePublicKey(trimmed);
  if (publicKey === undefined) return problem('The key is not written as a key is.');
  const number = numberOf(trimmed);
  const point = number % highestBit;
  if (point === 0n) return problem('This is the key of zeros, which means none.');
  if (lowOrder.has(point))
    return problem('Every private key has the same secret with this key (a point of low order).');
  if (number >= fieldPrime) return problem('This key stands for a number that no device writes (2^255-19 or above).');
  for (const other of knownKeys) {
    if (other.publicKey !== publicKey) continue;
    return problem(
      other.isHub
        ? 'This is the public key of the hub itself; the device has one of its own.'
        : `This key belongs to ${other.label} already.`,
    );
  }
  return { outcome: 'ok', publicKey };
}

/** What is wrong with how the text is written. */
function problemOfForm(text: string): string | undefined {
  if (text === '') return 'A public key is missing: 44 characters that end with =.';
  if (/\s/.test(text)) return 'There is white space within the key.';
  if (!/^[A-Za-z0-9+/=_-]*$/.test(text)) return 'A key has only letters, digits, + and /, and ends with =.';
  if (/[_-]/.test(text)) return 'The key is written with _ or - (the alphabet for addresses); write / and + instead.';
  if (/^[0-9a-f]{64}$/i.test(text)) return 'The key is written in hexadecimal; write it in base64.';
  if (text.length !== 44) return `A key has 44 characters, and this text has ${text.length}.`;
  if (!/^[^=]{43}=$/.test(text)) return 'A key has 43 characters and one = at its end.';
  return isKey(text) ? undefined : 'The last character before = cannot stand there: the key was mistyped or cut.';
}

/** The bytes of a public key as a number, little endian; X25519 does not look at the highest bit (RFC 7748 §5). */
function numberOf(key: string): bigint {
  return BigInt(`0x${Buffer.from(key, 'base64').reverse().toString('hex')}`);
}

const highestBit = 2n ** 255n;
const fieldPrime = 2n ** 255n - 19n;

/**
 * The numbers of the points of low order, whose shared secret is zero whatever the private key (cr.yp.to/ecdh.html,
 * "How do I validate Curve25519 public keys?"; RFC 7748 §6.1). The kernel refuses to shake hands with such a peer.
 */
const lowOrder: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  325606250916557431795983626356110631294008115727848805560023387167927233504n,
  39382357235489614581723060781553021112529911719440698176882885853963445705823n,
  fieldPrime - 1n,
  fieldPrime,
  fieldPrime + 1n,
]);

function problem(reason: string): PublicKeyCheck {
  return { outcome: 'problem', reason: known(reason) };
}
