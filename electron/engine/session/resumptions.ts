import { encodedOnce, type VerifiedChain } from '../certificates/chain';
import type { LocalParty } from '../certificates/local-party';
import type { Crypto } from '../crypto/crypto';
import type { PeerId } from '../ids';
import type { Clock, Logger } from '../ports';
import { toHex } from '../wire/encoding';
import { maxHintBytes, type ResumeM1 } from './resume-message';
import { KeyIds } from './key-ids';
import type { DialTarget, Opened, ResumptionDesk } from './handshake-state';
import { maxSources } from './limits';
import type { Position } from './records';
import { ownChainHash } from './resume-check';
import { resumptionSecret } from './resume-keys';
import { type ResumptionEntry, type SharedState, resumptionMs, type ResumptionStore } from './resumption-entry';

export interface ResumptionsParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly store: ResumptionStore;
  /** Another device of the own person is about to take this entry, or has taken it. */
  readonly isLent?: (keyId: Uint8Array) => boolean;
}

/** One handshake's view, and how to give back what it leased. */
export interface LeasingDesk extends ResumptionDesk {
  /** The handshake ended with a session: if a resumption was refused on the way to it, now it is known by whom. */
  opened(peer: VerifiedChain): void;
  /** The handshake is over, or goes on without the entry. */
  release(): void;
}

type Part = 'dialler' | 'listener';

interface Positions {
  readonly sent: Position;
  readonly received: Position;
}

interface Refusal {
  readonly peerId: PeerId;
  /** Wall clock, Unix milliseconds. */
  readonly at: number;
  /** The chain the entry was made with. */
  readonly peerChain: Uint8Array;
}

/**
 * The entries of one open profile (protocol.md §8, resumption): who has leased which, which are used up, when one was
 * refused. Leases and the rest live in memory; the entries themselves never leave the encrypted database but for one
 * handshake. A failing disk costs resumptions, never a session.
 */
export class Resumptions {
  readonly #parts: ResumptionsParts;
  /** By part and key id: two devices that dial each other at once may both resume. */
  readonly #leases = new Set<string>();
  /** Used up, even where the disk did not take the erasure. */
  readonly #spent = new KeyIds();
  /** Other devices of the person would not go on with these. */
  readonly #declined = new KeyIds();
  readonly #refusals = new Map<PeerId, number>();
  /** By key id: where the directions of sessions stand that have not ended here. */
  readonly #standing = new Map<string, () => Positions>();

  constructor(parts: ResumptionsParts) {
    this.#parts = parts;
  }

  /** When this person's device last refused to resume although our entry was in order; Unix milliseconds. In memory only. */
  refusedAt(peerId: PeerId): number | undefined {
    return this.#refusals.get(peerId);
  }

