import { defineConfig } from 'vitest/config';
import CountsReporter from './test/support/reporter.ts';

// Ink and chalk draw differently where these are set; a test decides for itself, not the place that it runs in.
for (const name of ['CI', 'CONTINUOUS_INTEGRATION', 'NO_COLOR', 'FORCE_COLOR', 'TMUX', 'INK_SCREEN_READER']) {
  delete process.env[name];
}
// Details show times in the operator's own zone.
process.env['TZ'] = 'UTC';

/** Which cases the properties draw. */
const setupFiles = ['test/support/properties.ts'];

/** Real programs, terminals and networks: `test/e2e` and the lab's own tests. */
const endToEnd = ['test/e2e/**/*.test.{ts,tsx}', 'test/lab/**/*.test.ts'];

export default defineConfig({
  test: {
    reporters: ['default', new CountsReporter()],
    projects: [
      {
        test: {
          name: 'unit',
          setupFiles,
          include: ['test/**/*.test.ts'],
          exclude: endToEnd,
          env: { FORCE_COLOR: '0' },
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'screens',
          setupFiles,
          include: ['test/**/*.test.tsx'],
          exclude: endToEnd,
          env: { FORCE_COLOR: '0' },
          testTimeout: 15_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // One file after another: they measure time, and the machine may have two cores.
        test: {
          name: 'e2e',
          setupFiles,
          include: endToEnd,
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
