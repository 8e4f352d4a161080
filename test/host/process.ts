/**
 * A process of its own that uses the real host, for tests of what happens when it dies:
 *
 *     node test/host/process.ts lock PATH HOLDER     takes the lock, says so, keeps it
 *     node test/host/process.ts leave PATH           takes the lock and ends without letting go
 *     node test/host/process.ts lock-and-start PATH SECONDS     also starts a program that outlives it, says its id
 *     node test/host/process.ts start MARKER         starts a program that makes a file after 300 ms
 *     node test/host/process.ts secret               gives a secret to a program that never reads it; SIGUSR2 is exit(9)
 *     node test/host/process.ts run PROGRAM ARGUMENT…   runs it with the secret of standard input for the argument @
 *     node test/host/process.ts write|new PATH SIZE     replaces or makes a file of so many letters n
 *     node test/host/process.ts move FROM TO
 *
 * Each answer is a line of JSON.
 */
import { readFileSync } from 'node:fs';
import { realHost } from '../../src/host/real.ts';

const [what = '', path = '', extra = ''] = process.argv.slice(2);
const host = realHost();
const say = (answer: unknown) => process.stdout.write(`${JSON.stringify(answer)}\n`);
// As the console does, where the terminal is raw; what is under test must not hear of it either.
process.on('SIGINT', () => undefined);

switch (what) {
  case 'lock': {
    const result = await host.lock(path, extra);
    say(result.outcome === 'locked' ? { outcome: 'locked', isHeld: result.lock.isHeld() } : result);
    if (result.outcome === 'locked') setInterval(() => say({ isHeld: result.lock.isHeld() }), 100);
    break;
  }
  case 'leave':
    say({ outcome: (await host.lock(path, 'left')).outcome });
    break;
  case 'lock-and-start':
    say({ outcome: (await host.lock(path, 'parent')).outcome, started: await host.startDetached(['sleep', extra]) });
    setInterval(() => undefined, 1000);
    break;
  case 'start':
    say(await host.startDetached(['sh', '-c', 'sleep 0.3; echo "$PWD $$" > "$1"', 'sh', path]));
    setInterval(() => undefined, 1000);
    break;
  case 'secret':
    process.on('SIGUSR2', () => process.exit(9));
    say(await host.run(['sh', '-c', 'exec sleep 60', '@'], { secretFile: { placeholder: '@', text: 'secret' } }));
    break;
  case 'run': {
    const [program = '', ...args] = process.argv.slice(3);
    const secretFile = { placeholder: '@', text: readFileSync(0, 'utf8') };
    say(await host.run([program, ...args], { secretFile }));
    break;
  }
  case 'write':
    await trying(() => host.writeFileAtomic(path, 'n'.repeat(Number(extra))));
    break;
  case 'new':
    await trying(() => host.writeNewFile(path, 'n'.repeat(Number(extra)), { mode: 0o600 }));
    break;
  case 'move':
    await trying(() => host.moveFile(path, extra));
    break;
}

async function trying(act: () => Promise<void>): Promise<void> {
  say(
    await act().then(
      () => 'done',
      (error: Error) => error.message,
    ),
  );
}
