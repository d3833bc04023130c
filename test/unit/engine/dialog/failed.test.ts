import { describe, expect, it } from 'vitest';
import { Forger } from '../../../support/dialog-forge';
import { newPair, settle } from '../../../support/dialog-kit';

describe('a failed dialog', () => {
  it('S2-10 A37: is told to the peer, stays failed across restarts, and keeps what was delivered', async () => {
    const { crypto, alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    alice.say(bob, dialogId, 'kept');
    settle(alice, bob);
    bob.say(alice, dialogId, 'waits');
    const forger = new Forger(crypto, alice.person, bob.person);
    forger.dialogId = dialogId;
    forger.kekHeader = { ...forger.kekHeader, epoch: 7 };
    forger.dskHeader = { ...forger.dskHeader, epoch: 1 };
    expect(bob.receive(alice, forger.message(3, 'forged'))[0]).toEqual({ kind: 'rejected', reason: 'key-conflict' });
    expect(bob.sink.of('failed')).toMatchObject([{ dialogId, reason: 'key-conflict' }]);
    expect(bob.sink.texts()).toEqual(['kept']);
    expect(bob.pending(alice)).toEqual([]);
    // For other programs, which know by it what stays away (protocol.md §14).
    expect(bob.db.prepare('SELECT dialog_id, reason FROM dialog_tombstones').all().map((row) => ({ ...row }))).toEqual([{ dialog_id: dialogId, reason: 'key-conflict' }]);

    bob.restart();
    expect(() => bob.say(alice, dialogId, 'y')).toThrow(/ended/);
    alice.say(bob, dialogId, 'unaware');
    expect(bob.receive(alice, ...alice.pending(bob))[0]).toEqual({ kind: 'rejected', reason: 'dialog-failed' });
    expect(alice.receive(bob, ...bob.acknowledgements(alice))[0]?.kind).toBe('control');
    expect(alice.sink.of('failed')).toMatchObject([{ dialogId, reason: 'told-by-peer' }]);
    alice.restart();
    expect(() => alice.say(bob, dialogId, 'z')).toThrow(/ended/);
    expect(alice.pending(bob)).toEqual([]);
    // Nobody answers anybody for ever.
    expect(alice.acknowledgements(bob)).toEqual([]);
    expect(bob.acknowledgements(alice)).toEqual([]);
  });

  it('S2-10 A37: what somebody who has not heard of it acknowledges moves nothing any more', async () => {
    const { crypto, alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    settle(alice, bob);
    bob.say(alice, dialogId, 'arrives');
    expect(alice.receive(bob, ...bob.pending(alice))[0]?.kind).toBe('delivered');
    const forger = new Forger(crypto, alice.person, bob.person);
    forger.dialogId = dialogId;
    forger.kekHeader = { ...forger.kekHeader, epoch: 7 };
    forger.dskHeader = { ...forger.dskHeader, epoch: 1 };
    expect(bob.receive(alice, forger.message(2, 'forged'))[0]).toEqual({ kind: 'rejected', reason: 'key-conflict' });
    const [told, before] = [bob.sink.events.length, bob.snapshot()];
    const said = alice.acknowledgements(bob);
    expect(said).toHaveLength(1);
    expect(bob.receive(alice, ...said)).toEqual([{ kind: 'rejected', reason: 'dialog-failed' }]);
    expect([bob.sink.events.length, bob.snapshot()]).toEqual([told, before]);
  });

  it('A37: a dialog that was buried does not come back by what another own device tells of it, which still knows it', async () => {
    const { crypto, alice, bob } = await newPair();
    const [buried, other] = [0, 1].map(() => ({ peerId: alice.peerId, dialogId: new Forger(crypto, alice.person, bob.person).dialogId }));
    if (!buried || !other) throw new Error('two dialogs');
    bob.db.prepare('INSERT INTO dialog_tombstones (peer_id, dialog_id, reason, at) VALUES (?, ?, ?, 0)').run([alice.peerId, buried.dialogId, 'key-conflict']);
    for (const key of [buried, other]) bob.engine.shared.mergeDialog(key, { openedBy: 'peer', announced: true, createdAt: 1_000 });
    expect(bob.db.prepare('SELECT dialog_id FROM dialogs').all().map((row) => ({ ...row }))).toEqual([{ dialog_id: other.dialogId }]);
    expect(() => bob.say(alice, buried.dialogId, 'x')).toThrow(/no such/);
  });

  it('S1-41 A22 A37: a dialog that was buried cannot be opened again', async () => {
    const { crypto, alice, bob } = await newPair();
    const forger = new Forger(crypto, alice.person, bob.person);
    bob.db.prepare('INSERT INTO dialog_tombstones (peer_id, dialog_id, reason, at) VALUES (?, ?, ?, 0)').run([alice.peerId, forger.dialogId, 'deleted']);
    const before = bob.snapshot();
    expect(bob.receive(alice, forger.message(1, 'x'))[0]).toEqual({ kind: 'rejected', reason: 'buried' });
    expect([bob.sink.events, bob.snapshot()]).toEqual([[], before]);
  });
});
