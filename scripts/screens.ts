/** `npm run screens`: draws the pictures in docs/screens anew. Look at each that changed before you commit it. */
import { spawnSync } from 'node:child_process';

const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', 'test/screens/pictures'], {
  stdio: 'inherit',
  env: { ...process.env, MESHTUI_DRAW_SCREENS: '1' },
});
process.exitCode = status ?? 1;
