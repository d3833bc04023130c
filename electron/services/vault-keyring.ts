import { KeyshiftError } from '../../shared/errors';
import type { KeyringState } from '../../shared/model/vault';
import type { Clock } from '../engine/ports';
import type { Keyring, OpenVault, PreferencesStore } from './ports';

/** Milliseconds for which it is not said that the vault is locked while the keyring is about to open it. */
const longestWait = 300;

/**
 * The database key in the system keyring, while the user wants it: wrapped by the keyring, kept in the preferences. A keyring may
 * wait for a password of its own for as long as it likes: nothing else may wait with it.
 */
export class VaultKeyring {
  readonly #keyring: Keyring | undefined;
  readonly #preferences: PreferencesStore;
  /** It was needed and did not help. */
  #silent = false;
  /** Counts what was wanted of it: an answer that comes later than the next word of that changes nothing. */
  #word = 0;
  #keeping = 0;
  readonly #clock: Pick<Clock, 'setTimer'>;
  #opening: Promise<boolean> | undefined;
  #settled: Promise<unknown> = Promise.resolve();

  constructor(keyring: Keyring | undefined, preferences: PreferencesStore, clock: Pick<Clock, 'setTimer'>) {
    this.#keyring = keyring;
    this.#preferences = preferences;
    this.#clock = clock;
  }

  /** The vault is being opened with the keyring: one attempt at a time, which whoever asks for another joins. */
  opening(open: () => Promise<boolean>): Promise<boolean> {
    if (this.#opening !== undefined) return this.#opening;
    const opening = open();
    this.#opening = opening;
    this.#settled = new Promise<void>((resolve) => {
      const cancel = this.#clock.setTimer(longestWait, resolve);
      const over = (): void => {
        this.#opening = undefined;
        cancel();
        resolve();
      };
      opening.then(over, over);
    });
    return opening;
  }

  /** Said when the attempt under way is over, or takes its time: then there is a passphrase to ask for. So a page that asks at the start shows no lock that goes at once. */
  async settledState(): Promise<KeyringState> {
    await this.#settled;
    return this.state();
  }

  async state(): Promise<KeyringState> {
    if (this.#wrapped() !== undefined) return this.#silent ? 'silent' : 'on';
    return (await this.#keyring?.available()) === true ? 'off' : 'unavailable';
  }

  get isOn(): boolean {
    return this.#wrapped() !== undefined;
  }

  /** It has a key, or is being given one. */
  get isWanted(): boolean {
    return this.isOn || this.#keeping > 0;
  }

  /** The key (32 bytes, if the keyring is honest), which the caller wipes. Errors: `keyring.unavailable`. */
  async unwrap(): Promise<Uint8Array> {
    const wrapped = this.#wrapped();
    if (wrapped === undefined || this.#keyring === undefined || !(await this.#keyring.available())) throw unavailable();
    return this.#keyring.unwrap(Buffer.from(wrapped, 'base64'));
  }

  /** What opens the vault from now on. Errors: `keyring.unavailable`, `disk.full`, `disk.failed`. */
  async keep(vault: Pick<OpenVault, 'exportKey'>, wipe: (key: Uint8Array) => void): Promise<void> {
    const word = (this.#word += 1);
    const key = vault.exportKey();
    this.#keeping += 1;
    try {
      if (this.#keyring === undefined || !(await this.#keyring.available())) throw unavailable();
      const wrapped = await this.#keyring.wrap(key);
      // Called off meanwhile, or of a key that opens nothing any more.
      if (word !== this.#word) return;
      this.#preferences.set({ keyringWrap: Buffer.from(wrapped).toString('base64') });
      this.#silent = false;
    } finally {
      this.#keeping -= 1;
      wipe(key);
    }
  }

  forget(): void {
    this.#word += 1;
    this.#preferences.set({ keyringWrap: undefined });
    this.#silent = false;
  }

  /** Remembers whether it opened the vault when it was to. */
  helped(yes: boolean): void {
    this.#silent = !yes;
  }

  #wrapped(): string | undefined {
    return this.#preferences.get().keyringWrap;
  }
}

function unavailable(): KeyshiftError {
  return new KeyshiftError('keyring.unavailable', 'Your system keyring did not answer. Your passphrase works as before.');
}
