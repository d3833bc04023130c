import type { Crypto } from '../../electron/engine/crypto/crypto';

/**
 * What is computed beside the event loop takes real time, while the time of a test's world passes as fast as it is told to: on a busy machine one RSA
 * signature took a minute of it. The world waits here before its time goes on.
 */
export class SlowWork {
  readonly #running = new Set<Promise<unknown>>();

  /** The same cryptography, waited for. */
  of(crypto: Crypto): Crypto {
    return {
      ...crypto,
      generateRsa: () => this.#run(crypto.generateRsa()),
      rsaSign: (...words) => this.#run(crypto.rsaSign(...words)),
      passwordKey: (...words) => this.#run(crypto.passwordKey(...words)),
    };
  }

  /** Until none is under way; false when none was. */
  async done(): Promise<boolean> {
    if (this.#running.size === 0) return false;
    await Promise.allSettled(this.#running);
    return true;
  }

  #run<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work);
    const end = (): void => void this.#running.delete(work);
    work.then(end, end);
    return work;
  }
}
