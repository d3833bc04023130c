import type { LocalParty } from '../certificates/local-party';
import type { Crypto } from '../crypto/crypto';
import { DecapsulationBudget } from '../exchange/decapsulation-budget';
import { HeaderCache } from '../exchange/header-cache';
import { KekRing } from '../exchange/kek-ring';
import type { KekId, PeerId } from '../ids';
import type { Clock } from '../ports';
import type { DialogNews } from './dialog-news';
import type { DialogKey, DialogStore } from './dialog-store';
import type { BlockEntry, DskEntry } from './header-entries';
import { type DialogLimits, openings, openingsPerSecond, pairShiftsPerHour, replayFilterEntries } from './limits';
import { type DialogState, forgetKey, loadDialog } from './streams';

/** What is held of one peer: its key exchange keys, header caches, replay filter and budget. */
export interface PeerMemory {
  readonly peerId: PeerId;
  ring: KekRing | undefined;
  ringTouched: number;
  readonly blocks: HeaderCache<BlockEntry>;
  readonly dsks: HeaderCache<DskEntry>;
  /** MICs of the newest accepted messages: the MIC stands for H(envelope), it covers every byte (protocol.md §4). */
  readonly recent: Set<string>;
  readonly budget: DecapsulationBudget;
  /** How often its word that keys are known to others is heeded at once, and how many come back. */
  readonly distrust: DecapsulationBudget;
  /** How many dialogs it may begin. */
  readonly openings: DecapsulationBudget;
  /** Outbox messages were compared with this exchange credential; earliest moment they have to be again. */
  resealing: { readonly exchange: Uint8Array; readonly next: number } | undefined;
  /** A message was refused for its key exchange key, and which ones are accepted was not said since. */
  owesFloors: boolean;
  /** How many refused messages were noted by `dialogId|instanceId`; undefined until read. */
  refused: Map<string, number> | undefined;
}

export interface MemoryParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly local: LocalParty;
  readonly store: DialogStore;
  readonly limits: DialogLimits;
  readonly news: () => DialogNews | undefined;
}

/**
 * The engine's working copy of the durable state. `change` writes through inside a transaction; whenever a
 * transaction, also an outer one of the caller, was rolled back, the store's generation has fallen behind and what
 * memory learned since is dropped and read again. A dropped session key only means a new one (protocol.md §6).
 */
export class Memory {
  readonly #parts: MemoryParts;
  readonly #dialogs = new Map<string, DialogState>();
  readonly #peers = new Map<PeerId, PeerMemory>();
  #generation: number;
  #changing = false;

  constructor(parts: MemoryParts) {
    this.#parts = parts;
    this.#generation = parts.store.generation();
  }

  get generation(): number {
    return this.#generation;
  }

