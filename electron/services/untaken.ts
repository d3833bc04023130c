import { type ErrorCode, KeyshiftError } from '../../shared/errors';
import type { NetworkStatus } from '../../shared/model/network';
import type { Clock } from '../engine/ports';

type Why = NonNullable<NetworkStatus['untaken']>;

const reasons: Partial<Record<ErrorCode, Why>> = { 'disk.full': 'disk-full', 'disk.failed': 'disk-failed', 'profile.gone': 'folder-gone' };
/** How often it is looked whether a full disk has room again … */
const lookMs = 5_000;
/** … and at most how seldom, where it has room and takes nothing all the same, as where what one person may use of it is used up. */
const longestMs = 600_000;
/** Bytes with which what waits elsewhere is worth asking for. */
const enoughBytes = 4 * 1_024 * 1_024;

export interface UntakenParts {
  readonly clock: Pick<Clock, 'setTimer'>;
  /** Free bytes where the profile lies. */
  readonly room: () => Promise<number>;
  readonly onChange: () => void;
  /** There is room again: whoever was sent away is to come back. */
  readonly onRoom: () => void;
}

/** That the disk takes nothing of what others send, so that it waits with them: told while it lasts, as nothing else shows it. */
export class Untaken {
  readonly #parts: UntakenParts;
  #why: Why | undefined;
  #cancel: (() => void) | undefined;
  #rest = lookMs;
  #closed = false;

  constructor(parts: UntakenParts) {
    this.#parts = parts;
  }

  get why(): Why | undefined {
    return this.#why;
  }

  /** Something that came was refused for this. */
  refused(error: unknown): void {
    const why = error instanceof KeyshiftError ? reasons[error.code] : undefined;
    if (this.#closed || why === undefined) return;
    this.#set(why);
    if (why === 'disk-full') this.#lookLater();
    else this.#lookNoMore();
  }

  /** Something was really stored. Whoever was sent away before is still asked to come back: it may have been small enough for what room there was. */
  stored(): void {
    const wasLong = this.#rest > lookMs;
    this.#rest = lookMs;
    this.#set(undefined);
    if (!wasLong || this.#cancel === undefined) return;
    this.#lookNoMore();
    this.#lookLater();
  }

  close(): void {
    this.#closed = true;
    this.#lookNoMore();
    this.#set(undefined);
  }

  #set(why: Why | undefined): void {
    if (this.#why === why) return;
    this.#why = why;
    this.#parts.onChange();
  }

  #lookNoMore(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #lookLater(): void {
    this.#cancel ??= this.#parts.clock.setTimer(this.#rest, () => {
      this.#cancel = undefined;
      void this.#look();
    });
  }

  async #look(): Promise<void> {
    const room = await this.#parts.room().catch(() => 0);
    if (this.#closed || (this.#why !== undefined && this.#why !== 'disk-full')) return;
    if (room < enoughBytes) return this.#lookLater();
    this.#rest = Math.min(this.#rest * 2, longestMs);
    this.#set(undefined);
    this.#parts.onRoom();
  }
}
