import { describe, expect, it } from 'vitest';
import { instanceIdFromBytes } from '../../../../electron/engine/wire/ids';
import { createDialogStore } from '../../../../electron/storage/dialog-store';
import { newPair } from '../../../support/dialog-kit';

describe('what could not be read', () => {
  it('S2-21: what waits for an earlier message is counted, from when, until that one comes', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    for (const text of ['a', 'b', 'c']) alice.say(bob, dialogId, text);
    const [title, a, b, c] = alice.pending(bob);
    if (!title || !a || !b || !c) throw new Error('four messages');
    bob.receive(alice, title, b);
    const since = bob.clock.time;
    bob.clock.pass(1_000);
    bob.receive(alice, c);
    const problems = () => bob.engine.status(bob.dialog(alice, dialogId)).problems;
    const waiting = [{ kind: 'waiting', count: 2, since, instanceId: alice.person.local.instanceId }];
    expect(problems()).toEqual(waiting);
    bob.restart();
    expect(problems()).toEqual(waiting);
    bob.receive(alice, a);
    expect(problems()).toEqual([]);
  });

  it('S2-21 A16: what is locked with a key that is no longer accepted is counted once, not again with every repeat', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    bob.receive(alice, ...alice.pending(bob));
    for (const text of ['a', 'b']) alice.say(bob, dialogId, text);
    const [, a, b] = alice.pending(bob);
    if (!a || !b) throw new Error('three messages');
    bob.db.prepare('INSERT INTO kek_floors (peer_id, creating_instance, floor) VALUES (?, ?, 2)').run([alice.peerId, alice.person.local.instanceId]);
    bob.restart();
    for (let repeat = 0; repeat < 3; repeat += 1) {
      expect(bob.receive(alice, a, b)).toEqual(Array.from({ length: 2 }, () => ({ kind: 'rejected', reason: 'kek-floor' })));
    }
    expect(bob.engine.status(bob.dialog(alice, dialogId)).problems).toMatchObject([{ kind: 'key-refused', count: 2 }]);
    expect(bob.sink.texts()).toEqual([]);
    // The sender is told what arrived, and which keys are still accepted; once.
    expect(bob.acknowledgements(alice)).toHaveLength(2);
    expect(bob.acknowledgements(alice)).toEqual([]);
    bob.db.prepare('DELETE FROM kek_floors').run();
    bob.restart();
    bob.receive(alice, a, b);
    expect(bob.engine.status(bob.dialog(alice, dialogId)).problems).toEqual([]);
    expect(bob.sink.texts()).toEqual(['a', 'b']);
  });

  it('S2-21 A16: however many there are, 1,024 of a stream and 4,096 of a person are counted, also after a restart, and none is delivered', { timeout: 60_000 }, async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    bob.receive(alice, ...alice.pending(bob));
    for (let count = 0; count < 1_030; count += 1) alice.say(bob, dialogId, 'x');
    const [, ...unreadable] = alice.pending(bob);
    bob.db.prepare('INSERT INTO kek_floors (peer_id, creating_instance, floor) VALUES (?, ?, 2)').run([alice.peerId, alice.person.local.instanceId]);
    const store = createDialogStore(bob.db);
    const counted = (): number[] => store.refusals(alice.peerId).map(({ count }) => count);
    bob.restart();
    bob.receive(alice, ...unreadable);
    bob.restart();
    bob.receive(alice, ...unreadable);
    expect(counted()).toEqual([1_024]);

    // Of four further devices of hers, a thousand each: room is left for 96 of this one's.
    bob.db.prepare('DELETE FROM refused_messages').run();
    for (const device of ['1', '2', '3', '4']) {
      const instanceId = instanceIdFromBytes(Buffer.alloc(16, device));
      for (let sequence = 1; sequence <= 1_000; sequence += 1) store.addRefusal(alice.peerId, { kind: 'key-refused', instanceId, since: 1 }, sequence);
    }
    bob.restart();
    bob.receive(alice, ...unreadable);
    expect(counted().toSorted((a, b) => a - b)).toEqual([96, 1_000, 1_000, 1_000, 1_000]);
    expect(bob.sink.texts()).toEqual([]);
  });
});
