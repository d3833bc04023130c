import * as z from 'zod';
import { time } from './ids';
import { fingerprint } from './identity';

export const authorityId = fingerprint;

/** An organisation whose word about names and keys this person wants to see. Never believed instead of a pin. */
export const authority = z.strictObject({
  /** SHA-256 of the certificate, hex. */
  authorityId,
  name: z.string(),
  notAfter: time,
  state: z.enum(['valid', 'not-yet', 'expired']),
  /** Contacts it vouches for now. */
  vouchesFor: z.number().int().nonnegative(),
  /** Its newest list of revoked certificates, if one was imported. */
  revocations: z.strictObject({ thisUpdate: time, nextUpdate: time.optional(), count: z.number().int().nonnegative(), outdated: z.boolean() }).optional(),
});
export type Authority = z.infer<typeof authority>;
