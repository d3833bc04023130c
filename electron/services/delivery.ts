import type { Crypto } from '../engine/crypto/crypto';
import type { DialogEngine, Outbound, ReceiveOutcome } from '../engine/dialog/dialog-engine';
import { ShortMessage } from '../engine/dialog/short-form';
import { ShortSending } from '../engine/dialog/short-sending';
import type { DialogId, InstanceId, PeerId } from '../engine/ids';
import type { Clock, Logger } from '../engine/ports';
import type { Session, SessionItem } from '../engine/session/session';
import { atEndOfArrivals } from './end-of-arrivals';
import type { EventHub } from './event-hub';
import type { History } from './history';
import type { StandingExchange } from './standing-exchange';

/** How many envelopes are read from the outbox at a time. */
const page = 64;
/** Messages that make a transaction of their own worth it. */
const enough = 256;
/** How long sent messages may wait to be written down as sent: most are acknowledged before, and cost no write. */
const sentNoteMs = 50;
/** As long as the other side keeps saying something, what it has not acknowledged yet is about to be: so long at the most. */
const longestNoteMs = 1_000;
/** How long after news of a gap everything unacknowledged is sent again: what was merely late has then arrived. */
const repeatMs = 1_000;
/** Headers asked for after one batch. A sender asked for three pairs leaves the short form and sends everything again. */
const maxWanted = 3;
/** How long after something locked to a key of another own device it is said again what is here: the sender locks it again then. */
const standingAgainMs = 2_000;
/** The same after what was over a budget, here or there: the sender, whose connection stands, would not say it again by itself. */
const overBudgetMs = 60_000;

/** Refusals of what is locked to a key, or under a key, that only another device of this person has. */
const isForOtherDevice: ReadonlySet<string> = new Set(['target', 'key-destroyed', 'kek-header']);

interface Lane {
  session: Session;
  /** The other device said where it stands: messages may go out. */
  met: boolean;
  /** The last outbox entry handed to this session; undefined: start from the oldest unacknowledged one. */
  cursor: Outbound['cursor'] | undefined;
  blocked: boolean;
  /** What this session has given of its headers. */
  readonly short: ShortSending;
  incoming: (Uint8Array | ShortMessage)[];
  /** Dialogs whose control messages are due again, when the other side asked for headers. */
  repeat: Set<DialogId> | undefined;
  scheduled: boolean;
  /** What was handed over and not yet written down as sent, by dialog. */
  sentNotes: Map<DialogId, { from: number; upTo: number }>;
  /** When the first of them was made, and when something came last (monotonic milliseconds). */
  notedAt: number;
  heardAt: number;
  /** Messages of this session that were refused; the first is logged, so that nobody fills the log. */
  rejected: number;
  cancelNote: (() => void) | undefined;
  cancelRepeat: (() => void) | undefined;
  cancelStanding: (() => void) | undefined;
  cancelOverBudget: (() => void) | undefined;
  cancelPatience: (() => void) | undefined;
}

export interface DeliveryParts {
  readonly crypto: Crypto;
  readonly engine: DialogEngine;
  readonly history: Pick<History, 'sent'>;
  readonly events: EventHub;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly ownInstance: InstanceId;
  readonly transaction: <T>(work: () => T) => T;
  /** A signed statement about a device of this person (protocol.md §10). */
  readonly onNotice?: (from: Session['peer'], bytes: Uint8Array) => void;
  /** Whether this person is writing something; 17 bytes, a view. */
  readonly onTyping?: (peerId: PeerId, bytes: Uint8Array) => void;
  /** A deposit of another device than the one that brings it; a view. */
  readonly onDeposit?: (peerId: PeerId, session: Session, item: Uint8Array) => void;
  /** Hears what is said about files, and when a connection takes more while no message waits for it. */
  readonly files?: { hear(session: Session, item: Uint8Array): void; takesMore(session: Session): void };
  /** The first word of every session; without it messages flow at once. */
  readonly standing?: Pick<StandingExchange, 'items' | 'heard'>;
}

/**
 * Moves envelopes between the durable outbox and live sessions. Whatever is unacknowledged is handed to every new
 * session again, byte for byte; the receiver's sequence numbers make that exactly once. A person may be here with
 * several devices: each has a lane of its own, with its own acknowledgements, and is handed everything.
 */
