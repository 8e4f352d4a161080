/** The part of the package qrcode that makes modules of bytes. Its main entry brings renderers, pngjs and yargs too. */
declare module 'qrcode/lib/core/qrcode.js' {
  interface Segment {
    readonly data: Uint8Array;
    readonly mode: 'byte';
  }
  interface Options {
    readonly errorCorrectionLevel: 'L' | 'M' | 'Q' | 'H';
  }
  interface Made {
    readonly version: number;
    /** Row by row, one byte a module, 1 is dark. */
    readonly modules: { readonly size: number; readonly data: Uint8Array };
  }
  const core: { create(segments: readonly Segment[], options: Options): Made };
  export default core;
}
