import { KeyshiftError } from '../../../shared/errors';
import type { KekHeader } from '../exchange/kek-block';
import type { InstanceId, PeerId } from '../ids';
import type { DistrustReason, RemoteParty } from './dialog-types';
import { hourMs, pairShiftsPerHour } from './limits';
import type { Sending, SendingParts } from './sending';
import type { Takeover } from './shift-store';
import type { DialogState } from './streams';
import { takeOver } from './takeover';

export interface CompromiseParts extends SendingParts {
  readonly sending: Sending;
}

/**
 * Key exchange keys replaced by hand, and what follows when earlier ones may be known to others (protocol.md §5, §6):
 * nothing below the new floors is accepted again, every session key of the pair is replaced, what was not acknowledged
 * is sealed again under the same sequences, and what waited out of order is not believed. What changes something runs
 * inside `Memory.change`.
 */
export class Compromise {
  readonly #parts: CompromiseParts;

  constructor(parts: CompromiseParts) {
    this.#parts = parts;
  }

  /** Outside of a change: a refusal inside would drop what is open in memory. Errors: keys.too-often with retryAt. */
  assertNotTooOften(peerId: PeerId): void {
    const { local, store, clock } = this.#parts;
    const now = clock.now();
    // A clock set back must not lock the person out for as long as it was ahead.
    const times = store.keksByHand(peerId, local.instanceId, now - hourMs).filter((at) => at <= now);
    const oldest = times.at(-pairShiftsPerHour);
    if (oldest === undefined) return;
    throw new KeyshiftError('keys.too-often', 'The keys were renewed too often.', { retryAt: oldest + hourMs });
  }

  /** `byHand`: by the person of this device, who is counted. `reason`: why everything before is not believed any more. */
  shift(peer: RemoteParty, compromised: boolean, { byHand = true, reason = 'compromise' }: { readonly byHand?: boolean; readonly reason?: DistrustReason } = {}): { readonly epoch: number } {
    const { local, memory, sending, store } = this.#parts;
    const ring = memory.ring(peer.peerId);
    const now = this.#now();
    const kek = ring.create(peer, now, byHand);
    if (!compromised) return { epoch: kek.epoch };
    for (const [creator, epoch] of ring.newestEpochs()) ring.raiseFloor(creator, creator === local.instanceId ? kek.epoch : epoch + 1);
    const dialogs = this.#openDialogs(peer.peerId);
    for (const dialog of dialogs) this.#bind(dialog, local.instanceId);
    this.#distrust(peer.peerId, dialogs, { kind: 'compromise', reason });
    // Whoever asked for it sees it happen: also where nothing waits the session key is new at once.
    sending.sealWaiting(peer.peerId);
    for (const dialog of dialogs) {
      const stream = dialog.sending;
      if (!stream || stream.row.epoch === 0 || stream.key) continue;
      memory.touch(dialog);
      sending.shift(dialog, stream, reason);
      store.putSending(stream.row);
    }
    return { epoch: kek.epoch };
  }

  /**
   * Whether an authentic session key header of this kind may be heeded now: each costs work in every dialog of the
   * pair, so one peer is heeded as often as an honest one can ask (A17).
   */
  mayHear(peerId: PeerId, { creatingInstance, epoch }: KekHeader): boolean {
    const { memory, clock } = this.#parts;
    if (epoch <= memory.ring(peerId).floor(creatingInstance)) return true;
    return memory.peer(peerId).distrust.take(clock.monotonic());
  }

  /** An accepted message carried a new session key of kind compromise under this key exchange key. */
  heardKey(dialog: DialogState, header: KekHeader): void {
    const { memory, local } = this.#parts;
    const ring = memory.ring(dialog.key.peerId);
    const own = dialog.row.kekCreator === local.instanceId ? ring.newestOf(local.instanceId) : undefined;
    // Both did it at once: both stay with the lower device, as for new dialogs (A18).
    const crossed = own !== undefined && !own.known && own.epoch === ring.floor(local.instanceId) && local.instanceId < header.creatingInstance;
    if (!crossed) this.#bind(dialog, header.creatingInstance);
    this.#heardFloor(dialog.key.peerId, header.creatingInstance, header.epoch, dialog);
  }

