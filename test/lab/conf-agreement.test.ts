/** What `src/wg/conf/wanted.ts` reads of a file, beside what the real wg-quick and wg accept, refuse and set. */
import { describe, expect, test } from 'vitest';
import { demoKeyPair, demoPresharedKey } from '../../src/host/demo/keys.ts';
import { printable } from '../../src/host/printable.ts';
import { readEndpoint } from '../../src/wg/conf/check-value.ts';
import { parseConf } from '../../src/wg/conf/conf-file.ts';
import { readWanted, type WantedInterface } from '../../src/wg/conf/wanted.ts';
import { type DumpInterface, parseDump } from '../../src/wg/dump.ts';
import { type FileKeys, oddFiles, randomFile } from './conf-files.ts';
import { judge, resolvableHosts, resolvedAddress, type Verdict } from './conf-judge.ts';
import { randomOf } from './kernel-world.ts';
import { missingPackages } from './packages.ts';

const programs = {
  wg: 'wireguard-tools',
  'wg-quick': 'wireguard-tools',
  'wireguard-go': 'wireguard-go',
  unshare: 'util-linux',
};
const canRun = process.getuid?.() === 0 && missingPackages(programs).length === 0;
const isFull = process.env['MESHTUI_FULL'] === '1';
/** Other numbers try other files. */
const seed = Number(process.env['MESHTUI_SEED'] ?? 1);
const generated = isFull ? 10_000 : 150;

const names = ['hub', 'a', 'b', 'c', 'd', 'e'];
const keys: FileKeys = {
  privateKey: demoKeyPair(seed, 'hub').privateKey,
  publicKeys: names.map((name) => demoKeyPair(seed, name).publicKey),
  presharedKeys: names.map((name) => demoPresharedKey(seed, name)),
};

const files = [
  ...oddFiles(keys),
  ...Array.from({ length: generated }, (_, index) => randomFile(randomOf(seed * 100_003 + index), keys)),
];

describe.skipIf(!canRun)('wg-quick and wg agree with us', () => {
  test(
    `on ${files.length} files: each oddity alone, and ${generated} generated and damaged`,
    async () => {
      const verdicts = await judge(files, isFull ? 900_000 : 180_000);
      const tally = { accepted: 0, rejected: 0, unresolved: 0 };
      const wrong: unknown[] = [];
      for (const [index, verdict] of verdicts.entries()) {
        const text = files[index]?.toString('utf8') ?? '';
        const { what, differences } = compare(text, verdict);
        tally[what] += 1;
        if (differences.length > 0)
          wrong.push({ seed, index, differences, said: verdict.said, text: text.slice(0, 2000) });
      }
      expect(wrong).toEqual([]);
      // Agreement on files that are all refused, or all accepted, would say little.
      expect(tally.accepted).toBeGreaterThan(files.length / 4);
      expect(tally.rejected).toBeGreaterThan(files.length / 5);
      expect(tally.unresolved).toBeLessThan(files.length / 25);
    },
    isFull ? 900_000 : 180_000,
  );
});

interface Comparison {
  /** Unresolved: wg stopped at a name that is nowhere known, and would have read on elsewhere. */
  readonly what: 'accepted' | 'rejected' | 'unresolved';
  readonly differences: readonly string[];
}

function compare(text: string, verdict: Verdict): Comparison {
  const ours = readWanted(parseConf(text));
  if (verdict.set !== 0) {
    if (ours.outcome === 'rejected') return { what: 'rejected', differences: [] };
    return stoppedAtName(verdict)
      ? { what: 'unresolved', differences: [] }
      : { what: 'rejected', differences: ['they refuse it, we accept it'] };
  }
  if (ours.outcome === 'rejected') {
    return { what: 'accepted', differences: [`they accept it, we refuse it: ${JSON.stringify(ours.problems)}`] };
  }
  const set = parseDump(verdict.dump).interfaces[0];
  const differences = set === undefined ? ['there is no dump'] : unequal(ours.wanted, set);
  return { what: 'accepted', differences: [...differences, ...unequalKept(ours.wanted, verdict.kept)] };
}

