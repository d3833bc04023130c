import { beforeAll, describe, expect, it } from 'vitest';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { ownKekId } from '../../../../electron/engine/exchange/kek-id';
import { KekRing } from '../../../../electron/engine/exchange/kek-ring';
import { peerIdFromBytes } from '../../../../electron/engine/wire/ids';
import { createDialogStore } from '../../../../electron/storage/dialog-store';
import { testCrypto } from '../../../support/dialog-kit';
import { newPerson, type Person } from '../../../support/dialog-person';
import { freshDatabase } from '../../../support/fresh-database';

const now = Date.UTC(2026, 0, 1);
let crypto: Crypto;
let ann: Person;
let bo: Person;
let cas: Person;

beforeAll(async () => {
  crypto = await testCrypto();
  [ann, bo, cas] = (await Promise.all(['Ann', 'Bo', 'Cas'].map((name) => newPerson(crypto, name)))) as [Person, Person, Person];
}, 60_000);

/** What a device with an empty database knows of the keys of a pair. */
const ring = (own: Person, peer: Person): KekRing =>
  new KekRing({ crypto, local: own.local, store: createDialogStore(freshDatabase()), peerId: peer.local.peerId, open: 0, onErased: () => undefined });

describe('the id of a key exchange key', () => {
  it('A38: is HKDF of the device’s seed over contact, epoch, times and commitment, as another program computes it', () => {
    const seed = Uint8Array.from({ length: 32 }, (_, at) => at);
    const instance = { ...ann.local.instance, signing: crypto.signingFromSeed(seed.slice()) };
    const id = ownKekId(crypto, { instance }, peerIdFromBytes(new Uint8Array(32).fill(7)), { epoch: 3, notBefore: 1_767_225_600_000, notAfter: 1_767_830_400_000 }, new Uint8Array(16).fill(9));
    expect(id).toBe('cc6fa3435fa4c6bc6b67dd3b5208908c');
  });

  it('A38 S1-04: a device that was set back knows a key it made by its id alone; one it still knows is not lost', () => {
    const made = ring(ann, bo);
    const [first, second] = [made.create(bo.remote(), now), made.create(bo.remote(), now)];
    expect([first.epoch, second.epoch, first.kekId === second.kekId]).toEqual([1, 2, false]);
    for (const row of [first, second]) {
      expect(made.isLost({ header: row, check: row.check })).toBe(false);
      expect(ring(ann, bo).isLost({ header: row, check: row.check })).toBe(true);
      expect(ring(ann, bo).contradicts(row, row.check)).toBe(true);
    }
  });

  it('A11: nobody else can make one: neither with anything of a true one changed, nor one of another device, nor one that was made for somebody else', () => {
    const row = ring(ann, bo).create(bo.remote(), now);
    const back = ring(ann, bo);
    const other = ring(bo, ann).create(ann.remote(), now);
    const otherId = ring(ann, bo).create(bo.remote(), now).kekId;
    const forged = [{ epoch: 2 }, { notBefore: now + 1 }, { notAfter: row.notAfter + 1 }, { kekId: otherId }, { kekId: other.kekId }, { creatingInstance: bo.local.instanceId }];
    for (const change of forged) expect([change, back.isLost({ header: { ...row, ...change }, check: row.check })]).toEqual([change, false]);
    expect(back.isLost({ header: row, check: crypto.random(16) })).toBe(false);
    expect(back.isLost({ header: { ...other, creatingInstance: ann.local.instanceId }, check: other.check })).toBe(false);
    expect(ring(ann, cas).isLost({ header: row, check: row.check })).toBe(false);
  });

  it('A88 S1-19: the bytes of an own key are overwritten in memory with its successor, with a floor above it, with the pair, and when everything is locked', () => {
    const ends: readonly ((ring: KekRing) => void)[] = [
      (made) => void made.create(bo.remote(), now),
      (made) => made.raiseFloor(ann.local.instanceId, 2),
      (made) => made.deleteAll(),
      (made) => made.wipe(),
    ];
    for (const end of ends) {
      const made = ring(ann, bo);
      const { key } = made.create(bo.remote(), now);
      expect(key?.some((byte) => byte !== 0)).toBe(true);
      end(made);
      expect(key).toEqual(new Uint8Array(32));
    }
  });

  it('S2-05: a generator that gives the same key again is refused', () => {
    const stuck: Crypto = { ...crypto, randomSecret: (kind, length) => crypto.secret(kind, new Uint8Array(length).fill(5)) };
    const made = new KekRing({ crypto: stuck, local: ann.local, store: createDialogStore(freshDatabase()), peerId: bo.local.peerId, open: 0, onErased: () => undefined });
    made.create(bo.remote(), now);
    expect(() => made.create(bo.remote(), now)).toThrow('repeated a key');
  });
});
