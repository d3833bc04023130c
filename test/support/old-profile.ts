import { createCipheriv, createHmac, pbkdf2Sync } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { keyOfVault } from './key-of-vault';

/** From the root of the repository, where tests and commands are run. */
const folder = resolve('test/fixtures/schemas');
const pageBytes = 4096;
const reserved = 80;
const blockBytes = 16;

/** What the person saw when the program of that time ended. */
export interface Seen {
  readonly peerId: string;
  readonly contacts: readonly { readonly contactId: string; readonly name: string; readonly checked: boolean; readonly pending: boolean }[];
  readonly conversations: readonly {
    readonly conversationId: string;
    readonly title: string;
    readonly state: string;
    readonly messages: readonly { readonly messageId: string; readonly direction: string; readonly text: string; readonly state: string }[];
  }[];
}

/** A profile as a program of an earlier day left it (test/fixtures/schemas/make.mjs). */
export interface OldProfile {
  readonly version: number;
  readonly seen: Seen;
  /** Of its database. */
  readonly key: Uint8Array;
}

export const oldPassphrase = 'a passphrase for tests only';

/** Schemas of which a profile is kept. */
export const keptVersions: readonly number[] = readdirSync(folder).flatMap((name) => /^version-(\d+)\.br$/.exec(name)?.slice(1).map(Number) ?? []);

/** Puts the profile of that schema into a new folder, its database encrypted as it was. */
export async function placeOldProfile(version: number, profile: string): Promise<OldProfile> {
  const kept = brotliDecompressSync(readFileSync(join(folder, `version-${String(version).padStart(2, '0')}.br`)));
  const length = kept.readUInt32BE(0);
  const { seen, salt, vault, preferences }: { seen: Seen; salt: string; vault: string; preferences: string } = JSON.parse(kept.subarray(4, 4 + length).toString());
  mkdirSync(profile, { recursive: true, mode: 0o700 });
  writeFileSync(join(profile, 'vault'), Buffer.from(vault, 'base64'), { mode: 0o600 });
  writeFileSync(join(profile, 'preferences.json'), preferences, { mode: 0o600 });
  const key = await keyOfVault(profile, oldPassphrase);
  writeFileSync(join(profile, 'keyshift.db'), encrypted(kept.subarray(4 + length), key, Buffer.from(salt, 'base64')), { mode: 0o600 });
  return { version, seen, key };
}

/** A database of SQLCipher 4 of its pages in clear: AES-256-CBC and an HMAC-SHA-512 for each page, with a raw key. */
function encrypted(pages: Buffer, key: Uint8Array, salt: Buffer): Buffer {
  const macKey = pbkdf2Sync(key, salt.map((byte) => byte ^ 0x3a), 2, 32, 'sha512');
  const clearBytes = pageBytes - reserved;
  const number = Buffer.alloc(4);
  return Buffer.concat(
    Array.from({ length: pages.length / clearBytes }, (_, at) => {
      const clear = pages.subarray(at * clearBytes, (at + 1) * clearBytes);
      number.writeUInt32LE(at + 1);
      // Told apart is enough: this page is written with it once.
      const iv = createHmac('sha512', macKey).update(number).digest().subarray(0, blockBytes);
      const cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
      const body = Buffer.concat([cipher.update(at === 0 ? clear.subarray(blockBytes) : clear), cipher.final(), iv]);
      const mac = createHmac('sha512', macKey).update(body).update(number).digest();
      return Buffer.concat([at === 0 ? salt : Buffer.alloc(0), body, mac]);
    }),
  );
}
