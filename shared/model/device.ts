import * as z from 'zod';
import { errorCodes } from '../errors';
import { instanceId, time } from './ids';
import { mailboxToRevoke } from './mailbox';
import { asName } from './text';

/** What one device is to its person: holds the identity key in use; issues exchange keys; keeps what there is and takes no sessions of the others. */
const deviceRole = z.enum(['certifier', 'exchange', 'archive']);

/** The longest name of a device, in characters. */
export const maxDeviceName = 64;
export const deviceName = z.string().max(1024).overwrite(asName).min(1).max(maxDeviceName);

/** One device of the own person. */
export const device = z.strictObject({
  instanceId,
  name: z.string(),
  /** The device that answers. */
  current: z.boolean(),
  roles: z.array(deviceRole),
  /** `suspended`: stopped by another own device until it is allowed again; `retired`: removed, or replaced by another. */
  state: z.enum(['active', 'suspended', 'retired']),
  /** When this device first heard of it. */
  addedAt: time.optional(),
  /** When there was last a connection with it. */
  lastSeenAt: time.optional(),
  connected: z.boolean(),
  /** What it still lacks of what this device knows, in entries; absent where that is not known. */
  behind: z.number().int().nonnegative().optional(),
  /** Of the device that answers: it never got all that was there when it was let in, and no device that counts has the rest. `entries`: at the most, where that is known. */
  incomplete: z.strictObject({ entries: z.number().int().nonnegative().optional() }).optional(),
  /** When its credential ended; it still counts while the list of devices in force names it. Absent where it has not. */
  credentialEnded: time.optional(),
  /** Of the device that answers: when the certificate of the own identity key ended. Contacts take it for 30 days more, then only where they say so. Absent where it has not. */
  certificateEnded: time.optional(),
  /** `host:port` where it was last said to be. */
  addresses: z.array(z.string()),
  /** Mailboxes that still know it although it is not to take mail there any more; absent where there is none. */
  toRevoke: z.array(mailboxToRevoke).optional(),
});
export type Device = z.infer<typeof device>;

/** Another own device compared digits with a new one, and asks this one, which holds the identity key, to sign for it. */
export const deviceRequest = z.strictObject({
  requestId: z.string().regex(/^[0-9a-f]{32}$/),
  /** What the new device calls itself. */
  deviceName: z.string(),
  /** The device that asks. */
  by: instanceId,
  byName: z.string(),
  /** Not answered until then: refused. */
  expiresAt: time,
});
export type DeviceRequest = z.infer<typeof deviceRequest>;

/** How far the linking of a new device is; one at a time. The link itself is told only by the call that made it. */
export const linking = z.strictObject({
  /** `existing`: this device lets another in; `new`: this device is being let in. */
  side: z.enum(['existing', 'new']).optional(),
  /** `comparing`: both screens show `digits`; `transferring`: keys and then the history are on the way. */
  stage: z.enum(['idle', 'waiting', 'comparing', 'transferring', 'done', 'failed']),
  expiresAt: time.optional(),
  digits: z.string().length(6).optional(),
  /** Name of the device that holds the identity key: its person has to allow the new one there. */
  asks: z.string().optional(),
  /** Name of the other device, once it said so. */
  deviceName: z.string().optional(),
  progress: z.strictObject({ done: z.number().int().nonnegative(), total: z.number().int().nonnegative() }).optional(),
  failure: z.enum(errorCodes).optional(),
});
export type Linking = z.infer<typeof linking>;
