import { createHash } from 'node:crypto';
import { encodeConf } from '../wg/conf/decode.ts';

/** The SHA-256 of a file with this text (`decodeConf`), as sha256sum(1) prints it. */
export function sha256(text: string): string {
  return createHash('sha256').update(encodeConf(text)).digest('hex');
}
