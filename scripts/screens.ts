/**
 * `npm run screens`: draws the pictures in docs/screens and writes docs/keys.md anew. Look at each picture that changed
 * before you commit it.
 */
import { spawnSync } from 'node:child_process';

const tests = ['test/screens/pictures', 'test/docs/keys'];
const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...tests], {
  stdio: 'inherit',
  env: { ...process.env, MESHTUI_DRAW_SCREENS: '1' },
});
process.exitCode = status ?? 1;
