import { KeyshiftError } from '../../shared/errors';
import type { OpenVault, VaultFile } from './ports';

/**
 * Opens what is made, and tells what kept it shut once it was there so that nobody makes it a second time: it is whole, and opens with its passphrase. Errors: those
 * of both.
 */
export async function openMade(vaultFile: Pick<VaultFile, 'state'>, made: Promise<OpenVault>, open: (vault: OpenVault) => Promise<void>): Promise<void> {
  try {
    await open(await made);
  } catch (error) {
    if (vaultFile.state() === 'absent' || !(error instanceof KeyshiftError) || !error.code.startsWith('disk.')) throw error;
    throw new KeyshiftError(error.code, 'The profile was made and is whole, but the disk did not take what opening it writes. Make room or mend the disk, then unlock the profile with its passphrase.', error.facts);
  }
}
