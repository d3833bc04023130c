import type { KeyStatus } from '../../../shared/model/keys';
import type { KekRing } from '../exchange/kek-ring';
import type { KekRow } from '../exchange/kek-store';
import type { Clock } from '../ports';
import type { DialogStore } from './dialog-store';
import type { DialogKeyStatus, RemoteParty } from './dialog-types';
import { lostProblems } from './lost-problems';
import { isStale } from './peer-key-rules';
import { presetOf } from './shift-policy';
import type { DialogState, ReceivingStream } from './streams';

export interface StatusParts {
  readonly ring: KekRing;
  readonly store: DialogStore;
  readonly clock: Clock;
  readonly peer: RemoteParty | undefined;
}

/** What a person may see of a dialog's keys: ids shortened, no key bytes (S2-21). */
export function dialogStatus(dialog: DialogState, { ring, store, clock, peer }: StatusParts): DialogKeyStatus {
  const kek = kekOf(dialog, ring, peer, clock.now());
  const sending = dialog.sending?.row;
  const [key] = sending && sending.epoch > 0 ? store.newestSendingKeys(sending, 1) : [];
  const { policy } = dialog;
  // Of several own devices' streams the one that differs is told of.
  const compared = store.sendingsIn(dialog.key).find((row) => !row.comparedEqual) ?? sending;
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
            firstSequence: key.firstSequence,
            ...(policy.afterMilliseconds > 0 ? { shiftsBy: shiftsBy(dialog, sending.epochSince, clock) } : {}),
          }
        : null,
    receiving: [...dialog.receiving.values()].flatMap(({ row, keys }) => {
      const newest = keys.at(-1);
      if (!newest) return [];
      const { epoch, receivedAt, messages, firstSequence } = newest;
      return [{ instanceId: row.instanceId, id: short(newest.dskId), epoch, since: receivedAt, messages, firstSequence, stale: isStale(policy, newest) }];
    }),
    policy,
    preset: presetOf(policy),
    transcript: compared ? { equal: compared.comparedEqual, upTo: compared.comparedUpTo, instanceId: compared.instanceId } : { equal: true, upTo: 0 },
    problems: [...problems(dialog, store), ...lostProblems(dialog.key, store)].sort((a, b) => a.since - b.since),
  };
}

/** The key exchange key of what this device would send now, without making one. */
function kekOf(dialog: DialogState, ring: KekRing, peer: RemoteParty | undefined, now: number): KekRow | undefined {
  const { sending, row } = dialog;
  if (!row.kekCreator) return undefined;
  const sealer = sending?.sealer;
  if (sealer?.ringRevision === ring.revision && now < sealer.until) return ring.find(sealer.kekId);
  const bound = ring.newestOf(row.kekCreator);
  return peer && !ring.inUse(row.kekCreator, peer, now) ? (ring.newestOwn() ?? bound) : bound;
}

/** When the key in use is too old by its policy, in wall time, whatever that clock did meanwhile. */
function shiftsBy({ policy, sending }: DialogState, since: number, clock: Clock): number {
  const now = clock.now();
  const age = sending?.key && sending.shifts ? sending.shifts.age(sending.row, now, clock.monotonic()) : now - since;
  const began = now - age;
  // The two clocks never agree to the millisecond: what is shown stands still all the same.
  return Math.max(0, Math.trunc(Math.abs(began - since) < 1_000 ? since : began) + policy.afterMilliseconds);
}

/** What could not be read, newest last: what is missing before later ones, and what came under keys that open nothing. */
function problems({ key, receiving }: DialogState, store: DialogStore): KeyStatus['problems'] {
  const refused = store.refusals(key.peerId).filter(({ dialogId }) => dialogId === undefined || dialogId === key.dialogId);
  const found = [
    ...[...receiving.values()].flatMap(waiting),
    ...refused.map(({ kind, count, since, instanceId }) => ({ kind, count, since, instanceId })),
  ];
  return found.sort((a, b) => a.since - b.since);
}

function waiting({ row, held }: ReceivingStream): KeyStatus['problems'] {
  const times = [...held.values()].map((each) => each.receivedAt);
  return times.length > 0 ? [{ kind: 'waiting', count: times.length, since: Math.min(...times), instanceId: row.instanceId }] : [];
}

function short(id: string): string {
  return id.slice(0, 8);
}
