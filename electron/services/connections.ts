import type { Via } from '../../shared/model/network';
import type { InstanceId, PeerId } from '../engine/ids';
import type { Clock, Logger, Random } from '../engine/ports';
import type { Session } from '../engine/session/session';
import { backoffMs, jitterMs } from './backoff';
import type { Candidate } from './candidates';
import type { Dialling } from './dialling';

/** A connection that lived this long was healthy: the next back-off starts from the beginning. A shorter one counts as a failure. */
const healthyMs = 60_000;
/** A person's act cuts a back-off short, but no sooner after the last try than this: a script acts a thousand times a second. */
const actGapMs = 1_000;
/** People looked for at once; beside them so many for whom a person waits, as the others may be nowhere and take long. */
const roundsAtOnce = 16;
const roundsBeside = 4;
/** After a change of network, and at the start, tries are spread over up to this long: this much for each person. */
const spreadMs = 1_000;
const spreadForEachMs = 50;
/** What is heard on the local network makes us try at once, but of one person no more often than this: anybody there can say it. */
const sightingGapMs = 5_000;
/** The same for a round that is under way, which would otherwise never come to an end. */
const startOverGapMs = 60_000;

interface Reaching {
  /** The one used last; a person with several devices may have others beside it. */
  session: Session | undefined;
  readonly open: Set<Session>;
  /** Waiting for its round, or in it. */
  dialling: boolean;
  /** Calls the round off that is under way. */
  round: AbortController | undefined;
  /** What is known changed during the round: the next one follows at once. */
  again: boolean;
  /** Tries and connections in a row that came to nothing. */
  failures: number;
  /** When the last try or connection ended; monotonic milliseconds. */
  endedAt: number | undefined;
  /** When the last connection came or went, Unix milliseconds. */
  since: number | undefined;
  sightedAt: number | undefined;
  timer: { readonly due: number; readonly cancel: () => void } | undefined;
}

/** What a screen shows of the search for one person. */
export interface Search {
  readonly connected: boolean;
  readonly since: number | undefined;
  readonly trying: boolean;
  /** Unix milliseconds. */
  readonly nextTryAt: number | undefined;
  readonly failures: number;
}

export interface ConnectionsParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly dialling: Pick<Dialling, 'round'>;
  /** What kind of way this session goes, told when it comes. */
  readonly viaOf: (peerId: PeerId, session: Session) => Via;
  /** Whether this person should be reached now: a contact who agreed and is not blocked. */
  readonly wanted: (peerId: PeerId) => boolean;
  /** A session is to be used from now on. May come again for one that is back in use. */
  readonly onOpen: (peerId: PeerId, session: Session) => void;
  /** One ended; whether another is left. */
  readonly onEnd: (peerId: PeerId, session: Session, connected: boolean) => void;
  /** Something of a `search` is different. */
  readonly onChange: () => void;
}

/** Keeps one live session with every contact that can be reached, with back-off where nobody answers. */
export class Connections {
  readonly #parts: ConnectionsParts;
  readonly #peers = new Map<PeerId, Reaching>();
  readonly #queue: PeerId[] = [];
  /** A person waits for these, or they were heard nearby. */
  readonly #first: PeerId[] = [];
  readonly #vias = new WeakMap<Session, Via>();
  #rounds = 0;
  #closed = false;

  constructor(parts: ConnectionsParts) {
    this.#parts = parts;
  }

  session(peerId: PeerId): Session | undefined {
    return this.#peers.get(peerId)?.session;
  }

