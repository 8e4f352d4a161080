/** A text as a QR code: the pattern of its modules, without a picture of it. */
import type { Secret } from '../../wg/secret.ts';

/** Bytes that the largest code (version 40, level L) takes (ISO/IEC 18004, table 7). */
export const mostBytes = 2953;

/** The least light border. With one module only, readers that blur take a dark background for a part of the code. */
export const leastQuiet = 2;
/** The light border that the standard asks for (ISO/IEC 18004 §5.3.8). */
export const fullQuiet = 4;

/** The modules of a QR code. They tell the text, so every way to print them by accident gives nothing. */
export class QrSymbol {
  /** Modules a side, without the quiet zone. */
  readonly size: number;
  readonly #dark: Uint8Array;

  constructor(size: number, dark: Uint8Array) {
    this.size = size;
    this.#dark = dark;
  }

  /** Whether a module is dark. Outside of the code nothing is. */
  isDark(column: number, row: number): boolean {
    const isInside = column >= 0 && row >= 0 && column < this.size && row < this.size;
    return isInside && this.#dark[row * this.size + column] === 1;
  }

  /** Makes every module light: the text is gone from here. */
  wipe(): void {
    this.#dark.fill(0);
  }
}

export type SymbolResult =
  | { readonly outcome: 'made'; readonly symbol: QrSymbol }
  /** No QR code holds so many bytes. */
  | { readonly outcome: 'too-long'; readonly bytes: number; readonly most: number };

/**
 * The text as the smallest QR code that holds it: byte mode, level L. Nothing covers a code on a screen, and a higher
 * level only makes it larger.
 */
export async function qrSymbol(text: Secret): Promise<SymbolResult> {
  const data = new TextEncoder().encode(text.reveal());
  try {
    if (data.length > mostBytes) return { outcome: 'too-long', bytes: data.length, most: mostBytes };
    const { default: core } = await import('qrcode/lib/core/qrcode.js');
    const { modules } = core.create([{ data, mode: 'byte' }], { errorCorrectionLevel: 'L' });
    return { outcome: 'made', symbol: new QrSymbol(modules.size, modules.data) };
  } finally {
    data.fill(0);
  }
}
