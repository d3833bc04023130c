import type { MailboxTrouble } from '../../../shared/model/network';
import type { MailboxPlace } from '../../engine/certificates/mailbox-place';
import type { LocalParty } from '../../engine/certificates/local-party';
import type { Crypto } from '../../engine/crypto/crypto';
import { sealCardDeposit } from '../../engine/dialog/card-deposit';
import type { InvitationProof } from '../../engine/dialog/invitation-mail';
import { sealDeposit } from '../../engine/dialog/deposit';
import type { DialogEngine, Outbound, RemoteParty } from '../../engine/dialog/dialog-engine';
import type { InstanceId, PeerId } from '../../engine/ids';
import type { Clock, Logger, Random } from '../../engine/ports';
import type { History } from '../history';
import type { DepositOutcome, Mailbox } from '../ports/mailbox';
import type { WaysStore } from '../ports/ways';
import type { CardMail } from './card-mail';
import type { TellingByMail } from './telling-by-mail';

/** How long a connection has, after something was said or the last one ended, before the mailbox is used. */
export const headStartMs = 3_000;
/** A mailbox keeps nothing longer than 30 days. */
export const giveAgainMs = 25 * 24 * 60 * 60 * 1000;
/** What was left longer ago than this and is missed there is left again: until then it may be on its way. */
const missedMs = 10 * 60_000;
const page = 32;
/** Deposits under way at once to one mailbox. */
const atOnce = 8;
/** Back-off where a mailbox does not answer, or is full: doubles from the first to the second, less up to half of it by chance. */
const unreachable = { firstMs: 5_000, capMs: 5 * 60_000 };
const full = { firstMs: 60_000, capMs: 60 * 60_000 };
/** The same for a token that was refused: most often it was taken away for good; but another server may have answered there, or the right one before it knew again whom it lets in. */
const refused = { firstMs: 60 * 60_000, capMs: 24 * 60 * 60_000 };

/** Whom something may be sealed for now. */
export type Recipient = Pick<RemoteParty, 'peerId' | 'exchange'>;

export interface PostingParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly local: LocalParty;
  readonly store: WaysStore;
  readonly engine: Pick<DialogEngine, 'pending' | 'sealWaiting' | 'acknowledgements' | 'repeatControls'>;
  readonly history: Pick<History, 'sent'>;
  readonly cards: Pick<CardMail, 'dueTo' | 'left'>;
  readonly telling: Pick<TellingByMail, 'dueTo'>;
  /** Whether this device of that person still counts. */
  readonly counts: (peerId: PeerId, instanceId: InstanceId) => boolean;
  readonly mailbox: Mailbox | undefined;
  readonly commit: <T>(work: () => T) => T;
  /** Undefined for whoever is blocked, whose key is in doubt, or who is here. */
  readonly recipient: (peerId: PeerId) => Recipient | undefined;
  /** The own card for this person, with the history: they may know nobody by it. In the caller's transaction. */
  readonly cardFor: (peerId: PeerId) => Uint8Array;
  /** That this person's invitation is held, to stand behind that card. */
  readonly proofFor: (to: Recipient, card: Uint8Array) => InvitationProof | undefined;
  /** `trouble` of somebody may be another one. */
  readonly onTrouble: () => void;
}

interface Post {
  cancel: (() => void) | undefined;
  /** Monotonic milliseconds of what `cancel` calls off. */
  dueAt: number;
  running: boolean;
  again: boolean;
  /** There is another place since what is under way began: that it did not get there says nothing about it. */
  isElsewhere: boolean;
  /** In a row, of one kind. */
  failures: number;
  failedBy: Verdict;
  /** Monotonic milliseconds before which nothing is tried. */
  notBefore: number;
}

type Verdict = 'done' | 'full' | 'unreachable' | 'refused';

/** Leaves in the mailboxes of contacts who are not connected whatever waits for them (protocol.md §11). What lies there is sent, never delivered. */
export class Posting {
  readonly #parts: PostingParts;
  readonly #posts = new Map<PeerId, Post>();
  /** Tokens that were refused, of those a person offers: how often in a row, and the monotonic milliseconds before which they are left alone. */
  readonly #refused = new Map<PeerId, Map<string, { readonly times: number; readonly until: number }>>();
  /** Who misses something between what arrived, and from which monotonic milliseconds on it is left again. */
  readonly #missed = new Map<PeerId, number>();
  readonly #quit = new AbortController();

  constructor(parts: PostingParts) {
    this.#parts = parts;
  }

