import type { Host } from '../../host/host.ts';
import { type AddressBits, formatAddress } from '../../network/address.ts';
import type { Proof, ProofEvidence, UdpCounters } from './proof.ts';

/** So many pings are sent for a proof, to the client and to what is behind it, however long it is waited for. */
const mostPings = 60;

/** Looks for what a snapshot does not tell of a new client. One for each proof: it counts the pings that it sends. */
export class EvidenceSource {
  readonly #host: Host;
  #pings = 0;
  #lanAnswer: AddressBits | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  /**
   * Reads the counters; once the client has connected sends one ping at a time, first to itself, so that packets go both
   * ways where it answers, then to what is behind it. Never throws.
   */
  async look(proof: Proof): Promise<ProofEvidence> {
    const udp = await readUdpCounters(this.#host);
    const step = proof.state.kind === 'waiting' ? proof.state.step : undefined;
    const targets = step === 'traffic' ? proof.addresses : step === 'lan' ? proof.probe : [];
    const target = targets[this.#pings % Math.max(1, targets.length)];
    if (target !== undefined && this.#pings < mostPings) {
      this.#pings += 1;
      const isAnswered = await this.#ping(target);
      if (isAnswered && step === 'lan') this.#lanAnswer = target;
    }
    return { udp, lanAnswer: this.#lanAnswer, pings: this.#pings };
  }

  async #ping(address: AddressBits): Promise<boolean> {
    const argv = ['ping', '-n', '-q', '-c', '1', '-W', '1', formatAddress(address)] as const;
    const ran = await this.#host.run(argv, { timeoutMs: 3_000 });
    return ran.outcome === 'exited' && ran.code === 0;
  }
}

/** The counters of this host's network; undefined where it has none to read. */
async function readUdpCounters(host: Host): Promise<UdpCounters | undefined> {
  const [v4, v6] = await Promise.all([host.readFile('/proc/net/snmp'), host.readFile('/proc/net/snmp6')]);
  if (v4.outcome !== 'read') return undefined;
  const [names = [], values = []] = v4.value
    .split('\n')
    .filter((line) => line.startsWith('Udp:'))
    .map((line) => line.split(/\s+/));
  const of4 = (name: string) => Number(values[names.indexOf(name)] ?? 0);
  const of6 = (name: string) =>
    v6.outcome === 'read' ? Number(new RegExp(`^${name}\\s+(\\d+)`, 'm').exec(v6.value)?.[1] ?? 0) : 0;
  return {
    taken: of4('InDatagrams') + of6('Udp6InDatagrams'),
    strayed: of4('NoPorts') + of6('Udp6NoPorts'),
  };
}
