import { afterAll, beforeAll } from 'vitest';
import { downLab, type Lab, sweepLabs, upLab } from './lab.ts';

/** A lab of their own for the tests of a block: `take` is given it before they run, and it is gone after them. */
export function withLab(id: string, take: (lab: Lab) => void): void {
  beforeAll(async () => {
    await sweepLabs();
    take(await upLab({ id }));
  });
  afterAll(() => downLab(id));
}
