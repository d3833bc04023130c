import type { EarlyVault } from '../compose/early-vault';
import type { EarlyKeyring } from '../platform/early-keyring';
import type { App } from '../services/app';
import type { FirstLook } from '../services/first-look';
import type { PageFirst } from './page-first';

export interface ProfileStartParts {
  readonly pageFirst: Pick<PageFirst, 'asked' | 'served' | 'drawn'>;
  readonly keyring: EarlyKeyring;
  /** What the preferences keep of the key. */
  readonly wrapped: string | undefined;
  /** Opens the vault early, where that may be (`electron/compose/early-vault.ts`). Never rejects. */
  readonly openEarly: (wrapped: string) => Promise<EarlyVault | undefined>;
  readonly startServices: (early: EarlyVault | undefined) => Promise<App>;
}

/**
 * The order of a start: the page has its files; the keyring is asked meanwhile; the vault is opened where the key is there, and the first screen told what it shows; the services
 * are read and started behind the frame that has it.
 */
export async function startProfile({ pageFirst, keyring, wrapped, openEarly, startServices }: ProfileStartParts, show: (look: FirstLook) => void): Promise<App> {
  await pageFirst.asked;
  keyring.ask(wrapped);
  await pageFirst.served;
  const early = wrapped === undefined ? undefined : await openEarly(wrapped);
  try {
    if (early?.look !== undefined) {
      show(early.look);
      await pageFirst.drawn();
    }
    return await startServices(early);
  } catch (error) {
    early?.close();
    keyring.forget();
    throw error;
  }
}