  sessions(): Session[] {
    return [...this.#peers.values()].flatMap(({ open }) => [...open]);
  }

  /** What kind of way a session goes. */
  via(session: Session): Via {
    return this.#vias.get(session) ?? 'direct';
  }

  /** How the search for this person stands. */
  search(peerId: PeerId): Search {
    const peer = this.#peers.get(peerId);
    const { clock } = this.#parts;
    return {
      connected: peer?.session !== undefined,
      since: peer?.session?.since ?? peer?.since,
      trying: peer?.dialling === true && peer.session === undefined,
      nextTryAt: peer?.timer === undefined ? undefined : clock.now() + Math.max(0, peer.timer.due - clock.monotonic()),
      failures: peer?.session === undefined ? (peer?.failures ?? 0) : 0,
    };
  }

  /**
   * Reaches for this person now, unless that is under way or done; a person's act cuts the back-off short. Never throws:
   * it follows acts that are durable already.
   */
  reach(peerId: PeerId): void {
    const peer = this.#peer(peerId);
    if (peer.session !== undefined || peer.dialling || !this.#wanted(peerId)) return;
    this.#stopTimer(peer);
    const gap = peer.endedAt === undefined ? 0 : peer.endedAt + actGapMs - this.#parts.clock.monotonic();
    if (gap > 0) this.#reachIn(gap, peerId, peer);
    else this.#enqueue(peerId, peer, true);
  }

  /** A person doubts it: looks for somebody who is not here, asks a connection that seems to be for a sign of life. */
  tryNow(peerId: PeerId, deadlineMs: number): void {
    for (const session of this.#peers.get(peerId)?.open ?? []) session.checkNow(deadlineMs);
    this.reach(peerId);
  }

  /** A confirmed session, whoever dialled; it takes the place of what was used before. May come again for a session that is back in use. */
  adopt(session: Session): void {
    const { peerId } = session.peer.identity;
    if (this.#closed || !this.#parts.wanted(peerId)) {
      session.close();
      return;
    }
    const peer = this.#peer(peerId);
    this.#stopTimer(peer);
    peer.session = session; // the session host ends what this one replaces, when it no longer needs it
    const since = this.#parts.clock.monotonic();
    const isNew = !peer.open.has(session);
    peer.open.add(session);
    if (isNew) {
      this.#vias.set(session, this.#parts.viaOf(peerId, session));
      session.onClose(() => this.#ended(peerId, peer, session, since));
    }
    // What has not come as far as a handshake is not needed any more.
    peer.round?.abort();
    this.#parts.onOpen(peerId, session);
    this.#parts.onChange();
  }

  #ended(peerId: PeerId, peer: Reaching, session: Session, since: number): void {
    peer.open.delete(session);
    if (peer.session === session) peer.session = [...peer.open].at(-1);
    if (peer.session === undefined) {
      peer.endedAt = this.#parts.clock.monotonic();
      peer.since = this.#parts.clock.now();
      peer.failures = peer.endedAt - since >= healthyMs ? 0 : peer.failures + 1;
    }
    try {
      this.#parts.onEnd(peerId, session, peer.session !== undefined);
    } catch (error) {
      this.#fault('session.end-not-told', error); // must not keep us from coming back
    }
    if (peer.session === undefined) this.#retryLater(peerId, peer);
    this.#parts.onChange();
  }

  /**
   * The network is another one, or was away: everybody who is wanted and not here is looked for at once, a little apart,
   * as if there had been no failure before.
   */
  lookAgain(): void {
    const missing = [...this.#peers].filter(([peerId, peer]) => peer.session === undefined && this.#wanted(peerId));
    for (const [peerId, peer] of missing) {
      peer.failures = 0;
      this.#stopTimer(peer);
      if (peer.dialling) this.#startOver(peer);
      else this.#reachIn(jitterMs(this.#parts.random, Math.min(spreadMs, spreadForEachMs * missing.length)), peerId, peer);
    }
  }

  /** At the start: all of these, a little apart. */
  begin(peerIds: readonly PeerId[]): void {
    for (const peerId of peerIds) if (this.#wanted(peerId)) this.#peer(peerId);
    this.lookAgain();
  }

  /** A device of this person was heard on the local network. */
  sighted(peerId: PeerId): void {
    const peer = this.#peer(peerId);
    const now = this.#parts.clock.monotonic();
    const gap = peer.dialling ? startOverGapMs : sightingGapMs;
    if (peer.session !== undefined || (peer.sightedAt !== undefined && now - peer.sightedAt < gap)) return;
    peer.sightedAt = now;
    if (peer.dialling) this.#startOver(peer);
    else this.reach(peerId);
  }

  /** More is known of this person than when the last try failed: the next one is made at once. Never throws. */
  learned(peerId: PeerId): void {
    const peer = this.#peer(peerId);
    peer.failures = 0;
    if (peer.session === undefined && peer.dialling) this.#startOver(peer);
    else this.reach(peerId);
  }

  /** Ends sessions of this person that do not hold any more. */
  dropWhere(peerId: PeerId, isOver: (session: Session) => boolean): void {
    for (const session of this.#peers.get(peerId)?.open ?? []) if (isOver(session)) session.close();
  }

  /** Asks every session for a sign of life; those that give none within `deadlineMs` end. */
  checkAll(deadlineMs: number): void {
    for (const session of this.sessions()) session.checkNow(deadlineMs);
  }

  #startOver(peer: Reaching): void {
    if (peer.round === undefined) return; // its round begins anew anyway
    peer.again = true;
    peer.round.abort();
  }

  /** Ends the sessions with these devices of a person. */
  dropDevices(peerId: PeerId, isGone: (instanceId: InstanceId) => boolean): void {
    this.dropWhere(peerId, ({ peer }) => isGone(peer.instance.instanceId));
  }

  /** Ends what there is with this person: blocked or removed. */
  drop(peerId: PeerId): void {
    const peer = this.#peers.get(peerId);
    if (peer === undefined) return;
    this.#stopTimer(peer);
    peer.round?.abort();
    for (const session of peer.open) session.close();
    peer.failures = 0; // our own doing
    peer.endedAt = undefined;
  }

  close(): void {
    this.#closed = true;
    this.#queue.length = this.#first.length = 0;
    for (const peer of this.#peers.values()) {
      peer.timer?.cancel();
      peer.round?.abort();
      for (const session of peer.open) session.close();
    }
  }

  #peer(peerId: PeerId): Reaching {
    let peer = this.#peers.get(peerId);
    if (peer === undefined) {
      peer = {
        session: undefined,
        open: new Set(),
        dialling: false,
        round: undefined,
        again: false,
        failures: 0,
        endedAt: undefined,
        since: undefined,
        sightedAt: undefined,
        timer: undefined,
      };
      this.#peers.set(peerId, peer);
    }
    return peer;
  }

  #next(): void {
    for (;;) {
      const peerId = this.#waitingNext();
      if (peerId === undefined) return;
      this.#rounds += 1;
      void this.#look(peerId)
        // A damaged row or a failing disk costs this try, not the process.
        .catch((error: unknown) => this.#fault('dial.fault', error))
        .finally(() => {
          this.#rounds -= 1;
          this.#next();
        });
    }
  }

  #waitingNext(): PeerId | undefined {
    if (this.#rounds < roundsAtOnce) return this.#first.shift() ?? this.#queue.shift();
    return this.#rounds < roundsAtOnce + roundsBeside ? this.#first.shift() : undefined;
  }

  async #look(peerId: PeerId): Promise<void> {
    const peer = this.#peer(peerId);
    const round = new AbortController();
    peer.again = false;
    try {
      if (peer.session !== undefined || !this.#wanted(peerId)) return;
      peer.round = round;
      await this.#parts.dialling.round(peerId, round.signal, (candidate, error) => this.#tellFailed(candidate, error));
    } finally {
      // Called off is no failure, and a session that was taken up calls off. One that could not be, for want of disk, is one.
      if (peer.round !== undefined && !round.signal.aborted) this.#failed(peer);
      peer.round = undefined;
      peer.dialling = false;
      if (peer.session === undefined) this.#goOn(peerId, peer);
      this.#parts.onChange();
    }
  }

  #tellFailed({ address }: Candidate, error: unknown): void {
    this.#parts.logger.debug('dial.failed', { port: address.port, reason: error instanceof Error ? error.name : 'unknown' });
  }

  #goOn(peerId: PeerId, peer: Reaching): void {
    if (!peer.again || !this.#wanted(peerId)) return this.#retryLater(peerId, peer);
    this.#reachIn(jitterMs(this.#parts.random, spreadForEachMs), peerId, peer);
  }

  #retryLater(peerId: PeerId, peer: Reaching): void {
    if (peer.timer !== undefined || peer.dialling || !this.#wanted(peerId)) return;
    this.#reachIn(backoffMs(this.#parts.random, peer.failures), peerId, peer);
  }

  #reachIn(milliseconds: number, peerId: PeerId, peer: Reaching): void {
    const { clock } = this.#parts;
    const cancel = clock.setTimer(milliseconds, () => {
      peer.timer = undefined;
      if (peer.session === undefined && !peer.dialling && this.#wanted(peerId)) this.#enqueue(peerId, peer);
    });
    peer.timer = { due: clock.monotonic() + milliseconds, cancel };
  }

  #stopTimer(peer: Reaching): void {
    peer.timer?.cancel();
    peer.timer = undefined;
  }

  /** `first`: a person waits for this one. */
  #enqueue(peerId: PeerId, peer: Reaching, first = false): void {
    peer.dialling = true;
    (first ? this.#first : this.#queue).push(peerId);
    this.#next();
  }

  #failed(peer: Reaching): void {
    peer.failures += 1;
    peer.endedAt = this.#parts.clock.monotonic();
  }

  /** A row that cannot be read now is nobody to dial now. */
  #wanted(peerId: PeerId): boolean {
    if (this.#closed) return false;
    try {
      return this.#parts.wanted(peerId);
    } catch (error) {
      this.#fault('dial.fault', error);
      return false;
    }
  }

  #fault(event: string, error: unknown): void {
    this.#parts.logger.error(event, { reason: error instanceof Error ? error.name : 'unknown' });
  }
}
