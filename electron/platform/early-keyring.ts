import type { Keyring } from '../services/ports';

/** A keyring that may be asked before whoever needs the answer is there. */
export interface EarlyKeyring extends Keyring {
  /** Asks for the key behind `wrapped` (base64, as the preferences have it) now; nothing without one. The next `unwrap` of the same gets the answer, whatever it is. */
  ask(wrapped: string | undefined): void;
  /** The answer to that question, taken as with `unwrap`; undefined when there is none by the time `patience` is over, or when it is a refusal: then it is left for `unwrap`. Never rejects. */
  answered(wrapped: string, patience: Promise<unknown>): Promise<Uint8Array | undefined>;
  /** Nobody will want the answer: a key that comes, or has come, is wiped. */
  forget(): void;
}

/**
 * At the start the keyring and the services take their time side by side: the question needs nothing of them. The key lies here until it is taken, once;
 * the vault decides whether it is the right one, as always.
 */
export function askedEarly(keyring: Keyring): EarlyKeyring {
  let early: { readonly wrapped: string; readonly key: Promise<Uint8Array> } | undefined;
  const take = (wrapped: string): Promise<Uint8Array> | undefined => {
    const taken = early?.wrapped === wrapped ? early.key : undefined;
    if (taken !== undefined) early = undefined;
    return taken;
  };
  const forget = (): void => {
    early?.key.then((key) => key.fill(0), () => undefined);
    early = undefined;
  };
  return {
    ask(wrapped) {
      forget();
      if (wrapped === undefined) return;
      early = { wrapped, key: keyring.unwrap(Buffer.from(wrapped, 'base64')) };
      // Whoever takes it hears of a failure; if nobody does, it is none.
      early.key.catch(() => undefined);
    },
    async answered(wrapped, patience) {
      if (early?.wrapped !== wrapped) return undefined;
      const there = await Promise.race([early.key.then(() => true, () => false), patience.then(() => false)]);
      return there ? take(wrapped) : undefined;
    },
    forget,
    // Whether it answers is known with the answer: a second question would only take longer.
    available: async () => (early !== undefined && (await early.key.then(() => true, () => false))) || keyring.available(),
    wrap: (secret) => keyring.wrap(secret),
    unwrap: (wrapped) => take(Buffer.from(wrapped).toString('base64')) ?? keyring.unwrap(wrapped),
  };
}
