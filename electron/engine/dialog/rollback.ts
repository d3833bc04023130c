import type { VerifiedChain } from '../certificates/chain';
import type { InstanceId, PeerId } from '../ids';
import type { ControlHandler } from './acknowledging';
import type { RollbackReason } from './dialog-types';
import { type Again, askerOf, isBoundToGap } from './gaps';
import { hourMs } from './limits';
import type { SendingParts } from './sending';
import { type Standing, type StreamStanding, streamsPerStanding } from './standing';
import { isMadeBy, isNewer, startTokenBytes } from './start-token';
import type { DialogState, SendingStream } from './streams';

/** Without a proof one contact's word costs this device its keys no more often than this. */
const unprovenMs = 24 * 3600 * 1000;
/** What only this device itself can have made. */
const proofs: ReadonlySet<string> = new Set<RollbackReason>(['start-token', 'exchange-key']);
export const noToken = new Uint8Array(startTokenBytes);

export interface RollbackParts extends SendingParts {
  readonly startToken: Uint8Array;
}

/**
 * Notices that this device was rolled back or copied (protocol.md §7; A38, A39), and holds everything back from then
 * on. A start token, and the id of a key exchange key, can only have been made with this device's keys, so one it does not
 * know is a proof. Sequences and digests are a contact's word: believed at most once a day each.
 */
export class Rollback {
  readonly #parts: RollbackParts;
  /** By connection: dialogs named so far by a word that has several parts. One that broke off in between is begun anew on the next. */
  readonly #named = new WeakMap<object, Set<string>>();
  /** Until then no line is written about this person's claims. Monotonic. */
  readonly #quietUntil = new Map<PeerId, number>();
  /** Connections on which that word was heard to its end before. */
  readonly #met = new WeakSet<object>();
  #held = false;

  constructor(parts: RollbackParts) {
    this.#parts = parts;
  }

  get held(): boolean {
    return this.#held;
  }

  hold(): void {
    this.#held = true;
  }

  /** Looks at what another device heard of this one's starts. */
  heard(peerId: PeerId, token: Uint8Array): void {
    const { crypto, local, store, startToken } = this.#parts;
    if (this.#held || crypto.equal(token, startToken) || crypto.equal(token, noToken)) return;
    if (store.isOwnToken(local.instanceId, token)) return;
    const oldest = store.ownTokens(local.instanceId)?.oldest;
    // Of a time nobody remembers here; or made up.
    if ((oldest && isNewer(oldest, token)) || !isMadeBy(crypto, local, token)) return;
    this.#notice(peerId, 'start-token');
  }

  /** A contact writes under a key exchange key that this device made and does not know: that needs nobody to be met (decision 103). */
  wroteUnderLostKey(peerId: PeerId): void {
    this.#notice(peerId, 'exchange-key');
  }

  /** Something was acknowledged that this device never gave out. */
  beyond(peerId: PeerId): void {
    this.#suspect(peerId, 'sequence');
  }

  /** The other side holds another history of this device's stream than this device. */
  unlike(peerId: PeerId): void {
    this.#suspect(peerId, 'digest');
  }

  /** What to tell a device of this person first. */
  standing(peerId: PeerId, instanceId: InstanceId, list: Uint8Array = new Uint8Array()): Standing[] {
    const { store, startToken } = this.#parts;
    const heardToken = store.startToken(peerId, instanceId) ?? noToken;
    const streams = store.standings(peerId, instanceId);
    const parts: Standing[] = [];
    do {
      const from = parts.length * streamsPerStanding;
      const last = from + streamsPerStanding >= streams.length;
      parts.push({ startToken, heardToken, list, streams: streams.slice(from, from + streamsPerStanding), last });
    } while (parts.length * streamsPerStanding < streams.length);
    return parts;
  }

  /** What that device told first on this connection. Runs inside `Memory.change`. */
  meet(source: VerifiedChain, standing: Standing, connection: object, controls: ControlHandler, again: Again): 'met' | 'more' | 'rolled-back' {
    const { store, memory, local } = this.#parts;
    const { identity: { peerId }, instance: { instanceId } } = source;
    const known = store.startToken(peerId, instanceId);
    if (!known || isNewer(standing.startToken, known)) store.putStartToken(peerId, instanceId, standing.startToken);
    this.heard(peerId, standing.heardToken);
    const named = this.#named.get(connection) ?? new Set<string>();
    for (const stream of standing.streams) {
      const dialog = memory.dialog({ peerId, dialogId: stream.dialogId });
      // Of those that are not here nothing is to be remembered: whoever makes them up fills no memory.
      if (dialog) named.add(stream.dialogId);
      if (dialog && stream.failed) controls.ended(dialog, stream);
      this.#compare(peerId, dialog?.sending, stream);
    }
    if (standing.last) this.#named.delete(connection);
    else this.#named.set(connection, named);
    if (this.#held) return 'rolled-back';
    const asker = askerOf(source);
    // A device says again where it stands when it refused something for its key: an earlier key may be gone sooner than anybody told, as with an early new one.
    const isRepeat = this.#met.has(connection);
    const tell = (dialog: DialogState | undefined, cumulative: number): void => {
      if (!dialog) return;
      again.asked(dialog, cumulative, asker);
      if (asker.isOneOfSeveral || isRepeat) again.readdress(dialog, cumulative, asker.exchange);
    };
    for (const { dialogId, cumulative } of standing.streams) tell(memory.dialog({ peerId, dialogId }), cumulative);
    if (!standing.last) return 'more';
    this.#met.add(connection);
    for (const row of store.sendings(local.instanceId, peerId)) if (!named.has(row.dialogId)) tell(memory.dialog(row), 0);
    return 'met';
  }

  #compare(peerId: PeerId, sending: SendingStream | undefined, told: StreamStanding): void {
    const { crypto, store } = this.#parts;
    // Nothing of it is there, so nothing is claimed: whoever names every dialog, also those in which nobody here has written, says no more than that.
    if (told.highest === 0 && told.control === 0) return;
    const row = sending?.row;
    if (!row || told.highest >= row.nextSequence || told.control > row.control) return this.#suspect(peerId, 'sequence');
    if (told.cumulative === 0 || !row.comparedEqual) return;
    const own = told.cumulative === row.nextSequence - 1 ? row.digest : store.findOutbox(row, told.cumulative)?.digest;
    if (sending && own && !crypto.equal(own, told.digest) && !isBoundToGap(store, sending, told.cumulative)) this.#suspect(peerId, 'digest');
  }

  #suspect(peerId: PeerId, reason: RollbackReason): void {
    const { store, clock, logger } = this.#parts;
    const before = store.retirements().find((each) => each.toldBy === peerId && !proofs.has(each.reason));
    if (!before || Math.abs(clock.now() - before.at) >= unprovenMs) return this.#notice(peerId, reason);
    // Said of every stream, and again and again, it is one line in an hour.
    const now = clock.monotonic();
    if (now < (this.#quietUntil.get(peerId) ?? now)) return;
    this.#quietUntil.set(peerId, now + hourMs);
    logger.warn('dialog.rollback-not-believed', { reason });
  }

  #notice(peerId: PeerId, reason: RollbackReason): void {
    if (this.#held) return;
    this.#held = true;
    this.#parts.logger.warn('dialog.rolled-back', { reason });
    this.#parts.sink.rolledBack({ peerId, reason });
  }
}
