import { policyPresets, type ShiftPolicy } from '../../shared/model/keys';
import type { DialogKey } from '../../electron/engine/dialog/dialog-store';
import type { DialogId } from '../../electron/engine/ids';
import { type Device, newPair, settle } from './dialog-kit';

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
export const tenYears = 3652 * day;

/** Nothing by itself; what the other side does is judged as usual. */
export const quietPolicy: ShiftPolicy = { ...policyPresets.standard, afterMilliseconds: 0, afterMessages: 0, afterBytes: 0, onPeerShift: false };
export const following: ShiftPolicy = { ...quietPolicy, onPeerShift: true };

/** One end of a conversation, with words short enough for schedules. */
export interface End {
  readonly device: Device;
  readonly key: DialogKey;
  say(text?: string): number;
  /** By hand. */
  shift(): number;
  epoch(): number;
  /** Why its own keys were made, without the first. */
  reasons(): string[];
  policy(change: Partial<ShiftPolicy>): void;
}

/** Two people in one conversation, both first keys made and heard of, and time for both of them. */
export async function talkingPair(policy: Partial<ShiftPolicy> = {}) {
  const { alice, bob, crypto } = await newPair();
  const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
  settle(alice, bob);
  const a = end(alice, bob, dialogId);
  const b = end(bob, alice, dialogId);
  for (const each of [a, b]) each.policy({ ...quietPolicy, ...policy });
  return {
    crypto,
    a,
    b,
    dialogId,
    cross: () => settle(alice, bob),
    pass: (milliseconds: number) => [alice, bob].forEach((each) => each.clock.pass(milliseconds)),
  };
}

function end(device: Device, other: Device, dialogId: DialogId): End {
  const key = device.dialog(other, dialogId);
  return {
    device,
    key,
    say: (text = 'x') => device.say(other, dialogId, text).keyEpoch,
    shift: () => device.engine.shift(key, 'hand').to,
    epoch: () => device.engine.status(key).sending?.epoch ?? 0,
    reasons: () => device.sink.of('shifted').flatMap((each) => (each.who === 'you' && each.reason !== 'first' ? [each.reason] : [])),
    policy: (change) => device.engine.setPolicy(key, change),
  };
}
