import { describe, expect, it } from 'vitest';
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
});
