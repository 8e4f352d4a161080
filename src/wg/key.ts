/** A WireGuard public key: 32 bytes in canonical base64, 44 characters. */
export type PublicKey = string & { readonly __brand: 'PublicKey' };

/** The name of a network interface, as the kernel has it. */
export type InterfaceName = string & { readonly __brand: 'InterfaceName' };

/** The characters of a key as text. */
export const keyLength = 44;

const keyPattern = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

/** Whether the text is a key in the form that wg(8) prints: 43 base64 digits of which the last carries 4 bits, then `=`. */
export function isKey(text: string): boolean {
  return keyPattern.test(text);
}

/** The text as a public key, or undefined where it is none. */
export function parsePublicKey(text: string): PublicKey | undefined {
  return keyPattern.test(text) ? (text as PublicKey) : undefined;
}

/** The first 8 characters: how a key is shown where there is no name. */
export function shortKey(key: PublicKey): string {
  return key.slice(0, 8);
}
