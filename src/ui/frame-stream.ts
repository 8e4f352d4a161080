/** The part of a terminal's output stream that Ink uses. */
export type TerminalStream = NodeJS.WriteStream;

const manyLinesDown = /(?:\u001b\[E){2,}/g;

/** Ink steps over each unchanged line with its own CNL; one with a count (ECMA-48 §8.3.12) says the same in 4 bytes. */
export function compactFrame(frame: string): string {
  return frame.replace(manyLinesDown, (run) => `\u001b[${run.length / 3}E`);
}

/** The stream with every frame rewritten on its way out; everything else is the stream's own. */
export function frameStream(stream: TerminalStream, rewrite: (frame: string) => string = compactFrame): TerminalStream {
  return new Proxy(stream, {
    get(target, property) {
      if (property === 'write') {
        return (chunk: string | Uint8Array, ...rest: never[]) =>
          target.write(typeof chunk === 'string' ? rewrite(chunk) : chunk, ...rest);
      }
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
