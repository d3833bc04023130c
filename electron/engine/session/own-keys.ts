import type { KeyElement } from '../certificates/key-history';
import type { LocalParty } from '../certificates/local-party';
import { toHex } from '../wire/encoding';

export interface AfterKey {
  /** From that key to the one in use, the newest recovery first where there was one since. */
  readonly elements: readonly KeyElement[];
  /** It is the one in use. */
  readonly isHead: boolean;
}

/** The own identity keys by their full hash (S5-06): one look-up, however many there were (S5-15). */
export class OwnKeys {
  static readonly #known = new WeakMap<LocalParty, OwnKeys>();
  readonly #elements: readonly KeyElement[];
  readonly #headHash: Uint8Array;
  /** By the hex of H(SPKI): how many steps come before. */
  readonly #places = new Map<string, number>();
  readonly #newestRecovery: number;

  /** `first`: H(SPKI) of the key the steps begin with, 32 bytes. */
  constructor(first: Uint8Array, elements: readonly KeyElement[]) {
    this.#elements = elements;
    this.#headHash = elements.at(-1)?.spkiHash ?? first;
    this.#newestRecovery = elements.map(({ kind }) => kind).lastIndexOf('recovery');
    for (const element of elements) for (const hash of element.kind === 'recovery' ? element.revoked : []) this.#places.set(toHex(hash), 0);
    this.#places.set(toHex(first), 0);
    for (const [at, element] of elements.entries()) this.#places.set(toHex(element.spkiHash), at + 1);
  }

  static of(local: LocalParty): OwnKeys {
    const known = OwnKeys.#known.get(local) ?? OwnKeys.#open(local);
    OwnKeys.#known.set(local, known);
    return known;
  }

  /** Where an imported key came without those before it, only that one is known. */
  static #open({ history, identity }: LocalParty): OwnKeys {
    return history ? new OwnKeys(history.first.spkiHash, history.elements) : new OwnKeys(identity.spkiHash, []);
  }

  /**
   * Undefined for a key that is none of ours. A key that a recovery revoked counts as ours, and of contacts any: what a thief planted is
   * outranked by the recovery all the same.
   */
  after(held: Uint8Array, isContact: boolean): AfterKey | undefined {
    const place = this.#places.get(toHex(held)) ?? (isContact && this.#newestRecovery >= 0 ? 0 : undefined);
    if (place === undefined) return undefined;
    const isHead = Buffer.compare(this.#headHash, held) === 0;
    return { elements: isHead ? [] : this.#elements.slice(Math.max(place, this.#newestRecovery)), isHead };
  }
}
