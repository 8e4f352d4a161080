import type { PathProbe } from '../../wg/path/evidence.ts';
import { type Hop, hopOf } from './hop.ts';

/** What packets of the hub's own met. It says nothing about the sender's way into the hub. */
export function probeHop({ ping, connect }: PathProbe): Hop {
  const tries = connect === undefined ? [ping] : [ping, connect];
  const words = [
    ping.answered === undefined ? 'ping could not be tried' : `ping ${ping.answered ? 'was' : 'was not'} answered`,
    ...(connect === undefined ? [] : [connectWords(connect.answered)]),
  ];
  // A host may well refuse pings and serve the port, so the port decides where one was asked for.
  const decisive = (connect ?? ping).answered;
  const verdict = decisive === undefined ? 'unknown' : decisive ? 'pass' : 'stop';
  const says = `Sent from the hub, not from the sender: ${words.join(', ')}.`;
  return hopOf(
    'probe',
    verdict,
    says,
    tries.map(({ command, line }) => ({ command, line })),
  );
}

function connectWords(answered: boolean | undefined): string {
  if (answered === undefined) return 'the TCP port could not be tried';
  return answered ? 'the TCP port accepted a connection' : 'the TCP port accepted no connection';
}
