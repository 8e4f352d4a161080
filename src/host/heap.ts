import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** The size at which V8's young generation is to stay, bytes. Left alone it grows to 50 MB, which a small Edge would feel. */
const enough = 4 * 1024 * 1024;
const lookEveryMs = 50;

/** V8 complains on the terminal about an option that it does not know; all of these it has in Node 22.12 to 24 (12.4 to 13.6). */
const knowsOptions = /^1[23]\./.test(process.versions.v8);

/**
 * Optimizes only functions that run far more often than V8 asks for: a console works for a few milliseconds each second,
 * and in its first minutes the compilers took 10 ms of CPU a second. The few that are optimized are so on the main
 * thread: each thread that compiles keeps the memory of its largest function for good, 6 MB with 10 peers. Call it first
 * of all.
 */
export function compileSparingly(): void {
  if (!knowsOptions) return;
  setFlagsFromString('--invocation-count-for-turbofan=100000');
  setFlagsFromString('--invocation-count-for-maglev=3000');
  setFlagsFromString('--no-concurrent-recompilation');
}

/** Stops the young generation from growing once it has the size that a console needs. */
export function keepHeapSmall(): void {
  const timer = setInterval(() => {
    const young = getHeapSpaceStatistics().find((space) => space.space_name === 'new_space');
    if (young === undefined || young.space_size < enough) return;
    setFlagsFromString('--semi-space-growth-factor=1');
    clearInterval(timer);
  }, lookEveryMs);
  timer.unref();
}
