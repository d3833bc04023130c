import type { LocalParty } from '../../engine/certificates/local-party';
import type { InstanceId } from '../../engine/ids';
import type { Clock, Logger } from '../../engine/ports';
import type { Siblings } from '../devices/siblings';
import type { LoggedFact, ReplicaState, ReplicaStore } from '../ports/replica';
import { writeAll } from './beginning';
import { FactLog } from './fact-log';
import type { FactKind, Replica, ReplicaProgress } from './replica';
import { Syncing } from './syncing';

/** After this time a linked device that never heard everything talks to contacts anyway, in milliseconds (protocol.md §10). */
export const unsureAfterMs = 24 * 60 * 60 * 1000;
const retrySlice = 128;
/** A number this far ahead of the own ones was never given out by anybody. */
const mostAhead = 2 ** 20;
const againMs = 60_000;
/** What waits for something that another device will not bring is tried ever more seldom, up to this. */
const mostSeldomMs = 60 * 60 * 1000;
/** How long after something was heard it is looked through for what nobody needs any more, in milliseconds. */
const sweepMs = 10_000;

export interface ProfileReplicaParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly local: LocalParty;
  readonly store: ReplicaStore;
  readonly siblings: Pick<Siblings, 'active' | 'line'>;
  readonly commit: <T>(work: () => T) => T;
  readonly within: <T>(work: () => T) => T;
  /** From now on this device talks to contacts. */
  readonly onReady: () => void;
}

/** The log of an open profile. It begins with the second device, and ends with it (protocol.md §10). */
export class ProfileReplica implements Replica {
  readonly #parts: ProfileReplicaParts;
  readonly #log: FactLog;
  readonly #syncing: Syncing;
  readonly #handlers = new Set<() => void>();
  #stopBeginning: (() => void) | undefined;
  #stopTimer: (() => void) | undefined;
  #sweeping: (() => void) | undefined;
  #joinedAt: number | undefined;
  #began = false;
  /** The last own number when the profile was opened. */
  readonly #openedAt: number;
  #started = false;
  #retrying = false;
  #stopRetry: (() => void) | undefined;
  #retryMs = againMs;
  #closed = false;

