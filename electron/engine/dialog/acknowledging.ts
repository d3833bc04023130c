import type { InstanceId, PeerId } from '../ids';
import { type Acknowledgement, encodeBitmap, encodeControl, type Gap, maxFloors, parseControl, sequencesOf } from './control';
import type { DialogKey, StreamKey } from './dialog-store';
import type { FailureReason, Outbound, RemoteParty } from './dialog-types';
import { type Again, type Asker, isBoundToGap } from './gaps';
import { noToken, type Rollback } from './rollback';
import { blindBytes } from './seal-message';
import type { KekHeader } from '../exchange/kek-block';
import type { Compromise } from './compromise';
import type { Sending, SendingParts } from './sending';
import { isNewer } from './start-token';
import type { DialogState, ReceivingStream, SendingStream } from './streams';

export interface ControlParts extends SendingParts {
  readonly sending: Sending;
  readonly compromise: Compromise;
  readonly startToken: Uint8Array;
  readonly rollback: Rollback;
  readonly again: Again;
  readonly tellsRead?: () => boolean;
}

/** Control messages: acknowledgements and failures, both ways (protocol.md §7). Runs inside `Memory.change`. */
export class ControlHandler {
  readonly #parts: ControlParts;

  constructor(parts: ControlParts) {
    this.#parts = parts;
  }