  /** Something may be waiting for this person. Never throws. */
  touch(peerId: PeerId, afterMs = headStartMs): void {
    if (this.#quit.signal.aborted) return;
    const post = this.#post(peerId);
    post.again = true;
    if (post.running) return;
    const { clock } = this.#parts;
    const now = clock.monotonic();
    const dueAt = Math.max(now + afterMs, post.notBefore);
    // What is to be left now does not wait for what may be left again in ten minutes, or for a look at a token tomorrow.
    if (post.cancel !== undefined && post.dueAt <= dueAt) return;
    post.cancel?.();
    post.dueAt = dueAt;
    post.cancel = clock.setTimer(dueAt - now, () => {
      post.cancel = undefined;
      void this.#run(peerId, post);
    });
  }

  /** They have later messages than one they miss, and are not connected: what lies there long enough is left again. */
  missed(peerId: PeerId): void {
    if (!this.#missed.has(peerId)) this.#missed.set(peerId, this.#parts.clock.monotonic() + missedMs);
    this.touch(peerId, missedMs);
  }

  /** They can be left something elsewhere, or anew: what held it up before does not count. */
  renewed(peerId: PeerId): void {
    this.#forgetWithdrawn(peerId);
    this.#anew(peerId);
  }

  #anew(peerId: PeerId): void {
    const post = this.#post(peerId);
    post.failures = 0;
    post.notBefore = 0;
    post.isElsewhere = true;
    post.cancel?.();
    post.cancel = undefined;
    this.touch(peerId);
  }

  /** Once, for somebody who need be no contact; nothing comes of it where no mailbox takes it. Never throws. */
  leaveOnce(places: readonly MailboxPlace[], deposit: Uint8Array): void {
    void this.#depositAt(places, deposit).catch(() => 'unreachable');
  }

  /** The network is another one. */
  lookAgain(): void {
    for (const [peerId, post] of this.#posts) if (post.failures > 0) this.#anew(peerId);
  }

  /** Why nothing can be left for this person now; undefined where nothing was refused. */
  trouble(peerId: PeerId): MailboxTrouble | undefined {
    const places = this.#places(peerId);
    if (places.length === 0) return 'refused';
    const post = this.#posts.get(peerId);
    if (post !== undefined && post.failures > 0 && post.failedBy !== 'done') return post.failedBy;
    // Due to be looked at again, or under way: what was heard last holds until there is something else.
    return places.every(({ token }) => this.#refused.get(peerId)?.has(token)) ? 'refused' : undefined;
  }

  close(): void {
    this.#quit.abort();
    for (const { cancel } of this.#posts.values()) cancel?.();
    this.#posts.clear();
  }

  #post(peerId: PeerId): Post {
    let post = this.#posts.get(peerId);
    if (post === undefined) {
      post = { cancel: undefined, dueAt: 0, running: false, again: false, isElsewhere: false, failures: 0, failedBy: 'done', notBefore: 0 };
      this.#posts.set(peerId, post);
    }
    return post;
  }

  async #run(peerId: PeerId, post: Post): Promise<void> {
    const { clock, logger } = this.#parts;
    post.running = true;
    post.again = false;
    post.isElsewhere = false;
    let verdict: Verdict = 'done';
    let later: number | undefined;
    let isOpen = false;
    try {
      verdict = await this.#leave(peerId);
      later = this.#later(peerId);
      isOpen = this.#places(peerId).length > 0;
    } catch (error) {
      // A full disk, say: nothing of it counts as left.
      logger.error('mailbox.not-left', { reason: error instanceof Error ? error.name : 'unknown' });
      verdict = 'unreachable';
    }
    post.running = false;
    if (this.#quit.signal.aborted) return;
    const hadTrouble = post.failures > 0;
    if (post.isElsewhere) this.touch(peerId, 0);
    else if (verdict === 'full' || verdict === 'unreachable') {
      if (post.failedBy !== verdict) post.failures = 0;
      post.failedBy = verdict;
      post.notBefore = clock.monotonic() + this.#wait(verdict === 'full' ? full : unreachable, post.failures);
      post.failures += 1;
      this.touch(peerId, 0);
    } else {
      post.failures = 0;
      // Nothing is held against anybody whose every token was refused: another one comes with the next card, which may be here already, or one of these is looked at again.
      if (post.again && (verdict === 'done' || isOpen)) this.touch(peerId);
    }
    if (later !== undefined) this.touch(peerId, later);
    if (hadTrouble || verdict !== 'done') this.#parts.onTrouble();
  }

  /** Milliseconds until the first of this person's refused tokens may be tried, or what they miss be left again. What is over by now has had its turn. */
  #later(peerId: PeerId): number | undefined {
    const { store, clock } = this.#parts;
    const now = clock.monotonic();
    const times = [this.#missed.get(peerId) ?? 0, ...store.mailboxesOf(peerId).map(({ token }) => this.#refused.get(peerId)?.get(token)?.until ?? 0)].filter((at) => at > now);
    return times.length === 0 ? undefined : Math.min(...times) - now;
  }

  #isLeftAlone(peerId: PeerId, token: string): boolean {
    return (this.#refused.get(peerId)?.get(token)?.until ?? 0) > this.#parts.clock.monotonic();
  }

  /** Of several under way at once the first counts. */
  #wasRefused(peerId: PeerId, token: string): void {
    if (this.#isLeftAlone(peerId, token)) return;
    const known = this.#refused.get(peerId) ?? new Map<string, { readonly times: number; readonly until: number }>();
    const times = known.get(token)?.times ?? 0;
    this.#refused.set(peerId, known.set(token, { times: times + 1, until: this.#parts.clock.monotonic() + this.#wait(refused, times) }));
  }

  /** They may name another token with each card, of two kilobytes each. */
  #forgetWithdrawn(peerId: PeerId): void {
    const known = this.#refused.get(peerId);
    if (known === undefined) return;
    const offered = new Set(this.#parts.store.mailboxesOf(peerId).map(({ token }) => token));
    for (const token of known.keys()) if (!offered.has(token)) known.delete(token);
    if (known.size === 0) this.#refused.delete(peerId);
  }

  #wait({ firstMs, capMs }: { readonly firstMs: number; readonly capMs: number }, failures: number): number {
    const most = Math.min(capMs, firstMs * 2 ** Math.min(failures, 16));
    const [chance = 0] = this.#parts.random.bytes(1);
    return most - Math.round((most / 2) * (chance / 256));
  }

  /** Word of a key in question, which nothing else goes with; card, then what is said of their messages, then messages: each only when the one before lies there. */
  async #leave(peerId: PeerId): Promise<Verdict> {
    for (const step of [() => this.#word(peerId), () => this.#card(peerId), () => this.#controls(peerId), () => this.#messages(peerId)]) {
      const verdict = await step();
      if (verdict !== 'done' || this.#quit.signal.aborted) return verdict;
    }
    return 'done';
  }

  async #word(peerId: PeerId): Promise<Verdict> {
    if (this.#places(peerId).length === 0) return 'done';
    for (let due = this.#parts.telling.dueTo(peerId); due !== undefined && !this.#quit.signal.aborted; due = this.#parts.telling.dueTo(peerId)) {
      const verdict = await this.#deposit(peerId, due.deposit);
      if (verdict !== 'done') return verdict;
      due.left();
    }
    return 'done';
  }

  async #card(peerId: PeerId): Promise<Verdict> {
    const { crypto, local, cards, commit, recipient, cardFor, proofFor } = this.#parts;
    const row = cards.dueTo(peerId);
    const to = recipient(peerId);
    if (row === undefined || to === undefined) return 'done';
    const shown = commit(() => cardFor(peerId));
    const proof = proofFor(to, shown);
    const deposit = sealCardDeposit(crypto, local, to, { card: shown, wantsAnswer: row.asks, ...(proof && { proof }) });
    const verdict = await this.#deposit(peerId, deposit);
    if (verdict === 'done' && !this.#quit.signal.aborted) commit(() => cards.left(row));
    return verdict;
  }

  async #controls(peerId: PeerId): Promise<Verdict> {
    const { engine, store, commit, recipient } = this.#parts;
    const to = recipient(peerId);
    if (to === undefined || this.#places(peerId).length === 0) return 'done';
    // Durable before it leaves this device, and known to be under way: what an end in between loses is said again.
    const due = commit(() => {
      engine.sealWaiting(peerId);
      const made = engine.acknowledgements(peerId);
      if (made.length > 0) store.owe(peerId, made.map(({ dialogId }) => dialogId));
      return made;
    });
    if (due.length === 0) return 'done';
    const verdicts = await this.#depositAll(peerId, due.map(({ bytes }) => this.#seal(to, bytes)));
    if (this.#quit.signal.aborted) return 'done'; // owed: at the next start
    const failed = verdicts.find((each) => each !== 'done');
    commit(() => {
      const left = due.filter((_, at) => verdicts[at] !== 'done');
      if (left.length > 0) engine.repeatControls(peerId, [...new Set(left.map(({ dialogId }) => dialogId))]);
      store.paid(peerId);
    });
    return failed ?? 'done';
  }

  async #messages(peerId: PeerId): Promise<Verdict> {
    let after = 0;
    for (;;) {
      const { store, clock, recipient, commit } = this.#parts;
      const to = recipient(peerId);
      if (to === undefined || this.#places(peerId).length === 0) return 'done';
      const now = Math.max(0, Math.trunc(clock.now()));
      const isMissed = (this.#missed.get(peerId) ?? Infinity) <= clock.monotonic();
      const since = now - (isMissed ? missedMs : giveAgainMs);
      const rows = store.due(peerId, 'mailbox', { after, to: to.exchange.hash, since, now, limit: page });
      const last = rows.at(-1);
      if (last === undefined) {
        if (isMissed) this.#missed.delete(peerId);
        return 'done';
      }
      after = last.cursor;
      const verdicts = await this.#depositAll(peerId, rows.map(({ bytes }) => this.#seal(to, bytes)));
      if (this.#quit.signal.aborted) return 'done';
      const left = rows.filter((_, at) => verdicts[at] === 'done');
      commit(() => {
        store.given('mailbox', left.map(({ cursor }) => cursor), to.exchange.hash, now);
        this.#noteSent(peerId, left);
      });
      const failed = verdicts.find((each) => each !== 'done');
      if (failed !== undefined) return failed;
    }
  }

  #noteSent(peerId: PeerId, rows: readonly Outbound[]): void {
    const { history, local } = this.#parts;
    for (const { dialogId, sequence } of rows) history.sent({ peerId, dialogId, instanceId: local.instanceId, from: sequence, upTo: sequence, way: 'mailbox' });
  }

  #seal(to: Recipient, message: Uint8Array): Uint8Array {
    return sealDeposit(this.#parts.crypto, this.#parts.local, to, message);
  }

  /** In order, some at once; after the first failure no more are begun. */
  async #depositAll(peerId: PeerId, deposits: readonly Uint8Array[]): Promise<Verdict[]> {
    const verdicts: Verdict[] = [];
    for (let at = 0; at < deposits.length; at += atOnce) {
      const failed = verdicts.find((each) => each !== 'done');
      const part = deposits.slice(at, at + atOnce);
      verdicts.push(...(failed === undefined ? await Promise.all(part.map((deposit) => this.#deposit(peerId, deposit))) : part.map(() => failed)));
    }
    return verdicts;
  }

  #places(peerId: PeerId): readonly MailboxPlace[] {
    const { store, clock, counts } = this.#parts;
    const now = clock.now();
    return store.mailboxesOf(peerId).filter(({ token, expiresAt, saidBy }) => !this.#isLeftAlone(peerId, token) && (expiresAt === 0 || expiresAt > now) && counts(peerId, saidBy));
  }

  /** At the first place that takes it: every device of that person takes from there. */
  #deposit(peerId: PeerId, deposit: Uint8Array): Promise<Verdict> {
    return this.#depositAt(this.#places(peerId), deposit, peerId);
  }

  /** `of`: whose refusals are remembered. */
  async #depositAt(places: readonly MailboxPlace[], deposit: Uint8Array, of?: PeerId): Promise<Verdict> {
    const { crypto, logger, mailbox } = this.#parts;
    // Random, not of the message: whoever keeps the mailbox must not see that two deposits hold the same.
    const id = Buffer.from(crypto.random(16)).toString('hex');
    let worst: Verdict = 'refused';
    for (const place of places) {
      if (mailbox === undefined || this.#quit.signal.aborted) return 'unreachable';
      const outcome = verdictOf(await mailbox.deposit(place, deposit, id, this.#quit.signal));
      if (outcome === 'done') {
        if (of !== undefined) this.#refused.get(of)?.delete(place.token);
        return 'done';
      }
      if (outcome === 'refused') {
        if (of !== undefined) this.#wasRefused(of, place.token);
        logger.info('mailbox.place-refused');
      } else worst = outcome;
    }
    return worst;
  }
}

function verdictOf(outcome: DepositOutcome): Verdict {
  if (outcome === 'stored' || outcome === 'duplicate') return 'done';
  // No deposit is larger than a mailbox has to take; this one takes less than it should.
  return outcome === 'too-large' ? 'full' : outcome;
}
