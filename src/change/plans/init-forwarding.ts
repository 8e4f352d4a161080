/** What makes a host pass packets on, now and at every boot. */
import { known, type Printable } from '../../host/printable.ts';
import type { Family } from '../../network/address.ts';
import { Secret } from '../../wg/secret.ts';
import type { FileStep, SysctlStep } from '../plan.ts';
import type { Announced, ForwardingFact, InitFacts } from './init-facts.ts';

/** Where a hub's settings of the kernel are. */
export const settingsPath = '/etc/sysctl.d/70-meshtui-forwarding.conf';

/** The steps that turn forwarding on for some families, and what is to be known of it. */
interface Forwarding {
  readonly file: FileStep | undefined;
  readonly settings: readonly SysctlStep[];
  readonly notes: readonly Printable[];
}

/** Turns on what is not on: now by a setting, at boot by a file of sysctl.d(5) where no other file does. */
export function forwardingSteps(facts: InitFacts, families: ReadonlySet<Family>): Forwarding {
  const wanted = facts.forwarding.filter(({ key }) => families.has(familyOf(key)));
  const off = wanted.filter(({ value }) => value === '0');
  const losing = off.some(({ key }) => familyOf(key) === 'v6')
    ? facts.announced.filter(({ acceptRa }) => acceptRa === '1')
    : [];
  const lines = [
    ...wanted.filter(needsLine).map(({ key }) => `${key} = 1`),
    ...losing.flatMap(({ dev }) => [
      `# Without it ${dev} loses the default route that a router announces: whoever forwards does not listen.`,
      `${acceptKey(dev)} = 2`,
    ]),
  ];
  return {
    file: fileStep(facts, lines),
    settings: [...losing.map(acceptStep), ...off.flatMap(switchSteps)],
    notes: notesOf(wanted, losing),
  };
}

function familyOf(key: ForwardingFact['key']): Family {
  return key === 'net.ipv4.ip_forward' ? 'v4' : 'v6';
}

/** What another file turns on at boot needs no line of ours; what ours turned on before keeps its line. */
function needsLine({ atBoot }: ForwardingFact): boolean {
  return atBoot === undefined || atBoot.value === '0' || atBoot.path === settingsPath;
}

/** The names of interfaces may hold dots: with slashes they stay dots (sysctl.d(5)). */
function acceptKey(dev: string): string {
  return `net/ipv6/conf/${dev}/accept_ra`;
}

function acceptStep({ dev, acceptRa }: Announced): SysctlStep {
  return { kind: 'sysctl', key: acceptKey(dev), before: acceptRa, after: '2' };
}

/**
 * A switch moves others with it (devinet.c: inet_forward_change, addrconf.c: addrconf_fixup_forwarding). Those that would
 * not come back by turning it round stand before it, and so are set back after it.
 */
function switchSteps({ key, value, moves }: ForwardingFact): SysctlStep[] {
  return [
    ...moves.map((kept): SysctlStep => ({ kind: 'sysctl', key: kept.key, before: kept.value, after: kept.value })),
    { kind: 'sysctl', key, before: value, after: '1' },
  ];
}

function fileStep({ settingsFile }: InitFacts, lines: readonly string[]): FileStep | undefined {
  if (lines.length === 0) return undefined;
  const heading = '# meshtui init: a hub passes packets on, between its clients and to what is behind it.';
  const text = `${[heading, ...lines].join('\n')}\n`;
  if (settingsFile?.text.reveal() === text) return undefined;
  return {
    kind: 'file',
    path: settingsPath,
    before: settingsFile,
    after: { text: new Secret(text), mode: settingsFile?.mode ?? 0o644 },
  };
}

function notesOf(wanted: readonly ForwardingFact[], losing: readonly Announced[]): Printable[] {
  const overruled = wanted.flatMap(({ key, atBoot }) =>
    atBoot?.value === '0' && isLater(atBoot.path)
      ? [known(`${atBoot.path} sets ${key} to 0 and is read after our file: at boot it wins. Take the line out of it.`)]
      : [],
  );
  const listening = losing.map(({ dev }) =>
    known(
      `The default route of IPv6 comes from a router's announcements on ${dev}, and a host that forwards does not listen to them: accept_ra of ${dev} becomes 2, so that it does.`,
    ),
  );
  return [...overruled, ...listening];
}

/** Files are read in the order of their names, whatever their directory; /etc/sysctl.conf is last (sysctl(8)). */
function isLater(path: string): boolean {
  const name = (text: string) => text.slice(text.lastIndexOf('/') + 1);
  return path === '/etc/sysctl.conf' || name(path) > name(settingsPath);
}
