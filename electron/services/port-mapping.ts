import type { Address, Logger } from '../engine/ports';
import { addressText } from './address-text';
import { isLoopback } from './local-networks';
import type { NetworkFacts } from './network-facts';
import type { OwnAddresses } from './own-addresses';
import type { Mapping, PortMapper } from './ports';

/** While the program goes on: routers at home may take seconds for an answer, and a door that is left open stays so for an hour. Milliseconds. */
const patientMs = 20_000;
/** Where somebody waits for it: the program's end, or a network that may not be the router's any more. */
const hurriedMs = 2_000;

export interface PortMappingParts {
  readonly mapper: PortMapper;
  readonly addresses: OwnAddresses;
  readonly network: NetworkFacts;
  readonly logger: Logger;
}

/**
 * Lets the router pass connections on while that is wanted (protocol.md §11), and tells contacts the address it gave. Whether it
 * is wanted is `NetworkSettings`' question.
 */
export class PortMapping {
  readonly #parts: PortMappingParts;
  #port: number | undefined;
  #end: ((within: number) => Promise<void>) | undefined;
  #mapping: Mapping | undefined;
  /** Mappings on their way back; a new one waits for them, lest the old one's end takes it away. */
  #ending: Promise<void> = Promise.resolve();

  constructor(parts: PortMappingParts) {
    this.#parts = parts;
  }

  /** Keeps the port that `listening` has mapped; undefined: none. Says nothing new where that is so already. */
  want(listening: Address | undefined): void {
    const port = listening !== undefined && !isLoopback(listening.host) ? listening.port : undefined;
    if (port === this.#port) return;
    this.#port = port;
    this.#takeBack(patientMs);
    if (port === undefined) {
      this.#changed(undefined);
      return;
    }
    this.#changed({ state: 'searching' });
    void this.#ending.then(() => this.#start(port));
  }

  /** Asks again from the start: this machine's network is another one now. */
  networkChanged(): void {
    if (this.#port === undefined) return;
    const port = this.#port;
    this.#takeBack(hurriedMs);
    this.#changed({ state: 'searching' });
    void this.#ending.then(() => this.#start(port));
  }

  /** Takes the mapping back; ends when that is done, or after two seconds. */
  async stop(): Promise<void> {
    this.#takeBack(hurriedMs);
    this.want(undefined);
    // What was begun with patience before is not waited for longer than that either.
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, hurriedMs)));
    await Promise.race([this.#ending, late]);
    clearTimeout(timer);
  }

  #start(port: number): void {
    // Another wish came meanwhile, or this one was served already.
    if (this.#port !== port || this.#end !== undefined) return;
    this.#end = this.#parts.mapper.map(port, (mapping) => this.#changed(mapping));
  }

  #takeBack(within: number): void {
    const end = this.#end;
    this.#end = undefined;
    if (end !== undefined) this.#ending = Promise.all([this.#ending, end(within)]).then(() => undefined);
  }

  #changed(mapping: Mapping | undefined): void {
    if (JSON.stringify(mapping) === JSON.stringify(this.#mapping)) return;
    this.#mapping = mapping;
    if (mapping !== undefined) this.#parts.logger.info('mapping.changed', { state: mapping.state });
    const { addresses, network } = this.#parts;
    // While it is looked for again (this machine woke, say) contacts keep what they were told: most often it comes out the same.
    if (mapping?.state !== 'searching') addresses.set('mapped', mapping?.state === 'mapped' ? [mapping.address] : []);
    if (mapping?.state === 'mapped') network.set('portMapping', { state: 'mapped', address: addressText(mapping.address), method: mapping.method });
    else network.set('portMapping', { state: mapping?.state ?? 'off' });
  }
}
