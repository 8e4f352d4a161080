import type { InitWish, NewHub } from '../change/plans/init.ts';
import { prepareInit } from '../flows/init/prepare-init.ts';
import type { Host } from '../host/host.ts';
import { type ChangeOptions, carryOut } from './change.ts';
import { tellNotices } from './notices.ts';
import type { Talk } from './talk.ts';

/** Sets up this host as a hub. Gives the exit code. */
export async function initHub(
  host: Host,
  talk: Talk,
  options: ChangeOptions,
  words: readonly string[],
  wish: InitWish,
): Promise<number> {
  await tellNotices(host, talk);
  const result = await prepareInit(host, words, wish);
  const made = result.outcome === 'plan' ? result.made : undefined;
  const code = await carryOut(host, talk, options, result, undefined, made);
  if (code === 0 && made !== undefined && options.dryRun !== true && options.json !== true) {
    talk.output.print(madeWords(made).join('\n'));
  }
  return code;
}

/** What there is now, and what comes next. */
function madeWords({ interfaceName, publicKey, addresses, port, endpoint }: NewHub): string[] {
  return [
    '',
    `${interfaceName} is a hub now:`,
    `  address     ${addresses.join(', ')}`,
    `  endpoint    ${endpoint}${endpoint.endsWith(`:${port}`) ? '' : `, and listens on UDP ${port}`}`,
    `  public key  ${publicKey}`,
    '',
    'Next: meshtui add NAME',
  ];
}
