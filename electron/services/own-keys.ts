import { KeyshiftError } from '../../shared/errors';
import type { KeyOrigin } from '../../shared/model/identity';
import type { Settings } from '../../shared/model/settings';
import { recallIdentityCertificate } from '../engine/certificates/identity-certificate';
import type { LocalParty } from '../engine/certificates/local-party';
import { type OwnKey, rotateLocalRecord } from '../engine/certificates/rotation';
import type { Crypto } from '../engine/crypto/crypto';
import type { LocalRecord } from '../engine/ports';
import { toHex } from '../engine/wire/encoding';
import type { EventOf } from '../../shared/contract/contract';
import type { Stores } from './ports';
import type { PeerKeyStore } from './ports/peer-keys';

const dayMs = 24 * 60 * 60 * 1000;
/** New identity keys in a day: each costs every contact a question and a handshake. */
export const mostPerDay = 10;
/** So much later another holder of the key makes the next one: the one that should is not in use any more, and the certificate ends soon. */
const certifierGoneMs = 20 * dayMs;
/** How long after it was replaced an old private half still vouches for later keys, whoever knows only that one (protocol.md §9). */
const keptMs = 180 * dayMs;

/**
 * When the next identity key is made by itself, Unix milliseconds; undefined where that is only done by hand, or may not be done here. Of a device and
 * a copy or restored backup of it, which both hold the key, the one does it that the list calls certifier: both at once would make two of the person.
 */
export function rotatesAt(local: Pick<LocalParty, 'keyCreatedAt' | 'unconfirmed' | 'isCertifier' | 'certifierKey'>, { rotateIdentityDays }: Pick<Settings, 'rotateIdentityDays'>): number | undefined {
  if (rotateIdentityDays === 0 || local.unconfirmed || !holdsKey(local)) return undefined;
  return local.keyCreatedAt + rotateIdentityDays * dayMs + (local.isCertifier ? 0 : certifierGoneMs);
}

/** The record with a new identity key, and another name where there is one. Errors: key.not-here, key.unconfirmed, keys.too-often with retryAt. */
export async function withNewKey(crypto: Crypto, record: LocalRecord, now: number, name?: string): Promise<LocalRecord> {
  if (record.unconfirmed === true) throw new KeyshiftError('key.unconfirmed', 'This key came from a file. It makes no new keys until it is known that no other device uses it.');
  if (currentKey(record).privateKey === undefined) throw new KeyshiftError('key.not-here', 'This device does not hold the identity key.');
  assertNotTooOften(record, now);
  return rotateLocalRecord(crypto, record, now, 'routine', name);
}

/** Errors: keys.too-often with retryAt. */
export function assertNotTooOften({ identityKeys }: Pick<LocalRecord, 'identityKeys'>, now: number): void {
  // The first key took no other's place. A clock set back must not lock the person out for as long as it was ahead.
  const later = identityKeys.filter(({ link, recovery }) => link !== undefined || recovery !== undefined);
  const made = later.map(({ createdAt }) => createdAt).filter((at) => at > now - dayMs && at <= now);
  const oldest = made.sort((a, b) => a - b).at(-mostPerDay);
  if (oldest !== undefined) throw new KeyshiftError('keys.too-often', 'The identity key was renewed too often.', { retryAt: oldest + dayMs });
}

/** The record of a device whose key is known to be the newest; undefined when it was. */
export async function confirmed({ unconfirmed, ...rest }: LocalRecord): Promise<LocalRecord | undefined> {
  return unconfirmed === true ? rest : undefined;
}

/** The identity key in use. */
export function currentKey({ identityKeys }: Pick<LocalRecord, 'identityKeys'>): OwnKey {
  return identityKeys.filter(({ retiredAt }) => retiredAt === undefined).reduce((a, b) => (b.epoch > a.epoch ? b : a));
}

/** What clients are told of a new own key. */
export function ownKeyNews(crypto: Crypto, record: LocalRecord, origin: KeyOrigin): EventOf<'key.rotated'> {
  const { epoch, certificate } = currentKey(record);
  return { type: 'key.rotated', epoch, fingerprint: toHex(recallIdentityCertificate(crypto, certificate).spkiHash), origin };
}

/** Own epochs that contacts proved to know: of everybody who may be told of the next key. */
export function provenEpochs({ contacts, peerKeys }: { readonly contacts: Stores['contacts']; readonly peerKeys: PeerKeyStore }): readonly { readonly contactId: string; readonly epoch: number }[] {
  const proven = peerKeys.proven();
  return contacts
    .list()
    .filter(({ relation, blocked }) => relation === 'mutual' && !blocked)
    .map(({ contactId, peerId }) => ({ contactId, epoch: proven.get(peerId) ?? 0 }));
}

/** Old private halves that serve nobody any more: every contact proved to know a later key, or their time is over (S5-21). */
export function isSpent(key: OwnKey, lowestProven: number, now: number): boolean {
  return key.retiredAt !== undefined && key.privateKey !== undefined && (lowestProven > key.epoch || now > key.retiredAt + keptMs);
}

/** The private half of the identity key in use is here: at the certifier, and at a device that a copy or a restored backup of it took that role from. */
export function holdsKey(local: Pick<LocalParty, 'certifierKey'>): boolean {
  try {
    local.certifierKey();
    return true;
  } catch {
    return false;
  }
}
