import { KeyshiftError } from '../../../shared/errors';
import type { LocalParty } from '../certificates/local-party';
import type { Crypto } from '../crypto/crypto';
import type { InstanceId, PeerId } from '../ids';
import type { Clock, Logger } from '../ports';
import { dialogIdFromBytes } from '../wire/ids';
import { WireError } from '../wire/reader';
import { ControlHandler } from './acknowledging';
import { Compromise } from './compromise';
import { type Content, encodeContent } from './content';
import type { DialogNews } from './dialog-news';
import type { DialogKey, DialogRow, DialogStore } from './dialog-store';
import type { DialogEngine, DialogSink, RemoteParty } from './dialog-types';
import { Again } from './gaps';
import { defaultLimits, type DialogLimits } from './limits';
import { Memory } from './memory';
import { Receiving } from './receiving';
import { Refusals } from './refusals';
import { Rollback } from './rollback';
import { Sending } from './sending';
import { SharedDialogs } from './shared-dialogs';
import { defaultPolicy, isWornOut } from './shift-policy';
import { dialogStatus } from './status';
import { forgetDevices, succeed } from './succession';
import type { DialogState } from './streams';
import { Resealing } from './resealing';
import { dialogTimeline } from './timeline';

export type {
  DialogEngine,
  DialogKeyStatus,
  DialogSink,
  DialogTimeline,
  FailureReason,
  Outbound,
  ReceiveOutcome,
  RemoteParty,
  RollbackReason,
  Sent,
} from './dialog-types';
export type { DialogLimits } from './limits';

export interface DialogEngineParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly local: LocalParty;
  readonly store: DialogStore;
  /** Undefined while the peer's credentials are not known yet. */
  readonly peers: (peerId: PeerId) => RemoteParty | undefined;
  readonly sink: DialogSink;
  /** 16 bytes made anew at every unlock by `startDurably` (protocol.md §7). */
  readonly startToken: Uint8Array;
  readonly limits?: Partial<DialogLimits>;
  /** Whether the other side is to hear what was read, also of what was noted before and not told yet; always when left out. */
  readonly tellsRead?: () => boolean;
  /** What the other own devices have to hear; gives undefined while there are none. */
  readonly news?: () => DialogNews | undefined;
}

