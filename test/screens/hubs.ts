/** Hubs that stand still: the same to the byte whenever and wherever they are looked at. */
import { type DemoHost, demoHost, demoSamples, demoTrafficSamples } from '../../src/host/demo/demo-host.ts';
import { fakeHost } from '../../src/host/fake.ts';
import type { Host } from '../../src/host/host.ts';
import { known } from '../../src/host/printable.ts';
import { Observer } from '../../src/observe/observer.ts';
import type { Snapshot } from '../../src/observe/snapshot.ts';
import type { TrafficHistory } from '../../src/observe/traffic/history.ts';

/** A moment at which the phone is awake and the household's backup has begun again. */
const startedAt = Date.UTC(2026, 10, 23, 14, 5, 20);
const secondsIn = 984;

/** The demo's hub and all that the console asks it for. */
export interface DemoHub {
  readonly host: DemoHost;
  readonly snapshot: Snapshot;
  /** What moved in the 30 days before; undefined where it is not kept. */
  readonly traffic: TrafficHistory | undefined;
}

/** The demo's hub, looked at since five minutes before the demo began, as the program does. */
export async function demoHub(): Promise<DemoHub> {
  let now = startedAt + secondsIn * 1000;
  const host = demoHost({ startedAt, clock: () => now, seed: 1 });
  const seconds = secondsIn + 300;
  const observer = new Observer(host, { intervalMs: 1000, traffic: true, drift: true });
  await observer.begin({ past: [...demoTrafficSamples(host, seconds), ...demoSamples(host, seconds)] });
  await observer.lookAround();
  now += 1000;
  const snapshot = await observer.sample();
  while (observer.drift === undefined) await new Promise((resolve) => setImmediate(resolve));
  return { host, snapshot: { ...snapshot, drift: observer.drift }, traffic: observer.traffic };
}

/** What is seen of that hub. */
export async function demoSnapshot(): Promise<Snapshot> {
  const { snapshot } = await demoHub();
  return snapshot;
}

const debian = ['/etc/os-release', 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n'] as const;

/** A machine without wireguard-tools. */
export const withoutProgram = (): Host => fakeHost({ files: new Map([debian]) });

/** A hub that an ordinary user looks at. Its traffic counters are for everyone, its peers are not. */
export const withoutPrivilege = (): Host =>
  fakeHost(
    {
      files: new Map([
        debian,
        ['/sys/class/net/eth0/uevent', 'INTERFACE=eth0\n'],
        ...link('wg0', 412_874_301_556, 61_930_442_908),
        ...link('wg1', 77_204_388, 9_114_200),
      ]),
      denied: new Set(['/etc/wireguard']),
      programs: ([program]) =>
        program === 'wg'
          ? {
              outcome: 'exited',
              code: 1,
              stdout: '',
              stderr: 'Unable to access interface wg0: Operation not permitted\n',
            }
          : undefined,
    },
    { uid: 1000, commandLine: ['meshtui'], hostname: known('edge') },
  );

/** A machine that has WireGuard's tools, and no interface. */
export const withoutInterface = (): Host =>
  fakeHost({ files: new Map([debian]), programs: ([program]) => (program === 'wg' ? '' : undefined) });

/** What is seen first on such a machine. */
export function firstSnapshot(host: Host): Promise<Snapshot> {
  return new Observer(host, { intervalMs: 1000 }).begin();
}

function link(name: string, rxBytes: number, txBytes: number): [string, string][] {
  const path = `/sys/class/net/${name}`;
  return [
    [`${path}/uevent`, `DEVTYPE=wireguard\nINTERFACE=${name}\n`],
    [`${path}/statistics/rx_bytes`, `${rxBytes}\n`],
    [`${path}/statistics/tx_bytes`, `${txBytes}\n`],
  ];
}
