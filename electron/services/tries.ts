import type { TryOutcome } from '../../shared/model/network';
import type { PeerId } from '../engine/ids';
import type { Clock } from '../engine/ports';

/** Addresses remembered of one person; those tried longest ago go first. */
const maxPerPerson = 48;

export interface Try {
  /** When it began, Unix milliseconds. */
  readonly at: number;
  readonly outcome: TryOutcome;
  /** How long it took; absent while it is under way. */
  readonly milliseconds?: number;
  /** How the one before it ended, while this one is under way: what helps does not change until there is another answer. */
  readonly before?: TryOutcome | undefined;
}

/** The newest result for every address of a person, while the vault is open. What a screen shows, and what is tried first. */
export class Tries {
  readonly #clock: Clock;
  readonly #onChange: () => void;
  readonly #people = new Map<PeerId, Map<string, Try>>();
  readonly #lastGood = new Map<PeerId, string>();

  constructor(clock: Clock, onChange: () => void) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** `address`: its text. */
  of(peerId: PeerId, address: string): Try | undefined {
    return this.#people.get(peerId)?.get(address);
  }

  lastGood(peerId: PeerId): string | undefined {
    return this.#lastGood.get(peerId);
  }

  began(peerId: PeerId, address: string): void {
    const last = this.of(peerId, address);
    this.#note(peerId, address, { at: this.#clock.now(), outcome: 'trying', before: last?.outcome === 'trying' ? last.before : last?.outcome });
  }

  ended(peerId: PeerId, address: string, outcome: TryOutcome, milliseconds: number): void {
    const at = this.of(peerId, address)?.at ?? this.#clock.now();
    if (outcome === 'connected') this.#lastGood.set(peerId, address);
    this.#note(peerId, address, { at, outcome, milliseconds: Math.round(milliseconds) });
  }

  #note(peerId: PeerId, address: string, result: Try): void {
    const tries = this.#people.get(peerId) ?? new Map<string, Try>();
    this.#people.set(peerId, tries);
    tries.delete(address); // the newest stands last
    tries.set(address, result);
    for (const oldest of tries.keys()) {
      if (tries.size <= maxPerPerson) break;
      tries.delete(oldest);
    }
    this.#onChange();
  }
}