export class Delivery {
  readonly #parts: DeliveryParts;
  readonly #lanes = new Map<PeerId, Map<InstanceId, Lane>>();
  /** A session may be set aside and come back into use: its first word is said once. */
  readonly #met = new WeakSet<Session>();

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  /** A session with a device of this person is up: say where we stand, send what waits, hear what comes. */
  attach(peerId: PeerId, session: Session, onCard: (bytes: Uint8Array) => void): void {
    const { standing } = this.#parts;
    const { instanceId } = session.peer.instance;
    this.#drop(peerId, instanceId);
    const lane: Lane = {
      session,
      met: standing === undefined || this.#met.has(session),
      cursor: undefined,
      blocked: false,
      short: new ShortSending(this.#parts.crypto),
      incoming: [],
      repeat: undefined,
      scheduled: false,
      sentNotes: new Map(),
      notedAt: 0,
      heardAt: 0,
      rejected: 0,
      cancelNote: undefined,
      cancelRepeat: undefined,
      cancelStanding: undefined,
      cancelOverBudget: undefined,
      cancelPatience: undefined,
    };
    this.#lanes.set(peerId, (this.#lanes.get(peerId) ?? new Map<InstanceId, Lane>()).set(instanceId, lane));
    if (standing !== undefined) session.send(standing.items(session));
    session.onItems((items) => {
      for (const item of items) {
        if (item.kind === 'card') onCard(item.bytes);
        if (item.kind === 'notice') this.#parts.onNotice?.(session.peer, item.bytes);
        if (item.kind === 'typing') this.#parts.onTyping?.(peerId, item.bytes);
        if (item.kind === 'deposit') this.#parts.onDeposit?.(peerId, session, item.bytes);
        if (item.kind === 'file') this.#parts.files?.hear(session, item.bytes);
        if (item.kind === 'standing') this.#meet(peerId, lane, item.bytes);
      }
      this.#heard(peerId, lane, items);
    });
    session.onDrain(() => {
      lane.blocked = false;
      this.flush(peerId);
      if (!lane.blocked) this.#parts.files?.takesMore(session);
    });
    this.flush(peerId);
  }

  /** This session ended; without one, all with this person. */
  detach(peerId: PeerId, session?: Session): void {
    for (const [instanceId, lane] of this.#lanes.get(peerId) ?? []) {
      if (session === undefined || lane.session === session) this.#drop(peerId, instanceId);
    }
  }

  /**
   * Sends acknowledgements that are due and messages that wait, as far as the connections take them. Never throws: it
   * is called from timers and sockets, and after a message is durable, when its sender must not be told that it failed.
   */
  flush(peerId: PeerId): void {
    for (const lane of this.#lanes.get(peerId)?.values() ?? []) {
      if (lane.blocked || !lane.met) continue;
      try {
        this.#flush(peerId, lane);
      } catch (error) {
        // The outbox still holds all of it: the next connection starts from there.
        this.#parts.logger.error('message.not-handed-over', { reason: error instanceof Error ? error.name : 'unknown' });
        lane.session.close();
      }
    }
  }

  close(): void {
    for (const lane of [...this.#lanes.values()].flatMap((lanes) => [...lanes.values()])) {
      lane.cancelNote?.();
      lane.cancelRepeat?.();
      lane.cancelStanding?.();
      lane.cancelOverBudget?.();
      lane.cancelPatience?.();
    }
    this.#lanes.clear();
  }

  #drop(peerId: PeerId, instanceId: InstanceId): void {
    const lanes = this.#lanes.get(peerId);
    const lane = lanes?.get(instanceId);
    if (lanes === undefined || lane === undefined) return;
    lane.cancelNote?.();
    lane.cancelRepeat?.();
    lane.cancelStanding?.();
    lane.cancelOverBudget?.();
    lane.cancelPatience?.();
    lanes.delete(instanceId);
    if (lanes.size === 0) this.#lanes.delete(peerId);
    this.#noteSent(peerId, lane);
  }

  #isUsed(peerId: PeerId, lane: Lane): boolean {
    return this.#lanes.get(peerId)?.get(lane.session.peer.instance.instanceId) === lane;
  }