/** The dialogs of this device. One per open vault. */
export function createDialogEngine(parts: DialogEngineParts): DialogEngine {
  const { crypto, clock, local, store, peers, sink } = parts;
  const limits: DialogLimits = { ...defaultLimits, ...parts.limits };
  // What another own device told is not told on: it has told everybody.
  let isMerging = false;
  const news = (): DialogNews | undefined => (isMerging ? undefined : parts.news?.());
  const isJoining = (): boolean => (parts.news?.()?.judgement ?? 'sure') !== 'sure';
  const memory = new Memory({ crypto, clock, local, store, limits, news });
  const rollback = new Rollback({ ...parts, memory, news });
  // Nobody can be sent to while this device has to become a new one: what is written waits unsealed.
  const reachable = (peerId: PeerId): RemoteParty | undefined => {
    const peer = rollback.held ? undefined : peers(peerId);
    return peer?.blocked || peer?.held ? undefined : peer;
  };
  const toSend = { ...parts, peers: reachable, memory, news };
  const sending = new Sending(toSend);
  const again = new Again(toSend, sending);
  const compromise = new Compromise({ ...toSend, sending });
  const resealing = new Resealing({ clock, local, store, memory });
  const controls = new ControlHandler({ ...toSend, sending, compromise, rollback, again });
  const refusals = new Refusals({ crypto, local, store, memory, sink, clock });
  const receiving = new Receiving({ ...parts, memory, news, isJoining, limits, controls, compromise, refusals, rollback });
  const merge = <T>(work: () => T): T => {
    isMerging = true;
    try {
      return memory.change(work);
    } finally {
      isMerging = false;
    }
  };
  const shared = new SharedDialogs({ ...parts, memory, news, isJoining, controls, compromise, receiving, sending, rollback, merge });

  /** Errors: conversation.unknown, conversation.failed, conversation.closed. */
  const openDialog = (key: DialogKey): DialogState => {
    const dialog = memory.dialog(key);
    if (!dialog) throw new KeyshiftError('conversation.unknown', 'There is no such conversation.');
    if (dialog.row.state === 'failed') throw new KeyshiftError('conversation.failed', 'This conversation has ended for safety.');
    if (dialog.row.state === 'closed') throw new KeyshiftError('conversation.closed', 'This conversation is closed.');
    return dialog;
  };
  const assertNotBlocked = (peerId: PeerId): void => {
    if (peers(peerId)?.blocked) throw new KeyshiftError('contact.blocked', 'This person is blocked.');
  };

  /** Whoever has used up the counters of a stream ends the dialog with what used them (A26). */
  const endIfWornOut = (dialog: DialogState): void => {
    if (dialog.sending && isWornOut(dialog.sending.row)) controls.fail(dialog, 'worn-out', true);
  };

  return {
    open(peerId, { title, continues }) {
      assertNotBlocked(peerId);
      const bytes = encode({ kind: 'title', title });
      return memory.change(() => {
        const dialogId = dialogIdFromBytes(crypto.random(16));
        const key: DialogKey = { peerId, dialogId };
        const createdAt = Math.max(0, Math.trunc(clock.now()));
        const row: DialogRow = { ...key, openedBy: 'you', state: 'open', createdAt, announced: true, failureDue: false };
        store.putDialog(row);
        const dialog: DialogState = { key, row, sending: undefined, receiving: new Map(), policy: defaultPolicy, touched: memory.generation };
        memory.addDialog(dialog);
        news()?.opened(key);
        sink.opened({ ...key, title });
        const unseen = (row: { readonly instanceId: InstanceId; readonly sequence: number }): void => sink.unseen({ ...key, instanceId: row.instanceId, sequence: row.sequence });
        unseen(sending.send(dialog, bytes).row);
        if (continues) unseen(sending.send(dialog, encodeContent({ kind: 'continues', dialogId: continues })).row);
        return dialogId;
      });
    },

    send(key, content) {
      assertNotBlocked(key.peerId);
      const bytes = encode(content);
      return memory.change(() => {
        const dialog = openDialog(key);
        const { row } = sending.send(dialog, bytes);
        if (content.kind === 'title') sink.unseen({ ...dialog.key, instanceId: row.instanceId, sequence: row.sequence });
        endIfWornOut(dialog);
        return { sequence: row.sequence, instanceId: row.instanceId, keyEpoch: row.sealed?.keyEpoch ?? 0, sentAt: row.sentAt };
      });
    },

    sealWaiting(peerId) {
      memory.refresh();
      const peer = reachable(peerId);
      if (!peer) return 0;
      const expired = resealing.isDue(peer);
      const late = again.patience(peerId) === 0;
      if (!expired && !late && !sending.waits(peerId)) return 0;
      return memory.change(() => {
        if (late) again.tendLate(peerId);
        if (expired && resealing.unsealExpired(peer)) sink.resealed({ peerId });
        return sending.sealWaiting(peerId);
      });
    },

    pending: (peerId, { after, limit }) =>
      rollback.held ? [] : store.pending(peerId, after ?? 0, limit).map(({ dialogId, sequence, bytes, cursor }) => ({ dialogId, sequence, bytes, cursor })),

    acknowledgements(peerId, to) {
      const peer = reachable(peerId);
      if (!peer || !controls.isDue(peerId, to?.instance.instanceId)) return [];
      return memory.change(() => controls.due(to ? { ...peer, exchange: to.exchange } : peer, to?.instance.instanceId));
    },

    read(key, instanceId, upTo) {
      memory.change(() => {
        const dialog = memory.dialog(key);
        if (dialog) controls.read(dialog, instanceId, upTo);
      });
    },

    repeatControls(peerId, dialogs) {
      if (dialogs.length === 0) return;
      memory.change(() => {
        for (const dialogId of dialogs) controls.repeat({ peerId, dialogId });
      });
    },

    receive(source, batch) {
      if (batch.length === 0) return [];
      return memory.change(() => receiving.receiveBatch(source, batch));
    },

    shift(key, reason) {
      assertNotBlocked(key.peerId);
      memory.refresh();
      // Asked before anything is changed: a refusal inside the change would drop the key in use, and the next message would take a new one.
      const { sending: known } = openDialog(key);
      const wait = known ? sending.shifts(known).waitByHand(clock.monotonic()) : 0;
      if (wait > 0) {
        throw new KeyshiftError('keys.too-often', 'The key was renewed too often.', { retryAt: Math.trunc(clock.now() + wait) });
      }
      return memory.change(() => {
        const dialog = openDialog(key);
        const stream = sending.stream(dialog);
        const made = sending.shift(dialog, stream, reason);
        endIfWornOut(dialog);
        return made;
      });
    },

    shiftPair(key, { compromised }) {
      assertNotBlocked(key.peerId);
      memory.refresh();
      openDialog(key);
      const peer = peers(key.peerId);
      if (!peer) throw new KeyshiftError('contact.pending', 'This person has not answered yet, so there is no key to renew.');
      compromise.assertNotTooOften(key.peerId);
      return memory.change(() => compromise.shift(peer, compromised));
    },

    distrust(peerId, reason) {
      // Also while their identity key is in doubt: nobody says it again when that is settled. What is locked anew waits until then.
      const peer = rollback.held ? undefined : peers(peerId);
      if (peer && !peer.blocked) memory.change(() => compromise.shift(peer, true, { byHand: false, reason }));
    },

    tidy() {
      memory.change(() => {
        store.eraseKeks(local.exchange.current.credential.hash, Math.max(0, Math.trunc(clock.now())));
        memory.forgetRings();
      });
    },

    status(key) {
      memory.refresh();
      const dialog = memory.dialog(key);
      if (!dialog) throw new KeyshiftError('conversation.unknown', 'There is no such conversation.');
      return dialogStatus(dialog, { ring: memory.ring(key.peerId), store, clock, peer: peers(key.peerId) });
    },

    setPolicy(key, change) {
      memory.change(() => {
        const dialog = openDialog(key);
        memory.touch(dialog);
        dialog.policy = { ...dialog.policy, ...change };
        store.putPolicy(key, dialog.policy);
      });
    },

    timeline(key) {
      memory.refresh();
      const dialog = memory.dialog(key);
      if (!dialog) throw new KeyshiftError('conversation.unknown', 'There is no such conversation.');
      return dialogTimeline(dialog, store);
    },

    devicesChanged(peerId) {
      // A stream without a key in memory takes a new one anyway.
      for (const dialog of memory.loadedDialogs(peerId)) dialog.sending?.shifts?.devicesChanged();
    },

    close(key) {
      memory.change(() => {
        const dialog = memory.dialog(key);
        if (dialog) controls.close(dialog, 'you', true);
      });
    },

    block(peerId) {
      memory.change(() => {
        memory.forgetPeer(peerId);
        // After an unblock the next message of each dialog takes a fresh one (A19), whoever made the one before.
        memory.ring(peerId).deleteAll();
      });
    },

    patience: (peerId) => again.patience(peerId),
    isResting: (key) => sending.isResting(key),
    standing: (peerId, instanceId, list) => rollback.standing(peerId, instanceId, list),
    meet: (source, standing, connection = source) => memory.change(() => rollback.meet(source, standing, connection, controls, again)),
    hold: () => rollback.hold(),
    succeed: (retired) => memory.change(() => succeed(toSend, sending, retired)),
    forgetDevices: (peerId, instances) => memory.change(() => forgetDevices(toSend, peerId, instances)),

    shared,
    wipe: () => memory.wipe(),
  };
}

/** Errors: message.too-long. */
function encode(content: Content): Uint8Array {
  try {
    return encodeContent(content);
  } catch (error) {
    if (error instanceof WireError) throw new KeyshiftError('message.too-long', 'The message is too long.');
    throw error;
  }
}
