import type { PeerId } from '../engine/ids';
import type { Clock } from '../engine/ports';

/** Whoever floods the network with a contact's announcement makes this device dial them no more often than this. */
const gapMs = 10_000;

/** Tells that a contact was heard, no more than once in a while for each. */
export class LanNews {
  readonly #clock: Clock;
  readonly #handlers = new Set<(peerId: PeerId) => void>();
  /** Said lately, and what ends the wait. `again`: there was more meanwhile. */
  readonly #lately = new Map<PeerId, { again: boolean; readonly cancel: () => void }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  on(handler: (peerId: PeerId) => void): () => void {
    this.#handlers.add(handler);
    return () => void this.#handlers.delete(handler);
  }

  say(peerId: PeerId): void {
    const lately = this.#lately.get(peerId);
    if (lately !== undefined) {
      lately.again = true;
      return;
    }
    const waiting = {
      again: false,
      cancel: this.#clock.setTimer(gapMs, () => {
        this.#lately.delete(peerId);
        if (waiting.again) this.say(peerId);
      }),
    };
    this.#lately.set(peerId, waiting);
    for (const handler of this.#handlers) handler(peerId);
  }

  clear(): void {
    for (const { cancel } of this.#lately.values()) cancel();
    this.#lately.clear();
  }
}
