import { describe, expect, it } from 'vitest';
import { isInUse } from '../../../../electron/engine/exchange/kek-shift';
import type { KekRow } from '../../../../electron/engine/exchange/kek-store';
import { instanceIdFromBytes, kekIdFromBytes, peerIdFromBytes } from '../../../../electron/engine/wire/ids';
import { Forger } from '../../../support/dialog-forge';
import { Device, newPair, person, settle, testCrypto } from '../../../support/dialog-kit';
import { day, hour, keysWithBytes, RotatingPair } from '../../../support/rotating-pair';

const none = { rsaSign: 0, rsaVerify: 0, sign: 0, verify: 0, kemEncaps: 0, kemDecaps: 0, kekWrap: 0, kekUnwrap: 0 };

describe('a key exchange key replaced by its creator', () => {
  it('S1-18 S1-31 S2-14: after seven days: one wrap and one unwrap for three dialogs, the same session keys, nothing lost', async () => {
    const { alice, bob } = await newPair();
    bob.clock.time = alice.clock.time;
    const dialogs = ['a', 'b', 'c'].map((title) => alice.engine.open(bob.peerId, { title }));
    settle(alice, bob);
    // Only the key exchange key is to change.
    for (const dialogId of dialogs) alice.engine.setPolicy(alice.dialog(bob, dialogId), { afterMilliseconds: 0 });
    for (const device of [alice, bob]) device.clock.pass(7 * day - 1);
    for (const dialogId of dialogs) alice.say(bob, dialogId, 'in time');
    for (const dialogId of dialogs) expect(alice.engine.status(alice.dialog(bob, dialogId)).kek?.epoch).toBe(1);
    settle(alice, bob);
    for (const device of [alice, bob]) device.clock.pass(1);
    const old = alice.db.prepare('SELECT key FROM keks').get()?.['key'] as Uint8Array;
    for (const device of [alice, bob]) device.crypto.meter.reset();
    for (const dialogId of dialogs) expect(alice.say(bob, dialogId, 'later').keyEpoch).toBe(1);
    expect(alice.crypto.meter.read()).toMatchObject({ ...none, sign: 1, kemEncaps: 1, kekWrap: 1, dskWrap: 3 });
    bob.receive(alice, ...alice.pending(bob));
    expect(bob.crypto.meter.read()).toMatchObject({ ...none, verify: 1, kemDecaps: 1, kekUnwrap: 1, dskUnwrap: 3 });
    settle(alice, bob);
    for (const dialogId of dialogs) {
      expect(bob.sink.texts(dialogId)).toEqual(['in time', 'later']);
      const [ours, theirs] = [alice.engine.status(alice.dialog(bob, dialogId)), bob.engine.status(bob.dialog(alice, dialogId))];
      expect(ours).toMatchObject({ kek: { epoch: 2 }, sending: { epoch: 1 } });
      expect(theirs.kek).toEqual(ours.kek);
    }
    // The bytes of the first one are gone from the database and from what a status or snapshot could show.
    expect(keysWithBytes(alice)).toBe(1);
    expect(alice.snapshot()).not.toContain(Buffer.from(old).toString('hex'));
    expect(bob.sink.of('shifted').filter((each) => each.who === 'peer').map((each) => each.to)).toEqual([1, 1, 1]);
  });

  it('S1-43: whether it is due costs the warm path nothing but a comparison', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    settle(alice, bob);
    alice.crypto.meter.reset();
    for (let message = 0; message < 200; message += 1) alice.say(bob, dialogId, `${message}`);
    expect(alice.crypto.meter.read()).toMatchObject({ ...none, dskWrap: 0, seal: 200 });
  });

  it('A07 A90: a clock set far ahead and back again makes one new key each time, not one for each message', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    const start = alice.clock.time;
    for (const time of [start + 3650 * day, start, start + 1, start + 10 * day]) {
      alice.clock.time = time;
      for (const text of ['a', 'b', 'c']) alice.say(bob, dialogId, text);
    }
    expect(alice.engine.status(alice.dialog(bob, dialogId)).kek?.epoch).toBe(4);
    settle(alice, bob);
    expect(bob.sink.texts()).toEqual(['a', 'b', 'c', 'a', 'b', 'c', 'a', 'b', 'c', 'a', 'b', 'c']);
    expect(bob.sink.of('failed')).toEqual([]);
  });

  it('S1-31 A20: after either side has a new exchange key there is exactly one new wrap, and no key is ever wrapped to two', async () => {
    const pair = await RotatingPair.create();
    const { alice, bob, clock } = pair;
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    pair.settle();
    for (let week = 1; week <= 3; week += 1) {
      clock.pass(6 * day);
      await pair.renew(bob);
      pair.meet();
      alice.crypto.meter.reset();
      alice.say(bob, dialogId, `bob renewed ${week}`);
      expect(alice.crypto.meter.read()).toMatchObject({ ...none, sign: 1, kemEncaps: 1, kekWrap: 1 });
      pair.settle();
      expect(new Set(pair.keks(dialogId)).size).toBe(1);
      clock.pass(hour);
      await pair.renew(alice);
      pair.meet();
      // The other side speaks first: it does not wrap the key of before to the new credential.
      bob.say(alice, dialogId, `alice renewed ${week}`);
      pair.settle();
      expect(new Set(pair.keks(dialogId)).size).toBe(1);
    }
    expect(bob.sink.texts()).toEqual(['bob renewed 1', 'bob renewed 2', 'bob renewed 3']);
    expect(alice.sink.texts()).toEqual(['alice renewed 1', 'alice renewed 2', 'alice renewed 3']);
    for (const device of [alice, bob]) {
      const wraps = device.db.prepare('SELECT kek_id, count(*) AS n FROM kek_blocks_own GROUP BY kek_id').all();
      expect(wraps.every((row) => row['n'] === 1)).toBe(true);
      expect(device.sink.of('failed')).toEqual([]);
    }
  });

  it('S1-30: after its own renewal a sender signs once more, and then no more', async () => {
    const pair = await RotatingPair.create();
    const { alice, bob, clock } = pair;
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    pair.settle();
    clock.pass(6 * day);
    await pair.renew(alice);
    pair.meet();
    alice.crypto.meter.reset();
    alice.say(bob, dialogId, 'a');
    expect(alice.crypto.meter.read()).toMatchObject({ ...none, sign: 1, kemEncaps: 1, kekWrap: 1 });
    for (const text of ['b', 'c', 'd']) alice.say(bob, dialogId, text);
    expect(alice.crypto.meter.read()).toMatchObject({ sign: 1, kemEncaps: 1, kekWrap: 1 });
    pair.settle();
    expect(bob.sink.texts()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('S1-31 A20: made before either exchange key, it is used no more, by whoever speaks first, and is never in two wraps at a time', async () => {
    const pair = await RotatingPair.create();
    const { alice, bob, clock } = pair;
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    pair.settle();
    const used = new Set([pair.keks(dialogId)[0]]);
    for (const renewed of [bob, alice, bob, alice]) {
      // An exchange key is due, and a key exchange key is not.
      clock.pass(renewed === bob ? 6 * day : 0);
      await pair.renew(renewed);
      pair.meet();
      alice.say(bob, dialogId, `${used.size}`);
      used.add(pair.keks(dialogId)[0]);
      // Looked at here: with the next key the wraps of this one go.
      const wraps = alice.db.prepare('SELECT kek_id, count(*) AS n FROM kek_blocks_own GROUP BY kek_id').all();
      expect(wraps.map((row) => row['n'])).toEqual(wraps.map(() => 1));
      pair.settle();
    }
    expect(used.size).toBe(5);
    expect(bob.sink.texts()).toEqual(['1', '2', '3', '4']);
  });

  it('S1-19: what the other side sent under the key of before still opens, by its own header', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    settle(alice, bob);
    bob.say(alice, dialogId, 'under the first');
    alice.engine.shiftPair(alice.dialog(bob, dialogId), { compromised: false });
    alice.say(bob, dialogId, 'under the second');
    expect(keysWithBytes(alice)).toBe(1);
    alice.restart();
    expect(alice.receive(bob, ...bob.pending(alice))[0]?.kind).toBe('delivered');
    settle(alice, bob);
    expect(alice.sink.texts()).toEqual(['under the first']);
    expect(bob.sink.texts()).toEqual(['under the second']);
  });

  it('S1-18 A16: an earlier key is still taken in a stream that has not used the later one, and never after it has', async () => {
    const { crypto, alice, bob } = await newPair();
    const first = new Forger(crypto, alice.person, bob.person);
    first.kekHeader = { ...first.kekHeader, notBefore: alice.clock.time, notAfter: alice.clock.time + day };
    bob.receive(alice, first.message(1, 'one'));
    const second = new Forger(crypto, alice.person, bob.person);
    second.kekHeader = { ...second.kekHeader, epoch: 2, notBefore: alice.clock.time, notAfter: alice.clock.time + day };
    expect(bob.receive(alice, second.message(1, 'in another dialog'))[0]?.kind).toBe('delivered');
    expect(bob.receive(alice, first.message(2, 'two'))[0]?.kind).toBe('delivered');
    const { dialogId, dsk, dskHeader } = second;
    Object.assign(first, { dialogId, dsk, dskHeader });
    expect(bob.receive(alice, first.message(2, 'rolled back'))[0]).toEqual({ kind: 'rejected', reason: 'kek-rollback' });
    expect(bob.sink.texts()).toEqual(['one', 'in another dialog', 'two']);
  });

  it('S1-17 A18: both replace theirs at the same time, and go on for weeks: one key per dialog, no more than one new one a week each', async () => {
    const { alice, bob } = await newPair();
    const [one, two] = [alice.engine.open(bob.peerId, { title: 'alice' }), bob.engine.open(alice.peerId, { title: 'bob' })];
    settle(alice, bob);
    for (let round = 0; round < 40; round += 1) {
      for (const device of [alice, bob]) device.clock.pass(1.5 * day);
      // Both speak in both dialogs before either hears anything.
      for (const dialogId of [one, two]) {
        alice.say(bob, dialogId, `${round}`);
        bob.say(alice, dialogId, `${round}`);
      }
      settle(alice, bob);
      for (const dialogId of [one, two]) {
        expect(alice.engine.status(alice.dialog(bob, dialogId)).kek).toMatchObject({ id: bob.engine.status(bob.dialog(alice, dialogId)).kek?.id });
      }
    }
    const weeks = Math.ceil((40 * 1.5) / 7) + 1;
    for (const device of [alice, bob]) {
      const rows = device.db.prepare('SELECT creating_instance, max(epoch) AS n FROM keks GROUP BY creating_instance').all();
      expect(rows).toHaveLength(2);
      for (const row of rows) expect(row['n']).toBeLessThanOrEqual(weeks);
      expect(device.sink.texts(one)).toHaveLength(40);
      expect(device.sink.of('failed')).toEqual([]);
    }
  });

  it('A17: a flood of new keys is throttled and counted for that person; others are heard, and it is heard again later', async () => {
    const { crypto, alice, bob } = await newPair({ limits: { decapsulations: 4, decapsulationsPerSecond: 1 } });
    const forger = new Forger(crypto, alice.person, bob.person);
    const flood = (epoch: number): Uint8Array => {
      const each = new Forger(crypto, alice.person, bob.person);
      each.kekHeader = { ...each.kekHeader, epoch };
      Object.assign(each, { dialogId: forger.dialogId, dsk: forger.dsk, dskHeader: forger.dskHeader });
      return each.message(epoch, 'x');
    };
    const kinds = bob.receive(alice, ...Array.from({ length: 40 }, (_, index) => flood(index + 1))).map((each) => each.kind);
    expect(kinds.filter((kind) => kind === 'delivered')).toHaveLength(4);
    expect(bob.crypto.meter.read().kemDecaps).toBe(4);
    expect(bob.engine.status(bob.dialog(alice, forger.dialogId)).problems).toMatchObject([{ kind: 'too-many-keys', count: 36 }]);
    const carol = new Device(await testCrypto(), await person('Carol'));
    bob.knows(carol);
    expect(bob.receive(carol, new Forger(crypto, carol.person, bob.person).message(1, 'x'))[0]?.kind).toBe('delivered');
    bob.clock.pass(2000);
    expect(bob.receive(alice, flood(5))[0]?.kind).toBe('delivered');
    expect(bob.engine.status(bob.dialog(alice, forger.dialogId)).problems).toEqual([]);
  });

  it('S1-06 S1-27 S1-40: a thousand dialogs with a known person: no RSA, no signature and no KEM on either side', { timeout: 60_000 }, async () => {
    const { alice, bob } = await newPair();
    alice.engine.open(bob.peerId, { title: 'x' });
    settle(alice, bob);
    for (const device of [alice, bob]) device.crypto.meter.reset();
    for (let dialog = 0; dialog < 1000; dialog += 1) alice.engine.open(bob.peerId, { title: `${dialog}` });
    bob.receive(alice, ...alice.pending(bob));
    expect(alice.crypto.meter.read()).toMatchObject({ ...none, dskWrap: 1000 });
    expect(bob.crypto.meter.read()).toMatchObject({ ...none, dskUnwrap: 1000 });
    alice.receive(bob, ...bob.acknowledgements(alice));
    for (const device of [alice, bob]) expect(device.crypto.meter.read()).toMatchObject(none);
    expect(alice.pending(bob)).toEqual([]);
  });

  it('A17: however many keys a contact makes, a bounded number of header blocks is kept, also of those answered under', async () => {
    const { alice, bob, crypto } = await newPair();
    const forger = new Forger(crypto, alice.person, bob.person);
    const now = alice.clock.now();
    for (let epoch = 1; epoch <= 300; epoch += 1) {
      forger.newKek();
      forger.kekHeader = { ...forger.kekHeader, kekId: kekIdFromBytes(crypto.random(16)), epoch, notBefore: now, notAfter: now + 7 * day };
      bob.receive(alice, forger.message(epoch, `${epoch}`));
      expect(bob.acknowledgements(alice)).toHaveLength(1);
    }
    expect(bob.sink.texts()).toHaveLength(300);
    const count = (table: string) => bob.db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n'];
    expect([count('keks'), count('kek_blocks_received'), count('kek_blocks_own')]).toEqual([256, 16, 1]);
  });

  it('S1-18: of keys that are erased when a profile opens their header blocks go, too', async () => {
    const pair = await RotatingPair.create();
    const { alice, bob, clock } = pair;
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    for (let week = 0; week < 8; week += 1) {
      alice.say(bob, dialogId, `${week}`);
      pair.settle();
      clock.pass(8 * day);
      for (const each of [alice, bob]) await pair.renew(each);
    }
    expect(Number(alice.db.prepare('SELECT count(*) AS n FROM kek_blocks_own').get()?.['n'])).toBeLessThan(2);
  });
});

