import type { ExchangeCredential } from '../certificates/credential';
import type { LocalParty } from '../certificates/local-party';
import type { IdentityCertificate } from '../certificates/identity-certificate';
import type { Crypto } from '../crypto/crypto';
import type { Secret } from '../crypto/secret';
import { kekIdFromBytes } from '../wire/ids';
import type { InstanceId, KekId, PeerId } from '../ids';
import { createKekBlock, type KekHeader, parseNames, spanOfBlock, unwrapBlock } from './kek-block';
import type { KekRow, KekStore } from './kek-store';
import { kekBytes, keyCheck } from './kek-wrap';
import { certName, credentialHash, issued } from './service-pair';

/** Intended life of a key exchange key: 7 days (protocol.md §5). */
const lifeMs = 7 * 24 * 3600 * 1000;
/** Remembered keys per creating instance; more than a lifetime of weekly shifts within a grace period (A17). */
const maxRemembered = 256;
/** Received header blocks kept per peer. */
const maxBlocks = 16;

export interface KekRingParts {
  readonly crypto: Crypto;
  readonly local: LocalParty;
  readonly store: KekStore;
  readonly peerId: PeerId;
  /** Received keys kept open in memory; 0 derives them from their block at every need. */
  readonly open: number;
}

/** Own header block for one recipient credential, with what every message under it hashes. */
export interface OwnBlock {
  readonly bytes: Uint8Array;
  /** hdr1 = H(service pair ‖ KEK header), 32 bytes. */
  readonly hash: Uint8Array;
}

/**
 * The key exchange keys of one pair of people, by creating instance and epoch (protocol.md §5). Changes are written
 * through; the owner drops the ring when its transaction is rolled back.
 */
export class KekRing {
  readonly #parts: KekRingParts;
  readonly #rows = new Map<KekId, KekRow>();
  readonly #open = new Map<KekId, Secret<'kek'>>();
  readonly #floors = new Map<InstanceId, number>();
  /** Rises whenever a newer key of some creator appears or one is deleted: what was built on the old choice is stale. */
  revision = 0;

  constructor(parts: KekRingParts) {
    this.#parts = parts;
    for (const row of parts.store.keks(parts.peerId)) this.#rows.set(row.kekId, row);
  }

  find(kekId: KekId): KekRow | undefined {
    return this.#rows.get(kekId);
  }

  /** Lowest epoch of this creator that is still accepted (A16). */
  floor(creator: InstanceId): number {
    const known = this.#floors.get(creator);
    if (known !== undefined) return known;
    const floor = this.#parts.store.kekFloor(this.#parts.peerId, creator);
    this.#floors.set(creator, floor);
    return floor;
  }

