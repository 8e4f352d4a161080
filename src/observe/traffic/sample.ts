import type { Host } from '../../host/host.ts';
import { known, type Printable, printable } from '../../host/printable.ts';
import { type DumpReading, DumpSource } from '../dump-source.ts';
import { TrafficKeeper } from './keeper.ts';

/** What one sample for the traffic history came to. */
export type SampleOutcome =
  | {
      readonly outcome: 'kept';
      readonly interfaces: number;
      readonly peers: number;
      /** What could not be read or is damaged, a sentence each; the rest is kept. */
      readonly problems: readonly Printable[];
    }
  /** There is no interface to read. */
  | { readonly outcome: 'nothing' }
  | { readonly outcome: 'failed'; readonly reason: Printable };

/** Reads the counters of all interfaces once and adds them to the traffic history. Never throws. */
export async function sampleOnce(host: Host): Promise<SampleOutcome> {
  const reading = await new DumpSource(host).read({ isComplete: true });
  if (reading.outcome !== 'read') return { outcome: 'failed', reason: whyNot(reading) };
  if (reading.interfaces.length === 0) return { outcome: 'nothing' };
  const keeper = TrafficKeeper.forOneSample(host);
  keeper.book(reading.interfaces, host.now());
  const { failures, problems } = await keeper.keep();
  const [failure] = failures;
  if (failure !== undefined) return { outcome: 'failed', reason: failure };
  return {
    outcome: 'kept',
    interfaces: reading.interfaces.length,
    peers: reading.interfaces.reduce((sum, one) => sum + one.peers.length, 0),
    problems: [...reading.problems, ...problems],
  };
}

function whyNot(reading: Exclude<DumpReading, { readonly outcome: 'read' }>): Printable {
  if (reading.outcome === 'no-program') return known('neither wg nor awg is installed');
  return printable(`the interfaces cannot be read: ${reading.reason}`);
}
