import { callNameTable } from '../../shared/contract/call-names';
import type { AppEvent, Handlers } from '../../shared/contract/contract';
import { KeyshiftError } from '../../shared/errors';
import type { RemovedProfile } from '../../shared/model/profile';
import type { Random } from '../engine/ports';
import type { WindowPreferences } from '../platform/window-preferences';
import type { App } from '../services/app';
import type { ProfileList } from '../storage/profile-list';
import type { PatientApp } from './patient-app';

/** One profile while it is the open one. */
export interface HostedProfile {
  readonly app: PatientApp;
  readonly preferences: HostedPreferences;
}

/** What the shell reads and writes beside the services. */
type HostedPreferences = Pick<WindowPreferences, 'get' | 'putAside' | 'windowPlace' | 'setWindowPlace'>;

export interface ProfileHostParts {
  readonly list: ProfileList;
  /** For names of folders. */
  readonly random: Pick<Random, 'bytes'>;
  /** Makes the services of the profile in this folder; they are not started yet. */
  readonly host: (directory: string) => HostedProfile;
  readonly failed: (event: string, error: unknown) => void;
}

/** Calls with which something begins where there was no vault. */
const beginnings: ReadonlySet<string> = new Set(['vault.create', 'backup.restore', 'devices.join']);

/**
 * The app for the window, whichever of several profiles is open: one at a time, its services in this process. Another one is
 * opened by ending these and starting those; the page is told by `onSwitched` and begins anew. What is said of profiles is
 * answered here, also while the services of one cannot start.
 */
export class ProfileHost implements App {
  readonly handlers: Handlers;
  readonly #parts: ProfileHostParts;
  readonly #listeners = new Set<(event: AppEvent) => void>();
  readonly #switched = new Set<() => void>();
  readonly #left = new Set<() => void>();
  readonly #removing = new Set<(profileId: string) => void>();
  #id: string;
  #hosted: HostedProfile;
  #silence: () => void;
  /** Opening, deleting and ending come one after the other; calls wait for whoever is about to be there. */
  #turn: Promise<unknown> = Promise.resolve();
  /** In memory only: the name of what is deleted is not written anywhere once more. */
  #removed: RemovedProfile | undefined;

