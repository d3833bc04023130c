import type { NetworkStatus } from '../../shared/model/network';
import type { Clock } from '../engine/ports';
import { isOfDisk } from './lasting-clock';

type Why = NonNullable<NetworkStatus['untaken']>;

/** How often it is looked whether a full disk has room again. */
const lookMs = 5_000;
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
  #closed = false;

  constructor(parts: UntakenParts) {
    this.#parts = parts;
  }

  get why(): Why | undefined {
    return this.#why;
  }

  /** Something that came was refused for this. */
  refused(error: unknown): void {
    if (this.#closed || !isOfDisk(error) || error.code === 'vault.damaged') return;
    this.#set(error.code === 'disk.full' ? 'disk-full' : 'disk-failed');
    if (this.#why === 'disk-full') this.#lookLater();
  }

  /** Something was stored. */
  stored(): void {
    if (this.#why !== undefined) this.#set(undefined);
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.();
    this.#set(undefined);
  }

  #set(why: Why | undefined): void {
    if (why === undefined) this.#cancel?.();
    if (this.#why === why) return;
    this.#why = why;
    this.#parts.onChange();
  }

  #lookLater(): void {
    this.#cancel?.();
    this.#cancel = this.#parts.clock.setTimer(lookMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    const room = await this.#parts.room().catch(() => 0);
    if (this.#closed || this.#why !== 'disk-full') return;
    if (room < enoughBytes) return this.#lookLater();
    this.#set(undefined);
    this.#parts.onRoom();
  }
}
