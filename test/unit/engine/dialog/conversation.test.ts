import { describe, expect, it } from 'vitest';
import { newPair, settle } from '../../../support/dialog-kit';

describe('two people', () => {
  it('S1-04 S1-29: what one writes reaches the other, in order, once', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'Holiday' });
    alice.say(bob, dialogId, 'one');
    alice.say(bob, dialogId, 'two');
    expect(bob.receive(alice, ...alice.pending(bob)).map((each) => each.kind)).toEqual(['delivered', 'delivered', 'delivered']);
    expect(bob.sink.of('opened')).toMatchObject([{ peerId: alice.peerId, dialogId, title: 'Holiday' }]);
    expect(bob.sink.texts()).toEqual(['one', 'two']);
    bob.say(alice, dialogId, 'three');
    settle(alice, bob);
    expect(alice.sink.texts()).toEqual(['three']);
    expect(alice.pending(bob)).toEqual([]);
    expect(bob.pending(alice)).toEqual([]);
    expect(alice.sink.of('acknowledged').at(-1)).toMatchObject({ upTo: 3, gap: false });
    expect(alice.engine.status(alice.dialog(bob, dialogId)).transcript).toEqual({ equal: true, upTo: 3, instanceId: alice.person.local.instanceId });
  });
});
