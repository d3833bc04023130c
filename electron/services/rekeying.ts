import type { Card } from '../engine/certificates/card';
import { type Chain, encodeChain, type VerifiedChain } from '../engine/certificates/chain';
import { type KeyElement, parseKeyElements } from '../engine/certificates/key-history';
import type { LocalParty } from '../engine/certificates/local-party';
import type { Crypto } from '../engine/crypto/crypto';
import type { DialogEngine } from '../engine/dialog/dialog-engine';
import type { PeerId } from '../engine/ids';
import type { Clock, Logger, Transport } from '../engine/ports';
import { contactOfTag } from '../engine/session/contact-tag';
import type { AnswererParts, HeldKey, RekeyAnswer, RekeyDesk } from '../engine/session/rekey-answer';
import type { Session } from '../engine/session/session';
import type { KeyMismatch } from '../engine/session/session-host';
import type { EventHub } from './event-hub';
import type { Connections } from './connections';
import type { Dialling } from './dialling';
import { AskingBack } from './asking-back';
import { heldKeysOf, isKnownKey, leftKeysOf } from './held-keys';
import { clearShown, judge, type Judgement, noteShown } from './judging-keys';
import { noteLapse } from './lapses';
import { isSame, movePin } from './moving-pins';
import type { PeerBook } from './peer-book';
import type { Stores } from './ports';
import type { Places } from './racing';
import { AnsweringParty } from './answering-party';
import { askAround } from './rekey-round';
import { RefusedDials } from './refused-dials';
import { foreignKeyOf, noteRenewed, settleRenewed } from './renewed-elsewhere';
import { RekeyPace, toldAt } from './rekey-pace';
import { toTell } from './telling-back';
import { answerOf } from './told-keys';

/** Questions under way at once, whoever they are about. */
const atOnce = 4;
/** How long a dial that was refused may be a matter of two at once, in milliseconds. */
const refusedMs = 2_000;
/** Keys remembered of one person that were shown while a question is under way or waits. */
const shownAtOnce = 3;
/** Keys before the pinned one that one device is asked about in one go: each costs it a channel. */
const leftAtOnce = 3;

export interface RekeyingParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly transport: Transport;
  readonly local: LocalParty;
  readonly stores: Stores;
  readonly events: EventHub;
  readonly book: PeerBook;
  readonly engine: Pick<DialogEngine, 'distrust'>;
  readonly dialling: Pick<Dialling, 'candidates'>;
  readonly connections: Pick<Connections, 'session' | 'learned' | 'drop' | 'dropWhere'>;
  readonly places: Places;
  readonly commit: <T>(work: () => T) => T;
  readonly keepCheck: () => boolean;
  /** What own messages to this person wait for is different. */
  readonly onHeld: (peerId: PeerId) => void;
  /** Two keys of this person are in question. */
  readonly onFork: (peerId: PeerId) => void;
  /** This person proved for the first time to know the identity key in use. */
  readonly onProven: (peerId: PeerId) => void;
  /** What time it is at this person. */
  readonly onTime: (peerId: PeerId, time: number) => void;
  /** Enough contacts know of no later own key than the one that came from a file. */
  readonly onConfirmed: () => void;
}

interface Matter {
  readonly pace: RekeyPace;
  /** Shown in this person's name and vouched for by nothing so far. */
  shown: Chain[];
  asking: boolean;
  cancel: (() => void) | undefined;
}

/**
 * Keys that renew themselves (protocol.md §9): when somebody authenticates as a contact under another key than the pinned one, asks the
 * contact's devices what came after that one, and moves the pin once the new key was proven. Nobody is asked about it where the old key
 * vouches; where nothing does, sending waits for the person.
 */
export class Rekeying {
  readonly #parts: RekeyingParts;
  readonly #matters = new Map<PeerId, Matter>();
  readonly #waiting: PeerId[] = [];
  readonly #quit = new AbortController();
  /** What answering asks of these books. */
  readonly desk: RekeyDesk & Pick<AnswererParts, 'local'>;
  /** Who proved to know the key in use since the profile was opened. */
  readonly #proven = new Set<PeerId>();
  readonly #askingBack: AskingBack;
  /** M1s refused for their key. */
  readonly refusals: RefusedDials;
  #asking = 0;

