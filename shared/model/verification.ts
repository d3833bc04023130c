import * as z from 'zod';

/**
 * What comes of comparing. `match`: the same keys on both screens. `no-match`: not; `other-person`: what was shown does not
 * speak of these two people; `not-in-step`: one of the two does not know yet of a key the other has moved on from.
 */
const verificationOutcome = z.enum(['match', 'no-match', 'other-person', 'not-in-step']);
export type VerificationOutcome = z.infer<typeof verificationOutcome>;

/**
 * Why, as far as it can be told. match: `new-key` (sending was paused, and one of the keys in question is theirs), `known-key` (it was
 * paused, and the key known before still is). no-match: `their-key` (they show a key that is not known here), `your-key` (they hold a key of
 * this person's that never was). other-person: `contact` (named), `stranger`, `own-code` (shown by this device),
 * `for-another` (theirs, but made for somebody else to read). not-in-step: `their-older-key` (they show, or the number is of, an
 * earlier key of theirs), `your-older-key` (they still hold an earlier key of this person's).
 */
const verificationReason = z.enum(['new-key', 'known-key', 'their-key', 'your-key', 'contact', 'stranger', 'own-code', 'for-another', 'their-older-key', 'your-older-key']);

export const verification = z.strictObject({
  outcome: verificationOutcome,
  reason: verificationReason.optional(),
  /** The contact whose code or number it is. */
  otherName: z.string().optional(),
});
export type Verification = z.infer<typeof verification>;
