import type { Crypto } from '../../engine/crypto/crypto';
import type { InstanceId } from '../../engine/ids';
import type { Clock } from '../../engine/ports';
import type { ShownM1 } from '../../engine/session/handover-taker';
import { commit, type LedgerLine, release, reserve } from '../../engine/sharing/ledger';
import { coverLine, recordName, uncoverLine } from '../../engine/sharing/repository-record';
import type { SharingKey } from '../../engine/sharing/sharing-keys';
import { encodeWord, type HandoverWord } from '../../engine/sharing/words';
import { RepositoryUnreachable, type SessionRepository } from '../ports/session-repository';
import type { LedgerRow } from '../ports/sharing';
import type { SiblingLine } from './siblings';

/** How long another device, or the repository, has for one answer: the contact waits meanwhile. */
const answerMs = 2_000;
/** Compare-and-swap that others get in the way of is tried so often. */
const tries = 8;

/** A session wanted, and by whose word it is where. */
export interface Wanted {
  readonly shown: ShownM1;
  readonly owner: InstanceId;
  readonly person: SharingKey;
}

export interface Lent {
  readonly generation: number;
  /** When it may not be resumed any more, and by when it is to be taken; Unix milliseconds. */
  readonly line: LedgerLine;
}

/** Where a session is got from: the device that has it, or a repository (S4-29). Everything else is the same for both. */
export interface HandoverSource {
  readonly part: Exclude<LedgerRow['part'], 'holder'>;
  /** Reserves it once `isGood` says that this M1 moves what the body holds. Undefined: refused, or nobody answered. */
  reserve(wanted: Wanted, isGood: (body: Uint8Array) => boolean): Promise<Lent | undefined>;
  /** True: purged there, it is this device's. False: it never will be. Rejects when nobody said. */
  commit(keyId: Uint8Array, row: LedgerLine): Promise<boolean>;
  release(keyId: Uint8Array, row: LedgerLine): void;
}

/** Nobody answered in time. */
export class NoAnswer extends Error {
  constructor() {
    super('no answer');
    this.name = 'NoAnswer';
  }
}

export interface OwnerParts {
  readonly clock: Clock;
  readonly self: InstanceId;
  readonly line: () => SiblingLine;
}

/** Asks the device itself over the session with it (S4-06). */
export class OwnerSource implements HandoverSource {
  readonly part = 'from-owner';
  readonly #parts: OwnerParts;
  readonly #waiting = new Map<number, { readonly owner: InstanceId; readonly answered: (word: HandoverWord | undefined) => void }>();
  #asks = 0;

  constructor(parts: OwnerParts) {
    this.#parts = parts;
  }

  async reserve({ shown, owner }: Wanted, isGood: (body: Uint8Array) => boolean): Promise<Lent | undefined> {
    const answer = await this.#say(owner, (ask) => ({ kind: 'ask', ask, m1: shown.frame })).catch(() => undefined);
    if (answer?.kind !== 'lent') return undefined;
    const { clock, self } = this.#parts;
    const { generation, body } = answer;
    const line: LedgerLine = { generation, phase: 'lent', owner, taker: self, until: clock.now() + answerMs, expiresAt: clock.now() + answerMs, body };
    if (isGood(body)) return { generation, line };
    this.release(shown.message.keyId, line);
    return undefined;
  }

  async commit(keyId: Uint8Array, { owner, generation }: LedgerLine): Promise<boolean> {
    const answer = await this.#say(owner, (ask) => ({ kind: 'take', ask, keyId, generation }));
    return answer.kind === 'taken';
  }

  release(keyId: Uint8Array, { owner, generation }: LedgerLine): void {
    this.#parts.line().send(owner, encodeWord({ kind: 'spare', ask: 0, keyId, generation }));
  }

  /** An answer came: only from the device that was asked. */
  heard(from: InstanceId, word: Extract<HandoverWord, { kind: 'lent' | 'taken' | 'refused' }>): void {
    const waiting = this.#waiting.get(word.ask);
    if (waiting?.owner === from) waiting.answered(word);
  }

