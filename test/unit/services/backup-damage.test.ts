import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backupHeadBytes, sealedChunkBytes } from '../../../electron/engine/backup/container';
import { KeyshiftError } from '../../../shared/errors';
import { ready } from '../../reference/dialog-twin';
import { furnish, house, type Housed, inFolder, passphrase, vaultNames, words } from '../../support/backup-kit';
import { temporaryFolder } from '../../support/two-peers';

const wrong = 'backup.wrong-passphrase';
const garbled = 'backup.garbled';

describe('a backup file in which anything is not as it was written', () => {
  const folder = temporaryFolder();
  const at = inFolder(folder.path);
  let eve: Housed;
  let good: Buffer;
  /** Another backup of the same profile under the same passphrase. */
  let other: Buffer;

  beforeAll(async () => {
    await ready;
    await furnish(at('ann'), 700, 'text');
    const ann = await house(at('ann'));
    await ann.app.handlers.vault.unlock({ passphrase });
    for (const name of ['good', 'other']) await ann.app.handlers.backup.create({ path: at(name), passphrase: words });
    await ann.app.stop();
    [good, other] = [readFileSync(at('good')), readFileSync(at('other'))];
    eve = await house(at('eve'));
  }, 60_000);

  afterAll(async () => {
    await eve.app.stop();
    folder.release();
  });

  const chunk = (bytes: Buffer, index: number): Buffer => bytes.subarray(backupHeadBytes + index * sealedChunkBytes, backupHeadBytes + (index + 1) * sealedChunkBytes);
  const changed = (place: number): Buffer => {
    const bytes = Buffer.from(good);
    bytes.writeUInt8(bytes.readUInt8(place) ^ 0x10, place);
    return bytes;
  };
  const head = (bytes = good): Buffer => bytes.subarray(0, backupHeadBytes);

  /** It is refused with one of these codes, in words that say that nothing changed, and there is no vault. */
  async function refused(what: string, bytes: Buffer, ...codes: readonly string[]): Promise<void> {
    writeFileSync(at('spoiled'), bytes);
    const restoring = Promise.resolve(eve.app.handlers.backup.restore({ path: at('spoiled'), passphrase: words }));
    const error: unknown = await restoring.then(() => 'restored', (failure: unknown) => failure);
    expect([what, error instanceof KeyshiftError ? error.code : error]).toEqual([what, expect.toSatisfy((code: string) => codes.includes(code))]);
    expect([what, String(error)]).toEqual([what, expect.stringMatching(/nothing was changed/i)]);
    expect([what, vaultNames(eve.profile)]).toEqual([what, []]);
  }

  it('S5-25 A81: one changed byte anywhere in its head, and at each end of the content and of the tag of the first, a middle and the last piece', async () => {
    const pieces = Math.ceil((good.length - backupHeadBytes) / sealedChunkBytes);
    expect(pieces).toBeGreaterThan(2);
    // Magic, version and cost are looked at before a passphrase is tried; a salt is any salt.
    for (let place = 0; place < 21; place += 1) await refused(`head ${place}`, changed(place), garbled, 'backup.newer', wrong);
    for (const place of [21, 36]) await refused(`salt ${place}`, changed(place), wrong);
    for (const piece of new Set([0, Math.floor(pieces / 2), pieces - 1])) {
      const [from, to] = [backupHeadBytes + piece * sealedChunkBytes, Math.min(good.length, backupHeadBytes + (piece + 1) * sealedChunkBytes)];
      for (const place of [from, to - 17, to - 16, to - 1]) await refused(`piece ${piece} at ${place - from}`, changed(place), wrong);
    }
  }, 120_000);

  it('S5-25 A81: cut at every kind of length', async () => {
    for (const length of [0, 1, 14, 15, backupHeadBytes - 1, backupHeadBytes, backupHeadBytes + 1, backupHeadBytes + 16]) await refused(`${length} bytes`, good.subarray(0, length), garbled);
    const first = backupHeadBytes + sealedChunkBytes;
    // Within a piece and its tag; at its end; so near behind it that no piece could begin there; one byte of the next; all but the last byte.
    for (const length of [backupHeadBytes + 17, first - 1, first, first + 17, good.length - 1]) await refused(`${length} bytes`, good.subarray(0, length), wrong);
    for (const length of [first + 1, first + 16]) await refused(`${length} bytes`, good.subarray(0, length), garbled);
  }, 120_000);

  it('S5-25 A81: two joined, pieces moved, repeated, left out or of another backup of the same person and passphrase', async () => {
    const [first, second, rest] = [chunk(good, 0), chunk(good, 1), good.subarray(backupHeadBytes + 2 * sealedChunkBytes)];
    await refused('two, one behind the other', Buffer.concat([good, other]), wrong, garbled);
    await refused('a whole one behind a piece', Buffer.concat([head(), first, good]), wrong, garbled);
    await refused('two pieces changed places', Buffer.concat([head(), second, first, rest]), wrong);
    await refused('a piece twice', Buffer.concat([head(), first, first, second, rest]), wrong);
    await refused('without its first', Buffer.concat([head(), second, rest]), wrong);
    await refused('without one in the middle', Buffer.concat([head(), first, rest]), wrong);
    await refused('the head of the other', Buffer.concat([head(other), good.subarray(backupHeadBytes)]), wrong);
    await refused('a piece of the other', Buffer.concat([head(), first, chunk(other, 1), rest]), wrong);
    await refused('zeros behind it', Buffer.concat([good, Buffer.alloc(4096)]), wrong, garbled);
  }, 120_000);

  it('S5-25 A81: files of other programs, and of this one', async () => {
    const foreign: Record<string, Buffer> = {
      'text': Buffer.from('Dear Bo, '.repeat(50)),
      'a zip': Buffer.concat([Buffer.from('504b0304', 'hex'), Buffer.alloc(500, 7)]),
      'a database': Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(4096)]),
      'zeros': Buffer.alloc(100_000),
      'a vault': readFileSync(at('ann/vault')),
      'an encrypted database': readFileSync(at('ann/keyshift.db')),
      'a key file by its name': Buffer.from('KEYSHIFTKEY\0'.padEnd(200, '\x01')),
      'the version before the first': Buffer.concat([good.subarray(0, 15), Buffer.from([0]), good.subarray(16)]),
    };
    for (const [what, bytes] of Object.entries(foreign)) await refused(what, bytes, garbled);
  }, 60_000);

  it('S5-25: and as it was written it comes back', async () => {
    writeFileSync(at('spoiled'), good);
    await eve.app.handlers.backup.restore({ path: at('spoiled'), passphrase: words });
    expect((await eve.app.handlers.conversations.list(undefined)).length).toBe(1);
  }, 60_000);
});
