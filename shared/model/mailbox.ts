import * as z from 'zod';
import { errorCodes } from '../errors';
import { time } from './ids';

/** The mailbox of this person, as this device sees it. */
export const mailboxStatus = z.strictObject({
  /** `off`: none is set up; `connecting`: nobody answered yet, or not any more. */
  state: z.enum(['off', 'connecting', 'connected', 'refused']),
  /** Where it is, without credentials. */
  url: z.string().optional(),
  /** Public key of this device for the operator, who makes the registration for it: text that begins with U. */
  deviceKey: z.string(),
  /** Until when the operator's registration holds. */
  expiresAt: time.optional(),
  /** Slots left to give to contacts. */
  slotsLeft: z.number().int().nonnegative().optional(),
  failure: z.enum(errorCodes).optional(),
  /** Messages taken out of it since the start. */
  taken: z.number().int().nonnegative(),
});
export type MailboxStatus = z.infer<typeof mailboxStatus>;
