import type { ShiftPolicy } from '../../../shared/model/keys';
import type { Clock } from '../ports';
import type { DialogStore, ReceivingKeyRow } from './dialog-store';
import type { FailureReason } from './dialog-types';
import { hourMs, maxEpoch, shiftsTakenPerHour } from './limits';
import type { ReceivingStream } from './streams';

/** What an authenticated, numbered message that is new in its stream says about its key. */
export interface KeyUse {
  readonly epoch: number;
  /** The row of that epoch, if it was known before. */
  readonly row: ReceivingKeyRow | undefined;
  /** What the sender's clock said. */
  readonly sentAt: number;
}

/**
 * What of the other side's key use ends a dialog (S2-10 to S2-12, protocol.md §6): too many shifts within a period, or
 * one key for too long. Judged before anything of the message is believed further; replays never come this far (A31).
 */
export class PeerKeyRules {
  readonly #store: DialogStore;
  readonly #clock: Clock;

  constructor(parts: { readonly store: DialogStore; readonly clock: Clock }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
  }

  judge(policy: ShiftPolicy, stream: ReceivingStream | undefined, use: KeyUse): FailureReason | undefined {
    if (use.epoch > maxEpoch) return 'worn-out';
    if (!stream) return undefined;
    if (policy.whenStale === 'fail' && use.row && isStale(policy, withUse(use.row, use.sentAt, this.receipt(stream), this.firstSaid(stream, use.epoch)))) return 'key-too-old';
    return this.#isFlood(policy, stream, use) ? 'too-many-shifts' : undefined;
  }

  /** Writes down a shift of the message that was just accepted. Before its time is added to the stream. */
  record(stream: ReceivingStream, use: KeyUse): void {
    const seen = this.#seen(stream);
    if (use.epoch <= seen.highest) return;
    const { peerId, dialogId, instanceId } = stream.row;
    const { epoch, sentAt } = use;
    const received = this.receipt(stream);
    const senderTime = this.#senderTime(stream, sentAt);
    this.#store.addPeerShift({ peerId, dialogId, instanceId, epoch, counted: seen.highest > 0, sentAt, senderTime, receivedAt: received });
    stream.shiftsSeen = { highest: epoch, sentAt, senderTime, received, monotonic: this.#clock.monotonic() };
  }

  /** When something of this stream arrives now: a wall clock that was set back does not stop it (A90). */
  receipt(stream: ReceivingStream): number {
    const seen = this.#seen(stream);
    const wall = Math.max(0, Math.trunc(this.#clock.now()));
    return Math.max(wall, seen.received + Math.trunc(this.#clock.monotonic() - seen.monotonic));
  }

  /** What the sender's clock said of the first message under its newest key; 0 of another, or where it is not known here. */
  firstSaid(stream: ReceivingStream, epoch: number): number {
    const seen = this.#seen(stream);
    return seen.highest === epoch ? seen.sentAt : 0;
  }

  /**
   * A renewal more than is taken in an hour, whatever times it tells: it is put off, and comes again. Without this, times of the past would let a
   * flood pass for a backlog without end; an honest backlog of so many only takes longer (decision 097).
   */
  mustWait(policy: ShiftPolicy, stream: ReceivingStream | undefined, use: KeyUse): boolean {
    // What the chosen rules end is never put off before they can.
    const most = Math.max(shiftsTakenPerHour, policy.failAfterShifts + 1);
    // Each renewal has a higher epoch: below so many there were not as many.
    if (!stream || use.epoch <= Math.max(most, this.#seen(stream).highest)) return false;
    const oldest = this.#store.nthPeerShift(stream.row, most);
    return oldest !== undefined && this.receipt(stream) - oldest.receivedAt < hourMs;
  }

  /**
   * One more than the limit within the period, both by the sender's own times and by arrival: so neither a backlog nor a clock that stands still is
   * a flood. Only how far the sender's times are apart counts, not what its clock shows: a backlog under a clock that runs ahead is one, too. A time
   * that goes back adds nothing; what times made up could hide all the same, `mustWait` bounds.
   */
  #isFlood(policy: ShiftPolicy, stream: ReceivingStream, use: KeyUse): boolean {
    if (policy.failAfterShifts === 0) return false;
    if (use.epoch <= this.#seen(stream).highest) return false;
    const oldest = this.#store.nthPeerShift(stream.row, policy.failAfterShifts);
    if (!oldest) return false;
    const within = policy.failWithinMilliseconds;
    return this.#senderTime(stream, use.sentAt) - oldest.senderTime < within && this.receipt(stream) - oldest.receivedAt < within;
  }

  /** `PeerShiftRow.senderTime` of a shift that comes now. */
  #senderTime(stream: ReceivingStream, sentAt: number): number {
    const seen = this.#seen(stream);
    return Math.min(seen.senderTime + Math.max(0, sentAt - seen.sentAt), Number.MAX_SAFE_INTEGER);
  }

  #seen(stream: ReceivingStream): NonNullable<ReceivingStream['shiftsSeen']> {
    if (!stream.shiftsSeen) {
      const newest = this.#store.newestPeerShift(stream.row);
      stream.shiftsSeen = {
        highest: newest?.epoch ?? 0,
        sentAt: newest?.sentAt ?? 0,
        senderTime: newest?.senderTime ?? 0,
        received: newest?.receivedAt ?? 0,
        monotonic: this.#clock.monotonic(),
      };
    }
    return stream.shiftsSeen;
  }
}

/** The sender's time of one more message of the stream: non-decreasing, never after its receipt (A07). */
export function ownTime(stream: ReceivingStream, sentAt: number, received: number): number {
  return Math.max(stream.row.latestTime, Math.min(sentAt, received));
}

/**
 * The row with one more message. Its times are the sender's within this epoch alone, so that what others of the stream
 * overtook does not stretch it (A34). None is before the key was heard of: what waited, or is locked again, was written
 * before there was that key. `firstSaid`: a first one that was written after it came shows that one of two clocks was wrong; where a later one was
 * written after that, and has come, it was this one, which is right now: the time that it was behind by is no use of the key (A90).
 */
export function withUse(row: ReceivingKeyRow, sentAt: number, received: number, firstSaid: number): ReceivingKeyRow {
  const lastTime = Math.max(row.lastTime, Math.min(Math.max(sentAt, row.receivedAt), received));
  // What a control message brought before is no use of the key for messages.
  if (row.messages === 0) return { ...row, messages: 1, firstTime: lastTime, lastTime };
  const firstTime = sentAt < firstSaid ? row.firstTime : Math.max(row.firstTime, Math.min(firstSaid, lastTime));
  return { ...row, messages: row.messages + 1, firstTime, lastTime };
}

/** One key for longer, or for more messages, than the policy wants; 0 switches either off (S2-12, A33). */
export function isStale(policy: ShiftPolicy, row: ReceivingKeyRow): boolean {
  const { staleAfterMilliseconds, staleAfterMessages } = policy;
  if (policy.whenStale === 'ignore') return false;
  if (staleAfterMessages > 0 && row.messages > staleAfterMessages) return true;
  return staleAfterMilliseconds > 0 && row.lastTime - row.firstTime > staleAfterMilliseconds;
}
