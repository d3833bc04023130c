import type { Mapping } from '../../services/ports';
import { findNatPmp } from './nat-pmp';
import { neighbourhoods } from './neighbourhood';
import { publicIpv4 } from './public-address';
import { RouterRefusal, type Grant, type Router } from './router';
import { findUpnp } from './upnp';

/** Renewed at half the time granted, and this often at least: a router that was restarted has forgotten it (milliseconds). */
const RENEW_MS = 10 * 60_000;
const SHORTEST_RENEW_MS = 30_000;
/** When no router would, it is asked again after this. */
const RETRY_MS = 10 * 60_000;
const UNMAP_MS = 2_000;

interface Held {
  readonly router: Router;
  readonly grant: Grant;
}

export class MappingKeeper {
  readonly #port: number;
  readonly #onChange: (mapping: Mapping) => void;
  readonly #ending = new AbortController();
  /** Whom to take back from: set before it is asked, as an answer may be lost. */
  #asked: { readonly router: Router; readonly outsidePort: number } | undefined;
  #wake: (() => void) | undefined;

  constructor(port: number, onChange: (mapping: Mapping) => void) {
    this.#port = port;
    this.#onChange = onChange;
  }

  async run(): Promise<void> {
    this.#tell({ state: 'searching' });
    let held: Held | undefined;
    while (!this.#ending.signal.aborted) {
      let answered = false;
      held = held && (await this.#ask(held.router, held.grant.port).catch(() => undefined));
      if (!held) ({ held, answered } = await this.#search());
      const address = held && publicIpv4(held.grant.outside);
      if (held && address !== undefined) {
        this.#tell({ state: 'mapped', address: { host: address, port: held.grant.port }, method: held.router.method });
        await this.#wait(Math.min(RENEW_MS, Math.max(SHORTEST_RENEW_MS, held.grant.seconds * 500)));
      } else {
        await this.#takeBack();
        this.#tell({ state: held || answered ? 'failed' : 'none' });
        held = undefined;
        await this.#wait(RETRY_MS);
      }
    }
  }

  /** Takes the mapping back, within two seconds or not at all. */
  async stop(): Promise<void> {
    this.#ending.abort();
    this.#wake?.();
    await this.#takeBack();
  }

  /** The first router that grants one with a public address; else whether there was one at all. */
  async #search(): Promise<{ held: Held | undefined; answered: boolean }> {
    let answered = false;
    for await (const router of this.#routers()) {
      answered = true;
      try {
        const held = await this.#ask(router, this.#port);
        if (publicIpv4(held.grant.outside) !== undefined) return { held, answered };
        await this.#takeBack();
      } catch (error) {
        if (!(error instanceof RouterRefusal)) throw error;
      }
    }
    return { held: undefined, answered };
  }

  async *#routers(): AsyncGenerator<Router> {
    for (const near of neighbourhoods()) {
      const pmp = await findNatPmp(near, this.#ending.signal);
      if (pmp) yield pmp;
      yield* findUpnp(near, this.#ending.signal);
    }
  }

  async #ask(router: Router, wanted: number): Promise<Held> {
    this.#asked = { router, outsidePort: wanted };
    const grant = await router.map(this.#port, wanted, this.#ending.signal);
    this.#asked = { router, outsidePort: grant.port };
    return { router, grant };
  }

  async #takeBack(): Promise<void> {
    const asked = this.#asked;
    this.#asked = undefined;
    if (!asked) return;
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), UNMAP_MS);
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
