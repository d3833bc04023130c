import type { Settings } from '../../shared/model/settings';
import type { Clock, Logger } from '../engine/ports';
import type { OpenProfile } from './open-profile';
import { rotatesAt } from './own-keys';

/** How often an open profile looks whether a credential is due for renewal. */
const renewalCheckMs = 6 * 60 * 60 * 1000;
/** A new identity key that is due is made this long after opening, at the soonest: the screen and the first messages come first. */
const rotationAfterMs = 10_000;
/** How long after a contact proved to know the key in use old ones are looked through: others follow right behind. */
const pruningAfterMs = 60_000;

type RotationSettings = Pick<Settings, 'rotateIdentityDays'>;

export interface OwnKeyTimersParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: () => RotationSettings;
  /** The one that is open. */
  readonly profile: () => OpenProfile | undefined;
  /** Renews what is due, and plans the next look. */
  readonly renew: () => Promise<void>;
  /** Erases old private halves that are spent. */
  readonly prune: () => Promise<void>;
}

/** When an open profile looks after its own keys; each of the two looks is planned once at a time. */
export class OwnKeyTimers {
  readonly #parts: OwnKeyTimersParts;
  #cancelRenewal: (() => void) | undefined;
  #cancelPruning: (() => void) | undefined;
  /** The setting that the next look was planned with, in days. */
  #rotationDays: number | undefined;

  constructor(parts: OwnKeyTimersParts) {
    this.#parts = parts;
  }

  /** The profile was opened, or is another one: also what was just made is looked at soon, as by a clock that was set right behind it, it is of another time. */
  opened(): void {
    this.plan({ most: rotationAfterMs });
  }

  /** Plans the next look anew. `failed`: whatever is due was just tried in vain. `most`: milliseconds until then, at the most. */
  plan({ failed = false, most = renewalCheckMs }: { readonly failed?: boolean; readonly most?: number } = {}): void {
    const { clock, logger, settings, profile, renew } = this.#parts;
    this.#cancelRenewal?.();
    this.#rotationDays = settings().rotateIdentityDays;
    const open = profile();
    const due = open && rotationDue(open, settings());
    const rotation = due === undefined || failed ? renewalCheckMs : Math.max(rotationAfterMs, due - clock.now());
    this.#cancelRenewal = clock.setTimer(Math.min(most, rotation), () => {
      renew().catch((error: unknown) => {
        logger.error('renewal.failed', { reason: error instanceof Error ? error.name : 'unknown' });
        this.plan({ failed: true });
      });
    });
  }

  /** When the next identity key is due may have changed. */
  settingsChanged(): void {
    if (this.#parts.profile() !== undefined && this.#parts.settings().rotateIdentityDays !== this.#rotationDays) this.plan();
  }

  /** A contact proved to know the key in use. */
  proven(): void {
    const { clock, logger, prune } = this.#parts;
    this.#cancelPruning ??= clock.setTimer(pruningAfterMs, () => {
      this.#cancelPruning = undefined;
      prune().catch((error: unknown) => logger.error('keys.not-erased', { reason: error instanceof Error ? error.name : 'unknown' }));
    });
  }

  /** Nothing is open any more. */
  cancel(): void {
    this.#cancelRenewal?.();
    this.#cancelRenewal = undefined;
    this.#cancelPruning?.();
    this.#cancelPruning = undefined;
  }
}

/**
 * When the next identity key is due, Unix milliseconds; undefined: not by itself. One of two holders of the key that is not to make the next one does so only
 * beside a contact who takes this one, and so knows of none by the other.
 */
export function rotationDue({ local, connections }: OpenProfile, settings: RotationSettings): number | undefined {
  return !local.isCertifier && connections.sessions().length === 0 ? undefined : rotatesAt(local, settings);
}
