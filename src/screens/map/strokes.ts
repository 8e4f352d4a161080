import type { Glyphs } from '../../ui/glyphs.ts';
import type { ActivityState } from '../../wg/activity/activity.ts';

/** What the map's lines and boxes are drawn with. */
export interface Strokes {
  readonly horizontal: string;
  readonly vertical: string;
  /** Corners, named by where in the box they are. */
  readonly topLeft: string;
  readonly topRight: string;
  readonly bottomLeft: string;
  readonly bottomRight: string;
  /** Forks, named by where the odd arm points. */
  readonly right: string;
  readonly left: string;
  readonly up: string;
  readonly down: string;
  readonly cross: string;
  /**
   * The line to a peer, {@link linkWidth} columns, with the sign of its state in the middle. It tells which end speaks:
   * whole for a tunnel that is up, only the hub's half where nobody answers, only the peer's where its handshakes come to
   * nothing, none where there was never one.
   */
  readonly links: Readonly<Record<ActivityState, readonly [hubEnd: string, peerEnd: string]>>;
}

/** Columns of a link with its sign. */
export const linkWidth = 5;

const unicode: Strokes = {
  horizontal: '─',
  vertical: '│',
  topLeft: '╭',
  topRight: '╮',
  bottomLeft: '╰',
  bottomRight: '╯',
  right: '├',
  left: '┤',
  up: '┴',
  down: '┬',
  cross: '┼',
  links: {
    active: ['━━', '━━'],
    online: ['──', '──'],
    idle: ['┄┄', '┄┄'],
    lost: ['──', '  '],
    calling: ['──', '  '],
    knocking: ['  ', '──'],
    never: ['  ', '  '],
    disabled: ['  ', '  '],
    clock: ['──', '──'],
  },
};

const ascii: Strokes = {
  horizontal: '-',
  vertical: '|',
  topLeft: '+',
  topRight: '+',
  bottomLeft: '+',
  bottomRight: '+',
  right: '+',
  left: '+',
  up: '+',
  down: '+',
  cross: '+',
  links: {
    active: ['==', '=='],
    online: ['--', '--'],
    idle: ['. ', ' .'],
    lost: ['--', '  '],
    calling: ['--', '  '],
    knocking: ['  ', '--'],
    never: ['  ', '  '],
    disabled: ['  ', '  '],
    clock: ['--', '--'],
  },
};

/** The strokes that go with the terminal's signs. */
export function strokesOf({ isAscii }: Glyphs): Strokes {
  return isAscii ? ascii : unicode;
}
