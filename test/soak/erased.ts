import { join } from 'node:path';
import { decryptedPages } from '../support/decrypted-pages';
import { keyOf, type SoakDevice } from './device';

/** Columns of keys that are of use to whoever gets them, and end some day. */
const secrets: readonly (readonly [string, string])[] = [
  ['keks', 'key'],
  ['exchange_keys', 'kem_secret'],
  ['identity_keys', 'private_key'],
  ['resumptions', 'secret'],
  ['sharing_keys', 'secret'],
  ['invitations', 'secret'],
];
/** Shorter ones would be found by chance. */
const leastBytes = 16;

/** Remembers what a device had, so that at the end it can be told what is gone and must be gone everywhere. */
export class Erased {
  readonly #seen = new Map<string, Map<string, string>>();

  /** While the device is off. Gives how many keys it has now. */
  async look(device: SoakDevice): Promise<ReadonlySet<string>> {
    const now = new Set<string>();
    const seen = this.#seen.get(device.name) ?? new Map<string, string>();
    this.#seen.set(device.name, seen);
    await device.read((db) => {
      for (const [table, column] of secrets) {
        for (const row of db.prepare(`SELECT ${column} AS secret FROM ${table} WHERE ${column} IS NOT NULL`).all()) {
          const value = row['secret'];
          if (!(value instanceof Uint8Array) || value.length < leastBytes) continue;
          const text = Buffer.from(value).toString('hex');
          now.add(text);
          seen.set(text, table);
        }
      }
    });
    return now;
  }

  /** What this device once had, has no more, and whoever has its disk and its key still finds; and texts that should be nowhere. While it is off. */
  async left(device: SoakDevice, texts: readonly string[]): Promise<{ readonly gone: number; readonly found: readonly string[] }> {
    const now = await this.look(device);
    const gone = [...(this.#seen.get(device.name) ?? [])].filter(([text]) => !now.has(text));
    const pages = decryptedPages(join(device.profile, 'keyshift.db'), await keyOf(device));
    const found = gone.filter(([text]) => pages.includes(Buffer.from(text, 'hex'))).map(([, table]) => `a key of ${table}`);
    return { gone: gone.length, found: [...found, ...texts.filter((text) => pages.includes(text)).map((text) => `the text "${text}"`)] };
  }
}
