import { nearbyName, type DiscoveryStatus } from '../../shared/model/discovery';
import type { Address, Random } from '../engine/ports';
import { newHandle } from './local-handle';
import type { LanSighting } from './ports';

/** How many are shown at once: strangers must not fill the list, or the memory. */
const maxPeople = 64;
/** Addresses kept of each. */
const maxAddresses = 4;
/** What this version announces and understands. */
export const nearbyVersion = '2';

export interface NearbyPerson {
  readonly nearbyId: string;
  readonly name: string;
  readonly addresses: readonly Address[];
}

interface Shown {
  readonly nearbyId: string;
  /** By port, who came first standing first: whoever takes somebody's words has another port, or is one more address of that device. */
  readonly places: Map<number, readonly Address[]>;
}

/** Who shows themselves on this network now, by their public words. All of it is what strangers say. */
export class NearbyPeople {
  readonly #random: Random;
  readonly #own: string;
  readonly #people = new Map<string, Shown>();

  /** `own`: the words of this device, which is never listed. */
  constructor(random: Random, own: string) {
    this.#random = random;
    this.#own = own;
  }

  /** True when the list looks different now. Anything but well-formed words of another device is ignored. */
  hear({ name, gone, addresses, facts }: LanSighting): boolean {
    const port = addresses[0]?.port;
    if (port === undefined || name === this.#own || !nearbyName.safeParse(name).success || facts['v'] !== nearbyVersion) return false;
    const before = this.#people.get(name);
    if (gone) {
      before?.places.delete(port);
      return before?.places.size === 0 && this.#people.delete(name);
    }
    if (before === undefined && this.#people.size >= maxPeople) return false;
    const shown = before ?? { nearbyId: newHandle(this.#random), places: new Map() };
    this.#people.set(name, shown);
    if (shown.places.has(port) || shown.places.size < maxAddresses) shown.places.set(port, addresses);
    return before === undefined;
  }

  find(nearbyId: string): NearbyPerson | undefined {
    for (const [name, shown] of this.#people) {
      if (shown.nearbyId === nearbyId) return { nearbyId, name, addresses: [...shown.places.values()].flat().slice(0, maxAddresses) };
    }
    return undefined;
  }

  list(): DiscoveryStatus['people'] {
    return [...this.#people].map(([name, { nearbyId }]) => ({ nearbyId, name }));
  }
}
