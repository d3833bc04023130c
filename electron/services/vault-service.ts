import { KeyshiftError } from '../../shared/errors';
import type { Handlers } from '../../shared/contract/contract';
import { createLocalRecord, openLocalParty } from '../engine/certificates/local-party';
import { isOutOfDate } from '../engine/certificates/renewal';
import type { OwnKey } from '../engine/certificates/rotation';
import { selfTest } from '../engine/crypto/self-test';
import type { Link, LocalRecord } from '../engine/ports';
import { KeyringOpening } from './keyring-opening';
import { openMade } from './open-made';
import { OpenProfile } from './open-profile';
import type { Surroundings } from './surroundings';
import type { Keyring, OpenVault, PreferencesStore, VaultFile } from './ports';
import { OwnKeyTimers } from './own-key-timers';
import { confirmed } from './own-keys';
import { dueChange, renewBeforeUse, spentKeys } from './own-upkeep';
import { changeOwnRecord, eraseOldHalves, nextStart, type OwnChange } from './own-record';
import { forgetResumptions, VaultRenewal } from './vault-renewal';
import { adoptList, becomeNewDevice, loadRecord, type RetirementNews } from './retiring';
import { wipeRecord } from './wipe-record';

/** How long after a device could not become a new one (a full disk) it tries again; it sends nothing meanwhile. */
const retiringAgainMs = 30 * 1000;

export interface VaultServiceParts extends Surroundings {
  readonly vaultFile: VaultFile;
  readonly preferences: PreferencesStore;
  readonly keyring: Keyring | undefined;
  readonly deviceName: string;
  /** Opened with the keyring's key before there was anybody to use it, behind the self-test: `unlockWithKeyring` does. */
  readonly opened?: OpenVault | undefined;
}

interface Passphrases {
  readonly old: string;
  readonly new: string;
}

/** Opens and closes the vault, one act at a time; holds what exists only while it is open. */
export class VaultService {
  readonly #parts: VaultServiceParts;
  readonly #keyring: KeyringOpening;
  readonly #renewal: VaultRenewal;
  readonly #timers: OwnKeyTimers;
  #profile: OpenProfile | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #tested: boolean;
  #stopped = false;
  /** A restore that waits for an answer holds the turn: whoever begins something else will not give one. */
  #giveUpAsking: (() => void) | undefined;

  readonly handlers: Handlers['vault'];
  readonly unlockWithKeyring = (): Promise<boolean> => this.#keyring.open();

