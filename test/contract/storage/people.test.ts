import { expect, it } from 'vitest';
import { overBothBackings, someBytes } from './backings';
import { contact, handle, instance, invitation, localRecord, peer, peerRecord, request } from './rows';

overBothBackings('LocalStore', (open) => {
  it('has nothing before the first save', () => {
    expect(open().stores.local.load()).toBeUndefined();
  });

  it('gives back exactly what was saved, keys in order and absent fields absent', () => {
    const { stores, again } = open();
    const record = localRecord();
    stores.local.save(record);
    expect(again().local.load()).toStrictEqual(record);
  });

  it('replaces the whole record: an erased private key and a dropped exchange key are gone', () => {
    const { stores, again } = open();
    const record = localRecord();
    stores.local.save(record);
    const [first, second] = record.identityKeys;
    const changed = {
      ...record,
      name: 'Grace',
      identityKeys: [first!, { epoch: second!.epoch, certificate: second!.certificate, createdAt: 2, retiredAt: 9 }],
      exchanges: record.exchanges.slice(1),
    };
    stores.local.save(changed);
    expect(again().local.load()).toStrictEqual(changed);
  });

  it('keeps the old record whole when saving fails half-way', () => {
    const { stores, again } = open();
    const record = localRecord();
    stores.local.save(record);
    const twice = { credential: someBytes(3), kemSecret: someBytes(31) };
    expect(() => stores.local.save({ ...record, name: 'Eve', exchanges: [twice] })).toThrow(/CHECK/);
    expect(again().local.load()).toStrictEqual(record);
  });
});

overBothBackings('PeerStore', (open) => {
  it('finds, lists, replaces and removes by peer id', () => {
    const { stores, again } = open();
    const one = peerRecord(1);
    const two = peerRecord(2, { instances: [], exchanges: [], places: [], blocked: true });
    stores.peers.put(two);
    stores.peers.put(one);
    expect(stores.peers.find(peer(1))).toStrictEqual(one);
    expect(stores.peers.list()).toStrictEqual([one, two]);
    const moved = peerRecord(1, { pinnedSpkiHash: someBytes(32), identityEpoch: 4, blocked: true });
    stores.peers.put(moved);
    stores.peers.remove(peer(2));
    const fresh = again();
    expect(fresh.peers.find(peer(1))).toStrictEqual(moved);
    expect(fresh.peers.find(peer(2))).toBeUndefined();
    expect(fresh.peers.list()).toStrictEqual([moved]);
  });

  it('keeps places by device, newest card first, and forgets those of a person that is gone', () => {
    const { stores, again } = open();
    const at = (n: number, time: number, port: number) => ({ instanceId: instance(n), time, addresses: [{ host: '192.0.2.1', port }] });
    const addresses = [{ host: '192.0.2.9', port: 9 }];
    stores.peers.put(peerRecord(1, { places: [at(1, 30, 1), at(2, 20, 2), { time: 0, addresses }] }));
    stores.peers.put(peerRecord(2, { places: [at(1, 5, 3)] }));
    expect(stores.peers.find(peer(1))?.places).toStrictEqual([at(1, 30, 1), at(2, 20, 2), { time: 0, addresses }]);
    const later = peerRecord(1, { places: [at(2, 40, 4), at(1, 30, 1)] });
    stores.peers.put(later);
    stores.peers.remove(peer(2));
    stores.peers.put(peerRecord(2, { places: [] }));
    const fresh = again();
    expect(fresh.peers.find(peer(1))).toStrictEqual(later);
    expect(fresh.peers.find(peer(2))?.places).toEqual([]);
  });

  it('is changed as a whole or not at all', () => {
    const { stores, again } = open();
    const before = peerRecord(1);
    stores.peers.put(before);
    const twice = { instanceId: instance(1), time: 1, addresses: [] };
    expect(() => stores.peers.put({ ...before, listVersion: 99, places: [twice, twice] })).toThrow(/UNIQUE/);
    expect(again().peers.find(peer(1))).toStrictEqual(before);
  });

  it('refuses a pin that is no SHA-256', () => {
    const { stores } = open();
    expect(() => stores.peers.put(peerRecord(1, { pinnedSpkiHash: someBytes(20) }))).toThrow(/CHECK/);
    expect(stores.peers.list()).toEqual([]);
  });
});

overBothBackings('ContactStore', (open) => {
  it('finds by handle and by person, lists in order of arrival, replaces and removes', () => {
    const { stores, again } = open();
    const full = contact(2, {
      relation: 'mutual',
      ended: 'invitation.refused',
      checked: true,
      checkedSpkiHash: someBytes(32),
      blocked: true,
      invitation: someBytes(100),
      hints: [],
      permissions: { message: false, openConversation: true, sendFile: false },
    });
    stores.contacts.put(full);
    stores.contacts.put(contact(1));
    expect(stores.contacts.byId(handle(2))).toStrictEqual(full);
    expect(stores.contacts.byPeer(peer(1))).toStrictEqual(contact(1));
    expect(stores.contacts.byId(handle(9))).toBeUndefined();
    expect(stores.contacts.byPeer(peer(9))).toBeUndefined();

    const answered = contact(2, { relation: 'mutual' });
    stores.contacts.put(answered);
    expect(again().contacts.list()).toStrictEqual([answered, contact(1)]);
  });

  it('removes', () => {
    const { stores, again } = open();
    stores.contacts.put(contact(1));
    stores.contacts.remove(handle(1));
    expect(again().contacts.list()).toEqual([]);
  });

  it('holds one row per person', () => {
    const { stores } = open();
    stores.contacts.put(contact(1));
    expect(() => stores.contacts.put(contact(2, { peerId: peer(1) }))).toThrow(/UNIQUE/);
    expect(stores.contacts.list()).toHaveLength(1);
  });
});

