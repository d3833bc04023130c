import type { Crypto } from '../../engine/crypto/crypto';
import type { LocalParty } from '../../engine/certificates/local-party';
import type { InstanceId } from '../../engine/ids';
import type { Clock, Logger } from '../../engine/ports';
import type { Siblings } from '../devices/siblings';
import type { LoggedFact, ReplicaState, ReplicaStore } from '../ports/replica';
import { Authors } from './authors';
import { writeAll } from './beginning';
import { FactLog } from './fact-log';
import { Joining } from './joining';
import type { FactKind, Replica, ReplicaProgress } from './replica';
import { Syncing } from './syncing';

const retrySlice = 128;
/** A number this far ahead of the own ones was never given out by anybody. */
const mostAhead = 2 ** 20;
const againMs = 60_000;
/** What waits for something that another device will not bring is tried ever more seldom, up to this. */
const mostSeldomMs = 60 * 60 * 1000;
/** How long after something was heard it is looked through for what nobody needs any more, in milliseconds. */
const sweepMs = 10_000;

export interface ProfileReplicaParts {
  readonly crypto: Crypto;
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
  readonly #authors: Authors;
  readonly #syncing: Syncing;
  readonly #joining: Joining;
  readonly #handlers = new Set<() => void>();
  #stopBeginning: (() => void) | undefined;
  #sweeping: (() => void) | undefined;
  #began = false;
  /** The last own number when the profile was opened. */
  readonly #openedAt: number;
  #started = false;
  #retrying = false;
  #stopRetry: (() => void) | undefined;
  #retryMs = againMs;
  #closed = false;

