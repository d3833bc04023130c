import type { Clock } from '../../electron/engine/ports';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly owner: DeviceClock;
  run: () => void;
  cancelled: boolean;
}

/** A machine's own view of the time: it may be wrong, and stands still while the machine sleeps. */
export class DeviceClock implements Clock {
  /** What its wall clock shows beyond the true time, in milliseconds. */
  skew = 0;
  asleep = false;
  /** Timers that are armed. */
  armed = 0;
  readonly #packed: PackedClock;
  readonly #late: Timer[] = [];

  constructor(packed: PackedClock) {
    this.#packed = packed;
  }

  now(): number {
    return Math.floor(this.#packed.time + this.skew);
  }

  monotonic(): number {
    return this.#packed.passed;
  }

  setTimer(milliseconds: number, run: () => void): () => void {
    return this.#packed.arm(this, milliseconds, run);
  }

  /** Due while it sleeps: comes when it wakes. */
  postpone(timer: Timer): void {
    this.#late.push(timer);
  }

  wake(): void {
    this.asleep = false;
    for (const timer of this.#late.splice(0)) this.#packed.arm(this, 0, timer.run, timer);
  }
}

const nothing = (): void => undefined;

/** Time for everybody in one process: passes only when told, as far as told, so that a week takes as long as what happens in it. */
export class PackedClock {
  passed = 0;
  readonly #began: number;
  readonly #heap: Timer[] = [];
  #order = 0;

  constructor(began: number) {
    this.#began = began;
  }

  get time(): number {
    return this.#began + this.passed;
  }

  device(): DeviceClock {
    return new DeviceClock(this);
  }

  arm(owner: DeviceClock, milliseconds: number, run: () => void, again?: Timer): () => void {
    const timer: Timer = { at: this.passed + Math.max(0, milliseconds), order: (this.#order += 1), owner, run, cancelled: false };
    if (again?.cancelled === true) return () => undefined;
    owner.armed += again ? 0 : 1;
    push(this.#heap, timer);
    return () => {
      if (timer.cancelled) return;
      timer.cancelled = true;
      // It stands here until its time comes, days from now: with what it would have done, all of a program that ended long ago would.
      timer.run = nothing;
      owner.armed -= 1;
    };
  }

  /** Lets what is due up to then run, in its order. */
  advance(milliseconds: number): void {
    const until = this.passed + milliseconds;
    for (let next = this.#heap[0]; next !== undefined && next.at <= until; next = this.#heap[0]) {
      pop(this.#heap);
      if (next.cancelled) continue;
      this.passed = Math.max(this.passed, next.at);
      if (next.owner.asleep) {
        next.owner.postpone(next);
        continue;
      }
      next.cancelled = true;
      next.owner.armed -= 1;
      next.run();
    }
    this.passed = until;
  }

  /** When the next timer is due, as time from now. */
  get untilNext(): number {
    return (this.#heap[0]?.at ?? Infinity) - this.passed;
  }
}

function before(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function push(heap: Timer[], timer: Timer): void {
  heap.push(timer);
  for (let at = heap.length - 1; at > 0; ) {
    const parent = (at - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || before(above, timer)) break;
    heap[at] = above;
    heap[parent] = timer;
    at = parent;
  }
}

function pop(heap: Timer[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
    const least = right !== undefined && left !== undefined && before(right, left) ? 2 * at + 2 : 2 * at + 1;
    const child = heap[least];
    if (child === undefined || !before(child, last)) break;
    heap[at] = child;
    at = least;
  }
  heap[at] = last;
}
