import { parsePublicKey } from '../key.ts';
import { firstAbove, type Section } from '../names/section.ts';
import { type SectionListener, SectionScanner, trimBlanks } from '../names/section-scanner.ts';
import { Secret } from '../secret.ts';
import type { ConfFile, ConfSection, ConfSetting } from './conf-file.ts';

const cache = new WeakMap<ConfFile, readonly ConfSection[]>();

/**
 * The sections of a file in order, live ones and those that are commented out by a tool or (peers) by hand. The comments
 * that are about a peer are in its range, by the same rules by which names are read. To wg(8) a live setting behind a section
 * that is commented out belongs to the live section before, whose range then reaches over the other's. Never throws.
 */
export function sectionsOf(file: ConfFile): readonly ConfSection[] {
  const known = cache.get(file);
  if (known !== undefined) return known;
  const collector = new Collector();
  const scanner = new SectionScanner('conf', collector);
  file.lines.forEach((line, index) => {
    const start = index === 0 && line.startsWith('\ufeff') ? 1 : 0;
    scanner.line(line, start, line.endsWith('\n') ? line.length - 1 : line.length);
  });
  scanner.finish();
  const sections = collector.sections();
  cache.set(file, sections);
  return sections;
}

class Collector implements SectionListener {
  readonly #settings = new Map<Section, ConfSetting[]>();
  readonly #sections: Section[] = [];

  preamble(): void {}

  setting(section: Section, text: string, start: number, end: number): void {
    const setting = readSetting(text.slice(start, end), section.last - 1);
    if (setting === undefined) return;
    const settings = this.#settings.get(section);
    if (settings === undefined) this.#settings.set(section, [setting]);
    else settings.push(setting);
  }

  section(section: Section): void {
    this.#sections.push(section);
  }

  sections(): readonly ConfSection[] {
    let before = 0;
    return this.#sections.map((section) => {
      const settings = this.#settings.get(section) ?? [];
      const header = section.line - 1;
      const above = firstAbove(section);
      const start = above === undefined ? header : Math.max(above.line - 1, Math.min(before, header));
      before = Math.max(before, section.last);
      return {
        kind: section.kind,
        header,
        start,
        end: section.last,
        settings,
        disabled: section.disabled === undefined ? undefined : { prefix: section.prefix },
        publicKey: section.kind === 'peer' ? keyOf(settings) : undefined,
      };
    });
  }
}

/** As isspace(3) in wg(8)'s config.c. */
const blanks = /[\t-\r ]+/g;

function readSetting(text: string, line: number): ConfSetting | undefined {
  const comment = text.indexOf('#');
  const equals = text.indexOf('=');
  if (equals === -1 || (comment !== -1 && comment < equals)) return undefined;
  const key = text.slice(0, equals).replace(blanks, '').toLowerCase();
  const value = trimBlanks(text.slice(equals + 1, comment === -1 ? undefined : comment));
  return { key, value: isSecretKey(key) ? new Secret(value) : value, line };
}

/** Whether the value of a setting must not be shown. */
function isSecretKey(key: string): boolean {
  return key === 'privatekey' || key === 'presharedkey';
}

/** The last one counts, as in wg(8). */
function keyOf(settings: readonly ConfSetting[]) {
  const value = settings.findLast((setting) => setting.key === 'publickey')?.value;
  return typeof value === 'string' ? parsePublicKey(value.replace(blanks, '')) : undefined;
}
