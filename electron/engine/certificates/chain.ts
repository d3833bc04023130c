import { KeyshiftError } from '../../../shared/errors';
import type { Crypto } from '../crypto/crypto';
import type { InstanceId, PeerId } from '../ids';
import { toHex } from '../wire/encoding';
import { Reader } from '../wire/reader';
import { WireError } from '../wire/wire-error';
import { Writer, concat } from '../wire/writer';
import { BoundedCache } from './bounded-cache';
import { type ExchangeCredential, type InstanceCredential, parseExchangeCredential, parseInstanceCredential, verifyExchangeCredential, verifyInstanceCredential } from './credential';
import { type IdentityCertificate, maxCertificateBytes, parseIdentityCertificate, recallIdentityCertificate } from './identity-certificate';
import { type KeyHistory, verifyKeyHistory } from './key-history';
import { type InstanceList, parseInstanceList, verifyInstanceList } from './instance-list';
import { parsing, unacceptable } from './unacceptable';
import { assertBegun, assertInForce, isLapsed } from './validity';

/** Cap of an encoded chain in bytes; an ordinary one has about 5.5 KiB. */
export const maxChainBytes = 12 * 1024;
const maxList = 4 * 1024;
const maxCredential = 3 * 1024;

/** Everything needed to know one device of one person and to send to that person (protocol.md §2). */
export interface Chain {
  readonly identity: IdentityCertificate;
  readonly list: InstanceList;
  readonly instance: InstanceCredential;
  readonly exchange: ExchangeCredential;
  /** The sibling that issued `exchange`, when it was neither the identity key nor `instance`. */
  readonly issuer?: InstanceCredential;
}

declare const verified: unique symbol;
/** A chain that `verifyChain` let pass, now or before (`recallChain`). Nothing else makes one, but for an own device that is not in step (`chainOfOwnDevice`). */
export type VerifiedChain = Chain & { readonly [verified]: true };

/** identity LP ‖ list LP ‖ instance LP ‖ exchange LP ‖ issuer LP (empty when there is none). */
export function encodeChain(chain: Chain): Uint8Array {
  return partsOf(chain).reduce((writer, part) => writer.lp(part), new Writer(6144)).finish();
}

const nothing = new Uint8Array(0);
/** Before each part (`lp`). */
const lengthBytes = 4;

function partsOf({ identity, list, instance, exchange, issuer }: Chain): readonly Uint8Array[] {
  return [identity.der, list.bytes, instance.bytes, exchange.bytes, issuer?.bytes ?? nothing];
}

/** Whether `encodeChain` gives these bytes. */
function isEncodingOf(chain: Chain, bytes: Uint8Array): boolean {
  const { buffer, byteOffset, length } = bytes;
  const encoded = Buffer.from(buffer, byteOffset, length);
  let at = 0;
  for (const part of partsOf(chain)) {
    const end = at + lengthBytes + part.length;
    if (end > length || encoded.readUInt32BE(at) !== part.length || encoded.compare(part, 0, part.length, at + lengthBytes, end) !== 0) return false;
    at = end;
  }
  return at === length;
}

/** An encoded chain with its hash, 32 bytes: an own one goes out with every handshake. Neither is to be written to. */
export function encodedOnce(crypto: Crypto, chain: Chain): { readonly bytes: Uint8Array; readonly hash: Uint8Array } {
  let known = encodings.get(chain);
  if (!known) {
    const bytes = encodeChain(chain);
    known = { bytes, hash: crypto.sha256(bytes) };
    encodings.set(chain, known);
  }
  return known;
}

const encodings = new WeakMap<Chain, { readonly bytes: Uint8Array; readonly hash: Uint8Array }>();

/** Structure, and the self-signature of the certificate. Throws `key.unacceptable`. */
export function parseChain(crypto: Crypto, bytes: Uint8Array): Chain {
  return read(crypto, bytes, parseIdentityCertificate);
}

/**
 * A chain that `verifyChain` let pass before, from this device's own encrypted database: no signature is checked once
 * more. Whether it is still in force, still pinned and still the newest is the caller's to ask. Throws `key.unacceptable`.
 */
export function recallChain(crypto: Crypto, bytes: Uint8Array): VerifiedChain {
  // It was given the brand before it was kept.
  return read(crypto, bytes, recallIdentityCertificate) as VerifiedChain;
}

/**
 * The chain of a device of the own person that is not in step, by whatever key it shows: it proves nothing but which device this is, and that
 * only together with a signature of that device. For sessions in which devices of one person get in step (protocol.md §10).
 */
