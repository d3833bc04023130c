import type { ShiftPolicy } from '../../../shared/model/keys';
import type { Crypto } from '../crypto/crypto';
import type { Secret } from '../crypto/secret';
import type { InstanceId, KekId, PeerId } from '../ids';
import type { DialogKey, DialogRow, DialogStore, HeldRow, ReceivingKeyRow, ReceivingRow, SendingRow, StreamKey } from './dialog-store';
import { keptDeadKeys } from './limits';
import type { OwnShifts } from './own-shifts';
import type { SealState } from './seal-message';
import type { Takeover } from './shift-store';
import type { DskHeader } from './session-key';
import { defaultPolicy } from './shift-policy';
import { firstDigest } from './transcript';

/** The session key this process sends with in one stream: in memory only. */
export interface SendingKey {
  readonly header: DskHeader;
  readonly secret: Secret<'dsk-send'>;
}

/** What a seal state was built from; when any of it changes it is built anew. */
export interface Sealer {
  readonly state: SealState;
  readonly key: SendingKey;
  readonly exchangeHash: Uint8Array;
  readonly ringRevision: number;
  readonly kekId: KekId;
  /** Whose key that is, and between which wall-clock times it is sent under. */
  readonly creator: InstanceId;
  readonly from: number;
  readonly until: number;
}

/** What this device sends in one dialog. `row` is written through after every change. */
export interface SendingStream {
  row: SendingRow;
  key: SendingKey | undefined;
  sealer: Sealer | undefined;
  /** Found at the first need, so always there while there is a key. */
  shifts: OwnShifts | undefined;
  /** Whether the peer may hold something of this stream that came early. */
  waitsThere: boolean;
}

/** What another device sends in one dialog: the replay window, key epochs, and what came early. */
export interface ReceivingStream {
  row: ReceivingRow;
  /** Lowest epoch first; of those that can open nothing new only the newest (`keptDeadKeys`). */
  readonly keys: ReceivingKeyRow[];
  readonly held: Map<number, HeldRow>;
  heldBytes: number;
  /** Written at the end of the transaction, once for a whole batch. */
  dirty: boolean;
  readonly dirtyKeys: Set<number>;
  /** Keys that came since the stored ones were trimmed, or since it was read. */
  untrimmed: number;
  /** The highest epoch that came with a message, when it arrived, and when that was known here; read at the first need. */
  shiftsSeen: { readonly highest: number; readonly sentAt: number; readonly senderTime: number; readonly received: number; readonly monotonic: number } | undefined;
}

/** One dialog as the engine works on it. */
export interface DialogState {
  readonly key: DialogKey;
  row: DialogRow;
  policy: ShiftPolicy;
  sending: SendingStream | undefined;
  readonly receiving: Map<InstanceId, ReceivingStream>;
  /** What the next session key of this device has to say; absent mostly. */
  takeover?: Takeover | undefined;
  /** Store generation of the newest change that memory holds. */
  touched: number;
}

/** A dialog with its streams as the store has them, nothing of it unwrapped yet; undefined where there is none. `generation`: of the change that loads it. */
export function loadDialog(store: DialogStore, key: DialogKey, own: InstanceId, generation: number): DialogState | undefined {
  const row = store.findDialog(key);
  if (!row) return undefined;
  const sending = store.findSending({ ...key, instanceId: own });
  const receiving = new Map<InstanceId, ReceivingStream>();
  for (const each of store.receivings(key)) receiving.set(each.instanceId, loadReceiving(store, each));
  return {
    key: { peerId: key.peerId, dialogId: key.dialogId },
    row,
    policy: store.policy(key) ?? defaultPolicy,
    sending: sending && { row: sending, key: undefined, sealer: undefined, shifts: undefined, waitsThere: true },
    receiving,
    takeover: store.takeover({ ...key, instanceId: own }),
    touched: generation,
  };
}

function loadReceiving(store: DialogStore, row: ReceivingRow): ReceivingStream {
  const key: StreamKey = { peerId: row.peerId, dialogId: row.dialogId, instanceId: row.instanceId };
  const held = new Map<number, HeldRow>();
  let heldBytes = 0;
  for (const each of store.held(key)) {
    held.set(each.sequence, each);
    heldBytes += each.content.length;
  }
  const keys = [...store.receivingKeys(key, keptDeadKeys)];
  return { row, keys, held, heldBytes, dirty: false, dirtyKeys: new Set(), untrimmed: 0, shiftsSeen: undefined };
}

/** A stream of this device before its first message: the first key has epoch 1. */
export function newSending(crypto: Crypto, key: StreamKey, people: readonly [PeerId, PeerId]): SendingStream {
  const row: SendingRow = {
    ...streamKey(key),
    nextSequence: 1,
    nextSealed: 1,
    acknowledged: 0,
    digest: firstDigest(crypto, people, key.dialogId, key.instanceId),
    comparedUpTo: 0,
    comparedEqual: true,
    control: 0,
    epoch: 0,
    epochSince: 0,
    epochMessages: 0,
    epochBytes: 0,
  };
  return { row, key: undefined, sealer: undefined, shifts: undefined, waitsThere: false };
}

/** A stream of another device before anything of it came. */
export function newReceiving(crypto: Crypto, key: StreamKey, people: readonly [PeerId, PeerId]): ReceivingStream {
  const row: ReceivingRow = {
    ...streamKey(key),
    cumulative: 0,
    digest: firstDigest(crypto, people, key.dialogId, key.instanceId),
    controlFloor: 0,
    controlEpoch: 0,
    latestTime: 0,
    acknowledgementDue: false,
    kekRanges: [],
  };
  return { row, keys: [], held: new Map(), heldBytes: 0, dirty: true, dirtyKeys: new Set(), untrimmed: 0, shiftsSeen: undefined };
}

/** Forgets the session key: the next message takes a new one. */
export function forgetKey(stream: SendingStream): void {
  stream.key?.secret.wipe();
  stream.key = undefined;
  stream.sealer = undefined;
}

function streamKey({ peerId, dialogId, instanceId }: StreamKey): StreamKey {
  return { peerId, dialogId, instanceId };
}
