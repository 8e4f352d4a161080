import type { Draw } from './random.ts';

/** Bytes of UDP payload that a tunnel carries in one second: `up` from the peer to the hub, `down` back. */
export interface Exchange {
  readonly up: number;
  readonly down: number;
}

/** What a peer's people do in one second, counted from the start of the demo; undefined when nothing is sent. */
export type Traffic = (second: number) => Exchange | undefined;

/** Serves backups and video to the world: always some, at times a lot. */
export function homeTraffic(draw: Draw): Traffic {
  return (second) => {
    const minute = Math.floor(second / 60);
    const level = draw(10, minute);
    const ripple = (0.8 + 0.2 * Math.sin(second / 5 + minute)) * (0.85 + 0.3 * draw(11, second));
    const inFirstMinutes = minute >= -1 && minute <= 1;
    if (level < 0.25 && !inFirstMinutes) return exchange(2_000 + 5_000 * ripple, 1_500 * ripple);
    if (level < 0.75 || inFirstMinutes) return exchange(1_500_000 * ripple, 40_000 * ripple);
    return exchange(400_000 * ripple, 3_200_000 * ripple);
  };
}

/** The operator's own laptop: this very console over SSH, and a browser. */
export function laptopTraffic(draw: Draw): Traffic {
  return (second) => {
    const console = { up: 120 + 300 * draw(20, second), down: 700 + 1_600 * draw(21, second) };
    const browsing = draw(22, Math.floor(second / 15)) < 0.35 ? 15_000 + 90_000 * draw(23, second) : 0;
    return exchange(console.up + browsing / 9, console.down + browsing);
  };
}

/** A laptop with a web page now and then; in between its keepalives alone are seen. */
export function lightTraffic(draw: Draw): Traffic {
  return (second) => {
    const visit = Math.floor(second / 100);
    const from = visit * 100 + 5 + Math.floor(15 * draw(30, visit));
    const until = from + 3 + Math.floor(9 * draw(31, visit));
    if (draw(32, visit) < 0.25 || second < from || second >= until) return undefined;
    return exchange(3_000 + 9_000 * draw(33, second), 30_000 + 260_000 * draw(34, second));
  };
}

/** A phone that wakes up every quarter of an hour, first about a minute after the start. */
export function phoneTraffic(draw: Draw): Traffic {
  return (second) => {
    const burst = phoneBursts(draw, second) - 1;
    const length = 15 + Math.floor(25 * draw(41, burst));
    if (burst < 0 || second >= burstStart(draw, burst) + length) return undefined;
    return exchange(4_000 + 6_000 * draw(42, second), 80_000 + 320_000 * draw(43, second));
  };
}

/** How many bursts of {@link phoneTraffic} have begun by a second. */
export function phoneBursts(draw: Draw, second: number): number {
  const number = Math.max(0, Math.floor(second / phonePause));
  return second >= burstStart(draw, number) ? number + 1 : number;
}

function burstStart(draw: Draw, burst: number): number {
  return burst * phonePause + 50 + Math.floor(40 * draw(40, burst));
}

/** How far apart the bursts of {@link phoneTraffic} are, in seconds. */
const phonePause = 900;

/** One second of TCP that carries so many bytes each way: each direction's segments, and its acknowledgements of the other's. */
function exchange(upBytes: number, downBytes: number): Exchange {
  const up = Math.ceil(upBytes / segmentBytes);
  const down = Math.ceil(downBytes / segmentBytes);
  return {
    up: segments(Math.round(upBytes)) + Math.ceil(down / 2) * acknowledgement,
    down: segments(Math.round(downBytes)) + Math.ceil(up / 2) * acknowledgement,
  };
}

/** Bytes that a full TCP segment carries inside a tunnel with the usual MTU of 1420: 40 are headers. */
const segmentBytes = 1380;
/** WireGuard adds 16 bytes of header and 16 of authentication tag to each packet. */
const overhead = 32;
/** An empty TCP segment with time stamps, 52 bytes, padded to 64. */
const acknowledgement = 64 + overhead;

function segments(bytes: number): number {
  const full = Math.floor(bytes / segmentBytes);
  const rest = bytes % segmentBytes;
  const padded = Math.min(1420, Math.ceil((rest + 40) / 16) * 16);
  return full * (1420 + overhead) + (rest === 0 ? 0 : padded + overhead);
}
