import * as z from 'zod';
import { instanceId, peerId, time } from './ids';

export const identity = z.strictObject({
  peerId,
  name: z.string(),
  epoch: z.number().int().positive(),
  /** SHA-256 of the identity key's SPKI, lower-case hex, 64 characters. */
  keyFingerprint: z.string(),
  createdAt: time,
  exchange: z.strictObject({ serial: z.string(), notAfter: time }),
  instance: z.strictObject({ id: instanceId, name: z.string() }),
  /** `host:port` under which this device believes it can be reached. */
  addresses: z.array(z.string()),
});
export type Identity = z.infer<typeof identity>;
