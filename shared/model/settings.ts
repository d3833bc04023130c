import * as z from 'zod';
import { listWidths } from './list-width';

export { defaultSettings } from './default-settings';

/** Preferences that are no secret; kept outside the vault so that the lock screen can follow them. */
export const settings = z.strictObject({
  /** `contrast` is how earlier versions said dark with high contrast. */
  theme: z.enum(['system', 'light', 'dark', 'contrast']),
  contrast: z.enum(['system', 'high']),
  language: z.enum(['system', 'en', 'de', 'pseudo', 'pseudo-rtl']),
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
  /** Tells contacts that their messages were read; theirs are shown only then. */
  readReceipts: z.boolean(),
  /** Tells contacts while something is being written; theirs is shown only then. */
  typing: z.boolean(),
  /** What a notification of the system shows. */
  notifications: z.enum(['message', 'name', 'nothing', 'off']),
  /** An icon beside the clock; closing the window leaves the app running there. */
  tray: z.boolean(),
  startHidden: z.boolean(),
  startAtLogin: z.boolean(),
  /** Locks when the machine sleeps or its screen is locked. */
  lockOnSleep: z.boolean(),
  /** In which language the text one writes is checked, on this machine alone. */
  spelling: z.enum(['off', 'en', 'de']),
  /** `reduced`: nothing moves, whatever the system says. */
  motion: z.enum(['system', 'reduced']),
  density: z.enum(['comfortable', 'compact']),
  /** Of the list of conversations, in CSS pixels at the usual text size (shared/model/list-width.ts); 0: only its pictures. */
  listWidth: z.union([z.literal(0), z.number().int().min(listWidths.least).max(listWidths.most)]),
  /** In percent of the usual size. */
  textSize: z.union([z.literal(80), z.literal(90), z.literal(100), z.literal(110), z.literal(125), z.literal(150), z.literal(175), z.literal(200)]),
  /** Keeps every message of the list on the page, for screen readers that read on their own. */
  wholeList: z.boolean(),
  /** Takes place, time and camera out of images before they are sent. */
  stripMetadata: z.boolean(),
  /** Files of contacts up to so many bytes are fetched without asking; 0: each is asked for. */
  acceptFilesUpTo: z.number().int().min(0).max(1024 * 1024 * 1024),
  /** A sound with a new message. */
  sounds: z.boolean(),
  /** Key combinations that differ from the usual ones; empty keys: none. */
  shortcuts: z.array(z.strictObject({ action: z.string().max(40), keys: z.string().max(40) })).max(100),
});
export type Settings = z.infer<typeof settings>;
