import { printable } from '../../host/printable.ts';
import { type PublicKey, parsePublicKey } from '../key.ts';
import { publicKeyOf } from '../public-key.ts';
import { Secret } from '../secret.ts';
import { readStatements, type Statement } from './check-line.ts';
import { type AllowedIpReading, readAllowedIp, readEndpoint } from './check-value.ts';
import type { ConfFile } from './conf-file.ts';
import type { LintContext, LintFinding, LintRule, LintSeverity } from './lint-finding.ts';

/** One setting, whichever program it is for. The value may be a key: it is for comparing, not for messages. */
export interface LintSetting {
  /** In small letters. */
  readonly key: string;
  readonly value: string;
  /** 1-based. */
  readonly line: number;
}

/** An item of AllowedIPs that is one. */
export interface LintPrefix extends AllowedIpReading {
  readonly line: number;
  readonly peer: LintPeer;
}

export interface LintPeer {
  /** 1-based, of the header. */
  readonly line: number;
  readonly settings: readonly LintSetting[];
  /** The last one counts. */
  readonly publicKey: PublicKey | undefined;
  readonly prefixes: readonly LintPrefix[];
}

/** A file as the rules look at it. */
export interface LintSource {
  readonly file: ConfFile;
  readonly context: LintContext;
  readonly isHub: boolean;
  readonly statements: readonly Statement[];
  /** 1-based line of the first `[Interface]`. */
  readonly interfaceLine: number | undefined;
  /** Settings of every `[Interface]`. */
  readonly settings: readonly LintSetting[];
  readonly peers: readonly LintPeer[];
  /** Addresses that the interface is to have. */
  readonly addresses: readonly AllowedIpReading[];
  readonly ownKey: PublicKey | undefined;
}

/** Reads a file for the rules, lines that wg(8) refuses included. Never throws. */
export function lintSource(file: ConfFile, context: LintContext): LintSource {
  const statements = readStatements(file);
  const settings: LintSetting[] = [];
  const sections: { line: number; settings: LintSetting[] }[] = [];
  let interfaceLine: number | undefined;
  for (const statement of statements) {
    const line = statement.line + 1;
    if (statement.kind === 'section') {
      if (statement.section === 'peer') sections.push({ line, settings: [] });
      else interfaceLine ??= line;
      continue;
    }
    const isPeer = statement.kind === 'wg' && statement.section === 'peer';
    const setting = { key: statement.key, value: statement.value ?? '', line };
    if (statement.kind === 'quick' || statement.section === 'interface') settings.push(setting);
    else if (isPeer) sections.at(-1)?.settings.push(setting);
  }
  const peers = sections.map(peerOf);
  const privateKey = settings.findLast(({ key }) => key === 'privatekey');
  return {
    file,
    context,
    isHub: context.role === undefined ? !isClient(peers) : context.role === 'hub',
    statements,
    interfaceLine,
    settings,
    peers,
    addresses: addressItems(settings).flatMap(({ item }) => readAllowedIp(item) ?? []),
    ownKey: privateKey === undefined ? undefined : publicKeyOf(new Secret(privateKey.value)),
  };
}

/** Each address of the interface, as written. */
export function addressItems(settings: readonly LintSetting[]): { readonly item: string; readonly line: number }[] {
  return settings
    .filter(({ key }) => key === 'address')
    .flatMap(({ value, line }) =>
      value
        .split(/[, \t]+/)
        .filter((item) => item !== '')
        .map((item) => ({ item, line })),
    );
}

function peerOf({ line, settings }: { line: number; settings: readonly LintSetting[] }): LintPeer {
  const prefixes: LintPrefix[] = [];
  const key = settings.findLast((setting) => setting.key === 'publickey');
  const peer = { line, settings, prefixes, publicKey: parsePublicKey(key?.value ?? '') };
  for (const setting of settings) {
    if (setting.key !== 'allowedips') continue;
    for (const item of setting.value.split(',')) {
      const reading = readAllowedIp(item);
      if (reading !== undefined) prefixes.push({ ...reading, line: setting.line, peer });
    }
  }
  return peer;
}

function isClient(peers: readonly LintPeer[]): boolean {
  const [only] = peers;
  return peers.length === 1 && only !== undefined && endpointOf(only) !== undefined;
}

/** The endpoint that counts, where it is one. */
export function endpointOf(peer: LintPeer) {
  const setting = peer.settings.findLast(({ key }) => key === 'endpoint');
  const endpoint = setting === undefined ? undefined : readEndpoint(setting.value);
  return setting === undefined || endpoint === undefined ? undefined : { ...endpoint, line: setting.line };
}

/** A finding of words that may hold text of the file. */
export function finding(
  rule: LintRule,
  severity: LintSeverity,
  line: number,
  message: string,
  fix: string,
): LintFinding {
  return { rule, severity, line, message: printable(message), fix: printable(fix) };
}
