import * as z from 'zod';
import { errorCodes } from '../errors';
import { instanceId, time } from './ids';

/** A device, or a former place of one, that a mailbox still knows: its operator has to take it out. */
export const mailboxToRevoke = z.strictObject({
  /** For `mailbox.confirmRevoked`. */
  taskId: z.string().max(200),
  instanceId,
  deviceName: z.string(),
  /** `left`: the device is one of the person's and does not use that mailbox any more. */
  reason: z.enum(['removed', 'suspended', 'left']),
  /** What the operator knows the device by: text that begins with U. */
  deviceKey: z.string(),
  /** Where the mailbox is, as that device said. */
  server: z.string(),
  /** What the operator types. */
  command: z.string(),
  /** The device that answers takes mail there, too, and notices by itself when it is done. */
  watched: z.boolean(),
  /** When the mailbox was last seen to take what is given with that device. */
  stoodAt: time.optional(),
  /** When the person said that it is done, which nobody could see. */
  saidAt: time.optional(),
  /** Until when the operator's registration holds, as that device said. */
  until: time.optional(),
});
export type MailboxToRevoke = z.infer<typeof mailboxToRevoke>;

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
  /** Devices that are no longer to take mail, of every mailbox known here. */
  toRevoke: z.array(mailboxToRevoke),
});
export type MailboxStatus = z.infer<typeof mailboxStatus>;
