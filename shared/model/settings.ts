import * as z from 'zod';

/** Preferences that are no secret; kept outside the vault so that the lock screen can follow them. */
export const settings = z.strictObject({
  theme: z.enum(['system', 'light', 'dark', 'contrast']),
  language: z.enum(['system', 'en', 'pseudo']),
  enterSends: z.boolean(),
  /** Minutes without input after which the vault locks; 0 = never. */
  lockAfterMinutes: z.number().int().min(0).max(1440),
  contentProtection: z.boolean(),
});
export type Settings = z.infer<typeof settings>;

export const defaultSettings: Settings = {
  theme: 'system',
  language: 'system',
  enterSends: true,
  lockAfterMinutes: 15,
  contentProtection: false,
};
