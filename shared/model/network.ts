import * as z from 'zod';
import { contactId, instanceId, time } from './ids';

export const networkStatus = z.strictObject({
  listening: z.array(z.string()),
  sessions: z.array(
    z.strictObject({
      contactId,
      instanceId,
      since: time,
      resumed: z.boolean(),
      handedOver: z.boolean(),
    }),
  ),
  mailbox: z.strictObject({ url: z.string(), state: z.string() }).optional(),
});
export type NetworkStatus = z.infer<typeof networkStatus>;
