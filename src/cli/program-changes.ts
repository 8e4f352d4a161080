/** The commands that change the hub. What carries them out is loaded when one is run. */
import { randomBytes } from 'node:crypto';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { InitWish } from '../change/plans/init.ts';
import { realHost } from '../host/real.ts';
import type { ChangeOptions } from './change.ts';
import type { PeerWish } from './change-peer.ts';
import { confirmWithin } from './options.ts';
import { type Context, collect, common, confirmSeconds, drawn, optionsOf, orWrongUsage } from './program-options.ts';

/** Adds the commands that change peers. */
export function addPeerCommands(program: Command, context: Context): void {
  program.commandsGroup('Change a peer:');
  peerCommand(program, 'rename <peer> <name>', 'give a peer another name', ['rename laptop annas-laptop']).action(
    async (peer: string, name: string, _options, command: Command) =>
      changeNamed(context, command, peer, async () => ({ kind: 'edit', edits: { name } })),
  );
  tagCommand(program, context);
  peerCommand(program, 'note <peer> [text...]', 'write a note about a peer', [
    'note laptop Lost and found in May',
    'note laptop --clear',
  ])
    .option('--clear', 'take the note away')
    .action(async (peer: string, text: string[], { clear }: { clear?: boolean }, command: Command) =>
      changeNamed(context, command, peer, async () => ({
        kind: 'edit',
        edits: (await import('./change-words.ts')).noteEdits(text, clear === true),
      })),
    );
  peerCommand(program, 'expire <peer> <date>', 'set when the access of a peer ends, or never', [
    'expire guest 2027-01-31',
    'expire guest 2027-01-31T18:00',
    'expire guest never',
  ]).action(async (peer: string, date: string, _options, command: Command) =>
    changeNamed(context, command, peer, async () => ({
      kind: 'edit',
      edits: (await import('./change-words.ts')).expiryEdits(date),
    })),
  );
  setCommand(program, context);
  accessCommands(program, context);
}

function accessCommands(program: Command, context: Context): void {
  peerCommand(program, 'disable <peer>', 'cut a peer off, and keep its settings in the file', [
    'disable laptop --reason lost --until 2027-01-31',
  ])
    .option('--reason <text>', 'why, for whoever looks next')
    .option('--until <date>', 'when meshtui sweep enables it again')
    .action(async (peer: string, how: { reason?: string; until?: string }, command: Command) =>
      changeNamed(context, command, peer, async () => ({
        kind: 'disable',
        how: (await import('./change-words.ts')).disableWords(how),
      })),
    );
  peerCommand(program, 'enable <peer>', 'let a disabled peer in again', ['enable laptop']).action(
    async (peer: string, _options, command: Command) =>
      changeNamed(context, command, peer, async () => ({ kind: 'enable' })),
  );
  peerCommand(program, 'remove <peer>', 'take a peer off the interface and out of the file', [
    'remove old-phone',
  ]).action(async (peer: string, _options, command: Command) =>
    changeNamed(context, command, peer, async () => ({ kind: 'remove' })),
  );
}

/** `-b` takes a tag away, so this command has no options with one letter. */
function tagCommand(program: Command, context: Context): void {
  const command = program
    .command('tag <peer> [tags...]')
    .description('add and take away tags of a peer, or say all of them')
    .helpOption('--help', 'print this help')
    .option('--interface <name>', 'the interface of the peer')
    .option('--clear', 'take all tags away')
    .allowUnknownOption()
    .addHelpText(
      'after',
      exampleText(['tag laptop +staff -guest', 'tag laptop staff,berlin', 'tag laptop --clear']) +
        '\n+TAG adds one, -TAG takes one away; tags without a sign are all that the peer is to have.',
    );
  changing(command).action(async (peer: string, tags: string[], { clear }: { clear?: boolean }, self: Command) => {
    const stray = tags.find((tag) => tag.startsWith('--'));
    if (stray !== undefined) throw new InvalidArgumentError(`unknown option '${stray}'`);
    await changeNamed(context, self, peer, async () => ({
      kind: 'edit',
      edits: (await import('./change-words.ts')).tagEdits(tags, clear === true),
    }));
  });
}

