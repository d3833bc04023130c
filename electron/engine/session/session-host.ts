import { type Chain, VerifiedCache } from '../certificates/chain';
import type { LocalParty } from '../certificates/local-party';
import { isStillPinned, isUnderSuccessor, listVersionFor } from '../certificates/pinned-chain';
import type { Crypto } from '../crypto/crypto';
import type { Secret } from '../crypto/secret';
import type { PeerId } from '../ids';
import type { Address, Clock, Link, Logger } from '../ports';
import { type Frame, FrameReader, frameTypes } from '../wire/frame';
import { BehindSessions } from './behind-sessions';
import { openingPurpose } from './channel';
import { Connection } from './connection';
import { DecapsulationBudget } from './decapsulation-budget';
import { type FailureReason, SessionError } from './failure';
import { awaitFirstFrame, type FirstFrame } from './first-frame';
import { Gate, type Ticket } from './gate';
import { dialling, listening, wipeSessionKeys } from './handshake';
import type { DialTarget, Failed, HandshakeEnvironment, HandshakeState, Opened, PeerLookup, ResumptionDesk } from './handshake-state';
import type { HandoverTaker } from './handover-taker';
import { KnownSessions } from './known-sessions';
import { Leaving } from './leaving';
import { defaultLimits, type SessionLimits } from './limits';
import { Rejections } from './rejections';
import { ReplayFilter } from './replay-filter';
import type { Resumptions } from './resumptions';
import { isInStep } from './own-device';
import { SemiStaticKeeper } from './semi-static';
import { LiveSession, type Session } from './session';
import { sourceOf } from './source';
import { tracked } from './tracked-link';

export type { DialTarget, PeerLookup, Pin } from './handshake-state';

export interface SessionHostParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Undefined while the vault is locked: links are closed unanswered then. */
  readonly local: () => LocalParty | undefined;
  readonly peers: PeerLookup;
  /**
   * This session is the one to use with its instance from now on: a new one, whoever dialled, or an older one again
   * after a newer one ended. Handlers set in here miss nothing. `keep` writes down what its resumption needs: called here
   * it shares the transaction in which the session is taken up; otherwise it is done right after.
   */
  readonly onSession: (session: Session, keep: () => void) => void;
  /**
   * A confirmed session with a device that shows an older device list than the one known: it may be told the newer one,
   * and is not to be used for anything else. Closed here right after.
   */
  readonly onOutdated?: (session: Session) => void;
  /**
   * A confirmed session with a device of the own person that shows another key or list than the one in force here, or is no active one: it
   * serves getting in step and nothing else (protocol.md §10). Whoever takes it closes it. Without this no such device is taken.
   */
  readonly onBehind?: (session: Session) => void;
  /** A link whose first frame opens a channel. It stays within the limits for strangers until it closes. */
  readonly onChannel?: (link: Link, first: Frame, leftover: Uint8Array) => void;
  /** Somebody authenticated as this person under another key than the pinned one (protocol.md §9). */
  readonly onKeyMismatch?: (mismatch: KeyMismatch) => void;
  /** A contact's certificate, of the pinned key, ended too long ago to count without the user's word. */
  readonly onLapsed?: (peerId: PeerId) => void;
  /** Whether a contact's card names this source, as `sourceOf` writes it: a part of the places is kept for those. */
  readonly isKnownSource?: (source: string) => boolean;
  /** Sessions are resumed where there is this, and made anew where not. */
  readonly resumptions?: Resumptions;
  /** Looks for what other devices of the own person have; without it only what is here is resumed. */
  readonly handover?: HandoverTaker;
  /** Verified chains, so that a repeat costs no signature; one of its own when left out. */
  readonly verified?: VerifiedCache;
  readonly limits?: Partial<SessionLimits>;
}

/** A well-formed, authentic authentication as a known person under another key than the pinned one (S5-02). Proves nothing else. */
export interface KeyMismatch {
  /** The person claimed. */
  readonly peerId: PeerId;
  /** Who dialled: `them` with an M1, or `us` who got an M2. */
  readonly dialledBy: 'us' | 'them';
  readonly remote: Address;
  /** What was shown: sound in itself, and vouched for by nothing that is pinned. */
  readonly chain: Chain;
  /** Where they dialled: shows to them and to nobody else who was refused. The taker wipes it. */
  readonly secret?: Secret<'pair'>;
}

