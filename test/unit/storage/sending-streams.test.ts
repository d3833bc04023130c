import { expect, it } from 'vitest';
import type { SendingRow } from '../../../electron/engine/dialog/dialog-store';
import { dialogIdFromBytes, instanceIdFromBytes, peerIdFromBytes } from '../../../electron/engine/wire/ids';
import { createDialogStore } from '../../../electron/storage/dialog-store';
import { freshDatabase } from '../../support/fresh-database';

it('a sending stream is what was written last, in every field, and no other one is touched', () => {
  const db = freshDatabase();
  const store = createDialogStore(db);
  const row = (device: number, from: number, comparedEqual: boolean): SendingRow => ({
    peerId: peerIdFromBytes(new Uint8Array(32).fill(1)), dialogId: dialogIdFromBytes(new Uint8Array(16).fill(2)), instanceId: instanceIdFromBytes(new Uint8Array(16).fill(device)),
    nextSequence: from + 1, nextSealed: from + 2, acknowledged: from + 3, digest: new Uint8Array(32).fill(from), comparedUpTo: from + 4, comparedEqual, control: from + 5, epoch: from + 6,
    epochSince: from + 7, epochMessages: from + 8, epochBytes: from + 9,
  });
  store.putSending(row(3, 10, false));
  store.putSending(row(4, 30, false));
  expect(store.findSending(row(3, 10, false))).toEqual(row(3, 10, false));
  store.putSending(row(3, 50, true));
  expect(store.findSending(row(3, 0, false))).toEqual(row(3, 50, true));
  expect(store.findSending(row(4, 0, false))).toEqual(row(4, 30, false));
  db.close();
});
