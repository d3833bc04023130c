import type { InstanceId, KekId, PeerId } from '../ids';

/**
 * A key exchange key as this device remembers it (protocol.md §5). Created ones keep their key (the database is
 * encrypted as a whole), received ones never do: they come back from their verified header block (S1-19).
 */
export interface KekRow {
  readonly peerId: PeerId;
  readonly kekId: KekId;
  readonly creatingInstance: InstanceId;
  /** Counts up per creating instance, from 1. */
  readonly epoch: number;
  readonly notBefore: number;
  readonly notAfter: number;
  /** 32 bytes; only for keys created here, absent once replaced or deleted: what comes under it brings it along (S1-19). */
  readonly key?: Uint8Array;
  /** Hashes of the exchange credentials it was made between, 32 bytes each; only for keys created here. */
  readonly ownExchange?: Uint8Array;
  readonly peerExchange?: Uint8Array;
  /** Made because the person asked for it; only for keys created here. */
  readonly byHand?: boolean;
  /** 16 bytes: commitment to the key, so that one id never opens to two keys (A11). */
  readonly check: Uint8Array;
  /** Created here and acknowledged, or received in a verified message: both sides have it (protocol.md §5). */
  readonly known: boolean;
  /** A deleted key still opens what was locked with it, with a full header, and is never used to send (A19). */
  readonly deleted: boolean;
  readonly createdAt: number;
}

/** Where exchange keeps its keys and header blocks; part of the dialog store, in the same transactions. */
export interface KekStore {
  /** Every remembered key of the pair, lowest epoch first. */
  keks(peerId: PeerId): readonly KekRow[];
  putKek(row: KekRow): void;
  /** Creation times of keys this person asked for since `since`, oldest first. */
  keksByHand(peerId: PeerId, creatingInstance: InstanceId, since: number): readonly number[];
  /** Erases the bytes of own keys, of all pairs, that are made for another own exchange credential or have ended, and the blocks of erased ones. */
  eraseKeks(ownExchange: Uint8Array, now: number): void;
  /** Forgets a key altogether; its epoch stays below the floor. */
  removeKek(peerId: PeerId, kekId: KekId): void;
  /** Lowest epoch still accepted of this creating instance, 0 when none was set (A16). */
  kekFloor(peerId: PeerId, creatingInstance: InstanceId): number;
  setKekFloor(peerId: PeerId, creatingInstance: InstanceId, floor: number): void;

  /** Own header block for this recipient credential, byte for byte as first made (S1-27). `context` is 32 bytes. */
  ownBlock(kekId: KekId, context: Uint8Array): Uint8Array | undefined;
  putOwnBlock(peerId: PeerId, kekId: KekId, context: Uint8Array, block: Uint8Array): void;

  /** A received block whose signature verified and under which a message opened. `hash` is its SHA-256. */
  verifiedBlock(peerId: PeerId, hash: Uint8Array): boolean;
  /** The newest verified block that carries this key. */
  blockOf(peerId: PeerId, kekId: KekId): Uint8Array | undefined;
  /** Keeps at most `keep` newest blocks of this peer. */
  putVerifiedBlock(peerId: PeerId, kekId: KekId, hash: Uint8Array, block: Uint8Array, keep: number): void;
  /** Own blocks of a key that is sent under no more. */
  removeOwnBlocks(kekId: KekId): void;
  /** Own and received blocks of a key. */
  removeBlocksOf(peerId: PeerId, kekId: KekId): void;
  /** All own and received blocks of the pair. */
  removeBlocks(peerId: PeerId): void;
}
