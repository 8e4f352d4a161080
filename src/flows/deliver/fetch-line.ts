/** The command that carries a delivered file to the operator's own machine and takes it away here. */
import { type Printable, printable } from '../../host/printable.ts';
import { isPrivateAddress } from '../../network/public-address.ts';
import type { Operator } from '../../observe/operator.ts';
import { plainAddress } from '../../wg/peer-carrying.ts';
import type { Account } from './account.ts';

/** How this machine is reached by ssh(1) from where the operator sits. */
export interface SshTarget {
  /** Undefined: whoever they are there, or what their configuration says. */
  readonly user: string | undefined;
  /** A name, an alias of ssh_config(5) or an address. */
  readonly host: string;
  /** Undefined: ssh's own. */
  readonly port: number | undefined;
}

/** A file that waits to be fetched. */
interface FetchedFile {
  readonly target: SshTarget;
  /** On this machine. */
  readonly path: string;
  readonly bytes: number;
}

/**
 * The lines of one command for sh, bash, zsh or fish: a line break is within its quotes, so that it can be copied from a
 * screen as it is. It makes the file with mode 0600, replaces nothing, and removes the file here only when all bytes have
 * arrived; where anything fails, the file stays here and nothing there. (No shred(1): what it overwrites is not where the
 * text lies on flash and on file systems that copy.)
 */
export function fetchLines({ target, path, bytes }: FetchedFile): readonly Printable[] {
  const name = `${path.slice(path.lastIndexOf('/') + 1)}`;
  const file = quote(/^[-+]/.test(name) ? `./${name}` : name);
  const script = [
    `umask 077; set -C; : >${file} && {`,
    `${sshWords(target, 'cat', path)} >>${file} &&`,
    `test $(wc -c <${file}) -eq ${bytes} &&`,
    `${sshWords(target, 'rm', path)} || { rm ${file}; false; }; }`,
  ];
  return `sh -c ${quote(script.join('\n'))}`.split('\n').map(printable);
}

/** ssh joins the words of a command with blanks, for the shell on the other side to take apart. */
function sshWords({ user, host, port }: SshTarget, program: string, path: string): string {
  const destination = user === undefined ? host : `${user}@${host}`;
  const remote = quote(path);
  const command = remote === path ? `${program} ${path}` : quote(`${program} ${remote}`);
  return ['ssh', ...(port === undefined ? [] : ['-p', port]), quote(destination), command].join(' ');
}

/** A word that a shell takes as it is written. */
function quote(word: string): string {
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** What is known about how the operator reached this machine. */
export interface Approach {
  readonly operator: Operator;
  readonly account: Account;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The host that clients dial; undefined where it is not known. */
  readonly endpointHost: string | undefined;
  readonly hostname: Printable;
}

/**
 * The target to begin with: the address of this machine that carries the operator's SSH session. Where that is private and
 * theirs is not, somebody translates it on the way, and the endpoint that clients dial is the better guess. The port is
 * known only from SSH_CONNECTION (sshd(8)).
 */
export function suggestSshTarget({ operator, account, environment, endpointHost, hostname }: Approach): SshTarget {
  const user = account.user;
  if (operator.kind !== 'ssh') return { user, host: endpointHost ?? hostname, port: undefined };
  const { address } = operator;
  const localAddress = plainAddress(operator.localAddress) ?? operator.localAddress;
  const isTranslated = isPrivateAddress(localAddress) && !isPrivateAddress(plainAddress(address) ?? address);
  const [, , server, port] = environment['SSH_CONNECTION']?.split(' ') ?? [];
  const number = server === localAddress && port !== undefined && port !== '22' ? Number(port) : undefined;
  const host = isTranslated ? (endpointHost ?? localAddress) : localAddress;
  const isPort = number !== undefined && Number.isInteger(number) && number > 0 && number <= 65_535 && !isTranslated;
  return { user, host, port: isPort ? number : undefined };
}
