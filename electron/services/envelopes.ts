import { type Chain, VerifiedCache, type VerifiedChain } from '../engine/certificates/chain';
import type { LocalParty } from '../engine/certificates/local-party';
import type { PeerLookup } from '../engine/certificates/pinned-chain';
import type { Crypto } from '../engine/crypto/crypto';
import { openCardDeposit, type OpenedCard, recipientKeyOfCard } from '../engine/dialog/card-deposit';
import { type DepositParts, openDeposit, type OpenedDeposit, recipientKeyOf, type Suspect } from '../engine/dialog/deposit';
import type { DialogEngine, ReceiveOutcome } from '../engine/dialog/dialog-engine';
import { maxEnvelopes } from '../engine/dialog/envelope-file';
import { openToldDeposit, recipientKeyOfTold, type Told } from '../engine/dialog/told-deposit';
import { DecapsulationBudget } from '../engine/exchange/decapsulation-budget';
import type { PeerId } from '../engine/ids';
import type { Clock, Logger } from '../engine/ports';
import type { PeerBook } from './peer-book';

/** One whole file at once, then so many a second: an honest person carries no more (milliseconds of work each). */
const depositsPerSecond = 64;

export type Opened = Extract<OpenedDeposit, { kind: 'opened' }>;

/** What became of envelopes: new here, here before, or not for this person and its contacts. */
export interface Tally {
  opened: number;
  repeated: number;
  refused: number;
  /** From a contact under a key that is not known as theirs, or from somebody who asks to be one: kept until that is settled. */
  waiting?: number;
  /** People who ask to be contacts. */
  requests?: number;
  /** Files of the folder that were left for another time: too many envelopes at once. */
  left?: number;
}

/** A deposit that waits: for a key, or, from somebody who asked to be a contact, for an answer. */
export type Suspected = Omit<Suspect, 'chain'> & { readonly deposit: Uint8Array };

export interface EnvelopesParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly local: LocalParty;
  readonly book: PeerBook;
  readonly peers: PeerLookup;
  /** Whether both sides agreed. What others send waits until they did. */
  readonly isContact: (peerId: PeerId) => boolean;
  readonly predecessorsOf: NonNullable<DepositParts['predecessorsOf']>;
  /** Whether this was a key of theirs before: what comes under one that is not taken any more waits for nothing. */
  readonly isFormer: (suspect: Suspect) => boolean;
  /** A device wrote in this person's name under another key than the pinned one; its chain is good but for that. In no transaction. */
  readonly onOtherKey: (chain: Chain) => void;
  /** A message under the successor of this person's pinned key was accepted, which proves it (S5-09). In the transaction. */
  readonly onProof: (chain: VerifiedChain) => void;
  readonly engine: DialogEngine;
}

/** Opens sealed deposits and hands what is inside to the ordinary receiving path (protocol.md §11). */
export class Envelopes {
  readonly #parts: EnvelopesParts;
  readonly #verified = new VerifiedCache();
  readonly #budget: DecapsulationBudget;

  constructor(parts: EnvelopesParts) {
    this.#parts = parts;
    this.#budget = new DecapsulationBudget(maxEnvelopes, depositsPerSecond, parts.clock.monotonic());
  }

  /** Milliseconds to wait until all of these can be opened: those for other people cost nothing. */
  waitFor(deposits: readonly Uint8Array[]): number {
    const { crypto, clock, local } = this.#parts;
    const ours = deposits.filter((deposit) => [recipientKeyOf, recipientKeyOfCard, recipientKeyOfTold].some((keyOf) => keyOf(crypto, local, deposit) !== undefined)).length;
    return this.#budget.missing(clock.monotonic(), ours);
  }

  /** Whether it is a card for this person, to be opened by `openCard`. */
  isCard(deposit: Uint8Array): boolean {
    const { crypto, local } = this.#parts;
    return recipientKeyOfCard(crypto, local, deposit) !== undefined;
  }