  #meet(peerId: PeerId, lane: Lane, bytes: Uint8Array): void {
    const { standing } = this.#parts;
    if (standing === undefined) return;
    try {
      if (!standing.heard(lane.session, bytes)) return;
    } catch (error) {
      // Nothing of it is stored: it is said again on the next connection.
      this.#parts.logger.error('standing.not-stored', { reason: error instanceof Error ? error.name : 'unknown' });
      lane.session.close();
      return;
    }
    this.#met.add(lane.session);
    lane.met = true;
    lane.cursor = undefined;
    this.flush(peerId);
  }

  #flush(peerId: PeerId, lane: Lane): void {
    const { engine } = this.#parts;
    const due = this.#commit(() => {
      engine.sealWaiting(peerId);
      return engine.acknowledgements(peerId, lane.session.peer);
    });
    if (due.length > 0) this.#send(lane, due);
    this.#waitForSiblings(peerId, lane);
    while (!lane.blocked) {
      const envelopes = engine.pending(peerId, { after: lane.cursor, limit: page });
      const last = envelopes.at(-1);
      if (last === undefined) return;
      this.#send(lane, envelopes);
      lane.cursor = last.cursor;
      for (const envelope of envelopes) note(lane.sentNotes, envelope);
      if (lane.cancelNote === undefined) {
        lane.notedAt = this.#parts.clock.monotonic();
        this.#noteSoon(peerId, lane);
      }
    }
  }

  /** A device of this person lacks what another one has: it is locked again if they do not bring it each other in time. */
  #waitForSiblings(peerId: PeerId, lane: Lane): void {
    const patience = lane.cancelPatience ? undefined : this.#parts.engine.patience(peerId);
    if (patience === undefined) return;
    lane.cancelPatience = this.#parts.clock.setTimer(patience, () => {
      lane.cancelPatience = undefined;
      this.flush(peerId);
    });
  }

  #noteSoon(peerId: PeerId, lane: Lane): void {
    const { clock } = this.#parts;
    lane.cancelNote = clock.setTimer(sentNoteMs, () => {
      lane.cancelNote = undefined;
      const now = clock.monotonic();
      if (now - lane.heardAt < sentNoteMs && now - lane.notedAt < longestNoteMs) this.#noteSoon(peerId, lane);
      else this.#noteSent(peerId, lane);
    });
  }

  /** Unacknowledged messages have other bytes now: with the next flush all of them are handed over again. */
  startOver(peerId: PeerId): void {
    for (const lane of this.#lanes.get(peerId)?.values() ?? []) lane.cursor = undefined;
  }

  /** The other side misses something between: hand over the unacknowledged from the start again, once, in a moment. */
  repeatSoon(peerId: PeerId): void {
    for (const lane of this.#lanes.get(peerId)?.values() ?? []) {
      lane.cancelRepeat ??= this.#parts.clock.setTimer(repeatMs, () => {
        lane.cancelRepeat = undefined;
        lane.cursor = undefined;
        this.flush(peerId);
      });
    }
  }

  #send(lane: Lane, envelopes: readonly Outbound[]): void {
    const items: SessionItem[] = envelopes.map((envelope) => lane.short.encode(envelope));
    if (!lane.session.send(items)) lane.blocked = true;
  }

  #heard(peerId: PeerId, lane: Lane, items: readonly SessionItem[]): void {
    for (const item of items) {
      // Views of the record, which lasts as long as they do: until the end of this turn.
      if (item.kind === 'message') lane.incoming.push(item.bytes);
      else if (item.kind === 'short-message') lane.incoming.push(new ShortMessage(item.bytes));
      else if (item.kind === 'headers-wanted') this.#wanted(lane, item.headers);
    }
    if (lane.scheduled || (lane.incoming.length === 0 && !lane.repeat)) return;
    lane.scheduled = true;
    // Everything that arrives in this turn of the event loop, and right behind it, shares one transaction (group commit).
    atEndOfArrivals(() => lane.incoming.length, enough, () => this.#receive(peerId, lane));
  }

  /** The other side lacks headers: everything unacknowledged goes again, now with them, and so do lost control messages. */
  #wanted(lane: Lane, headers: Uint8Array): void {
    const controls = lane.short.wanted(headers);
    if (!controls) return;
    lane.cursor = undefined;
    lane.repeat ??= new Set();
    for (const dialogId of controls) lane.repeat.add(dialogId);
  }

  /** Asks for the headers that short messages named and the caches did not have; never guesses. */
  #ask(lane: Lane, outcomes: readonly ReceiveOutcome[]): void {
    const wanted = new Map<string, Uint8Array>();
    for (const outcome of outcomes) {
      if (outcome.kind === 'wanted' && wanted.size < maxWanted) wanted.set(Buffer.from(outcome.headers).toString('latin1'), outcome.headers);
    }
    if (wanted.size === 0) return;
    if (!lane.session.send([...wanted.values()].map((headers) => ({ kind: 'headers-wanted', headers })))) lane.blocked = true;
  }

  #receive(peerId: PeerId, lane: Lane): void {
    lane.scheduled = false;
    lane.heardAt = this.#parts.clock.monotonic();
    const batch = lane.incoming;
    lane.incoming = [];
    if (!this.#isUsed(peerId, lane)) return; // replaced: the other side sends unacknowledged messages again
    try {
      // What it makes due is made in the same transaction, and sent after it.
      const { peer } = lane.session;
      const { outcomes, due } = this.#commit(() => {
        if (lane.repeat) this.#parts.engine.repeatControls(peerId, [...lane.repeat]);
        return { outcomes: this.#parts.engine.receive(peer, batch), due: lane.met ? this.#parts.engine.acknowledgements(peerId, peer) : [] };
      });
      lane.repeat = undefined;
      this.#ask(lane, outcomes);
      if (due.length > 0) this.#send(lane, due);
      const rejected = outcomes.flatMap((outcome) => (outcome.kind === 'rejected' ? [outcome.reason] : []));
      if (rejected.length > 0 && lane.rejected === 0) this.#parts.logger.warn('message.rejected', { count: rejected.length });
      lane.rejected += rejected.length;
      if (rejected.some((reason) => isForOtherDevice.has(reason))) this.#standingSoon(lane);
      // What says which keys are not accepted any more is heeded so often only, and its answer may have been under one of them.
      if (rejected.some((reason) => reason === 'throttled' || reason === 'kek-floor')) this.#standingLater(peerId, lane);
    } catch (error) {
      // Nothing was committed, so nothing is acknowledged: it will come again on the next connection.
      this.#parts.logger.error('message.not-stored', { reason: error instanceof Error ? error.name : 'unknown' });
      lane.session.close();
      return;
    }
    this.flush(peerId);
  }

  /** Something changed that the other devices of this person must know, too. */
  sayStanding(peerId: PeerId, except: Session): void {
    const { standing } = this.#parts;
    for (const { session } of this.#lanes.get(peerId)?.values() ?? []) {
      if (standing !== undefined && session !== except) session.send(standing.items(session));
    }
  }

  /** Says something on every connection with this person that takes more; nothing is kept for later. */
  tell(peerId: PeerId, item: SessionItem): void {
    for (const lane of this.#lanes.get(peerId)?.values() ?? []) {
      if (lane.met && !lane.blocked && !lane.session.send([item])) lane.blocked = true;
    }
  }

  #standingSoon(lane: Lane): void {
    const { standing, clock } = this.#parts;
    if (standing === undefined) return;
    lane.cancelStanding ??= clock.setTimer(standingAgainMs, () => {
      lane.cancelStanding = undefined;
      lane.session.send(standing.items(lane.session));
    });
  }

  #standingLater(peerId: PeerId, lane: Lane): void {
    const { standing, clock } = this.#parts;
    if (standing === undefined) return;
    lane.cancelOverBudget ??= clock.setTimer(overBudgetMs, () => {
      lane.cancelOverBudget = undefined;
      lane.session.send(standing.items(lane.session));
      // What was refused may have been the word that these arrived.
      lane.cursor = undefined;
      this.flush(peerId);
    });
  }

  #noteSent(peerId: PeerId, lane: Lane): void {
    const notes = lane.sentNotes;
    lane.sentNotes = new Map();
    if (notes.size === 0) return;
    try {
      this.#commit(() => {
        for (const [dialogId, range] of notes) this.#parts.history.sent({ peerId, dialogId, instanceId: this.#parts.ownInstance, ...range, way: 'connection' });
      });
    } catch {
      this.#parts.logger.warn('message.state-not-stored'); // a word on the screen, not the message
    }
  }

  #commit<T>(work: () => T): T {
    return this.#parts.events.during(() => this.#parts.transaction(work));
  }
}

/** Messages of a dialog are handed over in order, so that first and last say it all. */
function note(notes: Lane['sentNotes'], { dialogId, sequence }: Outbound): void {
  const range = notes.get(dialogId);
  if (range === undefined) notes.set(dialogId, { from: sequence, upTo: sequence });
  else notes.set(dialogId, { from: Math.min(range.from, sequence), upTo: Math.max(range.upTo, sequence) });
}
