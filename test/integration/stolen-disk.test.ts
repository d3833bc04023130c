import { createDecipheriv, createPrivateKey } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decryptedPages } from '../support/decrypted-pages';
import { keyOfVault } from '../support/key-of-vault';
import { newPerson, passphrase, type Person, temporaryFolder } from '../support/two-peers';

const folder = temporaryFolder();
let ann: Person;

beforeAll(async () => {
  ann = await newPerson(folder.path, 'ann');
}, 60_000);
afterAll(async () => {
  await ann?.peer.kill();
  folder.release();
});

/** The log beside the database: a header of 32 bytes, then a header of 24 before each page, which is encrypted as in the database. */
function decryptedLog(file: string, key: Uint8Array): Buffer {
  const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
  const pages: Buffer[] = [];
  for (let at = 32 + 24; at + 4096 <= bytes.length; at += 24 + 4096) {
    const page = bytes.subarray(at, at + 4096);
    const isFirst = bytes.readUInt32BE(at - 24) === 1;
    const decipher = createDecipheriv('aes-256-cbc', key, page.subarray(4096 - 80, 4096 - 64)).setAutoPadding(false);
    pages.push(decipher.update(page.subarray(isFirst ? 16 : 0, 4096 - 80)), decipher.final());
  }
  return Buffer.concat(pages);
}

/** Everything that whoever has a copy of the folder and its passphrase can read. */
async function readable(profile: string): Promise<Buffer> {
  const key = await keyOfVault(profile, passphrase);
  const files = readdirSync(profile, { recursive: true, encoding: 'utf8' }).map((name) => join(profile, name)).filter((file) => statSync(file).isFile());
  const database = join(profile, 'keyshift.db');
  return Buffer.concat([decryptedPages(database, key), decryptedLog(`${database}-wal`, key), ...files.map((file) => readFileSync(file))]);
}

/** Stretches of the secret numbers of a private key: rows are cut where a page ends, so that one alone might be missed. */
function stretchesOf(pem: string, secret: string): Buffer[] {
  const { d = '', p = '', q = '' } = createPrivateKey({ key: pem, passphrase: secret }).export({ format: 'jwk' });
  return [d, p, q].flatMap((number) => {
    const bytes = Buffer.from(number, 'base64url');
    return Array.from({ length: Math.floor(bytes.length / 32) }, (_, at) => bytes.subarray(at * 32, at * 32 + 32));
  });
}
const found = (stretches: readonly Buffer[], bytes: Buffer): number => stretches.filter((stretch) => bytes.includes(stretch)).length;

describe('a profile whose folder and passphrase somebody has', () => {
  it('A79 S5-20 S5-21: of an identity key that was renewed and forgotten nothing secret is in any file, not in what was overwritten either; the steps from it still are', async () => {
    const words = 'seven words that open one key only';
    const exported = async (name: string): Promise<Buffer[]> => {
      const path = join(folder.path, name);
      await ann.peer.call('identity.exportPrivate', { format: 'pem', passphrase: words, path });
      return stretchesOf(readFileSync(path, 'utf8'), words);
    };
    const copied = (name: string): string => {
      process.kill(ann.peer.pid, 'SIGSTOP');
      cpSync(ann.profile, join(folder.path, name), { recursive: true });
      process.kill(ann.peer.pid, 'SIGCONT');
      return join(folder.path, name);
    };
    const first = await exported('first.pem');
    await ann.peer.call('identity.rotate');
    const second = await exported('second.pem');
    const before = await readable(copied('before'));
    // Else nothing would be looked at below.
    expect([found(first, before), found(second, before)]).toEqual([expect.toSatisfy((count: number) => count > first.length / 2), expect.toSatisfy((count: number) => count > second.length / 2)]);

    await ann.peer.call('identity.forgetOldKeys', {});
    const after = await readable(copied('after'));
    expect(found(first, after)).toBe(0);
    expect(found(second, after)).toBeGreaterThan(second.length / 2);
    expect((await ann.peer.call('identity.keyHistory')).map(({ epoch }) => epoch)).toEqual([2, 1]);
    await ann.peer.end();
    expect(found(first, await readable(ann.profile))).toBe(0);
  }, 60_000);
});
