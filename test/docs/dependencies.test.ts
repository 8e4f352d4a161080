/** docs/dependencies.md gives a reason for each package, and for none that has gone. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
};

test('docs/dependencies.md has a row for each package of package.json, and for no other', () => {
  const page = readFileSync('docs/dependencies.md', 'utf8').split('## Considered and not taken')[0] ?? '';
  const rows = [...page.matchAll(/^\| (?!package)([^|-][^|]*?) \|/gm)].map(([, names]) => names ?? '');
  const named = rows.flatMap((names) => names.replace(/\s*\(.*?\)/g, '').split(', '));
  const packages = Object.keys({ ...manifest.devDependencies, ...manifest.optionalDependencies });
  expect(named.toSorted()).toEqual(packages.toSorted());
});
