import type { Settings } from '../../shared/model/settings';
import { createCrypto } from '../engine/crypto/create-crypto';
import type { Crypto } from '../engine/crypto/crypto';
import { selfTest } from '../engine/crypto/self-test';
import type { Clock, Logger, Random } from '../engine/ports';
import { type FirstLook, firstLook } from '../services/first-look';
import type { OpenVault } from '../services/ports';
import { lockProfile, type ProfileLock } from '../storage/profile-lock';
import { isSettled } from '../storage/settled-vault';
import { createVaultFile, type VaultFileOnDisk } from '../storage/vault-file';
import { aboutOf, type AboutParts } from './about';

export interface EarlyVaultParts extends AboutParts {
  readonly profileDirectory: string;
  /** The key of the database, 32 bytes, which is wiped here; undefined when it is not to be had at once. */
  readonly key: () => Promise<Uint8Array | undefined>;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** A vault that was opened before the services were read, for them to go on with: what they would have made and opened themselves. */
export interface EarlyVault {
  readonly lock: ProfileLock;
  readonly crypto: Crypto;
  readonly vaultFile: VaultFileOnDisk;
  readonly vault: OpenVault;
  /** Undefined: nothing may be shown before the services did what is due. */
  readonly look: FirstLook | undefined;
  /** Where no services took it over. May be called again. */
  close(): void;
}

/**
 * Opens the vault the way the services do, with nothing of them read but what that takes, where it only has to be read (`isSettled`). Undefined, and everything is as it was,
 * wherever something is unusual or goes wrong: then the services find out, and say what there is to say.
 */
export async function openEarly({ profileDirectory, key, settings, clock, random, logger, ...rest }: EarlyVaultParts): Promise<EarlyVault | undefined> {
  const ends: (() => void)[] = [];
  const close = (): void => {
    for (const end of ends.splice(0).reverse()) {
      try {
        end();
      } catch {
        // Each for itself: a database that does not close is no reason to keep the profile from the services.
      }
    }
  };
  try {
    const lock = lockProfile(profileDirectory);
    ends.push(() => lock.release());
    const crypto = await createCrypto({ random });
    if (isSettled(profileDirectory, crypto)) {
      selfTest(crypto);
      const bytes = await key();
      if (bytes !== undefined) {
        const vaultFile = createVaultFile({ directory: profileDirectory, crypto });
        const vault = await vaultFile.unlockWithKey(bytes);
        ends.push(() => vault.close());
        return { lock, crypto, vaultFile, vault, look: firstLook(vault.stores, { crypto, clock, logger, settings, about: aboutOf({ ...rest, profileDirectory }) }), close };
      }
    }
  } catch {
    // The services try it all again.
  }
  close();
  return undefined;
}
