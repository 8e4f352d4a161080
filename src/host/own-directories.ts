import { HostError, type HostFacts } from './host.ts';

/** Throws a {@link HostError} unless the path is a directory named `.meshtui`, or below one or below the state directory. */
export function demandOwn(path: string, { stateDirectory }: HostFacts): void {
  const steps = path.split('/');
  const isOurs = path.startsWith(`${stateDirectory}/`) || steps.includes('.meshtui');
  const isPlain = path.startsWith('/') && !path.endsWith('/') && !steps.includes('..');
  if (!isOurs || !isPlain) throw new HostError(`${path} is not ours to remove.`);
}
