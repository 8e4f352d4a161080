import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** The size at which V8's young generation is to stay, bytes. Left alone it grows to 50 MB, which a small Edge would feel. */
const enough = 4 * 1024 * 1024;
const lookEveryMs = 50;

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
