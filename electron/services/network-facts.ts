import type { NetworkStatus } from '../../shared/model/network';
import type { PeerId } from '../engine/ids';
import type { Address, Clock } from '../engine/ports';
import { addressText } from './address-text';
import { ClockCheck } from './clock-check';
import { isInLocalNetwork, isLoopback, type LocalNetwork } from './local-networks';
import { TurnedAway } from './turned-away';

/** Parts of `network.status` that whoever runs them says here. */
type Part = 'lan' | 'portMapping' | 'proxy';
type Facts = { readonly [P in Part]: NonNullable<NetworkStatus[P]> };

/**
 * What is known of this machine's network, gathered in one place: the adapters say it, status and reports show it. There
 * before the vault is open; nothing of it is secret, nothing of it is about other people.
 */
export class NetworkFacts {
  #facts: Facts = { lan: { state: 'off', seen: 0 }, portMapping: { state: 'off' }, proxy: { state: 'off' } };
  #bound: Address | undefined;
  #moved: NetworkStatus['moved'];
  #networks: readonly LocalNetwork[] = [];
  readonly #handlers = new Set<() => void>();
  /** How far this clock is from those of others; absent where nobody asks. */
  readonly clock: ClockCheck | undefined;
  readonly turnedAway = new TurnedAway(() => this.touched());

  constructor(clock?: Clock) {
    this.clock = clock && new ClockCheck(clock);
  }

  /** Replaces what was said of one part. */
  set<P extends Part>(part: P, fact: Facts[P]): void {
    if (JSON.stringify(this.#facts[part]) === JSON.stringify(fact)) return;
    this.#facts = { ...this.#facts, [part]: fact };
    this.touched();
  }

  get<P extends Part>(part: P): Facts[P] {
    return this.#facts[part];
  }

  /** Where this device listens; `moved` when that is another port than the remembered one. */
  listensAt(bound: Address, moved?: NetworkStatus['moved']): void {
    this.#bound = bound;
    this.#moved = moved;
    this.touched();
  }

  get bound(): Address | undefined {
    return this.#bound;
  }

  get listening(): readonly string[] {
    return this.#bound === undefined ? [] : [addressText(this.#bound)];
  }

  get moved(): NetworkStatus['moved'] {
    return this.#moved;
  }

  /** The addresses of this machine that lead anywhere; loopback is not among them. */
  setNetworks(networks: readonly LocalNetwork[]): void {
    if (JSON.stringify(networks) === JSON.stringify(this.#networks)) return;
    this.#networks = networks;
    this.touched();
  }

  get hasNetwork(): boolean {
    return this.#networks.length > 0;
  }

  /** Whether dialling there would reach this very device. */
  isOwn({ host, port }: Address): boolean {
    if (this.#bound?.port !== port) return false;
    const everywhere = this.#bound.host === '::' || this.#bound.host === '0.0.0.0';
    return host === this.#bound.host || (everywhere && (isLoopback(host) || this.#networks.some((network) => network.host === host)));
  }

  /** Whether this host is in one local network with this machine. */
  isNear(host: string): boolean {
    return isInLocalNetwork(host, this.#networks);
  }

  /** A contact's device said just now what time it is there. */
  heardTime(peerId: PeerId, time: number): void {
    const before = this.clock?.ahead;
    this.clock?.heard(peerId, time);
    if (before !== this.clock?.ahead) this.touched();
  }

  /** Calls back after a change, until the returned function is called. */
  onChange(handler: () => void): () => void {
    this.#handlers.add(handler);
    return () => void this.#handlers.delete(handler);
  }

  /** Something else is different that `network.status` or `network.reach` shows. */
  touched(): void {
    for (const handler of this.#handlers) handler();
  }
}
