import type { LocalParty } from '../../engine/certificates/local-party';
import type { Crypto } from '../../engine/crypto/crypto';
import type { InstanceId } from '../../engine/ids';
import type { Clock, Logger } from '../../engine/ports';
import { ReplayFilter } from '../../engine/session/replay-filter';
import { peerOfEntry } from '../../engine/session/resume-check';
import type { ResumptionStore } from '../../engine/session/resumption-entry';
import type { Resumptions } from '../../engine/session/resumptions';
import { moves, readShownM1 } from '../../engine/session/shown-m1';
import { TokenBucket } from '../../engine/session/token-bucket';
import { commit as commitLine, held, type LedgerLine, type Move, release, reserve, settled } from '../../engine/sharing/ledger';
import { sealShared } from '../../engine/sharing/session-state';
import type { HandoverWord } from '../../engine/sharing/words';
import type { PeerBook } from '../peer-book';
import type { SharingStore } from '../ports/sharing';
import type { SharedKeys } from './shared-keys';

/** What one other device may ask: a few more than a person's contacts come at once. */
const asksOfOne = { perSecond: 20, burst: 200 };

export interface HolderParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly local: LocalParty;
  readonly book: PeerBook;
  readonly keys: Pick<SharedKeys, 'to'>;
  readonly sharing: SharingStore;
  readonly entries: ResumptionStore;
  readonly resumptions: Resumptions;
  readonly commit: <T>(work: () => T) => T;
  /** Whether this is another device that counts, by the own list and by what the devices said of each other since. */
  readonly isActive: (instanceId: InstanceId) => boolean;
  /** Whether it may take no sessions (S4-30). */
  readonly isArchive: (instanceId: InstanceId) => boolean;
  /** Ends what sessions of this key id there still are here (S4-18). */
  readonly fence: (keyId: Uint8Array) => void;
  /** Where the session is published, too, it is marked as taken there before it counts as taken here. False: somebody else was first. */
  readonly settleElsewhere: (keyId: Uint8Array) => Promise<boolean>;
}

type Ask = Extract<HandoverWord, { kind: 'ask' }>;
type Claim = Extract<HandoverWord, { kind: 'take' | 'spare' }>;
type Answer = Extract<HandoverWord, { kind: 'lent' | 'taken' | 'refused' }>;

/**
 * The device that has a session, asked for it by another of the same person (seed 003, figure 6): 602 request, 604 who asks and what proves that
 * a contact wants it, 608–610 lend, 612 purge. Whatever does not hold gets one answer, `refused` (S4-27).
 */
export class HandoverHolder {
  readonly #parts: HolderParts;
  readonly #shown = new ReplayFilter();
  readonly #asks = new Map<InstanceId, TokenBucket>();

  constructor(parts: HolderParts) {
    this.#parts = parts;
  }

  /** `from`: whose authenticated session brought it. */
  ask(from: InstanceId, { ask, m1 }: Ask): Answer {
    try {
      const lent = this.#mayAsk(from) ? this.#lend(from, m1) : undefined;
      if (lent) return { kind: 'lent', ask, generation: lent.line.generation, body: lent.body };
    } catch (error) {
      this.#failed(error);
    }
    return { kind: 'refused', ask };
  }

