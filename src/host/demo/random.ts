/** Draws a number in [0, 1) for a stream and an index; always the same one for the same pair. */
export type Draw = (stream: number, index: number) => number;

/** Draws that depend on nothing but the seed, so that every moment of the demo can be told without playing what came before. */
export function seededDraw(seed: number): Draw {
  return (stream, index) => {
    const mixed = scramble(scramble(scramble(seed | 0) ^ (stream | 0)) ^ (index | 0));
    return (mixed >>> 0) / 2 ** 32;
  };
}

/** The finaliser of MurmurHash3: each bit of the result depends on each bit of the input. */
function scramble(value: number): number {
  let bits = value + 0x9e3779b9;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
