import type { LinkView, Obstacle, Snapshot } from '../../observe/snapshot.ts';
import { formatBytes } from '../../ui/format.ts';
import type { Look } from '../../ui/look.ts';
import { wrapWords } from '../../ui/text.ts';
import { paint, type Token } from '../../ui/theme.ts';

/** What happened, what to do next, and what can be seen all the same. */
interface Notice {
  readonly title: string;
  readonly sentences: readonly string[];
  /** A line to copy. */
  readonly command?: string;
}

/** The words for an obstacle on the screen. */
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
        title:
          obstacle.wanted === undefined
            ? 'There is no WireGuard interface on this machine.'
            : `There is no WireGuard interface "${obstacle.wanted}".`,
        sentences: ['As soon as one is up, its peers are shown here.', 'To make a hub of this machine, press n.'],
      };
    case 'failed':
      return {
        title: 'The hub could not be read.',
        sentences: [`${obstacle.reason}.`, 'meshtui goes on trying.'],
      };
  }
}

/** The same in one sentence, for a program that ends with it. */
export function obstacleSentence(obstacle: Obstacle): string {
  switch (obstacle.kind) {
    case 'no-program':
      return `The program wg is not installed; install it first: ${obstacle.install}`;
    case 'no-privilege':
      return `Reading WireGuard needs root (the answer was: ${obstacle.reason}); run: ${obstacle.command}`;
    case 'no-interface':
      return noticeOf(obstacle).title;
    case 'failed':
      return `The hub could not be read: ${obstacle.reason}.`;
  }
}

/** What else is said must find room on the smallest terminal. */
const mostProblems = 4;

/** What is in the way and what to do about it, and what else could not be read, in lines of at most `width` columns. */
export function noticeLines(snapshot: Snapshot, obstacle: Obstacle, width: number, look: Look): string[] {
  const notice = noticeOf(obstacle);
  // Without privilege nothing else can be read either: the title says it once for all.
  const problems = obstacle.kind === 'no-privilege' ? [] : snapshot.problems;
  const others = problems.length - mostProblems;
  return [
    '',
    ...block('warn', notice.title, width, look),
    '',
    ...notice.sentences.flatMap((sentence) => block('text', sentence, width, look)),
    ...(notice.command === undefined ? [] : ['', ...block('strong', notice.command, width, look)]),
    '',
    ...problems.slice(0, mostProblems).flatMap((problem) => block('warn', problem, width, look)),
    ...(others > 0 ? block('warn', `${others} more could not be read.`, width, look) : []),
    ...(problems.length > 0 ? [''] : []),
  ];
}

/** The interfaces that anyone may see, a sentence each. */
export function linkLines(links: readonly LinkView[], width: number, look: Look): string[] {
  return [
    ...links.flatMap((link) => block('text', describeLink(link, look), width, look)),
    ...(links.length > 0 ? [''] : []),
  ];
}

/** The way to the demo. */
export function demoLines(width: number, look: Look): string[] {
  const text = 'To look around first: d opens a demo with a simulated hub. It needs no root and touches nothing.';
  return block('text', text, width, look);
}

function block(token: Token, text: string, width: number, look: Look): string[] {
  const inner = Math.max(20, Math.min(width, 100) - 6);
  return wrapWords(text, inner).map((line) => `   ${paint(look.theme, token, line)}`);
}

function describeLink(link: LinkView, { glyphs }: Look): string {
  const counters =
    link.rxBytes === undefined || link.txBytes === undefined
      ? ''
      : `, ${glyphs.down} ${formatBytes(link.rxBytes)}  ${glyphs.up} ${formatBytes(link.txBytes)} in all`;
  return `${link.name} is there (${link.kind})${counters}`;
}
