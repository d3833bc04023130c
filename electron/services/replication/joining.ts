import type { InstanceId } from '../../engine/ids';
import type { Clock, Logger } from '../../engine/ports';
import type { ReplicaState, ReplicaStore, Vector } from '../ports/replica';
import type { ReplicaProgress } from './replica';
import type { Peer } from './syncing';

/** After this time a linked device that never heard everything talks to contacts anyway, in milliseconds (protocol.md §10). */
const unsureAfterMs = 24 * 60 * 60 * 1000;
/** Wall clocks jump, and machines sleep: looked at again after this long at the latest. */
const lookMs = 10 * 60 * 1000;

type Told = Pick<Peer, 'whole' | 'waits' | 'lacks' | 'vector'>;

export interface JoiningParts {
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  readonly own: InstanceId;
  readonly store: ReplicaStore;
  /** In a transaction of its own. */
  readonly change: (change: (state: ReplicaState) => ReplicaState) => void;
  /** The own other devices that count. */
  readonly active: () => readonly InstanceId[];
  /** Those there is a session with. */
  readonly peers: () => ReadonlyMap<InstanceId, Told>;
  /** The wait is over though not everything was heard. */
  readonly onUnsure: () => void;
}

/** What a device lacks that was let in by others: from when on it may talk to contacts, and what of the common log it never got. */
export class Joining {
  readonly #parts: JoiningParts;
  #joinedAt: number | undefined;
  #missing: number | undefined;
  #stopTimer: (() => void) | undefined;

  constructor(parts: JoiningParts) {
    this.#parts = parts;
    this.refresh();
  }

  /** Another state was stored. */
  refresh(): void {
    const state = this.#parts.store.state();
    this.#joinedAt = state?.joinedAt;
    this.#missing = state?.missing;
  }

  /** Not everything was heard once. */
  get waits(): boolean {
    return this.#joinedAt !== undefined;
  }

  get isReady(): boolean {
    return this.#joinedAt === undefined || this.#parts.clock.now() - this.#joinedAt >= unsureAfterMs;
  }

  /** What is missing and will not come from the devices that count, as far as is known now. */
  get missing(): ReplicaState['missing'] {
    return this.waits ? (this.isReady ? this.#count() : undefined) : this.#missing;
  }

  get progress(): ReplicaProgress | undefined {
    if (!this.waits) return undefined;
    const told = this.#told().filter(({ whole }) => whole);
    if (told.length === 0) return undefined;
    const total = highest(told.map(({ vector }) => vector));
    total.delete(this.#parts.own);
    const heard = this.#parts.store.heard();
    const sum = (numbers: Iterable<number>): number => [...numbers].reduce((all, each) => all + each, 0);
    return { done: sum([...total].map(([author, number]) => Math.min(number, heard.get(author) ?? 0))), total: sum(total.values()) };
  }

  /** Nothing more is to be had: all that a device has that heard everything; or, where all that count wait themselves, all that any of them has. */
  get isComplete(): boolean {
    const told = this.#told();
    return told.some((each) => each.whole && this.#hasHeard(each.vector)) || this.#isLeftAlone();
  }

  /** `isComplete`, and all of it is in use. False: nothing was waited for and nothing was missing. */
  settle(): boolean {
    const whole = this.#told().filter((each) => each.whole && this.#hasHeard(each.vector));
    const missing = whole.some(({ lacks }) => !lacks) ? undefined : whole.length > 0 ? (this.#missing ?? this.#count()) : this.#count();
    if (!this.waits && (this.#missing === undefined || missing !== undefined)) return false;
    this.#end(missing);
    return true;
  }

  /** No other device counts any more: what is here is all there is. */
  endAlone(): void {
    if (this.waits) this.#end(this.#count());
  }

  /** The clock was set back, or the time has come. */
  watch(): void {
    const { clock, logger, change, onUnsure } = this.#parts;
    if (this.#joinedAt === undefined || this.#stopTimer) return;
    const now = Math.max(0, Math.trunc(clock.now()));
    if (now < this.#joinedAt) {
      try {
        change((state) => ({ ...state, joinedAt: now }));
        this.refresh();
      } catch {
        logger.warn('replica.not-moved'); // with the next look: until then it waits no longer than it would have
      }
    }
    const left = (this.#joinedAt ?? now) + unsureAfterMs - now;
    if (left <= 0) return;
    this.#stopTimer = clock.setTimer(Math.min(left, lookMs), () => {
      this.#stopTimer = undefined;
      if (!this.waits) return;
      if (this.isReady) onUnsure();
      else this.watch();
    });
  }

  close(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  #end(missing: number | undefined): void {
    this.#parts.change(({ joinedAt: _over, toldWhole: _told, missing: _before, ...state }) => ({ ...state, ...(missing !== undefined && { missing }) }));
    this.refresh();
    this.close();
  }

  #told(): readonly Told[] {
    return [...this.#parts.peers().values()];
  }

  /** Every other device that counts is here, waits as this one does, and has nothing that this one lacks. */
  #isLeftAlone(): boolean {
    const { active, peers } = this.#parts;
    const told = peers();
    const all = active().map((instanceId) => told.get(instanceId));
    return this.waits && all.length > 0 && all.every((each) => each !== undefined && each.waits && this.#hasHeard(each.vector));
  }

  #hasHeard(vector: Vector): boolean {
    const { own, store } = this.#parts;
    const heard = store.heard();
    return [...vector].every(([author, number]) => author === own || (heard.get(author) ?? 0) >= number);
  }

  /** Numbers that devices said they had heard, and that were not heard here. */
  #count(): number {
    const { store, own } = this.#parts;
    if (store.state()?.toldWhole !== true) return -1;
    const heard = store.heard();
    return [...highest(store.heardByAll())].reduce((all, [author, number]) => (author === own ? all : all + Math.max(0, number - (heard.get(author) ?? 0))), 0);
  }
}

function highest(vectors: Iterable<Vector>): Map<InstanceId, number> {
  const total = new Map<InstanceId, number>();
  for (const vector of vectors) for (const [author, number] of vector) total.set(author, Math.max(number, total.get(author) ?? 0));
  return total;
}
