import * as z from 'zod';
import { conversationId, messageId, time, transferId } from './ids';

/** The longest name of a file, in bytes of UTF-8. */
export const maxFileNameBytes = 255;

/**
 * `offered`: the other side waits for a yes. `waiting`: agreed, and nobody is connected. `running`; `paused`: by this person.
 * `done`: whole, and its hash is the promised one. `cancelled`: `cancelledBy` says by whom. `failed`: `failure` says why; asking again may help.
 */
const transferState = z.enum(['preparing', 'offered', 'waiting', 'running', 'paused', 'done', 'cancelled', 'failed']);

export const transfer = z.strictObject({
  transferId,
  conversationId,
  messageId,
  direction: z.enum(['in', 'out']),
  /** Made safe: no path, no control characters, nothing that reads backwards. */
  name: z.string(),
  /** In bytes. */
  size: z.number().int().nonnegative(),
  /** A claim of who sent it; `shown` alone decides what is shown inside. */
  mediaType: z.string(),
  /** What this file is shown as: by its first bytes, never by its name. `file`: only as a line with a name. */
  shown: z.enum(['image', 'audio', 'file']),
  /** Bytes that are safely here, or there. */
  done: z.number().int().nonnegative(),
  state: transferState,
  /** An error code, with `failed`. */
  failure: z.string().optional(),
  /** Who declined, withdrew or stopped it, with `cancelled`; absent where it is not known: from before it was written down, or told by an older program of another own device. */
  cancelledBy: z.enum(['me', 'them']).optional(),
  /** With `waiting`: every device that is connected and could give it says that it has no copy. */
  missing: z.literal(true).optional(),
  /** Bytes a second, of the last seconds; absent while nothing moves. */
  rate: z.number().nonnegative().optional(),
  /** Its content is still here, encrypted, and can be saved or shown. */
  held: z.boolean(),
  addedAt: time,
});
export type Transfer = z.infer<typeof transfer>;

/** A file chosen in the window: the preload names it, so that no path comes from the page. */
export const fileToken = z.string().regex(/^[0-9a-f]{32}$/);

/** The same, as a window is told of it. `shown`: what it would be shown as. `cleanable`: a picture of a kind that place, time and camera are taken out of; false where that cannot be done with this one. */
export const tokenFile = z.strictObject({ token: fileToken, name: z.string(), size: z.number().int().positive(), shown: z.enum(['image', 'audio', 'file']), cleanable: z.boolean().optional() });
export type TokenFile = z.infer<typeof tokenFile>;
