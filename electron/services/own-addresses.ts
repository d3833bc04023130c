import type { Address } from '../engine/ports';

/** Where an address of this device comes from, in the order in which contacts should try them. */
const sources = ['local', 'mapped', 'onion'] as const;
export type AddressSource = (typeof sources)[number];

/** Where this device can be reached, gathered from whoever knows a part of it; what cards and links carry. */
export class OwnAddresses {
  readonly #held = new Map<AddressSource, readonly Address[]>();
  readonly #handlers = new Set<() => void>();
  #hidden = false;

  /** Replaces what one source said before. */
  set(source: AddressSource, addresses: readonly Address[]): void {
    const before = this.#text();
    this.#held.set(source, addresses);
    this.#tell(before);
  }

  /** Hidden: nobody is told where this machine is; only an onion address is given out (a proxy is in use). */
  hide(hidden: boolean): void {
    const before = this.#text();
    this.#hidden = hidden;
    this.#tell(before);
  }

  /** Best first; the best of every source before the others, as a link has room for three. */
  current(): readonly Address[] {
    const told = sources.filter((source) => !this.#hidden || source === 'onion').map((source) => this.#held.get(source) ?? []);
    return [...told.flatMap((list) => list.slice(0, 1)), ...told.flatMap((list) => list.slice(1))];
  }

  /** Calls back after a change of `current`, until the returned function is called. */
  onChange(handler: () => void): () => void {
    this.#handlers.add(handler);
    return () => void this.#handlers.delete(handler);
  }

  #text(): string {
    return JSON.stringify(this.current());
  }

  #tell(before: string): void {
    if (this.#text() === before) return;
    for (const handler of this.#handlers) handler();
  }
}