  /** True when this header, opening to a key with this commitment, contradicts what is remembered (A11). */
  contradicts(header: KekHeader, check: Uint8Array): boolean {
    const same = this.#rows.get(header.kekId);
    if (same) {
      return (
        same.creatingInstance !== header.creatingInstance ||
        same.epoch !== header.epoch ||
        !this.#parts.crypto.equal(same.check, check)
      );
    }
    // An id this device never gave out cannot be a key it created.
    if (header.creatingInstance === this.#parts.local.instanceId) return true;
    for (const row of this.#rows.values()) {
      if (row.creatingInstance === header.creatingInstance && row.epoch === header.epoch) return true;
    }
    return false;
  }

  /** A key came in a message whose tag verified: from now on both sides have it. Keeps the block, never the key. */
  learned(header: KekHeader, check: Uint8Array, key: Secret<'kek'>, block: Uint8Array, hash: Uint8Array, now: number): void {
    const { store, peerId } = this.#parts;
    const row = this.#rows.get(header.kekId);
    if (!row) {
      this.#put({ peerId, ...header, check, known: true, deleted: false, createdAt: now });
      this.#forgetOldest(header.creatingInstance);
    } else if (!row.known && !row.deleted) {
      this.#put({ ...row, known: true });
    }
    store.putVerifiedBlock(peerId, header.kekId, hash, block, maxBlocks);
    this.#keepOpen(header.kekId, key.bytes);
  }

  /** A message under these keys was acknowledged. */
  acknowledged(kekIds: readonly KekId[]): void {
    for (const kekId of kekIds) {
      const row = this.#rows.get(kekId);
      if (row && !row.known && !row.deleted) this.#put({ ...row, known: true });
    }
  }

  /** The key a dialog bound to this creator uses now; undefined when none is left. */
  newestOf(creator: InstanceId): KekRow | undefined {
    let newest: KekRow | undefined;
    for (const row of this.#rows.values()) {
      if (row.creatingInstance !== creator || row.deleted) continue;
      if (!newest || row.epoch > newest.epoch) newest = row;
    }
    return newest;
  }

  /**
   * For a new dialog: the newest known key of each creator, of those the one with the lowest creating instance, so
   * that both sides converge after creating at the same time (A18); else an own one that is still unanswered, else a
   * new one.
   */
  choose(now: number): KekRow {
    let chosen: KekRow | undefined;
    for (const row of this.#rows.values()) {
      if (!row.known || row.deleted) continue;
      const better =
        !chosen ||
        row.creatingInstance < chosen.creatingInstance ||
        (row.creatingInstance === chosen.creatingInstance && row.epoch > chosen.epoch);
      if (better) chosen = row;
    }
    return chosen ?? this.newestOf(this.#parts.local.instanceId) ?? this.create(now);
  }

  /** A new key of this device for the pair, one epoch up. */
  create(now: number): KekRow {
    const { crypto, local, peerId } = this.#parts;
    let epoch = 0;
    for (const row of this.#rows.values()) {
      if (row.creatingInstance === local.instanceId) epoch = Math.max(epoch, row.epoch);
    }
    const kekId = kekIdFromBytes(crypto.random(16));
    // A repeated id would mean a broken generator: refuse rather than reuse (S2-05).
    if (this.#rows.has(kekId)) throw new Error('the random generator repeated a key id');
    const key = crypto.randomSecret('kek', kekBytes);
    try {
      const row: KekRow = {
        peerId,
        kekId,
        creatingInstance: local.instanceId,
        epoch: epoch + 1,
        notBefore: now,
        notAfter: now + lifeMs,
        key: key.bytes.slice(),
        check: keyCheck(crypto, 'kek-check', key),
        known: false,
        deleted: false,
        createdAt: now,
      };
      this.#put(row);
      return row;
    } finally {
      key.wipe();
    }
  }

  /**
   * Runs `use` with the key itself: a created one from its row, a received one from memory or, after a restart, from
   * its verified block with one decapsulation (S1-19). Undefined when the exchange key it was wrapped to is gone.
   */
  withKey<T>(row: KekRow, use: (key: Secret<'kek'>) => T): T | undefined {
    const { crypto } = this.#parts;
    const open = this.#open.get(row.kekId);
    if (open) return use(open);
    const key = row.key ? crypto.secret('kek', row.key.slice()) : this.#fromBlock(row);
    if (!key) return undefined;
    try {
      this.#keepOpen(row.kekId, key.bytes);
      return use(key);
    } finally {
      key.wipe();
    }
  }

  /**
   * The service pair and KEK header to send under this key to this credential: made once, then the same bytes in every
   * dialog (S1-27, S1-30, S1-31). Undefined when the recipient's key is malformed or the key cannot be had.
   */
  ownBlock(row: KekRow, recipient: { readonly identity: IdentityCertificate; readonly exchange: ExchangeCredential }): OwnBlock | undefined {
    const { crypto, local, store, peerId } = this.#parts;
    const context = crypto.sha256(local.instance.credential.hash, recipient.exchange.hash);
    const stored = store.ownBlock(row.kekId, context);
    if (stored) return { bytes: stored, hash: crypto.sha256(stored) };
    const names = {
      initiatorCert: certName(local.identity, local.instance.credential),
      initiatorIssued: issued(local.instance.credential),
      targetCert: certName(recipient.identity, recipient.exchange),
      targetIssued: issued(recipient.exchange),
    };
    const recipientKem = recipient.exchange.kemKey;
    const signing = local.instance.signing.secret;
    const bytes = this.withKey(row, (kek) => createKekBlock(crypto, { names, header: row, kek, recipientKem, signing }));
    if (!bytes) return undefined;
    store.putOwnBlock(peerId, row.kekId, context, bytes);
    return { bytes, hash: crypto.sha256(bytes) };
  }

  /** Deletes every key and block of the pair; ids, epochs and commitments stay, so that nothing old comes back (A19). */
  deleteAll(): void {
    for (const { key: _, ...row } of this.#rows.values()) this.#put({ ...row, deleted: true });
    this.#parts.store.removeBlocks(this.#parts.peerId);
    this.wipe();
  }

  /** Forgets what is open in memory. */
  wipe(): void {
    for (const key of this.#open.values()) key.wipe();
    this.#open.clear();
  }

  #put(row: KekRow): void {
    this.#rows.set(row.kekId, row);
    this.#parts.store.putKek(row);
    this.revision += 1;
  }

  #keepOpen(kekId: KekId, bytes: Uint8Array): void {
    if (this.#parts.open === 0 || this.#open.has(kekId)) return;
    for (const [oldest, key] of this.#open) {
      if (this.#open.size < this.#parts.open) break;
      key.wipe();
      this.#open.delete(oldest);
    }
    this.#open.set(kekId, this.#parts.crypto.secret('kek', bytes.slice()));
  }

  #fromBlock(row: KekRow): Secret<'kek'> | undefined {
    const { crypto, local, store, peerId } = this.#parts;
    const stored = store.blockOf(peerId, row.kekId);
    if (!stored) return undefined;
    const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.length);
    const span = spanOfBlock(bytes, 0);
    if (!span) return undefined;
    const { targetCert } = parseNames(bytes, span);
    const exchange = local.exchange.find(credentialHash(targetCert));
    const key = exchange && unwrapBlock(crypto, bytes, span, targetCert, exchange.kem);
    if (!key) return undefined;
    if (crypto.equal(keyCheck(crypto, 'kek-check', key), row.check)) return key;
    key.wipe();
    return undefined;
  }

  /** Bounds what one peer can make us remember; what is forgotten is below the floor from then on (A16, A17). */
  #forgetOldest(creator: InstanceId): void {
    const { store, peerId } = this.#parts;
    const epochs = [...this.#rows.values()].filter((row) => row.creatingInstance === creator).sort((a, b) => a.epoch - b.epoch);
    for (const row of epochs.slice(0, Math.max(0, epochs.length - maxRemembered))) {
      this.#rows.delete(row.kekId);
      store.removeKek(peerId, row.kekId);
      store.setKekFloor(peerId, creator, row.epoch + 1);
      this.#floors.set(creator, row.epoch + 1);
    }
  }
}
