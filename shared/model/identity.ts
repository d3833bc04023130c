import * as z from 'zod';
import { contactId, instanceId, peerId, time } from './ids';

/** SHA-256 of an identity key's SPKI, lower-case hex, 64 characters. */
export const fingerprint = z.string().regex(/^[0-9a-f]{64}$/);

/** A certificate by which an organisation vouches for the own key. `takenBack`: it is on a revocation list of that organisation that was imported here; contacts who have that list see so. */
export const endorsement = z.strictObject({ issuer: z.string(), notAfter: time, takenBack: z.literal(true).optional() });
export type Endorsement = z.infer<typeof endorsement>;

export const identity = z.strictObject({
  peerId,
  name: z.string(),
  epoch: z.number().int().positive(),
  keyFingerprint: z.string(),
  createdAt: time,
  exchange: z.strictObject({ serial: z.string(), notAfter: time }),
  instance: z.strictObject({ id: instanceId, name: z.string() }),
  /** `host:port` under which this device believes it can be reached. */
  addresses: z.array(z.string()),
  /** When the identity key in use was made. */
  keyCreatedAt: time,
  /** When the next identity key is made by itself; absent where that is only done by hand. */
  rotatesAt: time.optional(),
  /** Another device of this person holds the identity key, or none does; absent where it is here. */
  keyElsewhere: z.literal(true).optional(),
  /** Another own device has the identity key since then, and this one had not handed it over: its person did it with a key file, or somebody else did. Until `identity.confirmTaken`, a recovery, or the key is back. */
  keyTaken: z.strictObject({ instanceId, at: time }).optional(),
  /** `kept`: the recovery key is still on this device, nothing was printed yet; `away`: only on paper; `elsewhere`: on paper, or at a device that holds or held the identity key, which alone knows it; `none`: this person has none. */
  recovery: z.enum(['kept', 'away', 'elsewhere', 'none']),
  /** Organisations that vouch for the key in use. */
  endorsements: z.array(endorsement),
  /** Names of organisations whose word has lapsed, because it was for an earlier key or has expired: they have to be asked again. Absent when there is none. */
  askAgain: z.array(z.string()).optional(),
  /** The key came from a file: it makes no new keys until it is known that no other device uses it. */
  unconfirmed: z.boolean(),
  /** An own key vouched for this one, and this device did not make it: somebody else has a copy of the key. `contactId`: who knows this person by it, until they are in step again. */
  renewedElsewhere: z.strictObject({ epoch: z.number().int().positive(), fingerprint, seenAt: time, contactId: contactId.optional() }).optional(),
});
export type Identity = z.infer<typeof identity>;

/** One own identity key, newest first in lists. */
export const ownKey = z.strictObject({
  epoch: z.number().int().positive(),
  fingerprint,
  createdAt: time,
  retiredAt: time.optional(),
  /** Its private half is still here, so that contacts who know only this key can be told of the next. */
  held: z.boolean(),
  /** Contacts who have not shown yet that they know a later one. */
  behind: z.number().int().nonnegative(),
});
export type OwnKey = z.infer<typeof ownKey>;

/** How a contact's key came to be believed. */
export const keyOrigin = z.enum(['first', 'old-key', 'recovery', 'person']);
export type KeyOrigin = z.infer<typeof keyOrigin>;

/** One identity key of a contact, newest first in lists. */
export const contactKey = z.strictObject({
  epoch: z.number().int().positive(),
  fingerprint,
  /** When this device first believed it. */
  since: time,
  /** `first`: with the contact; `old-key`: the key before vouched for it; `recovery`: their recovery key; `person`: compared and accepted here. */
  origin: keyOrigin,
  /** Compared by this person while it was the key in use. */
  checked: z.boolean(),
  /** This device proved to itself that the other side holds it. */
  current: z.boolean(),
});
export type ContactKey = z.infer<typeof contactKey>;

/** A key that claims to be a contact's and that nothing vouches for, or one of two that the same key vouches for. */
const keyCandidate = z.strictObject({
  fingerprint,
  epoch: z.number().int().positive(),
  seenAt: time,
  /** The safety number both would see if this is the key. */
  digits: z.string().regex(/^\d{60}$/),
  /** The key known so far vouches for it, or one before that did; two of these are a fork, of which one may be in use. */
  vouched: z.boolean(),
});
export type KeyCandidate = z.infer<typeof keyCandidate>;

/** Why sending to a contact is paused, and which keys it is about. */
export const keyTrouble = z.strictObject({
  kind: z.enum(['none', 'unknown-key', 'fork']),
  since: time.optional(),
  candidates: z.array(keyCandidate),
});
export type KeyTrouble = z.infer<typeof keyTrouble>;
