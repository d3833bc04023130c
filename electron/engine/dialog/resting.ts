import type { DialogId, PeerId } from '../ids';

/**
 * Dialogs in which nothing is locked for a while, because the new key it takes would be one renewal more in an hour than the other side allows
 * (protocol.md §6). In memory only: the next message that wants a key finds out again. Times are monotonic.
 */
export class Resting {
  readonly #until = new Map<PeerId, Map<DialogId, number>>();

  /** `rest`: for how long from now, in milliseconds; 0: not any more. */
  put(peerId: PeerId, dialogId: DialogId, rest: number, monotonic: number): void {
    const of = this.#until.get(peerId) ?? new Map<DialogId, number>();
    if (rest > 0) of.set(dialogId, monotonic + rest);
    else of.delete(dialogId);
    if (of.size > 0) this.#until.set(peerId, of);
    else this.#until.delete(peerId);
  }

  has(peerId: PeerId, dialogId: DialogId, monotonic: number): boolean {
    return (this.#until.get(peerId)?.get(dialogId) ?? monotonic) > monotonic;
  }

  /** Those of this person that rest now. */
  of(peerId: PeerId, monotonic: number): DialogId[] {
    return [...(this.#until.get(peerId) ?? [])].filter(([, until]) => until > monotonic).map(([dialogId]) => dialogId);
  }
}