  constructor(parts: ProfileReplicaParts) {
    const { clock, logger, local, store, siblings, commit, within } = parts;
    this.#parts = parts;
    this.#log = new FactLog({
      store,
      own: local.instanceId,
      now: () => clock.now(),
      isDevice: (instanceId) => local.list.instances.some((each) => each.instanceId === instanceId),
      within,
      onSpoilt: (kind) => logger.warn('replica.spoilt', { kind }),
    });
    this.#syncing = new Syncing({
      log: this.#log,
      store,
      clock,
      logger,
      own: local.instanceId,
      commit,
      isWhole: () => this.#state()?.begun ?? false,
      isReady: () => this.#joinedAt === undefined,
      onHeard: (news) => this.#heard(news),
      onAhead: (number) => this.#renumber(number),
    });
    this.#syncing.use(siblings.line('replica', this.#syncing));
    this.#joinedAt = this.isOn ? store.state()?.joinedAt : undefined;
    this.#began = store.state() !== undefined;
    this.#openedAt = store.heard().get(local.instanceId) ?? 0;
  }

  get isOn(): boolean {
    return this.#parts.siblings.active().length > 0;
  }

  get isReady(): boolean {
    return this.#joinedAt === undefined || this.#parts.clock.now() - this.#joinedAt >= unsureAfterMs;
  }

  get hasHeardAll(): boolean {
    return this.#joinedAt === undefined;
  }

  get isApplying(): boolean {
    return this.#log.isApplying;
  }

  register(kind: FactKind): void {
    this.#log.register(kind);
  }

  say(kind: string, key: string, value: Uint8Array): void {
    if (this.#log.isApplying || !this.isOn) return;
    this.#begin();
    this.#log.say(kind, key, value);
    this.#syncing.kick();
  }

  sayAfter(kind: string, key: string, value: Uint8Array): void {
    if (!this.isOn) return;
    this.#begin();
    this.#log.sayAfter(kind, key, value);
    this.#syncing.kick();
  }

  find(kind: string, key: string): Uint8Array | undefined {
    return this.#log.find(kind, key);
  }

  get progress(): ReplicaProgress | undefined {
    if (this.#joinedAt === undefined) return undefined;
    const told = this.#syncing.peers.filter(({ whole }) => whole);
    if (told.length === 0) return undefined;
    const total = new Map<InstanceId, number>();
    for (const { vector } of told) for (const [author, number] of vector) total.set(author, Math.max(number, total.get(author) ?? 0));
    total.delete(this.#parts.local.instanceId);
    const heard = this.#parts.store.heard();
    const sum = (numbers: Iterable<number>): number => [...numbers].reduce((all, each) => all + each, 0);
    return { done: sum([...total].map(([author, number]) => Math.min(number, heard.get(author) ?? 0))), total: sum(total.values()) };
  }

  behind(instanceId: InstanceId): number | undefined {
    const { store } = this.#parts;
    const vector = store.heardBy(instanceId);
    if (vector.size === 0) return undefined;
    return [...store.heard().keys()].reduce((all, author) => (author === instanceId ? all : all + store.countAfter(author, vector.get(author) ?? 0)), 0);
  }

  onChange(handler: () => void): () => void {
    this.#handlers.add(handler);
    return () => void this.#handlers.delete(handler);
  }

  start(): void {
    this.#started = true;
    this.listChanged();
  }

  /** There may be another number of own devices than before. */
  listChanged(): void {
    if (!this.#started || this.#closed) return;
    if (!this.isOn) return this.#endLog();
    this.#begin();
    this.#writeAll();
    this.#syncing.haveAll();
    this.#watchTime();
    this.#retryLater();
  }

  close(): void {
    this.#closed = true;
    this.#stopRetry?.();
    this.#stopBeginning?.();
    this.#stopTimer?.();
    this.#sweeping?.();
    this.#syncing.close();
  }

  #state(): ReplicaState | undefined {
    return this.#parts.store.state();
  }

  /** The first time that there is another device: either this one was let in by it, or the other way round. */
  #begin(): void {
    const { store, local, clock, within } = this.#parts;
    if (this.#began && store.state() !== undefined) return;
    const joined = !holdsKey(local);
    within(() => store.setState({ stamp: 0, begun: joined, ...(joined && { joinedAt: Math.max(0, Math.trunc(clock.now())) }) }));
    this.#began = true;
    if (joined) this.#joinedAt = store.state()?.joinedAt;
  }

  #writeAll(): void {
    const { store, commit, clock, logger } = this.#parts;
    if (this.#stopBeginning || this.#state()?.begun !== false) return;
    this.#stopBeginning = writeAll(
      this.#log,
      store,
      commit,
      () => {
        this.#stopBeginning = undefined;
        this.#change({ begun: true });
        this.#syncing.haveAll();
        this.#syncing.kick();
      },
      (error) => {
        logger.warn('replica.not-begun', { reason: error instanceof Error ? error.name : 'unknown' });
        this.#stopBeginning = clock.setTimer(againMs, () => {
          this.#stopBeginning = undefined;
          this.#writeAll();
        });
      },
    );
  }

  #endLog(): void {
    const { store, commit } = this.#parts;
    const state = store.state();
    this.#stopBeginning?.();
    this.#stopBeginning = undefined;
    if (state?.begun !== true) return;
    this.#joinedAt = undefined;
    commit(() => {
      store.clear(this.#log.kinds.filter(({ merges, read }) => merges && !read).map(({ kind }) => kind));
      store.setState({ stamp: state.stamp, begun: false });
    });
  }

  #change(change: Partial<ReplicaState>): void {
    const { store, commit } = this.#parts;
    commit(() => store.setState({ stamp: 0, begun: false, ...store.state(), ...change }));
  }

  /** Something came, or it is known what there is: what waited is offered again, and perhaps everything is here. */
  #heard(news: boolean): void {
    this.#tell();
    if (news) this.#retryMs = againMs;
    this.#sweeping ??= this.#parts.clock.setTimer(sweepMs, () => this.#sweep());
    if ((news || !this.hasHeardAll) && this.#isComplete()) this.#retry();
  }

  #isComplete(): boolean {
    const { store, local } = this.#parts;
    const heard = store.heard();
    return this.#syncing.peers.some(({ whole, vector }) => whole && [...vector].every(([author, number]) => author === local.instanceId || (heard.get(author) ?? 0) >= number));
  }

  /** Round after round, for as long as a round brings anything into use; what waits then hangs on what nobody here knows. */
  #retry(): void {
    if (this.#retrying) return;
    const { store, commit, logger } = this.#parts;
    this.#retrying = true;
    let cursor: LoggedFact | undefined;
    let used = 0;
    const finish = (): void => {
      this.#retrying = false;
      if (this.#isComplete()) this.#setReady();
      this.#retryLater();
    };
    const step = (): void => {
      if (this.#closed) return;
      try {
        if (!store.hasWaiting()) return finish();
        const next = commit(() => this.#log.retry(cursor, retrySlice));
        used += next.used;
        cursor = next.cursor;
        if (cursor === undefined && used === 0) return finish();
        if (cursor === undefined) used = 0;
        setImmediate(step);
      } catch (error) {
        this.#retrying = false;
        this.#retryLater();
        logger.warn('replica.not-retried', { reason: error instanceof Error ? error.name : 'unknown' });
      }
    };
    step();
  }

  /** What waits may hang on what contacts bring, on time, or on what was done here. */
  #retryLater(): void {
    const { clock, store } = this.#parts;
    if (this.#stopRetry || this.#closed || !this.isOn || !store.hasWaiting()) return;
    this.#stopRetry = clock.setTimer(this.#retryMs, () => {
      this.#stopRetry = undefined;
      this.#retryMs = Math.min(mostSeldomMs, this.#retryMs * 2);
      if (!this.#closed && this.isOn) this.#retry();
    });
  }

  /** Everything was heard once. */
  #setReady(): void {
    if (this.#joinedAt === undefined || this.#closed) return;
    const { store, commit, onReady } = this.#parts;
    const before = this.isReady;
    commit(() => store.setState({ stamp: store.state()?.stamp ?? 0, begun: store.state()?.begun ?? true }));
    this.#joinedAt = undefined;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    if (!before) onReady();
    this.#syncing.haveAll(); // others may take this one's word for all there is
    this.#tell();
  }

  /** What was of use only until everybody had heard it. */
  #sweep(): void {
    this.#sweeping = undefined;
    const { commit, siblings, logger } = this.#parts;
    try {
      commit(() => this.#log.sweep(siblings.active()));
    } catch (error) {
      logger.warn('replica.not-swept', { reason: error instanceof Error ? error.name : 'unknown' });
    }
  }

  /** Nobody who could tell what there is was met for so long. */
  #watchTime(): void {
    if (this.isReady || this.#stopTimer) return;
    const { clock, onReady } = this.#parts;
    this.#stopTimer = clock.setTimer(unsureAfterMs, () => {
      this.#stopTimer = undefined;
      if (!this.isReady) return this.#watchTime(); // the clock was set back
      onReady();
      this.#tell();
    });
  }

  /** This device was set back to an earlier state: its numbers are not given out twice. What it said since is said again under new ones. */
  #renumber(number: number): void {
    const { store, commit, local, logger } = this.#parts;
    const own = store.heard().get(local.instanceId) ?? 0;
    if (number - own > mostAhead) return;
    logger.warn('replica.set-back');
    commit(() => {
      const since = store.after(local.instanceId, this.#openedAt, own);
      store.setHeard(local.instanceId, number);
      for (const { kind, key, value } of since) this.#log.say(kind, key, value ?? new Uint8Array(0));
    });
    this.#syncing.kick();
  }

  #tell(): void {
    for (const handler of this.#handlers) handler();
  }
}

function holdsKey(local: LocalParty): boolean {
  try {
    local.certifierKey();
    return true;
  } catch {
    return false;
  }
}
