import type { Host } from '../host/host.ts';
import { sampleOnce } from '../observe/traffic/sample.ts';
import type { Output } from './output.ts';

/**
 * Adds the traffic counters of now to the history, for a timer (docs/traffic-history.md). Silent where all went well; gives
 * the exit code.
 */
export async function addSample(host: Host, output: Output): Promise<number> {
  const result = await sampleOnce(host);
  switch (result.outcome) {
    case 'kept':
      for (const problem of result.problems) output.error(`meshtui: ${problem}`);
      return 0;
    case 'nothing':
      output.error(`meshtui: There is no WireGuard interface to read${host.facts.uid === 0 ? '' : ' without root'}.`);
      return 1;
    case 'failed':
      output.error(`meshtui: ${result.reason.replace(/\.?$/, '.')}`);
      return 1;
  }
}
