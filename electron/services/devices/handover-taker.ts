import type { LocalParty } from '../../engine/certificates/local-party';
import { recallChain, type VerifiedCache, verifyChain, parseChain } from '../../engine/certificates/chain';
import { mayLapse } from '../../engine/certificates/pinned-chain';
import type { Crypto } from '../../engine/crypto/crypto';
import type { PeerId } from '../../engine/ids';
import type { Clock, Logger } from '../../engine/ports';
import type { HandoverTaker, ShownM1 } from '../../engine/session/handover-taker';
import { defaultLimits, maxSources } from '../../engine/session/limits';
import { DecapsulationBudget } from '../../engine/session/decapsulation-budget';
import { ReplayFilter } from '../../engine/session/replay-filter';
import { ownChainHash, peerOfEntry } from '../../engine/session/resume-check';
import { resumptionMs, type SharedState } from '../../engine/session/resumption-entry';
import type { Resumptions } from '../../engine/session/resumptions';
import { moves } from '../../engine/session/shown-m1';
import { openHint } from '../../engine/sharing/owner-hint';
import { openShared } from '../../engine/sharing/session-state';
import { toHex } from '../../engine/wire/encoding';
import { isKnownChain } from '../known-device';
import type { PeerBook } from '../peer-book';
import type { LedgerRow, SharingStore } from '../ports/sharing';
import { type HandoverSource, NoAnswer, type Wanted } from './handover-sources';
import type { SharedKeys } from './shared-keys';

/** How long one source is not asked about again for a key id that was not to be had, milliseconds: others still are. */
const negativeMs = 30_000;
/** Asking costs other devices work: what strangers may cause by repeating hints they saw. */
const limits = { decapsulations: { perSecond: 10, burst: 50 }, decapsulationsPerSource: { perSecond: 1, burst: 10 }, decapsulationsKept: { perSecond: 10, burst: 50 } };

export interface TakerParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly local: LocalParty;
  readonly book: PeerBook;
  readonly verified: VerifiedCache;
  readonly keys: Pick<SharedKeys, 'persons' | 'from'>;
  readonly sharing: SharingStore;
  readonly resumptions: Pick<Resumptions, 'takeOver'>;
  readonly commit: <T>(work: () => T) => T;
  readonly isActive: (instanceId: LocalParty['instanceId']) => boolean;
  /** Whether this device is an archive (S4-30). */
  readonly takesNone: () => boolean;
  /** Whether this device talks to this person at all: a contact who agreed and is not blocked here. */
  readonly mayTalk: (peerId: PeerId) => boolean;
  /** In the order in which they are asked: the owner, then the repository where there is one (figure 5). */
  readonly sources: () => readonly HandoverSource[];
}

/**
 * The device a contact came to with a session that is another's (seed 003, figure 5): 504 not here, 506 asked for where the hint in its message
 * says, 510 used at once, without a word to the contact before the answer to its message (S4-04); 514 otherwise a full handshake.
 */
export class Taker implements HandoverTaker {
  readonly #parts: TakerParts;
  readonly #asked = new ReplayFilter();
  readonly #budget: DecapsulationBudget;
  /** By source and key id: until when it is not asked for again, monotonic. Oldest first. */
  readonly #negative = new Map<string, number>();

  constructor(parts: TakerParts) {
    this.#parts = parts;
    this.#budget = new DecapsulationBudget({ ...defaultLimits, ...limits }, parts.clock.monotonic());
  }

