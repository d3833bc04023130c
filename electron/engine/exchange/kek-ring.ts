import type { Secret } from '../crypto/secret';
import { id16ToBytes } from '../wire/ids';
import type { InstanceId, KekId } from '../ids';
import type { KekHeader } from './kek-block';
import { ownKekId } from './kek-id';
import { KekKeys, type KekKeysParts, type Recipient } from './kek-keys';
import { type Between, isInUse, kekLifeMs, type Life, lifeOf } from './kek-shift';
import type { KekRow } from './kek-store';
import { kekBytes, keyCheck } from './kek-wrap';

/** Remembered keys per creating instance; more than a lifetime of weekly shifts within a grace period (A17). */
const maxRemembered = 256;
/** Of so many devices of both people: more than their lists have room for. A device that stands on none is not heard any more, and what is known of its keys decides nothing. */
export const maxCreators = 96;
/** Received header blocks kept per peer. */
const maxBlocks = 16;

export interface KekRingParts extends KekKeysParts {
  /** The key with this id is erased: what else holds it in memory lets it go. */
  readonly onErased: (kekId: KekId) => void;
  /** Keys of this creator below a higher epoch than before are refused. */
  readonly onRaised?: (creator: InstanceId) => void;
}

/** What any ring was at last. */
let lastRevision = 0;

/**
 * The key exchange keys of one pair of people, by creating instance and epoch (protocol.md §5). Changes are written
 * through; the owner drops the ring when its transaction is rolled back.
 */
export class KekRing {
  readonly #parts: KekRingParts;
  readonly #rows = new Map<KekId, KekRow>();
  /** The keys themselves. */
  readonly keys: KekKeys;
  readonly #floors = new Map<InstanceId, number>();
  /** Another one whenever a newer key of some creator appears or one is deleted, and of every ring, also the next of the same pair: what was built on the old choice is stale. */
  revision = (lastRevision += 1);

