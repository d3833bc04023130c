import type { ShiftPolicy, ShiftReason } from '../../../shared/model/keys';
import type { SendingRow } from './dialog-store';
import { FirstUses } from './first-uses';
import { Reactions } from './reactions';
import { type EarlierShifts, ShiftPace } from './shift-pace';
import { limitReached } from './shift-policy';

/** Why and how often one stream of this device shifts (protocol.md §6). In memory, for as long as the program runs. */
export class OwnShifts {
  readonly reactions = new Reactions();
  readonly uses: FirstUses;
  readonly #pace: ShiftPace;
  /** When the key in use was made. */
  #madeAt = 0;
  #devicesChanged = false;

  /** `newestIsUsed`: something numbered was locked with the newest of the earlier keys. */
  constructor(earlier: EarlierShifts, newestIsUsed: boolean) {
    this.#pace = new ShiftPace(earlier);
    this.uses = new FirstUses(earlier, newestIsUsed);
  }

  made(reason: ShiftReason, monotonic: number): void {
    this.#madeAt = monotonic;
    this.#devicesChanged = false;
    this.#pace.made(reason, monotonic);
    this.reactions.ownShift(reason === 'first', reason === 'peer', monotonic);
  }

  devicesChanged(): void {
    this.#devicesChanged = true;
  }

  /** Why the next message wants a new key; undefined when it does not, or when a due limit has to wait. No SQL. */
  due(policy: ShiftPolicy, row: SendingRow, wall: number, monotonic: number): ShiftReason | undefined {
    const reaction = this.reactions.isDue(policy, monotonic);
    const reason = reaction
      ? 'peer'
      : this.#devicesChanged && policy.onDeviceChange
        ? 'devices'
        : limitReached(policy, row, this.age(row, wall, monotonic));
    if (reason && !this.#pace.isResting(monotonic)) return reason;
    this.reactions.passed(policy, monotonic);
    return undefined;
  }

  /** How long the key is in use, by whichever clock says more: one that was set back neither storms nor freezes (A90). */
  age(row: SendingRow, wall: number, monotonic: number): number {
    return Math.max(0, wall - row.epochSince, monotonic - this.#madeAt);
  }

  /** How long a shift by hand has to wait, in milliseconds; 0 when it need not. */
  waitByHand(monotonic: number): number {
    return this.#pace.waitByHand(monotonic);
  }
}
