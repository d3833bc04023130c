import { readFile } from 'node:fs/promises';

export interface Licence {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly text: string;
}

/** What the build wrote beside the program. Empty, never an error, where it is not there. */
export async function readLicences(path: string): Promise<readonly Licence[]> {
  try {
    const found: unknown = JSON.parse(await readFile(path, 'utf8'));
    return Array.isArray(found) ? found.filter(isLicence).map(({ name, version, licence, text }) => ({ name, version, licence, text })) : [];
  } catch {
    return [];
  }
}

function isLicence(value: unknown): value is Licence {
  if (typeof value !== 'object' || value === null) return false;
  return ['name', 'version', 'licence', 'text'].every((key) => typeof Reflect.get(value, key) === 'string');
}
