import type { KekRing } from '../exchange/kek-ring';
import type { DialogStore } from './dialog-store';
import type { DialogKeyStatus } from './dialog-types';
import type { DialogState } from './streams';

/** What a person may see of a dialog's keys: ids shortened, no key bytes (S2-21). */
export function dialogStatus(dialog: DialogState, ring: KekRing, store: DialogStore): DialogKeyStatus {
  const creator = dialog.row.kekCreator;
  const kek = creator ? ring.newestOf(creator) : undefined;
  const sending = dialog.sending?.row;
  const key = sending && sending.epoch > 0 ? store.sendingKeys(sending).at(-1) : undefined;
  return {
    kek: kek ? { id: short(kek.kekId), epoch: kek.epoch, since: kek.createdAt } : null,
    sending:
      sending && key
        ? { id: short(key.dskId), epoch: sending.epoch, since: sending.epochSince, messages: sending.epochMessages, bytes: sending.epochBytes }
        : null,
    receiving: [...dialog.receiving.values()].flatMap(({ row, keys }) => {
      const newest = keys.at(-1);
      if (!newest) return [];
      const { epoch, receivedAt, messages } = newest;
      return [{ instanceId: row.instanceId, id: short(newest.dskId), epoch, since: receivedAt, messages }];
    }),
    transcript: { equal: sending?.comparedEqual ?? true, upTo: sending?.comparedUpTo ?? 0 },
  };
}

function short(id: string): string {
  return id.slice(0, 8);
}