export interface SessionHost {
  /** Takes an accepted link: routes it by its first frame, or closes it without a word. */
  accept(link: Link): void;
  /**
   * Runs the handshake as the dialler. Rejects with `SessionError`; the link is closed then. Gives the older session
   * when the rule for simultaneous opening keeps that one; `met-meanwhile`: a resumption was refused because the other side's own dial had
   * been first. `onRetry`: the M1 was refused; its secret is the taker's to wipe.
   */
  dial(link: Link, target: DialTarget, onRetry?: (secret: Secret<'pair'>) => void): Promise<Session>;
  /** Unauthenticated accepted connections and confirmed sessions, for diagnostics. */
  readonly counts: { readonly halfOpen: number; readonly sessions: number };
  /** Ends everything and erases the semi-static key. */
  close(): void;
}

/** Runs sessions over links: limits for strangers, one session per pair of instances (protocol.md §8). */
export function createSessionHost(parts: SessionHostParts): SessionHost {
  return new Host(parts);
}

class Host implements SessionHost {
  readonly #parts: SessionHostParts;
  readonly #limits: SessionLimits;
  readonly #gate: Gate;
  readonly #channels: Gate;
  readonly #leaving: Leaving;
  readonly #budget: DecapsulationBudget;
  readonly #replays = new ReplayFilter();
  readonly #verified: VerifiedCache;
  readonly #rejections: Rejections;
  readonly #semiStatic: SemiStaticKeeper;
  readonly #sessions: KnownSessions;
  /** How to end what has no session yet. */
  readonly #underWay = new Set<() => void>();
  readonly #behind = new BehindSessions();
  #closed = false;

  constructor(parts: SessionHostParts) {
    const { clock, logger, crypto, isKnownSource } = parts;
    this.#parts = parts;
    this.#limits = { ...defaultLimits, ...parts.limits };
    this.#verified = parts.verified ?? new VerifiedCache();
    this.#gate = new Gate(this.#limits, isKnownSource);
    this.#channels = new Gate(this.#limits.channels, (source) => this.#gate.knows(source));
    this.#leaving = new Leaving(this.#limits.leaving);
    this.#budget = new DecapsulationBudget(this.#limits, clock.monotonic());
    this.#rejections = new Rejections(clock, logger);
    this.#semiStatic = new SemiStaticKeeper(crypto, clock);
    this.#sessions = new KnownSessions(clock, this.#limits, (session) => this.#use(session));
  }

  get counts(): { readonly halfOpen: number; readonly sessions: number } {
    return { halfOpen: this.#gate.halfOpen, sessions: this.#sessions.count };
  }

  accept(link: Link): void {
    const { clock, local } = this.#parts;
    const source = sourceOf(link.remote);
    if (this.#closed || !local()) return this.#turnAway(link, source, 'locked');
    const deadline = clock.monotonic() + this.#limits.handshakeMs;
    const ticket = this.#gate.admit(source, clock.monotonic(), () => {
      end();
    });
    if (!ticket) return this.#turnAway(link, source, 'busy');
    const end = awaitFirstFrame(
      clock,
      link,
      this.#limits.handshakeMs,
      (first) => {
        this.#underWay.delete(end);
        ticket.spoke();
        this.#route(link, ticket, first, deadline);
      },
      (reason) => {
        this.#underWay.delete(end);
        ticket.release();
        this.#rejections.note(reason, source);
      },
    );
    this.#underWay.add(end);
  }

  dial(link: Link, target: DialTarget, onRetry?: (secret: Secret<'pair'>) => void): Promise<Session> {
    const { clock, local } = this.#parts;
    const party = local();
    if (this.#closed || !party) {
      link.destroy();
      return Promise.reject(new SessionError('locked'));
    }
    return new Promise((resolve, reject) => {
      this.#run({
        link,
        party,
        state: dialling(target),
        reader: new FrameReader(),
        first: undefined,
        ticket: undefined,
        deadline: clock.monotonic() + this.#limits.handshakeMs,
        ...(onRetry && { onRetry }),
        onDone: (outcome) => (typeof outcome === 'string' ? reject(new SessionError(outcome)) : resolve(outcome)),
      });
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const end of this.#underWay) end();
    this.#underWay.clear();
    this.#sessions.closeAll();
    this.#behind.closeAll();
    this.#semiStatic.wipe();
  }

