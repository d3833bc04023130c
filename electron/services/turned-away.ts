import type { NetworkStatus } from '../../shared/model/network';
import type { RekeyRefusal } from '../engine/session/rekey-answer';

/** So many before a person is told: a few are asked at old addresses that somebody else has now, and mean nothing. */
const worthTelling = 100;

/**
 * Bad questions about own keys that were turned away since the program started, counted and no more: however many come, whoever looks is told
 * once (S5-11). Why, and where each came from, stands in the log.
 */
export class TurnedAway {
  readonly #onMany: () => void;
  #count = 0;
  #since = 0;
  #from = '';

  /** `onMany`: called once, when there are enough of them to be told. */
  constructor(onMany: () => void) {
    this.#onMany = onMany;
  }

  /** `source`: whose address it was; `at`: Unix milliseconds. A stranger who knows the key in use asked nothing bad, and a fault is ours. */
  note(reason: RekeyRefusal, source: string, at: number): void {
    if (reason === 'newest-key' || reason === 'fault') return;
    if (this.#count === 0) this.#since = Math.round(at);
    this.#count += 1;
    this.#from = source;
    if (this.#count === worthTelling) this.#onMany();
  }

  /** What is worth a word; undefined below a hundred. */
  get told(): NetworkStatus['turnedAway'] {
    return this.#count < worthTelling ? undefined : { count: this.#count, since: this.#since, from: this.#from };
  }
}