  constructor(parts: ProfileReplicaParts) {
    const { crypto, clock, logger, local, store, siblings, commit, within } = parts;
    this.#parts = parts;
    this.#log = new FactLog({
      store,
      crypto,
      peerId: local.peerId,
      signing: local.instance.signing,
      own: local.instanceId,
      now: () => clock.now(),
      limitOf: (author) => this.#authors.limitOf(author),
      within,
      onSpoilt: (kind) => logger.warn('replica.spoilt', { kind }),
    });
    this.#authors = new Authors({
      local,
      store,
      say: (kind, key, value) => this.say(kind, key, value),
      onRaised: () => void clock.setTimer(0, () => {
        if (!this.#closed) this.#syncing.haveAll();
      }),
    });
    this.#log.register(this.#authors.kind());
    this.#syncing = new Syncing({
      crypto,
      log: this.#log,
      store,
      clock,
      logger,
      own: local.instanceId,
      commit,
      isWhole: () => this.#state()?.begun ?? false,
      waits: () => this.#joining.waits,
      lacks: () => this.#joining.missing !== undefined,
      onWhole: () => {
        const state = this.#state();
        if (state?.joinedAt !== undefined && !state.toldWhole) store.setState({ ...state, toldWhole: true });
      },
      onHeard: (news) => this.#heard(news),
      onAhead: (number) => this.#renumber(number),
    });
    this.#syncing.use(siblings.line('replica', this.#syncing));
    this.#joining = new Joining({
      clock,
      logger,
      own: local.instanceId,
      store,
      change: (change) => this.#change(change),
      active: () => siblings.active(),
      peers: () => this.#syncing.peers,
      onUnsure: () => {
        this.#parts.onReady();
        this.#tell();
      },
    });
    this.#began = store.state() !== undefined;
    this.#openedAt = store.heard().get(local.instanceId) ?? 0;
  }

  get isOn(): boolean {
    return this.#parts.siblings.active().length > 0;
  }

  get isAwaited(): boolean {
    return this.isOn || this.#stopped().length > 0;
  }

  get isReady(): boolean {
    return !this.isOn || this.#joining.isReady;
  }

  get hasHeardAll(): boolean {
    return !this.isOn || !this.#joining.waits;
  }

  /** What this device never got of what there was when it joined, and no device that counts has: so many numbers at the most, -1 where nobody ever said how much there was. */
  get missing(): number | undefined {
    return this.#joining.missing;
  }

  get isApplying(): boolean {
    return this.#log.isApplying;
  }

  register(kind: FactKind): void {
    this.#log.register(kind);
  }

  say(kind: string, key: string, value: Uint8Array): void {
    if (this.#log.isApplying || !this.#isWritten(kind)) return;
    this.#begin();
    this.#log.say(kind, key, value);
    this.#syncing.kick();
  }

  sayAfter(kind: string, key: string, value: Uint8Array): void {
    if (!this.#isWritten(kind)) return;
    this.#begin();
    this.#log.sayAfter(kind, key, value);
    this.#syncing.kick();
  }

  sift(kind: string, key: string): void {
    if (!this.isOn) return;
    this.#log.sift(kind, key);
    this.#syncing.kick();
  }

  find(kind: string, key: string): Uint8Array | undefined {
    return this.#log.find(kind, key);
  }

  get progress(): ReplicaProgress | undefined {
    return this.#joining.progress;
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
    this.#goOn();
    if (!this.isOn) return this.#endLog();
    this.#begin();
    this.#judgeAuthors();
    this.#writeAll();
    this.#syncing.haveAll();
    this.#joining.watch();
    this.#retryLater();
  }

  close(): void {
    this.#closed = true;
    this.#stopRetry?.();
    this.#stopBeginning?.();
    this.#joining.close();
    this.#sweeping?.();
    this.#syncing.close();
  }

  #isWritten(kind: string): boolean {
    return this.isOn || (this.isAwaited && this.#log.kinds.some((each) => each.kind === kind && each.awaited === true));
  }

  /** Own devices that do not count, and may again. */
  #stopped(): readonly InstanceId[] {
    return this.#parts.local.list.instances.flatMap(({ instanceId, state }) => (state === 'suspended' ? [instanceId] : []));
  }

  #state(): ReplicaState | undefined {
    return this.#parts.store.state();
  }

  /** The first time that there is another device: either this one was let in by it, or the other way round. */
  #begin(): void {
    const { store, local, clock, within } = this.#parts;
    if (this.#began && store.state() !== undefined) return;
    const joined = !holdsKey(local);
    within(() => store.setState({ stamp: 0, begun: joined, author: local.instanceId, ...(joined && { joinedAt: Math.max(0, Math.trunc(clock.now())) }) }));
    this.#began = true;
    this.#joining.refresh();
  }

  /** A device that took the place of another one says what that one said: nobody can tell any more what of it the others have (protocol.md §7). */
  #goOn(): void {
    const { store, commit, local, logger } = this.#parts;
    const state = this.#state();
    if (state === undefined || state.author === local.instanceId) return;
    const { author } = state;
    commit(() => {
      if (author !== undefined) this.#log.takeOver(author);
      store.setState({ ...state, author: local.instanceId });
    });
    if (author !== undefined) logger.info('replica.goes-on');
  }

  /** Before anything is said to anybody: whose facts are passed on, and how far those were heard that count no more. */
  #judgeAuthors(): void {
    const { store, commit, logger } = this.#parts;
    commit(() => {
      if (this.#authors.forgetUnsigned(this.#log.kinds)) {
        logger.info('replica.written-anew');
        store.setState({ stamp: 0, ...store.state(), begun: false });
      }
      this.#authors.testify();
    });
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
        this.#change((state) => ({ ...state, begun: true }));
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
    this.#stopBeginning?.();
    this.#stopBeginning = undefined;
    // Also what was begun only: it would be old by the time that there is another device.
    if (this.#state() === undefined) return;
    this.#joining.endAlone();
    commit(() => {
      store.clear(this.#log.kinds.filter(({ merges, read, stays }) => stays || (merges && !read)).map(({ kind }) => kind));
      if (this.isAwaited) this.#log.dropOld();
      else this.#log.sweep([]);
      const state = store.state();
      if (state?.begun === true) store.setState({ ...state, begun: false });
    });
  }

  #change(change: (state: ReplicaState) => ReplicaState): void {
    const { store, commit } = this.#parts;
    commit(() => store.setState(change(store.state() ?? { stamp: 0, begun: false })));
  }

  /** Something came, or it is known what there is: what waited is offered again, and perhaps everything is here. */
  #heard(news: boolean): void {
    this.#tell();
    if (news) this.#retryMs = againMs;
    this.#sweeping ??= this.#parts.clock.setTimer(sweepMs, () => this.#sweep());
    if ((news || this.#joining.waits || this.#joining.missing !== undefined) && this.#joining.isComplete) this.#retry();
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
      if (this.#joining.isComplete) this.#setReady();
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
        this.#retryLater(true);
        logger.warn('replica.not-retried', { reason: error instanceof Error ? error.name : 'unknown' });
      }
    };
    step();
  }

  /** What waits may hang on what contacts bring, on time, or on what was done here; `failed`: on a disk, which is not asked what waits. */
  #retryLater(failed = false): void {
    const { clock, store } = this.#parts;
    if (this.#stopRetry || this.#closed || (!failed && (!this.isOn || !store.hasWaiting()))) return;
    this.#stopRetry = clock.setTimer(this.#retryMs, () => {
      this.#stopRetry = undefined;
      this.#retryMs = Math.min(mostSeldomMs, this.#retryMs * 2);
      if (!this.#closed && this.isOn) this.#retry();
    });
  }

  /** Everything was heard once, or all that is left of it. */
  #setReady(): void {
    if (this.#closed) return;
    const before = this.isReady;
    if (!this.#joining.settle()) return;
    if (!before) this.#parts.onReady();
    this.#syncing.haveAll(); // others may take this one's word for all there is
    this.#tell();
  }

  /** What was of use only until everybody had heard it. */
  #sweep(): void {
    this.#sweeping = undefined;
    const { commit, siblings, logger } = this.#parts;
    try {
      commit(() => this.#log.sweep(siblings.active(), this.#stopped()));
    } catch (error) {
      logger.warn('replica.not-swept', { reason: error instanceof Error ? error.name : 'unknown' });
    }
  }

  /** This device was set back to an earlier state: its numbers are not given out twice. What it said since is said again under new ones. */
  #renumber(number: number): void {
    const { store, commit, local, logger } = this.#parts;
    const own = store.heard().get(local.instanceId) ?? 0;
    if (number - own > mostAhead) return;
    logger.warn('replica.set-back');
    commit(() => {
      const since = store.after(local.instanceId, this.#openedAt, own);
      this.#log.goOnAfter(number);
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
