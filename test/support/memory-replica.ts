import type { InstanceId } from '../../electron/engine/ids';
import type { Fact, FactKind, Replica } from '../../electron/services/replication/replica';

type Kept = Omit<Fact, 'value'> & { value: Uint8Array | undefined; waiting: boolean };

/** The common log of one device, in memory: numbers, vectors and merging as the real one has them; nothing survives it. */
export class MemoryReplica implements Replica {
  readonly own: InstanceId;
  readonly #now: () => number;
  readonly #kinds = new Map<string, FactKind>();
  readonly #heard = new Map<InstanceId, number>();
  #facts: Kept[] = [];
  #stamp = 0;
  #applying = false;
  isOn = true;
  isReady = true;
  hasHeardAll = true;
  isAwaited = true;
  readonly progress = undefined;

  constructor(own: InstanceId, now: () => number) {
    this.own = own;
    this.#now = now;
  }

  get isApplying(): boolean {
    return this.#applying;
  }

  behind(): undefined {
    return undefined;
  }

  onChange(): () => void {
    return () => undefined;
  }

  register(kind: FactKind): void {
    this.#kinds.set(kind.kind, kind);
  }

  say(kind: string, key: string, value: Uint8Array): void {
    if (!this.isOn || this.#applying) return;
    const number = (this.#heard.get(this.own) ?? 0) + 1;
    this.#stamp = Math.max(this.#stamp + 1, this.#now() * 4096);
    this.#heard.set(this.own, number);
    this.#put({ author: this.own, number, stamp: this.#stamp, kind, key, value: this.#kinds.get(kind)?.read ? undefined : value.slice(), waiting: false });
  }

  sayAfter(kind: string, key: string, value: Uint8Array): void {
    this.say(kind, key, value);
  }

  sift(): void {
    // What it keeps is what the tables say.
  }

  find(kind: string, key: string): Uint8Array | undefined {
    return this.#of(kind, key).findLast(({ value }) => value !== undefined)?.value;
  }

  /** Everything there was before the log. */
  begin(): void {
    for (const kind of this.#kinds.values()) for (const { key, value } of kind.all()) this.say(kind.kind, key, value);
  }

  /** What `other` lacks of what is known here, kinds of lower rank first. Gives how many facts that were. */
  tell(other: MemoryReplica): number {
    const lacking = this.#facts.filter(({ author, number }) => number > (other.#heard.get(author) ?? 0));
    const rank = ({ kind }: Kept): number => this.#kinds.get(kind)?.rank ?? 0;
    lacking.sort((a, b) => rank(a) - rank(b) || a.stamp - b.stamp);
    for (const kept of lacking) {
      const value = kept.value ?? this.#kinds.get(kept.kind)?.read?.(kept.key);
      if (value) other.#take({ ...kept, value });
    }
    for (const [author, number] of this.#heard) other.#heard.set(author, Math.max(number, other.#heard.get(author) ?? 0));
    other.retry();
    return lacking.length;
  }

  /** Everybody has heard all. */
  sweep(): void {
    this.#facts = this.#facts.filter(({ kind, waiting }) => waiting || this.#kinds.get(kind)?.passingMs === undefined);
  }

  /** Offers again what waits, until nothing of it is of use. */
  retry(): void {
    for (let used = true; used; ) {
      used = false;
      for (const fact of this.#facts) {
        if (!fact.waiting || !fact.value || !this.#apply({ ...fact, value: fact.value })) continue;
        fact.waiting = false;
        used = true;
      }
    }
  }

  waiting(): readonly string[] {
    return this.#facts.filter(({ waiting }) => waiting).map(({ kind, key }) => `${kind} ${key}`);
  }

  /** What another device says, whatever it is. */
  hear(fact: Pick<Fact, 'author' | 'kind' | 'key' | 'value'>): void {
    this.#take({ ...fact, number: (this.#heard.get(fact.author) ?? 0) + 1, stamp: this.#stamp + 1 });
  }

  #take(fact: Fact): void {
    this.#stamp = Math.max(this.#stamp, fact.stamp);
    const kind = this.#kinds.get(fact.kind);
    const isOver = !mergesOf(kind) && this.#of(fact.kind, fact.key).some((known) => known.stamp > fact.stamp || (known.stamp === fact.stamp && known.author > fact.author));
    if (isOver) return;
    const waiting = !this.#apply(fact);
    this.#put({ ...fact, value: kind?.read && !waiting ? undefined : fact.value.slice(), waiting });
  }

  #apply(fact: Fact): boolean {
    this.#applying = true;
    try {
      return this.#kinds.get(fact.kind)?.apply(fact) ?? false;
    } finally {
      this.#applying = false;
    }
  }

  #put(fact: Kept): void {
    const merges = mergesOf(this.#kinds.get(fact.kind));
    this.#facts = this.#facts.filter(({ kind, key, author }) => kind !== fact.kind || key !== fact.key || (merges && author !== fact.author));
    this.#facts.push(fact);
  }

  #of(kind: string, key: string): Kept[] {
    return this.#facts.filter((fact) => fact.kind === kind && fact.key === key).sort((a, b) => a.stamp - b.stamp);
  }
}

function mergesOf(kind: FactKind | undefined): boolean {
  return kind?.merges === true;
}
