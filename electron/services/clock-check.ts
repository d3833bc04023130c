import type { PeerId } from '../engine/ids';
import type { Clock } from '../engine/ports';

/** Below this nobody notices, and what a message needs on its way is far below. */
const worthTellingMs = 2 * 60_000;
/** By this much the clock and what counts the time beside it may drift apart; by more the clock was set, or the machine slept, which some systems do not count. */
const driftMs = 60_000;
/**
 * So long it is told of one person, in milliseconds: they may have set their clock since. While it is still wrong it is heard anew long before, for a device that
 * refuses every call is dialled about once a minute and says its time with each answer about keys.
 */
const countsMs = 24 * 3_600_000;
/** People who have to say so before this clock counts as the one that is wrong: a single one may lie, or be the one that is. */
const fewest = 2;
/** People whose time is remembered: the latest. */
const most = 64;

/**
 * How far this machine's clock is from those of contacts, by the signed time of the card that each device shows at the beginning of a session, and of its answer about keys. Told
 * to the person, and used for nothing else: whose clock is wrong nobody can prove, so nothing is believed earlier or longer because of it.
 */
export class ClockCheck {
  readonly #clock: Clock;
  /** How far this clock was ahead of theirs, and of the monotonic one, when they said so; `at`: when that was, by the monotonic one. */
  readonly #theirs = new Map<PeerId, { readonly ahead: number; readonly base: number; readonly at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A device of this person said just now what time it is there. */
  heard(peerId: PeerId, time: number): void {
    this.#theirs.delete(peerId);
    this.#theirs.set(peerId, { ahead: this.#clock.now() - time, base: this.#base, at: this.#clock.monotonic() });
    const [oldest] = this.#theirs.keys();
    if (this.#theirs.size > most && oldest !== undefined) this.#theirs.delete(oldest);
  }

  /**
   * Milliseconds this clock is ahead of the others (negative: behind), by the median of the people; undefined where that is not worth a word. One alone
   * proves nothing, whoever they are. What was said before the clock was set, or before a sleep, says nothing any more.
   */
  get ahead(): number | undefined {
    const at = this.#base;
    const all = [...this.#theirs.values()].flatMap((said) => this.#now(said, at) ?? []).sort((a, b) => a - b);
    if (all.length < fewest) return undefined;
    // Of an even number the one nearer to nothing; two who disagree which way prove nothing.
    const [one = 0, other = 0] = [all[Math.floor((all.length - 1) / 2)], all[Math.floor(all.length / 2)]];
    const nearest = one * other <= 0 ? 0 : Math.abs(one) < Math.abs(other) ? one : other;
    return Math.abs(nearest) < worthTellingMs ? undefined : Math.round(nearest);
  }

  /** By how much this clock is ahead of this person's, where that is worth a word: whose of the two is wrong it does not say. */
  aheadOf(peerId: PeerId): number | undefined {
    const said = this.#theirs.get(peerId);
    const ahead = said && this.#clock.monotonic() - said.at < countsMs ? this.#now(said, this.#base) : undefined;
    return ahead === undefined || Math.abs(ahead) < worthTellingMs ? undefined : Math.round(ahead);
  }

  #now({ ahead, base }: { readonly ahead: number; readonly base: number }, at: number): number | undefined {
    return Math.abs(at - base) < driftMs ? ahead + at - base : undefined;
  }

  get #base(): number {
    return this.#clock.now() - this.#clock.monotonic();
  }
}
