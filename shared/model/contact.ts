import * as z from 'zod';
import { errorCodes } from '../errors';
import { fingerprint } from './identity';
import { contactId, instanceId, peerId, requestId, time } from './ids';

/** Who this is, the strongest fact first; `checked` and `vouchedBy` stay two separate facts. */
export const who = z.enum(['frozen', 'unknown-key', 'changed', 'checked', 'vouched', 'unchecked']);
export type Who = z.infer<typeof who>;

/** How a message would reach this person now. */
export const reach = z.enum(['direct', 'lan', 'mailbox', 'waiting', 'blocked']);
export type Reach = z.infer<typeof reach>;

export const permissions = z.strictObject({
  message: z.boolean(),
  openConversation: z.boolean(),
  sendFile: z.boolean(),
});
export type Permissions = z.infer<typeof permissions>;

/** What an organisation the user trusts says of a contact's key. */
const voucher = z.strictObject({
  /** Of the root, as in `authorities.list`. */
  authorityId: fingerprint,
  /** The root's name. */
  issuer: z.string(),
  /** Under which name the organisation knows this person: the contact may call itself differently. Empty when it gives none. */
  name: z.string(),
  notAfter: time,
});
export type Voucher = z.infer<typeof voucher>;

export const contact = z.strictObject({
  contactId,
  peerId,
  /** As this person calls them; as they call themselves where that was not chosen. */
  name: z.string(),
  /** As they call themselves, where `name` is another. */
  ownName: z.string().optional(),
  /** True until the other side has answered the invitation or the request. */
  pending: z.boolean(),
  /** Why a pending contact will never be answered; absent while there is hope. */
  ended: z.enum(errorCodes).optional(),
  who,
  checked: z.boolean(),
  /** Names of the organisation CAs that vouch for this key; empty when none does. */
  vouchedBy: z.array(z.string()),
  /** The same with what each says; absent when none does. */
  vouchers: z.array(voucher).optional(),
  /** Names of organisations that vouched for this key and took that back; absent when none did. */
  takenBackBy: z.array(z.string()).optional(),
  /** They were met with a certificate that ended more than 30 days ago (`since`): nothing of theirs is taken until the user lets it count, which then holds to `until`. Absent when there is no such question. */
  lapsed: z.strictObject({ since: time, until: time.optional() }).optional(),
  reach,
  /** Identity key epoch this contact is pinned at; 0 while pending. */
  keyEpoch: z.number().int().nonnegative(),
  permissions,
});
export type Contact = z.infer<typeof contact>;

/** One device of a contact, as the list they signed names it. */
export const contactDevice = z.strictObject({
  instanceId,
  /** As the contact calls it; empty while it has not shown itself here. */
  name: z.string(),
  state: z.enum(['active', 'suspended', 'retired']),
});
export type ContactDevice = z.infer<typeof contactDevice>;

export const contactRequest = z.strictObject({
  requestId,
  peerId,
  name: z.string(),
  via: z.enum(['card', 'key', 'lan']),
});
export type ContactRequest = z.infer<typeof contactRequest>;
