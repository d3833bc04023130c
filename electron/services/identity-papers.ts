import type { Handlers } from '../../shared/contract/contract';
import { keyFilesService, type KeyFilesParts } from './key-files-service';
import { recoveryService } from './recovery-service';
import { textPrinter } from './recovery-sheet';
import type { VaultService } from './vault-service';

export { revive } from './reviving';

export interface IdentityPapersParts extends Omit<KeyFilesParts, 'profile' | 'printer' | 'changeRecord'> {
  readonly vault: Pick<VaultService, 'profile' | 'changeRecord'>;
  /** Absent: the recovery kit is text. */
  readonly printer: KeyFilesParts['printer'] | undefined;
}

/**
 * The identity key as a file and on paper, and what comes back from there: read with the first call, and lying in one file with what makes a device of a
 * backup. Each file of its own that is read later costs those that are read at a start some hundred bytes.
 */
export function identityPapers({ vault, printer = textPrinter, ...parts }: IdentityPapersParts): Pick<Handlers['identity'], 'exportPrivate' | 'importPrivate' | 'saveRecoveryKit' | 'forgetRecoveryKey' | 'recover'> {
  const files = keyFilesService({ ...parts, printer, profile: () => vault.profile(), changeRecord: (change, also) => vault.changeRecord(change, also) });
  return { ...files, ...recoveryService({ vault, ...parts }) };
}
