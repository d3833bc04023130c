import type { HeldRow, ReceivingKeyRow } from './dialog-store';
import type { ReceiveOutcome } from './dialog-types';
import { parseContent } from './content';
import type { EpochClaim } from './epoch-rules';
import { keptDeadKeys, storedDeadKeys, trimmedEvery } from './limits';
import { ownTime, withUse } from './peer-key-rules';
import type { SendingParts } from './sending';
import { blindBytes } from './seal-message';
import type { DialogState, ReceivingStream } from './streams';
import { gapDigest, nextDigest } from './transcript';

/** An authentic, permitted message that is new in its stream. */
export interface Arrived {
  readonly sequence: number;
  /** c ‖ content. */
  readonly content: Uint8Array;
  /** What the sender's clock said. */
  readonly time: number;
  /** When it arrived, never earlier than what arrived before. */
  readonly receipt: number;
  /** What the sender's clock said of the first message under this key; 0: not known. */
  readonly firstSaid: number;
  /** When another own device accepted it, if one brought it: never later than now. */
  readonly acceptedAt?: number | undefined;
  /** Of the whole message, in bytes. */
  readonly size: number;
  readonly claim: EpochClaim;
  /** The first of its session key. */
  readonly isNew: boolean;
}

/** What the sink is to hear of a new session key, once the dialog was announced. */
interface PeerShift {
  readonly from: number;
  readonly to: number;
  readonly compromise: boolean;
}

/** Order and delivery on the receiving side (protocol.md §7): exactly once, in order, from a bounded buffer. */
export class Delivering {
  readonly #parts: SendingParts;
  /** What the contact itself brings now may have been shown on another own device. */
  isUnsure = false;

  constructor(parts: SendingParts) {
    this.#parts = parts;
  }

  /** Delivers what is next, with everything that waited for it, or holds it. */
  accept(dialog: DialogState, stream: ReceivingStream, arrived: Arrived): ReceiveOutcome {
    const now = this.#now();
    const { sequence, claim } = arrived;
    // The sender's own time, made non-decreasing and clamped to receipt: a wrong clock moves nothing (A07, A34).
    const time = ownTime(stream, arrived.time, arrived.receipt);
    stream.row = { ...stream.row, latestTime: time, acknowledgementDue: true };
    stream.dirty = true;
    const shift = arrived.isNew ? this.#addRow(stream, claim, time, now) : undefined;
    this.#count(stream, claim.epoch, arrived);

    const { peerId, dialogId, instanceId } = stream.row;
    const held: HeldRow = { peerId, dialogId, instanceId, sequence, content: arrived.content, sentAt: arrived.time, receivedAt: Math.min(now, arrived.acceptedAt ?? now), keyEpoch: claim.epoch };
    let count = 0;
    if (sequence === stream.row.cumulative + 1) {
      this.#deliver(dialog, stream, held);
      count = 1 + this.#drain(dialog, stream);
      this.#closeRanges(stream, false);
    } else {
      // The plaintext is a view of a larger buffer; what waits is kept alone.
      const kept = { ...held, content: arrived.content.slice() };
      stream.held.set(sequence, kept);
      stream.heldBytes += kept.content.length;
      this.#parts.store.addHeld(kept);
    }
    if (shift) this.#tellShift(dialog, stream, shift);
    return count > 0 ? { kind: 'delivered', dialogId, count } : { kind: 'held', dialogId };
  }

