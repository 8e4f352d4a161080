import { known, type Printable } from '../../host/printable.ts';
import { type ConfPeer, type Dialect, dialectMark } from './conf-names.ts';

/** What the files say about a peer. */
export interface PeerName {
  readonly name?: Printable;
  readonly tags: readonly Printable[];
  readonly note?: Printable;
  /** When its access ends: an ISO 8601 date or time, as it is written. */
  readonly expires?: string;
  /** What the client was given, as it is written; `parseIssued` reads it. */
  readonly issued?: string;
  /** Where the name came from, such as `/etc/wireguard/wg0.conf line 12, ### Client`; without a name, where the peer is. */
  readonly source: Printable;
  /** The side file that the name is from: a name in the configuration file would not be shown. */
  readonly sidePath?: string;
  readonly disabled?: { readonly reason?: Printable; readonly until?: string };
  /** Of the last live section, which is the one that counts; of the last one where all are disabled. */
  readonly allowedIps: readonly string[];
  /** Whether the interface's own configuration file has the peer. */
  readonly inFile: boolean;
}

type Disabled = NonNullable<PeerName['disabled']>;

/** What comments say of a peer; undefined is as good as absent. */
interface Said {
  readonly name?: Printable | undefined;
  readonly tags: readonly Printable[];
  readonly note?: Printable | undefined;
  readonly expires?: string | undefined;
  readonly issued?: string | undefined;
  readonly disabled?: Disabled | undefined;
}

/** What the source is told from: a comment with a name, the header of a peer without one, or a file that is all names. */
interface Place {
  readonly path: string;
  readonly line?: number | undefined;
  readonly dialect?: Dialect | undefined;
}

/** A peer as it is kept: large hubs have many, so the sentence about the source is made when it is read. */
export class FoundPeer implements PeerName {
  readonly name?: Printable;
  readonly tags: readonly Printable[];
  readonly note?: Printable;
  readonly expires?: string;
  readonly issued?: string;
  readonly sidePath?: string;
  readonly disabled?: Disabled;
  readonly allowedIps: readonly string[];
  readonly inFile: boolean;
  readonly #place: Place;

  private constructor(said: Said, allowedIps: readonly string[], inFile: boolean, place: Place, sidePath?: string) {
    const { name, note, expires, issued, disabled } = said;
    if (name !== undefined) this.name = name;
    this.tags = said.tags;
    if (note !== undefined) this.note = note;
    if (expires !== undefined) this.expires = expires;
    if (issued !== undefined) this.issued = issued;
    if (sidePath !== undefined) this.sidePath = sidePath;
    if (disabled !== undefined) this.disabled = disabled;
    this.allowedIps = allowedIps;
    this.inFile = inFile;
    this.#place = place;
  }

  /** What a section of a file says; `inFile`: whether that is the interface's own configuration file. */
  static ofSection(section: ConfPeer, path: string, inFile: boolean): FoundPeer {
    const { allowedIps, nameLine, line, dialect } = section;
    // Copied, for an array that was filled one by one has room for sixteen.
    return new FoundPeer(section, allowedIps.slice(), inFile, { path, line: nameLine ?? line, dialect });
  }

  /** A name from a side file, over what other files say of its peer. */
  static named(name: Printable, sidePath: string, before: FoundPeer | undefined): FoundPeer {
    const said = before === undefined ? { name, tags: [] } : { ...before, name };
    return new FoundPeer(said, before?.allowedIps ?? [], before?.inFile ?? false, { path: sidePath }, sidePath);
  }

  get source(): Printable {
    const { path, line, dialect } = this.#place;
    const place = line === undefined ? path : `${path} line ${line}`;
    return known(dialect === undefined ? place : `${place}, ${dialectMark(dialect)}`);
  }

  /** What this one says, completed by one that is less sure. */
  completedBy(other: FoundPeer): FoundPeer {
    return this.#joined(other, this.disabled, this.allowedIps);
  }

  /** With a second section of the same key in the same file: the first name, the last live section's allowed IPs. */
  repeatedBy(second: FoundPeer): FoundPeer {
    const isLater = second.disabled === undefined || this.disabled !== undefined;
    const disabled = this.disabled === undefined ? undefined : second.disabled;
    return this.#joined(second, disabled, isLater ? second.allowedIps : this.allowedIps);
  }

  #joined(other: FoundPeer, disabled: Disabled | undefined, allowedIps: readonly string[]): FoundPeer {
    const named = this.name !== undefined || other.name === undefined ? this : other;
    const said: Said = {
      name: named.name,
      tags: [...new Set([...this.tags, ...other.tags])],
      note: this.note ?? other.note,
      expires: this.expires ?? other.expires,
      issued: this.issued ?? other.issued,
      disabled,
    };
    return new FoundPeer(said, allowedIps, this.inFile, named.#place, this.sidePath);
  }
}
