import type { DialogKey } from '../engine/dialog/dialog-store';
import type { DialogEngine } from '../engine/dialog/dialog-engine';
import type { Clock, Logger } from '../engine/ports';
import type { EventHub } from './event-hub';
import type { ConversationRow, Stores } from './ports';
import { purgeBehind } from './purge-behind';
import { Slice } from './slice';

/** Milliseconds a transaction in which messages are deleted should take, so that nothing waits for a long conversation to go, and messages of the first one and of any: up to half a millisecond each. */
export const erasing = { aim: 4, first: 4, most: 200 } as const;

/** How long what the disk refused waits until it is tried again, in milliseconds, twice as long each time: a disk is mended by hand, each try may read all of the log, and what never passes must not fill the log. */
const refusedPause = { firstMs: 15_000, mostMs: 900_000 } as const;

export interface RemovalParts {
  readonly stores: Stores;
  readonly events: EventHub;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly engine: () => DialogEngine;
  /** One transaction, which need not wait for the disk: what is removed is known. */
  readonly commit: <T>(work: () => T) => T;
}

/**
 * Conversations that this person removes. They are out of every list at once, and what was said in them is deleted in slices, also after a restart. Nothing
 * brings one back: not the other person, who is told that it is closed, and not another own device.
 */
export class ConversationRemoval {
  readonly #parts: RemovalParts;
  #turn: NodeJS.Immediate | undefined;
  #again: (() => void) | undefined;
  #isWaiting = false;
  /** Something was deleted that the files still hold. */
  #swept = false;
  /** Tries that failed since one went through. */
  #refused = 0;
  /** Dialogs of which the common log may still hold something: as many facts as there were messages. */
  #forgetting: DialogKey[] = [];
  #closed = false;
  readonly #slice = new Slice(erasing.aim, erasing.first, erasing.most);

  constructor(parts: RemovalParts) {
    this.#parts = parts;
  }

  /** Takes up what was not finished. */
  start(): void {
    const { stores } = this.#parts;
    this.#forgetting = [...stores.conversations.removed()];
    this.#soon();
  }

  close(): void {
    this.#closed = true;
    if (this.#turn) clearImmediate(this.#turn);
    this.#again?.();
  }

  /** By this person, here. In the caller's transaction. `tell`: not where the contact goes as a whole. */
  remove(row: ConversationRow, tell = true): void {
    if (tell) this.#parts.engine().close(row);
    this.#forget(row, Math.max(0, Math.trunc(this.#parts.clock.now())));
  }

  /** By this person, on another own device. */
  told(dialog: DialogKey, at: number): void {
    const { stores, engine } = this.#parts;
    const row = stores.conversations.byDialog(dialog.peerId, dialog.dialogId);
    engine().shared.mergeClosed(dialog, at);
    if (row) this.#forget(row, at);
    else stores.conversations.buryUnknown(dialog.peerId, dialog.dialogId, at);
  }

  #forget(row: ConversationRow, at: number): void {
    const { stores, events } = this.#parts;
    stores.conversations.remove(row, at);
    this.#forgetting.push(row);
    events.emit({ type: 'conversation.changed', conversationId: row.conversationId });
    this.#soon();
  }

  #soon(): void {
    if (this.#closed || this.#isWaiting) return;
    this.#isWaiting = true;
    void this.#parts.stores.onDisk().then(() => {
      this.#isWaiting = false;
      if (this.#closed || this.#turn) return;
      this.#turn = setImmediate(() => {
        this.#turn = undefined;
        this.#sweep();
      });
    });
  }

  /** False: nothing was left of them. A dialog of which nothing is kept counts as one fact. */
  #forgetFacts(limit: number): boolean {
    const { conversations } = this.#parts.stores;
    let left = limit;
    for (let dialog = this.#forgetting.at(-1); dialog !== undefined && left > 0; dialog = this.#forgetting.at(-1)) {
      // Its removal may have been undone.
      const forgotten = conversations.isRemoved(dialog.peerId, dialog.dialogId) ? conversations.forgetFacts(dialog.peerId, dialog.dialogId, left) : 0;
      if (forgotten < left) this.#forgetting.pop();
      left -= Math.max(1, forgotten);
    }
    return left < limit;
  }

  #sweep(): void {
    const { stores, commit, logger, clock } = this.#parts;
    if (this.#closed) return;
    try {
      const more = stores.copyBack() || this.#slice.timed(clock, (size) => commit(() => this.#forgetFacts(size) || stores.conversations.sweep(size) === 'more'));
      this.#refused = 0;
      if (more) {
        this.#swept = true;
        this.#soon();
      } else if (this.#swept) {
        this.#swept = false;
        purgeBehind(stores);
      }
    } catch (error) {
      logger.warn('conversation.not-swept', { reason: error instanceof Error ? error.name : 'unknown' });
      this.#later();
    }
  }

  /** A disk that takes nothing: what is left goes once it takes again. */
  #later(): void {
    const { clock, logger } = this.#parts;
    if (this.#closed) return;
    this.#again?.();
    const pause = Math.min(refusedPause.mostMs, refusedPause.firstMs * 2 ** Math.min(this.#refused, 10));
    this.#refused += 1;
    this.#again = clock.setTimer(pause, () => {
      this.#again = undefined;
      try {
        // What was forgotten in the slice that was undone is there again.
        this.start();
      } catch (error) {
        logger.warn('conversation.not-swept', { reason: error instanceof Error ? error.name : 'unknown' });
        this.#later();
      }
    });
  }
}
