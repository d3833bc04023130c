import * as z from 'zod';

/** Local handle: 16 random bytes in lower-case hex, meaningful on this device only. */
const localId = z.string().regex(/^[0-9a-f]{32}$/);

export const contactId = localId;
export const conversationId = localId;
export const messageId = localId;
export const requestId = localId;

/** One file on its way, or here: 16 random bytes in lower-case hex, the same on both sides. */
export const transferId = localId;

/** SHA-256 of the SPKI of a person's first identity key, base32 (RFC 4648, lower case, no padding): 52 characters. */
export const peerId = z.string().regex(/^[a-z2-7]{52}$/);

/** One device of a person: 16 bytes in lower-case hex. */
export const instanceId = z.string().regex(/^[0-9a-f]{32}$/);

/** Shortened key id for eyes, 8 hex digits: enough to tell two keys apart, useless for anything else. */
export const shortKeyId = z.string().regex(/^[0-9a-f]{8}$/);

/** Unix milliseconds. */
export const time = z.number().int().nonnegative();
