import type { ShiftPolicy } from '../../../shared/model/keys';
import type { InstanceId } from '../ids';
import { answerWaitMs, reactionDroppedMs, reactionSpacingMs } from './limits';

/**
 * Who has renewed because of whom, for one stream of this device, so that two sides that follow each other come to rest
 * (A32; decisions/004). In memory only: a restart renews every key anyway. Times are monotonic, `peerTime` is what the
 * other device's clock said: the two are never compared.
 */
export class Reactions {
  /** False while the key in use is the first: that one was no shift, nobody answers it. */
  #shifted = false;
  /** Devices of which the key in use expects no answer any more. */
  readonly #answered = new Set<InstanceId>();
  /** Devices whose newest shift may after all be an answer: what follows it expects one once more. */
  readonly #doubtful = new Set<InstanceId>();
  /** When, by its own clock, each device first said that it has a message under the key in use. */
  readonly #heard = new Map<InstanceId, number>();
  /** Shifts of the other side that none of one's own has followed yet. */
  #pending = 0;
  #pendingSince = 0;
  readonly #pendingBy = new Set<InstanceId>();
  #reacted: number | undefined;

  /** An own shift: what was pending is answered by it, and it waits for an answer of everybody else. */
  ownShift(isFirst: boolean, isReaction: boolean, monotonic: number): void {
    if (isReaction) this.#reacted = monotonic;
    this.#answered.clear();
    // Whoever shifted of its own accord takes this one for the answer and does not answer it again.
    for (const each of this.#pendingBy) if (!this.#doubtful.has(each)) this.#answered.add(each);
    this.#shifted = !isFirst;
    this.#doubtful.clear();
    this.#heard.clear();
    this.#drop();
  }

  /** A strictly higher, authenticated epoch of another device; not its first. `used`: a message left under the key in use. */
  peerShift(from: InstanceId, policy: ShiftPolicy, monotonic: number, used: boolean): void {
    if (this.#shifted && !this.#answered.has(from)) {
      this.#answered.add(from);
      return;
    }
    const isCertain = !this.#shifted || this.#heard.has(from);
    // Made before it saw the key in use: both have renewed, neither because of the other.
    if (used && !isCertain) return;
    if (!policy.onPeerShift) return;
    if (!isCertain) this.#doubtful.add(from);
    this.#pending += 1;
    this.#pendingSince = monotonic;
    this.#pendingBy.add(from);
  }

  /** That device has said that it received a message under the own newest key. */
  acknowledged(from: InstanceId, peerTime: number): void {
    if (!this.#heard.has(from)) this.#heard.set(from, peerTime);
  }

  /** A numbered message under a key that was known before: a device that goes on like that will not answer any more. */
  peerMessage(from: InstanceId, peerTime: number): void {
    if (!this.#shifted || this.#answered.has(from)) return;
    const heard = this.#heard.get(from);
    if (heard === undefined || peerTime - heard <= answerWaitMs) return;
    this.#answered.add(from);
    this.#doubtful.add(from);
  }

  isDue(policy: ShiftPolicy, monotonic: number): boolean {
    if (this.#pending === 0 || !policy.onPeerShift || this.#pending < policy.peerShifts) return false;
    return this.#reacted === undefined || monotonic - this.#reacted >= reactionSpacingMs;
  }

  /** A message leaves under the old key although a reaction is due: soon nobody waits for it any more. Too few are not due. */
  passed(policy: ShiftPolicy, monotonic: number): void {
    if (this.#pending >= policy.peerShifts && monotonic - this.#pendingSince > reactionDroppedMs) this.#drop();
  }

  #drop(): void {
    this.#pending = 0;
    this.#pendingBy.clear();
  }
}