function setCommand(program: Command, context: Context): void {
  peerCommand(program, 'set <peer>', 'set what a peer is allowed and how it is reached, in one plan', [
    'set home --allowed-ips 10.8.0.3/32,192.168.60.0/24 --keepalive 25',
    'set laptop --preshared-key new',
  ])
    .option('--allowed-ips <list>', 'all that it is to have, with commas; none')
    .option('--keepalive <seconds>', '1 to 65535, or off')
    .option('--endpoint <endpoint>', 'ADDRESS:PORT, NAME:PORT, or none')
    .option('--preshared-key <which>', 'new, or none; the client needs a new one too')
    .option('--show-key', 'print a new preshared key also where there is no terminal, and with --json')
    .option('--name <name>', 'as rename does')
    .option('--tags <list>', 'as tag does: all that it is to have; none')
    .option('--note <text>', 'as note does; an empty one takes it away')
    .option('--expires <date>', 'as expire does; never')
    .action(async (peer: string, set: Record<string, string>, command: Command) =>
      changeNamed(context, command, peer, async () => {
        const [{ setEdits }, { generatePresharedKey }] = await Promise.all([
          import('./change-words.ts'),
          import('../wg/profile/keys.ts'),
        ]);
        return { kind: 'edit', edits: setEdits(set, () => generatePresharedKey(randomBytes)) };
      }),
    );
}

/** Adds the commands about drift and about changes as such. */
export function addHubCommands(program: Command, context: Context): void {
  const { words, output, done } = context;
  program.commandsGroup('Keep file and hub together:');
  const drift = common(
    program.command('drift').description('print where files, running interfaces and kernel routes differ'),
  )
    .option('--json', 'print JSON (docs/drift-json.md)')
    .helpCommand(false)
    .addHelpText('after', exampleText(['drift', 'drift push wg0/route-missing/192.168.60.0/24']))
    .action(async (_options, command: Command) => {
      const { printDrift } = await import('./drift.ts');
      done(await printDrift(realHost(), optionsOf(command), words, output));
    });
  const ways = {
    push: 'make what runs as the file has it',
    adopt: 'write into the file what runs',
    ignore: 'do not count these differences any more',
  } as const;
  for (const how of ['push', 'adopt', 'ignore'] as const) {
    changing(drift.command(`${how} <ids...>`).description(ways[how])).action(
      async (ids: string[], _options, command: Command) => {
        const { changeDrift } = await import('./drift-change.ts');
        const [talk, options] = await talkOf(context, command);
        done(await changeDrift(realHost(), talk, options, words, how, ids));
      },
    );
  }
  changing(program.command('adopt <interface>').description('write a file for an interface that nobody keeps'))
    .addHelpText('after', exampleText(['adopt wg0 --dry-run']))
    .action(async (name: string, _options, command: Command) => {
      const { adoptInterface } = await import('./drift-change.ts');
      const [talk, options] = await talkOf(context, command);
      done(await adoptInterface(realHost(), talk, options, words, name));
    });
  addJournalCommands(program, context);
}

function addJournalCommands(program: Command, context: Context): void {
  const { words, output, done } = context;
  program.commandsGroup('What was changed:');
  drawn(program.command('changes [id]').description('print what was changed, by whom, and what became of it'))
    .option('--json', 'print JSON (docs/changes-json.md)')
    .addHelpText('after', exampleText(['changes', 'changes ab12']))
    .action(async (id: string | undefined, _options, command: Command) => {
      const [{ printChanges }, { processTalk }] = await Promise.all([import('./changes.ts'), import('./talk.ts')]);
      const options = optionsOf<ChangeOptions>(command);
      done(await printChanges(realHost(), processTalk(output, options), options, id));
    });
  changing(program.command('undo [id]').description('take a change back: the newest, or the one that is named'))
    .option('--leave', 'end an interrupted change as it is')
    .addHelpText('after', exampleText(['undo', 'undo ab12 --dry-run']))
    .action(async (id: string | undefined, _options, command: Command) => {
      const { undoChange } = await import('./undo.ts');
      const [talk, options] = await talkOf(context, command);
      done(await undoChange(realHost(), talk, options, words, id));
    });
  drawn(program.command('confirm [id]').description('keep a risky change, from a new login'))
    .option('--finish', 'put the files of an interrupted change in their places')
    .option('--json', 'print JSON (docs/change-json.md)')
    .addHelpText('after', exampleText(['confirm']))
    .action(async (id: string | undefined, _options, command: Command) => {
      const [{ confirm }, { processTalk }] = await Promise.all([import('./confirm.ts'), import('./talk.ts')]);
      const options = optionsOf<ChangeOptions & { finish: boolean }>(command);
      done(await confirm(realHost(), processTalk(output, options), options, id));
    });
}

