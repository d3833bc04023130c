import type { PeerId } from '../engine/ids';
import type { Clock } from '../engine/ports';

/** Timers may be early by a moment, and then nothing would be due yet. */
const slackMs = 1_000;

/** Goes on with people for whom something waits until another session key may be used for it (protocol.md §6). */
export class Rested {
  readonly #clock: Clock;
  readonly #goOn: (peerId: PeerId) => void;
  readonly #cancels = new Set<() => void>();

  constructor(clock: Clock, goOn: (peerId: PeerId) => void) {
    this.#clock = clock;
    this.#goOn = goOn;
  }

  after(peerId: PeerId, milliseconds: number): void {
    const cancel = this.#clock.setTimer(milliseconds + slackMs, () => {
      this.#cancels.delete(cancel);
      this.#goOn(peerId);
    });
    this.#cancels.add(cancel);
  }

  close(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }
}