  constructor(parts: KekRingParts) {
    this.#parts = parts;
    this.keys = new KekKeys(parts);
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

  /** True when this device made this key and does not know it: it was set back to before that, or was copied. Nobody else can have made such an id (A38). */
  isLost({ header, check }: { readonly header: KekHeader; readonly check: Uint8Array }): boolean {
    const { crypto, local, peerId } = this.#parts;
    if (header.creatingInstance !== local.instanceId || this.#rows.has(header.kekId)) return false;
    return crypto.equal(id16ToBytes(header.kekId), id16ToBytes(ownKekId(crypto, local, peerId, header, check)));
  }

  /** A key came in a message whose tag verified: from now on both sides have it. Keeps the block, never the key. */
  learned(header: KekHeader, check: Uint8Array, key: Secret<'kek'>, block: Uint8Array, hash: Uint8Array, now: number): void {
    const { store, peerId } = this.#parts;
    const row = this.#rows.get(header.kekId);
    if (!row) {
      const before = this.newestOf(header.creatingInstance);
      this.#put({ peerId, ...header, check, known: true, deleted: false, createdAt: now });
      if (before && before.epoch < header.epoch) store.removeOwnBlocks(before.kekId); // answered under no more
      this.#forgetOldest(header.creatingInstance);
      this.#forgetFormer(header.creatingInstance);
    } else if (!row.known && !row.deleted) {
      this.#put({ ...row, known: true });
    }
    store.putVerifiedBlock(peerId, header.kekId, hash, block, maxBlocks);
    // What is sent under no more is not kept open; received again, its header brings it along.
    const newest = this.newestOf(header.creatingInstance);
    if (newest?.kekId !== header.kekId) return;
    for (const older of this.#rows.values()) if (older.creatingInstance === header.creatingInstance && older !== newest) this.keys.drop(older.kekId);
    this.keys.keep(header.kekId, key.bytes);
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

  newestOwn(): KekRow | undefined {
    return this.newestOf(this.#parts.local.instanceId);
  }

  /** The credentials in use towards this recipient. */
  between(peer: Recipient): Between {
    return { own: this.#parts.local.exchange.current.credential, peer: peer.exchange };
  }

  /** When this key is sent under. */
  life(row: KekRow): Life {
    return lifeOf(row, this.#parts.local.instanceId);
  }

  /** Whether the newest key of this creator may be sent under now. */
  inUse(creator: InstanceId, peer: Recipient, now: number): KekRow | undefined {
    const { local } = this.#parts;
    const row = this.newestOf(creator);
    if (!row || row.epoch < this.floor(creator) || !isInUse(row, local.instanceId, this.between(peer), now)) return undefined;
    return creator === local.instanceId && !row.key ? undefined : row;
  }

  /** This device's own key for the pair, replaced first when it is due. */
  own(peer: Recipient, now: number): KekRow {
    return this.inUse(this.#parts.local.instanceId, peer, now) ?? this.create(peer, now);
  }

  /**
   * For a new dialog: of the creators with a known key, the one with the lowest creating instance whose newest key may
   * be sent under, so that both sides converge after creating at the same time (A18); else this device.
   */
  choose(peer: Recipient, now: number): KekRow {
    const { instanceId } = this.#parts.local;
    const creators = new Set<InstanceId>();
    for (const row of this.#rows.values()) if (row.known && !row.deleted) creators.add(row.creatingInstance);
    for (const creator of [...creators].sort()) {
      const row = creator === instanceId ? this.own(peer, now) : this.inUse(creator, peer, now);
      if (row) return row;
    }
    return this.own(peer, now);
  }

  /** A new key of this device for the pair, one epoch up; the one before loses its bytes here and in the database. */
  create(peer: Recipient, now: number, byHand = false): KekRow {
    const { crypto, local, peerId } = this.#parts;
    let epoch = this.floor(local.instanceId) - 1;
    for (const row of this.#rows.values()) {
      if (row.creatingInstance === local.instanceId) epoch = Math.max(epoch, row.epoch);
    }
    epoch = Math.max(1, epoch + 1);
    const key = crypto.randomSecret('kek', kekBytes);
    const between = this.between(peer);
    try {
      const check = keyCheck(crypto, 'kek-check', key);
      // A repeated key would mean a broken generator: refuse rather than reuse (S2-05).
      for (const row of this.#rows.values()) if (crypto.equal(row.check, check)) throw new Error('the random generator repeated a key');
      this.retireOwn();
      const life = { epoch, notBefore: now, notAfter: now + kekLifeMs };
      const row: KekRow = {
        peerId,
        kekId: ownKekId(crypto, local, peerId, life, check),
        creatingInstance: local.instanceId,
        ...life,
        key: key.bytes.slice(),
        ownExchange: between.own.hash.slice(),
        peerExchange: between.peer.hash.slice(),
        byHand,
        check,
        known: false,
        deleted: false,
        createdAt: now,
      };
      this.#put(row);
      this.#forgetOldest(local.instanceId);
      return row;
    } finally {
      key.wipe();
    }
  }

  /** Erases the bytes of every key this device made: the next one sent under is new. */
  retireOwn(): void {
    for (const row of this.#rows.values()) if (row.key) this.#erase(row);
  }

  /** Nothing of this creator below `floor` is accepted again (A16): neither from caches nor from stored headers. `quietly`: nobody else need hear it from here. */
  raiseFloor(creator: InstanceId, floor: number, quietly = false): void {
    if (floor <= this.floor(creator)) return;
    const { store, peerId, onRaised } = this.#parts;
    store.setKekFloor(peerId, creator, floor);
    this.#floors.set(creator, floor);
    this.revision = lastRevision += 1;
    if (!quietly) onRaised?.(creator);
    for (const row of this.#rows.values()) {
      if (row.creatingInstance !== creator || row.epoch >= floor) continue;
      this.#erase(row);
      store.removeBlocksOf(peerId, row.kekId);
    }
  }

  /** Every creator of the pair with the newest epoch this device has heard of. */
  newestEpochs(): ReadonlyMap<InstanceId, number> {
    const newest = new Map<InstanceId, number>();
    for (const { creatingInstance, epoch } of this.#rows.values()) newest.set(creatingInstance, Math.max(epoch, newest.get(creatingInstance) ?? 0));
    return newest;
  }

  /** The floors above zero of every creator heard of, ascending by creator. */
  floors(): { readonly creator: InstanceId; readonly floor: number }[] {
    const creators = [...this.newestEpochs().keys()].sort();
    return creators.map((creator) => ({ creator, floor: this.floor(creator) })).filter(({ floor }) => floor > 0);
  }

  /** Deletes every key and block of the pair; ids, epochs and commitments stay, so that nothing old comes back (A19). */
  deleteAll(): void {
    for (const { key, ...row } of this.#rows.values()) {
      this.#put({ ...row, deleted: true });
      if (key) this.#parts.crypto.wipe(key);
    }
    this.#parts.store.removeBlocks(this.#parts.peerId);
    this.keys.wipe();
  }

  /** Keys of these creators are never used to send again; what was locked with them still opens. False: there are none. */
  retire(creators: ReadonlySet<InstanceId>): boolean {
    const rows = [...this.#rows.values()].filter((row) => creators.has(row.creatingInstance) && !row.deleted);
    for (const row of rows) this.#put({ ...row, deleted: true });
    return rows.length > 0;
  }

  /** Overwrites what is in memory of keys. Of no use any more then: whoever needs it reads it anew. */
  wipe(): void {
    this.keys.wipe();
    for (const { key } of this.#rows.values()) if (key) this.#parts.crypto.wipe(key);
    this.#rows.clear();
  }

  #put(row: KekRow): void {
    this.#rows.set(row.kekId, row);
    this.#parts.store.putKek(row);
    this.revision = lastRevision += 1;
  }

  #erase(row: KekRow): void {
    const { store, onErased } = this.#parts;
    this.keys.drop(row.kekId);
    store.removeOwnBlocks(row.kekId);
    onErased(row.kekId);
    const { key, ...rest } = row;
    if (!key) return;
    this.#put(rest);
    this.#parts.crypto.wipe(key);
  }

  /** Whoever lets devices come and go without end leaves the keys of the latest: of those longest without a new key nothing stays (A17). */
  #forgetFormer(speaking: InstanceId): void {
    const { store, peerId, local } = this.#parts;
    const own = new Set(local.list.instances.map(({ instanceId }) => instanceId));
    const latest = new Map<InstanceId, number>();
    for (const { creatingInstance, createdAt } of this.#rows.values()) latest.set(creatingInstance, Math.max(createdAt, latest.get(creatingInstance) ?? 0));
    const former = [...latest].filter(([creator]) => creator !== speaking && !own.has(creator)).sort(([, a], [, b]) => a - b);
    const gone = new Set(former.slice(0, Math.max(0, latest.size - maxCreators)).map(([creator]) => creator));
    if (gone.size === 0) return;
    for (const row of [...this.#rows.values()].filter(({ creatingInstance }) => gone.has(creatingInstance))) {
      this.#rows.delete(row.kekId);
      this.keys.drop(row.kekId);
      store.removeKek(peerId, row.kekId);
      store.removeBlocksOf(peerId, row.kekId);
      this.#parts.onErased(row.kekId);
    }
    this.revision = lastRevision += 1;
  }

  /** Bounds what one creator can make us remember; what is forgotten is below the floor from then on (A16, A17). */
  #forgetOldest(creator: InstanceId): void {
    const { store, peerId } = this.#parts;
    const epochs = [...this.#rows.values()].filter((row) => row.creatingInstance === creator).sort((a, b) => a.epoch - b.epoch);
    for (const row of epochs.slice(0, Math.max(0, epochs.length - maxRemembered))) {
      this.#rows.delete(row.kekId);
      store.removeKek(peerId, row.kekId);
      store.removeBlocksOf(peerId, row.kekId);
      const floor = Math.max(this.floor(creator), row.epoch + 1);
      store.setKekFloor(peerId, creator, floor);
      this.#floors.set(creator, floor);
    }
  }
}