  /** Moves over what both sides know to be lost; what waited there or behind it is delivered. Gives the places skipped. */
  skip(dialog: DialogState, stream: ReceivingStream, upTo: number): number {
    let skipped = 0;
    while (stream.row.cumulative < upTo) {
      if (this.#drain(dialog, stream) > 0) continue;
      const sequence = stream.row.cumulative + 1;
      stream.row = { ...stream.row, cumulative: sequence, digest: gapDigest(this.#parts.crypto, stream.row.digest, sequence) };
      skipped += 1;
    }
    this.#drain(dialog, stream);
    this.#closeRanges(stream, true);
    stream.row = { ...stream.row, acknowledgementDue: true };
    stream.dirty = true;
    return skipped;
  }

  /** Moves over what another own device has had: what of it is here is shown, and the digest goes on from `digest`. */
  jump(dialog: DialogState, stream: ReceivingStream, upTo: number, digest: Uint8Array): void {
    const early = [...stream.held.values()].filter(({ sequence }) => sequence <= upTo).sort((a, b) => a.sequence - b.sequence);
    for (const each of early) {
      this.#release(stream, each);
      this.#deliver(dialog, stream, each);
    }
    stream.row = { ...stream.row, cumulative: upTo, digest, acknowledgementDue: true };
    stream.dirty = true;
    this.#drain(dialog, stream);
    this.#closeRanges(stream, true);
  }

  /** A session key that a control message brought. */
  addKey(dialog: DialogState, stream: ReceivingStream, claim: EpochClaim, time: number): void {
    const now = this.#now();
    const shift = this.#addRow(stream, claim, Math.max(stream.row.latestTime, Math.min(time, now)), now);
    if (shift) this.#tellShift(dialog, stream, shift);
  }

  /** Writes each changed stream once for the whole batch, then forgets what it need not hold. */
  flush(streams: Iterable<ReceivingStream>): void {
    const { store } = this.#parts;
    for (const stream of streams) {
      for (const row of stream.keys) if (stream.dirtyKeys.has(row.epoch)) store.putReceivingKey(row);
      stream.dirtyKeys.clear();
      if (stream.untrimmed >= trimmedEvery) {
        store.trimKeys(stream.row, storedDeadKeys);
        stream.untrimmed = 0;
      }
      forgetOld(stream.keys);
      if (stream.dirty) store.putReceiving(stream.row);
      stream.dirty = false;
    }
  }

  #deliver(dialog: DialogState, stream: ReceivingStream, row: HeldRow): void {
    const { crypto, sink } = this.#parts;
    const { sequence, sentAt, receivedAt, keyEpoch } = row;
    stream.row = { ...stream.row, cumulative: sequence, digest: nextDigest(crypto, stream.row.digest, sequence, row.content) };
    // Authentic but not understood still keeps its place in the order.
    const whole = parseContent(row.content.subarray(blindBytes)) ?? { kind: 'unsupported', type: 0 };
    const content = whole.kind === 'again' ? whole.content : whole;
    const { instanceId } = stream.row;
    if (content.kind === 'title' && content.revision !== undefined) {
      if (!dialog.row.announced) this.#announce(dialog, '');
      sink.unseen({ ...dialog.key, instanceId, sequence });
      sink.titled({ ...dialog.key, title: content.title, revision: content.revision, by: whole.kind === 'again' ? whole.original.instanceId : instanceId });
      return;
    }
    if (content.kind === 'title') {
      const place = whole.kind === 'again' ? whole.original.sequence : sequence;
      if (!dialog.row.announced) this.#announce(dialog, content.title);
      // The first word of whoever opened the dialog. A later title says that it is one.
      else if (place === 1 && dialog.row.openedBy === 'peer') sink.titled({ ...dialog.key, title: content.title });
      sink.unseen({ ...dialog.key, instanceId, sequence });
      return;
    }
    if (!dialog.row.announced) this.#announce(dialog, '');
    if (content.kind === 'continues') {
      sink.unseen({ ...dialog.key, instanceId, sequence });
      // The second word of whoever opened the dialog, or nothing.
      if (sequence === 2 && dialog.row.openedBy === 'peer') sink.continued({ ...dialog.key, continues: content.dialogId });
      return;
    }
    const original = whole.kind === 'again' ? { original: { ...whole.original, sentAt: whole.sentAt } } : {};
    const unsure = this.isUnsure ? { maybeRepeat: true as const } : {};
    sink.delivered({ instanceId, sequence, content, sentAt, receivedAt, keyEpoch, ...dialog.key, ...original, ...unsure });
  }

  #drain(dialog: DialogState, stream: ReceivingStream): number {
    let count = 0;
    for (let next = stream.held.get(stream.row.cumulative + 1); next; next = stream.held.get(stream.row.cumulative + 1)) {
      this.#release(stream, next);
      this.#deliver(dialog, stream, next);
      count += 1;
    }
    return count;
  }

  #release(stream: ReceivingStream, row: HeldRow): void {
    stream.held.delete(row.sequence);
    stream.heldBytes -= row.content.length;
    this.#parts.store.removeHeld(row, row.sequence);
  }

