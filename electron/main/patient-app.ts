import { callNameTable } from '../../shared/contract/call-names';
import type { AppEvent, Handlers } from '../../shared/contract/contract';
import type { App } from '../services/app';

/**
 * An app for the window, whether or not its services start: a profile in use, a folder that cannot be written to or a bad
 * address is told on a whole screen with what to do next, not by a program that is gone. While they start, calls wait; if they
 * do not, every call fails with the reason; `vault.status`, with which the screen's "Try again" begins, tries once more.
 */
export class PatientApp implements App {
  readonly handlers: Handlers;
  readonly #start: () => Promise<App>;
  readonly #failed: (error: unknown) => void;
  readonly #listeners = new Set<(event: AppEvent) => void>();
  #running: App | undefined;
  #attempt: Promise<App> | undefined;
  #failure: unknown;
  /** A page has heard that the first attempt failed: from then on, asking is trying again. */
  #told = false;
  #stopped = false;

  /** `failed` hears every failed attempt. */
  constructor(start: () => Promise<App>, failed: (error: unknown) => void) {
    this.#start = start;
    this.#failed = failed;
    const groups = Object.entries(callNameTable).map(([group, members]) => [group, Object.fromEntries(members.map((member) => [member, this.#pass(group, member)]))]);
    // One function for each line of the contract, each passing its input and answer on unseen.
    this.handlers = Object.fromEntries(groups) as Handlers;
  }

  get started(): boolean {
    return this.#running !== undefined;
  }

  get listening(): readonly string[] {
    return this.#running?.listening ?? [];
  }

  /** Starts the services unless they run. Rejects with what `start` rejects with. Attempts do not overlap. */
  async attempt(): Promise<App> {
    if (this.#running !== undefined) return this.#running;
    this.#attempt ??= this.#try().finally(() => (this.#attempt = undefined));
    return this.#attempt;
  }

  onEvent(listener: (event: AppEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  openFile(transferId: string): ReturnType<App['openFile']> {
    return this.#running?.openFile(transferId) ?? Promise.reject(this.#failure);
  }

  async unlockWithKeyring(): Promise<boolean> {
    return (await this.#running?.unlockWithKeyring()) ?? false;
  }

  networkChanged(reason: 'addresses' | 'wake'): void {
    this.#running?.networkChanged(reason);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#attempt?.catch(() => undefined);
    await this.#running?.stop();
  }

  async #try(): Promise<App> {
    try {
      if (this.#stopped) throw new Error('the app is ending');
      const running = await this.#start();
      running.onEvent((event) => {
        for (const listener of this.#listeners) listener(event);
      });
      this.#running = running;
      return running;
    } catch (error) {
      this.#failure = error;
      this.#failed(error);
      throw error;
    }
  }

  #pass(group: string, member: string): (input: unknown) => Promise<unknown> {
    return async (input) => {
      const asksForStatus = group === 'vault' && member === 'status';
      // While they start, calls wait: the window opens meanwhile.
      const starting = this.#attempt ?? (asksForStatus && this.#told ? this.attempt() : undefined);
      const running = this.#running ?? (await starting?.catch(() => undefined));
      if (running === undefined) {
        this.#told ||= asksForStatus;
        throw this.#failure;
      }
      const handlers: Readonly<Record<string, Readonly<Record<string, unknown>>>> = running.handlers;
      const handler = handlers[group]?.[member];
      if (typeof handler !== 'function') throw new Error('a handler is missing');
      const answer: unknown = await handler.call(handlers[group], input);
      return answer;
    };
  }
}
