import { expect, it } from 'vitest';
import type { ResumptionEntry } from '../../../electron/engine/session/resumption-entry';
import { createResumptionStore } from '../../../electron/storage/resumption-store';
import { overBothBackings, someBytes } from './backings';
import { instance, peer } from './rows';

const entry = (person: number, device: number, change: Partial<ResumptionEntry> = {}): ResumptionEntry => ({
  keyId: someBytes(32),
  secret: someBytes(32),
  peerId: peer(person),
  peerInstance: instance(device),
  peerInstanceHash: someBytes(32),
  ownInstanceHash: someBytes(32),
  pinnedSpkiHash: someBytes(32),
  ownChainHash: someBytes(32),
  peerChain: someBytes(5_600),
  madeAt: 1_700_000_000_000,
  expiresAt: 1_700_604_800_000,
  sent: { counter: 1, digest: someBytes(32) },
  received: { counter: 2 ** 48, digest: someBytes(32) },
  ...change,
});

overBothBackings('ResumptionStore', (open) => {
  it('S3-12: keeps an entry whole and finds it by its key id and by person, newest first', () => {
    const { stores, again } = open();
    const [one, two, other] = [entry(1, 1), entry(1, 2), entry(2, 1)];
    for (const each of [one, two, other]) stores.resumptions.put(each);
    const { resumptions } = again();
    expect(resumptions.byKeyId(one.keyId)).toStrictEqual(one);
    expect(resumptions.byKeyId(someBytes(32))).toBeUndefined();
    expect(resumptions.ofPeer(peer(1))).toStrictEqual([two, one]);
    expect(resumptions.ofPeer(peer(3))).toEqual([]);
  });

  it('A56: at most one per pair of devices: the newer takes the place, and the older is in no row any more', () => {
    const { db, stores, again } = open();
    const [older, newer, other] = [entry(1, 1), entry(1, 1), entry(1, 2)];
    for (const each of [older, other, newer]) stores.resumptions.put(each);
    expect(db.prepare('SELECT count(*) AS count FROM resumptions').get()).toEqual({ count: 2 });
    const { resumptions } = again();
    expect(resumptions.byKeyId(older.keyId)).toBeUndefined();
    expect(resumptions.ofPeer(peer(1))).toStrictEqual([newer, other]);
  });

  it('what it gives out is the caller’s own: wiping a secret leaves the stored one', () => {
    const { stores } = open();
    const one = entry(1, 1);
    stores.resumptions.put(one);
    stores.resumptions.byKeyId(one.keyId)?.secret.fill(0);
    expect(stores.resumptions.byKeyId(one.keyId)?.secret).toEqual(one.secret);
  });

  it('writes where a session ended, and nothing for an entry that is gone', () => {
    const { stores, again } = open();
    const [one, gone] = [entry(1, 1), entry(1, 2)];
    stores.resumptions.put(one);
    const [sent, received] = [{ counter: 77, digest: someBytes(32) }, { counter: 5, digest: someBytes(32) }];
    stores.resumptions.setPositions(one.keyId, sent, received);
    stores.resumptions.setPositions(gone.keyId, sent, received);
    const { resumptions } = again();
    expect(resumptions.byKeyId(one.keyId)).toStrictEqual({ ...one, sent, received });
    expect(resumptions.byKeyId(gone.keyId)).toBeUndefined();
  });

  it('A57: erases one, a person’s, all, and those that are of no use: expired, or made under another own chain', () => {
    const { stores, again } = open();
    const chain = someBytes(32);
    const all = [1, 2, 3, 4, 5].map((person) => entry(person, 1, { ownChainHash: chain, expiresAt: person === 4 ? 10 : 1_000 }));
    for (const each of all) stores.resumptions.put(each);
    stores.resumptions.put(entry(5, 1));
    const [one, two] = all;
    if (one) stores.resumptions.remove(one.keyId);
    if (two) stores.resumptions.removePeer(two.peerId);
    const left = (of = again()): number[] => [1, 2, 3, 4, 5].filter((person) => of.resumptions.ofPeer(peer(person)).length > 0);
    stores.resumptions.removeUnusable(10, chain);
    const later = again();
    expect(left(later)).toEqual([3]);
    later.resumptions.removeAll();
    expect(left(later)).toEqual([]);
  });

  it('keeps no more than its limit: the oldest go', () => {
    const { db } = open();
    const store = createResumptionStore(db, 3);
    const all = [1, 2, 3, 4, 5].map((person) => entry(person, 1));
    for (const each of all) store.put(each);
    expect(all.map(({ keyId }) => store.byKeyId(keyId) !== undefined)).toEqual([false, false, true, true, true]);
  });

  it('what is no entry is damage or refused, never another entry', () => {
    const { db, stores } = open();
    expect(() => stores.resumptions.put(entry(1, 1, { secret: someBytes(31) }))).toThrow();
    const one = entry(1, 1);
    stores.resumptions.put(one);
    expect(() => db.prepare('UPDATE resumptions SET key_id = ?').run([someBytes(16)])).toThrow();
    db.exec("UPDATE resumptions SET sent_counter = 9007199254740993");
    expect(() => stores.resumptions.byKeyId(one.keyId)).toThrow(expect.objectContaining({ code: 'vault.damaged' }));
  });
});