  constructor(parts: RekeyingParts) {
    this.#parts = parts;
    this.#askingBack = new AskingBack(parts);
    this.refusals = new RefusedDials(parts.crypto, parts.clock);
    const answers = new AnsweringParty(parts.local, () => parts.stores.peerKeys.forgottenEpoch());
    this.desk = {
      get local() {
        return answers.current();
      },
      contactOfTag: (tag, channelHash) => this.#contactOfTag(tag, channelHash),
      shownOfTag: (tag, channelHash, nonce) => this.refusals.ofTag(tag, channelHash, nonce),
      toTell: (peerId, headHash) => (this.#quit.signal.aborted || !this.#concerns(peerId) ? [] : toTell(parts.crypto, parts, peerId, headHash)),
      askBack: (peerId, headHash) => this.#askBack(peerId, headHash),
      onAnswer: (answer, held) => {
        if (!this.#quit.signal.aborted) this.#judge(held, answer);
      },
    };
  }

  /**
   * Something says that this person may have another key by now: an authentication under one (`shown`), a dial that was refused, a message
   * under an unknown key. Asks, at most once an interval. Never throws.
   */
  suspect(peerId: PeerId, shown?: Chain): void {
    if (this.#quit.signal.aborted || !this.#concerns(peerId)) return;
    if (shown !== undefined && isKnownKey(this.#parts, peerId, shown.identity.spkiHash)) return;
    const matter = this.#matter(peerId);
    if (shown !== undefined) this.#askingBack.shown(peerId, shown.identity);
    if (shown !== undefined) matter.shown = [shown, ...matter.shown.filter(({ identity }) => !isSame(identity.spkiHash, shown.identity.spkiHash))].slice(0, shownAtOnce);
    this.#askSoon(peerId, matter);
  }

  /** Somebody authenticated as this person under another key than the pinned one, and was refused. */
  mismatched({ peerId, chain, secret }: KeyMismatch): void {
    if (secret && !this.#quit.signal.aborted && this.#concerns(peerId)) this.refusals.ofThem(peerId, chain.identity.spkiHash, secret);
    else secret?.wipe();
    this.suspect(peerId, chain);
  }

  /**
   * A dial of this person was refused without a reason. Where both dialled at once that says nothing: another connection stands a moment
   * later, and nobody is asked.
   */
  refused(peerId: PeerId): void {
    const { clock, connections } = this.#parts;
    clock.setTimer(refusedMs, () => {
      if (!this.#quit.signal.aborted && connections.session(peerId) === undefined) this.suspect(peerId);
    });
  }

  /** Whether a confirmed session of this person may be used at all. */
  admits({ peer }: Session): boolean {
    return this.#parts.book.held(peer.identity.peerId) !== 'frozen';
  }

  /** A session was confirmed: what it proves, in the transaction that takes it up. */
  met(session: Session): void {
    const { book, stores, local } = this.#parts;
    const { peerId } = session.peer.identity;
    const before = book.held(peerId);
    if (session.underSuccessor) this.moved(session.peer);
    else clearShown({ book, store: stores.peerKeys }, peerId);
    this.#tellHeld(peerId, before);
    settleRenewed(this.#parts, peerId);
    // Of a contact who was removed meanwhile, and of what the disk did not take, it is not stored any more; where it is, nothing is written.
    if (stores.peerKeys.setProven(peerId, local.identity.epoch)) this.#parts.onProven(peerId);
    if (!this.#proven.has(peerId)) {
      this.#proven.add(peerId);
      this.#confirm();
    }
    if (!session.resumed) this.#keepSecret(peerId, session);
  }

  /**
   * Whoever takes a key that came from a file in a session knows of no later one: two contacts suffice, or the only one, to say that no other
   * device has made one (protocol.md §9).
   */
  #confirm(): void {
    const { local, stores, onConfirmed } = this.#parts;
    if (!local.unconfirmed) return;
    const contacts = stores.contacts.list().filter(({ relation, blocked }) => relation === 'mutual' && !blocked).length;
    if (this.#proven.size >= Math.min(2, contacts)) onConfirmed();
  }

  /** Somebody proved to hold the successor of this person's pinned key, in a session or by a message: the pin moves. In the caller's transaction. */
  moved(chain: VerifiedChain): void {
    const { peerId, spkiHash } = chain.identity;
    const successor = this.#parts.book.successorOf(peerId);
    if (successor === undefined || successor.vouched === 'nothing' || !isSame(successor.spkiHash, spkiHash)) return;
    const { vouched: origin, purpose, recovered } = successor;
    const elements = successor.elements.length > 0 ? parseKeyElements(this.#parts.crypto, successor.elements) : [];
    movePin(this.#parts, { chain, origin, purpose, elements, ...(recovered === undefined ? {} : { recovered }) });
    const matter = this.#matter(peerId);
    matter.cancel?.();
    matter.cancel = undefined;
    matter.pace.settled(this.#parts.clock.monotonic());
    this.#parts.logger.info('contact.key-moved', { origin, purpose });
  }

  /**
   * What led another own device to a later key of this person: judged like an answer, so that nothing is believed for having been said. `chain`: of
   * a device under that key. In the caller's transaction.
   */
  hear(peerId: PeerId, path: readonly KeyElement[], chain: Chain | undefined): Judgement {
    const { crypto, clock } = this.#parts;
    for (const held of [...heldKeysOf(this.#parts, peerId), ...leftKeysOf(this.#parts, peerId)]) {
      const elements = path.slice(path.findIndex((element) => isSame(element.spkiHash, held.spkiHash)) + 1);
      const answer = elements.length > 0 ? answerOf(crypto, clock.now(), held, elements, chain) : undefined;
      if (answer) return this.#judge(held, answer);
    }
    return 'stale';
  }

  /**
   * A contact's own card under another key than the pinned one, by mailbox or in a file. It brings the steps that lead to its key, signed by each key
   * before: what they prove needs nobody to be asked, and two next keys of one are seen without a meeting (A71, A73). A card is no sign of life, so no
   * device counts as having said it now. Throws what the disk says.
   */
  cardCame({ chain, history }: Card): void {
    const { peerId } = chain.identity;
    if (this.#quit.signal.aborted || !this.#concerns(peerId)) return;
    if (history) this.hear(peerId, history.elements, undefined);
    this.suspect(peerId);
  }

  /** What a contact says led on from an own key: where this device did not make it, somebody else has that key. */
  told(peerId: PeerId, elements: readonly KeyElement[]): void {
    const { crypto, clock, local, stores, events, commit, logger } = this.#parts;
    const other = this.#quit.signal.aborted ? undefined : foreignKeyOf(crypto, local, elements);
    if (other === undefined || !noteRenewed({ ...other, toldBy: peerId, seenAt: Math.max(0, Math.trunc(clock.now())) }, { stores, events, commit })) return;
    logger.warn('identity.renewed-elsewhere', { epoch: other.epoch });
  }

  /** At the start: whoever is waited for is asked again. */
  start(): void {
    for (const { peerId } of this.#parts.stores.peerKeys.troubles()) this.suspect(peerId);
  }

  close(): void {
    this.#quit.abort();
    this.refusals.close();
    for (const { cancel } of this.#matters.values()) cancel?.();
    this.#matters.clear();
    this.#waiting.length = 0;
  }

  #contactOfTag(tag: Uint8Array, channelHash: Uint8Array): PeerId | undefined {
    const { crypto, stores } = this.#parts;
    const secrets = stores.peerKeys.pairSecrets();
    try {
      const peerId = contactOfTag(crypto, tag, channelHash, secrets);
      return peerId !== undefined && this.#concerns(peerId) ? peerId : undefined;
    } finally {
      for (const [, secret] of secrets) crypto.wipe(secret);
    }
  }

  #askBack(peerId: PeerId, headHash: Uint8Array): readonly HeldKey[] {
    if (this.#quit.signal.aborted || !this.#concerns(peerId) || isKnownKey(this.#parts, peerId, headHash)) return [];
    return this.#askingBack.keysFor(peerId, headHash);
  }

  #askSoon(peerId: PeerId, matter: Matter): void {
    if (matter.asking || matter.cancel !== undefined) return;
    const { clock } = this.#parts;
    const wait = matter.pace.wait(clock.monotonic());
    if (wait > 0) {
      matter.cancel = clock.setTimer(wait, () => {
        matter.cancel = undefined;
        this.#askSoon(peerId, matter);
      });
      return;
    }
    matter.asking = true;
    this.#waiting.push(peerId);
    this.#next();
  }

  #next(): void {
    while (this.#asking < atOnce) {
      const peerId = this.#waiting.shift();
      const matter = peerId === undefined ? undefined : this.#matters.get(peerId);
      if (peerId === undefined || matter === undefined) return;
      this.#asking += 1;
      void this.#ask(peerId, matter)
        .catch((error: unknown) => this.#parts.logger.error('rekey.fault', { reason: error instanceof Error ? error.name : 'unknown' }))
        .finally(() => {
          this.#asking -= 1;
          this.#next();
        });
    }
  }

  async #ask(peerId: PeerId, matter: Matter): Promise<void> {
    const { clock, logger } = this.#parts;
    matter.pace.asked(clock.monotonic());
    try {
      const outcome = await this.#askAround(peerId, matter.shown[0]?.identity.spkiHash);
      if (this.#quit.signal.aborted) return;
      matter.pace.ended(outcome);
      if (outcome !== 'answered') this.#unanswered(peerId, matter, outcome === 'refused');
    } catch (error) {
      logger.error('rekey.fault', { reason: error instanceof Error ? error.name : 'unknown' });
    } finally {
      matter.asking = false;
      matter.shown = [];
      if (!this.#quit.signal.aborted && this.#parts.book.held(peerId) !== undefined) this.#askSoon(peerId, matter);
    }
  }

  /** `shown`: the latest key that somebody showed since, 32 bytes. */
  async #askAround(peerId: PeerId, shown: Uint8Array | undefined): Promise<'answered' | 'refused' | 'silent'> {
    if (!this.#concerns(peerId)) return 'silent';
    const { commit } = this.#parts;
    const held = heldKeysOf(this.#parts, peerId);
    const left = shown ? this.#askingBack.leftBefore(peerId, shown).slice(0, leftAtOnce) : [];
    const pairSecret = this.#parts.stores.peerKeys.pairSecret(peerId);
    try {
      const asked = await askAround({ ...this.#parts, left, local: this.desk.local, quit: this.#quit.signal, candidates: this.#parts.dialling.candidates(peerId), onLapsed: () => commit(() => noteLapse(this.#parts, peerId)), refusedSecret: () => this.refusals.shownTo(peerId), onTold: (elements) => this.told(peerId, elements), onTime: (time) => this.#parts.onTime(peerId, time) }, held, pairSecret);
      if (typeof asked === 'string') return asked;
      return this.#quit.signal.aborted || this.#judge(asked.held, asked.answer) === 'stale' ? 'refused' : 'answered';
    } finally {
      if (pairSecret) this.#parts.crypto.wipe(pairSecret);
    }
  }

  /** Nothing speaks for what was shown. Where nobody could be asked, that is said only when it stays so: who is behind a router tells it on its own dial. */
  #unanswered(peerId: PeerId, { shown, pace }: Matter, isRefused: boolean): void {
    const { book, stores, commit, connections, clock, logger } = this.#parts;
    const session = connections.session(peerId);
    // What was shown while the question waited may have been followed by then, as the one in use.
    const unknown = shown.filter(({ identity }) => !isKnownKey(this.#parts, peerId, identity.spkiHash));
    if (unknown.length === 0 || (!isRefused && pace.failures < toldAt) || session !== undefined || book.held(peerId) === 'frozen') return;
    const keys = unknown.map(({ identity, list, instance, exchange, issuer }) => ({
      peerId,
      spkiHash: identity.spkiHash,
      epoch: identity.epoch,
      spki: identity.spki,
      chain: encodeChain({ identity, list, instance, exchange, ...(issuer && { issuer }) }),
    }));
    commit(() => {
      const before = book.held(peerId);
      noteShown({ clock, book, store: stores.peerKeys }, keys);
      this.#tellHeld(peerId, before);
    });
    logger.warn('contact.key-unknown');
  }

  /** Inside the transaction: told after it. */
  #tellHeld(peerId: PeerId, before: ReturnType<PeerBook['held']>): void {
    const { book, stores, events, onHeld } = this.#parts;
    if (book.held(peerId) === before) return;
    const contact = stores.contacts.byPeer(peerId);
    if (contact !== undefined) events.emit({ type: 'contact.changed', contactId: contact.contactId });
    onHeld(peerId);
  }

  #judge(held: HeldKey, answer: RekeyAnswer): Judgement {
    const { crypto, clock, book, stores, commit, connections, logger } = this.#parts;
    const { peerId } = held;
    const before = book.held(peerId);
    const judgement = commit(() => {
      const said = judge({ crypto, clock, book, store: stores.peerKeys }, held, answer);
      this.#tellHeld(peerId, before);
      return said;
    });
    logger.info('contact.keys-told', { judgement });
    if (judgement === 'fork') this.#parts.onFork(peerId);
    if (judgement === 'fork' || (judgement === 'adopted' && book.isOvertaken(peerId))) connections.drop(peerId);
    if (judgement === 'adopted' || (judgement === 'current' && before !== undefined)) connections.learned(peerId);
    return judgement;
  }

  /** Only contacts who agreed are asked about and asked. */
  #concerns(peerId: PeerId): boolean {
    try {
      const contact = this.#parts.stores.contacts.byPeer(peerId);
      return contact?.relation === 'mutual' && !contact.blocked;
    } catch (error) {
      this.#parts.logger.error('rekey.fault', { reason: error instanceof Error ? error.name : 'unknown' });
      return false;
    }
  }

  #keepSecret(peerId: PeerId, session: Session): void {
    const secret = session.takePairSecret();
    if (secret === undefined) return;
    const copy = Uint8Array.from(secret.bytes);
    try {
      this.#parts.stores.peerKeys.addPairSecret(peerId, copy);
    } finally {
      secret.wipe();
      this.#parts.crypto.wipe(copy);
    }
  }

  #matter(peerId: PeerId): Matter {
    const known = this.#matters.get(peerId);
    if (known !== undefined) return known;
    const matter: Matter = { pace: new RekeyPace(), shown: [], asking: false, cancel: undefined };
    this.#matters.set(peerId, matter);
    return matter;
  }
}
