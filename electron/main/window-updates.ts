import { callNameTable } from '../../shared/contract/call-names';
import type { Handlers } from '../../shared/contract/contract';
import type { Clock } from '../engine/ports';
import type { UpdateDesk, UpdateDeskParts } from './update-desk';

/** Milliseconds from the first window until it is looked whether anybody wants newer versions: nothing of it belongs to the start. */
const patience = 60_000;
/** Where it failed then, of a full disk say: nobody else may ask for days. */
const again = 60 * 60_000;

/** What the window asks about newer versions. Whatever answers is read when somebody asks, or long after the start. */
export class WindowUpdates {
  readonly handlers: Handlers['updates'];
  readonly #parts: UpdateDeskParts;
  readonly #clock: Pick<Clock, 'setTimer'>;
  #cancel: () => void = () => undefined;
  #closed = false;
  #desk: Promise<UpdateDesk> | undefined;

  constructor(parts: UpdateDeskParts, clock: Pick<Clock, 'setTimer'>) {
    this.#parts = parts;
    this.#clock = clock;
    this.#begin(patience);
    // One function for each line of the contract, each passing its input and answer on unseen.
    this.handlers = Object.fromEntries(callNameTable.updates.map((member) => [member, this.#pass(member)])) as Handlers['updates'];
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel();
    await (await this.#desk?.catch(() => undefined))?.close();
  }

  #begin(milliseconds: number): void {
    this.#cancel = this.#clock.setTimer(milliseconds, () => {
      this.#open().catch((error: unknown) => {
        this.#parts.failed(error);
        if (!this.#closed) this.#begin(again);
      });
    });
  }

  #open(): Promise<UpdateDesk> {
    this.#desk ??= import('./update-desk').then(({ openUpdateDesk }) => openUpdateDesk(this.#parts)).catch((error: unknown) => {
      // A full disk, say: the next question tries again.
      this.#desk = undefined;
      throw error;
    });
    return this.#desk;
  }

  #pass(member: keyof Handlers['updates']): (input: unknown) => Promise<unknown> {
    return async (input) => {
      const handlers: Readonly<Record<string, unknown>> = (await this.#open()).handlers;
      const handler = handlers[member];
      if (typeof handler !== 'function') throw new Error('a handler is missing');
      const answer: unknown = await handler.call(handlers, input);
      return answer;
    };
  }
}
