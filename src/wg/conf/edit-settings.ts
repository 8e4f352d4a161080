import type { ConfFile, ConfSection, ConfSetting } from './conf-file.ts';
import { bodyOf, joinSetting, type LineEdits, leadOf, splitSetting } from './edit-lines.ts';
import { distinct, editList, listValues, sameValues, separatorIn } from './edit-list.ts';
import { sectionsOf } from './sections.ts';

/** A section that is being edited. */
export interface SectionEdit {
  readonly file: ConfFile;
  readonly edits: LineEdits;
  readonly section: ConfSection;
}

/** Writes a setting that has one value, where it stands (the last one counts) or at its place; undefined removes it. */
export function setSingle(edit: SectionEdit, key: string, value: string | undefined, order: readonly string[]): void {
  const own = settingsOf(edit.section, key);
  const last = own.at(-1);
  if (value === undefined) for (const setting of own) edit.edits.remove(setting.line);
  else if (last === undefined) insertSetting(edit, key, value, order);
  else if (textOf(last) !== value) replaceValue(edit, last.line, value);
}

/** Writes a setting that is a list in one or several lines. An empty list removes them: wg(8) refuses an empty value. */
export function setList(edit: SectionEdit, key: string, wanted: readonly string[], order: readonly string[]): void {
  const own = settingsOf(edit.section, key);
  const values = own.map(textOf);
  if (sameValues(values.flatMap(listValues), wanted)) return;
  const separator = commaOf(edit.file);
  if (own.length === 0) {
    insertSetting(edit, key, distinct(wanted).join(separator), order);
    return;
  }
  editList(values, wanted, separator).forEach((value, at) => {
    const line = own[at]?.line;
    if (line === undefined || value === values[at]) return;
    if (value === undefined) edit.edits.remove(line);
    else replaceValue(edit, line, value);
  });
}

/** How lines of a new peer are written: as the last one that is there. */
export interface PeerStyle {
  readonly header: string;
  /** What is before each key. */
  readonly lead: string;
  readonly equals: string;
  /** Between values of a list. */
  readonly separator: string;
  /** A key as the file writes it. */
  nameOf(key: string): string;
}

/** The style of the last live peer, or of nobody: as `wg showconf` prints. */
export function styleOf(file: ConfFile): PeerStyle {
  const section = sectionsOf(file).findLast((one) => one.kind === 'peer' && one.disabled === undefined);
  const body = section === undefined ? '' : bodyOf(file.lines[section.header] ?? '');
  const { lead, key, equals } = settingStyle(file, section?.settings[0]?.line);
  return {
    header: /^\ufeff?([\t-\r ]*\[\w+\])/.exec(body)?.[1] ?? '[Peer]',
    lead,
    equals,
    separator: commaOf(file),
    nameOf: (name) => caseAs(key, name),
  };
}

/** The value as it stands. */
export function textOf({ value }: ConfSetting): string {
  return typeof value === 'string' ? value : value.reveal();
}

function settingsOf(section: ConfSection, key: string): readonly ConfSetting[] {
  return section.settings.filter((setting) => setting.key === key.toLowerCase());
}

function replaceValue({ file, edits }: SectionEdit, line: number, value: string): void {
  const pieces = splitSetting(bodyOf(file.lines[line] ?? ''));
  if (pieces !== undefined) edits.replace(line, joinSetting({ ...pieces, value }));
}

/** Puts a new line behind the setting that stands before it by custom, written like that one. */
function insertSetting({ file, edits, section }: SectionEdit, key: string, value: string, order: readonly string[]) {
  const place = order.indexOf(key.toLowerCase());
  const earlier = order.slice(0, place).reverse();
  const names = earlier.find((name) => section.settings.some((setting) => setting.key === name));
  const anchor = section.settings.findLast((setting) => setting.key === names);
  const style = settingStyle(file, (anchor ?? section.settings[0])?.line);
  const lead = section.settings.length > 0 ? style.lead : leadOf(bodyOf(file.lines[section.header] ?? ''));
  const line = joinSetting({
    lead,
    key: caseAs(style.key, key),
    equals: style.equals,
    value,
    tail: '',
  });
  edits.insert((anchor?.line ?? section.header) + 1, [line]);
}

function settingStyle(file: ConfFile, line: number | undefined): { lead: string; key: string; equals: string } {
  const pieces = line === undefined ? undefined : splitSetting(bodyOf(file.lines[line] ?? ''));
  return pieces ?? { lead: '', key: 'PublicKey', equals: ' = ' };
}

/** The key in the letters of another: all small, all capital, or as wg(8) writes it. */
function caseAs(model: string, key: string): string {
  if (model === model.toLowerCase()) return key.toLowerCase();
  return model === model.toUpperCase() ? key.toUpperCase() : key;
}

/** What stands between the values of the first list in the file that has two. */
function commaOf(file: ConfFile): string {
  for (const { settings } of sectionsOf(file)) {
    for (const setting of settings) {
      const found =
        setting.key === 'allowedips' || setting.key === 'address' ? separatorIn(textOf(setting)) : undefined;
      if (found !== undefined) return found;
    }
  }
  return ', ';
}