export function chainOfOwnDevice(chain: Chain): VerifiedChain {
  // Whoever uses it believes nothing else of it.
  return chain as VerifiedChain;
}

function read(crypto: Crypto, bytes: Uint8Array, certificate: (crypto: Crypto, der: Uint8Array) => IdentityCertificate): Chain {
  return parsing(() => {
    if (bytes.length > maxChainBytes) throw new WireError('longer than its cap');
    const reader = new Reader(bytes);
    const parts = {
      identity: reader.lp(maxCertificateBytes),
      list: reader.lp(maxList),
      instance: reader.lp(maxCredential),
      exchange: reader.lp(maxCredential),
      issuer: reader.lp(maxCredential),
    };
    reader.end();
    // The cheap parts first: a malformed one costs no signature check.
    const list = parseInstanceList(crypto, parts.list);
    const instance = parseInstanceCredential(crypto, parts.instance);
    const exchange = parseExchangeCredential(crypto, parts.exchange);
    const issuer = parts.issuer.length > 0 ? parseInstanceCredential(crypto, parts.issuer) : undefined;
    const identity = certificate(crypto, parts.identity);
    return { identity, list, instance, exchange, ...(issuer && { issuer }) };
  });
}

/**
 * Chains whose signatures were good, by the hash of their parts, and what else was found to be signed well. Time and pin are
 * judged anew at every use. Of a chain that was good the parsed form is kept, too, by the hash of its bytes.
 */
export class VerifiedCache {
  readonly #hashes: BoundedCache<true>;
  readonly #parsed: BoundedCache<Chain>;
  /** The one of each device that passed last, by instance id. */
  readonly #ofDevices: BoundedCache<Chain>;
  /** Not verified yet. */
  readonly #encodings = new WeakMap<Chain, string>();

  constructor(limit = 256) {
    this.#hashes = new BoundedCache(limit);
    this.#parsed = new BoundedCache(limit);
    this.#ofDevices = new BoundedCache(limit);
  }

  /** The chain of this device that passed last, where these are its bytes: comparing them takes a tenth of hashing them. */
  sameOf(instanceId: InstanceId, bytes: Uint8Array): Chain | undefined {
    const known = this.#ofDevices.get(instanceId);
    return known && isEncodingOf(known, bytes) ? known : undefined;
  }

  /** The chain whose bytes have this hash: as it was parsed when it passed before, or parsed now by `parse`. */
  chainOf(bytesHash: Uint8Array, parse: () => Chain): Chain {
    const encoding = toHex(bytesHash);
    const known = this.#parsed.get(encoding);
    if (known) return known;
    const chain = parse();
    this.#encodings.set(chain, encoding);
    return chain;
  }

  /** A chain of `chainOf` passed. */
  passed(chain: Chain): void {
    const encoding = this.#encodings.get(chain);
    if (encoding !== undefined) {
      this.#parsed.set(encoding, chain);
      this.#ofDevices.set(chain.instance.instanceId, chain);
    }
    this.#encodings.delete(chain);
  }

  has(key: string): boolean {
    return this.#hashes.get(key) === true;
  }

  add(key: string): void {
    this.#hashes.set(key, true);
  }

  /** A recalled chain: what comes with the same parts later, in a card for one, needs no signature checked either. */
  addRecalled(crypto: Crypto, chain: VerifiedChain): void {
    this.add(cacheKeyOf(crypto, chain));
  }
}

/** Hash of the parts' own hashes; made once, for a session that is resumed asks with the chain it was recalled with. */
function cacheKeyOf(crypto: Crypto, chain: Chain): string {
  let key = cacheKeys.get(chain);
  if (key === undefined) {
    const { identity, list, instance, exchange, issuer } = chain;
    key = toHex(crypto.sha256(concat(identity.fingerprint, list.hash, instance.hash, exchange.hash, ...(issuer ? [issuer.hash] : []))));
    cacheKeys.set(chain, key);
  }
  return key;
}

const cacheKeys = new WeakMap<Chain, string>();

export interface ChainExpectation {
  /** Unix milliseconds. */
  readonly now: number;
  /** The pin of the person, 32 bytes; left out only while meeting. */
  readonly pinnedSpkiHash?: Uint8Array;
  /** Without a pin: what proves that a later key belongs to the peer id. */
  readonly history?: KeyHistory;
  /** Who it must be. */
  readonly expectedPeerId?: PeerId;
  readonly verified?: VerifiedCache;
  /** The identity certificate counts past its end, too: that of the own person, or of somebody of whom the user said so. */
  readonly mayLapse?: boolean;
}

