import type { Clock } from '../../engine/ports';
import type { LanSighting } from '../../services/ports';
import type { HeardService, ServiceKind } from './packets';

const maxServices = 256;
const maxServicesOfSource = 64;
const maxSources = 4;

interface Seen {
  readonly name: string;
  readonly port: number;
  readonly facts: Readonly<Record<string, string>>;
  /** Who says so, and until when it holds; monotonic milliseconds. */
  readonly sources: Map<string, number>;
}

/**
 * Who was heard and is not gone. The address of a device is the one its packets come from: what a packet says about
 * addresses counts for nothing, so that nobody can point at a third one. The same name with another port or other texts is
 * another device: nobody takes a name away from who said it before.
 */
export class Sightings {
  readonly #kind: ServiceKind;
  readonly #clock: Clock;
  readonly #tell: (sighting: LanSighting) => void;
  readonly #seen = new Map<string, Seen>();
  #cancel: (() => void) | undefined;

  constructor(kind: ServiceKind, clock: Clock, tell: (sighting: LanSighting) => void) {
    this.#kind = kind;
    this.#clock = clock;
    this.#tell = tell;
  }

  hear({ name, offer }: HeardService, source: string): void {
    const key = offer === undefined ? undefined : JSON.stringify([name, offer.port, Object.entries(offer.facts).sort(([a], [b]) => (a < b ? -1 : 1))]);
    for (const [other, seen] of this.#seen) if (seen.name === name && other !== key) this.#drop(other, seen, source);
    if (offer === undefined || key === undefined) return;
    const seen = this.#seen.get(key) ?? this.#add(key, { name, port: offer.port, facts: offer.facts, sources: new Map() }, source);
    if (seen === undefined) return;
    const isNew = !seen.sources.has(source);
    if (isNew && seen.sources.size >= maxSources) return;
    seen.sources.set(source, this.#clock.monotonic() + offer.seconds * 1_000);
    if (isNew) this.#say(seen);
    this.#watch();
  }

  /** Forgets everything without a word. */
  end(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#seen.clear();
  }

  #add(key: string, seen: Seen, source: string): Seen | undefined {
    if (this.#seen.size >= maxServices) return undefined;
    const ofSource = [...this.#seen.values()].filter(({ sources }) => sources.has(source)).length;
    if (ofSource >= maxServicesOfSource) return undefined;
    this.#seen.set(key, seen);
    return seen;
  }

  /** One source takes back what it said. */
  #drop(key: string, seen: Seen, source: string): void {
    if (!seen.sources.delete(source)) return;
    if (seen.sources.size === 0) this.#seen.delete(key);
    this.#say(seen, source);
  }

  /** The rest of them; when nobody is left, it is gone from where it was last. */
  #say({ name, port, facts, sources }: Seen, last?: string): void {
    const gone = sources.size === 0;
    const hosts = gone && last !== undefined ? [last] : [...sources.keys()];
    this.#tell({ kind: this.#kind, name, gone, addresses: hosts.map((host) => ({ host, port })), facts });
  }

  #watch(): void {
    this.#cancel?.();
    const next = Math.min(...[...this.#seen.values()].flatMap(({ sources }) => [...sources.values()]));
    this.#cancel = next === Infinity ? undefined : this.#clock.setTimer(next - this.#clock.monotonic() + 1, () => this.#expire());
  }

  #expire(): void {
    const now = this.#clock.monotonic();
    for (const [key, seen] of this.#seen) {
      for (const [source, until] of seen.sources) if (until <= now) this.#drop(key, seen, source);
    }
    this.#watch();
  }
}
