import type { VerifiedChain } from '../certificates/chain';
import type { Crypto } from '../crypto/crypto';
import type { Secret } from '../crypto/secret';
import type { Address, Clock, Link } from '../ports';
import { type Frame, frameHeaderLength } from '../wire/frame';
import { toHex } from '../wire/encoding';
import { WireError } from '../wire/reader';
import { wipeSessionKeys } from './handshake';
import type { Opened } from './handshake-state';
import { pairSecretOf } from './contact-tag';
import { parseItems, planPacks, type RecordItem, type SessionItem, tokenBytes, writeItems } from './items';
import { type HeldBack, HeldLink } from './held-link';
import type { SessionLimits } from './limits';
import { Liveness } from './liveness';
import { openRecord, type Position, recordOverhead, sealInPlace } from './records';
import { sendThrough } from './send-room';

export type { SessionItem } from './items';

/** What the other side answers: with an acknowledgement, or with what was asked for. */
const isAnswered: ReadonlySet<SessionItem['kind']> = new Set(['message', 'short-message', 'headers-wanted']);

/** A confirmed session (protocol.md §8). It ends when its connection does, whoever closes it; nothing says goodbye. */
export interface Session {
  /** The verified chain the other side showed: who it is, and which of its devices. */
  readonly peer: VerifiedChain;
  readonly role: Link['role'];
  /** Where the other end seems to be: to be shown, never to be trusted. */
  readonly remote: Address;
  /** Wall clock, Unix milliseconds, when it was confirmed. */
  readonly since: number;
  /** H("key-id" ‖ MK), 32 bytes: the same on both sides, no secret. */
  readonly keyId: Uint8Array;
  /** Made from an earlier session of the same two devices, without a public-key operation but X25519. */
  readonly resumed: boolean;
  /** Key id of the session it was made from. */
  readonly resumedFrom: Uint8Array | undefined;
  /** That one was another device's, of the person at the other end or of the own: it was handed over (protocol.md §10.5). */
  readonly handedOver: boolean;
  /** Whose device has changed with that; undefined where it was not handed over. */
  readonly handedOverBy: 'own' | 'peer' | undefined;
  /** Confirmed under `Pin.successor`: the key was proven to be held, so whoever keeps the pins moves this one now (S5-09). */
  readonly underSuccessor: boolean;
  /** HKDF(MK, "pair-secret"), 32 bytes, the same on both sides. Once: undefined when it was taken, or the session is closed. The taker wipes it. */
  takePairSecret(): Secret<'pair'> | undefined;
  /** Next record number and running digest (32 bytes) of both directions. */
  readonly digests: { readonly sent: Position; readonly received: Position };
  /**
   * Sends items in order, packed into as few records and one write. False: wait for `onDrain` before sending much more,
   * or the session is closed. An item above `maxItemBytes` throws `WireError`.
   */
  send(items: readonly SessionItem[]): boolean;
  /**
   * Items of one record at a time, never pings. Reading waits until there is a handler. Bytes are views of the record and
   * stay what they are, unless the handler says, once, by `giveBack` that nobody looks at any of them any more: fresh memory
   * is what a bulk costs most, in Electron above all.
   */
  onItems(handler: ItemHandler): void;
  onDrain(handler: () => void): void;
  /** Each handler is called once, also when it comes too late. */
  onClose(handler: () => void): void;
  /** Stops reading, so that the other side feels it; the session stays up meanwhile. */
  pause(): void;
  resume(): void;
  /** Asks for a sign of life now; the session ends when none comes within `deadlineMs`. Not while it is paused. */
  checkNow(deadlineMs: number): void;
  /** Calls back once the other side has everything that was sent before, by its answer to a ping that goes behind it; never where the session ends first. */
  onTaken(handler: () => void): void;
  /** From now on nothing leaves before it is let go; `onHeld` after each record that waits. Once in a session's life. */
  holdBack(onHeld: () => void): HeldBack;
  /** Sends what is queued, then closes. */
  close(): void;
}

export type ItemHandler = (items: readonly SessionItem[], giveBack: () => void) => void;

export interface SessionParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly link: Link;
  readonly opened: Opened;
  readonly limits: SessionLimits;
  readonly underSuccessor: boolean;
  readonly onHint?: (hint: Uint8Array) => void;
}

