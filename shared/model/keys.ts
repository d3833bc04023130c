import * as z from 'zod';
import { instanceId, shortKeyId, time } from './ids';

/** Limits after which a sender renews its key by itself; 0 switches a limit off. */
export const shiftPolicy = z.strictObject({
  afterMilliseconds: z.number().int().nonnegative(),
  afterMessages: z.number().int().nonnegative(),
  afterBytes: z.number().int().nonnegative(),
  onPeerShift: z.boolean(),
});
export type ShiftPolicy = z.infer<typeof shiftPolicy>;

export const shiftReason = z.enum(['first', 'hand', 'time', 'messages', 'bytes', 'peer', 'start', 'compromise']);
export type ShiftReason = z.infer<typeof shiftReason>;

export const keyShift = z.strictObject({
  at: time,
  who: z.enum(['you', 'peer']),
  from: z.number().int().nonnegative(),
  to: z.number().int().positive(),
  reason: shiftReason,
});
export type KeyShift = z.infer<typeof keyShift>;

export const keyStatus = z.strictObject({
  /** The key exchange key in use for this conversation; absent before the first message could be locked. */
  kek: z.strictObject({ id: shortKeyId, epoch: z.number().int().positive(), since: time }).nullable(),
  /** The key this device sends with; absent before the first message. */
  sending: z
    .strictObject({
      id: shortKeyId,
      epoch: z.number().int().positive(),
      since: time,
      messages: z.number().int().nonnegative(),
      bytes: z.number().int().nonnegative(),
      /** The latest moment this key is replaced by time, if the conversation is used; absent when time is off. */
      shiftsBy: time.optional(),
    })
    .nullable(),
  receiving: z.array(
    z.strictObject({
      instanceId,
      id: shortKeyId,
      epoch: z.number().int().positive(),
      since: time,
      messages: z.number().int().nonnegative(),
    }),
  ),
  policy: shiftPolicy,
  /** Whether both people hold the same history, as far as acknowledgements told. */
  transcript: z.strictObject({ equal: z.boolean(), upTo: z.number().int().nonnegative() }),
  history: z.array(keyShift),
});
export type KeyStatus = z.infer<typeof keyStatus>;
