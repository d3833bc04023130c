import type { Address, Clock } from '../engine/ports';
import { sourceOf } from '../engine/session/source';
import type { PeerBook } from './peer-book';
import type { Stores } from './ports';

/** How long what was read stays good: strangers ask a thousand times a second, contacts move less often (milliseconds). */
const freshMs = 10_000;

/**
 * Where contacts say they are, as sources of connections: a part of the listener's places is kept for them also before they
 * were part of a session since the start (protocol.md §8; S3-32). Names are not looked up: they count as themselves, which
 * is nobody.
 */
export class KnownSources {
  readonly #clock: Clock;
  readonly #addresses: () => Iterable<Address>;
  #known: ReadonlySet<string> = new Set();
  #readAt: number | undefined;

  /** `addresses`: what the cards of all contacts say; read anew at most every ten seconds, and only when somebody asks. */
  constructor(clock: Clock, addresses: () => Iterable<Address>) {
    this.#clock = clock;
    this.#addresses = addresses;
  }

  /** `source` as `sourceOf` writes it. Never throws: what cannot be read now is nobody. */
  has(source: string): boolean {
    const now = this.#clock.monotonic();
    if (this.#readAt === undefined || now - this.#readAt >= freshMs) {
      this.#readAt = now;
      this.#known = this.#read();
    }
    return this.#known.has(source);
  }

  #read(): ReadonlySet<string> {
    try {
      const found = new Set<string>();
      for (const address of this.#addresses()) found.add(sourceOf(address));
      return found;
    } catch {
      return new Set();
    }
  }
}

/** Every address the cards of contacts name, of all their devices; who is blocked is no contact here. */
export function* addressesOfContacts(stores: Pick<Stores, 'contacts'>, book: PeerBook): Generator<Address> {
  for (const { peerId, blocked } of stores.contacts.list()) {
    if (blocked) continue;
    for (const { addresses } of book.find(peerId)?.record.places ?? []) yield* addresses;
  }
}
