import * as z from 'zod';

export { defaultSettings } from './default-settings';

/** Preferences that are no secret; kept outside the vault so that the lock screen can follow them. */
export const settings = z.strictObject({
  theme: z.enum(['system', 'light', 'dark', 'contrast']),
  language: z.enum(['system', 'en', 'pseudo']),
  enterSends: z.boolean(),
  /** Minutes without input after which the vault locks; 0 = never. */
  lockAfterMinutes: z.number().int().min(0).max(1440),
  contentProtection: z.boolean(),
  /** Lets contacts on the same network find this device, and finds theirs. */
  findOnNetwork: z.boolean(),
  /** Asks the router to let connections through. */
  portMapping: z.boolean(),
  /** A SOCKS5 proxy that every connection goes through, as socks5://HOST:PORT; empty: none. */
  proxy: z.string().max(300).regex(/^(?:socks5:\/\/(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):[0-9]{1,5})?$/),
  /** Where an onion service that the user runs leads to this device, as NAME.onion:PORT; empty: none. */
  onionAddress: z.string().regex(/^(?:[a-z2-7]{56}\.onion:[0-9]{1,5})?$/),
  /** Days after which a new identity key is made by itself; 0: by hand only. */
  rotateIdentityDays: z.union([z.literal(0), z.literal(30), z.literal(60), z.literal(90)]),
  /** A contact who was checked stays so when their old key vouches for the new one. */
  keepCheck: z.boolean(),
  /** How the own devices get at each other's sessions with contacts: they ask, or each publishes its own in the repository as well. */
  shareSessions: z.enum(['ask', 'repository']),
});
export type Settings = z.infer<typeof settings>;
