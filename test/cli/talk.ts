import type { ChangeOptions } from '../../src/cli/change.ts';
import { changePeer, type PeerWish } from '../../src/cli/change-peer.ts';
import { defaultOptions } from '../../src/cli/options.ts';
import { plainTheme } from '../../src/cli/plain-theme.ts';
import type { Talk } from '../../src/cli/talk.ts';
import { demoHost } from '../../src/host/demo/demo-host.ts';
import type { Host } from '../../src/host/host.ts';
import { asciiGlyphs } from '../../src/ui/glyphs.ts';

export const noon = Date.UTC(2026, 10, 23, 12, 0, 0);

/** A demo hub whose clock the test turns. The operator is logged in from laptop, through the tunnel. */
export function demo() {
  const time = { now: noon };
  return { time, host: demoHost({ startedAt: noon, clock: () => time.now }) };
}

/** What a test hears and says. */
export interface FakeTalk extends Talk {
  readonly printed: string[];
  readonly errors: string[];
  /** Questions that were asked. */
  readonly asked: string[];
  /** Questions that stood while time went on. */
  readonly drawn: string[];
}

export interface Script {
  /** What the person says to each question; without it nobody is there. */
  readonly answers?: readonly (string | undefined)[];
  /** What is typed while a change waits, by the number of the second. */
  readonly later?: Readonly<Record<number, string | undefined>>;
  /** What happens in each second that is waited. */
  readonly tick?: (second: number) => void | Promise<void>;
}

export function fakeTalk({ answers, later = {}, tick }: Script = {}): FakeTalk {
  const printed: string[] = [];
  const errors: string[] = [];
  const asked: string[] = [];
  const drawn: string[] = [];
  const left = [...(answers ?? [])];
  let say: ((line: string | undefined) => void) | undefined;
  let second = 0;
  return {
    printed,
    errors,
    asked,
    drawn,
    output: { print: (text) => void printed.push(text), error: (text) => void errors.push(text) },
    look: { theme: plainTheme, glyphs: asciiGlyphs },
    width: 1_000,
    person:
      answers === undefined
        ? undefined
        : {
            ask: async (question) => {
              asked.push(question.trim());
              return left.shift();
            },
          },
    converse: (onLine) => {
      say = onLine;
      return { redraw: (question) => void drawn.push(question), close: () => undefined };
    },
    pause: async () => {
      second += 1;
      if (second > 1_000) throw new Error('waited for ever');
      await tick?.(second);
      if (second in later) say?.(later[second]);
    },
  };
}

export const changeOptions: ChangeOptions = { ...defaultOptions, wait: true, confirmWithin: 120 };

/** Runs a command about a peer. */
export async function onPeer(
  host: Host,
  word: string,
  wish: PeerWish,
  options: Partial<ChangeOptions> = {},
  talk: FakeTalk = fakeTalk(),
) {
  const code = await changePeer(host, talk, { ...changeOptions, ...options }, ['test'], word, wish);
  return { ...heard(talk), code };
}

export function heard({ printed, errors, asked, drawn }: FakeTalk) {
  return { text: printed.join('\n'), errors, asked, drawn };
}

export async function fileOf(host: Host, path = '/etc/wireguard/wg0.conf'): Promise<string> {
  const read = await host.readFile(path);
  if (read.outcome !== 'read') throw new Error(`${path} cannot be read`);
  return read.value;
}