  /** `onProven`: the other side of an accepted link has shown that it holds an entry. */
  desk(onProven: () => void = () => {}, asks?: (message: ResumeM1, frame: Uint8Array) => boolean): LeasingDesk {
    const held = new Set<string>();
    let refusal: Refusal | undefined;
    const lease = (part: Part, { keyId }: ResumptionEntry): boolean => {
      const key = `${part} ${toHex(keyId)}`;
      if (this.#leases.has(key)) return false;
      this.#leases.add(key);
      held.add(key);
      return true;
    };
    return {
      toDial: (target) => {
        const entry = this.#toDial(target);
        if (!entry || lease('dialler', entry)) return entry;
        this.#parts.crypto.wipe(entry.secret);
        return undefined;
      },
      find: (keyId) => (this.#spent.has(keyId) ? undefined : this.#find(keyId)),
      lease: (entry) => {
        const isFree = lease('listener', entry);
        if (isFree) onProven();
        return isFree;
      },
      drop: (entry) => this.discard(entry),
      declined: ({ keyId }) => this.#declined.add(keyId),
      ...(asks && { asks: (message, frame) => !this.#has(message.keyId) && asks(message, frame) }),
      refused: (entry) => {
        refusal = this.#refused(entry);
      },
      opened: (peer) => {
        if (refusal) this.#note(refusal, peer);
      },
      spend: ({ keyId }) => this.#spent.add(keyId),
      release: () => {
        for (const key of held) this.#leases.delete(key);
        held.clear();
      },
    };
  }

  /** Writes down what a resumption of this confirmed session needs, in place of what there was for the pair. Throws what the store throws. */
  keep(opened: Opened, local: LocalParty, positions: Positions): void {
    const { crypto, clock, store } = this.#parts;
    const { keys, peer, resumes } = opened;
    // Back in use after the session that was resumed from it has ended: what that one left is the entry to use.
    if (this.#spent.has(keys.keyId)) return;
    const madeAt = Math.max(0, Math.trunc(clock.now()));
    const secret = resumptionSecret(crypto, keys.master);
    const bytes = secret.bytes.slice();
    const { bytes: peerChain } = encodedOnce(crypto, peer);
    try {
      store.put({
        keyId: keys.keyId,
        secret: bytes,
        peerId: peer.identity.peerId,
        peerInstance: peer.instance.instanceId,
        peerInstanceHash: peer.instance.hash,
        ownInstanceHash: local.instance.credential.hash,
        pinnedSpkiHash: peer.identity.spkiHash,
        ownChainHash: ownChainHash(crypto, local),
        peerChain,
        madeAt,
        expiresAt: resumes?.expiresAt ?? madeAt + resumptionMs,
        sent: positions.sent,
        received: positions.received,
      });
      // It was another device's: of that pair there is no entry any more.
      if (resumes && resumes.peerInstance !== peer.instance.instanceId) store.remove(resumes.keyId);
    } finally {
      secret.wipe();
      crypto.wipe(bytes);
    }
  }

  /** It is of no use any more, or was used up by a session that is not kept. */
  discard(entry: ResumptionEntry): void {
    this.#guard(() => this.#parts.store.remove(entry.keyId));
  }

  /** A session was confirmed. The other side may resume it before it ends here: a broken connection is seen by one side first. */
  began(keyId: Uint8Array, positions: () => Positions): void {
    this.#standing.set(toHex(keyId), positions);
  }

  /** A session ended: where its directions stood. */
  ended(keyId: Uint8Array, positions: Positions): void {
    this.#standing.delete(toHex(keyId));
    this.#guard(() => this.#parts.store.setPositions(keyId, positions.sent, positions.received));
  }

  /** The other side of the session that made it said what to show to its other devices. */
  hinted(keyId: Uint8Array, hint: Uint8Array): void {
    if (hint.length > maxHintBytes) return;
    this.#guard(() => this.#parts.store.setHint(keyId, hint));
  }

  /** To be lent to another device of the own person: undefined while it is used here, or was. The caller wipes its secret. */
  toLend(keyId: Uint8Array): ResumptionEntry | undefined {
    const isUsed = (['dialler', 'listener'] as const).some((part) => this.#leases.has(`${part} ${toHex(keyId)}`));
    return isUsed || this.#spent.has(keyId) ? undefined : this.#find(keyId);
  }

  /** Whether this device could still resume under it, or lend it. */
  isKept(keyId: Uint8Array): boolean {
    return !this.#spent.has(keyId) && this.#has(keyId);
  }

  /** Another device has it now, and the store does not any more: nothing is written or resumed under it here. */
  surrendered(keyId: Uint8Array): void {
    this.#spent.add(keyId);
  }

  /**
   * Taken over from another device of the own person, in place of what there was for the pair; `late`: unless that is newer. In the
   * caller's transaction; throws what the store throws.
   */
  takeOver(state: SharedState, local: LocalParty, late = false): void {
    const { crypto, store } = this.#parts;
    const others = store.ofPeer(state.peerId);
    for (const { secret } of others) crypto.wipe(secret);
    if (late && others.some(({ peerInstance, madeAt }) => peerInstance === state.peerInstance && madeAt > state.madeAt)) return;
    store.put({ ...state, ownInstanceHash: local.instance.credential.hash, ownChainHash: ownChainHash(crypto, local), taken: true });
  }

  /** Pin, block, permission or device list of this person changed. Throws what the store throws. */
  forgetPeer(peerId: PeerId): void {
    this.#parts.store.removePeer(peerId);
  }

  /** The passphrase changed, or this device became another. Throws what the store throws. */
  forgetAll(): void {
    this.#parts.store.removeAll();
  }

  /** At the start: what can be of no use any more. */
  sweep(local: LocalParty): void {
    const { crypto, clock, store } = this.#parts;
    this.#guard(() => store.removeUnusable(Math.trunc(clock.now()), ownChainHash(crypto, local)));
  }

  /** Where the device is not named, only a person with one device has an entry to try; where it has none, one of another device may be shown to it. */
  #toDial(target: DialTarget): ResumptionEntry | undefined {
    const { crypto, store } = this.#parts;
    const all = this.#guard(() => store.ofPeer(target.peerId).map((entry) => this.#current(entry))) ?? [];
    const usable = all.filter(({ pinnedSpkiHash, keyId }) => {
      return crypto.equal(pinnedSpkiHash, target.pinnedSpkiHash) && !this.#spent.has(keyId) && this.#parts.isLent?.(keyId) !== true;
    });
    const fitting = usable.filter(({ peerInstance }) => target.instanceId === undefined || target.instanceId === peerInstance);
    const [entry] = fitting.length === 1 ? fitting : target.device ? usable.filter((other) => other.hint !== undefined && !this.#declined.has(other.keyId)) : [];
    for (const other of all) if (other !== entry) crypto.wipe(other.secret);
    return entry;
  }

  #find(keyId: Uint8Array): ResumptionEntry | undefined {
    const entry = this.#guard(() => (this.#parts.isLent?.(keyId) === true ? undefined : this.#parts.store.byKeyId(keyId)));
    return entry && this.#current(entry);
  }

  /** It is here, or was. */
  #has(keyId: Uint8Array): boolean {
    const kept = this.#guard(() => this.#parts.store.byKeyId(keyId));
    if (kept) this.#parts.crypto.wipe(kept.secret);
    return kept !== undefined || this.#spent.has(keyId);
  }

  /** With the positions of its session where that has not ended. */
  #current(entry: ResumptionEntry): ResumptionEntry {
    const positions = this.#standing.get(toHex(entry.keyId))?.();
    return positions ? { ...entry, sent: positions.sent, received: positions.received } : entry;
  }

  /** Undefined when there is nothing strange about it. Anybody at that address can have said it: `#note` waits for who it was. */
  #refused(entry: ResumptionEntry): Refusal | undefined {
    const { crypto, clock, store } = this.#parts;
    // Used up meanwhile by the session the other side dialled at the same time: nothing strange.
    const kept = this.#guard(() => store.byKeyId(entry.keyId));
    if (kept) crypto.wipe(kept.secret);
    this.#guard(() => store.remove(entry.keyId));
    if (!kept || this.#spent.has(entry.keyId)) return undefined;
    return { peerId: entry.peerId, at: clock.now(), peerChain: entry.peerChain };
  }

  /** A device with a renewed chain has dropped its entries, and another device has none: their refusal was to be expected. */
  #note({ peerId, at, peerChain }: Refusal, peer: VerifiedChain): void {
    const { crypto, logger } = this.#parts;
    if (!crypto.equal(peerChain, encodedOnce(crypto, peer).bytes)) return;
    logger.warn('session.resume-refused');
    this.#refusals.delete(peerId);
    this.#refusals.set(peerId, at);
    if (this.#refusals.size <= maxSources) return;
    for (const oldest of this.#refusals.keys()) {
      this.#refusals.delete(oldest);
      break;
    }
  }

  #guard<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.#parts.logger.warn('resumption.store-failed', { reason: error instanceof Error ? error.name : 'unknown' });
      return undefined;
    }
  }
}