  /** The session with this device ended: it answers nothing any more. */
  left(owner: InstanceId): void {
    for (const waiting of this.#waiting.values()) if (waiting.owner === owner) waiting.answered(undefined);
  }

  #say(owner: InstanceId, word: (ask: number) => HandoverWord): Promise<HandoverWord> {
    const { clock, line } = this.#parts;
    this.#asks = (this.#asks % 0xffff_fffe) + 1;
    const ask = this.#asks;
    return new Promise((resolve, reject) => {
      const cancel = clock.setTimer(answerMs, () => waiting.answered(undefined));
      const waiting = {
        owner,
        answered: (answer: HandoverWord | undefined): void => {
          cancel();
          this.#waiting.delete(ask);
          if (answer) resolve(answer);
          else reject(new NoAnswer());
        },
      };
      this.#waiting.set(ask, waiting);
      if (line().send(owner, encodeWord(word(ask))) === undefined) waiting.answered(undefined);
    });
  }
}

export interface RepositoryParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly self: InstanceId;
  readonly repository: SessionRepository;
  /** To find again what was named under one of them. */
  readonly persons: () => readonly SharingKey[];
}

/** Takes from a repository, which knows nothing: this device holds the proof against what it reads before it moves anything. */
export class RepositorySource implements HandoverSource {
  readonly part = 'from-repository';
  readonly #parts: RepositoryParts;

  constructor(parts: RepositoryParts) {
    this.#parts = parts;
  }

  async reserve({ shown, person }: Wanted, isGood: (body: Uint8Array) => boolean): Promise<Lent | undefined> {
    const { crypto, clock, self } = this.#parts;
    let good = false;
    // Under the key its hint was made with; one published later than that may be named under a newer one.
    const named = [person, ...this.#parts.persons().filter(({ id }) => !crypto.equal(id, person.id))];
    try {
      let line: LedgerLine | undefined;
      for (const key of named) {
        line ??= await this.#change(key, shown.message.keyId, (current) => {
          const move = reserve(current, self, clock.now());
          good = 'line' in move && isGood(move.line.body);
          return good && 'line' in move ? move.line : undefined;
        });
      }
      return line && { generation: line.generation, line };
    } catch (error) {
      if (error instanceof RepositoryUnreachable) return undefined;
      throw error;
    }
  }

  async commit(keyId: Uint8Array, { generation }: LedgerLine): Promise<boolean> {
    return (await this.#changeAny(keyId, (current) => moved(commit(current, this.#parts.self, generation)))) !== undefined;
  }

  release(keyId: Uint8Array, { generation }: LedgerLine): void {
    // The lease ends by itself where nobody hears this.
    void this.#changeAny(keyId, (current) => moved(release(current, this.#parts.self, generation))).catch(() => undefined);
  }

  async #changeAny(keyId: Uint8Array, change: (line: LedgerLine) => LedgerLine | undefined): Promise<LedgerLine | undefined> {
    for (const person of this.#parts.persons()) {
      const line = await this.#change(person, keyId, change);
      if (line) return line;
    }
    return undefined;
  }

  #change(person: SharingKey, keyId: Uint8Array, change: (line: LedgerLine) => LedgerLine | undefined): Promise<LedgerLine | undefined> {
    return changeRecord(this.#parts.crypto, this.#parts.repository, person, keyId, change);
  }
}

/**
 * Reads, decides, writes on top of what was read; again where somebody else was first, or where nobody said what became of it. Gives
 * the line as written; undefined when there is none or `change` refuses. Rejects with `RepositoryUnreachable`.
 */
export async function changeRecord(crypto: Crypto, repository: SessionRepository, person: SharingKey, keyId: Uint8Array, change: (line: LedgerLine) => LedgerLine | undefined): Promise<LedgerLine | undefined> {
  const name = recordName(crypto, person, keyId);
  for (let left = tries; left > 0; left -= 1) {
    const stored = await repository.read(name);
    const line = stored && uncoverLine(crypto, person, keyId, stored.record);
    const changed = line && change(line);
    if (!stored || !changed) return undefined;
    try {
      if ((await repository.write(name, coverLine(crypto, person, keyId, changed), stored.revision)) !== undefined) return changed;
    } catch (error) {
      if (!(error instanceof RepositoryUnreachable) || left === 1) throw error;
    }
  }
  return undefined;
}

function moved(move: ReturnType<typeof commit>): LedgerLine | undefined {
  return 'line' in move ? move.line : undefined;
}
