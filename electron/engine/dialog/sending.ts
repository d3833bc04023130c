import { KeyshiftError } from '../../../shared/errors';
import type { ShiftReason } from '../../../shared/model/keys';
import type { ExchangeCredential } from '../certificates/credential';
import type { LocalParty } from '../certificates/local-party';
import type { Crypto } from '../crypto/crypto';
import type { KekRow } from '../exchange/kek-store';
import { keyCheck } from '../exchange/kek-wrap';
import type { InstanceId, PeerId } from '../ids';
import type { Clock, Logger } from '../ports';
import { dskIdFromBytes } from '../wire/ids';
import type { DialogNews } from './dialog-news';
import type { DialogKey, DialogStore, OutboxRow, SendingRow } from './dialog-store';
import type { DialogSink, RemoteParty } from './dialog-types';
import type { Memory } from './memory';
import { hourMs } from './limits';
import { Resting } from './resting';
import { rememberedAtMost, rememberedShifts } from './shift-pace';
import { OwnShifts } from './own-shifts';
import { maxBodyBytes, maxMessageBytes } from './message-layout';
import { blindBytes, bodyLength, createSealState, type Plain, sealMessage } from './seal-message';
import { dskBytes, encodeDskHeader, wrapDsk } from './session-key';
import { kindOfNextKey } from './takeover';
import { type DialogState, forgetKey, newSending, type Sealer, type SendingKey, type SendingStream } from './streams';
import { nextDigest } from './transcript';

export interface SendingParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly local: LocalParty;
  readonly store: DialogStore;
  readonly peers: (peerId: PeerId) => RemoteParty | undefined;
  readonly sink: DialogSink;
  readonly memory: Memory;
  /** Undefined while the person has no other device, and for what another one has told. */
  readonly news: () => DialogNews | undefined;
}

/** How many waiting rows are read at a time. */
const page = 64;

/** Sending by figure 5. Every method runs inside `Memory.change`. */
export class Sending {
  readonly #parts: SendingParts;
  /** By dialog. Stays when a transaction is rolled back: what was made then was still made. */
  readonly #shifts = new Map<string, OwnShifts>();
  readonly #started: number;
  readonly #resting = new Resting();
  /** Every message is put together and sealed here; the store copies what it is given. */
  readonly #sealed = Buffer.alloc(maxMessageBytes);
  readonly #plain = new Uint8Array(maxBodyBytes);

  constructor(parts: SendingParts) {
    this.#parts = parts;
    this.#started = parts.clock.monotonic();
  }

  stream(dialog: DialogState): SendingStream {
    const { crypto, local, store, memory } = this.#parts;
    memory.touch(dialog);
    if (!dialog.sending) {
      const key = { ...dialog.key, instanceId: local.instanceId };
      dialog.sending = newSending(crypto, key, [local.peerId, dialog.key.peerId]);
      store.putSending(dialog.sending.row);
    }
    return dialog.sending;
  }

  /**
   * 504: gives the content its sequence and its outbox row, sealed when the peer is known. Content and sequence become
   * durable together (protocol.md §7). Errors: message.too-long.
   */
  send(dialog: DialogState, content: Uint8Array): { readonly row: Omit<OutboxRow, 'content'> } {
    const { crypto, clock, store, peers, news } = this.#parts;
    if (bodyLength(blindBytes + content.length) > maxBodyBytes) {
      throw new KeyshiftError('message.too-long', 'The message is too long.', { limit: maxBodyBytes });
    }
    const stream = this.stream(dialog);
    const peer = peers(dialog.key.peerId);
    // Whatever still waits goes first: keys only ever rise with the sequence.
    const waits = stream.row.nextSealed < stream.row.nextSequence;
    if (peer && waits && !this.isResting(dialog.key)) this.sealWaiting(dialog.key.peerId);

    const fresh = crypto.random(blindBytes + 16);
    const plaintext = this.#plain.subarray(0, blindBytes + content.length);
    plaintext.set(fresh.subarray(0, blindBytes));
    plaintext.set(content, blindBytes);
    const sequence = stream.row.nextSequence;
    const digest = nextDigest(crypto, stream.row.digest, sequence, plaintext);
    const sentAt = Math.max(0, Math.trunc(clock.now()));
    const sealer = peer && stream.row.nextSealed === sequence ? this.#nextSealer(dialog, stream, peer, sentAt) : undefined;
    const key = { peerId: stream.row.peerId, dialogId: stream.row.dialogId, instanceId: stream.row.instanceId };
    stream.row = { ...stream.row, nextSequence: sequence + 1, digest };
    const sealed = sealer && peer && this.#seal(stream, sealer, peer, { control: false, sequence, time: sentAt, plaintext }, fresh.subarray(blindBytes));
    const row: OutboxRow = { sequence, content: plaintext, digest, sentAt, ...key, ...(sealed && { sealed }) };
    store.addOutbox(row);
    crypto.wipe(plaintext);
    store.putSending(stream.row);
    news()?.sent(key);
    return { row };
  }