/** Good in all but one: the identity certificate ended more than 30 days ago. */
export class IdentityLapsed extends KeyshiftError {
  constructor() {
    super('key.unacceptable', 'The certificate of this identity key ended more than 30 days ago.');
  }
}

/**
 * All that makes a chain good: one identity key signed device list and credentials, the device signed itself and is
 * active on the list, what has to be in force is (protocol.md §2), and the key is the one pinned for this person.
 * Throws `contact.key-mismatch` for a chain that is good in itself but whose person is pinned by another key, and
 * `key.unacceptable` for everything else, `IdentityLapsed` where nothing else is wrong. Whether a device key was already seen under another person is the peer
 * store's to know (A14).
 */
export function verifyChain(crypto: Crypto, chain: Chain, expected: ChainExpectation): VerifiedChain {
  const { identity } = chain;
  if (expected.expectedPeerId !== undefined && identity.peerId !== expected.expectedPeerId) throw unacceptable('it is somebody else’s');
  assertSignatures(crypto, chain, expected.verified);
  assertWorkingParts(chain, expected.now);
  assertPin(crypto, identity, expected);
  assertNotLapsed(chain, expected.now, expected.mayLapse);
  expected.verified?.passed(chain);
  // The brand is given here, and given back in `recallChain`.
  return chain as VerifiedChain;
}

/** Throws `key.unacceptable` for a chain that does not count by the dates in it; `mayLapse`: whatever the end of its identity certificate. */
export function assertChainInForce(chain: Chain, now: number, mayLapse: boolean): void {
  assertWorkingParts(chain, now);
  assertNotLapsed(chain, now, mayLapse);
}

/** A device credential past its end still counts while the list in force names its very hash: the certifier may be away. What is sealed to has dates that hold. */
function assertWorkingParts({ identity, instance, exchange, issuer }: Chain, now: number): void {
  for (const part of [identity, instance, ...(issuer ? [issuer] : [])]) assertBegun(part, now);
  assertInForce(exchange, now);
}

function assertNotLapsed({ identity }: Chain, now: number, mayLapse = false): void {
  if (!mayLapse && isLapsed(identity, now)) throw new IdentityLapsed();
}

function assertSignatures(crypto: Crypto, chain: Chain, cache: VerifiedCache | undefined): void {
  const { identity, list, instance, exchange, issuer } = chain;
  const key = cacheKeyOf(crypto, chain);
  if (cache?.has(key)) return;
  assertListed(instance, list);
  if (issuer) assertListed(issuer, list);
  if (exchange.minListVersion > list.version) throw unacceptable('the list of devices is older than the exchange key');
  verifyInstanceList(crypto, list, identity);
  verifyInstanceCredential(crypto, instance, identity);
  if (issuer) verifyInstanceCredential(crypto, issuer, identity);
  verifyExchangeCredential(crypto, exchange, identity, issuer ? [instance, issuer] : [instance]);
  cache?.add(key);
}

function assertListed(credential: InstanceCredential, list: InstanceList): void {
  const entry = list.instances.find(({ instanceId }) => instanceId === credential.instanceId);
  if (entry?.state !== 'active') throw unacceptable('the device is not an active one of the list');
  if (Buffer.compare(entry.credentialHash, credential.hash) !== 0) throw unacceptable('the list names another credential of this device');
  if (credential.roles.some((role) => !entry.roles.includes(role))) throw unacceptable('the device claims a role that the list does not give');
  if (credential.minListVersion > list.version) throw unacceptable('the list of devices is older than the device');
}

/** A first key proves its peer id by its hash (checked when it was parsed), a later one by the history from the first on, or by being pinned. */
function assertPin(crypto: Crypto, identity: IdentityCertificate, { pinnedSpkiHash, history }: ChainExpectation): void {
  if (pinnedSpkiHash) {
    if (!crypto.equal(pinnedSpkiHash, identity.spkiHash)) throw new KeyshiftError('contact.key-mismatch', 'This person appeared under another key than the one you know.');
  } else if (identity.epoch !== 1) {
    if (!history) throw unacceptable('its peer id cannot be proven without the key history');
    verifyKeyHistory(crypto, identity.peerId, history, identity);
    // The first certificate commits to the recovery key: whoever stole a later key must not name another.
    const [first, claimed] = [history.first, identity].map(({ recoveryKeyHash }) => recoveryKeyHash ?? new Uint8Array(0));
    if (!first || !claimed || !crypto.equal(first, claimed)) throw unacceptable('it names another recovery key than the first certificate');
  }
}
