import { describe, expect, it } from 'vitest';
import { type Control, encodeControl, type Floors, type KekFloor, maxFloors } from '../../../../electron/engine/dialog/control';
import type { DialogId } from '../../../../electron/engine/ids';
import { instanceIdFromBytes } from '../../../../electron/engine/wire/ids';
import { Forger } from '../../../support/dialog-forge';
import { type Device, newPair, settle } from '../../../support/dialog-kit';
import { hour } from '../../../support/rotating-pair';

const kekOf = (device: Device, other: Device, dialogId: DialogId) => device.engine.status(device.dialog(other, dialogId)).kek;

describe('how far somebody is followed who says that keys may be known', () => {
  it('protocol.md §7: a peer that names a floor above every key it was told of changes nothing', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    settle(alice, bob);
    bob.db.prepare('INSERT INTO kek_floors (peer_id, creating_instance, floor) VALUES (?, ?, 0)').run([alice.peerId, alice.person.local.instanceId]);
    bob.db.exec('UPDATE kek_floors SET floor = 4000000000');
    alice.say(bob, dialogId, 'a');
    const [message] = alice.pending(bob);
    bob.receive(alice, message ?? new Uint8Array());
    bob.restart();
    const before = alice.engine.status(alice.dialog(bob, dialogId)).sending?.epoch;
    alice.receive(bob, ...bob.acknowledgements(alice));
    expect(alice.engine.status(alice.dialog(bob, dialogId)).sending?.epoch).toBe(before);
    const floor = alice.db.prepare('SELECT max(floor) AS n FROM kek_floors').get()?.['n'];
    expect(floor ?? 0).toBeLessThanOrEqual(1);
  });

  it('A17, protocol.md §4.6 §5: which keys are accepted is said in one layout only, and of one’s own keys no more is believed than one more', async () => {
    const { crypto, alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    bob.receive(alice, ...alice.pending(bob));
    const mine = alice.person.local.instanceId;
    const stranger = instanceIdFromBytes(new Uint8Array(16).fill(7));
    const forger = new Forger(crypto, bob.person, alice.person);
    forger.dialogId = dialogId;
    let counter = 100;
    const hear = (control: Uint8Array): string | undefined => {
      counter += 1;
      return alice.receive(bob, forger.message(counter, '', { control: true, plaintext: Buffer.concat([Buffer.alloc(16), control]) }))[0]?.kind;
    };
    const epoch = () => alice.engine.status(alice.dialog(bob, dialogId)).sending?.epoch;
    const floors = () => alice.db.prepare('SELECT creating_instance AS creator, floor FROM kek_floors WHERE floor > 0').all();
    const sorted = [mine, stranger].sort().map((creator) => ({ creator, floor: 2 }));
    const refused: Control[] = [
      { kind: 'floors', floors: [] },
      { kind: 'floors', floors: [...sorted].reverse() },
      { kind: 'floors', floors: [sorted[0], sorted[0]] as KekFloor[] },
      { kind: 'floors', floors: [{ creator: mine, floor: 0 }] },
      { kind: 'floors', floors: Array.from({ length: maxFloors + 1 }, (_, at) => ({ creator: instanceIdFromBytes(new Uint8Array(16).fill(at)), floor: 1 })) },
    ];
    const before = epoch();
    for (const each of refused) expect(hear(encodeControl(each as Floors))).toBe('control');
    expect(hear(encodeControl({ kind: 'floors', floors: sorted }).subarray(0, -1))).toBe('control');
    expect(hear(encodeControl({ kind: 'floors', floors: [{ creator: stranger, floor: 9 }] }))).toBe('control');
    expect([epoch(), floors()]).toEqual([before, []]);

    expect(hear(encodeControl({ kind: 'floors', floors: [{ creator: mine, floor: 4_000_000_000 }] }))).toBe('control');
    expect(floors()).toEqual([{ creator: mine, floor: 2 }]);
    alice.say(bob, dialogId, 'under the next key');
    alice.engine.sealWaiting(bob.peerId);
    expect(bob.receive(alice, ...alice.pending(bob)).map((each) => each.kind)).toEqual(['duplicate', 'delivered']);
    expect(bob.sink.texts(dialogId)).toEqual(['under the next key']);
    expect(kekOf(alice, bob, dialogId)?.epoch).toBe(2);
  });

  it('A17: keys are replaced for what a contact refuses no more than ten times in an hour; what it only repeats does not count', async () => {
    const { crypto, alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    bob.receive(alice, ...alice.pending(bob));
    const creator = alice.person.local.instanceId;
    const forger = new Forger(crypto, bob.person, alice.person);
    forger.dialogId = dialogId;
    let counter = 100;
    /** Says that it accepts Alice's keys from this epoch on only; her floor afterwards. */
    const refuse = (floor: number): number => {
      counter += 1;
      const plaintext = Buffer.concat([Buffer.alloc(16), encodeControl({ kind: 'floors', floors: [{ creator, floor }] })]);
      expect(alice.receive(bob, forger.message(counter, '', { control: true, plaintext }))[0]?.kind).toBe('control');
      alice.say(bob, dialogId, `after ${counter}`);
      alice.engine.sealWaiting(bob.peerId);
      return Number(alice.db.prepare('SELECT floor FROM kek_floors WHERE creating_instance = ?').get([creator])?.['floor']);
    };
    expect(refuse(2)).toBe(2);
    for (let repeat = 0; repeat < 20; repeat += 1) expect(refuse(2)).toBe(2);
    for (let floor = 3; floor <= 11; floor += 1) expect(refuse(floor)).toBe(floor);
    expect(refuse(12)).toBe(11);
    alice.clock.pass(hour);
    expect(refuse(12)).toBe(12);
  });

  it('keys.too-often: ten new keys for a pair and hour by hand, then it says when; automatic ones do not count', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    const key = alice.dialog(bob, dialogId);
    const start = alice.clock.time;
    for (let count = 0; count < 10; count += 1) {
      alice.engine.shiftPair(key, { compromised: count % 2 === 0 });
      alice.clock.pass(1000);
    }
    // A start clears away headers that no message has any more.
    alice.restart();
    const before = alice.snapshot();
    const refused = expect.objectContaining({ code: 'keys.too-often', facts: { retryAt: start + hour } });
    for (const compromised of [false, true]) expect(() => alice.engine.shiftPair(key, { compromised })).toThrow(refused);
    alice.restart();
    expect(() => alice.engine.shiftPair(key, { compromised: true })).toThrow(refused);
    expect(alice.snapshot()).toBe(before);
    alice.clock.time = start + hour + 1;
    expect(alice.engine.shiftPair(key, { compromised: true }).epoch).toBe(12);
  });

  it('who is blocked or has not answered has no keys to renew; a failed transaction leaves none', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    const key = alice.dialog(bob, dialogId);
    const before = alice.snapshot();
    alice.peers.clear();
    expect(() => alice.engine.shiftPair(key, { compromised: true })).toThrow(expect.objectContaining({ code: 'contact.pending' }));
    alice.knows(bob, { blocked: true });
    expect(() => alice.engine.shiftPair(key, { compromised: true })).toThrow(expect.objectContaining({ code: 'contact.blocked' }));
    alice.knows(bob);
    alice.sink.refuse = 'shifted';
    expect(() => alice.engine.shiftPair(key, { compromised: true })).toThrow('refuses');
    expect(alice.snapshot()).toBe(before);
    settle(alice, bob);
    expect(bob.sink.of('opened')).toHaveLength(1);
    expect(() => alice.engine.shiftPair({ ...key, peerId: alice.peerId }, { compromised: true })).toThrow(expect.objectContaining({ code: 'conversation.unknown' }));
  });
});