  /** Seals what waited for the peer's exchange credential, in order; gives how many. `exchange`: for the device that showed this one. */
  sealWaiting(peerId: PeerId, exchange?: ExchangeCredential): number {
    const { crypto, clock, store, peers, memory, sink } = this.#parts;
    const known = peers(peerId);
    if (!known || known.blocked) return 0;
    const peer = exchange ? { ...known, exchange } : known;
    let count = 0;
    const next = () => store.waiting(peerId, page, this.#resting.of(peerId, clock.monotonic()));
    for (let rows = next(); rows.length > 0; rows = next()) {
      for (const row of rows) {
        const dialog = memory.dialog(row);
        if (!dialog) return count;
        const stream = this.stream(dialog);
        const now = Math.max(0, Math.trunc(clock.now()));
        const sealer = this.#nextSealer(dialog, stream, peer, now);
        // What of other dialogs is among these is read again.
        if (!sealer && this.isResting(row)) break;
        if (!sealer) return count;
        const { sequence, content: plaintext } = row;
        const time = stream.row.epochMessages === 0 ? this.shifts(stream).uses.told(row.sentAt, now) : row.sentAt;
        const sealed = this.#seal(stream, sealer, peer, { control: false, sequence, time, plaintext }, crypto.random(16));
        store.sealOutbox(row, sequence, sealed);
        store.putSending(stream.row);
        sink.sealed({ ...dialog.key, instanceId: row.instanceId, sequence, keyEpoch: sealed.keyEpoch });
        count += 1;
      }
    }
    return count;
  }

  /** Whether something waits to be sealed that need not rest. */
  waits(peerId: PeerId): boolean {
    const { store, clock } = this.#parts;
    return store.waiting(peerId, 1, this.#resting.of(peerId, clock.monotonic())).length > 0;
  }

  /** Whether what is written in this dialog waits until another session key may be used. */
  isResting({ peerId, dialogId }: DialogKey): boolean {
    return this.#resting.has(peerId, dialogId, this.#parts.clock.monotonic());
  }

  /** A control message: no sequence, a counter of its own (protocol.md §7). Undefined when the headers cannot be made. */
  control(dialog: DialogState, peer: RemoteParty, content: Uint8Array): Uint8Array | undefined {
    const { crypto, clock, store } = this.#parts;
    const stream = this.stream(dialog);
    const time = Math.max(0, Math.trunc(clock.now()));
    const sealer = this.#sealer(dialog, stream, peer, time);
    if (!sealer) return undefined;
    const fresh = crypto.random(blindBytes + 16);
    const plaintext = new Uint8Array(blindBytes + content.length);
    plaintext.set(fresh.subarray(0, blindBytes));
    plaintext.set(content, blindBytes);
    const sequence = stream.row.control + 1;
    stream.row = { ...stream.row, control: sequence };
    const bytes = sealMessage(crypto, sealer.state, { control: true, sequence, time, plaintext }, fresh.subarray(blindBytes));
    store.putSending(stream.row);
    return bytes;
  }

  /** Whose key exchange key the next message of this dialog comes under; undefined when none can be had. */
  creator(dialog: DialogState, peer: RemoteParty): InstanceId | undefined {
    return this.#sealer(dialog, this.stream(dialog), peer, this.#parts.clock.now())?.creator;
  }

  /** A new session key for this stream: one local act (protocol.md §6). It travels with the next message. */
  shift(dialog: DialogState, stream: SendingStream, reason: ShiftReason): { readonly from: number; readonly to: number } {
    const { crypto, clock, store, sink } = this.#parts;
    const at = Math.max(0, Math.trunc(clock.now()));
    const from = stream.row.epoch;
    const to = from + 1;
    const { kind, reason: taken } = kindOfNextKey(store, dialog, stream);
    const why = from === 0 ? 'first' : (taken ?? reason);
    forgetKey(stream);
    const secret = crypto.randomSecret('dsk-send', dskBytes);
    const header = {
      dskId: dskIdFromBytes(crypto.random(16)),
      epoch: to,
      firstSequence: stream.row.nextSealed,
      ...kind,
    };
    stream.key = { header, secret };
    this.shifts(stream).made(why, clock.monotonic());
    stream.row = { ...stream.row, epoch: to, epochSince: at, epochMessages: 0, epochBytes: 0 };
    const { peerId, dialogId, instanceId } = stream.row;
    const check = keyCheck(crypto, 'dsk-check', secret);
    store.addSendingKey({ peerId, dialogId, instanceId, epoch: to, dskId: header.dskId, check, firstSequence: header.firstSequence, reason: why, createdAt: at });
    store.putSending(stream.row);
    sink.shifted({ ...dialog.key, who: 'you', instanceId, from, to, reason: why, at });
    return { from, to };
  }

  /** What is remembered of this stream's own shifts. */
  shifts(stream: SendingStream): OwnShifts {
    if (stream.shifts) return stream.shifts;
    const dialog = `${stream.row.peerId}${stream.row.dialogId}`;
    stream.shifts = this.#shifts.get(dialog) ?? this.#earlierShifts(stream);
    this.#shifts.set(dialog, stream.shifts);
    return stream.shifts;
  }

  #earlierShifts({ row }: SendingStream): OwnShifts {
    const { clock, store } = this.#parts;
    const [wall, monotonic] = [clock.now(), clock.monotonic()];
    const newest = store.newestSendingKeys(row, rememberedShifts);
    const isAll = newest.length < rememberedShifts || wall - (newest.at(-1)?.createdAt ?? 0) > 2 * hourMs;
    const rows = isAll ? newest : store.newestSendingKeys(row, rememberedAtMost);
    return new OwnShifts({ rows, wall, monotonic, started: this.#started }, row.epochMessages > 0);
  }

  /** The headers for one more message, under a new key when a limit of the policy is reached (protocol.md §6). */
  #nextSealer(dialog: DialogState, stream: SendingStream, peer: RemoteParty, now: number): Sealer | undefined {
    const { clock } = this.#parts;
    if (this.#mustRest(dialog, stream)) return undefined;
    // Without a key the next one is new anyway.
    const reason = stream.key && stream.shifts?.due(dialog.policy, stream.row, now, clock.monotonic());
    if (reason) this.shift(dialog, stream, reason);
    return this.#sealer(dialog, stream, peer, now);
  }

  /** True where the next message would be the first one under its key, and too many were within the hour: what then waits is told once. */
  #mustRest({ key }: DialogState, stream: SendingStream): boolean {
    const { clock, sink } = this.#parts;
    const monotonic = clock.monotonic();
    const rest = stream.key && stream.row.epochMessages > 0 ? 0 : this.shifts(stream).uses.rest(monotonic);
    const isKnown = this.isResting(key);
    this.#resting.put(key.peerId, key.dialogId, rest, monotonic);
    if (rest > 0 && !isKnown) sink.resting({ ...key, milliseconds: rest });
    return rest > 0;
  }

  /** 508–544: the three headers, from the cache or made and cached. Undefined when the peer's key cannot be wrapped to. */
  #sealer(dialog: DialogState, stream: SendingStream, peer: RemoteParty, now: number): Sealer | undefined {
    const { crypto, local, memory } = this.#parts;
    const ring = memory.ring(peer.peerId);
    // A stream's first send after a process start uses a new key: the old one was only in memory (A38).
    const key = stream.key ?? this.#freshKey(dialog, stream);
    const cached = stream.sealer?.key === key && crypto.equal(stream.sealer.exchangeHash, peer.exchange.hash) ? stream.sealer : undefined;
    if (cached?.ringRevision === ring.revision && now >= cached.from && now < cached.until) return cached;

    // 512, 528: which key exchange key. 508, 516, 520, 532: service pair and KEK header are one signed block here.
    let kek = this.#kek(dialog, peer, Math.max(0, Math.trunc(now)));
    if (cached?.kekId === kek.kekId) {
      stream.sealer = { ...cached, ringRevision: ring.revision };
      return stream.sealer;
    }
    let headers = this.#headers(dialog, key, peer, kek);
    if (!headers && kek.creatingInstance !== local.instanceId) {
      // The exchange key it once came under is destroyed: until its creator has a new one, with a key of this device.
      kek = ring.own(peer, Math.max(0, Math.trunc(now)));
      headers = this.#headers(dialog, key, peer, kek);
    }
    if (!headers) return this.#refuse(peer);
    const state = createSealState({
      ...headers,
      dialogId: dialog.key.dialogId,
      senderInstance: local.instanceId,
      key: key.secret,
    });
    const sealer: Sealer = { state, key, exchangeHash: peer.exchange.hash, ringRevision: ring.revision, kekId: kek.kekId, creator: kek.creatingInstance, ...ring.life(kek) };
    stream.sealer = sealer;
    return sealer;
  }

  /** 508–544 under this KEK. Undefined when its bytes cannot be had, also where its block is stored, or the peer's key is malformed. */
  #headers(dialog: DialogState, key: SendingKey, peer: RemoteParty, kek: KekRow): Pick<Parameters<typeof createSealState>[0], 'block' | 'dskHeader'> | undefined {
    const { crypto, local, memory } = this.#parts;
    const { keys } = memory.ring(peer.peerId);
    const block = keys.ownBlock(kek, peer);
    if (!block) return undefined;
    // 524, 540, 544: the DSK header; the same key under a new KEK is only wrapped again.
    const context = { sender: local.peerId, recipient: peer.peerId, dialogId: dialog.key.dialogId, senderInstance: local.instanceId, kekId: kek.kekId };
    const bytes = keys.withKey(kek, (secret) => encodeDskHeader(key.header, wrapDsk(crypto, secret, context, key.header, key.secret)));
    return bytes && { block, dskHeader: { bytes, hash: crypto.sha256(bytes) } };
  }

