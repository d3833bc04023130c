import * as z from 'zod';
import { instanceId, messageId, shortKeyId, time } from './ids';

export { policyPresets } from './shift-policies';

const days366 = 366 * 86_400_000;
const count = z.number().int().nonnegative();

/** When a sender renews its key by itself, and what of the other side ends the conversation; 0 switches a limit off. */
export const shiftPolicy = z.strictObject({
  /** Time one key is in use, in milliseconds. */
  afterMilliseconds: count.max(days366),
  /** Messages under one key. */
  afterMessages: count.max(1_000_000),
  /** Bytes of sealed messages under one key. */
  afterBytes: count.max(2 ** 40),
  /** Follow the other side's renewals. */
  onPeerShift: z.boolean(),
  /** So many renewals of the other side cause one of one's own. */
  peerShifts: z.number().int().min(1).max(1_000),
  /** When a device of either person is added or removed. */
  onDeviceChange: z.boolean(),
  /** More renewals of the other side than this within `failWithinMilliseconds` of its own time end the conversation. */
  failAfterShifts: count.max(10_000),
  failWithinMilliseconds: z.number().int().min(60_000).max(days366),
  /** The other side uses one key for longer, or for more messages, than this … */
  staleAfterMilliseconds: count,
  staleAfterMessages: count,
  /** … and then. */
  whenStale: z.enum(['ignore', 'warn', 'fail']),
});
export type ShiftPolicy = z.infer<typeof shiftPolicy>;

export const policyPreset = z.enum(['standard', 'frequent', 'relaxed']);
export type PolicyPreset = z.infer<typeof policyPreset>;

export const shiftReason = z.enum(['first', 'hand', 'time', 'messages', 'bytes', 'peer', 'start', 'compromise', 'devices', 'pair']);
export type ShiftReason = z.infer<typeof shiftReason>;

export const keyShift = z.strictObject({
  at: time,
  who: z.enum(['you', 'peer']),
  from: z.number().int().nonnegative(),
  to: z.number().int().positive(),
  reason: shiftReason,
});
export type KeyShift = z.infer<typeof keyShift>;

/**
 * `waiting`: later messages are here, an earlier one is missing. `key-destroyed`: locked with an exchange key this
 * device no longer has. `key-refused`: locked with a key that is no longer accepted; the sender locks it again by
 * itself. `too-many-keys`: throttled. `key-broken`: the key of a message that was to begin a conversation contradicts
 * what was known, so that no conversation began. `gap`: both sides know that these are lost.
 */
const keyProblem = z.strictObject({
  kind: z.enum(['waiting', 'key-destroyed', 'key-refused', 'too-many-keys', 'key-broken', 'gap']),
  count: z.number().int().positive(),
  since: time,
  instanceId: instanceId.optional(),
});
export type KeyProblem = z.infer<typeof keyProblem>;

/** The key this device sends with. */
const sendingKey = z.strictObject({
  id: shortKeyId,
  epoch: z.number().int().positive(),
  since: time,
  /** As a person counts them, without the title. */
  messages: z.number().int().nonnegative(),
  bytes: z.number().int().nonnegative(),
  /** The latest moment this key is replaced by time, if the conversation is used; absent when time is off. */
  shiftsBy: time.optional(),
});

/** The key a device of the other side sends with. */
const receivingKey = z.strictObject({
  instanceId,
  id: shortKeyId,
  epoch: z.number().int().positive(),
  since: time,
  /** As a person counts them, without the title. */
  messages: z.number().int().nonnegative(),
  /** Its one key is in use for longer, or for more messages, than the policy wants. */
  stale: z.boolean(),
});

export const keyStatus = z.strictObject({
  /** The key exchange key in use for this conversation; absent before the first message could be locked. */
  kek: z.strictObject({ id: shortKeyId, epoch: z.number().int().positive(), since: time }).nullable(),
  /** Absent before the first message. */
  sending: sendingKey.nullable(),
  receiving: z.array(receivingKey),
  policy: shiftPolicy,
  preset: policyPreset.or(z.literal('custom')),
  /** Whether both people hold the same history, as far as acknowledgements told. */
  transcript: z.strictObject({
    equal: z.boolean(),
    /** The last message that was compared, of this device's stream or of the own one that differs: what differs is this one or an earlier one. 0 before the first. */
    upTo: z.number().int().nonnegative(),
    /** How many of them a person sees as messages: a title is none. */
    shown: count,
    /** Where they differ: the newest of them that is still here. */
    messageId: messageId.optional(),
  }),
  history: z.array(keyShift),
  /** What could not be read, newest last. */
  problems: z.array(keyProblem),
  /**
   * Where both people began the conversation at once, it is several shown as one: the keys of those that are not written in. `transcript` and `problems` are of all; a difference counts
   * the messages of the one it is in, and names one of them.
   */
  also: z.array(z.strictObject({ sending: sendingKey.nullable(), receiving: z.array(receivingKey) })).optional(),
});
export type KeyStatus = z.infer<typeof keyStatus>;

/** The life of one session key. */
const keyGeneration = z.strictObject({
  who: z.enum(['you', 'peer']),
  instanceId,
  epoch: z.number().int().positive(),
  since: time,
  /** Absent while it is in use. */
  until: time.optional(),
  reason: shiftReason,
  /** As a person counts them, without the title. */
  messages: count,
  firstSequence: z.number().int().positive(),
  /** This device can no longer open anything with it. */
  forgotten: z.boolean(),
});
export type KeyGeneration = z.infer<typeof keyGeneration>;

export const keyTimeline = z.strictObject({
  /** Oldest first, at most the 200 newest of each side. */
  generations: z.array(keyGeneration),
  /** The same of each other part, where both people began the conversation at once and it has keys of its own in each. */
  also: z.array(z.array(keyGeneration)).optional(),
  /** When the person was compared; absent while they were not. */
  checkedSince: time.optional(),
  /** What somebody who takes this device at `at` could read of this conversation. */
  exposure: z.strictObject({
    at: time,
    /** Messages kept on this device: readable to whoever opens it. */
    stored: count,
    /** Traffic recorded since then could be opened with keys still held; null = none. */
    recordedSince: time.nullable(),
    /** Messages since then. */
    recorded: count,
    nextExchangeChange: time,
    oldestKeyDestroyedAt: time.nullable(),
  }),
});
export type KeyTimeline = z.infer<typeof keyTimeline>;