  /** A control message, which came under a key of `under`, said which epochs of this creator the other side still accepts. */
  heardFloor(dialog: DialogState, creator: InstanceId, floor: number, under: InstanceId): void {
    const { memory, clock, local } = this.#parts;
    const { peerId } = dialog.key;
    const ring = memory.ring(peerId);
    // Nothing can be locked with a key that was never heard of: the word comes again with the key. All that are known may be refused of keys of a person's own
    // devices, and of those in use here: who made them may not have made the next one, and would never be asked for it.
    const newest = ring.newestEpochs().get(creator) ?? 0;
    const isOwn = local.list.instances.some(({ instanceId }) => instanceId === creator);
    const isUsed = isOwn || this.#openDialogs(peerId).some(({ row }) => row.kekCreator === creator);
    const known = Math.min(floor, isUsed ? newest + 1 : newest);
    if (known <= ring.floor(creator) || !memory.peer(peerId).distrust.take(clock.monotonic())) return;
    if (creator === local.instanceId && floor > newest && under !== creator) this.#giveWay(peerId, under);
    this.#heardFloor(peerId, creator, known);
  }

  /**
   * None of this device's keys is taken any more, so whoever says so had heard of the newest: theirs is the later distrust, though it looked as if both had
   * crossed where the word that ours had arrived came behind it.
   */
  #giveWay(peerId: PeerId, to: InstanceId): void {
    for (const dialog of this.#openDialogs(peerId)) if (dialog.row.kekCreator === this.#parts.local.instanceId) this.#bind(dialog, to);
  }

  /**
   * Another own device (`author`) refuses what is below this epoch. Where it speaks of its own keys, what was agreed with this
   * person may be known to others: what this device made is replaced, too, and says so. Of any other keys it only repeats what it
   * heard: were those an occasion, three devices would give each other one for ever. A bare claim reaches no further than one
   * epoch beyond those heard of; `isJoining`: this device has heard of none yet. False where it reaches no further for now.
   */
  heardSibling(author: InstanceId, peerId: PeerId, creator: InstanceId, floor: number, isJoining: boolean): boolean {
    const { memory, local } = this.#parts;
    const ring = memory.ring(peerId);
    const newest = ring.newestEpochs();
    const known = isJoining ? floor : Math.min(floor, (newest.get(creator) ?? 0) + 1);
    if (known <= ring.floor(creator)) return known === floor;
    ring.raiseFloor(creator, known);
    const own = newest.get(local.instanceId);
    const isDistrusted = own !== undefined && author === creator;
    if (isDistrusted) ring.raiseFloor(local.instanceId, own + 1);
    ring.retireOwn();
    const dialogs = this.#openDialogs(peerId);
    if (isDistrusted) for (const dialog of dialogs) this.#bind(dialog, local.instanceId);
    this.#distrust(peerId, dialogs, { kind: isDistrusted ? 'compromise' : 'again', reason: 'compromise' });
    return known === floor;
  }

  /** `judged`: the dialog whose early messages were told apart by the key that was heard in it. */
  #heardFloor(peerId: PeerId, creator: InstanceId, floor: number, judged?: DialogState): void {
    const { local, memory } = this.#parts;
    const ring = memory.ring(peerId);
    if (floor <= ring.floor(creator)) return;
    // What another own device would take for an act of this one's person is not said of what was only heard.
    ring.raiseFloor(creator, floor, creator === local.instanceId);
    // The other side refuses what this device made before, too: the next key of its own is a new one.
    if (creator !== local.instanceId) ring.retireOwn();
    this.#distrust(peerId, this.#openDialogs(peerId), { kind: 'again', reason: 'compromise' }, judged);
  }

  #distrust(peerId: PeerId, dialogs: readonly DialogState[], why: Pick<Takeover, 'kind' | 'reason'>, judged?: DialogState): void {
    const { memory, store, sink } = this.#parts;
    for (const dialog of dialogs) {
      memory.touch(dialog);
      const { sending } = dialog;
      if (sending && sending.row.epoch > 0) takeOver(store, dialog, sending, why, 1);
      for (const stream of dialog.receiving.values()) {
        if (dialog !== judged && stream.held.size > 0) {
          store.dropHeld(stream.row);
          stream.held.clear();
          stream.heldBytes = 0;
        }
        // The answer carries the floor, and says what is missing now.
        stream.row = { ...stream.row, acknowledgementDue: true };
        store.putReceiving(stream.row);
      }
    }
    sink.resealed({ peerId });
  }

  #openDialogs(peerId: PeerId): DialogState[] {
    const { store, memory } = this.#parts;
    return store.dialogsOf(peerId).flatMap((row) => {
      const dialog = row.state === 'open' ? memory.dialog(row) : undefined;
      return dialog ? [dialog] : [];
    });
  }

  #bind(dialog: DialogState, creator: InstanceId): void {
    const { memory, store } = this.#parts;
    if (dialog.row.kekCreator === creator) return;
    memory.touch(dialog);
    dialog.row = { ...dialog.row, kekCreator: creator };
    store.putDialog(dialog.row);
  }

  #now(): number {
    return Math.max(0, Math.trunc(this.#parts.clock.now()));
  }
}
