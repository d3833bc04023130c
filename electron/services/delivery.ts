import type { Crypto } from '../engine/crypto/crypto';
import type { DialogEngine, Outbound, ReceiveOutcome } from '../engine/dialog/dialog-engine';
import { ShortMessage } from '../engine/dialog/short-form';
import { ShortSending } from '../engine/dialog/short-sending';
import type { DialogId, InstanceId, PeerId } from '../engine/ids';
import type { Clock, Logger } from '../engine/ports';
import type { Session, SessionItem } from '../engine/session/session';
import { Arrivals } from './arrivals';
import { isNews } from './envelopes';
import type { EventHub } from './event-hub';
import type { History } from './history';
import { type NotesOfLane, SentNotes } from './sent-notes';
import type { StandingExchange } from './standing-exchange';

/** How many envelopes are read from the outbox at a time. */
const page = 64;
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
  readonly peerId: PeerId;
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
  readonly sentNotes: NotesOfLane;
  /** Messages of this session that were refused; the first is logged, so that nobody fills the log. */
  rejected: number;
  cancelRepeat: (() => void) | undefined;
  cancelStanding: (() => void) | undefined;
  cancelOverBudget: (() => void) | undefined;
  cancelPatience: (() => void) | undefined;
}

/** What came of a batch. */
interface Taken {
  readonly outcomes: readonly ReceiveOutcome[];
  readonly due: readonly Outbound[];
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
  /** Hears whether what comes can be stored. */
  readonly untaken?: { stored(): void; refused(error: unknown): void };
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

  readonly #arrivals: Arrivals<Lane, Taken>;
  readonly #sentNotes: SentNotes;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
    const { clock, logger } = parts;
    const commit = <T>(work: () => T): T => this.#commit(work);
    this.#arrivals = new Arrivals({
      clock, commit,
      // One that was replaced: the other side sends unacknowledged messages again.
      count: (lane) => (this.#isUsed(lane) ? lane.incoming.length : undefined),
      take: (lane) => this.#take(lane),
      taken: (lane, taken) => {
        if (taken.outcomes.some(isNews)) parts.untaken?.stored();
        this.#taken(lane, taken);
      },
      refused: (lane, error) => {
        // Nothing was committed, so nothing is acknowledged: it will come again on the next connection.
        logger.error('message.not-stored', { reason: error instanceof Error ? error.name : 'unknown' });
        parts.untaken?.refused(error);
        lane.session.close();
      },
    });
    this.#sentNotes = new SentNotes({ clock, logger, commit, write: (peerId, dialogId, range) => parts.history.sent({ peerId, dialogId, instanceId: parts.ownInstance, ...range, way: 'connection' }) });
  }

  /** A session with a device of this person is up: say where we stand, send what waits, hear what comes. */
  attach(peerId: PeerId, session: Session, onCard: (bytes: Uint8Array) => void): void {
    const { standing } = this.#parts;
    const { instanceId } = session.peer.instance;
    this.#drop(peerId, instanceId);
    const lane: Lane = {
      peerId,
      session,
      met: standing === undefined || this.#met.has(session),
      cursor: undefined,
      blocked: false,
      short: new ShortSending(this.#parts.crypto),
      incoming: [],
      repeat: undefined,
      sentNotes: this.#sentNotes.of(peerId),
      rejected: 0,
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
      this.#heard(lane, items);
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

  /** What this person, of whom nothing stays, is still told: made in the transaction that forgets them. Gives what says it after that; never throws. */
  lastWords(peerId: PeerId): () => void {
    const { engine } = this.#parts;
    const words = [...(this.#lanes.get(peerId)?.values() ?? [])].flatMap((lane) => {
      // Whatever cannot be said, they go; what the disk refuses, it refuses for all of it.
      const due = lane.blocked || !lane.met ? undefined : this.#tried(() => this.#commit(() => engine.acknowledgements(peerId, lane.session.peer)));
      return due === undefined || due.length === 0 ? [] : [{ lane, due }];
    });
    return () => words.forEach(({ lane, due }) => this.#tried(() => this.#send(lane, due)));
  }

  #tried<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.#parts.logger.error('message.not-handed-over', { reason: error instanceof Error ? error.name : 'unknown' });
      return undefined;
    }
  }

  close(): void {
    this.#sentNotes.flush();
    for (const lane of [...this.#lanes.values()].flatMap((lanes) => [...lanes.values()])) {
      lane.sentNotes.cancel();
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
    lane.cancelRepeat?.();
    lane.cancelStanding?.();
    lane.cancelOverBudget?.();
    lane.cancelPatience?.();
    lanes.delete(instanceId);
    if (lanes.size === 0) this.#lanes.delete(peerId);
    lane.sentNotes.end();
  }

  #isUsed(lane: Lane): boolean {
    return this.#lanes.get(lane.peerId)?.get(lane.session.peer.instance.instanceId) === lane;
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
      for (const envelope of envelopes) lane.sentNotes.add(envelope);
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

  #heard(lane: Lane, items: readonly SessionItem[]): void {
    for (const item of items) {
      // Views of the record, which lasts as long as they do.
      if (item.kind === 'message') lane.incoming.push(item.bytes);
      else if (item.kind === 'short-message') lane.incoming.push(new ShortMessage(item.bytes));
      else if (item.kind === 'headers-wanted') this.#wanted(lane, item.headers);
    }
    if (lane.incoming.length > 0 || lane.repeat) this.#arrivals.add(lane);
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

  /** What it makes due is made in the same transaction, and sent after it. */
  #take(lane: Lane): Taken {
    const { engine } = this.#parts;
    const { peerId, session: { peer } } = lane;
    lane.sentNotes.heard();
    const batch = lane.incoming;
    lane.incoming = [];
    if (lane.repeat) engine.repeatControls(peerId, [...lane.repeat]);
    return { outcomes: engine.receive(peer, batch), due: lane.met ? engine.acknowledgements(peerId, peer) : [] };
  }

  #taken(lane: Lane, { outcomes, due }: Taken): void {
    const { peerId } = lane;
    lane.repeat = undefined;
    if (!this.#isUsed(lane)) return;
    try {
      this.#ask(lane, outcomes);
      if (due.length > 0) this.#send(lane, due);
      const rejected = outcomes.flatMap((outcome) => (outcome.kind === 'rejected' ? [outcome.reason] : []));
      if (rejected.length > 0 && lane.rejected === 0) this.#parts.logger.warn('message.rejected', { count: rejected.length });
      lane.rejected += rejected.length;
      if (rejected.some((reason) => isForOtherDevice.has(reason))) this.#standingSoon(lane);
      // What says which keys are not accepted any more is heeded so often only, and its answer may have been under one of them.
      if (rejected.some((reason) => reason === 'throttled' || reason === 'kek-floor')) this.#standingLater(peerId, lane);
    } catch (error) {
      this.#parts.logger.error('message.not-answered', { reason: error instanceof Error ? error.name : 'unknown' });
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

  #commit<T>(work: () => T): T {
    return this.#parts.events.during(() => this.#parts.transaction(work));
  }
}
