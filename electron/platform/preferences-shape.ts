import * as z from 'zod';
import { defaultSettings, settings } from '../../shared/model/settings';
import type { Preferences } from '../services/ports';

/** Where and how large the window was, in device-independent pixels. */
export const windowPlace = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().min(1).max(100_000),
  height: z.number().int().min(1).max(100_000),
  maximized: z.boolean(),
});
export type WindowPlace = z.infer<typeof windowPlace>;

/** `preferences.json`, the same for both doors. Fields of a newer version are kept, known ones must fit. */
const preferencesFile = z.looseObject({
  settings: z.looseObject(settings.partial().shape).optional(),
  listen: z.object({ host: z.string().min(1).max(253), port: z.number().int().min(1).max(65_535) }).optional(),
  listenMeanwhile: z.number().int().min(1).max(65_535).optional(),
  /** Base64. */
  keyringWrap: z.string().max(8192).regex(/^[A-Za-z0-9+/]*={0,2}$/).optional(),
  window: windowPlace.optional(),
});
export type PreferencesFile = z.infer<typeof preferencesFile>;

export const preferencesName = 'preferences.json';
/** Where a file that could not be read is kept. */
export const brokenPreferencesName = 'preferences.broken.json';

/** The file's content, or undefined when it is damaged. */
export function parsePreferences(text: string): PreferencesFile | undefined {
  try {
    const parsed = preferencesFile.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** What services see of it: every setting has a value. */
export function toPreferences(file: PreferencesFile): Preferences {
  const known = settings.partial().strip().parse(file.settings ?? {});
  return {
    settings: { ...defaultSettings, ...known },
    ...(file.listen === undefined ? {} : { listen: file.listen }),
    ...(file.listenMeanwhile === undefined ? {} : { listenMeanwhile: file.listenMeanwhile }),
    ...(file.keyringWrap === undefined ? {} : { keyringWrap: file.keyringWrap }),
  };
}

/** The file after a change. A field set to `undefined` is taken out. */
export function changePreferences(file: PreferencesFile, change: Partial<Preferences> & { readonly window?: WindowPlace }): PreferencesFile {
  const next: PreferencesFile = { ...file, ...change };
  if (change.settings !== undefined) next.settings = { ...file.settings, ...change.settings };
  for (const [name, value] of Object.entries(next)) if (value === undefined) delete next[name];
  return preferencesFile.parse(next);
}
