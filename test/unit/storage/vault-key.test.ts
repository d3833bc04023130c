import { expect, it } from 'vitest';
import type { Crypto } from '../../../electron/engine/crypto/crypto';
import type { Secret, SecretKind } from '../../../electron/engine/crypto/secret';
import { acceptDatabaseKey, openDatabaseKey, sealDatabaseKey } from '../../../electron/storage/vault-key';
import { crypto } from './vaults';

const cost = { memoryBytes: 8 * 1024 * 1024, passes: 1 };

/** The primitives, with all they make noted: secrets, and bytes that were in clear. */
function watched(): { readonly watching: Crypto; readonly secrets: Secret<SecretKind>[]; readonly typed: Uint8Array[] } {
  const secrets: Secret<SecretKind>[] = [];
  const typed: Uint8Array[] = [];
  const kept = <T extends Secret<SecretKind>>(secret: T): T => (secrets.push(secret), secret);
  const watching: Crypto = {
    ...crypto,
    secret: (kind, bytes) => kept(crypto.secret(kind, bytes)),
    passwordKey: async (bytes, ...rest) => {
      typed.push(bytes);
      return kept(await crypto.passwordKey(bytes, ...rest));
    },
  };
  return { watching, secrets, typed };
}

it('A88: of a passphrase, and of what is made of it, nothing is left in memory once the key is sealed, opened or refused', async () => {
  const { watching, secrets, typed } = watched();
  const key = crypto.randomSecret('database', 32);
  const content = await sealDatabaseKey(watching, key, 'correct horse', cost, 1);
  const opened = await openDatabaseKey(watching, content, 'correct horse');
  expect(opened.bytes).toEqual(key.bytes);
  await expect(openDatabaseKey(watching, content, 'another horse')).rejects.toMatchObject({ code: 'vault.wrong-passphrase' });
  expect([typed.length, typed.filter((bytes) => bytes.some((byte) => byte !== 0))]).toEqual([3, []]);
  expect(secrets.filter((secret) => !secret.wiped)).toEqual([opened]);
});

it('A88: a key from a keyring that is not that of this vault is refused, and wiped', async () => {
  const { watching, secrets } = watched();
  const key = crypto.randomSecret('database', 32);
  const content = await sealDatabaseKey(crypto, key, 'correct horse', cost, 1);
  for (const bytes of [new Uint8Array(32), key.bytes.slice(0, 31), Uint8Array.from([...key.bytes, 0])]) {
    expect(() => acceptDatabaseKey(watching, content, bytes)).toThrow(expect.objectContaining({ code: 'vault.wrong-passphrase' }));
  }
  expect(secrets.filter((secret) => !secret.wiped)).toEqual([]);
  expect(acceptDatabaseKey(watching, content, key.bytes.slice()).bytes).toEqual(key.bytes);
});
