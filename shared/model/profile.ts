import * as z from 'zod';
import { asName } from './text';

/** One of several people, or one person for several purposes, in one installation: 8 random bytes in hex, or `main`. */
export const profileId = z.string().regex(/^(?:main|[0-9a-f]{16})$/);

export const profile = z.strictObject({
  profileId,
  /** As this installation calls it: kept outside of the encrypted database, so that it can be chosen before it is open. */
  name: z.string(),
  current: z.boolean(),
});
export type Profile = z.infer<typeof profile>;

/** What the list calls a profile, 1–64 characters. */
export const profileName = z.string().max(1024).overwrite(asName).min(1).max(64);

/** `complete`: nothing of it is left on this computer; otherwise the next start goes on with it, unless something new began in its place. */
export const removedProfile = z.strictObject({ name: z.string(), complete: z.boolean() });
export type RemovedProfile = z.infer<typeof removedProfile>;
