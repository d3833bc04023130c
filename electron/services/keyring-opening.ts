import type { KeyringState } from '../../shared/model/vault';
import type { OpenVault } from './ports';
import { VaultKeyring } from './vault-keyring';
import type { VaultServiceParts } from './vault-service';

/** What opening with the keyring needs of the one that holds the vault. */
interface VaultDoor {
  state(): 'absent' | 'locked' | 'open';
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  open(unlocked: () => Promise<OpenVault>): Promise<void>;
}

/** Opens the vault with the key that the system keyring has, where a person wants that; the passphrase always works. */
export class KeyringOpening {
  readonly #parts: VaultServiceParts;
  readonly #keyring: VaultKeyring;
  readonly #door: VaultDoor;
  /** Opened before there was anybody to use it, and not in use yet. */
  #early: OpenVault | undefined;
  #ended = false;

  constructor(parts: VaultServiceParts, door: VaultDoor) {
    this.#parts = parts;
    this.#keyring = new VaultKeyring(parts.keyring, parts.preferences, parts.clock);
    this.#door = door;
    this.#early = parts.opened;
  }

  /** False where it did not, or somebody else was sooner. */
  open(): Promise<boolean> {
    return this.#keyring.opening(() => this.#tryOpen());
  }

  settledState(): Promise<KeyringState> {
    return this.#keyring.settledState();
  }

  /** `vault` throws where none is open. */
  async set(enabled: boolean, vault: () => OpenVault): Promise<{ keyring: KeyringState }> {
    const open = vault();
    if (enabled) await this.#keyring.keep(open, (key) => this.#parts.crypto.wipe(key));
    else this.#keyring.forget();
    return { keyring: await this.#keyring.state() };
  }

  /** The vault has another key: what the keyring has opens nothing any more. Never throws: passphrase and key are the new ones by now, whatever becomes of this. */
  async renew(vault: () => OpenVault): Promise<void> {
    if (!this.#keyring.isWanted) return;
    try {
      await this.set(true, vault).catch(() => this.#keyring.forget());
    } catch (error) {
      this.#parts.logger.warn('keyring.not-forgotten', { reason: error instanceof Error ? error.name : 'unknown' });
    }
  }

  /** The program ends. What a keyring gives only then opens nothing: the profile may be another's by then. */
  end(): void {
    this.#ended = true;
    this.#early?.close();
    this.#early = undefined;
  }

  async #tryOpen(): Promise<boolean> {
    if (this.#door.state() === 'open' || !this.#keyring.isOn) return false;
    const early = this.#early;
    this.#early = undefined;
    try {
      if (early !== undefined) return await this.#door.inTurn(() => this.#openWith(async () => early, early));
      // Not in turn: the keyring may wait for a password of its own, and ours must get through meanwhile.
      const key = await this.#keyring.unwrap();
      return await this.#door.inTurn(() => this.#openWithKey(key));
    } catch (error) {
      // The passphrase always works; the keyring is a convenience.
      this.#parts.logger.warn('keyring.failed', { reason: error instanceof Error ? error.name : 'unknown' });
      this.#keyring.helped(false);
      const state = this.#door.state();
      if (state !== 'open') this.#parts.events.emit({ type: 'vault.changed', state });
      return false;
    }
  }

  async #openWithKey(key: Uint8Array): Promise<boolean> {
    try {
      return await this.#openWith(() => this.#parts.vaultFile.unlockWithKey(key));
    } finally {
      this.#parts.crypto.wipe(key);
    }
  }

  /** `early`: open already, and nobody else would close it. */
  async #openWith(unlocked: () => Promise<OpenVault>, early?: OpenVault): Promise<boolean> {
    if (this.#door.state() === 'open' || this.#ended) {
      early?.close();
      return false;
    }
    await this.#door.open(unlocked);
    this.#keyring.helped(true);
    return true;
  }
}
