/** What reverts an unconfirmed change: a transient timer of systemd where that runs, else the guard itself. */
import type { Host } from '../host/host.ts';
import { type Printable, printable } from '../host/printable.ts';
import { reasons } from './guard.ts';
import { placesOf } from './places.ts';
import { failure } from './read-hub.ts';

/** systemd's programs are given up after this long. */
const limits = { timeoutMs: 10_000 } as const;

/** Whether systemd runs as the first process (sd_booted(3)). */
export async function hasSystemd(host: Host): Promise<boolean> {
  const found = await host.stat('/run/systemd/system');
  return found.outcome === 'read' && found.value.kind === 'directory';
}

/** The unit that reverts a change. */
function unitOf(id: string): string {
  return `meshtui-revert-${id}`;
}

/**
 * Has systemd run the revert script after so many milliseconds, and not much later, as it may by itself (AccuracySec of
 * systemd.timer(5) is a minute). Gives the reason where it does not.
 */
export async function armTimer(host: Host, id: string, afterMs: number): Promise<Printable | undefined> {
  const result = await host.run(
    [
      ...(['systemd-run', '--quiet', '--collect', `--unit=${unitOf(id)}`] as const),
      ...[`--on-active=${Math.max(Math.ceil(afterMs), 1)}ms`, '--timer-property=AccuracySec=100ms'],
      ...['/bin/sh', placesOf(host.facts, id).script, '--unless-done', reasons.unconfirmed],
    ],
    limits,
  );
  if (result.outcome === 'exited' && result.code === 0) return undefined;
  return printable(failure('systemd-run', result));
}

/** Stops the timer and makes sure that it is gone. Gives the reason where it may still fire, which does no harm. */
export async function disarmTimer(host: Host, id: string): Promise<Printable | undefined> {
  if (!(await hasSystemd(host))) return undefined;
  const timer = `${unitOf(id)}.timer`;
  await host.run(['systemctl', 'stop', timer], limits);
  const result = await host.run(['systemctl', 'show', '--property=ActiveState', '--value', timer], limits);
  if (result.outcome === 'exited' && result.code === 0) {
    const state = result.stdout.trim();
    return state === 'inactive' || state === 'failed' ? undefined : printable(`${timer} is still ${state}.`);
  }
  return printable(failure(`systemctl show ${timer}`, result));
}
