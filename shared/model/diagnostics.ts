import * as z from 'zod';

/** How often each primitive ran since the start or the last reset: "no public-key operation" is a number. */
export const meterCounts = z.strictObject({
  rsaKeygen: z.number().int().nonnegative(),
  rsaSign: z.number().int().nonnegative(),
  rsaVerify: z.number().int().nonnegative(),
  sign: z.number().int().nonnegative(),
  verify: z.number().int().nonnegative(),
  dh: z.number().int().nonnegative(),
  kemKeygen: z.number().int().nonnegative(),
  kemEncaps: z.number().int().nonnegative(),
  kemDecaps: z.number().int().nonnegative(),
  kekWrap: z.number().int().nonnegative(),
  kekUnwrap: z.number().int().nonnegative(),
  dskWrap: z.number().int().nonnegative(),
  dskUnwrap: z.number().int().nonnegative(),
  seal: z.number().int().nonnegative(),
  open: z.number().int().nonnegative(),
});
export type MeterCounts = z.infer<typeof meterCounts>;

export const about = z.strictObject({
  version: z.string(),
  /** e.g. `Electron 45.4.1` or `Node 20.20.2`. */
  runtime: z.string(),
  /** True on the end-of-life trial runtime: the window then carries a standing banner. */
  trial: z.boolean(),
  database: z.string(),
  memoryLocked: z.boolean(),
  /** Other accounts of this computer can get into the folder of the profile: its disk keeps no rights. */
  openToOthers: z.boolean(),
  /** The language tag after whose habit the system writes times, e.g. `tr-TR`; empty: none. */
  timesLocale: z.string(),
});
export type About = z.infer<typeof about>;
