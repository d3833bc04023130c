import type { Chain } from '../engine/certificates/chain';
import type { PeerId } from '../engine/ids';
import { type HeldKey, maxAskedBack } from '../engine/session/rekey-answer';
import { type HeldKeysParts, heldKeysOf, leftKeysOf } from './held-keys';
import { isSame } from './moving-pins';

/**
 * What a contact who says to have another key is asked about (protocol.md §9). Where the pinned key is a thief's its owner knows only keys before it:
 * these come next, from the latest that may have led to the key shown, and where they are more than one channel has room for, the next one goes on.
 */
export class AskingBack {
  readonly #parts: HeldKeysParts;
  /** The latest key that somebody authenticated under in the name of each contact. */
  readonly #shown = new Map<PeerId, Pick<Chain['identity'], 'spkiHash' | 'epoch'>>();
  /** The key said last, and how many of those left were asked about. */
  readonly #asked = new Map<PeerId, { readonly headHash: Uint8Array; readonly count: number }>();

  constructor(parts: HeldKeysParts) {
    this.#parts = parts;
  }

  shown(peerId: PeerId, { spkiHash, epoch }: Chain['identity']): void {
    this.#shown.set(peerId, { spkiHash, epoch });
  }

  /** What is held of this person, then keys that were left. `headHash`: of the key they say to have, 32 bytes. */
  keysFor(peerId: PeerId, headHash: Uint8Array): readonly HeldKey[] {
    const held = heldKeysOf(this.#parts, peerId);
    const left = this.leftBefore(peerId, headHash);
    const before = this.#asked.get(peerId);
    const from = before !== undefined && isSame(before.headHash, headHash) && before.count < left.length ? before.count : 0;
    const count = from + Math.max(1, maxAskedBack - held.length);
    this.#asked.set(peerId, { headHash, count });
    return [...held, ...left.slice(from, count)];
  }

  /** Keys that were left and may have led to this one, 32 bytes: of one that was never shown nothing more is known. */
  leftBefore(peerId: PeerId, headHash: Uint8Array): readonly HeldKey[] {
    const shown = this.#shown.get(peerId);
    const before = shown !== undefined && isSame(shown.spkiHash, headHash) ? shown.epoch : Infinity;
    return leftKeysOf(this.#parts, peerId).filter(({ epoch }) => epoch < before);
  }
}
