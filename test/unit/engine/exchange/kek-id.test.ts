import { beforeAll, describe, expect, it } from 'vitest';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import type { Secret, SecretKind } from '../../../../electron/engine/crypto/secret';
import { ArchivedHeaders } from '../../../../electron/engine/exchange/archived-headers';
import { ownKekId } from '../../../../electron/engine/exchange/kek-id';
import { KekRing, maxCreators } from '../../../../electron/engine/exchange/kek-ring';
import type { KekRow } from '../../../../electron/engine/exchange/kek-store';
import { keyCheck } from '../../../../electron/engine/exchange/kek-wrap';
import { instanceIdFromBytes, kekIdFromBytes, peerIdFromBytes } from '../../../../electron/engine/wire/ids';
import { createDialogStore } from '../../../../electron/storage/dialog-store';
import { Forger } from '../../../support/dialog-forge';
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
const ring = (own: Person, peer: Person, open = 0): KekRing =>
  new KekRing({ crypto, local: own.local, store: createDialogStore(freshDatabase()), peerId: peer.local.peerId, open, onErased: () => undefined });

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

  it('A11 A16: a key that is known is it only as it was: under another epoch, by which a floor would be got round, or of another device, it contradicts what is remembered', () => {
    const made = ring(ann, bo);
    const own = made.create(bo.remote(), now);
    const bos = { kekId: ring(bo, ann).create(ann.remote(), now).kekId, creatingInstance: bo.local.instanceId, epoch: 3, notBefore: now, notAfter: now + 1 };
    const check = crypto.random(16);
    made.learned(bos, check, crypto.randomSecret('kek', 32), new Uint8Array(1), crypto.random(32), now);
    const known = [[own, own.check], [bos, check]] as const;
    for (const [header, of] of known) {
      const said = [header, { ...header, epoch: header.epoch + 1 }, { ...header, creatingInstance: cas.local.instanceId }].map((each) => made.contradicts(each, of));
      expect([...said, made.contradicts(header, crypto.random(16))]).toEqual([false, true, true, true]);
    }
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

  it('A88 S1-19: of received keys only the newest of a device is kept open, also where an earlier one comes again', () => {
    const made = ring(ann, bo, 8);
    const header = (epoch: number) => ({ kekId: kekIdFromBytes(new Uint8Array(16).fill(epoch)), creatingInstance: bo.local.instanceId, epoch, notBefore: now, notAfter: now + 1 });
    for (const epoch of [1, 2, 1]) made.learned(header(epoch), new Uint8Array(16).fill(epoch), crypto.randomSecret('kek', 32), new Uint8Array(1), new Uint8Array(32).fill(epoch), now);
    const isOpen = (epoch: number): boolean => {
      const row = made.find(header(epoch).kekId);
      return row !== undefined && made.keys.withKey(row, () => true) === true;
    };
    expect([1, 2].map(isOpen)).toEqual([false, true]);
  });

  /** A ring that keeps `open` keys open, what it lets go of, and the secrets it made. */
  function watched(open: number) {
    const secrets: Secret<SecretKind>[] = [];
    const erased: string[] = [];
    const store = createDialogStore(freshDatabase());
    const noting: Crypto = { ...crypto, secret: (kind, bytes) => {
      const secret = crypto.secret(kind, bytes);
      secrets.push(secret);
      return secret;
    } };
    const made = new KekRing({ crypto: noting, local: ann.local, store, peerId: bo.local.peerId, open, onErased: (kekId) => erased.push(kekId) });
    const headerOf = (creator: number, epoch: number) => ({ kekId: kekIdFromBytes(new Uint8Array(16).fill(creator).fill(epoch, 8)), creatingInstance: instanceIdFromBytes(new Uint8Array(16).fill(creator)), epoch, notBefore: now, notAfter: now + 1 });
    const learn = (creator: number, epoch: number, at = now): KekRow => {
      const header = headerOf(creator, epoch);
      made.learned(header, crypto.random(16), crypto.randomSecret('kek', 32), new Uint8Array(1), crypto.random(32), at);
      return made.find(header.kekId) ?? expect.unreachable('it was learned');
    };
    const isOpen = (row: KekRow): boolean => made.keys.withKey(row, () => true) === true;
    return { made, store, erased, secrets, learn, isOpen };
  }

  it('A16 A88: below a floor no key is left, open or in a header, own ones neither; a floor never sinks, and what is made next is above it', () => {
    const { made, store, erased, learn, isOpen } = watched(8);
    const { peerId } = bo.local;
    const [first, second] = [learn(7, 1), learn(7, 2)];
    const own = made.create(bo.remote(), now);
    store.putOwnBlock(peerId, own.kekId, new Uint8Array(32), new Uint8Array(1));
    const blocks = () => [first, second].map(({ kekId }) => store.blockOf(peerId, kekId) !== undefined);
    made.raiseFloor(first.creatingInstance, 2);
    expect([blocks(), isOpen(second), erased]).toEqual([[false, true], true, [first.kekId]]);
    made.raiseFloor(first.creatingInstance, 3);
    made.raiseFloor(first.creatingInstance, 1);
    expect([blocks(), isOpen(second), made.floor(first.creatingInstance), store.kekFloor(peerId, first.creatingInstance)]).toEqual([[false, false], false, 3, 3]);
    expect(store.ownBlock(own.kekId, new Uint8Array(32))).toBeDefined();
    made.raiseFloor(ann.local.instanceId, 9);
    expect([store.ownBlock(own.kekId, new Uint8Array(32)), isOpen(made.find(own.kekId) ?? expect.unreachable()), erased.includes(own.kekId)]).toEqual([undefined, false, true]);
    const next = made.create(bo.remote(), now);
    store.putOwnBlock(peerId, next.kekId, new Uint8Array(32), new Uint8Array(1));
    expect([next.epoch, made.create(bo.remote(), now).epoch, store.ownBlock(next.kekId, new Uint8Array(32))]).toEqual([9, 10, undefined]);
  });

  it('A17: of devices that come and go without end the latest are remembered, own ones always, and one that speaks, whatever its clock was; of the others nothing stays', () => {
    const { made, store, erased, learn, isOpen } = watched(200);
    const own = made.create(bo.remote(), now);
    const rows = Array.from({ length: maxCreators - 1 }, (_, at) => learn(at + 1, 1, now + 1 + at));
    const [oldest, next] = [rows[0] ?? expect.unreachable(), rows[1] ?? expect.unreachable()];
    expect([isOpen(oldest), erased]).toEqual([true, []]);
    const late = learn(200, 1, now - 1);
    expect([made.find(oldest.kekId), isOpen(oldest), store.blockOf(bo.local.peerId, oldest.kekId), erased]).toEqual([undefined, false, undefined, [oldest.kekId]]);
    expect([made.find(late.kekId), made.find(own.kekId), made.find(next.kekId)]).toEqual([late, own, next]);
  });

  it('A88 S1-19: no more keys are open than may be, the oldest goes first and is wiped; one that is not kept is wiped behind its use', () => {
    const { secrets, learn, isOpen } = watched(2);
    const rows = [1, 2, 3].map((creator) => learn(creator, 1));
    expect([rows.map(isOpen), secrets.map(({ wiped }) => wiped)]).toEqual([[false, true, true], [true, false, false]]);
    const none = watched(0);
    const own = none.made.create(bo.remote(), now);
    expect([none.isOpen(own), none.secrets.length > 0, none.secrets.every(({ wiped }) => wiped)]).toEqual([true, true, true]);
  });

  it('A11 S1-19: a kept header that opens to another key than was learned gives none', () => {
    const forger = new Forger(crypto, bo, ann);
    const block = forger.block();
    for (const [check, isKey] of [[keyCheck(crypto, 'kek-check', forger.kek), true], [crypto.random(16), false]] as const) {
      const made = ring(ann, bo);
      made.learned(forger.kekHeader, check, forger.kek, block, crypto.sha256(block), now);
      const row = made.find(forger.kekHeader.kekId) ?? expect.unreachable('it was learned');
      expect(made.keys.withKey(row, () => true) ?? false).toBe(isKey);
    }
  });

  it('S2-05: a generator that gives the same key again is refused', () => {
    const stuck: Crypto = { ...crypto, randomSecret: (kind, length) => crypto.secret(kind, new Uint8Array(length).fill(5)) };
    const made = new KekRing({ crypto: stuck, local: ann.local, store: createDialogStore(freshDatabase()), peerId: bo.local.peerId, open: 0, onErased: () => undefined });
    made.create(bo.remote(), now);
    expect(() => made.create(bo.remote(), now)).toThrow('repeated a key');
  });
});

