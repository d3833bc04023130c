import { describe, expect, it } from 'vitest';
import { keptStillborn } from '../../../../electron/engine/dialog/stillborn';
import { Forger } from '../../../support/dialog-forge';
import { type Device, newPair } from '../../../support/dialog-kit';

const rows = (device: Device): Record<string, number> =>
  Object.fromEntries(
    ['dialogs', 'dialog_tombstones', 'sending_streams', 'sending_keys', 'receiving_streams', 'receiving_keys', 'held_messages', 'dialog_policies', 'peer_shifts', 'refused_messages'].map((table) => [table, Number(device.db.prepare(`SELECT count(*) AS n FROM ${table}`).get([])?.n)]),
  );

/** Alice, whose program begins one dialog after the other under one session key. */
async function lazy() {
  const { crypto, alice, bob } = await newPair();
  const forger = new Forger(crypto, alice.person, bob.person);
  const block = forger.block();
  expect(bob.receive(alice, forger.message(1, 'the first', { block }))[0]).toMatchObject({ kind: 'delivered' });
  const first = forger.dialogId;
  const begin = (): unknown => {
    bob.clock.pass(1);
    forger.newDialog();
    forger.dskHeader = { ...forger.dskHeader, dskId: forger.newDskId() };
    return bob.receive(alice, forger.message(1, 'under the same key', { block }))[0];
  };
  return { alice, bob, forger, block, first, begin };
}

describe('dialogs that fail with their first message', () => {
  it('A29 A30 S2-10: a thousand of them leave what a few leave; the newest are told', async () => {
    const { alice, bob, begin, first } = await lazy();
    const before = rows(bob);
    const told: number[] = [];
    const sizes: Record<string, number>[] = [];
    for (let round = 0; round < 5; round += 1) {
      for (let at = 0; at < 200; at += 1) expect(begin()).toEqual({ kind: 'rejected', reason: 'key-reused' });
      told.push(bob.acknowledgements(alice).length);
      sizes.push(rows(bob));
    }
    // The dialog that lives has its acknowledgement in the first round.
    expect(told).toEqual([keptStillborn + 1, ...Array.from({ length: 4 }, () => keptStillborn)]);
    expect(sizes.map((each) => each.dialogs)).toEqual(sizes.map(() => Number(before.dialogs) + keptStillborn));
    expect(sizes[4]).toEqual(sizes[0]);
    expect(bob.engine.status(bob.dialog(alice, first)).problems).toMatchObject([{ kind: 'key-broken', instanceId: alice.person.local.instanceId }]);
    bob.restart();
    expect(begin()).toEqual({ kind: 'rejected', reason: 'key-reused' });
    expect(rows(bob).dialogs).toBe(sizes[0]?.dialogs);
  }, 30_000);

  it('A29 A37: what was forgotten of them stays refused as long as its key is wrong, and hinders no right one', async () => {
    const { alice, bob, forger, block, begin } = await lazy();
    begin();
    const { dialogId, dskHeader } = forger;
    expect(bob.receive(alice, forger.message(1, 'again', { block }))[0]).toEqual({ kind: 'rejected', reason: 'dialog-failed' });
    for (let at = 0; at < keptStillborn; at += 1) begin();
    expect(bob.receive(alice, forger.message(1, 'the newest', { block }))[0]).toEqual({ kind: 'rejected', reason: 'dialog-failed' });
    Object.assign(forger, { dialogId, dskHeader });
    expect(bob.receive(alice, forger.message(1, 'once more', { block }))[0]).toEqual({ kind: 'rejected', reason: 'key-reused' });
    expect(bob.sink.texts()).toEqual(['the first']);
    // Forgotten once more, it may begin after all.
    for (let at = 0; at < keptStillborn; at += 1) begin();
    forger.dialogId = dialogId;
    forger.newDsk();
    forger.dskHeader = { ...forger.dskHeader, dskId: forger.newDskId() };
    expect(bob.receive(alice, forger.message(1, 'goes on', { block }))[0]).toMatchObject({ kind: 'delivered', dialogId });
    expect(bob.sink.texts()).toEqual(['the first', 'goes on']);
  });

  it('S2-10: other dialogs that failed are none of them', async () => {
    const { alice, bob, forger, first, begin } = await lazy();
    forger.dialogId = first;
    forger.newDsk();
    expect(bob.receive(alice, forger.message(2, 'one id, two keys'))[0]).toMatchObject({ kind: 'rejected' });
    const failed = bob.engine.status(bob.dialog(alice, first));
    for (let at = 0; at < 2 * keptStillborn; at += 1) begin();
    expect(bob.engine.status(bob.dialog(alice, first)).receiving).toEqual(failed.receiving);
  });
});