  #freshKey(dialog: DialogState, stream: SendingStream): SendingKey {
    this.shift(dialog, stream, 'start');
    const { key } = stream;
    if (!key) throw new Error('a shift makes a key');
    return key;
  }

  /**
   * The newest key of the creator this dialog was opened under, so that replies need no new one (S1-17, S1-28). While
   * that one is past its time and its creator has not replaced it yet: the own one, replaced here when due (S1-18).
   */
  #kek(dialog: DialogState, peer: RemoteParty, now: number): KekRow {
    const { memory, local } = this.#parts;
    const ring = memory.ring(dialog.key.peerId);
    const creator = dialog.row.kekCreator;
    if (creator === local.instanceId) return ring.own(peer, now);
    if (creator && ring.newestOf(creator)) return ring.inUse(creator, peer, now) ?? ring.own(peer, now);
    const chosen = ring.choose(peer, now);
    this.#bind(dialog, chosen);
    return chosen;
  }

  #bind(dialog: DialogState, kek: KekRow): void {
    dialog.row = { ...dialog.row, kekCreator: kek.creatingInstance };
    this.#parts.store.putDialog(dialog.row);
  }

  /** 536, 548: locks one message and counts it. The bytes stand in `#sealed` until the next one. */
  #seal(stream: SendingStream, sealer: Sealer, peer: RemoteParty, plain: Plain, salt: Uint8Array): NonNullable<OutboxRow['sealed']> {
    const bytes = sealMessage(this.#parts.crypto, sealer.state, plain, salt, this.#sealed);
    const { row } = stream;
    const { clock, memory } = this.#parts;
    if (row.epochMessages === 0) this.shifts(stream).uses.used(clock.now(), clock.monotonic(), memory.generation);
    const next: SendingRow = {
      ...row,
      nextSealed: plain.sequence + 1,
      epochMessages: row.epochMessages + 1,
      epochBytes: row.epochBytes + bytes.length,
    };
    stream.row = next;
    return { bytes, keyEpoch: row.epoch, kekId: sealer.kekId, until: peer.exchange.notAfter };
  }

  #refuse(peer: RemoteParty): undefined {
    this.#parts.logger.warn('dialog.cannot-wrap', { credential: peer.exchange.notBefore });
    return undefined;
  }
}
