import { createInterface } from 'node:readline';
import { pause } from '../change/machine.ts';
import { glyphsFor } from '../ui/glyphs.ts';
import type { Look } from '../ui/look.ts';
import { themeNamed } from '../ui/theme.ts';
import type { CommonOptions } from './options.ts';
import type { Output } from './output.ts';
import { plainTheme } from './plain-theme.ts';

/** A question that stands while time goes on. */
interface Conversation {
  /** Draws the question anew, with what was typed so far. */
  redraw(question: string): void;
  /** Ends it; whatever is printed next begins on a line of its own. */
  close(): void;
}

/** Somebody at a terminal. */
interface Person {
  /** One line; undefined where they went away (Ctrl-C, the end of the input). */
  ask(question: string): Promise<string | undefined>;
}

/** How a command that changes something talks with whoever typed it. */
export interface Talk {
  readonly output: Output;
  readonly look: Look;
  /** Columns for text. */
  readonly width: number;
  /** Undefined where nobody is there to answer. */
  readonly person: Person | undefined;
  /** `onLine` gets what is typed, and undefined once whoever waits wants to go: with Ctrl-C, also where there is no terminal. */
  converse(onLine: (line: string | undefined) => void): Conversation;
  pause(ms: number): Promise<void>;
}

/** The same talk with all its words on standard error: standard output is for something else. */
export function onlyErrors(talk: Talk): Talk {
  const { error } = talk.output;
  return { ...talk, output: { print: error, error } };
}

/** Lines of a pipe are as long as they need to be, so that commands can be copied. */
const pipeWidth = 1_000;

/** The talk over this process's own streams. With JSON on standard output nobody is asked anything. */
export function processTalk(output: Output, options: CommonOptions & { readonly json?: boolean }): Talk {
  const { stdin, stdout, env } = process;
  const isPainted = stdout.isTTY === true && env['TERM'] !== 'dumb';
  const isPerson = stdin.isTTY === true && stdout.isTTY === true && options.json !== true;
  const hasColour = isPainted && options.color && (env['NO_COLOR'] ?? '') === '';
  return {
    output,
    look: {
      glyphs: glyphsFor(options.ascii === true, env),
      theme: !isPainted ? plainTheme : themeNamed(hasColour ? options.theme : 'mono'),
    },
    width: stdout.isTTY === true ? stdout.columns || 80 : pipeWidth,
    person: isPerson ? { ask } : undefined,
    converse: isPerson ? (onLine) => converse(onLine, isPainted) : waitForSignal,
    pause,
  };
}

function ask(question: string): Promise<string | undefined> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  return new Promise((resolve) => {
    lines.once('SIGINT', () => lines.close());
    lines.once('close', () => {
      resolve(undefined);
    });
    lines.question(question, (line) => {
      resolve(line);
      lines.close();
    });
  });
}

function converse(onLine: (line: string | undefined) => void, isPainted: boolean): Conversation {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  let isOnOwnLine = true;
  let isDrawn = false;
  lines.on('line', (line) => {
    isOnOwnLine = true;
    isDrawn = false;
    onLine(line);
  });
  lines.once('SIGINT', () => onLine(undefined));
  lines.once('close', () => onLine(undefined));
  return {
    redraw(question) {
      // A terminal that cannot move its cursor back is shown the question once.
      if (isDrawn && !isPainted) return;
      isDrawn = true;
      isOnOwnLine = false;
      lines.setPrompt(question);
      lines.prompt(true);
    },
    close() {
      lines.removeAllListeners();
      lines.close();
      if (!isOnOwnLine) process.stdout.write('\n');
    },
  };
}

function waitForSignal(onLine: (line: undefined) => void): Conversation {
  const leave = () => onLine(undefined);
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.once(signal, leave);
  return {
    redraw: () => undefined,
    close: () => {
      for (const signal of signals) process.off(signal, leave);
    },
  };
}
