import { beforeAll, describe, expect, it } from 'vitest';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { openLocalParty } from '../../../../electron/engine/certificates/local-party';
import { rotateLocalRecord } from '../../../../electron/engine/certificates/rotation';
import { adoptIdentityKey } from '../../../../electron/engine/key-files/adopt-key';
import { openKeyFile } from '../../../../electron/engine/key-files/open-key-file';
import { fileVectors } from '../../../second/file-vectors.mjs';
import { realCrypto } from '../../../support/foundation-kit';
import { keyFileParts } from '../../../support/key-file-kit';
import { type KeyLife, keyLives } from '../../../support/key-lives';
import { fixedKey, withFixedKeys } from '../../../support/rsa-keys';
import backup from '../../../vectors/backup.json';
import { changed } from '../../../vectors/changed.mjs';
import identity from '../../../vectors/identity.json';
import vectors from '../../../vectors/key-files.json';

let crypto: Crypto;
beforeAll(async () => {
  const real = await realCrypto();
  const derived = new Map<string, Promise<Uint8Array>>();
  // Argon2id once for each passphrase, salt and cost.
  const passwordKey: Crypto['passwordKey'] = async (passphrase, salt, cost) => {
    const name = [passphrase, salt].map((bytes) => Buffer.from(bytes).toString('hex')).concat(JSON.stringify(cost)).join(' ');
    const bytes = derived.get(name) ?? real.passwordKey(passphrase, salt, cost).then((key) => key.bytes.slice());
    derived.set(name, bytes);
    return real.secret('passphrase-derived', (await bytes).slice());
  };
  crypto = { ...real, passwordKey };
});

const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const open = (bytes: Uint8Array, passphrase = vectors.passphrase) => openKeyFile(keyFileParts(crypto), bytes, passphrase);
const codeOf = (bytes: Uint8Array, passphrase?: string): Promise<string> =>
  open(bytes, passphrase).then(
    () => 'opened',
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
  );

const now = identity.now + 1_000;

/** Devices with the keys that the vectors name, and with others where they name none. */
async function ownersOf(): Promise<Record<string, KeyLife>> {
  const [vera, ann] = await Promise.all([keyLives(crypto, ['routine', 'routine', 'routine'], { name: 'Vera', now: identity.now }), keyLives(crypto, ['routine', 'routine', 'routine'], { name: 'Ann', now: identity.now, from: 10 })]);
  const [first, second, third, fourth] = vera;
  if (!second || !third || !fourth || !ann[3]) throw new Error('four keys each');
  const other = async ({ record }: KeyLife): Promise<KeyLife> => {
    const changed = await rotateLocalRecord(withFixedKeys(crypto, 15), record, now, 'routine');
    return { record: changed, party: openLocalParty(crypto, changed) };
  };
  return {
    'under the first key': first, 'under the second key': second, 'under the third key': third, 'under a fourth key': fourth,
    'under another second key': await other(first), 'under another third key': await other(second), 'somebody else': ann[0], 'somebody else under a later key': ann[3],
  };
}

describe('the vectors of files of an identity key', () => {
  it('S5-25: a second hand writes exactly what is written down, of backups as well', () => {
    const made = fileVectors(identity, [0, 1, 2].map((index) => fixedKey(index).privateKey.key));
    expect(made['key-files']).toEqual(vectors);
    expect(JSON.parse(JSON.stringify(made.backup))).toEqual(backup);
  });

  it('S5-25 S5-26: each format opens, under its passphrase alone', async () => {
    for (const { name, bytes, epoch, papers, recovery } of vectors.good) {
      const file = await open(bytesOf(bytes));
      expect([name, file.certificate.peerId, file.certificate.epoch, file.papers.length, file.recoveryKey !== undefined]).toEqual([name, vectors.peerId, epoch, papers, recovery]);
      expect([name, await codeOf(bytesOf(bytes), vectors.wrongPassphrase)]).toEqual([name, 'key-file.wrong-passphrase']);
    }
  });

  it('S5-26 A80: comes of a file what is written down, under whatever key it is brought to', async () => {
    const files = new Map([...vectors.good, ...vectors.more].map(({ name, bytes }) => [name, bytes]));
    const owners = await ownersOf();
    for (const { file, to, outcome } of vectors.imports) {
      const { record } = owners[to] ?? expect.unreachable();
      const came = await adoptIdentityKey(withFixedKeys(crypto, 20), record, await open(bytesOf(files.get(file) ?? '')), now).then(
        (changed) => (changed === undefined ? 'unchanged' : 'taken'),
        (error: { code: string }) => error.code,
      );
      expect([file, to, came]).toEqual([file, to, outcome]);
    }
  });

  it('A81 A85: what is wrong is told by the code that is written down', async () => {
    for (const { name, bytes, code } of vectors.bad) expect([name, await codeOf(bytesOf(bytes))]).toEqual([name, code]);
    for (const change of vectors.changes) {
      const good = vectors.good.find(({ name }) => name === change.of)?.bytes ?? '';
      expect([change.of, change.name, await codeOf(Uint8Array.from(changed(Buffer.from(good, 'hex'), change)))]).toEqual([change.of, change.name, change.code]);
    }
  });
});