  asks(shown: ShownM1, source: string): boolean {
    const { crypto, clock } = this.#parts;
    if (shown.message.hint.length === 0 || !this.#wanted(shown)) return false;
    const now = clock.monotonic();
    const negative = this.#negative.get(nameOf(source, shown));
    if (negative !== undefined && now < negative) return false;
    // One that was asked about before would only be asked about again by who repeats it (A63).
    const m1Hash = crypto.sha256(shown.frame);
    if (this.#asked.has(m1Hash) || !this.#budget.take(source, false, now)) return false;
    this.#asked.add(m1Hash);
    this.#noteNegative(nameOf(source, shown), now + negativeMs);
    return true;
  }

  async look(shown: ShownM1): Promise<void> {
    const { logger } = this.#parts;
    try {
      const wanted = this.#wanted(shown);
      if (!wanted) return;
      logger.info('handover.looked', { where: 'here', found: false });
      for (const source of this.#parts.sources()) {
        const found = await this.#takeFrom(source, wanted);
        logger.info('handover.looked', { where: source.part, found });
        if (found) return;
      }
    } catch (error) {
      logger.error('handover.fault', { reason: error instanceof Error ? error.name : 'unknown' });
    }
  }

  /** What was about to be taken when this device stopped, or nobody answered (A59): from sources that can be asked now. Never throws. */
  async finish(source: HandoverSource, which: (row: LedgerRow) => boolean): Promise<void> {
    try {
      for (const row of this.#parts.sharing.pending()) {
        if (row.part !== source.part || !which(row)) continue;
        if (this.#parts.takesNone()) this.#leave(source, row);
        else await this.#settle(source, row, true);
      }
    } catch (error) {
      // It is pending still, and comes again when the source does.
      this.#parts.logger.error('handover.fault', { reason: error instanceof Error ? error.name : 'unknown' });
    }
  }

  async #takeFrom(source: HandoverSource, wanted: Wanted): Promise<boolean> {
    const { sharing, commit, crypto } = this.#parts;
    const { keyId } = wanted.shown.message;
    const opened: { expiresAt?: number } = {};
    const lent = await source.reserve(wanted, (body) => {
      const state = openShared(crypto, keyId, body, this.#parts.keys.from(wanted.owner));
      if (!state) return this.#unusable('sealed');
      opened.expiresAt = state.expiresAt;
      try {
        return this.#isUsable(state, wanted.shown);
      } finally {
        crypto.wipe(state.secret);
      }
    });
    if (!lent) return false;
    const row: LedgerRow = { keyId, part: source.part, line: { ...lent.line, expiresAt: opened.expiresAt ?? lent.line.expiresAt } };
    try {
      // Durable before anybody purges it: a crash loses nothing.
      commit(() => sharing.putLedger(row));
    } catch {
      source.release(keyId, row.line);
      return false;
    }
    return this.#settle(source, row);
  }

  /** It became an archive before it was sure of this one: whoever has it keeps it; taken already, it is nobody's, and a full handshake comes next. */
  #leave(source: HandoverSource, { keyId, line }: LedgerRow): void {
    const { sharing, commit, logger } = this.#parts;
    try {
      commit(() => sharing.removeLedger(keyId));
      source.release(keyId, line);
    } catch {
      logger.warn('handover.not-tidied'); // tried again at the next chance
    }
  }

  /** Only when the source says that it is purged there is it used here. */
  async #settle(source: HandoverSource, row: LedgerRow, late = false): Promise<boolean> {
    const { sharing, commit, logger } = this.#parts;
    try {
      const isOurs = await source.commit(row.keyId, row.line);
      return commit(() => {
        sharing.removeLedger(row.keyId);
        return isOurs && this.#activate(row, late);
      });
    } catch (error) {
      // It may or may not be ours: whoever knows is asked again at the next chance.
      if (!(error instanceof NoAnswer)) logger.warn('handover.not-settled', { reason: error instanceof Error ? error.name : 'unknown' });
      return false;
    }
  }

  #activate({ keyId, line }: LedgerRow, late: boolean): boolean {
    const { crypto, keys, resumptions, local } = this.#parts;
    const state = openShared(crypto, keyId, line.body, keys.from(line.owner));
    if (!state) return false;
    try {
      // Since it was lent its contact may have been blocked here, or its time be over (S4-32, S4-35).
      if (!this.#mayUse(state)) return false;
      resumptions.takeOver(state, local, late);
      return true;
    } finally {
      crypto.wipe(state.secret);
    }
  }

  #isUsable(state: SharedState, shown: ShownM1): boolean {
    const { crypto, local } = this.#parts;
    const secret = crypto.secret('resumption', state.secret.slice());
    try {
      if (moves(crypto, state, secret, shown, local.instance.credential.hash) !== 'yes') return this.#unusable('no-proof');
    } finally {
      secret.wipe();
    }
    return this.#mayUse(state);
  }

  /** All that the listener checks of an entry, and whether this person is talked to here at all. */
  #mayUse(state: SharedState): boolean {
    const { crypto, clock, local, book, verified, mayTalk } = this.#parts;
    if (!mayTalk(state.peerId)) return this.#unusable('not-a-contact');
    // Nobody's entry lasts longer, whatever another device says of it (S4-35).
    if (state.expiresAt > state.madeAt + resumptionMs) return this.#unusable('lasts-too-long');
    if (!this.#isSound(state)) return this.#unusable('chain');
    const entry = { ...state, ownInstanceHash: local.instance.credential.hash, ownChainHash: ownChainHash(crypto, local) };
    return peerOfEntry({ crypto, local, peers: book, verified }, entry, clock.now()) !== undefined || this.#unusable('not-in-force');
  }

  #unusable(reason: 'sealed' | 'no-proof' | 'not-a-contact' | 'lasts-too-long' | 'chain' | 'not-in-force'): false {
    this.#parts.logger.debug('handover.not-usable', { reason });
    return false;
  }

  /** The contact's chain, as the other device says it verified it: believed where every part is known here, verified where not. */
  #isSound({ peerId, peerChain }: SharedState): boolean {
    const { crypto, clock, local, book, verified } = this.#parts;
    const known = book.find(peerId);
    if (!known) return false;
    try {
      if (isKnownChain(known.record, recallChain(crypto, peerChain))) return true;
      const chain = parseChain(crypto, peerChain);
      verifyChain(crypto, chain, { now: clock.now(), pinnedSpkiHash: known.record.pinnedSpkiHash, expectedPeerId: peerId, verified, mayLapse: mayLapse(crypto, local, book, chain.identity) });
      return true;
    } catch {
      return false;
    }
  }

  /** Only a device on the own list is ever asked, whatever a hint says (S4-07, A69). */
  #wanted(shown: ShownM1): Wanted | undefined {
    const { crypto, keys, local, isActive, takesNone } = this.#parts;
    const { keyId, hint } = shown.message;
    if (takesNone()) return undefined;
    const named = openHint(crypto, keys.persons(), keyId, hint);
    if (!named || named.owner === local.instanceId || !isActive(named.owner)) return undefined;
    return { shown, owner: named.owner, person: named.person };
  }

  #noteNegative(name: string, until: number): void {
    this.#negative.delete(name);
    this.#negative.set(name, until);
    if (this.#negative.size <= maxSources) return;
    for (const oldest of this.#negative.keys()) {
      this.#negative.delete(oldest);
      break;
    }
  }
}

function nameOf(source: string, { message }: ShownM1): string {
  return `${source} ${toHex(message.keyId)}`;
}
