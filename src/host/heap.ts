import { setFlagsFromString } from 'node:v8';

/** V8 complains on the terminal about an option that it does not know; all of these it has in Node 22.12 to 24 (12.4 to 13.6). */
const knowsOptions = /^1[23]\./.test(process.versions.v8);

/**
 * Has V8 take what a console needs and no more. It works for a few milliseconds each second: in its first minutes the
 * compilers alone took 10 ms, so only functions that run far more often than V8 asks for are optimized, and on the main
 * thread, for each thread that compiles keeps the memory of its largest function for good, 6 MB with 10 peers. V8 multiplies
 * these counts with the length of a function, in 32 bits: with larger ones long functions would be optimized at once. The
 * young generation stays as it begins: with 10,000 peers it would grow to 67 MB, which a small Edge would feel, and which
 * makes each start of a program dearer. Call it first of all.
 */
export function runSparingly(): void {
  if (!knowsOptions) return;
  setFlagsFromString('--invocation-count-for-turbofan=100000');
  setFlagsFromString('--invocation-count-for-maglev=3000');
  setFlagsFromString('--no-concurrent-recompilation');
  setFlagsFromString('--semi-space-growth-factor=1');
}
