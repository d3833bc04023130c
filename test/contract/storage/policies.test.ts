import { expect, it } from 'vitest';
import { policyPresets } from '../../../shared/model/keys';
import { overBothBackings } from './backings';
import { contact, dialog, handle, instance, peer } from './rows';

overBothBackings('PolicyStore', (open) => {
  const key = { peerId: peer(1), dialogId: dialog(1) };

  it('S2-20: keeps one policy per person and dialog; none is the default’s own affair', () => {
    const { stores, again } = open();
    expect(stores.dialogs.policy(key)).toBeUndefined();
    stores.dialogs.putPolicy(key, policyPresets.frequent);
    stores.dialogs.putPolicy(key, { ...policyPresets.frequent, afterBytes: 2 ** 40 });
    stores.dialogs.putPolicy({ ...key, peerId: peer(2) }, policyPresets.relaxed);
    const { dialogs } = again();
    expect(dialogs.policy(key)).toStrictEqual({ ...policyPresets.frequent, afterBytes: 2 ** 40 });
    expect(dialogs.policy({ ...key, peerId: peer(2) })).toStrictEqual(policyPresets.relaxed);
  });

  it('a policy that is none is damage, never another policy', () => {
    const { db, stores } = open();
    for (const policy of ['{', '{"afterMessages":1}', JSON.stringify({ ...policyPresets.standard, peerShifts: 0 })]) {
      db.prepare('INSERT OR REPLACE INTO dialog_policies (peer_id, dialog_id, policy) VALUES (?, ?, ?)').run([key.peerId, key.dialogId, policy]);
      expect(() => stores.dialogs.policy(key)).toThrow(expect.objectContaining({ code: 'vault.damaged' }));
    }
  });

  it('S2-11 S2-20: gives the newest renewal and the nth newest counted one of a stream', () => {
    const { stores, again } = open();
    const stream = { ...key, instanceId: instance(1) };
    for (let epoch = 1; epoch <= 5; epoch += 1) {
      stores.dialogs.addPeerShift({ ...stream, epoch: epoch * 2, counted: epoch > 1, sentAt: epoch, senderTime: 7 * epoch, receivedAt: 10 * epoch });
    }
    stores.dialogs.addPeerShift({ ...stream, instanceId: instance(2), epoch: 99, counted: true, sentAt: 1, senderTime: 1, receivedAt: 1 });
    const { dialogs } = again();
    expect(dialogs.newestPeerShift(stream)).toStrictEqual({ ...stream, epoch: 10, counted: true, sentAt: 5, senderTime: 35, receivedAt: 50 });
    expect([1, 2, 4, 5].map((n) => dialogs.nthPeerShift(stream, n)?.epoch)).toEqual([10, 8, 4, undefined]);
    expect(dialogs.newestPeerShift({ ...stream, instanceId: instance(3) })).toBeUndefined();
  });
});

overBothBackings('ContactStore', (open) => {
  it('keeps when a person was compared', () => {
    const { stores, again } = open();
    stores.contacts.put(contact(1, { checked: true, checkedAt: 77 }));
    expect(again().contacts.byId(handle(1))?.checkedAt).toBe(77);
  });
});
