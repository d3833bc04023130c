import type { Mapping } from '../../services/ports';
import type { Address } from '../../engine/ports';
import { findNatPmp, natPmpPort } from './nat-pmp';
import { neighbourhoods, type Neighbourhood } from './neighbourhood';
import { publicIpv4 } from './public-address';
import { RETRY_MS, RouterRefusal, type Grant, type Router } from './router';
import { everyRouter } from './ssdp';
import { findUpnp } from './upnp';

/** Where routers are looked for, and how patiently (milliseconds). Tests play the router on loopback. */
export interface RouterSearch {
  near(): readonly Neighbourhood[];
  readonly natPmpPort: number;
  /** Where UPnP routers are called. */
  readonly call: Address;
  /** How many times as long as usual a router's first word is waited for. */
  readonly patience: number;
  /** A mapping is renewed at half the time granted, and this often at least: a router that was restarted has forgotten it. */
  readonly renewMs: number;
  /** However short the time granted: no oftener than this. */
  readonly shortestRenewMs: number;
  /** When no router would, it is asked again after this. */
  readonly retryMs: number;
}

const realSearch: RouterSearch = {
  near: () => neighbourhoods(),
  natPmpPort,
  call: everyRouter,
  patience: 1,
  renewMs: 10 * 60_000,
  shortestRenewMs: 30_000,
  retryMs: RETRY_MS,
};

/** For what a router granted that is of no use: the next one is asked then. */
const takeBackMs = 2_000;

interface Held {
  readonly router: Router;
  readonly grant: Grant;
}

/** Keeps one port mapped at whatever router there is, until it is stopped. Tells every change. */
export class MappingKeeper {
  readonly #port: number;
  readonly #onChange: (mapping: Mapping) => void;
  readonly #search: RouterSearch;
  readonly #ending = new AbortController();
  /** Whom to take back from: set before it is asked, as an answer may be lost. */
  #asked: { readonly router: Router; readonly outsidePort: number } | undefined;
  /** The port outside that contacts were told last: where the answer to one renewal was lost, it is the one to ask for again. */
  #outside: number;
  #wake: (() => void) | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(port: number, onChange: (mapping: Mapping) => void, search: Partial<RouterSearch> = {}) {
    this.#search = { ...realSearch, ...search };
    this.#port = port;
    this.#outside = port;
    this.#onChange = onChange;
  }

  /** Rejects only with what should never happen. */
  start(): Promise<void> {
    this.#running = this.#run();
    return this.#running;
  }

  /** Takes the mapping back, within so many milliseconds or not at all: then the lease ends it. */
  async stop(within: number): Promise<void> {
    this.#ending.abort();
    this.#wake?.();
    // What is being asked ends at once; only then it is known what there is to take back.
    await this.#running.catch(() => undefined);
    await this.#takeBack(within);
  }

  async #run(): Promise<void> {
    this.#tell({ state: 'searching' });
    let held: Held | undefined;
    while (!this.#ending.signal.aborted) {
      let answered = false;
      held = held && (await this.#ask(held.router, held.grant.port));
      if (!held) ({ held, answered } = await this.#find());
      if (this.#ending.signal.aborted) return;
      const address = held && publicIpv4(held.grant.outside);
      if (held && address !== undefined) {
        this.#outside = held.grant.port;
        this.#tell({ state: 'mapped', address: { host: address, port: held.grant.port }, method: held.router.method });
        await this.#wait(Math.min(this.#search.renewMs, Math.max(this.#search.shortestRenewMs, held.grant.seconds * 500)));
      } else {
        // An address that nobody outside reaches: a router behind another router. The mapping is of no use.
        await this.#takeBack();
        this.#outside = this.#port;
        this.#tell({ state: held || answered ? 'failed' : 'none' });
        held = undefined;
        await this.#wait(this.#search.retryMs);
      }
    }
  }

  /** The first router that grants one with a public address; else whether there was one at all. */
  async #find(): Promise<{ held: Held | undefined; answered: boolean }> {
    let answered = false;
    for await (const router of this.#routers()) {
      answered = true;
      const held = await this.#ask(router, this.#outside);
      if (held && publicIpv4(held.grant.outside) !== undefined) return { held, answered };
      if (this.#ending.signal.aborted) break;
      await this.#takeBack();
    }
    return { held: undefined, answered };
  }

  async *#routers(): AsyncGenerator<Router> {
    const { natPmpPort: port, patience } = this.#search;
    for (const near of this.#search.near()) {
      const pmp = await findNatPmp(near, this.#ending.signal, { port, patience });
      if (pmp) yield pmp;
      yield* findUpnp(near, this.#ending.signal, this.#search);
    }
  }

  /** Undefined when it would not. */
  async #ask(router: Router, wanted: number): Promise<Held | undefined> {
    const asking = (outsidePort: number): void => {
      this.#asked = { router, outsidePort };
    };
    asking(wanted);
    try {
      const grant = await router.map(this.#port, wanted, this.#ending.signal, asking);
      asking(grant.port);
      return { router, grant };
    } catch (error) {
      if (error instanceof RouterRefusal) return undefined;
      throw error;
    }
  }

  async #takeBack(within = takeBackMs): Promise<void> {
    const asked = this.#asked;
    this.#asked = undefined;
    if (!asked) return;
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), within);
    try {
      await asked.router.unmap(this.#port, asked.outsidePort, limit.signal);
    } catch {
      // The lease ends it.
    } finally {
      clearTimeout(timer);
    }
  }

  #tell(mapping: Mapping): void {
    if (!this.#ending.signal.aborted) this.#onChange(mapping);
  }

  #wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#ending.signal.aborted) return resolve();
      const timer = setTimeout(resolve, milliseconds);
      timer.unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
