import { type Host, HostError } from '../../host/host.ts';
import { type Printable, printable } from '../../host/printable.ts';
import { Secret } from '../../wg/secret.ts';
import type { Account } from './account.ts';
import { judgePlace } from './place.ts';

/** A file that is delivered: a configuration in any format, an SVG, or the bytes of a PNG. */
export interface DeliveryFile {
  /** Begins with `/`. */
  readonly path: string;
  readonly content: Secret | Uint8Array;
  /** Whether a file of that name may be replaced. The operator was asked. */
  readonly replaces: boolean;
}

/** What came of writing a file. */
type DeliveryResult =
  | {
      readonly outcome: 'written';
      readonly path: Printable;
      readonly bytes: number;
      readonly warnings: readonly Printable[];
    }
  /** There is something of that name. Nothing was written; asked and told, it can be replaced. */
  | { readonly outcome: 'exists'; readonly path: Printable; readonly reason: Printable }
  /** Nothing was written. */
  | { readonly outcome: 'refused'; readonly reason: Printable };

/**
 * Writes a file that only its owner can read (0600), all of it or nothing, where {@link judgePlace} lets it. The account
 * owns it in directories of its own, else this process. Never throws.
 */
export async function deliverFile(host: Host, file: DeliveryFile, account: Account): Promise<DeliveryResult> {
  const place = await judgePlace(host, file.path, account);
  if (place.outcome === 'refused') return place;
  const { path, owner, warnings } = place;
  const content = file.content instanceof Secret ? file.content.reveal() : file.content;
  const options = { mode: 0o600, ...(owner === undefined ? {} : { owner }) };
  const old = await oldFile(host, path);
  if (old === 'other') return refused(`${path} is no ordinary file: it is not replaced.`);
  if (old === 'file' && !file.replaces) {
    return { outcome: 'exists', path, reason: printable(`There is a file ${path} already. Nothing was written.`) };
  }
  try {
    if (old === 'file') await replace(host, path, (name) => host.writeNewFile(name, content, options));
    else await host.writeNewFile(path, content, options);
  } catch (error) {
    if (error instanceof HostError) return refused(error.message);
    throw error;
  }
  return { outcome: 'written', path, bytes: Buffer.byteLength(content), warnings };
}

/** Takes a delivered file away again, where it is there; the reason where it could not be. */
export async function removeDelivered(host: Host, path: Printable): Promise<Printable | undefined> {
  try {
    await host.removeFile(path);
    return undefined;
  } catch (error) {
    if (error instanceof HostError) return printable(error.message);
    throw error;
  }
}

/** A symbolic link is never followed: what it leads to may be anything. */
async function oldFile(host: Host, path: string): Promise<'file' | 'other' | undefined> {
  if ((await host.readLink(path)).outcome === 'read') return 'other';
  const found = await host.stat(path);
  if (found.outcome === 'absent') return undefined;
  return found.outcome === 'read' && found.value.kind === 'file' && found.value.links === 1 ? 'file' : 'other';
}

/** Has the new file written beside the old one, and put in its place. */
async function replace(host: Host, path: string, write: (name: string) => Promise<void>): Promise<void> {
  const beside = `${path}.${host.now()}.new`;
  await write(beside);
  try {
    await host.moveFile(beside, path);
  } catch (error) {
    await host.removeFile(beside).catch(() => undefined);
    throw error;
  }
}

function refused(reason: string): DeliveryResult {
  return { outcome: 'refused', reason: printable(reason) };
}