/** The record layer over one link, with keep-alive. Fed with frames by its connection. */
export class LiveSession implements Session {
  readonly peer: VerifiedChain;
  readonly role: Link['role'];
  readonly remote: Address;
  readonly since: number;
  readonly keyId: Uint8Array;
  readonly resumed: boolean;
  readonly resumedFrom: Uint8Array | undefined;
  readonly handedOver: boolean;
  readonly handedOverBy: 'own' | 'peer' | undefined;
  readonly underSuccessor: boolean;
  readonly #parts: SessionParts;
  #out: Pick<Link, 'send' | 'queued'>;
  #sent: Position;
  #received: Position;
  readonly #liveness: Liveness;
  #timer: { readonly due: number; readonly cancel: () => void } | undefined;
  #paused = false;
  #closed = false;
  #pairSecretTaken = false;
  #items: ItemHandler | undefined;
  #drain: (() => void) | undefined;
  #closeHandlers: (() => void)[] = [];
  #provenHandlers: (() => void)[] = [];
  /** By the ping behind what is to be taken, as hex. */
  readonly #takenHandlers = new Map<string, () => void>();
  /** What came before there was a handler; at most what one read of the link brought. */
  #early: (readonly [items: readonly SessionItem[], giveBack: () => void])[] = [];

  constructor(parts: SessionParts) {
    const { opened, clock } = parts;
    this.#parts = parts;
    this.#out = parts.link;
    this.peer = opened.peer;
    this.role = opened.role === 'client' ? 'dialler' : 'listener';
    this.remote = parts.link.remote;
    this.since = clock.now();
    this.keyId = opened.keys.keyId;
    const { resumes } = opened;
    this.resumed = resumes !== undefined;
    this.resumedFrom = resumes?.keyId;
    this.handedOverBy = resumes?.taken === true ? 'own' : resumes !== undefined && resumes.peerInstance !== opened.peer.instance.instanceId ? 'peer' : undefined;
    this.handedOver = this.handedOverBy !== undefined;
    this.underSuccessor = parts.underSuccessor;
    this.#sent = opened.sent;
    this.#received = opened.received;
    this.#liveness = new Liveness(parts.limits, clock.monotonic());
    this.#listen();
  }

