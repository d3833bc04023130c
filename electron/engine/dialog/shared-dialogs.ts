import type { VerifiedChain } from '../certificates/chain';
import type { InstanceId, PeerId } from '../ids';
import type { ControlHandler } from './acknowledging';
import type { Compromise } from './compromise';
import type { DialogKey, DialogRow, StreamKey } from './dialog-store';
import type { FailureReason, ReceiveOutcome } from './dialog-types';
import { maxSequence } from './limits';
import type { Receiving } from './receiving';
import type { Rollback } from './rollback';
import type { Sending, SendingParts } from './sending';
import {
  encodeToldDialog,
  encodeToldFailure,
  encodeToldFloor,
  encodeToldSent,
  type ToldDialog,
  type ToldFailure,
  type ToldSent,
  type ToldStream,
} from './shared-words';
import { defaultPolicy } from './shift-policy';
import { succeedIn } from './succession';

export interface SharedParts extends SendingParts {
  readonly controls: ControlHandler;
  readonly compromise: Compromise;
  readonly receiving: Receiving;
  readonly sending: Sending;
  readonly rollback: Rollback;
  /** True until everything the other own devices know was heard once. */
  readonly isJoining: () => boolean;
  /** One transaction, of which the other own devices are not told. */
  readonly merge: <T>(work: () => T) => T;
}

export type SharedThing =
  | { readonly kind: 'floor'; readonly peerId: PeerId; readonly creator: InstanceId }
  | { readonly kind: 'dialog'; readonly key: DialogKey }
  | { readonly kind: 'failed'; readonly key: DialogKey }
  | { readonly kind: 'stream' | 'sent'; readonly key: StreamKey };

/** What became of a message another own device accepted. */
export interface Forwarded {
  readonly outcome: ReceiveOutcome;
  /** It hangs on something that is not here yet: worth another try. */
  readonly again: boolean;
  /** It made this device end the dialog, which the others have to hear. */
  readonly failed: boolean;
}

const failures: ReadonlySet<string> = new Set<FailureReason>(['key-rollback', 'key-conflict', 'key-reused', 'kek-rollback', 'kek-conflict', 'too-many-shifts', 'key-too-old', 'worn-out', 'told-by-peer']);
function isFailure(reason: string): reason is FailureReason {
  return failures.has(reason);
}

/** Refusals that end when this device has heard more, or has had more time. */
const passing: ReadonlySet<string> = new Set(['not-ready', 'target', 'kek-header', 'throttled', 'ahead', 'too-many-keys']);

/**
 * Dialogs of one person on several devices (protocol.md §10): what this one tells the others and what it makes of their
 * word. Nothing of a stream is ever lowered, nothing is skipped on a bare claim, and every message is judged here as if
 * the contact had brought it.
 */
export class SharedDialogs {
  readonly #parts: SharedParts;

  constructor(parts: SharedParts) {
    this.#parts = parts;
  }

  /** Everything there is to tell a device that has just come. */
  *everything(): Iterable<SharedThing> {
    const { store, local } = this.#parts;
    for (const { peerId, creator } of store.kekFloors()) yield { kind: 'floor', peerId, creator };
    for (const key of store.dialogKeys()) {
      yield { kind: 'dialog', key };
      if (store.findDialog(key)?.state === 'failed') yield { kind: 'failed', key };
      for (const { instanceId } of store.receivings(key)) yield { kind: 'stream', key: { ...key, instanceId } };
      if (store.findSending({ ...key, instanceId: local.instanceId })) yield { kind: 'sent', key: { ...key, instanceId: local.instanceId } };
    }
  }

  /** `undefined`, here and below: there is no such thing on this device. */
  dialog(key: DialogKey): Uint8Array | undefined {
    const row = this.#parts.store.findDialog(key);
    return row && encodeToldDialog(row);
  }

  stream(key: StreamKey): Uint8Array | undefined {
    return this.#parts.receiving.joining.tell(key);
  }

  sent(key: StreamKey): Uint8Array | undefined {
    const row = this.#parts.store.findSending(key);
    return row && encodeToldSent(row);
  }

  floor(peerId: PeerId, creator: InstanceId): Uint8Array | undefined {
    const floor = this.#parts.store.kekFloor(peerId, creator);
    return floor > 0 ? encodeToldFloor(floor) : undefined;
  }

  failure(key: DialogKey): Uint8Array | undefined {
    const { store, local, clock } = this.#parts;
    const row = store.findDialog(key);
    if (row?.state !== 'failed') return undefined;
    return encodeToldFailure({ by: local.instanceId, at: Math.max(0, Math.trunc(clock.now())), reason: row.failure ?? '' });
  }

