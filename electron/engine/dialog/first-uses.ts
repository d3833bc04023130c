import { policyPresets } from '../../../shared/model/keys';
import { firstUseSlackMs, hourMs } from './limits';
import type { EarlierShifts } from './shift-pace';

/** So many renewals in an hour everybody's rules allow (protocol.md §6); what the own rules say of others is another matter. */
const most = policyPresets.standard.failAfterShifts;

/** Reasons of keys that begin where an earlier one began although that was used. */
const takesOver: ReadonlySet<string> = new Set(['compromise', 'pair', 'devices']);

interface Use {
  readonly wall: number;
  readonly monotonic: number;
  /** Store generation it was in; 0 for what was found there. */
  readonly generation: number;
}

/**
 * When each of the newest keys of one own stream was first used for a numbered message: that is what the other side counts as a renewal
 * (protocol.md §6). Every start of the program needs a key, however many there are; the message that would be one renewal more than the other
 * side allows in an hour waits. Times are monotonic; those of earlier runs are placed by the wall clock once, like those of `ShiftPace`.
 */
export class FirstUses {
  readonly #uses: Use[] = [];

  /** `newestIsUsed`: something numbered was locked with the newest of the earlier keys. */
  constructor({ rows, wall, monotonic, started }: EarlierShifts, newestIsUsed: boolean) {
    // Each was used before the next one was made: later than it was, perhaps, and never earlier.
    let [until, newer] = [wall, rows[0]];
    for (const row of rows) {
      const isUsed = row === newer ? newestIsUsed : newer?.firstSequence !== row.firstSequence || takesOver.has(newer.reason);
      const age = wall < until ? monotonic - started : wall - until;
      if (isUsed && this.#uses.length < most) this.#uses.unshift({ wall: until, monotonic: monotonic - age, generation: 0 });
      [until, newer] = [row.createdAt, row];
    }
  }

  /** The key in use locks its first numbered message now, in the change of this store generation. */
  used(wall: number, monotonic: number, generation: number): void {
    this.#uses.push({ wall, monotonic, generation });
    // Twice as many as count: of the newest some may be undone.
    if (this.#uses.length > 2 * most) this.#uses.shift();
  }

  /** What came behind this generation was undone: nothing of it left this device, and the other side counts none of it. */
  undone(generation: number): void {
    while ((this.#uses.at(-1)?.generation ?? 0) > generation) this.#uses.pop();
  }

  /** How long, in milliseconds, another key is not to be used for a first message; 0: it may be. */
  rest(monotonic: number): number {
    const oldest = this.#oldest();
    return oldest ? Math.max(0, oldest.monotonic + hourMs + firstUseSlackMs - monotonic) : 0;
  }

  /**
   * When the first message under another key was written, as it is told: what waited for `rest` was written within the hour, and would say
   * so to somebody who was away and gets everything at once. Unix milliseconds; never later than `now`.
   */
  told(writtenAt: number, now: number): number {
    const oldest = this.#oldest();
    return oldest ? Math.max(writtenAt, Math.min(now, oldest.wall + hourMs)) : writtenAt;
  }

  /** Of as many as the other side allows; undefined while there were fewer. */
  #oldest(): Use | undefined {
    return this.#uses.at(-most);
  }
}