  async take(from: InstanceId, { ask, keyId, generation }: Claim): Promise<Answer> {
    try {
      if (await this.#purge(from, keyId, generation)) return { kind: 'taken', ask };
    } catch (error) {
      this.#failed(error);
    }
    return { kind: 'refused', ask };
  }

  spare(from: InstanceId, { keyId, generation }: Claim): void {
    const { sharing, commit } = this.#parts;
    try {
      const row = sharing.ledger(keyId);
      const move = row?.part === 'holder' ? release(row.line, from, generation) : undefined;
      if (move && 'line' in move) commit(() => sharing.putLedger({ keyId, part: 'holder', line: move.line }));
    } catch (error) {
      this.#failed(error); // the lease ends by itself
    }
  }

  /** For who looks for an entry here: whether it is another device's, or about to be. A lease that is over is taken back for good. */
  isLent(keyId: Uint8Array): boolean {
    const { sharing, clock } = this.#parts;
    const row = sharing.ledger(keyId);
    if (row?.part !== 'holder') return false;
    const line = settled(row.line, clock.now());
    if (line.phase !== 'held') return true;
    if (row.line.phase === 'lent') sharing.putLedger({ keyId, part: 'holder', line });
    return false;
  }

  #lend(from: InstanceId, m1: Uint8Array): { readonly line: LedgerLine; readonly body: Uint8Array } | undefined {
    const { crypto, clock, local, book, keys, sharing, resumptions, entries, commit, logger } = this.#parts;
    const asker = local.list.instances.find(({ instanceId }) => instanceId === from);
    if (!asker || !this.#parts.isActive(from)) {
      logger.warn('handover.asked-by-no-device');
      return this.#refuse('no-device');
    }
    if (this.#parts.isArchive(from)) return this.#refuse('archive');
    const shown = readShownM1(m1);
    const pair = keys.to(from);
    if (!shown || !pair) return this.#refuse('no-key');
    const { keyId } = shown.message;
    const m1Hash = crypto.sha256(m1);
    const now = clock.now();
    // Asked once more by the same device, as after a lost answer, it is lent as it was.
    const row = sharing.ledger(keyId);
    const again = row?.part === 'holder' && row.line.phase === 'lent' && row.line.taker === from && now < row.line.until;
    const entry = again ? entries.byKeyId(keyId) : resumptions.toLend(keyId);
    if (!entry) return this.#refuse('not-here');
    const secret = crypto.secret('resumption', entry.secret.slice());
    try {
      const verdict = moves(crypto, entry, secret, shown, asker.credentialHash);
      if (verdict === 'no' || (!again && this.#shown.has(m1Hash))) return this.#refuse('no-proof');
      this.#shown.add(m1Hash);
      // Who it is with may be blocked here by now, or have another key or newer devices (S4-32).
      if (verdict === 'stale' || !peerOfEntry({ crypto, local, peers: book }, entry, now)) return this.#refuse('not-usable');
      const before = row?.part === 'holder' ? row.line : held(local.instanceId, entry.expiresAt);
      const line = granted(reserve(before, from, now));
      if (!line) return this.#refuse('not-free');
      commit(() => sharing.putLedger({ keyId, part: 'holder', line }));
      return { line, body: sealShared(crypto, entry, [pair]) };
    } finally {
      secret.wipe();
      crypto.wipe(entry.secret);
    }
  }

  async #purge(from: InstanceId, keyId: Uint8Array, generation: number): Promise<boolean> {
    const { sharing, entries, resumptions, commit, fence, settleElsewhere, isActive, isArchive } = this.#parts;
    const move = (): LedgerLine | undefined => {
      const row = sharing.ledger(keyId);
      // Erased since it was lent, because its contact was blocked, say: then it is nobody's (S4-32).
      const isLost = row?.line.phase === 'lent' && !resumptions.isKept(keyId);
      return row?.part === 'holder' && !isLost ? granted(commitLine(row.line, from, generation)) : undefined;
    };
    if (!isActive(from) || isArchive(from) || !move() || !(await settleElsewhere(keyId))) return false;
    const isDone = commit(() => {
      const line = move();
      if (!line) return false;
      sharing.putLedger({ keyId, part: 'holder', line });
      entries.remove(keyId);
      return true;
    });
    if (!isDone) return false;
    resumptions.surrendered(keyId);
    fence(keyId);
    return true;
  }

  #mayAsk(from: InstanceId): boolean {
    const now = this.#parts.clock.monotonic();
    const bucket = this.#asks.get(from) ?? new TokenBucket(asksOfOne, now);
    this.#asks.set(from, bucket);
    return bucket.take(now);
  }

  /** For the own log alone: whoever asked hears `refused` (S4-27). */
  #refuse(reason: 'no-device' | 'archive' | 'no-key' | 'not-here' | 'no-proof' | 'not-usable' | 'not-free'): undefined {
    this.#parts.logger.debug('handover.refused', { reason });
  }

  /** A disk that is full or read-only: nothing was lent, nothing is released (A60). */
  #failed(error: unknown): void {
    this.#parts.logger.warn('handover.not-lent', { reason: error instanceof Error ? error.name : 'unknown' });
  }
}

function granted(move: Move): LedgerLine | undefined {
  return 'line' in move ? move.line : undefined;
}