describe('when something may be sent under a key', () => {
  const filled = (byte: number, length = 32) => new Uint8Array(length).fill(byte);
  const [own, theirs] = [instanceIdFromBytes(filled(1, 16)), instanceIdFromBytes(filled(2, 16))];
  const made = 100 * day;
  const between = { own: { hash: filled(3) }, peer: { hash: filled(4), notBefore: made } };
  const row: KekRow = { peerId: peerIdFromBytes(filled(5)), kekId: kekIdFromBytes(filled(6, 16)), creatingInstance: own, epoch: 1, notBefore: made, notAfter: made + 7 * day, ownExchange: filled(3), peerExchange: filled(4), check: filled(7, 16), known: true, deleted: false, createdAt: made };
  const mayAt = (change: Partial<KekRow>) => (now: number) => isInUse({ ...row, ...change }, own, between, now);

  it('S1-18 A20: one’s own as long as it says, from a day before, and between the very credentials it was made between', () => {
    expect([made - day - 1, made - day, made + 7 * day - 1, made + 7 * day].map(mayAt({}))).toEqual([false, true, true, false]);
    for (const change of [{ ownExchange: filled(4) }, { peerExchange: filled(3) }, { deleted: true }]) expect(mayAt(change)(made)).toBe(false);
  });

  it('S1-18 A20: one that came no longer than one’s own from when it came, whatever it says, and a day to answer; none that is older than the credential of who made it', () => {
    const came = made + 30 * day;
    const received = { creatingInstance: theirs, createdAt: came };
    expect([came, came + 8 * day - 1, came + 8 * day].map(mayAt({ ...received, notAfter: made + 4_000 * day }))).toEqual([true, true, false]);
    expect([came + 2 * day - 1, came + 2 * day].map(mayAt({ ...received, notAfter: came + day }))).toEqual([true, false]);
    expect([made, made - 1].map((notBefore) => mayAt({ ...received, notAfter: came + day, notBefore })(came))).toEqual([true, false]);
  });
});