  #turnAway(link: Link, source: string, reason: FailureReason): void {
    link.destroy();
    this.#rejections.note(reason, source);
  }

  #route(link: Link, ticket: Ticket, { frame, reader, leftover }: FirstFrame, deadline: number): void {
    const { clock, local, onChannel } = this.#parts;
    const party = local();
    if (frame.type === frameTypes.channelOpen && party && onChannel) {
      const now = clock.monotonic();
      const place = this.#channels.admit(ticket.source, now, () => link.destroy());
      // Answering costs one encapsulation, about what a decapsulation costs: it comes out of the same share (A54).
      if (!place || !this.#budget.take(ticket.source, this.#gate.knows(ticket.source), now)) {
        place?.release();
        ticket.release();
        return this.#turnAway(link, ticket.source, 'busy');
      }
      // Once its question is there a meeting waits for two people and has limits of its own; opened without a word it is a stranger's.
      const heard = openingPurpose(frame) === 'meet' ? (): void => place.spoke() : undefined;
      const gone = (): void => {
        place.release();
        ticket.release();
      };
      onChannel(tracked(link, gone, heard), frame, leftover);
      return;
    }
    if (frame.type !== frameTypes.m1 || !party || this.#sessions.count >= this.#limits.sessions) {
      ticket.release();
      return this.#turnAway(link, ticket.source, party ? 'busy' : 'locked');
    }
    this.#run({
      link,
      party,
      state: listening(),
      reader,
      first: frame,
      ticket,
      deadline,
      onDone: (outcome) => {
        ticket.release();
        if (typeof outcome !== 'string') this.#gate.remember(ticket.source);
      },
    });
  }

  #run({ link, party, state, reader, first, ticket, deadline, onRetry, onDone }: Run): void {
    const { clock, logger, resumptions, handover } = this.#parts;
    const source = sourceOf(link.remote);
    const desk = resumptions?.desk(() => ticket?.proven(), handover && ((message, frame) => handover.asks({ message, frame }, source)));
    const connection = new Connection({
      clock,
      limits: this.#limits,
      environment: this.#environment(party, source, clock.monotonic(), desk),
      link,
      reader,
      state,
      deadline,
      onOpen: (opened) => {
        this.#underWay.delete(end);
        desk?.opened(opened.peer);
        desk?.release();
        const session = this.#open(link, opened);
        onDone(session?.current ?? 'closed');
        return session?.fresh;
      },
      onRefused: (reason) => {
        desk?.release();
        this.#rejections.note(reason, source);
        ticket?.again(clock.monotonic(), () => connection.end('busy'));
      },
      onAgain: () => ticket?.spoke(),
      ...(handover && { onLook: (m1, message, done) => void handover.look({ message, frame: m1.frame }).finally(done) }),
      onFailed: (failure) => {
        this.#underWay.delete(end);
        desk?.release();
        if (failure.answer === 'retry') this.#leaving.add(link);
        this.#failed(failure, link, onRetry);
        onDone(failure.reason);
      },
      onGone: () => this.#leaving.gone(link),
      onFault: (error) => logger.error('session.fault', { reason: error instanceof Error ? error.name : 'unknown' }),
    });
    const end = (): void => connection.end('locked');
    this.#underWay.add(end);
    connection.begin(first);
  }

  /** `fresh` is this link's session unless it lost against `current`. */
  #open(link: Link, opened: Opened): { readonly current: LiveSession | undefined; readonly fresh: LiveSession | undefined } | undefined {
    const { crypto, clock, local, peers } = this.#parts;
    const party = local();
    const { peerId } = opened.peer.identity;
    // The vault may have been locked, or the person blocked, while the handshake was under way (A57).
    const unwanted = this.#closed || !party || (peerId !== party.peerId && !isStillPinned(crypto, peers, opened.peer));
    if (unwanted) {
      this.#discard(opened);
      wipeSessionKeys(opened.keys);
      link.destroy();
      return undefined;
    }
    const pin = peers.pinned(peerId);
    const underSuccessor = pin !== undefined && isUnderSuccessor(crypto, pin, opened.peer.identity.spkiHash);
    const onHint = (hint: Uint8Array): void => this.#parts.resumptions?.hinted(opened.keys.keyId, hint);
    const fresh = new LiveSession({ crypto, clock, link, opened, limits: this.#limits, underSuccessor, onHint });
    try {
      return this.#place(fresh, opened, party, pin);
    } catch (error) {
      fresh.ended(); // the connection wipes its keys: left open it would be asked for a sign of life, which nothing could seal
      throw error;
    }
  }

  #place(fresh: LiveSession, opened: Opened, party: LocalParty, pin: ReturnType<PeerLookup['pinned']>): { readonly current: LiveSession | undefined; readonly fresh: LiveSession | undefined } {
    const { crypto, peers } = this.#parts;
    if (opened.peer.list.version < ((pin && listVersionFor(crypto, pin, opened.peer.identity.spkiHash)) ?? 0)) {
      this.#rejections.note('list-version', sourceOf(fresh.remote));
      this.#discard(opened);
      this.#parts.onOutdated?.(fresh);
      fresh.close();
      return { current: undefined, fresh };
    }
    if (opened.peer.identity.peerId === party.peerId && this.#parts.onBehind && !isInStep(crypto, party, peers, opened.peer)) {
      this.#discard(opened);
      if (this.#behind.admit(fresh)) this.#parts.onBehind(fresh);
      return { current: undefined, fresh };
    }
    if (opened.resumes) this.#verified.addRecalled(crypto, opened.peer);
    this.#parts.resumptions?.began(fresh.keyId, () => fresh.digests);
    fresh.onClose(() => this.#parts.resumptions?.ended(fresh.keyId, fresh.digests));
    const current = this.#sessions.add({ peerId: party.peerId, instanceId: party.instanceId }, fresh);
    if (current !== fresh) this.#discard(opened);
    return { current, fresh: fresh.closed ? undefined : fresh };
  }

  /** It is the one in use: its resumption takes the place of what there was for the pair. */
  #use(session: LiveSession): void {
    const { onSession, resumptions, local, logger } = this.#parts;
    const keep = (): void => {
      const party = local();
      if (resumptions && party && !session.closed) resumptions.keep(session.opened, party, session.digests);
    };
    let isKept = false;
    onSession(session, () => {
      keep();
      isKept = true;
    });
    if (isKept) return;
    try {
      keep();
    } catch (error) {
      logger.warn('resumption.not-kept', { reason: error instanceof Error ? error.name : 'unknown' });
    }
  }

  /** What a session was resumed from is used up, also where the session itself is not kept. */
  #discard({ resumes }: Opened): void {
    if (resumes) this.#parts.resumptions?.discard(resumes);
  }

  #failed({ reason, shown, secret }: Failed, { role, remote }: Link, onRetry: Run['onRetry']): void {
    if (reason === 'met-meanwhile') return; // nobody was refused
    this.#rejections.note(reason, sourceOf(remote));
    const { onLapsed, onKeyMismatch } = this.#parts;
    if (shown && reason === 'lapsed') onLapsed?.(shown.identity.peerId);
    else if (shown && onKeyMismatch) return onKeyMismatch({ peerId: shown.identity.peerId, dialledBy: role === 'dialler' ? 'us' : 'them', remote, chain: shown, ...(secret && { secret }) });
    if (secret && onRetry) onRetry(secret);
    else secret?.wipe();
  }

  /** `begun`: when this handshake began, monotonic milliseconds. */
  #environment(local: LocalParty, source: string, begun: number, desk: ResumptionDesk | undefined): HandshakeEnvironment {
    const { crypto, clock, peers } = this.#parts;
    return {
      crypto,
      local,
      peers,
      verified: this.#verified,
      semiStatic: () => this.#semiStatic.current(local),
      mayDecapsulate: () => this.#budget.take(source, this.#gate.knows(source), clock.monotonic()),
      isReplay: (frameHash) => this.#replays.has(frameHash),
      opened: (frameHash) => this.#replays.add(frameHash),
      metMeanwhile: (device) => this.#sessions.isSince(device, begun),
      takesBehind: this.#parts.onBehind !== undefined,
      ...(desk && { resumption: desk }),
    };
  }
}

interface Run {
  readonly link: Link;
  readonly party: LocalParty;
  readonly state: HandshakeState;
  readonly reader: FrameReader;
  readonly first: Frame | undefined;
  /** An accepted link's place among the unauthenticated ones. */
  readonly ticket: Ticket | undefined;
  readonly deadline: number;
  readonly onRetry?: (secret: Secret<'pair'>) => void;
  readonly onDone: (outcome: LiveSession | FailureReason) => void;
}
