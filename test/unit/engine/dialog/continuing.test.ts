import { describe, expect, it } from 'vitest';
import { encodeContent } from '../../../../electron/engine/dialog/content';
import { dialogIdFromBytes } from '../../../../electron/engine/wire/ids';
import { Forger } from '../../../support/dialog-forge';
import { newPair, settle } from '../../../support/dialog-kit';
import { meet } from '../../../support/dialog-recovery';

const former = dialogIdFromBytes(new Uint8Array(16).fill(9));

describe('a dialog that continues another', () => {
  it('S2-10: says so as its second message, which nobody sees as one', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'Plans', continues: former });
    expect(alice.say(bob, dialogId, 'and on').sequence).toBe(3);
    settle(alice, bob);
    expect(bob.sink.events.filter((event) => ['opened', 'continued', 'delivered'].includes(event.type))).toMatchObject([
      { type: 'opened', dialogId, title: 'Plans' },
      { type: 'continued', dialogId, continues: former },
      { type: 'delivered', sequence: 3 },
    ]);
    expect(alice.engine.status(alice.dialog(bob, dialogId)).transcript).toEqual({ equal: true, upTo: 3, instanceId: alice.person.local.instanceId });
    bob.restart();
    settle(alice, bob);
    expect(bob.sink.of('continued')).toHaveLength(1);
  });

  it('S2-10: it is nothing at another place, nor from the side that did not open the dialog; the order goes on', async () => {
    const { crypto, alice, bob } = await newPair();
    const link = Buffer.concat([crypto.random(16), encodeContent({ kind: 'continues', dialogId: former })]);
    const forger = new Forger(crypto, alice.person, bob.person);
    bob.receive(alice, forger.message(1, 'x', { plaintext: link }), forger.message(2, 'two'), forger.message(3, 'x', { plaintext: link }), forger.message(4, 'four'));
    expect(bob.sink.of('continued')).toEqual([]);
    expect(bob.sink.texts()).toEqual(['two', 'four']);

    const dialogId = bob.engine.open(alice.peerId, { title: 'mine' });
    const answering = new Forger(crypto, alice.person, bob.person);
    answering.kek = forger.kek;
    answering.kekHeader = forger.kekHeader;
    answering.dialogId = dialogId;
    expect(bob.receive(alice, answering.message(1, 'one'), answering.message(2, 'x', { plaintext: link })).map((each) => each.kind)).toEqual(['delivered', 'delivered']);
    expect(bob.sink.of('continued')).toEqual([]);
  });

  it('S2-10 A37: what was delivered before it failed is acknowledged with the word of it, so that nothing is said twice', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    settle(alice, bob);
    bob.engine.setPolicy(bob.dialog(alice, dialogId), { failAfterShifts: 1 });
    for (const text of ['before', 'at the limit', 'past it']) {
      alice.say(bob, dialogId, text);
      alice.engine.shift(alice.dialog(bob, dialogId), 'hand');
    }
    bob.receive(alice, ...alice.pending(bob));
    expect(bob.sink.texts()).toEqual(['before', 'at the limit']);
    alice.receive(bob, ...bob.acknowledgements(alice));
    expect(alice.sink.of('acknowledged').at(-1)?.upTo).toBe(3);
    expect(alice.sink.of('failed')).toMatchObject([{ reason: 'told-by-peer' }]);
  });

  it('S2-10 A37: … also when that word is lost, and the next session begins with what was delivered', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    settle(alice, bob);
    bob.engine.setPolicy(bob.dialog(alice, dialogId), { failAfterShifts: 1 });
    for (const text of ['before', 'at the limit', 'past it']) {
      alice.say(bob, dialogId, text);
      alice.engine.shift(alice.dialog(bob, dialogId), 'hand');
    }
    bob.say(alice, dialogId, 'crossing');
    alice.receive(bob, ...bob.pending(alice));
    bob.receive(alice, ...alice.pending(bob));
    for (const [device, other] of [[alice, bob], [bob, alice]] as const) device.acknowledgements(other);
    meet(alice, bob);
    meet(bob, alice);
    expect(alice.sink.of('acknowledged').at(-1)).toMatchObject({ from: 2, upTo: 3 });
    expect(alice.sink.of('failed')).toMatchObject([{ reason: 'told-by-peer' }]);
    // Whoever ended it learns as much.
    expect(bob.sink.of('acknowledged')).toMatchObject([{ from: 1, upTo: 1 }]);
  });
});
