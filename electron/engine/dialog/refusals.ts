import type { DialogId, InstanceId, PeerId } from '../ids';
import type { SendingParts } from './sending';
import type { RefusalKind } from './shift-store';

/** What a refusal means to the person; absent for what is nobody's concern but the sender's. */
const kinds: Readonly<Record<string, RefusalKind>> = {
  'key-destroyed': 'key-destroyed',
  'kek-floor': 'key-refused',
  superseded: 'key-refused',
  throttled: 'too-many-keys',
  'too-many-keys': 'too-many-keys',
};

/** Messages noted per stream, repeats among them: the count is for the eye. */
const mostPerStream = 1024;

type RefusalsParts = Pick<SendingParts, 'store' | 'memory' | 'sink' | 'clock'>;

/**
 * Counts what could not be opened for want of its key, per stream of a known dialog and per device outside of them, until a
 * message of that stream arrives. Bounded by the devices of a person and the dialogs known here. Runs inside `Memory.change`.
 */
export class Refusals {
  readonly #parts: RefusalsParts;

  constructor(parts: RefusalsParts) {
    this.#parts = parts;
  }

  isCounted(reason: string): boolean {
    return reason in kinds;
  }

  /** `sequence`: absent for a control message, which comes again by itself. */
  note(place: { readonly peerId: PeerId; readonly dialogId: DialogId | undefined; readonly instanceId: InstanceId }, sequence: number | undefined, reason: string): void {
    const kind = kinds[reason];
    if (!kind || sequence === undefined) return;
    const { store, sink, clock } = this.#parts;
    const { peerId, dialogId, instanceId } = place;
    const known = this.#known(peerId);
    const counted = known.get(placeOf(dialogId, instanceId)) ?? 0;
    if (counted >= mostPerStream) return;
    const since = Math.max(0, Math.trunc(clock.now()));
    store.addRefusal(peerId, { kind, instanceId, ...(dialogId && { dialogId }), since }, sequence);
    known.set(placeOf(dialogId, instanceId), counted + 1);
    if (counted === 0) sink.problem({ peerId, ...(dialogId && { dialogId }), instanceId, kind });
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

  #known(peerId: PeerId): Map<string, number> {
    const peer = this.#parts.memory.peer(peerId);
    peer.refused ??= new Map(this.#parts.store.refusals(peerId).map((each) => [placeOf(each.dialogId, each.instanceId), each.count]));
    return peer.refused;
  }
}

function placeOf(dialogId: DialogId | undefined, instanceId: InstanceId): string {
  return `${dialogId ?? ''}|${instanceId}`;
}
