import { codeOf } from './files.ts';
import type { Host } from './host.ts';

/** What the operator chose and wants again next time. */
export interface Preferences {
  readonly theme?: string;
  readonly sort?: { readonly key: string; readonly isDescending: boolean };
  /** What rates and totals are counted in. */
  readonly unit?: 'bits' | 'bytes';
}

const fileName = 'preferences';

/**
 * The preferences as they were saved; none where the file is missing or damaged. It reads the file itself, because conf
 * costs 35 ms to load and this stands before the first paint.
 */
export async function loadPreferences(host: Host): Promise<Preferences> {
  const file = await host.readFile(`${host.facts.configDirectory}/${fileName}.json`);
  if (file.outcome !== 'read') return {};
  try {
    const saved = JSON.parse(file.value) as {
      theme?: unknown;
      sort?: { key?: unknown; isDescending?: unknown };
      unit?: unknown;
    } | null;
    const key = saved?.sort?.key;
    return {
      ...(typeof saved?.theme === 'string' ? { theme: saved.theme } : {}),
      ...(typeof key === 'string' ? { sort: { key, isDescending: saved?.sort?.isDescending === true } } : {}),
      ...(saved?.unit === 'bytes' ? { unit: saved.unit } : {}),
    };
  } catch {
    return {};
  }
}

/** Saves the preferences (by conf, in one step). A home directory that cannot be written is no reason to fail. */
export async function savePreferences(host: Host, preferences: Preferences): Promise<void> {
  const { default: Conf } = await import('conf');
  try {
    const store = new Conf<Preferences>({
      cwd: host.facts.configDirectory,
      configName: fileName,
      configFileMode: 0o600,
      clearInvalidConfig: true,
    });
    store.set(preferences);
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
  }
}
