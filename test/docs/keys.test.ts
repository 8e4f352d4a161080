/** docs/keys.md is written from the table of commands (`npm run screens`), and is as new as the table. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Command, type CommandContext, commands, keyName } from '../../src/app/commands.ts';

const path = 'docs/keys.md';

const contexts: readonly (readonly [context: CommandContext, heading: string])[] = [
  ['list', 'Among rows: peers, routes and changes'],
  ['peers', 'Among the peers'],
  ['routes', 'Among the routes'],
  ['traffic', 'On the traffic screen'],
  ['changes', 'Among the changes'],
  ['hub', 'On every screen of the hub'],
  ['blocked', 'Where there are no peers to show'],
  ['any', 'Everywhere'],
];

/** Keys that belong to no command: they are typed into a line, or turn a page. */
const lines = `## While a line is typed

After \`/\` and \`:\` every character is text, and so is a paste. \`Enter\` keeps the filter or runs the chosen command, \`Esc\` brings
back what was before, \`Backspace\` takes a character, \`Ctrl-W\` a word, \`Ctrl-U\` all. The arrows choose: among the peers, or among the
commands. \`Ctrl-C\`, \`Ctrl-Z\` and \`Ctrl-L\` do what they always do.

## While something is changed

In a form \`Tab\` and the arrows go from field to field, \`Left\` and \`Right\` choose where there is something to choose; what is typed is
text, and so is a paste. \`Enter\` makes the plan, \`Esc\` goes one step back and keeps what was typed. A plan is scrolled with the arrows;
\`Enter\` applies it, once the name of whoever is cut off is typed. The last line names the keys of every other step.

## In the help

\`j\` and \`k\` or the arrows scroll by a line, \`PgDn\` and \`PgUp\` by ten; \`Esc\`, \`?\`, \`q\` and \`Enter\` close it.
`;

function keysPage(): string {
  const sections = contexts.map(([context, heading]) => {
    const rows = commands.filter((command) => command.context === context).map(row);
    return `## ${heading}\n\n| key | command | what it does |\n|---|---|---|\n${rows.join('\n')}\n`;
  });
  const head =
    '# Keys\n\n<!-- Written by `npm run screens` from src/app/commands.ts. -->\n\nThe console shows the same with `?`.\n';
  return [head, ...sections, lines].join('\n');
}

function row({ keys, title, description, dangerous }: Command): string {
  const names = keys.map((key) => `\`${keyName(key)}\``).join(' ');
  return `| ${names} | ${title} | ${description}${dangerous ? ' Not bound under `--read-only`.' : ''} |`;
}

test('docs/keys.md is what the table of commands says', () => {
  const page = keysPage();
  if (process.env['MESHTUI_DRAW_SCREENS'] === '1') writeFileSync(path, page);
  const kept = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (kept !== page) expect.fail(`The commands have changed since ${path} was written: run "npm run screens".`);
});

test('every command is on the page', () => {
  const known = new Set(contexts.map(([context]) => context));
  expect(commands.filter((command) => !known.has(command.context))).toEqual([]);
});
