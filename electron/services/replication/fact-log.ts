import type { Crypto, KeyPair } from '../../engine/crypto/crypto';
import type { InstanceId, PeerId } from '../../engine/ids';
import { isOfDisk } from '../lasting-clock';
import type { LoggedFact, ReplicaStore } from '../ports/replica';
import type { Fact, FactKind } from './replica';
import { isSigned, signFact, type SignedFact } from './signed-facts';
import { batchBytes, type Batch, factBytes, maxStamp, sentBatchFacts } from './words';

export interface FactLogParts {
  readonly store: ReplicaStore;
  readonly crypto: Crypto;
  readonly peerId: PeerId;
  readonly own: InstanceId;
  /** What this device signs its facts with. */
  readonly signing: KeyPair<'instance-signing'>;
  readonly now: () => number;
  /** Up to which number this author may be heard; undefined for one that is on no list known here, in whatever state. */
  readonly limitOf: (author: InstanceId) => number | undefined;
  /** A part of the transaction that can be undone alone. */
  readonly within: <T>(work: () => T) => T;
  /** Something was kept that could never be used. */
  readonly onSpoilt: (kind: string) => void;
}

/**
 * `later`: it goes on from something that did not come; `stranger`: of a device that is on no list known here, which may come yet, or beyond what is
 * known to have been said before it was stopped.
 */
export type Taken = 'taken' | 'later' | 'stranger';

/**
 * What a clock may say, in Unix milliseconds: later it counts as this (September 2039). Stamps behind it can still be counted, and are below what others take (words.ts); of one
 * that is wrong by decades would else come what no device could hear, or read again, when it is set right.
 */
const endOfClocks = (2 ** 53 - 2 ** 33) / 4096;

/** The first stamp of this time. */
function stampOf(time: number): number {
  return Math.max(0, Math.trunc(time)) * 4096;
}

/** Of two that say something of one key, the later. */
function isLater(a: Pick<Fact, 'stamp' | 'author'>, b: Pick<Fact, 'stamp' | 'author'>): boolean {
  return a.stamp === b.stamp ? a.author > b.author : a.stamp > b.stamp;
}

/** The log itself: what is said gets its number and stamp, what comes is merged. Everything inside the caller's transaction. */
export class FactLog {
  readonly #parts: FactLogParts;
  readonly #kinds = new Map<string, FactKind>();
  #applying = false;
  /** To be said when what is applied now is in place. */
  #due: Pick<Fact, 'kind' | 'key' | 'value'>[] = [];
  /** Own numbers up to this one may be with another device. */
  #given = 0;

