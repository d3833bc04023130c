import { recallChain, type VerifiedChain } from '../engine/certificates/chain';
import type { Crypto } from '../engine/crypto/crypto';
import type { PeerId } from '../engine/ids';
import type { KeyCandidateRow, KeyLapseRow, KeyTroubleRow, PeerKeyStore } from './ports/peer-keys';

/** A later key that what is pinned vouches for: pinned once somebody proves to hold it (S5-09). */
export interface Successor extends KeyCandidateRow {
  /** Of a device under it, where one showed its own: so that it can be dialled. */
  readonly device?: VerifiedChain;
}

/** A key that another one took the place of, by routine. */
export interface Predecessor {
  /** 32 bytes. */
  readonly spkiHash: Uint8Array;
  /** Until when messages under it are still taken, Unix milliseconds (S5-34). */
  readonly until: number;
}

/**
 * What is believed of other people's keys beside the pin: kept in memory, as nearly nobody has anything here and every handshake and every
 * message asks. Read anew after `dropCache`.
 */
export class KeyTrust {
  readonly #crypto: Crypto;
  readonly #store: PeerKeyStore;
  #troubles: Map<PeerId, KeyTroubleRow> | undefined;
  #successors: Map<PeerId, Successor> | undefined;
  #lapses: Map<PeerId, KeyLapseRow> | undefined;

  constructor(crypto: Crypto, store: PeerKeyStore) {
    this.#crypto = crypto;
    this.#store = store;
  }

  /** Why nothing is sent to this person; undefined where something may be. */
  trouble(peerId: PeerId): KeyTroubleRow | undefined {
    this.#troubles ??= new Map(this.#store.troubles().map((row) => [row.peerId, row]));
    return this.#troubles.get(peerId);
  }

  /** None while two keys claim to be it. */
  successor(peerId: PeerId): Successor | undefined {
    this.#successors ??= new Map(this.#store.vouched().map((row) => [row.peerId, this.#open(row)]));
    return this.trouble(peerId)?.kind === 'frozen' ? undefined : this.#successors.get(peerId);
  }

  /** Keys that were pinned before and under which messages are still taken at this time, newest first. Asked only for what is not under the pin. */
  predecessors(peerId: PeerId, now: number): readonly Predecessor[] {
    return this.#store.history(peerId).flatMap(({ spkiHash, acceptedUntil: until }) => (until !== undefined && until > now ? [{ spkiHash, until }] : []));
  }

  setTrouble(peerId: PeerId, trouble: Omit<KeyTroubleRow, 'peerId'> | undefined): void {
    this.#store.setTrouble(peerId, trouble);
    this.#troubles = undefined;
  }

  /** What is known of this very key's certificate having ended long ago. */
  lapse(peerId: PeerId, spkiHash: Uint8Array): KeyLapseRow | undefined {
    this.#lapses ??= new Map(this.#store.lapses().map((row) => [row.peerId, row]));
    const row = this.#lapses.get(peerId);
    return row && this.#crypto.equal(row.spkiHash, spkiHash) ? row : undefined;
  }

  putLapse(row: KeyLapseRow): void {
    this.#store.putLapse(row);
    this.#lapses = undefined;
  }

  /** Keeps a key that something speaks for, or that only was shown. */
  putCandidate(row: KeyCandidateRow): void {
    this.#store.putCandidate(row);
    this.#successors = undefined;
  }

  removeCandidate(peerId: PeerId, spkiHash: Uint8Array): void {
    this.#store.removeCandidate(peerId, spkiHash);
    this.#successors = undefined;
  }

  /** All of this person: the matter is settled. */
  removeCandidates(peerId: PeerId): void {
    this.#store.removeCandidates(peerId);
    this.#successors = undefined;
  }

  forget(peerId: PeerId): void {
    this.#store.forget(peerId);
    this.dropCache();
  }

  /** After a transaction that threw: what was read in it may not be what is stored. */
  dropCache(): void {
    this.#troubles = undefined;
    this.#successors = undefined;
    this.#lapses = undefined;
  }

  #open(row: KeyCandidateRow): Successor {
    // It was verified before it was stored.
    return row.chain === undefined ? row : { ...row, device: recallChain(this.#crypto, row.chain) };
  }
}
