import { spawn } from 'node:child_process';

/** Leaves the alternate screen, shows the cursor, ends bracketed paste. */
const restore = '\u001b[?2004l\u001b[?1049l\u001b[?25h\n';

/**
 * Has the terminal restored even after SIGKILL or a crash of the runtime: sort(1) prints what it read when its input
 * ends, and its input ends when this process does. Every orderly exit calls it off, as does the function that this
 * gives: leaving the alternate screen a second time would move the cursor. The shell itself resets the line discipline
 * when a job is killed.
 */
export function guardTerminal(): () => void {
  // A session of its own, so that a signal to the process group does not take it along.
  const child = spawn('sort', [], { stdio: ['pipe', 'inherit', 'ignore'], detached: true });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.stdin.write(restore);
  child.unref();
  const callOff = () => {
    process.off('exit', callOff);
    child.kill('SIGKILL');
  };
  process.on('exit', callOff);
  return callOff;
}
