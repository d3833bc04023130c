import type { DialogStore, ReceivingKeyRow, SendingKeyRow, SendingRow } from './dialog-store';
import type { DialogTimeline } from './dialog-types';
import type { DialogState } from './streams';

/** Generations of each side that a person is shown. */
const shown = 200;

type Generation = DialogTimeline['generations'][number];

/** The lives of a dialog's session keys, for eyes: no ids, no key bytes. */
export function dialogTimeline(dialog: DialogState, store: DialogStore): DialogTimeline {
  const sending = dialog.sending?.row;
  const own = sending ? ownGenerations(sending, store.newestSendingKeys(sending, shown)) : [];
  const theirs = [...dialog.receiving.values()].flatMap(({ row }) => peerGenerations(store.newestReceivingKeys(row, shown)));
  const keks = store.keks(dialog.key.peerId);
  const kept = keks.filter((row) => row.key && !row.deleted).map((row) => row.createdAt);
  // Only whether they are there was wanted.
  for (const { key } of keks) key?.fill(0);
  return {
    generations: [...own, ...newest(theirs)].sort((a, b) => a.since - b.since || a.epoch - b.epoch),
    exchangeKeySince: kept.length > 0 ? Math.min(...kept) : undefined,
  };
}

/** `rows`: newest first. */
function ownGenerations(sending: SendingRow, rows: readonly SendingKeyRow[]): Generation[] {
  return rows.map((row, index) => {
    const next = rows[index - 1];
    return {
      who: 'you',
      instanceId: row.instanceId,
      epoch: row.epoch,
      since: row.createdAt,
      ...(next ? { until: next.createdAt } : {}),
      reason: row.reason,
      messages: next ? Math.max(0, next.firstSequence - row.firstSequence) : sending.epochMessages,
      firstSequence: row.firstSequence,
    };
  });
}

/** `rows`: newest first. The other side's reasons are not told; only a first key and a compromise can be seen. */
function peerGenerations(rows: readonly ReceivingKeyRow[]): Generation[] {
  return rows.map((row, index) => {
    const next = rows[index - 1];
    const isFirst = index === rows.length - 1 && rows.length < shown;
    return {
      who: 'peer',
      instanceId: row.instanceId,
      epoch: row.epoch,
      since: row.receivedAt,
      ...(next ? { until: next.receivedAt } : {}),
      reason: row.compromise ? 'compromise' : isFirst ? 'first' : 'peer',
      messages: row.messages,
      firstSequence: row.firstSequence,
    };
  });
}

function newest(generations: readonly Generation[]): Generation[] {
  return [...generations].sort((a, b) => b.since - a.since || b.epoch - a.epoch).slice(0, shown);
}
