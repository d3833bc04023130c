import type { VerifiedChain } from '../certificates/chain';
import type { DialogId, InstanceId, PeerId } from '../ids';
import { dialogIdFromBytes } from '../wire/ids';
import type { FailureReason, RemoteParty } from './dialog-types';
import type { MessageSpan } from './message-layout';
import type { SendingParts } from './sending';
import type { RefusalKind } from './shift-store';
import { type DialogState, newReceiving, type ReceivingStream } from './streams';

/** What a refusal means to the person; absent for what is nobody's concern but the sender's. */
const kinds: Readonly<Record<string, RefusalKind>> = {
  'key-destroyed': 'key-destroyed',
  'kek-floor': 'key-refused',
  superseded: 'key-refused',
  throttled: 'too-many-keys',
  'too-many-keys': 'too-many-keys',
};
/** Rules that a first message can break. A dialog that was shown to somebody says itself why it failed. */
const brokenRules: ReadonlySet<string> = new Set<FailureReason>(['key-conflict', 'key-reused', 'kek-rollback', 'kek-conflict', 'worn-out']);

/** Messages noted per stream, repeats among them: the count is for the eye. */
const mostPerStream = 1024;
/** Whoever lets devices come and go gets no further than this. */
const mostPerPerson = 4 * mostPerStream;

type RefusalsParts = Pick<SendingParts, 'store' | 'memory' | 'sink' | 'clock' | 'crypto' | 'local'>;

export interface RefusedMessage {
  readonly source: VerifiedChain;
  readonly remote: RemoteParty | undefined;
  readonly bytes: Buffer;
  readonly span: MessageSpan;
}

/**
 * Counts what could not be opened for want of its key, per stream of a known dialog and per device outside of them, until a
 * message of that stream arrives. Bounded for each stream and each person. Runs inside `Memory.change`.
 */
export class Refusals {
  readonly #parts: RefusalsParts;

  constructor(parts: RefusalsParts) {
    this.#parts = parts;
  }

  /**
   * Nothing is believed of what was refused. Where it was for its key, the person may know; and where a key is no longer
   * accepted the sender is told so by the next acknowledgement, so that it locks again what waits: gives the stream it is due for.
   */
  refused({ source, remote, bytes, span }: RefusedMessage, reason: string): ReceivingStream | undefined {
    const kind = kinds[reason] ?? (brokenRules.has(reason) ? 'key-broken' : undefined);
    if (!remote || remote.blocked || !kind) return undefined;
    const { memory, crypto, local } = this.#parts;
    const { peerId } = remote;
    const { instanceId } = source.instance;
    const dialogId = dialogIdFromBytes(bytes.subarray(span.dialogAt, span.dialogAt + 16));
    const found = memory.dialog({ peerId, dialogId });
    if (found?.row.announced && kind === 'key-broken') return undefined;
    const named = kind === 'key-broken' ? undefined : found;
    // A control message comes again by itself.
    if (!span.control) this.#note(peerId, named && dialogId, instanceId, span.sequence, kind);
    if (reason !== 'kek-floor') return undefined;
    const dialog = named?.row.state === 'open' ? named : this.#anyDialog(peerId);
    if (!dialog) return undefined;
    memory.peer(peerId).owesFloors = true;
    memory.touch(dialog);
    const stream = dialog.receiving.get(instanceId) ?? newReceiving(crypto, { ...dialog.key, instanceId }, [local.peerId, peerId]);
    dialog.receiving.set(instanceId, stream);
    stream.row = { ...stream.row, acknowledgementDue: true };
    stream.dirty = true;
    return stream;
  }

  /** A message of this stream was accepted. */
  clear(peerId: PeerId, dialogId: DialogId, instanceId: InstanceId): void {
    const known = this.#known(peerId);
    if (known.size === 0) return;
    const { store, sink } = this.#parts;
    for (const each of [dialogId, undefined]) {
      if (!known.delete(placeOf(each, instanceId))) continue;
      store.clearRefusals(peerId, each, instanceId);
      sink.problem({ peerId, ...(each && { dialogId: each }), instanceId, kind: undefined });
    }
  }

  #note(peerId: PeerId, dialogId: DialogId | undefined, instanceId: InstanceId, sequence: number, kind: RefusalKind): void {
    const { store, sink, clock } = this.#parts;
    const known = this.#known(peerId);
    const counted = known.get(placeOf(dialogId, instanceId)) ?? 0;
    if (counted >= mostPerStream || [...known.values()].reduce((sum, each) => sum + each, 0) >= mostPerPerson) return;
    const since = Math.max(0, Math.trunc(clock.now()));
    store.addRefusal(peerId, { kind, instanceId, ...(dialogId && { dialogId }), since }, sequence);
    known.set(placeOf(dialogId, instanceId), counted + 1);
    if (counted === 0) sink.problem({ peerId, ...(dialogId && { dialogId }), instanceId, kind });
  }

  /** A dialog that the peer knows too. */
  #anyDialog(peerId: PeerId): DialogState | undefined {
    const { memory, store } = this.#parts;
    for (const row of store.dialogsOf(peerId)) {
      const dialog = row.state === 'open' ? memory.dialog(row) : undefined;
      if (dialog && dialog.receiving.size > 0) return dialog;
    }
    return undefined;
  }

  #known(peerId: PeerId): Map<string, number> {
    const peer = this.#parts.memory.peer(peerId);
    peer.refused ??= new Map(this.#parts.store.refusals(peerId).map((each) => [placeOf(each.dialogId, each.instanceId), each.count]));
    return peer.refused;
  }
}

function placeOf(dialogId: DialogId | undefined, instanceId: InstanceId): string {
  return `${dialogId ?? ''}|${instanceId}`;
}
