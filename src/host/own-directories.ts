import { HostError, type HostFacts } from './host.ts';

/** Throws a {@link HostError} unless the path is below the state directory or a directory named `.meshtui`. */
export function demandOwn(path: string, { stateDirectory }: HostFacts): void {
  const steps = path.split('/');
  const isBelowOurs = path.startsWith(`${stateDirectory}/`) || steps.slice(0, -1).includes('.meshtui');
  const isPlain = path.startsWith('/') && !path.endsWith('/') && !steps.includes('..');
  if (!isBelowOurs || !isPlain) throw new HostError(`${path} is not ours to remove.`);
}
