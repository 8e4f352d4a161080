import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * The V8 whose options are known here, of Node 22.12 to 24 (12.4 to 13.6): it complains on the terminal about one that it
 * does not know. Undefined: another one.
 */
const version = /^1[23]\.\d+/.exec(process.versions.v8)?.[0];

/** Node 22 has no Maglev by default. */
const optimizing =
  version === '12.4'
    ? ['--invocation-count-for-turbofan=100000']
    : ['--no-turbofan', '--invocation-count-for-maglev=3000', '--no-maglev-inlining'];
/** What {@link keepSmall} sets after some seconds. */
const optimizingLater = '--invocation-count-for-maglev=30000';
const sparing = [
  '--no-wasm-tier-up',
  '--no-wasm-dynamic-tiering',
  '--wasm-wrapper-tiering-budget=1000000000',
  '--no-concurrent-recompilation',
  '--semi-space-growth-factor=1',
];

/**
 * Has V8 take what a console needs and no more, for it works for a few milliseconds each second. Call it first of all.
 *
 * Only what runs far more often than V8 asks for is optimized, and by Maglev alone, function by function: in the first minutes
 * the compilers took 10 ms each second, and each thread that compiles keeps the memory of its largest function for good.
 * Turbofan, whose code is little quicker here, took 6 MB for itself alone. V8 multiplies the count with the length of a
 * function, in 32 bits: with a much larger one long functions would be optimized at once.
 *
 * WebAssembly, which is Yoga, keeps its first code, too, and the wrappers around it theirs: Turbofan came back for them after
 * some minutes, with 4 MB of its own and 2 MB for what it worked on.
 *
 * The young generation stays as it begins: with 10,000 peers it would grow to 67 MB, which a small Edge would feel, and which
 * makes each start of a program dearer.
 */
export function runSparingly(): void {
  if (version === undefined) return;
  for (const flag of [...optimizing, ...sparing]) setFlagsFromString(flag);
}

/**
 * Has V8 collect the young generation while the old one is marked, too. Marking takes a second or two here, in which the
 * young one would grow by 12 MB that are never given back. Until the first paint there is no time for it.
 */
export function collectThroughout(): void {
  if (version !== undefined) setFlagsFromString('--no-separate-gc-phases');
}

/** How often the heap is looked at, milliseconds, and by how many bytes it may have grown until it is collected. */
const lookEveryMs = 60_000;
const mayGrowBy = 2_000_000;

/** What runs for each peer or row, a few seconds are enough to meet. */
const frequentWithinMs = 3_000;

/**
 * Has V8 stay small for as long as the program runs; call the function that it gives to end that.
 *
 * Where the heap has grown it is collected as a whole, and what is free is given back. By itself V8 lets a heap of 10 MB become
 * twice as large first, which a console that stays open all day would reach and keep. It takes 15 ms, with 10,000 peers 50.
 *
 * What V8 first meets after some seconds is optimized ten times later than the rest. All that runs once in a refresh would
 * be optimized at the same time, after 50 minutes; about then the threads that do it were seen to grow by 2 MB.
 */
export function keepSmall(): () => void {
  const collect = version === undefined ? undefined : collector();
  if (collect === undefined) return () => undefined;
  const settling = setTimeout(() => setFlagsFromString(optimizingLater), frequentWithinMs);
  let after = 0;
  const looking = setInterval(() => {
    if (getHeapStatistics().total_physical_size <= after + mayGrowBy) return;
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    after = getHeapStatistics().total_physical_size;
  }, lookEveryMs);
  settling.unref();
  looking.unref();
  return () => {
    clearTimeout(settling);
    clearInterval(looking);
  };
}

type Collector = (how: Readonly<Record<'type' | 'execution' | 'flavor', string>>) => void;

/** The collector, which V8 gives to a new context where it is asked to, as in its own tests. */
function collector(): Collector | undefined {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('globalThis.gc');
  setFlagsFromString('--no-expose-gc');
  return collect;
}
