import { nearbyName, type DiscoveryStatus } from '../../shared/model/discovery';
import type { Address, Random } from '../engine/ports';
import { newHandle } from './local-handle';
import type { LanSighting } from './ports';

/** How many are shown at once: strangers must not fill the list, or the memory. */
export const maxPeople = 64;
/** Addresses kept of each. */
const maxAddresses = 4;
/** What this version announces and understands. */
export const nearbyVersion = '2';

export interface NearbyPerson {
  readonly nearbyId: string;
  readonly name: string;
  readonly addresses: readonly Address[];
}

/** Who shows themselves on this network now, by their public words. All of it is what strangers say. */
export class NearbyPeople {
  readonly #random: Random;
  readonly #own: string;
  readonly #people = new Map<string, NearbyPerson>();

  /** `own`: the words of this device, which is never listed. */
  constructor(random: Random, own: string) {
    this.#random = random;
    this.#own = own;
  }

  /** True when the list looks different now. Anything but well-formed words of another device is ignored. */
  hear({ name, gone, addresses, facts }: LanSighting): boolean {
    if (name === this.#own || !nearbyName.safeParse(name).success || facts['v'] !== nearbyVersion) return false;
    const before = this.#people.get(name);
    if (gone) return this.#people.delete(name);
    if (addresses.length === 0 || (before === undefined && this.#people.size >= maxPeople)) return false;
    const nearbyId = before?.nearbyId ?? newHandle(this.#random);
    this.#people.set(name, { nearbyId, name, addresses: addresses.slice(0, maxAddresses) });
    return before === undefined;
  }

  find(nearbyId: string): NearbyPerson | undefined {
    return [...this.#people.values()].find((person) => person.nearbyId === nearbyId);
  }

  list(): DiscoveryStatus['people'] {
    return [...this.#people.values()].map(({ nearbyId, name }) => ({ nearbyId, name }));
  }
}
