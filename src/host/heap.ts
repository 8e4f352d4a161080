import { setFlagsFromString } from 'node:v8';

/**
 * The V8 whose options are known here, of Node 22.12 to 24 (12.4 to 13.6): it complains on the terminal about one that it
 * does not know. Undefined: another one.
 */
const version = /^1[23]\.\d+/.exec(process.versions.v8)?.[0];

/**
 * Has V8 take what a console needs and no more, for it works for a few milliseconds each second. Call it first of all.
 *
 * Only what runs far more often than V8 asks for is optimized, and by Maglev alone, function by function: in the first minutes
 * the compilers took 10 ms each second, and each thread that compiles keeps the memory of its largest function for good.
 * Turbofan, whose code is little quicker here, took 6 MB for itself alone. V8 multiplies the count with the length of a
 * function, in 32 bits: with a much larger one long functions would be optimized at once. Node 22 has no Maglev by default.
 *
 * The young generation stays as it begins: with 10,000 peers it would grow to 67 MB, which a small Edge would feel, and which
 * makes each start of a program dearer.
 */
export function runSparingly(): void {
  if (version === undefined) return;
  if (version === '12.4') {
    setFlagsFromString('--invocation-count-for-turbofan=100000');
  } else {
    setFlagsFromString('--no-turbofan');
    setFlagsFromString('--invocation-count-for-maglev=3000');
    setFlagsFromString('--no-maglev-inlining');
  }
  setFlagsFromString('--no-concurrent-recompilation');
  setFlagsFromString('--semi-space-growth-factor=1');
}

/**
 * Has V8 collect the young generation while the old one is marked, too. Marking takes a second or two here, in which the
 * young one would grow by 12 MB that are never given back. Until the first paint there is no time for it.
 */
export function collectThroughout(): void {
  if (version !== undefined) setFlagsFromString('--no-separate-gc-phases');
}