  #addRow(stream: ReceivingStream, claim: EpochClaim, time: number, now: number): PeerShift | undefined {
    const { peerId, dialogId, instanceId } = stream.row;
    const from = stream.keys.at(-1)?.epoch ?? 0;
    const row: ReceivingKeyRow = {
      peerId,
      dialogId,
      instanceId,
      epoch: claim.epoch,
      dskId: claim.dskId,
      check: claim.check,
      firstSequence: claim.firstSequence,
      compromise: claim.compromise,
      again: claim.again === true,
      highest: 0,
      messages: 0,
      bytes: 0,
      firstTime: time,
      lastTime: time,
      receivedAt: now,
      live: true,
    };
    const place = stream.keys.findIndex((each) => each.epoch > claim.epoch);
    stream.keys.splice(place < 0 ? stream.keys.length : place, 0, row);
    stream.dirtyKeys.add(claim.epoch);
    stream.untrimmed += 1;
    if (claim.compromise) {
      // What came early under a key that may be known to others is not believed (protocol.md §6).
      for (const each of stream.held.values()) {
        if (each.sequence >= claim.firstSequence && each.keyEpoch < claim.epoch) this.#release(stream, each);
      }
    }
    this.#closeRanges(stream, true);
    return claim.epoch > from ? { from, to: claim.epoch, compromise: claim.compromise } : undefined;
  }

  #count(stream: ReceivingStream, epoch: number, { sequence, size, time, receipt, firstSaid }: Arrived): void {
    let at = stream.keys.length - 1;
    while (at >= 0 && stream.keys[at]?.epoch !== epoch) at -= 1;
    const row = stream.keys[at];
    if (!row) return;
    stream.keys[at] = { ...withUse(row, time, receipt, firstSaid), bytes: row.bytes + size, highest: Math.max(row.highest, sequence) };
    stream.dirtyKeys.add(epoch);
  }

  /** An epoch whose range is complete can open nothing new. `all`: also below one that was closed before. */
  #closeRanges(stream: ReceivingStream, all: boolean): void {
    for (let at = stream.keys.length - 2; at >= 0; at -= 1) {
      const row = stream.keys[at];
      const next = stream.keys[at + 1];
      if (!row?.live && !all) return;
      if (!row?.live || !next || next.firstSequence > stream.row.cumulative + 1) continue;
      stream.keys[at] = { ...row, live: false };
      stream.dirtyKeys.add(row.epoch);
    }
  }

  #tellShift(dialog: DialogState, stream: ReceivingStream, shift: PeerShift): void {
    if (!dialog.row.announced) this.#announce(dialog, '');
    const { from, to, compromise } = shift;
    const { sending } = dialog;
    if (from > 0) sending?.shifts?.reactions.peerShift(stream.row.instanceId, dialog.policy, this.#parts.clock.monotonic(), sending.row.epochMessages > 0);
    const reason = compromise ? 'compromise' : from === 0 ? 'first' : 'peer';
    this.#parts.sink.shifted({ ...dialog.key, who: 'peer', instanceId: stream.row.instanceId, from, to, reason, at: this.#now() });
  }

  #announce(dialog: DialogState, title: string): void {
    const { store, sink } = this.#parts;
    dialog.row = { ...dialog.row, announced: true };
    store.putDialog(dialog.row);
    sink.opened({ ...dialog.key, title });
  }

  #now(): number {
    return Math.max(0, Math.trunc(this.#parts.clock.now()));
  }
}

/** Keys that can open nothing new, beyond the newest ones: from here on they are found by index only. */
function forgetOld(keys: ReceivingKeyRow[]): void {
  if (keys.length <= keptDeadKeys) return;
  let dead = keys.reduce((count, row) => count + (row.live ? 0 : 1), 0);
  for (let at = 0; dead > keptDeadKeys && at < keys.length; ) {
    if (keys[at]?.live) {
      at += 1;
    } else {
      keys.splice(at, 1);
      dead -= 1;
    }
  }
}
