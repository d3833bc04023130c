import type { Logger } from '../engine/ports';
import type { EventHub } from './event-hub';
import type { OpenProfile } from './open-profile';
import type { OpenVault } from './ports';
import { type Run, Runs } from './runs';
import type { Surroundings } from './surroundings';

/** What a service needs of the one that holds the vault. */
export interface VaultTurn {
  readonly profile: OpenProfile;
  /** Closes what is open: nothing is written while the database is written anew. */
  lock(): void;
  open(vault: OpenVault): Promise<void>;
}

/**
 * A new passphrase together with a new key of the database: whoever kept an older vault and knows its passphrase opens nothing of today with them.
 * It writes the whole database once more, beside the old one, and takes as long as that is large: the profile is locked meanwhile, so that nothing said
 * in between could be lost, and open afterwards, under the new key or, where it was given up or failed, as before.
 */
export class VaultRenewal {
  readonly #runs: Runs;
  readonly #events: EventHub;
  readonly #logger: Logger;

  constructor({ clock, events, logger }: Pick<Surroundings, 'clock' | 'events' | 'logger'>) {
    this.#events = events;
    this.#logger = logger;
    this.#runs = new Runs(clock, {
      busy: ['vault.busy', 'The database is being written under a new key already.'],
      cancelled: ['vault.given-up', 'Given up. Passphrase and key are as before.'],
    });
  }

  /** One at a time. Errors: vault.busy, vault.given-up, those of `work`. */
  only<T>(work: (run: Run) => Promise<T>): Promise<T> {
    return this.#runs.only((progress) => this.#events.emit({ type: 'vault.renewing', ...progress }), work);
  }

  cancel(): void {
    this.#runs.cancel();
  }

  /** Errors: vault.wrong-passphrase, before anything is locked; vault.given-up; disk.full, disk.failed. */
  async renew(passphrases: { readonly old: string; readonly new: string }, run: Run, turn: VaultTurn): Promise<void> {
    const renewal = await turn.profile.vault.renewKey(passphrases.old, passphrases.new);
    try {
      forgetResumptions(turn.profile, this.#logger);
      turn.lock();
      const renewed = await renewal.write((done, total) => run.step(done, total)).catch(async (error: unknown) => {
        await turn.open(await renewal.back());
        throw error;
      });
      await turn.open(renewed);
    } finally {
      renewal.end();
    }
  }
}

/** Who changes a passphrase may fear for the old one: whatever could be taken up again with a copy of the vault ends. */
export function forgetResumptions(profile: OpenProfile, logger: Logger): void {
  try {
    profile.commit(() => profile.resumptions.forgetAll());
    if (!profile.vault.emptyLog()) logger.warn('vault.log-not-emptied');
  } catch (error) {
    logger.warn('resumption.store-failed', { reason: error instanceof Error ? error.name : 'unknown' });
  }
}
