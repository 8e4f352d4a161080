/** The commands that add clients. What carries them out is loaded when one is run. */
import { type Command, InvalidArgumentError } from 'commander';
import { realHost } from '../host/real.ts';
import type { AddOptions, AddOrder } from './add-command.ts';
import type { AddWords } from './add-words.ts';
import { changing, exampleText, talkOf } from './program-changes.ts';
import { type Context, collect, orWrongUsage } from './program-options.ts';

/** As commander gives them. */
type AddFlags = AddWords & {
  readonly out?: string;
  readonly format?: string;
  readonly qr?: boolean;
  readonly from?: string;
  readonly wait?: number | boolean;
};

/** Adds the commands about clients. */
export function addClientCommands(program: Command, context: Context): void {
  program.commandsGroup('Add a device:');
  const command = program
    .command('add [name]')
    .description('add a client: its key, its address, its configuration, and the proof that it works')
    .optionsGroup('The client:')
    .option('-i, --interface <name>', 'the interface that it becomes a peer of')
    .option('--kind <kind>', 'phone, laptop, server or gateway; laptop where nothing is said')
    .option('--reach <reach>', 'hub, mesh, lan (the LANs behind gateways too) or all; mesh where nothing is said')
    .option('--lan <prefix>', 'with --reach lan: only this LAN; may be given again', collect)
    .option('--address <list>', 'its address, or one of each family; the next free ones where nothing is said')
    .option('--public-key <key>', "the device's own public key: it keeps its private key, and gets a card to fill in")
    .option('--endpoint <endpoint>', 'what it dials: HOST or HOST:PORT')
    .option('--dns <list>', 'DNS servers and search domains, with commas; none', collect)
    .option('--mtu <number>', 'the MTU of its tunnel')
    .option('--tags <list>', 'words to find it by')
    .option('--no-preshared-key', 'without a preshared key')
    .optionsGroup('A gateway:')
    .option('--gateway-lan <prefix>', 'a LAN behind it; may be given again', collect)
    .option('--variant <variant>', 'nat (the LAN sees the gateway) or static-route (its router knows the mesh)')
    .option('--lan-interface <name>', "the gateway's interface to the LAN; eth0 where nothing is said")
    .option('--lan-host <address>', 'a host in the LAN that answers a ping, for the proof; may be given again', collect)
    .optionsGroup('Several:')
    .option('--from <list.csv>', 'a client a line: name[,kind,reach,lan,address,public_key,tags]; all or none');
  delivered(command)
    .addHelpText('after', exampleText(addExamples))
    .action(async (name: string | undefined, flags: AddFlags, command: Command) => {
      const order = await orWrongUsage(() => orderOf(name, flags));
      const [talk, options] = await talkOf(context, command);
      const { addClients } = await import('./add.ts');
      context.done(await addClients(realHost(), talk, addOptionsOf(options, flags), context.words, order));
    });
  addReissue(program, context);
}

function addReissue(program: Command, context: Context): void {
  const command = program
    .command('reissue <peer>')
    .description('give a peer a new key and configuration; the device with the old one is cut off')
    .optionsGroup('The client (what is left out is as it was given):')
    .option('-i, --interface <name>', 'the interface of the peer')
    .option('--kind <kind>', 'phone, laptop, server or gateway')
    .option('--reach <reach>', 'hub, mesh, lan or all')
    .option('--lan <prefix>', 'with --reach lan: only this LAN; may be given again', collect)
    .option('--public-key <key>', "the device's own new public key")
    .option('--endpoint <endpoint>', 'what it dials: HOST or HOST:PORT')
    .option('--dns <list>', 'DNS servers and search domains, with commas; none', collect)
    .option('--mtu <number>', 'the MTU of its tunnel')
    .option('--no-preshared-key', 'without a preshared key')
    .optionsGroup('A gateway:')
    .option('--variant <variant>', 'nat or static-route')
    .option('--lan-interface <name>', "the gateway's interface to the LAN")
    .option(
      '--lan-host <address>',
      'a host in the LAN that answers a ping, for the proof; may be given again',
      collect,
    );
  delivered(command)
    .addHelpText('after', exampleText(['reissue anna-phone --qr', 'reissue home --out /root --yes']))
    .action(async (peer: string, flags: AddFlags, self: Command) => {
      const [talk, options] = await talkOf(context, self);
      const { reissue } = await import('./reissue.ts');
      const own = addOptionsOf(options, flags);
      context.done(await orWrongUsage(() => reissue(realHost(), talk, own, context.words, peer, flags)));
    });
}

const addExamples = [
  'add anna-phone --kind phone --qr',
  'add anna-phone --out /root --wait 60 --yes',
  'add home --gateway-lan 192.168.60.0/24 --variant nat --out /root',
  'add --from list.csv --out /root/clients --yes',
];

/** The options about where the configuration goes, and about the wait. */
function delivered(command: Command): Command {
  const own = command
    .optionsGroup('Its configuration:')
    .option('--out <dir>', 'a directory for a file that only its owner may read; - for standard output')
    .option('--format <format>', 'portable, gateway, networkmanager, networkd, openwrt, mikrotik or card')
    .option('--qr', 'as a QR code: on the terminal, or with --out as a picture too')
    .optionsGroup('The proof:')
    .option('--wait <seconds>', 'wait so long until the device has connected; 0 does not wait', waitSeconds);
  return changing(own);
}

function waitSeconds(text: string): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= 86_400)) throw new InvalidArgumentError('It is a number of seconds from 0 to 86400.');
  return value;
}

function addOptionsOf(options: Awaited<ReturnType<typeof talkOf>>[1], { out, qr, wait }: AddFlags): AddOptions {
  return {
    ...options,
    ...(out !== undefined && { out }),
    ...(qr === true && { qr }),
    ...(typeof wait === 'number' && { proof: wait }),
  };
}

/** Whom the words add. Throws a UsageError. */
async function orderOf(name: string | undefined, flags: AddFlags): Promise<AddOrder> {
  const [{ addOrder, listOrder }, { UsageError }] = await Promise.all([
    import('./add-order.ts'),
    import('./change-words.ts'),
  ]);
  if (flags.from !== undefined) return listOrder(realHost(), flags.from, name, flags);
  if (name === undefined) throw new UsageError('say what the client is called, or --from list.csv');
  return addOrder(name, flags);
}
