import type { KeyStatus } from '../../../shared/model/keys';
import type { KekRing } from '../exchange/kek-ring';
import type { Clock } from '../ports';
import type { DialogStore } from './dialog-store';
import type { DialogKeyStatus } from './dialog-types';
import { isStale } from './peer-key-rules';
import { stillRefused } from './refused-keys';
import { presetOf } from './shift-policy';
import type { DialogState, ReceivingStream } from './streams';

/** What a person may see of a dialog's keys: ids shortened, no key bytes (S2-21). */
export function dialogStatus(dialog: DialogState, ring: KekRing, store: DialogStore, clock: Clock): DialogKeyStatus {
  const creator = dialog.row.kekCreator;
  const kek = creator ? ring.newestOf(creator) : undefined;
  const sending = dialog.sending?.row;
  const [key] = sending && sending.epoch > 0 ? store.newestSendingKeys(sending, 1) : [];
  const { policy } = dialog;
  return {
    kek: kek ? { id: short(kek.kekId), epoch: kek.epoch, since: kek.createdAt } : null,
    sending:
      sending && key
        ? {
            id: short(key.dskId),
            epoch: sending.epoch,
            since: sending.epochSince,
            messages: sending.epochMessages,
            bytes: sending.epochBytes,
            ...(policy.afterMilliseconds > 0 ? { shiftsBy: shiftsBy(dialog, sending.epochSince, clock) } : {}),
          }
        : null,
    receiving: [...dialog.receiving.values()].flatMap(({ row, keys }) => {
      const newest = keys.at(-1);
      if (!newest) return [];
      const { epoch, receivedAt, messages } = newest;
      return [{ instanceId: row.instanceId, id: short(newest.dskId), epoch, since: receivedAt, messages, stale: isStale(policy, newest) }];
    }),
    policy,
    preset: presetOf(policy),
    transcript: { equal: sending?.comparedEqual ?? true, upTo: sending?.comparedUpTo ?? 0 },
    problems: [...dialog.receiving.values()].flatMap(problems).sort((a, b) => a.since - b.since),
  };
}

/** When the key in use is too old by its policy, in wall time, whatever that clock did meanwhile. */
function shiftsBy({ policy, sending }: DialogState, since: number, clock: Clock): number {
  const now = clock.now();
  const age = sending?.key && sending.shifts ? sending.shifts.age(sending.row, now, clock.monotonic()) : now - since;
  const began = now - age;
  // The two clocks never agree to the millisecond: what is shown stands still all the same.
  return Math.max(0, Math.trunc(Math.abs(began - since) < 1_000 ? since : began) + policy.afterMilliseconds);
}

function problems(stream: ReceivingStream): KeyStatus['problems'] {
  const { instanceId } = stream.row;
  const refused = stillRefused(stream);
  const waiting = [...stream.held.values()].map((row) => row.receivedAt);
  const found: KeyStatus['problems'] = [];
  if (waiting.length > 0) found.push({ kind: 'waiting', count: waiting.length, since: Math.min(...waiting), instanceId });
  if (refused.length > 0) found.push({ kind: 'key-refused', count: refused.length, since: Math.min(...refused), instanceId });
  return found;
}

function short(id: string): string {
  return id.slice(0, 8);
}
