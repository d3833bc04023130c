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
    if (this.#why === 'disk-full') this.#lookLater();
  }

  /** Something was stored. */
  stored(): void {
    this.#rest = lookMs;
    this.#set(undefined);
  }

  close(): void {
    this.#closed = true;
    this.#set(undefined);
  }

  #set(why: Why | undefined): void {
    if (this.#why === why) return;
    this.#why = why;
    if (why !== 'disk-full') {
      this.#cancel?.();
      this.#cancel = undefined;
    }
    this.#parts.onChange();
  }

  #lookLater(): void {
    this.#cancel ??= this.#parts.clock.setTimer(this.#rest, () => {
      this.#cancel = undefined;
      void this.#look();
    });
  }

  async #look(): Promise<void> {
    const room = await this.#parts.room().catch(() => 0);
    if (this.#closed || this.#why !== 'disk-full') return;
    if (room < enoughBytes) return this.#lookLater();
    this.#rest = Math.min(this.#rest * 2, longestMs);
    this.#set(undefined);
    this.#parts.onRoom();
  }
}