  constructor(parts: FactLogParts) {
    this.#parts = parts;
    if (!this.#isUntold()) this.#allGiven();
  }

  register(kind: FactKind): void {
    this.#kinds.set(kind.kind, kind);
  }

  /** By rank. */
  get kinds(): readonly FactKind[] {
    return [...this.#kinds.values()].sort((a, b) => a.rank - b.rank || (a.kind < b.kind ? -1 : 1));
  }

  get isApplying(): boolean {
    return this.#applying;
  }

  say(kind: string, key: string, value: Uint8Array): void {
    const { store, own, now } = this.#parts;
    const { begun = false, ...state } = store.state() ?? { stamp: 0 };
    const stamp = Math.min(maxStamp, Math.max(stampOf(Math.min(now(), endOfClocks)), state.stamp + 1));
    const known = this.#kinds.get(kind);
    const number = this.#placeKept(known, key) ?? this.#lastOwn() + 1;
    if (known?.merges === undefined) for (const other of store.of(kind, key)) if (other.author !== own) store.remove(other);
    store.put({ author: own, number, stamp, kind, key, value: known?.read ? undefined : value, waiting: false, signature: undefined });
    store.setHeard(own, Math.max(number, this.#lastOwn()));
    store.setState({ ...state, stamp, begun });
  }

  /** What another device said is this one's from now on. */
  takeOver(author: InstanceId): void {
    this.#parts.store.reauthor(author, this.#parts.own);
    this.#allGiven();
  }

  /** Others have heard up to this number of what this device said. */
  goOnAfter(number: number): void {
    this.#parts.store.setHeard(this.#parts.own, number);
    this.#allGiven();
  }

  /** Nobody has anything of this log: no other device ever said how far it is, which comes first, or it is still being written and none has heard a number of it. */
  #isUntold(): boolean {
    const { store, own } = this.#parts;
    const told = store.heardByAll();
    return told.length === 0 || (store.state()?.begun !== true && told.every((vector) => (vector.get(own) ?? 0) === 0));
  }

  /** Whatever this device has said until now may be with another one. */
  #allGiven(): void {
    this.#given = this.#lastOwn();
  }

  #lastOwn(): number {
    const { store, own } = this.#parts;
    return store.heard().get(own) ?? 0;
  }

  /**
   * What nobody was given yet is asked for when it is, and stays where it stands until then: a contact's keys, which change with each session, would
   * else go behind everything that hangs on them, and a device that hears only a part of the log would have the contact without keys.
   */
  #placeKept(known: FactKind | undefined, key: string): number | undefined {
    if (known?.read === undefined) return undefined;
    const { store, own } = this.#parts;
    return store.of(known.kind, key).find(({ author, number }) => author === own && number > this.#given)?.number;
  }

  sayAfter(kind: string, key: string, value: Uint8Array): void {
    if (this.#applying) this.#due.push({ kind, key, value });
    else this.say(kind, key, value);
  }

  sift(kind: string, key: string): void {
    const { store, own } = this.#parts;
    const known = this.#kinds.get(kind);
    const former = store.of(kind, key).filter((fact) => fact.author !== own && fact.value !== undefined && known?.forgets?.({ ...fact, value: fact.value }) === true);
    for (const fact of former) store.remove(fact);
    if (former.length > 0) this.sayAfter(kind, key, new Uint8Array(0));
  }

  find(kind: string, key: string): Uint8Array | undefined {
    const [newest] = this.#parts.store.of(kind, key).filter(({ value }) => value !== undefined).sort((a, b) => (isLater(a, b) ? -1 : 1));
    return newest?.value;
  }

  /** Drops what is of use only until these other devices have heard it, and has been heard, or is too old. `stopped`: may count again, and have to hear what is awaited. */
  sweep(others: readonly InstanceId[], stopped: readonly InstanceId[] = []): void {
    const { store, now } = this.#parts;
    const passing = [...this.#kinds.values()].filter(({ passingMs }) => passingMs !== undefined);
    if (passing.length === 0) return;
    const heardBy = new Map([...others, ...stopped].map((other) => [other, store.heardBy(other)]));
    for (const author of store.heard().keys()) {
      const heardByAll = (devices: readonly InstanceId[]): number => Math.min(Number.MAX_SAFE_INTEGER, ...devices.map((other) => (other === author ? Infinity : (heardBy.get(other)?.get(author) ?? 0))));
      const [heard, heardByStopped] = [heardByAll(others), heardByAll(stopped)];
      for (const { kind, passingMs = 0, awaited } of passing) {
        store.drop({ kind, author, upTo: awaited ? Math.min(heard, heardByStopped) : heard, before: stampOf(Math.min(now(), endOfClocks) - passingMs) });
      }
    }
  }

  /** Of what is of use for a time only, what is past it; while there is nobody who could hear the rest. */
  dropOld(): void {
    const { store, now, own } = this.#parts;
    for (const { kind, passingMs } of this.#kinds.values()) {
      if (passingMs !== undefined) store.drop({ kind, author: own, upTo: 0, before: stampOf(Math.min(now(), endOfClocks) - passingMs) });
    }
  }

  /** Throws for what is malformed, or what `apply` throws: nothing of it may be kept then. */
  take({ author, signingKey, after, upTo, facts }: Batch): Taken {
    const { store, own, crypto, peerId, limitOf } = this.#parts;
    if (author === own) throw new Error('another device said this one’s facts');
    const limit = limitOf(author);
    if (limit === undefined) return 'stranger';
    const heard = store.heard().get(author) ?? 0;
    if (after > heard) return 'later';
    if (upTo > Math.max(limit, heard)) return 'stranger';
    const news = facts.filter(({ number }) => number > heard);
    // All of them first: nothing of a batch counts where one fact is not its author's.
    if (!news.every((fact) => isSigned(crypto, peerId, signingKey, fact))) throw new Error('a fact that its author did not sign');
    store.setSigningKey(author, signingKey);
    let highest = 0;
    for (const fact of news) {
      highest = Math.max(highest, fact.stamp);
      this.#offer(fact);
    }
    if (upTo > heard) store.setHeard(author, upTo);
    const state = store.state();
    if (highest > (state?.stamp ?? 0)) store.setState({ begun: false, ...state, stamp: highest });
    return 'taken';
  }

  /** Offers again what waits, at most `limit` after `cursor`. Gives where to go on, undefined at the end, and how many were used. Throws what the disk says: nothing of it may be kept then. */
  retry(cursor: LoggedFact | undefined, limit: number): { readonly cursor: LoggedFact | undefined; readonly used: number } {
    const { store, within, onSpoilt } = this.#parts;
    const waiting = store.waiting(cursor, limit);
    let used = 0;
    for (const logged of waiting) {
      const known = this.#kinds.get(logged.kind);
      if (!known || logged.value === undefined) continue;
      const fact = { ...logged, value: logged.value };
      try {
        if (this.#isOver(known, fact)) store.remove(logged);
        else if (!within(() => this.#apply(known, fact))) continue;
        else this.#keep(known, { ...logged, waiting: false });
      } catch (error) {
        // What a disk does not give or take now says nothing about the fact.
        if (isOfDisk(error)) throw error;
        // Who brought it is gone, and others wait behind it.
        onSpoilt(logged.kind);
        store.remove(logged);
      }
      used += 1;
    }
    return { cursor: waiting.length < limit ? undefined : waiting.at(-1), used };
  }

  /** An author's next facts; undefined where there is nothing to tell. */
  batch(author: InstanceId, after: number): Batch | undefined {
    const { store, own, crypto, peerId, signing } = this.#parts;
    const end = store.heard().get(author) ?? 0;
    if (end <= after) return undefined;
    const isOwn = author === own;
    if (isOwn) this.#allGiven();
    const signingKey = isOwn ? signing.publicKey : store.signingKey(author);
    if (signingKey === undefined) return undefined;
    const rows = store.after(author, after, sentBatchFacts);
    const facts: SignedFact[] = [];
    let size = 0;
    for (const row of rows) {
      const value = isOwn ? this.#valueOf(row) : row.value;
      if (value === undefined) continue; // gone from the tables it stood in
      const { signature } = row;
      if (!isOwn && signature === undefined) continue; // said before facts were signed
      size += factBytes({ ...row, value });
      if (facts.length > 0 && size > batchBytes) return { author, signingKey, after, upTo: facts.at(-1)?.number ?? after, facts };
      facts.push(signature === undefined ? signFact(crypto, peerId, signing, { ...row, value }) : { ...row, value, signature });
    }
    return { author, signingKey, after, upTo: rows.length < sentBatchFacts ? end : (rows.at(-1)?.number ?? end), facts };
  }

  #valueOf({ kind, key, value }: LoggedFact): Uint8Array | undefined {
    return value ?? this.#kinds.get(kind)?.read?.(key);
  }

  #offer(fact: SignedFact): void {
    const known = this.#kinds.get(fact.kind);
    if (known && this.#isOver(known, fact)) return;
    const used = known !== undefined && this.#apply(known, fact);
    // As it was signed: what stands in the tables may be merged with what others said.
    this.#keep(known, { ...fact, waiting: !used });
  }

  #keep(known: FactKind | undefined, logged: LoggedFact): void {
    const { store } = this.#parts;
    const { kind, key, author, value } = logged;
    if (value === undefined || known?.forgets?.({ ...logged, value }) !== true) return store.put(logged);
    for (const former of store.of(kind, key)) if (former.author === author) store.remove(former);
  }

  /** Something later is known of this key already; what is earlier goes. */
  #isOver({ merges }: FactKind, fact: Fact): boolean {
    const { store } = this.#parts;
    const others = merges ? [] : store.of(fact.kind, fact.key).filter(({ author }) => author !== fact.author);
    if (others.some((other) => isLater(other, fact))) return true;
    for (const other of others) store.remove(other);
    return false;
  }

  #apply(kind: FactKind, fact: Fact): boolean {
    this.#applying = true;
    this.#due = [];
    let used: boolean;
    try {
      used = kind.apply(fact);
    } finally {
      this.#applying = false;
    }
    for (const { kind: what, key, value } of this.#due.splice(0)) this.say(what, key, value);
    return used;
  }
}
