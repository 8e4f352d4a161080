const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Where the bytes that are not UTF-8 go: 0x80 to 0xff as the lone surrogates U+DC80 to U+DCFF, as in Python's PEP 383. */
const escaped = 0xdc00;

/**
 * The bytes of a file as text, so that {@link encodeConf} gives the same bytes whatever they are: names in Latin-1 survive
 * beside new ones in UTF-8. A byte-order mark stays. `printable()` takes out what is no text. Never throws.
 */
export function decodeConf(bytes: Uint8Array): string {
  const whole = decodeUtf8(bytes);
  if (whole !== undefined) return whole;
  let text = '';
  let valid = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    if (length === 0) {
      if (at > valid) text += utf8.decode(bytes.subarray(valid, at));
      text += String.fromCharCode(escaped + (bytes[at] ?? 0));
      valid = at + 1;
    }
    at += Math.max(length, 1);
  }
  return text + utf8.decode(bytes.subarray(valid));
}

/** The bytes of a text that {@link decodeConf} made, edits in it as UTF-8. */
export function encodeConf(text: string): Uint8Array {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8');
  const bytes = Buffer.alloc(text.length * 3);
  let size = 0;
  let valid = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const isSecondHalf = at > 0 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;
    if (isSecondHalf || code < escaped + 0x80 || code > escaped + 0xff) continue;
    if (at > valid) size += bytes.write(text.slice(valid, at), size, 'utf8');
    bytes[size] = code - escaped;
    size += 1;
    valid = at + 1;
  }
  return bytes.subarray(0, size + bytes.write(text.slice(valid), size, 'utf8'));
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** How many bytes the character at this place has (Unicode, table 3-7); 0 where none begins there. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  const second = bytes[at + 1] ?? 0;
  const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < least || second > most) return 0;
  for (let next = at + 2; next < at + length; next += 1) {
    if (((bytes[next] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  return length;
}
