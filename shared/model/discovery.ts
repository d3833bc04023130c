import * as z from 'zod';
import { contactId, time } from './ids';

/** Local handle of a device seen nearby; new with every search. */
export const nearbyId = z.string().regex(/^[0-9a-f]{32}$/);

/** Public random words that a device shows while people nearby may find it, such as "blue-otter-42". */
export const nearbyName = z.string().regex(/^[a-z]{2,12}-[a-z]{2,12}-[0-9]{2}$/);

/** Why a meeting came to nothing. */
export const meetingEnd = z.enum([
  /** The other side would not, or was busy with somebody else. */
  'declined',
  /** Somebody said that the digits differ. */
  'not-same',
  /** The other device could not be reached, or went away in the middle. */
  'gone',
  'timeout',
  /** Three meetings within ten minutes are enough. */
  'too-many',
  /** This person is known here already, by another key than the one shown now. Nothing was changed. */
  'other-key',
  'blocked',
  /** The other device did not do what a device that means well does. */
  'failed',
]);
export type MeetingEnd = z.infer<typeof meetingEnd>;

export const meeting = z.strictObject({
  /** The other device's public words. */
  name: z.string(),
  askedBy: z.enum(['you', 'them']),
  /**
   * `asking`: they have not answered yet · `asked`: this side is to answer · `compare`: both show the digits · `waiting`: this
   * side said that they are the same, the other has yet to · `met`: they are a contact, checked · `ended`: see `reason`.
   */
  step: z.enum(['asking', 'asked', 'compare', 'waiting', 'met', 'ended']),
  /** What both screens show, from `compare` on. */
  digits: z.string().regex(/^\d{6}$/).optional(),
  reason: meetingEnd.optional(),
  contactId: contactId.optional(),
});
export type Meeting = z.infer<typeof meeting>;

/** Finding people near: off until wanted, over by itself. */
export const discoveryStatus = z.strictObject({
  running: z.boolean(),
  /** What others see of this device while it runs. */
  name: nearbyName.optional(),
  endsAt: time.optional(),
  people: z.array(z.strictObject({ nearbyId, name: nearbyName })),
  /** The one under way, or how the last one ended, until the next begins; absent after the person here said no to it. */
  meeting: meeting.optional(),
});
export type DiscoveryStatus = z.infer<typeof discoveryStatus>;
