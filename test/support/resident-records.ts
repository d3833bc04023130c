import { createLocalRecord } from '../../electron/engine/certificates/local-party';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import { seededRandom } from './seeded';
import type { Crypto } from '../../electron/engine/crypto/crypto';
import { rotateLocalRecord } from '../../electron/engine/certificates/rotation';
import type { LinkPurpose } from '../../electron/engine/certificates/key-link';
import type { LocalRecord } from '../../electron/engine/ports';
import { toHex } from '../../electron/engine/wire/encoding';
import { perFile } from './per-file';
import { withSpareKeys } from './rsa-keys';
import { testNow } from './session-kit';

const records = perFile(() => new Map<string, Promise<LocalRecord>>());

/** Who moves in under this name comes with a past. */
export function remember(name: string, record: LocalRecord): void {
  records().set(name, Promise.resolve(record));
}

/** One person per name and test file: making the RSA key is what takes time. Where it is made by chance of a seed, it is the name's. */
export function recordOf(crypto: Crypto, name: string, seeded: boolean): Promise<LocalRecord> {
  const made = records().get(name) ?? makeRecord(crypto, name, seeded);
  records().set(name, made);
  return made;
}

async function makeRecord(crypto: Crypto, name: string, seeded: boolean): Promise<LocalRecord> {
  const maker = seeded ? withSpareKeys(await createCrypto({ random: seededRandom(name) })) : crypto;
  return createLocalRecord(maker, { name, deviceName: 'desk', now: testNow - 3_600_000 });
}

const rotations = perFile(() => new Map<string, Promise<LocalRecord>>());

/** The record with another identity key: the same one for the same key and `whose` in one test file. */
export function rotated(crypto: Crypto, record: LocalRecord, now: number, purpose: LinkPurpose = 'routine', whose = 'own'): Promise<LocalRecord> {
  const name = JSON.stringify([whose, purpose, toHex(record.instanceList), toHex(record.exchanges[0]?.credential ?? new Uint8Array())]);
  const made = rotations().get(name) ?? rotateLocalRecord(crypto, record, now, purpose);
  rotations().set(name, made);
  return made;
}