  /** Before anything is believed that memory says. */
  refresh(): void {
    const generation = this.#parts.store.generation();
    if (generation === this.#generation) return;
    this.#dropAfter(generation);
    this.#generation = generation;
  }

  /**
   * Runs `work` in a transaction; when it throws, everything it changed is gone from memory too. Not to be entered
   * again from inside, so a sink never calls the engine back.
   */
  change<T>(work: () => T): T {
    const { store } = this.#parts;
    if (this.#changing) throw new Error('a dialog sink must not call the engine');
    this.refresh();
    const before = this.#generation;
    this.#changing = true;
    try {
      return store.transaction(() => {
        this.#generation = store.advance();
        return work();
      });
    } catch (error) {
      this.#dropAfter(before);
      this.#generation = before;
      throw error;
    } finally {
      this.#changing = false;
    }
  }

  dialog(key: DialogKey): DialogState | undefined {
    const text = `${key.peerId}${key.dialogId}`;
    const known = this.#dialogs.get(text);
    if (known) return known;
    const loaded = loadDialog(this.#parts.store, key, this.#parts.local.instanceId, this.#generation);
    if (loaded) this.#dialogs.set(text, loaded);
    return loaded;
  }

  addDialog(state: DialogState): void {
    this.#dialogs.set(`${state.key.peerId}${state.key.dialogId}`, state);
  }

  /** The store has forgotten it. */
  forgetDialog({ peerId, dialogId }: DialogKey): void {
    const state = this.#dialogs.get(`${peerId}${dialogId}`);
    if (state?.sending) forgetKey(state.sending);
    this.#dialogs.delete(`${peerId}${dialogId}`);
  }

  /** Says that a dialog is being changed: it is dropped if this transaction does not last. */
  touch(state: DialogState): void {
    state.touched = this.#generation;
  }

  /** The dialogs of one peer that are in memory. */
  loadedDialogs(peerId: PeerId): DialogState[] {
    return [...this.#dialogs.values()].filter((state) => state.key.peerId === peerId);
  }

  /** Of this peer's messages that came early, in all dialogs in memory. */
  heldBytes(peerId: PeerId): number {
    let sum = 0;
    for (const state of this.#dialogs.values()) {
      if (state.key.peerId === peerId) for (const stream of state.receiving.values()) sum += stream.heldBytes;
    }
    return sum;
  }

  peer(peerId: PeerId): PeerMemory {
    const known = this.#peers.get(peerId);
    if (known) return known;
    const { clock, limits } = this.#parts;
    const peer: PeerMemory = {
      peerId,
      ring: undefined,
      ringTouched: 0,
      blocks: new HeaderCache(limits.cacheEntries),
      dsks: new HeaderCache(limits.cacheEntries),
      recent: new Set(),
      budget: new DecapsulationBudget(limits.decapsulations, limits.decapsulationsPerSecond, clock.monotonic()),
      distrust: new DecapsulationBudget(pairShiftsPerHour, pairShiftsPerHour / 3600, clock.monotonic()),
      openings: new DecapsulationBudget(openings, openingsPerSecond, clock.monotonic()),
      resealing: undefined,
      owesFloors: false,
      refused: undefined,
    };
    this.#peers.set(peerId, peer);
    return peer;
  }

  ring(peerId: PeerId): KekRing {
    const peer = this.peer(peerId);
    if (!peer.ring) {
      const { crypto, local, store, limits, news } = this.#parts;
      peer.ring = new KekRing({
        crypto,
        local,
        store,
        peerId,
        open: limits.cacheEntries,
        onErased: (kekId) => forgetKek(peer, kekId),
        onRaised: (creator) => news()?.raised(peerId, creator),
      });
    }
    peer.ringTouched = this.#generation;
    return peer.ring;
  }

  /** Remembers an accepted message for the replay filter. */
  remember(peer: PeerMemory, mic: string): void {
    for (const oldest of peer.recent) {
      if (peer.recent.size < replayFilterEntries) break;
      peer.recent.delete(oldest);
    }
    peer.recent.add(mic);
  }

  /** Reads the pairs' key exchange keys again when next needed. */
  forgetRings(): void {
    for (const peer of this.#peers.values()) {
      peer.ring?.wipe();
      peer.ring = undefined;
    }
  }

  /** Forgets every key and header of a peer. */
  forgetPeer(peerId: PeerId): void {
    const peer = this.#peers.get(peerId);
    if (peer) clearPeer(peer);
    for (const state of this.loadedDialogs(peerId)) if (state.sending) forgetKey(state.sending);
  }

  wipe(): void {
    for (const peer of this.#peers.values()) clearPeer(peer);
    for (const state of this.#dialogs.values()) if (state.sending) forgetKey(state.sending);
    this.#peers.clear();
    this.#dialogs.clear();
  }

  #dropAfter(generation: number): void {
    for (const [text, state] of this.#dialogs) {
      if (state.touched <= generation) continue;
      if (state.sending) forgetKey(state.sending);
      // These outlive the state.
      state.sending?.shifts?.uses.undone(generation);
      this.#dialogs.delete(text);
    }
    // Caches say only what verified, but what they were filled by did not last: cheap to fill again.
    for (const peer of this.#peers.values()) {
      if (peer.ringTouched > generation) dropRing(peer);
      dropCaches(peer);
    }
  }
}

/** Headers under an erased key go with it; received again they are opened again, if they still may be. */
function forgetKek(peer: PeerMemory, kekId: KekId): void {
  const gone = new Set<Uint8Array>();
  peer.blocks.dropIf((entry) => {
    if (entry.header.kekId !== kekId) return false;
    gone.add(entry.hash);
    return true;
  });
  peer.dsks.dropIf((entry) => gone.has(entry.hdr1));
}

function clearPeer(peer: PeerMemory): void {
  dropRing(peer);
  dropCaches(peer);
}

function dropRing(peer: PeerMemory): void {
  peer.ring?.wipe();
  peer.ring = undefined;
}

function dropCaches(peer: PeerMemory): void {
  peer.blocks.clear();
  peer.dsks.clear();
  peer.recent.clear();
  peer.resealing = undefined;
  peer.refused = undefined;
}