  /** Undefined for whatever must be refused. Changes nothing. */
  openCard(deposit: Uint8Array): OpenedCard | undefined {
    const { crypto, local, peers, clock } = this.#parts;
    return openCardDeposit({ crypto, local, peers, mayDecapsulate: () => this.#budget.take(clock.monotonic()), now: clock.now() }, deposit);
  }

  /** Whether it is word of own keys, to be opened by `openTold`. */
  isTold(deposit: Uint8Array): boolean {
    const { crypto, local } = this.#parts;
    return recipientKeyOfTold(crypto, local, deposit) !== undefined;
  }

  /** Undefined for whatever must be refused. Changes nothing. */
  openTold(deposit: Uint8Array): Told | undefined {
    const { crypto, local, peers, clock } = this.#parts;
    return openToldDeposit({ crypto, local, peers, verified: this.#verified, mayDecapsulate: () => this.#budget.take(clock.monotonic()), now: clock.now() }, deposit);
  }

  /** Undefined for whatever must be refused; why goes to a log for developers, nobody else is told. Changes nothing. */
  open(deposit: Uint8Array): Opened | Suspected | undefined {
    const { clock } = this.#parts;
    const opened = this.#open(deposit, () => this.#budget.take(clock.monotonic()));
    if (opened.kind === 'opened') {
      const { peerId, spkiHash } = opened.source.identity;
      this.#wrote(opened.source);
      return this.#parts.isContact(peerId) ? opened : { peerId, spkiHash, deposit };
    }
    const { suspect } = opened;
    if (suspect !== undefined) this.#wrote(suspect.chain);
    return suspect && !this.#parts.isFormer(suspect) ? { ...suspect, deposit } : undefined;
  }

  /** Under the key known as theirs there is nothing to tell. */
  #wrote(chain: Chain): void {
    const { crypto, book, onOtherKey } = this.#parts;
    const pinned = book.find(chain.identity.peerId)?.record.pinnedSpkiHash;
    if (pinned !== undefined && !crypto.equal(pinned, chain.identity.spkiHash)) onOtherKey(chain);
  }

  /** One that waited, bounded in number, outside of the budget: `waits` while it is still under an unknown key. */
  reopen(deposit: Uint8Array): Opened | 'waits' | 'refused' {
    const opened = this.#open(deposit, () => true);
    if (opened.kind === 'opened') return this.#parts.isContact(opened.source.identity.peerId) ? opened : 'waits';
    return opened.suspect && !this.#parts.isFormer(opened.suspect) ? 'waits' : 'refused';
  }

  #open(deposit: Uint8Array, mayDecapsulate: () => boolean): OpenedDeposit {
    const { crypto, clock, local, logger, peers, predecessorsOf } = this.#parts;
    const opened = openDeposit({ crypto, local, peers, predecessorsOf, verified: this.#verified, mayDecapsulate, now: clock.now() }, deposit);
    if (opened.kind === 'refused') logger.debug('envelope.refused', { reason: opened.reason });
    return opened;
  }

  /** In the caller's transaction. Adds to `tally`; gives whose messages these were. */
  receive(opened: readonly Opened[], tally: Tally): Set<PeerId> {
    const senders = new Set<PeerId>();
    for (const { source, message } of opened) {
      const [outcome] = this.#parts.engine.receive(source, [message]);
      count(tally, outcome);
      senders.add(source.identity.peerId);
      if (outcome === undefined || !isNews(outcome)) continue;
      this.#parts.onProof(source);
      this.#learn(source);
    }
    return senders;
  }

  /** Only later credentials than the ones known: an envelope may be old, or kept back by somebody. */
  #learn(source: Opened['source']): void {
    const { book } = this.#parts;
    const known = book.find(source.identity.peerId);
    if (known !== undefined && source.exchange.notBefore > known.exchange.notBefore) book.learnChain(source);
  }
}

const newKinds: ReadonlySet<ReceiveOutcome['kind']> = new Set(['delivered', 'held', 'control']);

/** Whether something is stored for it: what is repeated or refused writes nothing. */
export function isNews({ kind }: ReceiveOutcome): boolean {
  return newKinds.has(kind);
}

function count(tally: Tally, outcome: ReceiveOutcome | undefined): void {
  if (outcome?.kind === 'duplicate') tally.repeated += 1;
  else if (outcome !== undefined && isNews(outcome)) tally.opened += 1;
  else tally.refused += 1;
}
