import type { Crypto } from '../crypto/crypto';
import type { Secret } from '../crypto/secret';
import { toHex } from '../wire/encoding';
import { WireError } from '../wire/wire-error';
import { concat } from '../wire/writer';
import { encodeLine, type LedgerLine, parseLine } from './ledger';
import type { SharingKey } from './sharing-keys';

const nonceBytes = 24;
const nameBytes = 16;

/** Under which name a repository keeps a session: 32 hex characters that tell it nothing, not even to who heard the key id. */
export function recordName(crypto: Crypto, person: SharingKey, keyId: Uint8Array): string {
  return toHex(crypto.hkdf(person.secret, 'repository-name', nameBytes, keyId));
}

/** nonce[24] ‖ AEAD("repository-record", key of the person, nonce, key id, ledger line). What is inside for one device is sealed once more. */
export function coverLine(crypto: Crypto, person: SharingKey, keyId: Uint8Array, line: LedgerLine): Uint8Array {
  const nonce = crypto.random(nonceBytes);
  return withCover(crypto, person, (key) => concat(nonce, crypto.seal('repository-record', key, nonce, keyId, encodeLine(line))));
}

/** Undefined for what no device of this person wrote under this name. */
export function uncoverLine(crypto: Crypto, person: SharingKey, keyId: Uint8Array, record: Uint8Array): LedgerLine | undefined {
  if (record.length < nonceBytes) return undefined;
  const opened = withCover(crypto, person, (key) => crypto.open('repository-record', key, record.subarray(0, nonceBytes), keyId, record.subarray(nonceBytes)));
  try {
    return opened && parseLine(opened);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

function withCover<T>(crypto: Crypto, person: SharingKey, use: (key: Secret<'sharing'>) => T): T {
  const key = crypto.secret('sharing', crypto.hkdf(person.secret, 'repository-record', 32));
  try {
    return use(key);
  } finally {
    key.wipe();
  }
}