  constructor(parts: VaultServiceParts) {
    this.#parts = parts;
    this.#tested = parts.opened !== undefined;
    this.#keyring = new KeyringOpening(parts, {
      state: () => this.state(),
      inTurn: (work) => this.inTurn(work),
      open: async (unlocked) => {
        this.#requireHealth();
        await this.#open(await unlocked());
      },
    });
    this.#renewal = new VaultRenewal(parts);
    this.#timers = new OwnKeyTimers({
      ...parts,
      profile: () => this.#profile,
      renew: () => this.inTurn(() => this.#renewWhileOpen()),
      prune: () =>
        this.inTurn(async () => {
          if (this.#profile !== undefined) this.#prune(this.#profile);
        }),
    });
    this.handlers = {
      status: async () => ({ keyring: await this.#keyring.settledState(), state: this.state() }),
      create: ({ passphrase, name }) => {
        this.#giveUpAsking?.();
        return this.inTurn(() => this.#create(passphrase, name));
      },
      unlock: ({ passphrase }) =>
        this.inTurn(async () => {
          // Already open: the passphrase is still checked, so that a wrong one never looks right.
          if (this.#profile !== undefined) return await this.#check(passphrase);
          this.#requireHealth();
          await this.#open(await this.#parts.vaultFile.unlock(passphrase));
          return null;
        }),
      lock: () => {
        this.#profile?.devices.upkeep.giveUp();
        return this.inTurn(async () => this.#lock());
      },
      checkPassphrase: ({ passphrase }) =>
        this.inTurn(async () => {
          this.profile();
          return await this.#check(passphrase);
        }),
      changePassphrase: ({ newKey = false, ...input }) => (newKey ? this.#renewKey(input) : this.inTurn(() => this.#changePassphrase(input))),
      cancelNewKey: async () => {
        this.#renewal.cancel();
        return null;
      },
      // Not in turn, as after a new key: a keyring may take its time, and locking must not wait for it.
      setKeyring: ({ enabled }) => this.#keyring.set(enabled, () => this.profile().vault),
    };
  }

  /** One act at a time: what changes the stored record of this device waits for what is changing it. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work, work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** What is open now; throws `vault.absent` or `vault.locked`. */
  profile(): OpenProfile {
    if (this.#profile !== undefined) return this.#profile;
    if (this.#parts.vaultFile.state() === 'absent') throw new KeyshiftError('vault.absent', 'There is no vault in this profile yet.');
    throw new KeyshiftError('vault.locked', 'The vault is locked.');
  }

  state(): 'absent' | 'locked' | 'open' {
    if (this.#profile !== undefined) return 'open';
    return this.#parts.vaultFile.state() === 'absent' ? 'absent' : 'locked';
  }

  /** Strangers and contacts alike are closed unanswered while the vault is not open. */
  accept(link: Link): void {
    if (this.#profile === undefined) link.destroy();
    else this.#profile.accept(link);
  }

  /** The network is another one, or the machine slept. */
  networkChanged(): void {
    this.#profile?.networkChanged();
    // The clock may have been set, or the machine have slept for long.
    if (this.#profile && isOutOfDate(this.#profile.local, this.#parts.clock.now())) this.#timers.plan({ most: 0 });
  }

  /** This device is to be found elsewhere. */
  addressesChanged(): void {
    this.#profile?.addressesChanged();
  }

  /**
   * Replaces what makes this device itself, durably, and opens the profile again with it: sessions end and come back, none is resumed. `also` runs
   * in the transaction.
   */
  changeRecord(change: OwnChange, also?: (next: LocalRecord) => void): Promise<boolean> {
    return this.inTurn(() => this.#changeOwn(this.profile(), change, also));
  }

  /** Erases the private halves of old identity keys, now and without a trace; nothing of the profile ends. */
  eraseOldKeys(isGone: (key: OwnKey) => boolean, also?: () => void): Promise<void> {
    return this.inTurn(async () => this.#eraseOldKeys(this.profile(), isGone, also));
  }

  /** When the next identity key is due may have changed. */
  settingsChanged(): void {
    this.#timers.settingsChanged();
  }

  async stop(): Promise<void> {
    // The profile is given free afterwards: nothing that still waits its turn may open it again.
    this.#stopped = true;
    this.#renewal.cancel();
    this.#profile?.devices.upkeep.giveUp();
    this.#keyring.end();
    await this.inTurn(async () => this.#lock());
  }

  async #create(passphrase: string, name: string): Promise<{ peerId: string }> {
    const { vaultFile, crypto, clock, deviceName } = this.#parts;
    this.requireAbsence();
    this.#requireHealth();
    const record = await createLocalRecord(crypto, { name: name.normalize('NFC'), deviceName, now: clock.now() });
    try {
      await openMade(vaultFile, vaultFile.create(passphrase, (stores) => stores.local.save(record)), (vault) => this.#open(vault));
    } finally {
      wipeRecord(crypto, record);
    }
    return { peerId: record.peerId };
  }

  /** Errors: vault.exists. */
  requireAbsence(): void {
    if (this.#profile === undefined && this.#parts.vaultFile.state() === 'absent') return;
    throw new KeyshiftError('vault.exists', 'This profile already has a vault. Nothing was changed.');
  }

  /** Opens the vault that `bring` makes where there was none, by way of `revive`. Nothing else happens to the vault meanwhile. `giveUpAsking`: ends its wait for an answer. */
  restore(bring: (reviveIn: (vault: OpenVault) => Promise<void>) => Promise<OpenVault>, { code, giveUpAsking }: { readonly code?: string | undefined; readonly giveUpAsking?: () => void } = {}): Promise<void> {
    this.#giveUpAsking?.();
    return this.inTurn(async () => {
      this.requireAbsence();
      this.#requireHealth();
      this.#giveUpAsking = giveUpAsking;
      await openMade(this.#parts.vaultFile, bring(async (vault) => (await import('./identity-papers')).revive(this.#parts, vault, code)), (vault) => this.#open(vault));
    });
  }

  async #open(vault: OpenVault): Promise<void> {
    try {
      const renewed = await renewBeforeUse(this.#parts, vault.stores.local);
      if (this.#stopped) throw new KeyshiftError('vault.locked', 'Keyshift is ending.');
      this.#startProfile(vault);
      if (renewed) this.#emptyLog(vault);
    } catch (error) {
      // A profile may be in use already when the disk refuses what its start writes: left so, it would count as open and have no database.
      if (this.#profile === undefined) vault.close();
      else this.#lock();
      throw error;
    }
    this.#parts.events.emit({ type: 'vault.changed', state: 'open' });
  }

  #startProfile(vault: OpenVault, token?: Uint8Array): void {
    const record = loadRecord(vault.stores.local);
    try {
      this.#use(this.#profileOf(vault, record, token));
    } finally {
      wipeRecord(this.#parts.crypto, record);
    }
  }

  /** Another profile of the same vault takes over. */
  #startAnew(profile: OpenProfile, token: Uint8Array): void {
    profile.leave();
    this.#orLock(() => this.#startProfile(profile.vault, token));
  }

  /** For what starts in the place of a profile that was left. When it cannot, the vault is locked: one whose keys are wiped, or one that is half started, is of no use. */
  #orLock(start: () => void): void {
    try {
      start();
    } catch (error) {
      this.#lock();
      throw error;
    }
  }

  #profileOf(vault: OpenVault, record: LocalRecord, token?: Uint8Array): OpenProfile {
    const profile: OpenProfile = new OpenProfile(this.#parts, vault, openLocalParty(this.#parts.crypto, record), {
      // Said from inside transactions: it waits its turn.
      retire: (news) => this.#change(profile, 'retiring.failed', async () => {
        const fresh = await this.#retired(profile, news);
        this.#orLock(() => this.#use(fresh));
      }),
      adopt: (list) => this.#change(profile, 'list.not-stored', async () => this.#startAnew(profile, nextStart(this.#parts, profile, () => adoptList(this.#parts, vault.stores, list)))),
      replace: (change, also, after) => this.#change(profile, 'upkeep.failed', async () => void (await this.#changeOwn(profile, change, also, after))),
      reopen: () => this.#change(profile, 'upkeep.failed', async () => this.#startAnew(profile, nextStart(this.#parts, profile))),
      proven: () => this.#timers.proven(),
      confirmed: () => this.#change(profile, 'key.not-confirmed', async () => void (await this.#changeOwn(profile, confirmed))),
    }, token);
    return profile;
  }

  #use(profile: OpenProfile): void {
    this.#profile = profile;
    profile.start();
    this.#timers.opened();
  }

  #retired(profile: OpenProfile, news: RetirementNews): Promise<OpenProfile> {
    return becomeNewDevice(this.#parts, profile, news, (record) => this.#profileOf(profile.vault, record));
  }

  /** Changes the profile for another one of the same vault, unless it is no longer the open one; tries until it is done. */
  #change(profile: OpenProfile, fault: string, work: () => Promise<void>): void {
    this.inTurn(async () => {
      if (this.#profile === profile) await work();
    }).catch((error: unknown) => {
      this.#parts.logger.error(fault, { reason: error instanceof Error ? error.name : 'unknown' });
      this.#parts.clock.setTimer(retiringAgainMs, () => this.#change(profile, fault, work));
    });
  }

  async #changeOwn(profile: OpenProfile, change: OwnChange, also?: (next: LocalRecord) => void, after?: (next: LocalRecord) => void): Promise<boolean> {
    const token = await changeOwnRecord(this.#parts, profile, change, { also, after });
    if (token === undefined) return false;
    this.#startAnew(profile, token);
    this.#emptyLog(profile.vault);
    return true;
  }

  #eraseOldKeys(profile: OpenProfile, isGone: (key: OwnKey) => boolean, also?: () => void): void {
    if (eraseOldHalves(this.#parts.crypto, profile, isGone, also)) this.#emptyLog(profile.vault);
  }

  /** Old private halves go once every contact proved to know a later key (S5-21). */
  #prune(profile: OpenProfile): void {
    const spent = spentKeys(profile, this.#parts.clock.now());
    if (spent !== undefined) this.#eraseOldKeys(profile, spent);
  }

  /** A profile that stays open for weeks renews as well; its sessions end and come back with the new credentials. */
  async #renewWhileOpen(): Promise<void> {
    const profile = this.#profile;
    if (profile === undefined) return;
    this.#prune(profile);
    if (!(await this.#changeOwn(profile, ...dueChange(this.#parts, profile)))) this.#timers.plan();
  }

  /** The private half of an exchange key that was dropped, and keys made under it, are then in no file any more. */
  #emptyLog(vault: OpenVault): void {
    if (!vault.emptyLog()) this.#parts.logger.warn('vault.log-not-emptied');
  }

  #lock(): null {
    const profile = this.#profile;
    if (profile === undefined) return null;
    this.#profile = undefined;
    this.#timers.cancel();
    try {
      profile.close();
    } finally {
      this.#parts.events.emit({ type: 'vault.changed', state: 'locked' }); // whatever went wrong, it is
    }
    return null;
  }

  /** Errors: vault.wrong-passphrase. */
  #check(passphrase: string): Promise<null> {
    return this.#parts.vaultFile.check(passphrase).then(() => null);
  }

  async #changePassphrase(passphrases: Passphrases): Promise<null> {
    const profile = this.profile();
    await profile.vault.changePassphrase(passphrases.old, passphrases.new);
    forgetResumptions(profile, this.#parts.logger);
    return null;
  }

  async #renewKey(passphrases: Passphrases): Promise<null> {
    await this.#renewal.only((run) =>
      this.inTurn(() => this.#renewal.renew(passphrases, run, { profile: this.profile(), lock: () => this.#lock(), open: (vault) => this.#open(vault) })),
    );
    await this.#keyring.renew(() => this.profile().vault);
    return null;
  }

  /** Known answers of every primitive, once per process, in the runtime that will use them. */
  #requireHealth(): void {
    if (this.#tested) return;
    selfTest(this.#parts.crypto);
    this.#tested = true;
  }
}
