/** Puts the parts of the bundle into one file: the loader, the first part as it is, the others as comments below it. */
import { readFile } from 'node:fs/promises';
import { transform } from 'esbuild';

/** What stands in a part where its code has the end of a comment. */
const instead = '*@/';

/** The text of a part of the bundle. */
export interface PartText {
  readonly name: string;
  readonly code: string;
}

/** The file. It is ASCII throughout, because V8 keeps any other text in two bytes a character. */
export async function oneFile([first, ...later]: readonly PartText[]): Promise<string> {
  if (first === undefined) throw new Error('There is no first part.');
  const loader = await readFile('scripts/bundle/loader.js', 'utf8');
  const { code } = await transform(loader, { minifyWhitespace: true, minifySyntax: true });
  const table = `const $parts={${later.map(({ name }) => `${name}:$${name}`)}};`;
  let file = `#!/usr/bin/env node\n${code.trim()}${table}\n${ascii(first.code)}`;
  for (const part of later) {
    if (part.code.includes(instead))
      throw new Error(`The part "${part.name}" has ${instead} in it: take another sign.`);
    const line = file.split('\n').length + 1;
    const text = ascii(`"use strict";${part.code}`).replaceAll('*/', instead);
    file += `function $${part.name}(){return ${line}/*\n${text}*/}\n`;
  }
  return file;
}

/** esbuild leaves characters of other scripts in regular expressions, where this says the same. */
function ascii(code: string): string {
  return code.replaceAll(/[^\0-\u007f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