describe('a key header in an archive', () => {
  it('counts as it was signed, whole and from the one to the other: anything behind it, another date, an epoch that is none, a key for oneself, a subject that is none say nothing', () => {
    const archive = new ArchivedHeaders(crypto, [ann, bo].map(({ local }) => local.peerId));
    const { peerId, identity, instance } = ann.local;
    expect(archive.addSigner({ peerId, certificate: identity.der, credential: instance.credential.bytes })).toBeUndefined();
    const forger = new Forger(crypto, ann, bo);
    const whole = forger.block();
    const otherDate = forger.block({ changed: { initiatorIssued: new TextEncoder().encode('2000-01-01T00:00:00Z') } });
    const [own, foreign, nobody] = [forger.block({ to: ann }), forger.block({ to: cas }), forger.block({ changed: { targetCert: new Uint8Array(60).fill(1) } })];
    forger.kekHeader = { ...forger.kekHeader, epoch: 0 };
    const checked = [whole, Buffer.concat([whole, new Uint8Array(1)]), whole.subarray(1), otherDate, own, foreign, nobody, forger.block()].map((block) => archive.check(block));
    const faults = ['header', 'header', 'signer', 'recipient', 'recipient', 'recipient', 'header'] as const;
    expect(checked).toEqual([{ signedBy: peerId }, ...faults.map((fault) => ({ fault }))]);
  });
});
