import { callNameTable } from '../../shared/contract/call-names';
import type { AppEvent, Handlers } from '../../shared/contract/contract';
import type { App } from '../services/app';
import type { FirstLook } from '../services/first-look';

export interface PatientAppParts {
  /** Starts the services. `show`: what the page may draw its first screen of meanwhile; once a start. */
  readonly start: (show: (look: FirstLook) => void) => Promise<App>;
  /** They have started, and what they tell is heard: opens the vault where the passphrase is not needed. Rejects never. */
  readonly open: (app: App) => Promise<unknown>;
  /** Hears every failed attempt. */
  readonly failed: (error: unknown) => void;
}

/**
 * An app for the window, whether or not its services start: a profile in use, a folder that cannot be written to or a bad
 * address is told on a whole screen with what to do next, not by a program that is gone. While they start, calls wait; if they
 * do not, every call fails with the reason; `vault.status`, with which the screen's "Try again" begins, tries once more.
 *
 * What the first screen is drawn of may be there before them (`show`): calls that ask for it have their answers then, and all others wait until the vault is open in the services as well. Should
 * these not start after all, the page has to begin anew (`onLost`), for what it shows is of a vault that nobody holds open.
 * A lock waits, too, whoever calls it, but it is told at once: what was shown goes, and does not come back with the opening that it waits for.
 */
export class PatientApp implements App {
  readonly handlers: Handlers;
  readonly #parts: PatientAppParts;
  readonly #listeners = new Set<(event: AppEvent) => void>();
  readonly #lost = new Set<() => void>();
  #running: App | undefined;
  #attempt: Promise<App> | undefined;
  /** Of the attempt under way: undefined where it ends without one. */
  #look: Promise<FirstLook | undefined> = Promise.resolve(undefined);
  /** The page has seen it, and the vault is not open in the services yet. */
  #isShown = false;
  /** Locks that wait behind what was shown. */
  #locks = 0;
  #failure: unknown;
  /** A page has heard that the first attempt failed: from then on, asking is trying again. */
  #told = false;
  #stopped = false;

  constructor(parts: PatientAppParts) {
    this.#parts = parts;
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

  /** The services did not start, and the page has seen a first look. */
  onLost(listener: () => void): void {
    this.#lost.add(listener);
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
    let shown: (look: FirstLook | undefined) => void = () => undefined;
    this.#look = new Promise((resolve) => (shown = resolve));
    try {
      if (this.#stopped) throw new Error('the app is ending');
      const running = await this.#parts.start((look) => {
        this.#isShown = true;
        shown(look);
      });
      running.onEvent((event) => {
        if (this.#locks === 0 || event.type !== 'vault.changed' || event.state !== 'open') this.#tell(event);
      });
      this.#running = running;
      const opened = this.#parts.open(running);
      // A keyring may take its time, and the lock screen is there meanwhile; behind a first look nobody would understand to be locked out.
      if (this.#isShown) await opened;
      return running;
    } catch (error) {
      this.#failure = error;
      this.#parts.failed(error);
      if (this.#isShown) for (const listener of this.#lost) listener();
      throw error;
    } finally {
      this.#isShown = false;
      shown(undefined);
    }
  }

  #tell(event: AppEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  async #lockAfter(lock: () => Promise<unknown>): Promise<unknown> {
    this.#look = Promise.resolve(undefined);
    this.#locks += 1;
    this.#tell({ type: 'vault.changed', state: 'locked' });
    try {
      return await lock();
    } finally {
      this.#locks -= 1;
    }
  }

  #pass(group: string, member: string): (input: unknown) => Promise<unknown> {
    const call = this.#passOn(group, member);
    return group === 'vault' && member === 'lock' ? (input) => (this.#isShown ? this.#lockAfter(() => call(input)) : call(input)) : call;
  }

  #passOn(group: string, member: string): (input: unknown) => Promise<unknown> {
    return async (input) => {
      const asksForStatus = group === 'vault' && member === 'status';
      // While they start, calls wait: the window opens meanwhile.
      const starting = this.#attempt ?? (asksForStatus && this.#told ? this.attempt() : undefined);
      const name = `${group}.${member}`;
      const look = starting && (await this.#look);
      if (look !== undefined && isIn(look, name)) return look[name];
      await starting?.catch(() => undefined);
      const running = this.#running;
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

function isIn(look: FirstLook, name: string): name is keyof FirstLook {
  return Object.hasOwn(look, name);
}
