import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decryptedPages } from '../support/decrypted-pages';
import type { Db } from '../../electron/storage/database';
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
  /** On the disk: in memory it would grow with the run, among what is measured. */
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** While the device is off. Gives how many keys it has now. */
  async look(device: SoakDevice): Promise<ReadonlySet<string>> {
    const now = new Set<string>();
    const seen = this.#seen(device);
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
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(this.#fileOf(device), JSON.stringify([...seen]));
    return now;
  }

  /** Keys in hex that this device ever had, and the table each was in. */
  #seen(device: SoakDevice): Map<string, string> {
    if (!existsSync(this.#fileOf(device))) return new Map();
    // Written above, and by nobody else.
    return new Map(JSON.parse(readFileSync(this.#fileOf(device), 'utf8')) as [string, string][]);
  }

  #fileOf({ name }: SoakDevice): string {
    return join(this.#folder, `${name.replaceAll(' ', '-')}.json`);
  }

  /** What this device once had, has no more, and whoever has its disk and its key still finds; and texts that should be nowhere. While it is off. */
  async left(device: SoakDevice, texts: readonly string[]): Promise<{ readonly gone: number; readonly found: readonly string[] }> {
    const now = await this.look(device);
    const gone = [...this.#seen(device)].filter(([text]) => !now.has(text));
    const pages = decryptedPages(join(device.profile, 'keyshift.db'), await keyOf(device));
    const found = gone.filter(([text]) => pages.includes(Buffer.from(text, 'hex'))).map(([, table]) => `a key of ${table}`);
    for (const text of texts.filter((each) => pages.includes(each))) found.push(`the text "${text}" (${await device.read((db) => placesOf(db, text))})`);
    return { gone: gone.length, found };
  }
}

/** Tables and columns that hold a text, with the row, for whoever looks for the reason. */
function placesOf(db: Db, text: string): string {
  const places: string[] = [];
  for (const { name: table } of db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()) {
    for (const { name: column } of db.prepare('SELECT name FROM pragma_table_info(?)').all([String(table)])) {
      const rows = db.prepare(`SELECT * FROM "${String(table)}" WHERE instr(CAST("${String(column)}" AS BLOB), CAST(? AS BLOB)) > 0`).all([text]);
      for (const row of rows) places.push(`${String(table)}.${String(column)} of ${JSON.stringify(row, (_, value: unknown) => (value instanceof Uint8Array ? `${value.length} bytes` : value))}`);
    }
  }
  return places.join('; ') || 'in no row: in unused space';
}
