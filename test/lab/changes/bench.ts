/** Makes a hub ready for one kind of change, again and again. */
import type { Lab } from '../lab.ts';
import { type Cell, type Outcome, path, tryCell } from './cell.ts';
import { arm, installStandIns, programRuns, systemDirectories } from './faults.ts';
import { isOld, namerOf, readSecrets, readState, stateDifferences } from './hub-state.ts';
import type { Kind } from './kinds.ts';
import { changesOf, quiet, type Stand, started, toTheEnd, type Variant } from './stand.ts';
import { startTold } from './told.ts';

/** One hub, made ready for one kind of change again and again. */
export interface Bench {
  /** The runs of programs that a change of this kind needs where nothing goes wrong. */
  readonly runs: readonly string[];
  /** The same for calls to the kernel. */
  readonly calls: readonly string[];
  try(cell: Cell): Promise<Outcome>;
  end(): Promise<void>;
}

/** Keeps files, what runs and routes under a name, and makes the hub so again. */
const saveScript = `
base=/root/$1
rm -rf "$base" && mkdir -p "$base" /var/lib/meshtui
cp -a /etc/wireguard "$base/etc"
cp -a /var/lib/meshtui "$base/lib"
wg showconf wg0 >"$base/running"
wg show wg0 persistent-keepalive >"$base/keepalives"
wg show wg0 preshared-keys >"$base/preshared-keys"
ip -4 route save dev wg0 proto boot >"$base/v4"
ip -6 route save dev wg0 proto boot >"$base/v6"
`;

const restoreFiles = `
base=/root/$1
rm -rf /var/lib/meshtui /etc/wireguard/* /etc/wireguard/.meshtui /run/meshtui-*
cp -a "$base/lib" /var/lib/meshtui
cp -a "$base/etc/." /etc/wireguard
`;

/** Not every wg syncconf takes away what a file does not name. */
const restoreRunning = `
base=/root/$1
wg syncconf wg0 "$base/running"
while read -r key seconds; do wg set wg0 peer "$key" persistent-keepalive "$seconds"; done <"$base/keepalives"
while read -r key secret; do
  if [ "$secret" = '(none)' ]; then wg set wg0 peer "$key" preshared-key /dev/null; fi
done <"$base/preshared-keys"
ip -4 route flush dev wg0 proto boot
ip -6 route flush dev wg0 proto boot
ip -4 route restore <"$base/v4"
ip -6 route restore <"$base/v6"
`;

/** Makes a hub ready for a kind of change. What it was like before comes back with `end`. */
export async function benchOf(lab: Lab, bundle: string, kind: Kind): Promise<Bench> {
  await installStandIns(lab);
  const sh = (script: string, base: 'first' | 'base') => lab.must('edge', ['sh', '-ec', script, 'sh', base]);
  await sh(saveScript, 'first');
  const watcher = await startTold(lab, bundle, systemDirectories);
  await kind.setUp?.(lab, watcher);
  await sh(saveScript, 'base');
  const secrets = await readSecrets(lab);
  const nameOf = namerOf(secrets);
  const read = () => readState(lab, nameOf, kind.anyOrder !== true);
  const old = await read();
  const earlier = new Set((await changesOf(watcher)).map(({ id }) => id));
  const restore = async () => {
    await sh(restoreFiles, 'base');
    if (!isOld(await read(), old)) await sh(restoreRunning, 'base');
    const now = await read();
    if (!isOld(now, old)) throw new Error(`the hub was not made ready again: ${stateDifferences(old, now).join('; ')}`);
  };
  const stand: Stand = { lab, bundle, kind, watcher, read, secrets, old, earlier, restore };
  const clean = await cleanRun(stand);
  const variants = new Map<string, Promise<Variant>>();
  return {
    runs: clean.runs,
    calls: clean.calls,
    async try(cell) {
      const untouched = { old, fresh: clean.fresh };
      const { deed } = cell;
      if (deed === undefined) return tryCell(stand, cell, [untouched]);
      const variant = variants.get(deed) ?? withDeed(stand, deed);
      variants.set(deed, variant);
      return tryCell(stand, cell, [await variant, ...(cell.isContested ? [untouched] : [])]);
    },
    async end() {
      await watcher.end();
      await sh(restoreFiles, 'first');
      await sh(restoreRunning, 'first');
    },
  };
}

/** Without any fault: what the new state is, and what happens on the way. */
async function cleanRun(stand: Stand) {
  const { lab, kind } = stand;
  const told = await started(stand, path);
  const armed = await arm(lab, told, { kind: 'none' });
  const result = await toTheEnd(told, kind);
  await armed.disarm();
  const runs = await programRuns(lab);
  await told.end();
  if (result?.outcome !== 'done') throw new Error(`${kind.name}: ${JSON.stringify(result)}`);
  await quiet(lab);
  const fresh = await stand.read();
  await stand.restore();
  return { fresh, runs, calls: armed.calls() };
}

/** What the hub is with the deed alone, and with the change and then the deed. */
async function withDeed(stand: Stand, deed: string): Promise<Variant> {
  const { lab, kind } = stand;
  await lab.must('edge', ['sh', '-c', deed]);
  const old = await stand.read();
  await stand.restore();
  const told = await started(stand, systemDirectories);
  await toTheEnd(told, kind);
  await told.end();
  await quiet(lab);
  await lab.must('edge', ['sh', '-c', deed]);
  const fresh = await stand.read();
  await stand.restore();
  return { old, fresh };
}
