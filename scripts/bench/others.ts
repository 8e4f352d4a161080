/** The programs that meshtui is measured beside. */
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemPath } from '../../test/lab/packages.ts';
import { cleanEnvironment } from '../../test/support/environment.ts';
import { timeToExit } from './measure-start.ts';
import { cpuShare } from './proc.ts';
import { Session } from './session.ts';
import { median } from './stats.ts';

/** Debian packages of programs that nothing but the comparison needs. */
export const otherPrograms = { htop: 'htop', watch: 'procps', wg: 'wireguard-tools' } as const;

/** How `wg show` is run here, and on what. */
export interface WgShow {
  readonly argv: readonly string[];
  /** For the report. */
  readonly what: string;
}

export interface OtherFigures {
  readonly wg: WgShow;
  /** Milliseconds, median. */
  readonly wgShowMs: number;
  /** Percent of a core over the same time as meshtui; undefined where the program is missing. */
  readonly htop: number | undefined;
  /** With the programs that it runs. */
  readonly watch: number | undefined;
}

/** Measures the others; each is watched for `ms`. */
export async function measureOthers(wg: WgShow, rounds: number, ms: number): Promise<OtherFigures> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) times.push(await timeToExit(wg.argv));
  const htop = await cpuOf(['htop', '-d', '10'], ms);
  const watch = await cpuOf(['watch', '-n1', ...wg.argv], ms);
  return { wg, wgShowMs: median(times), htop, watch };
}

/** A `wg show` that has something to say: the machine's own, or that of a lab; else only the program's start. */
export function chooseWgShow(labArgv: readonly string[] | undefined): WgShow {
  const own = spawnSync('wg', ['show', 'interfaces'], { encoding: 'utf8', env: { ...process.env, PATH: systemPath } });
  if (own.status === 0 && own.stdout.trim() !== '') return { argv: ['wg', 'show'], what: '`wg show` of this machine' };
  if (labArgv !== undefined) {
    return { argv: labArgv, what: "`wg show` on the lab's Edge with 30 peers, entered by `nsenter` and `env`" };
  }
  return { argv: ['wg', '--version'], what: '`wg --version`, for there is no interface here' };
}

async function cpuOf(argv: readonly string[], ms: number): Promise<number | undefined> {
  const env = cleanEnvironment({ PATH: systemPath });
  if (spawnSync('which', [argv[0] ?? ''], { env }).status !== 0) return undefined;
  const session = new Session(argv, env);
  try {
    await sleep(2_000);
    const share = await cpuShare(session.pid, () => sleep(ms));
    return share.own + share.children;
  } finally {
    await session.quit();
  }
}
