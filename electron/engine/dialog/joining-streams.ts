import type { VerifiedChain } from '../certificates/chain';
import type { InstanceId } from '../ids';
import { dialogIdFromBytes } from '../wire/ids';
import type { StreamKey } from './dialog-store';
import type { Delivering } from './delivering';
import { keptDeadKeys } from './limits';
import { spanOfMessage } from './message-layout';
import type { SendingParts } from './sending';
import { encodeToldStream, maxToldKeys, type ToldStream } from './shared-words';
import { type DialogState, newReceiving, type ReceivingStream } from './streams';

/** How long something waits for the messages before it to come from another own device, before the device's word is taken for them. */
const waitsMs = 30_000;

export interface JoiningParts extends SendingParts {
  readonly delivering: Delivering;
  readonly isJoining: () => boolean;
}

/** What another own device said of one stream, as long as this one is behind it. */
interface Behind {
  told: ToldStream | undefined;
  /** A message of the stream that another own device brought and that cannot be opened here any more. */
  refused: number;
}

/**
 * How a receiving stream takes its place from another own device (protocol.md §10). A device that is new takes all of it,
 * because it cannot judge anything yet. Any other moves ahead only where messages of the contact itself, opened here, show
 * that the stream has come that far, and only when those in between do not come: what they said is told as history.
 */
export class JoiningStreams {
  readonly #parts: JoiningParts;
  /** In memory only: what this device is not as far as is kept by whoever told it, and told again. */
  readonly #behind = new WeakMap<DialogState, Map<InstanceId, Behind>>();

  constructor(parts: JoiningParts) {
    this.#parts = parts;
  }

  tell(key: StreamKey): Uint8Array | undefined {
    const { store } = this.#parts;
    const row = store.findReceiving(key);
    return row && encodeToldStream({ ...row, keys: store.receivingKeys(key, keptDeadKeys).slice(-maxToldKeys) });
  }

  /** Inside `Memory.change`. False: this device is not as far yet, so the word is to be kept and said again. */
  told(dialog: DialogState, instanceId: InstanceId, told: ToldStream): boolean {
    const { crypto, logger, local } = this.#parts;
    const known = dialog.receiving.get(instanceId);
    const cumulative = known?.row.cumulative ?? 0;
    if (known && told.cumulative === cumulative && cumulative > 0 && !crypto.equal(told.digest, known.row.digest)) logger.warn('dialog.sibling-differs', { what: 'received' });
    if (this.#parts.isJoining()) {
      const stream = known ?? newReceiving(crypto, { ...dialog.key, instanceId }, [local.peerId, dialog.key.peerId]);
      this.#parts.memory.touch(dialog);
      dialog.receiving.set(instanceId, stream);
      this.#seed(dialog, stream, told);
      return true;
    }
    if (told.cumulative <= cumulative) return true;
    this.#of(dialog, instanceId).told = told;
    if (known) this.look(dialog, known);
    return known !== undefined && known.row.cumulative >= told.cumulative;
  }

  /** A message brought by another own device was refused for good: whoever waits for it waits in vain. */
  refused(source: VerifiedChain, message: Uint8Array): void {
    const bytes = Buffer.from(message.buffer, message.byteOffset, message.length);
    const span = spanOfMessage(bytes);
    if (!span || span.control) return;
    const dialogId = dialogIdFromBytes(bytes.subarray(span.dialogAt, span.dialogAt + 16));
    const dialog = this.#parts.memory.dialog({ peerId: source.identity.peerId, dialogId });
    if (dialog?.row.state !== 'open') return;
    const { instanceId } = source.instance;
    this.#of(dialog, instanceId).refused = span.sequence;
    const stream = dialog.receiving.get(instanceId);
    if (stream) this.look(dialog, stream);
  }

  /** Something of this stream changed: moves it ahead where it may. Inside `Memory.change`. */
  look(dialog: DialogState, stream: ReceivingStream): void {
    const behind = this.#behind.get(dialog)?.get(stream.row.instanceId);
    const told = behind?.told;
    const { cumulative } = stream.row;
    if (!told) return;
    if (told.cumulative <= cumulative) {
      this.#behind.get(dialog)?.delete(stream.row.instanceId);
      return;
    }
    if (told.cumulative > shownBy(stream) || !(behind.refused === cumulative + 1 || this.#waitsLong(stream))) return;
    this.#parts.memory.touch(dialog);
    this.#parts.delivering.jump(dialog, stream, told.cumulative, told.digest);
    this.#parts.delivering.flush([stream]);
    this.#behind.get(dialog)?.delete(stream.row.instanceId);
  }

  #seed(dialog: DialogState, stream: ReceivingStream, told: ToldStream): void {
    const { delivering } = this.#parts;
    const { peerId, dialogId, instanceId, controlFloor, controlEpoch, latestTime, kekRanges } = stream.row;
    for (const key of told.keys) {
      if (stream.keys.some(({ epoch }) => epoch === key.epoch)) continue;
      stream.keys.push({ ...key, peerId, dialogId, instanceId });
      stream.dirtyKeys.add(key.epoch);
    }
    stream.keys.sort((a, b) => a.epoch - b.epoch);
    stream.row = {
      ...stream.row,
      controlFloor: Math.max(controlFloor, told.controlFloor),
      controlEpoch: Math.max(controlEpoch, told.controlEpoch),
      latestTime: Math.max(latestTime, told.latestTime),
      kekRanges: kekRanges.length === 0 ? told.kekRanges : kekRanges,
    };
    stream.dirty = true;
    if (told.cumulative > stream.row.cumulative) delivering.jump(dialog, stream, told.cumulative, told.digest);
    delivering.flush([stream]);
  }

  #of(dialog: DialogState, instanceId: InstanceId): Behind {
    const streams = this.#behind.get(dialog) ?? new Map<InstanceId, Behind>();
    this.#behind.set(dialog, streams);
    const behind = streams.get(instanceId) ?? { told: undefined, refused: 0 };
    streams.set(instanceId, behind);
    return behind;
  }

  #waitsLong({ held }: ReceivingStream): boolean {
    const now = this.#parts.clock.now();
    // A clock that was set back since says nothing of how long it is, and must not have it wait until it is that time again (A90).
    for (const each of held.values()) if (Math.abs(now - each.receivedAt) >= waitsMs) return true;
    return false;
  }
}

/** The highest sequence that the contact itself is known to have given out, by messages and keys opened here. */
function shownBy({ row, held, keys }: ReceivingStream): number {
  let highest = row.cumulative;
  for (const sequence of held.keys()) highest = Math.max(highest, sequence);
  for (const { firstSequence } of keys) highest = Math.max(highest, firstSequence - 1);
  return highest;
}