  /**
   * An authentic control message that is newer than the last one of its stream. `content`: c ‖ control; `time`: what
   * the sender's clock said; `under`: the key exchange key it came under; `asker`: its device. A gap is given back: it
   * moves the stream.
   */
  handle(dialog: DialogState, from: ReceivingStream, content: Uint8Array, time: number, under: KekHeader, asker: Asker): Gap | undefined {
    const control = parseControl(content.subarray(blindBytes));
    if (control?.kind === 'gap') return control;
    if (control?.kind === 'failed') this.fail(dialog, 'told-by-peer', false);
    if (control?.kind === 'closed') this.close(dialog, 'peer', false);
    if (control?.kind === 'floors' && !this.#parts.rollback.held) {
      for (const { creator, floor } of control.floors) this.#parts.compromise.heardFloor(dialog, creator, floor, under.creatingInstance);
    }
    if (control?.kind !== 'acknowledgement') return undefined;
    this.#acknowledged(dialog, from, control, time, asker);
    if (!this.#parts.rollback.held) this.#parts.compromise.heardFloor(dialog, under.creatingInstance, control.kekFloor, under.creatingInstance);
    return undefined;
  }

  /** Terminal and durable: nothing is sent or delivered any more, and the dialog cannot come back (S2-10, A37). */
  fail(dialog: DialogState, reason: FailureReason, tell: boolean): void {
    const { store, sink, memory, clock, logger, news } = this.#parts;
    if (dialog.row.state !== 'open') return;
    memory.touch(dialog);
    dialog.row = { ...dialog.row, state: 'failed', failure: reason, failureDue: tell };
    store.putDialog(dialog.row);
    store.bury(dialog.key, reason, Math.max(0, Math.trunc(clock.now())));
    store.stopOutbox(dialog.key);
    logger.warn('dialog.failed', { reason });
    sink.failed({ ...dialog.key, reason });
    news()?.failed(dialog.key);
  }

  /**
   * One of the two persons is done with it: nothing more is sent or taken, what was not handed over never leaves. `tell`: the other side is to hear it,
   * again with every message that still comes. By this person nothing that was said there is kept, either.
   */
  close(dialog: DialogState, by: 'you' | 'peer', tell: boolean): void {
    const { store, sink, memory, clock } = this.#parts;
    memory.touch(dialog);
    if (by === 'you') {
      for (const stream of dialog.receiving.values()) {
        stream.held.clear();
        stream.heldBytes = 0;
      }
      store.eraseContents(dialog.key);
    }
    if (dialog.row.state !== 'open') return;
    dialog.row = { ...dialog.row, state: 'closed', failureDue: tell };
    store.putDialog(dialog.row);
    store.bury(dialog.key, 'closed', Math.max(0, Math.trunc(clock.now())));
    store.stopOutbox(dialog.key);
    if (by === 'peer') sink.closed(dialog.key);
  }

  /** It is over for the other side, too; what it shows to have had before is delivered, the rest is to be sent again elsewhere. */
  ended(dialog: DialogState, { cumulative, digest }: Pick<Acknowledgement, 'cumulative' | 'digest'>): void {
    const { store, sink, memory, crypto } = this.#parts;
    const { sending } = dialog;
    if (dialog.row.state !== 'closed' && sending && cumulative > sending.row.acknowledged && cumulative < sending.row.nextSequence) {
      const { row } = sending;
      const own = cumulative === row.nextSequence - 1 ? row.digest : store.findOutbox(row, cumulative)?.digest;
      if (own && crypto.equal(own, digest)) {
        memory.touch(dialog);
        store.acknowledge(row, cumulative);
        sending.row = { ...row, acknowledged: cumulative, nextSealed: Math.max(row.nextSealed, cumulative + 1) };
        store.putSending(sending.row);
        sink.acknowledged({ ...dialog.key, instanceId: row.instanceId, from: row.acknowledged + 1, upTo: cumulative, gap: false });
      }
    }
    this.fail(dialog, 'told-by-peer', false);
  }

  /** `to`: only what concerns this device. */
  isDue(peerId: PeerId, to?: InstanceId): boolean {
    const { store } = this.#parts;
    return this.#due(peerId, to).length > 0 || store.failuresDue(peerId).length > 0 || this.#parts.again.isDue(peerId);
  }

  /** What was said of this dialog did not arrive: it is due again. */
  repeat(key: DialogKey): void {
    const { store, memory } = this.#parts;
    const dialog = memory.dialog(key);
    if (!dialog) return;
    memory.touch(dialog);
    if (dialog.row.state !== 'open') {
      if (dialog.row.failure === 'told-by-peer') return;
      dialog.row = { ...dialog.row, failureDue: true };
      store.putDialog(dialog.row);
      return;
    }
    for (const stream of dialog.receiving.values()) {
      stream.row = { ...stream.row, acknowledgementDue: true };
      store.putReceiving(stream.row);
    }
  }

  /** This person read up to here, which the other one is to know: with the next acknowledgement. */
  read(dialog: DialogState, instanceId: InstanceId, upTo: number): void {
    const { store, memory } = this.#parts;
    const stream = dialog.receiving.get(instanceId);
    const told = Math.min(upTo, stream?.row.cumulative ?? 0);
    if (!stream || dialog.row.state !== 'open' || told <= (stream.row.readUpTo ?? 0)) return;
    memory.touch(dialog);
    stream.row = { ...stream.row, readUpTo: told, acknowledgementDue: true };
    store.putReceiving(stream.row);
  }

  /** Makes what is due to this peer. */
  due(peer: RemoteParty, to?: InstanceId): Outbound[] {
    const { store, memory } = this.#parts;
    const outbound: Outbound[] = [];
    const add = (dialog: DialogState, content: Uint8Array): boolean => {
      const bytes = this.#parts.sending.control(dialog, peer, content);
      if (bytes) outbound.push({ dialogId: dialog.key.dialogId, sequence: 0, bytes, cursor: 0 });
      return bytes !== undefined;
    };
    for (const key of store.failuresDue(peer.peerId)) {
      const dialog = memory.dialog(key);
      // What was delivered until then is said first: only the rest is to be sent again elsewhere.
      for (const stream of dialog?.receiving.values() ?? []) {
        if (dialog && stream.row.cumulative > 0) add(dialog, encodeControl(this.#acknowledgement(dialog, stream, peer)));
      }
      if (!dialog || !add(dialog, encodeControl(dialog.row.state === 'closed' ? { kind: 'closed' } : { kind: 'failed', reason: dialog.row.failure ?? '' }))) continue;
      memory.touch(dialog);
      dialog.row = { ...dialog.row, failureDue: false };
      store.putDialog(dialog.row);
    }
    for (const [dialog, gap] of this.#parts.again.due(peer.peerId)) add(dialog, encodeControl(gap));
    for (const key of this.#due(peer.peerId, to)) {
      const dialog = memory.dialog(key);
      const stream = dialog?.receiving.get(key.instanceId);
      if (!dialog || !stream) continue;
      const open = dialog.row.state === 'open';
      if (open && !add(dialog, encodeControl(this.#acknowledgement(dialog, stream, peer)))) continue;
      if (open) this.#tellFloors(peer.peerId, (content) => add(dialog, content));
      memory.touch(dialog);
      stream.row = { ...stream.row, acknowledgementDue: false };
      store.putReceiving(stream.row);
    }
    return outbound;
  }

  /** Whoever sent under a key that is not accepted learns all that is, whoever made it. */
  #tellFloors(peerId: PeerId, tell: (content: Uint8Array) => boolean): void {
    const { memory } = this.#parts;
    const peer = memory.peer(peerId);
    if (!peer.owesFloors) return;
    const floors = memory.ring(peerId).floors().slice(0, maxFloors);
    peer.owesFloors = floors.length > 0 && !tell(encodeControl({ kind: 'floors', floors }));
  }

  #due(peerId: PeerId, to: InstanceId | undefined): readonly StreamKey[] {
    const due = this.#parts.store.acknowledgementsDue(peerId);
    return to === undefined ? due : due.filter(({ instanceId }) => instanceId === to);
  }

  #acknowledgement(dialog: DialogState, stream: ReceivingStream, peer: RemoteParty): Acknowledgement {
    const { local, memory, sending, store, startToken, tellsRead } = this.#parts;
    const { peerId, instanceId, cumulative, digest, readUpTo } = stream.row;
    // The floor is that of the key it comes under: whose that is, it need not say.
    const creator = sending.creator(dialog, peer);
    return {
      kind: 'acknowledgement',
      stream: instanceId,
      receiving: local.instanceId,
      cumulative,
      bitmap: encodeBitmap(cumulative, stream.held.keys()),
      digest,
      kekFloor: creator ? memory.ring(peerId).floor(creator) : 0,
      listVersion: local.list.version,
      startToken,
      heardToken: store.startToken(peerId, instanceId) ?? noToken,
      ...(readUpTo !== undefined && tellsRead?.() !== false && { readUpTo }),
    };
  }

  #acknowledged(dialog: DialogState, from: ReceivingStream, control: Acknowledgement, time: number, asker: Asker): void {
    const { local, store, sink, memory, rollback, again } = this.#parts;
    const { peerId, instanceId } = from.row;
    if (control.receiving !== instanceId) return;
    if (control.stream !== local.instanceId) return this.#compareSibling(dialog, control);
    const heard = store.startToken(peerId, instanceId);
    if (!heard || isNewer(control.startToken, heard)) store.putStartToken(peerId, instanceId, control.startToken);
    rollback.heard(peerId, control.heardToken);
    const { sending } = dialog;
    if (!sending || rollback.held) return;
    const { cumulative } = control;
    // What waits to be sealed again may have arrived as it was before.
    const sealed = sending.row.nextSequence - 1;
    if (cumulative > sealed) {
      rollback.beyond(peerId);
      return;
    }
    memory.touch(dialog);
    if (sending.key && cumulative >= sending.key.header.firstSequence) sending.shifts?.reactions.acknowledged(instanceId, time);
    const key = { ...dialog.key, instanceId: local.instanceId };
    const wasEqual = sending.row.comparedEqual;
    this.#compare(sending, control);
    if (wasEqual && !sending.row.comparedEqual && !isBoundToGap(store, sending, cumulative)) {
      // Another copy of this device may have spoken in its place: nothing of this is taken for delivered then.
      rollback.unlike(peerId);
      if (rollback.held) {
        store.putSending(sending.row);
        return;
      }
    }
    const held = sequencesOf(cumulative, control.bitmap).filter((sequence) => sequence <= sealed);
    const before = sending.row.acknowledged;
    if (cumulative < before) again.asked(dialog, cumulative, asker);
    const advanced = cumulative > before;
    if (advanced) memory.ring(peerId).acknowledged(store.acknowledge(key, cumulative));
    // The newest word holds: after a compromise the other side no longer keeps what came early.
    const lost = sending.waitsThere ? store.releaseOutbox(key, held) : 0;
    if (held.length > 0) store.holdOutbox(key, held);
    sending.waitsThere = held.length > 0;
    const tellRead = (): void => {
      if (control.readUpTo !== undefined) sink.read({ ...key, upTo: control.readUpTo });
    };
    if (advanced) {
      sending.row = { ...sending.row, acknowledged: cumulative, nextSealed: Math.max(sending.row.nextSealed, cumulative + 1) };
    } else if (held.length === 0 && lost === 0) {
      store.putSending(sending.row);
      return tellRead();
    }
    store.putSending(sending.row);
    sink.acknowledged({ ...key, from: before + 1, upTo: cumulative, gap: held.length > 0 || lost > 0 });
    tellRead();
    if (advanced) again.asked(dialog, cumulative, asker);
  }

  /** What another own device sent, as far as it has told this one. */
  #compareSibling(dialog: DialogState, { stream, cumulative, digest }: Acknowledgement): void {
    const { store, crypto } = this.#parts;
    const row = store.findSending({ ...dialog.key, instanceId: stream });
    if (!row || cumulative !== row.nextSequence - 1 || cumulative <= row.comparedUpTo) return;
    store.putSending({ ...row, comparedUpTo: cumulative, comparedEqual: crypto.equal(row.digest, digest) });
  }

  /** Both hold the same history up to here, or they do not (protocol.md §7). */
  #compare(sending: SendingStream, control: Acknowledgement): void {
    const { crypto, store } = this.#parts;
    const { cumulative, digest } = control;
    const { row } = sending;
    if (cumulative <= row.comparedUpTo) return;
    const own = cumulative === row.nextSequence - 1 ? row.digest : store.findOutbox(row, cumulative)?.digest;
    if (!own) return;
    sending.row = { ...row, comparedUpTo: cumulative, comparedEqual: crypto.equal(own, digest) };
  }
}
