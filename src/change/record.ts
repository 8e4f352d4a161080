/** What is kept of a change: who did what, and what it takes to take it back. No secret is in it. */
import * as z from 'zod/mini';
import { printable } from '../host/printable.ts';
import type { Prefix } from '../network/prefix.ts';
import { type InterfaceName, parsePublicKey } from '../wg/key.ts';

/** Text that may be shown, whatever somebody wrote into the file. */
const words = z.pipe(z.string(), z.transform(printable));
const count = z.number().check(z.int(), z.nonnegative());
const prefix = z.pipe(
  z.string(),
  z.transform((text) => printable(text) as string as Prefix),
);
const program = z.enum(['wg', 'awg']);
const interfaceName = z.pipe(
  z.string().check(z.regex(/^[^\s/]{1,15}$/)),
  z.transform((text) => printable(text) as string as InterfaceName),
);
const publicKey = z.pipe(
  z.string(),
  z.transform((text, context) => {
    const key = parsePublicKey(text);
    if (key !== undefined) return key;
    context.issues.push({ code: 'custom', message: 'no public key', input: text });
    return z.NEVER;
  }),
);

/** A file that was: its text is told by its sum, not kept here. */
const file = z.object({ sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)), mode: count });

const peer = z.object({
  allowedIps: z.array(prefix),
  /** As it was set; undefined: it was not. */
  endpoint: z.optional(words),
  /** Seconds; undefined: off. */
  persistentKeepalive: z.optional(count),
  hasPresharedKey: z.boolean(),
});

const fileStep = z.object({
  kind: z.literal('file'),
  path: z.string(),
  before: z.optional(file),
  after: z.optional(file),
  /** Where the old file is kept, under a second name: there until the change is forgotten. */
  kept: z.optional(z.string()),
  /** Where the new file is until it is put in its place. */
  staged: z.optional(z.string()),
  /** What changed, keys hidden. */
  diff: z.array(z.object({ kind: z.enum(['context', 'remove', 'add', 'gap']), line: z.optional(count), text: words })),
});

const peerStep = z.object({
  kind: z.literal('peer'),
  interfaceName,
  program,
  publicKey,
  label: words,
  before: z.optional(peer),
  after: z.optional(peer),
  /** Whether the preshared key changes. */
  changesPresharedKey: z.boolean(),
  /** Where the old preshared key is kept, if reverting needs it. */
  keptPresharedKey: z.optional(z.string()),
});

const routeStep = z.object({
  kind: z.literal('route'),
  interfaceName,
  prefix,
  table: z.string(),
  metric: z.optional(count),
  before: z.boolean(),
  after: z.boolean(),
});

const addressStep = z.object({
  kind: z.literal('address'),
  interfaceName,
  address: z.string(),
  before: z.boolean(),
  after: z.boolean(),
});

const interfaceStep = z.object({
  kind: z.literal('interface'),
  interfaceName,
  program,
  setting: z.enum(['listen-port', 'fwmark']),
  before: count,
  after: count,
});

const flowsStep = z.object({ kind: z.literal('flows'), prefixes: z.array(prefix) });

const sysctlStep = z.object({
  kind: z.literal('sysctl'),
  // It names a file in /proc/sys: nothing in it may lead out of there.
  key: z.string().check(
    z.regex(/^[A-Za-z0-9_-]+([./][^\s/]+)+$/),
    z.refine((key) => !/(^|\/)\.\.?(\/|$)/.test(key)),
  ),
  before: words,
  after: words,
});

const tunnelState = z.object({ isUp: z.boolean(), isEnabled: z.boolean() });

const tunnelStep = z.object({
  kind: z.literal('tunnel'),
  interfaceName,
  how: z.enum(['systemd', 'wg-quick']),
  before: tunnelState,
  after: tunnelState,
});

const step = z.discriminatedUnion('kind', [
  fileStep,
  peerStep,
  routeStep,
  addressStep,
  interfaceStep,
  flowsStep,
  sysctlStep,
  tunnelStep,
]);

const author = z.object({
  /** The person's own account, also behind sudo. */
  user: words,
  uid: count,
  /** Where they came from: an address, or a console. */
  from: words,
});

/** `record.json`, checked whenever it is read. */
export const storedChange = z.object({
  version: z.literal(1),
  /** Sorts by time: `20261123-120001-ab12`. */
  id: z.string().check(z.regex(/^\d{8}-\d{6}-[0-9a-f]{4}$/)),
  title: words,
  interfaceName,
  /** Milliseconds since the epoch. */
  at: count,
  by: author,
  /** The process that applied it: its id and when it started, in clock ticks since boot (proc(5)). */
  process: z.object({ pid: count, startedAt: count }),
  bootId: z.string(),
  /** Milliseconds since boot. */
  uptimeMs: count,
  steps: z.array(step),
  affected: z.array(z.object({ label: words, how: words })),
  risk: z.discriminatedUnion('level', [
    z.object({ level: z.literal('safe') }),
    z.object({ level: z.literal('risky'), reasons: z.array(words), touchesOperator: z.boolean() }),
  ]),
  /** Of a risky change: when it is reverted unless it is confirmed. */
  deadline: z.optional(
    z.object({
      /** Milliseconds since the epoch, for people. */
      at: count,
      /** Milliseconds since boot, which no change of the clock moves: what counts. */
      uptimeMs: count,
    }),
  ),
  /** The change that this one takes back. */
  undoes: z.optional(z.string()),
  /** Directories beside the files, in which old files and preshared keys are kept. */
  vaults: z.array(z.string()),
});

/** A change as it was written down before its first step. */
export type StoredChange = z.infer<typeof storedChange>;

/** Who made a change. */
export type Author = z.infer<typeof author>;

/** A step without its secrets, and where they are kept. */
export type RecordedStep = StoredChange['steps'][number];
export type RecordedFileStep = z.infer<typeof fileStep>;
export type RecordedPeerStep = z.infer<typeof peerStep>;