  /** Another own device knows this dialog. */
  mergeDialog(key: DialogKey, told: ToldDialog): void {
    return this.#parts.merge(() => {
      const { store, memory } = this.#parts;
      const known = memory.dialog(key);
      if (!known) {
        if (store.isBuried(key)) return;
        const row: DialogRow = { ...key, ...told, state: 'open', failureDue: false };
        store.putDialog(row);
        memory.addDialog({ key, row, policy: store.policy(key) ?? defaultPolicy, sending: undefined, receiving: new Map(), touched: memory.generation });
        return;
      }
      // A message that came before this word made it look as if the other person had opened it.
      const openedBy = told.openedBy === 'you' ? 'you' : known.row.openedBy;
      const announced = known.row.announced || told.announced;
      if (openedBy === known.row.openedBy && announced === known.row.announced) return;
      memory.touch(known);
      known.row = { ...known.row, openedBy, announced };
      store.putDialog(known.row);
    });
  }

  /** `false`: the dialog itself is not known yet, or the stream is not as far here. */
  mergeStream(key: StreamKey, told: ToldStream): boolean {
    return this.#parts.merge(() => {
      if (told.cumulative > maxSequence) return true;
      const dialog = this.#parts.memory.dialog(key);
      if (!dialog) return this.#parts.store.isBuried(key);
      return dialog.row.state !== 'open' || this.#parts.receiving.joining.told(dialog, key.instanceId, told);
    });
  }

  /** How far another own device's stream has come, in its own word. The same place with another digest is never taken. */
  mergeSent(key: StreamKey, told: ToldSent): void {
    return this.#parts.merge(() => {
      const { store, local, logger, crypto } = this.#parts;
      // Of its own stream a device believes itself; whether it is a copy its start tokens prove.
      if (key.instanceId === local.instanceId) return;
      const known = store.findSending(key);
      if (known?.nextSequence === told.nextSequence && !crypto.equal(known.digest, told.digest)) logger.warn('dialog.sibling-differs', { what: 'sent' });
      if (known && told.nextSequence <= known.nextSequence) return;
      const compared = { comparedUpTo: known?.comparedUpTo ?? 0, comparedEqual: known?.comparedEqual ?? true };
      store.putSending({ ...key, ...told, ...compared, nextSealed: told.nextSequence, control: 0, epochSince: 0, epochMessages: 0, epochBytes: 0 });
    });
  }

  /** A start token of this very device, as others heard it: it was copied when it does not know it. */
  mergeStart(token: Uint8Array): void {
    return this.#parts.merge(() => {
      this.#parts.rollback.heard(this.#parts.local.peerId, token);
    });
  }

  /** `false`: part of it is of keys never heard of here, so more of it may count later. */
  mergeFloor(author: InstanceId, peerId: PeerId, creator: InstanceId, floor: number): boolean {
    return this.#parts.merge(() => {
      return this.#parts.compromise.heardSibling(author, peerId, creator, floor, this.#parts.isJoining());
    });
  }

  /** Terminal, whoever of the own devices said so first; nothing from one that is none any more. */
  mergeFailure(key: DialogKey, { by, at, reason }: ToldFailure): void {
    return this.#parts.merge(() => {
      const { local, memory, store, controls } = this.#parts;
      if (!local.list.instances.some(({ instanceId, state }) => instanceId === by && state === 'active')) return;
      const dialog = memory.dialog(key);
      if (!dialog) store.bury(key, reason, at);
      else controls.fail(dialog, isFailure(reason) ? reason : 'told-by-peer', reason !== 'told-by-peer');
    });
  }

  /** This person is done with the dialog, by the word of another own device; nothing of it comes to life here later. */
  mergeClosed(key: DialogKey, at: number): void {
    return this.#parts.merge(() => {
      const { memory, store, controls } = this.#parts;
      const dialog = memory.dialog(key);
      if (dialog) controls.close(dialog, 'you', true);
      else if (!store.isBuried(key)) store.bury(key, 'closed', at);
    });
  }

  /**
   * Takes back what only a device said that had no word in it any more. `open`: it goes on where it stopped, and what waited goes again; `told`: the
   * contact heard of it, and takes nothing there any more. No merging: what goes again lengthens a stream of this device, of which the others hear.
   */
  takeBackFailure(key: DialogKey): 'open' | 'told' {
    return this.#parts.memory.change(() => {
      const { memory, store, logger, local, sending } = this.#parts;
      const dialog = memory.dialog(key);
      if (dialog && dialog.row.state !== 'failed') return dialog.row.state === 'open' ? 'open' : 'told';
      if (dialog && !dialog.row.failureDue && dialog.row.failure !== 'told-by-peer') return 'told';
      store.unbury(key);
      if (!dialog) return 'open';
      memory.touch(dialog);
      const { failure: _void, ...row } = dialog.row;
      dialog.row = { ...row, state: 'open', failureDue: false };
      store.putDialog(dialog.row);
      store.resumeOutbox({ ...dialog.key, instanceId: local.instanceId });
      succeedIn(this.#parts, sending, dialog);
      logger.warn('dialog.taken-back');
      return 'open';
    });
  }

  /** A message that another own device accepted at `receivedAt`, with the chain it came under. */
  forward(source: VerifiedChain, bytes: Uint8Array, receivedAt: number): Forwarded {
    return this.#parts.merge(() => {
      const { receiving, peers } = this.#parts;
      const [outcome] = receiving.receiveBatch(source, [bytes], { receivedAt });
      if (!outcome) throw new Error('one message has one outcome');
      if (outcome.kind !== 'rejected') return { outcome, again: false, failed: false };
      const isUnknown = peers(source.identity.peerId) === undefined;
      const again = isUnknown || passing.has(outcome.reason);
      if (!again) this.#parts.receiving.joining.refused(source, bytes);
      return { outcome, again, failed: failures.has(outcome.reason) };
    });
  }
}
