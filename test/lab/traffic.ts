/** Bounded traffic between hosts. */
import type { Lab } from './lab.ts';
import { LabError, until } from './run.ts';
import { type HostName, overlay, underlay, wireguardHosts } from './topology.ts';

/** No traffic of the lab lasts longer, or is faster, than this. */
const limits = { seconds: 600, megabitsPerSecond: 50, pings: 1000 };
const iperfPort = 5201;

/** What came back of the pings. */
export interface PingResult {
  readonly sent: number;
  readonly received: number;
}

/** The address of a host as its neighbours in the tunnel know it. */
export function addressOf(host: HostName): string {
  const inside = wireguardHosts.find((name) => name === host);
  return inside === undefined ? underlay[host].v4 : overlay[inside].v4;
}

/** Pings a host or an address, one each fifth of a second (default: 3), each answer waited for 1 s. */
export async function ping(
  lab: Lab,
  from: HostName,
  to: HostName | { readonly address: string },
  count = 3,
): Promise<PingResult> {
  const pings = Math.min(count, limits.pings);
  const address = typeof to === 'string' ? addressOf(to) : to.address;
  const argv = ['ping', '-n', '-q', '-i', '0.2', '-W', '1', '-c', String(pings), address];
  const { stdout } = await lab.exec(from, argv, { timeoutMs: pings * 1300 + 5000 });
  const found = /(\d+) packets transmitted, (\d+) received/.exec(stdout);
  return { sent: Number(found?.[1] ?? 0), received: Number(found?.[2] ?? 0) };
}

export interface TrafficOptions {
  readonly from: HostName;
  readonly to: HostName;
  /** At most 600. */
  readonly seconds: number;
  /** At most 50. */
  readonly megabitsPerSecond: number;
  /** From `to` to `from`. */
  readonly reverse?: boolean;
}

/** A steady TCP stream by iperf3; the bytes that arrived. Streams to the same host must not overlap. */
export async function traffic(lab: Lab, options: TrafficOptions): Promise<number> {
  const seconds = Math.min(options.seconds, limits.seconds);
  const rate = Math.min(options.megabitsPerSecond, limits.megabitsPerSecond);
  const port = String(iperfPort);
  const server = lab.exec(options.to, ['iperf3', '--server', '--one-off', '--port', port], {
    timeoutMs: (seconds + 15) * 1000,
  });
  await until(`iperf3 on ${options.to}`, 5000, async () =>
    (await lab.exec(options.to, ['ss', '-Hltn', `sport = :${port}`])).stdout.includes(port),
  );
  const client = await lab.exec(
    options.from,
    [
      ...['iperf3', '--json', '--client', addressOf(options.to), '--port', port, '--connect-timeout', '5000'],
      ...['--time', String(seconds), '--bitrate', `${rate}M`, ...(options.reverse ? ['--reverse'] : [])],
    ],
    { timeoutMs: (seconds + 15) * 1000 },
  );
  const report = JSON.parse(client.stdout) as { error?: string; end?: { sum_received?: { bytes?: number } } };
  if (report.error !== undefined) throw new LabError(`iperf3 from ${options.from} to ${options.to}: ${report.error}`);
  await server;
  return report.end?.sum_received?.bytes ?? 0;
}

/** A household's evening for a while: the laptop copies from the NAS, the phone looks in now and then. */
export async function everydayTraffic(lab: Lab, seconds: number): Promise<void> {
  const end = performance.now() + Math.min(seconds, limits.seconds) * 1000;
  const phone = async () => {
    while (performance.now() < end) {
      await ping(lab, 'phone', 'laptop', 5);
      await new Promise((resolve) => setTimeout(resolve, Math.min(4000, Math.max(0, end - performance.now()))));
    }
  };
  const copy = traffic(lab, { from: 'laptop', to: 'nas', seconds, megabitsPerSecond: 8, reverse: true });
  await Promise.all([copy, phone()]);
}