/** Whether wg refused no more than a name, or the name of an interface in a scope, that there might be elsewhere. */
function stoppedAtName({ said }: Verdict): boolean {
  const value = /Name or service not known: `(.*)'/.exec(said)?.[1];
  const endpoint = value === undefined ? undefined : readEndpoint(value);
  return endpoint !== undefined && (endpoint.kind === 'name' || /%\D/.test(endpoint.host));
}

/** Each setting that is not what the running interface has. */
function unequal(wanted: WantedInterface, set: DumpInterface): string[] {
  const found: string[] = [];
  const check = (what: string, ours: unknown, theirs: unknown) => {
    if (JSON.stringify(ours) !== JSON.stringify(theirs)) {
      found.push(`${what}: ${JSON.stringify(ours)}, not ${JSON.stringify(theirs)}`);
    }
  };
  check('private key', wanted.privateKey?.reveal(), set.privateKey?.reveal());
  if (wanted.privateKey !== undefined) check('public key', wanted.publicKey, set.publicKey);
  if (wanted.listenPort !== undefined) check('port', wanted.listenPort, set.listenPort);
  check('fwmark', wanted.fwmark, set.fwmark);
  check('peers', [...wanted.peers.keys()].sort(), set.peers.map((peer) => peer.publicKey).sort());
  for (const peer of set.peers) {
    const ours = wanted.peers.get(peer.publicKey);
    check('allowed IPs', ours?.allowedIps.toSorted(), peer.allowedIps.toSorted());
    check('endpoint', ours?.endpoint === undefined ? undefined : resolved(ours.endpoint), peer.endpoint);
    check('keepalive', ours?.persistentKeepalive, peer.persistentKeepalive);
    check('preshared key', ours?.presharedKey?.reveal(), peer.presharedKey?.reveal());
  }
  return found;
}

/** An endpoint as the userspace implementation shows it: the name looked up, the scope lost. */
function resolved(endpoint: string): string {
  const name = resolvableHosts.find(
    (host) => endpoint.toLowerCase().startsWith(`${host}:`) || endpoint.toLowerCase().startsWith(`${host}.:`),
  );
  if (name !== undefined) return endpoint.replace(/^.*:/, `${resolvedAddress}:`);
  return endpoint.replace(/^\*/, '[::1]').replace(/%[^\]]*/, '');
}

/** Each setting of wg-quick's own that it has otherwise. */
function unequalKept(wanted: WantedInterface, kept: Verdict['kept']): string[] {
  const hooks = (when: string) =>
    wanted.hooks.filter((hook) => hook.when === when).map((hook) => hook.command as string);
  // Commands are for showing: a control character in one is not kept.
  const run = (name: string) => (kept[name] ?? []).map(printable);
  const table = kept['TABLE']?.[0] ?? '';
  const pairs: [string, unknown, unknown][] = [
    ['addresses', wanted.addresses, kept['ADDRESSES'] ?? []],
    ['DNS', wanted.dns.toSorted(), [...(kept['DNS'] ?? []), ...(kept['DNS_SEARCH'] ?? [])].sort()],
    ['MTU', wanted.mtu, /^\d{1,9}$/.test(kept['MTU']?.[0] ?? '') ? Number(kept['MTU']?.[0]) : undefined],
    ['table', wanted.table ?? 'auto', table === '' ? 'auto' : table],
    ['SaveConfig', wanted.saveConfig, kept['SAVE_CONFIG']?.[0] === '1'],
    ['PreUp', hooks('PreUp'), run('PRE_UP')],
    ['PostUp', hooks('PostUp'), run('POST_UP')],
    ['PreDown', hooks('PreDown'), run('PRE_DOWN')],
    ['PostDown', hooks('PostDown'), run('POST_DOWN')],
  ];
  return pairs.flatMap(([what, ours, theirs]) =>
    JSON.stringify(ours) === JSON.stringify(theirs)
      ? []
      : [`${what}: ${JSON.stringify(ours)}, not ${JSON.stringify(theirs)}`],
  );
}