  /** `finishRemovals` comes before. */
  constructor(parts: ProfileHostParts) {
    this.#parts = parts;
    this.#id = parts.list.last().profileId;
    this.#hosted = parts.host(parts.list.directoryOf(this.#id));
    this.#silence = this.#listen();
    const groups = Object.entries(callNameTable).map(([group, members]) => [group, Object.fromEntries(members.map((member) => [member, this.#pass(group, member)]))]);
    // One function for each line of the contract, each passing its input and answer on unseen.
    const passed = Object.fromEntries(groups) as Handlers;
    this.handlers = { ...passed, profiles: this.#profiles() };
  }

  /** The id of the one that is open. */
  get profileId(): string {
    return this.#id;
  }

  /** Of those there are. */
  get profileIds(): readonly string[] {
    return this.#parts.list.all().map(({ profileId }) => profileId);
  }

  get preferences(): HostedPreferences {
    return this.#hosted.preferences;
  }

  get started(): boolean {
    return this.#hosted.app.started;
  }

  get listening(): readonly string[] {
    return this.#hosted.app.listening;
  }

  attempt(): Promise<App> {
    return this.#hosted.app.attempt();
  }

  onEvent(listener: (event: AppEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Everything the page knows is of somebody else, as another profile is there, or of a vault that is not open after all: it has to begin anew. */
  onSwitched(listener: () => void): void {
    this.#switched.add(listener);
  }

  /** The open profile is about to end: what stands outside of the page of it goes, however long its services take. */
  onLeft(listener: () => void): void {
    this.#left.add(listener);
  }

  /** Nothing stays for this one, also where another one begins under its id. */
  onRemoval(listener: (profileId: string) => void): void {
    this.#removing.add(listener);
  }

  openFile(transferId: string): ReturnType<App['openFile']> {
    return this.#hosted.app.openFile(transferId);
  }

  unlockWithKeyring(): Promise<boolean> {
    return this.#hosted.app.unlockWithKeyring();
  }

  networkChanged(reason: 'addresses' | 'wake'): void {
    this.#hosted.app.networkChanged(reason);
  }

  stop(): Promise<void> {
    return this.#inTurn(() => this.#hosted.app.stop());
  }

  #profiles(): Handlers['profiles'] {
    const { list, random } = this.#parts;
    return {
      list: () => list.all().map(({ profileId, name }) => ({ profileId, name, current: profileId === this.#id })),
      create: ({ name }) => {
        const profileId = Buffer.from(random.bytes(8)).toString('hex');
        list.add({ profileId, name });
        this.#tell({ type: 'profiles.changed' });
        return { profileId };
      },
      rename: ({ profileId, name }) => {
        this.#known(profileId);
        list.rename(profileId, name);
        this.#tell({ type: 'profiles.changed' });
        return null;
      },
      open: ({ profileId }) =>
        this.#inTurn(async () => {
          this.#known(profileId);
          if (profileId === this.#id) return null;
          // Known before the open one is closed for nothing.
          const { lockProfile } = await import('../storage/profile-lock');
          lockProfile(list.directoryOf(profileId)).release();
          // A disk that takes not even this is told to the page, and the open one goes on.
          list.setLast(profileId);
          await this.#leave();
          this.#removed = undefined;
          await this.#enter(profileId);
          return null;
        }),
      remove: ({ profileId, name }) =>
        this.#inTurn(async () => {
          const known = this.#known(profileId, true).name;
          if (known !== name.trim()) throw new KeyshiftError('profile.name-differs', 'That is not the name of the profile.');
          const own = profileId === this.#id;
          const { wipeProfile } = await import('../storage/profile-wipe');
          // A disk that takes not even this is told to the page, and nothing of the profile is closed or gone.
          list.beginRemoval(profileId);
          if (own) await this.#leave();
          try {
            wipeProfile(list.directoryOf(profileId), profileId !== 'main');
            this.#forget(profileId);
            list.drop(profileId);
            if (own) this.#removed = { name: known, complete: true };
          } catch (error) {
            // In use by another program, it has not lost anything.
            if (error instanceof KeyshiftError && error.code === 'profile.in-use') list.keep(profileId);
            else {
              this.#forget(profileId);
              // The page that would hear of the failure is gone by then.
              if (own) this.#removed = { name: known, complete: false };
            }
            throw error;
          } finally {
            if (own) await this.#enter(list.last().profileId);
          }
          this.#tell({ type: 'profiles.changed' });
          return null;
        }),
      removed: (input) => {
        const removed = this.#removed;
        if (input?.forget === true) this.#removed = undefined;
        return removed === undefined ? {} : { removed };
      },
    };
  }

  #known(profileId: string, mayGo = false): { readonly name: string } {
    const { list } = this.#parts;
    const found = list.find(profileId);
    // Of one whose deletion was cut off half is gone; whatever began there anew would go with the rest at the next start.
    if (found === undefined || (list.removing().includes(profileId) && profileId !== this.#id && !mayGo)) throw new KeyshiftError('profile.unknown', 'There is no such profile.');
    return found;
  }

  async #leave(): Promise<void> {
    this.#silence();
    for (const listener of this.#left) listener();
    await this.#hosted.app.stop().catch((error: unknown) => this.#parts.failed('app.stop-failed', error));
  }

  /** Its services start; if they do not, the page says why. */
  async #enter(profileId: string): Promise<void> {
    this.#id = profileId;
    this.#hosted = this.#parts.host(this.#parts.list.directoryOf(profileId));
    this.#silence = this.#listen();
    await this.#hosted.app.attempt().catch(() => undefined);
    this.#beginAnew();
  }

  #forget(profileId: string): void {
    for (const listener of this.#removing) listener(profileId);
  }

  #beginAnew(): void {
    for (const listener of this.#switched) listener();
  }

  #listen(): () => void {
    this.#hosted.app.onLost(() => this.#beginAnew());
    return this.#hosted.app.onEvent((event) => this.#tell(event));
  }

  #tell(event: AppEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** Where nothing else is left, something new may begin in a profile whose deletion did not come to its end: the next start would delete it with the rest. Errors: those of the disk. */
  #keepWhatBegins(): void {
    const { list } = this.#parts;
    if (list.removing().includes(this.#id)) list.keep(this.#id);
  }

  #pass(group: string, member: string): (input: unknown) => Promise<unknown> {
    return async (input) => {
      await this.#turn;
      if (beginnings.has(`${group}.${member}`)) this.#keepWhatBegins();
      const handlers: Readonly<Record<string, Readonly<Record<string, unknown>>>> = this.#hosted.app.handlers;
      const handler = handlers[group]?.[member];
      if (typeof handler !== 'function') throw new Error('a handler is missing');
      const answer: unknown = await handler.call(handlers[group], input);
      return answer;
    };
  }
}

/** What a crash, or the end of the app, cut off. To be awaited before anything is opened. */
export async function finishRemovals({ list, failed }: Pick<ProfileHostParts, 'list' | 'failed'>): Promise<void> {
  if (list.removing().length === 0) return;
  const { wipeProfile } = await import('../storage/profile-wipe');
  for (const profileId of list.removing()) {
    try {
      wipeProfile(list.directoryOf(profileId), profileId !== 'main');
      list.drop(profileId);
    } catch (error) {
      // The next start tries again.
      failed('profile.removal-failed', error);
    }
  }
}
