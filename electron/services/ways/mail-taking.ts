import type { Crypto } from '../../engine/crypto/crypto';
import { placeOf } from '../../engine/dialog/deposit';
import type { PeerId } from '../../engine/ids';
import type { Clock, Logger } from '../../engine/ports';
import { toHex } from '../../engine/wire/encoding';
import type { Envelopes, Opened, Suspected, Tally } from '../envelopes';
import type { Mail } from '../ports/mailbox';
import type { WaysStore } from '../ports/ways';
import type { Quarantine } from '../quarantine';
import type { CardMail } from './card-mail';
import type { TellingByMail } from './telling-by-mail';

/** A mailbox keeps nothing longer than 30 days, and who waits for an answer leaves it again after 25: later nothing rightful comes to a slot that was replaced. */
const formerMs = 32 * 24 * 60 * 60 * 1000;
/** Opened in one go: a few milliseconds. */
const page = 16;
/** Deposits known to have been taken before, by their hash: a mailbox may give them again and again. */
const remembered = 4_096;
/** What could not be stored, for want of disk, is tried again after this long: the mailbox gives it again. */
const restMs = 10_000;

export interface MailTakingParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly store: Pick<WaysStore, 'slot' | 'slotOf'>;
  readonly envelopes: Envelopes;
  readonly quarantine: Pick<Quarantine, 'hold'>;
  readonly cards: Pick<CardMail, 'received'>;
  readonly telling: Pick<TellingByMail, 'came'>;
  readonly commit: <T>(work: () => T) => T;
  /** Hears whether what comes can be stored. */
  readonly untaken: { stored(): void; refused(error: unknown): void };
  /** Messages of these people were received: answers may be due. */
  readonly onReceived: (peerId: PeerId) => void;
  readonly onTaken: (count: number) => void;
}

/**
 * Takes what lay in the own mailbox, where anybody with a slot and the mailbox itself may have put anything: each is opened like any
 * deposit, and acknowledged to the mailbox only once it is stored, put aside, or found to be nothing.
 */
export class MailTaking {
  readonly #parts: MailTakingParts;
  readonly #known = new Set<string>();
  #waiting: Mail[] = [];
  #cancel: (() => void) | undefined;
  #closed = false;

  constructor(parts: MailTakingParts) {
    this.#parts = parts;
  }

  take(mail: Mail): void {
    if (this.#closed) return;
    this.#waiting.push(mail);
    this.#soon(0);
  }

  /** The connection is gone: with each new one all that waits would wait once more, as long as the disk is full. */
  lost(): void {
    this.#waiting = [];
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.();
    this.#waiting = [];
  }

  #soon(milliseconds: number): void {
    this.#cancel ??= this.#parts.clock.setTimer(milliseconds, () => {
      this.#cancel = undefined;
      this.#takeSome();
    });
  }

  #takeSome(): void {
    if (this.#closed) return;
    const { envelopes, logger, untaken } = this.#parts;
    const batch = this.#waiting.slice(0, page);
    // Opening is bounded in all: what is too much waits, where it lies.
    const wait = envelopes.waitFor(batch.map(({ bytes }) => bytes));
    if (wait > 0) return this.#soon(wait);
    this.#waiting = this.#waiting.slice(page);
    try {
      this.#takeBatch(batch);
    } catch (error) {
      logger.error('mailbox.not-stored', { reason: error instanceof Error ? error.name : 'unknown' });
      untaken.refused(error);
      this.#waiting.unshift(...batch);
      return this.#soon(restMs);
    }
    if (this.#waiting.length > 0) this.#soon(0);
  }

  #takeBatch(batch: readonly Mail[]): void {
    const { crypto, commit, quarantine, cards, untaken, onReceived, onTaken } = this.#parts;
    const news = batch.map((mail) => ({ mail, hash: toHex(crypto.sha256(mail.bytes)) })).filter(({ mail, hash }) => !this.#known.has(hash) && this.#counts(mail));
    const { opened, suspected } = this.#open(news.map(({ mail }) => mail.bytes), cards);
    opened.sort((a, b) => placeOf(a.message) - placeOf(b.message));
    const tally: Tally = { opened: 0, repeated: 0, refused: 0 };
    const senders = opened.length > 0 ? commit(() => this.#parts.envelopes.receive(opened, tally)) : new Set<PeerId>();
    if (tally.opened > 0) untaken.stored();
    if (suspected.length > 0) quarantine.hold(suspected);
    for (const { hash } of news) this.#remember(hash);
    for (const mail of batch) mail.ack();
    onTaken(news.length);
    for (const peerId of senders) onReceived(peerId);
  }

  /** Cards first: they may say who sent the rest. */
  #open(deposits: readonly Uint8Array[], cards: MailTakingParts['cards']): { readonly opened: Opened[]; readonly suspected: Suspected[] } {
    const { envelopes, telling } = this.#parts;
    const isCard = deposits.map((deposit) => envelopes.isCard(deposit));
    for (const deposit of deposits.filter((_, at) => isCard[at])) {
      const found = envelopes.openCard(deposit);
      if (found !== undefined) cards.received(found);
    }
    const opened: Opened[] = [];
    const suspected: Suspected[] = [];
    for (const deposit of deposits.filter((_, at) => !isCard[at])) {
      if (envelopes.isTold(deposit)) {
        const told = envelopes.openTold(deposit);
        if (told !== undefined) telling.came(told);
        continue;
      }
      const one = envelopes.open(deposit);
      if (one === undefined) continue;
      if ('source' in one) opened.push(one);
      else suspected.push(one);
    }
    return { opened, suspected };
  }

  /** Whose slot was taken back may fill it as they like; one that was replaced long enough ago is of no use to whom it was given. */
  #counts({ slot }: Mail): boolean {
    const { store, clock } = this.#parts;
    const known = store.slot(slot);
    if (known === undefined || known.revoked) return known?.revoked !== true;
    if (known.staleSince === undefined || known.peerId === undefined || known.staleSince + formerMs > clock.now()) return true;
    return store.slotOf(known.peerId)?.place.slot === slot;
  }

  #remember(hash: string): void {
    this.#known.add(hash);
    for (const oldest of this.#known) {
      if (this.#known.size <= remembered) break;
      this.#known.delete(oldest);
    }
  }
}