  get digests(): { readonly sent: Position; readonly received: Position } {
    return { sent: this.#sent, received: this.#received };
  }

  /** What it was confirmed with; its keys are wiped once it is closed. */
  get opened(): Opened {
    return this.#parts.opened;
  }

  get closed(): boolean {
    return this.#closed;
  }

  takePairSecret(): Secret<'pair'> | undefined {
    if (this.#closed || this.#pairSecretTaken) return undefined;
    this.#pairSecretTaken = true;
    const { crypto, opened } = this.#parts;
    return pairSecretOf(crypto, opened.keys.master);
  }

  send(items: readonly SessionItem[]): boolean {
    if (this.#closed) return false;
    if (items.some(({ kind }) => isAnswered.has(kind))) {
      this.#liveness.sent(this.#parts.clock.monotonic());
      this.#listen();
    }
    return this.#sendItems(items);
  }

  onItems(handler: ItemHandler): void {
    this.#items = handler;
    const early = this.#early;
    this.#early = [];
    this.#readingChanged();
    if (early.length > 0 && !this.#paused) this.#parts.link.resume();
    for (const record of early) if (!this.#closed) handler(...record);
  }

  onDrain(handler: () => void): void {
    this.#drain = handler;
  }

  onClose(handler: () => void): void {
    if (this.#closed) handler();
    else this.#closeHandlers.push(handler);
  }

  pause(): void {
    if (this.#paused || this.#closed) return;
    this.#paused = true;
    this.#readingChanged();
    this.#parts.link.pause();
  }

  resume(): void {
    if (!this.#paused || this.#closed) return;
    this.#paused = false;
    this.#readingChanged();
    this.#parts.link.resume();
  }

  checkNow(deadlineMs: number): void {
    if (this.#closed) return;
    if (this.#liveness.makeSure(this.#parts.clock.monotonic(), deadlineMs)) this.probe();
    this.#listen();
  }

  onTaken(handler: () => void): void {
    if (this.#closed) return;
    const token = this.#parts.crypto.random(tokenBytes);
    this.#takenHandlers.set(toHex(token), handler);
    this.#sendItems([{ kind: 'ping', token }]);
  }

  holdBack(onHeld: () => void): HeldBack {
    const before = new HeldLink(this.#parts.link, onHeld, () => this.drained());
    this.#out = before;
    return before;
  }

  close(): void {
    if (this.#closed) return;
    this.#parts.link.close();
    this.ended();
  }

  /** Calls back at the next record: the other side has confirmed the session, too, and is still there. */
  onProven(handler: () => void): void {
    if (!this.#closed) this.#provenHandlers.push(handler);
  }

  /** Asks the other side for a record. */
  probe(): void {
    if (!this.#closed) this.#sendItems([{ kind: 'ping', token: this.#parts.crypto.random(tokenBytes) }]);
  }

  /** The connection's: one frame came. Anything but the next record ends the session (A52). `giveBack`: its memory may be used again. */
  receive(frame: Frame, giveBack: () => void = () => undefined): void {
    if (this.#closed) return;
    const { crypto, opened } = this.#parts;
    const record = openRecord(crypto, opened.keys.rx, this.#received, frame);
    if (!record) return this.#break();
    this.#received = record.next;
    let items: RecordItem[];
    try {
      items = parseItems(record.plaintext);
    } catch (error) {
      if (error instanceof WireError) return this.#break();
      throw error;
    }
    this.#liveness.heard(this.#parts.clock.monotonic());
    const proven = this.#provenHandlers;
    this.#provenHandlers = [];
    this.#sort(items, giveBack);
    for (const handler of proven) handler();
  }

  /** The connection's: the link can take more. */
  drained(): void {
    if (this.#closed) return;
    this.#liveness.moved(this.#parts.clock.monotonic());
    this.#drain?.();
  }

  /** The connection's: the link is gone. Wipes the keys. */
  ended(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#timer?.cancel();
    wipeSessionKeys(this.#parts.opened.keys);
    this.#early = [];
    this.#provenHandlers = [];
    this.#takenHandlers.clear();
    this.#items = undefined;
    this.#drain = undefined;
    const handlers = this.#closeHandlers;
    this.#closeHandlers = [];
    for (const handler of handlers) handler();
  }

  #sendItems(items: readonly SessionItem[]): boolean {
    const { crypto, opened } = this.#parts;
    const packs = planPacks(items);
    if (packs.length === 0) return true;
    const length = packs.reduce((sum, pack) => sum + recordOverhead + pack.length, 0);
    return sendThrough(this.#out, length, (out) => {
      let at = 0;
      for (const pack of packs) {
        const frame = out.subarray(at, at + recordOverhead + pack.length);
        writeItems(items, pack, frame, frameHeaderLength);
        this.#sent = sealInPlace(crypto, opened.keys.tx, this.#sent, frame);
        at += frame.length;
      }
    });
  }

  /** Splits what a record holds into what is ours and what is the handler's. */
  #sort(items: readonly RecordItem[], giveBack: () => void): void {
    const given: SessionItem[] = [];
    let ping: Uint8Array | undefined;
    for (const item of items) {
      switch (item.kind) {
        case 'message':
        case 'short-message':
        case 'headers-wanted':
        case 'card':
        case 'standing':
        case 'sibling':
        case 'notice':
        case 'deposit':
        case 'file':
        case 'typing':
          given.push(item);
          break;
        case 'owner-hint':
          this.#parts.onHint?.(item.bytes);
          break;
        case 'ping':
          ping = item.token;
          break;
        // Only record 0 confirms.
        case 'confirm':
          return this.#break();
        case 'pong':
          this.#answered(toHex(item.token));
          break;
        case 'unknown':
          break;
      }
    }
    // One answer per record, however many pings it holds.
    if (ping && !this.#closed) this.#sendItems([{ kind: 'pong', token: ping }]);
    if (given.length === 0) return;
    if (this.#items) return this.#items(given, giveBack);
    this.#early.push([given, giveBack]);
    this.#readingChanged();
    this.#parts.link.pause();
  }

  #answered(token: string): void {
    const handler = this.#takenHandlers.get(token);
    this.#takenHandlers.delete(token);
    handler?.();
  }

  #readingChanged(): void {
    this.#liveness.reads(!this.#paused && this.#early.length === 0, this.#parts.clock.monotonic());
    this.#listen();
  }

  /** One timer for all that may fall due; one that rings too early only looks again. */
  #listen(): void {
    const { clock } = this.#parts;
    const due = this.#liveness.next;
    if (this.#closed || (this.#timer !== undefined && this.#timer.due <= due)) return;
    this.#timer?.cancel();
    this.#timer = { due, cancel: clock.setTimer(Math.max(1, due - clock.monotonic()), () => this.#checkAlive()) };
  }

  #checkAlive(): void {
    this.#timer = undefined;
    if (this.#closed) return;
    const { crypto, clock } = this.#parts;
    const due = this.#liveness.look(clock.monotonic());
    if (due === 'end') return this.#break();
    if (due === 'ping') this.probe();
    else if (due === 'pong') this.#sendItems([{ kind: 'pong', token: crypto.random(tokenBytes) }]);
    this.#listen();
  }

  #break(): void {
    this.#parts.link.destroy();
    this.ended();
  }
}