/** Adds the command that makes a hub of this host. */
export function addInitCommand(program: Command, context: Context): void {
  program.commandsGroup('Begin:');
  changing(
    program.command('init').description('set up this host as a hub: keys, file, forwarding, and the interface up'),
  )
    .optionsGroup('The hub (what is left out is proposed):')
    .option('-i, --interface <name>', 'the name of the interface')
    .option('--pool <prefix>', 'addresses for clients; may be given again, one of IPv4 and one of IPv6', collect)
    .option('--port <number>', 'the UDP port on which it listens')
    .option('--endpoint <host>', 'what clients dial: HOST or HOST:PORT, an address or a name')
    .addHelpText(
      'after',
      exampleText(['init', 'init --pool 10.66.7.0/24 --endpoint vpn.example.net --yes', 'init --dry-run']),
    )
    .action(async (wish: Omit<InitWish, 'pools'> & { pool?: readonly string[] }, command: Command) => {
      const { initHub } = await import('./init.ts');
      const [talk, options] = await talkOf(context, command);
      const { pool: pools, port, endpoint } = wish;
      const asked = { interfaceName: options.interface, pools, port, endpoint };
      context.done(await initHub(realHost(), talk, options, context.words, asked));
    });
}

/** How a command talks, and what it was told. */
export async function talkOf({ output }: Context, command: Command) {
  const { processTalk } = await import('./talk.ts');
  const options = changeOptionsOf(command);
  return [processTalk(output, options), options] as const;
}

function changeOptionsOf(command: Command): ChangeOptions {
  const options = optionsOf<ChangeOptions>(command);
  if (options.readOnly === true) throw new InvalidArgumentError('--read-only changes nothing, and this would');
  return { ...options, wait: options.wait !== false, confirmWithin: options.confirmWithin ?? confirmWithin };
}

function peerCommand(program: Command, syntax: string, description: string, examples: readonly string[]): Command {
  const command = program
    .command(syntax)
    .description(description)
    .option('-i, --interface <name>', 'the interface of the peer')
    .addHelpText('after', exampleText(examples) + peerHelp);
  return changing(command);
}

/** The options of everything that makes a plan and carries it out. */
export function changing(command: Command): Command {
  command
    .exitOverride()
    .optionsGroup('How it is done:')
    .option('--dry-run', 'print the plan, and change nothing')
    .option('--yes', 'carry the plan out without a question')
    .option('--json', 'print JSON (docs/change-json.md), and ask nothing')
    .addOption(
      new Option('--confirm-within <seconds>', 'when an unconfirmed risky change is taken back, 30 to 900')
        .argParser(confirmSeconds)
        .default(confirmWithin),
    )
    .option('--no-wait', 'do not wait for the confirmation of a risky change')
    .addHelpText('after', codesHelp);
  return drawn(command);
}

/** Examples as the help of a command ends with them. */
export function exampleText(examples: readonly string[]): string {
  return `\nExample${examples.length === 1 ? '' : 's'}:${examples.map((example) => `\n  meshtui ${example}`).join('')}`;
}

const peerHelp = `
PEER is a name, an address, a key or the beginning of one; wg0/NAME says the interface.`;

const codesHelp = `
Exit codes: 0 done (or planned, with --dry-run; or waiting, with --no-wait), 1 not done, or taken back, 2 wrong usage.`;

/** Makes the wish of the words, then carries it out; words that are none are wrong usage. */
async function changeNamed(
  { words, output, done }: Context,
  command: Command,
  peer: string,
  wish: () => Promise<PeerWish>,
): Promise<void> {
  const [talk, options] = await talkOf({ words, output, done }, command);
  const { changePeer } = await import('./change-peer.ts');
  const decided = await orWrongUsage(wish);
  done(await changePeer(realHost(), talk, options, words, peer, decided));
}
