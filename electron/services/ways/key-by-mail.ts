import type { LocalParty } from '../../engine/certificates/local-party';
import { isSame } from '../moving-pins';
import type { Stores } from '../ports';
import { upkeepNotes } from '../ports/upkeep';

export interface KeyByMailParts {
  readonly local: Pick<LocalParty, 'identity' | 'isCertifier'>;
  readonly stores: Pick<Stores, 'upkeep'>;
  readonly commit: <T>(work: () => T) => T;
}

/**
 * Who is reached by mailbox alone can ask nobody what came after the key they know: what is written under the next one would wait there until both are
 * connected. So a card, which brings the steps, is due to them once for each new identity key, from the device that makes keys (S5-18, S5-30). Throws what the disk says.
 */
export function tellKeyByMail({ local, stores, commit }: KeyByMailParts, tell: () => void): void {
  const { epoch, spkiHash } = local.identity;
  const told = stores.upkeep.get(upkeepNotes.toldByMail);
  if (epoch === 1 || !local.isCertifier || (told !== undefined && isSame(told, spkiHash))) return;
  commit(() => {
    tell();
    stores.upkeep.put(upkeepNotes.toldByMail, spkiHash);
  });
}