overBothBackings('InvitationStore', (open) => {
  it('finds, lists by age, and takes a redemption with its wiped secret', () => {
    const { stores, again } = open();
    const first = invitation(1);
    stores.invitations.put(invitation(2));
    stores.invitations.put(first);
    expect(stores.invitations.find(handle(1))).toStrictEqual(first);
    expect(stores.invitations.find(handle(3))).toBeUndefined();
    const redeemed = { ...first, secret: new Uint8Array(0), redeemedBy: peer(5), redeemedSpkiHash: someBytes(32) };
    stores.invitations.put(redeemed);
    const list = again().invitations.list();
    expect(list[0]).toStrictEqual(redeemed);
    expect(list.map((row) => row.invitationId)).toEqual([handle(1), handle(2)]);
  });

  it('purges what was erased, but not inside a transaction', () => {
    const { stores } = open();
    stores.invitations.put(invitation(1));
    stores.transaction(() => stores.invitations.removeExpiredBefore(2_000));
    expect(stores.purge()).toBe(true);
    expect(stores.invitations.list()).toEqual([]);
    expect(stores.transaction(() => stores.purge())).toBe(false);
  });

  it('removes what expired before a moment, not what expires at it', () => {
    const { stores, again } = open();
    for (const n of [1, 2, 3]) stores.invitations.put(invitation(n));
    stores.invitations.removeExpiredBefore(1002);
    expect(again().invitations.list().map((row) => row.invitationId)).toEqual([handle(2), handle(3)]);
  });
});

overBothBackings('RequestStore', (open) => {
  it('finds by handle and by person, keeps declined ones, removes', () => {
    const { stores, again } = open();
    const asked = request(1);
    stores.requests.put(asked);
    stores.requests.put(request(2, { via: 'lan' }));
    expect(stores.requests.byId(handle(1))).toStrictEqual(asked);
    expect(stores.requests.byPeer(peer(2))?.via).toBe('lan');
    stores.requests.put({ ...asked, declined: true });
    stores.requests.remove(handle(2));
    const fresh = again();
    expect(fresh.requests.list()).toStrictEqual([{ ...asked, declined: true }]);
    expect(fresh.requests.byPeer(peer(2))).toBeUndefined();
    expect(fresh.requests.byId(handle(2))).toBeUndefined();
  });

  it('holds one row per person', () => {
    const { stores } = open();
    stores.requests.put(request(1));
    expect(() => stores.requests.put(request(2, { peerId: peer(1) }))).toThrow(/UNIQUE/);
  });
});

overBothBackings('AuthorityStore and EndorsementStore', (open) => {
  const authority = (n: number, revocations?: Uint8Array) => ({ authorityId: `${n}`.repeat(64), certificate: someBytes(600), addedAt: n, ...(revocations && { revocations }) });

  it('keep authorities oldest first, each with its list, until they are removed', () => {
    const { stores, again } = open();
    const [first, second] = [authority(1), authority(2, someBytes(300))];
    stores.authorities.put(second);
    stores.authorities.put(first);
    expect(stores.authorities.list()).toStrictEqual([first, second]);
    const listed = { ...first, revocations: someBytes(70_000) };
    stores.authorities.put(listed);
    expect(stores.authorities.list()).toStrictEqual([listed, second]);
    stores.authorities.remove(second.authorityId);
    expect(again().authorities.list()).toStrictEqual([listed]);
  });

  it('keep what people brought along until they bring something else, or are forgotten; what was undone was never there', () => {
    const { stores, again } = open();
    const mine = [[someBytes(900), someBytes(700)], [someBytes(5)]];
    stores.endorsements.put(peer(1), mine);
    stores.endorsements.put(peer(2), [[someBytes(9)]]);
    expect(stores.endorsements.find(peer(1))).toBe(stores.endorsements.find(peer(1)));
    expect(() =>
      stores.transaction(() => {
        stores.endorsements.remove(peer(1));
        stores.endorsements.put(peer(3), mine);
        throw new Error('undone');
      }),
    ).toThrow('undone');
    expect(stores.endorsements.find(peer(1))).toStrictEqual(mine);
    expect(stores.endorsements.peers().toSorted()).toEqual([peer(1), peer(2)]);
    stores.endorsements.remove(peer(2));
    const next = again();
    expect([next.endorsements.find(peer(1)), next.endorsements.peers()]).toStrictEqual([mine, [peer(1)]]);
    next.peers.remove(peer(1));
    expect(next.endorsements.find(peer(1))).toBeUndefined();
  });
});
