import type { LinkView, Obstacle, Snapshot } from '../observe/snapshot.ts';
import { formatBytes } from '../ui/format.ts';
import type { Look } from '../ui/look.ts';
import { wrapWords } from '../ui/text.ts';
import { paint, type Token } from '../ui/theme.ts';

/** What happened, what to do next, and what can be seen all the same. */
interface Notice {
  readonly title: string;
  readonly sentences: readonly string[];
  /** A line to copy. */
  readonly command?: string;
}

/** The words for an obstacle: also what `meshtui status` says. */
export function noticeOf(obstacle: Obstacle): Notice {
  switch (obstacle.kind) {
    case 'no-program':
      return {
        title: 'The program wg is not installed.',
        sentences: ['meshtui reads the hub with it. Install it, then press r:'],
        command: obstacle.install,
      };
    case 'no-privilege':
      return {
        title: 'Reading WireGuard needs root.',
        sentences: [`The answer was: ${obstacle.reason}.`, 'Leave with q and run:'],
        command: obstacle.command,
      };
    case 'no-interface':
      return {
        title: 'There is no WireGuard interface on this machine.',
        sentences: ['As soon as one is up, its peers are shown here.'],
      };
    case 'failed':
      return {
        title: 'The hub could not be read.',
        sentences: [`${obstacle.reason}.`, 'meshtui goes on trying.'],
      };
  }
}

/** The body in place of the peers where they cannot be shown, in lines of at most `width` columns. */
export function blockedLines(snapshot: Snapshot, obstacle: Obstacle, width: number, look: Look): string[] {
  const notice = noticeOf(obstacle);
  const inner = Math.max(20, Math.min(width, 100) - 6);
  const block = (token: Token, text: string) =>
    wrapWords(text, inner).map((line) => `   ${paint(look.theme, token, line)}`);
  return [
    '',
    ...block('warn', notice.title),
    '',
    ...notice.sentences.flatMap((sentence) => block('text', sentence)),
    ...(notice.command === undefined ? [] : ['', `     ${paint(look.theme, 'strong', notice.command)}`]),
    '',
    ...snapshot.links.flatMap((link) => block('text', describeLink(link, look))),
    ...(snapshot.links.length > 0 ? [''] : []),
    ...snapshot.problems.flatMap((problem) => block('warn', problem)),
    ...(snapshot.problems.length > 0 ? [''] : []),
    ...block(
      'text',
      'To look around first: d opens a demo with a simulated hub. It needs no root and touches nothing.',
    ),
  ];
}

function describeLink(link: LinkView, { glyphs }: Look): string {
  const counters =
    link.rxBytes === undefined || link.txBytes === undefined
      ? ''
      : `, ${glyphs.down} ${formatBytes(link.rxBytes)}  ${glyphs.up} ${formatBytes(link.txBytes)} in all`;
  return `${link.name} is up (${link.kind})${counters}`;
}
