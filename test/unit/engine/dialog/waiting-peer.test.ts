import { describe, expect, it } from 'vitest';
import { newPair, settle } from '../../../support/dialog-kit';

describe('a person whose credentials are not known yet', () => {
  it('S1-04: what is written waits, survives a restart, and is sealed in order once they are', async () => {
    const { alice, bob } = await newPair();
    alice.peers.clear();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    expect(alice.say(bob, dialogId, 'a').keyEpoch).toBe(0);
    alice.restart();
    alice.say(bob, dialogId, 'b');
    expect(alice.pending(bob)).toEqual([]);
    expect(alice.engine.sealWaiting(bob.peerId)).toBe(0);
    expect(alice.engine.status(alice.dialog(bob, dialogId))).toMatchObject({ kek: null, sending: null });
    alice.knows(bob);
    expect(alice.engine.sealWaiting(bob.peerId)).toBe(3);
    expect(alice.sink.of('sealed').map((each) => [each.sequence, each.keyEpoch])).toEqual([[1, 1], [2, 1], [3, 1]]);
    settle(alice, bob);
    expect(bob.sink.texts()).toEqual(['a', 'b']);
    expect(bob.sink.of('delivered').map((each) => each.sentAt)).toEqual([alice.clock.time, alice.clock.time]);
    expect(alice.engine.sealWaiting(bob.peerId)).toBe(0);
  });

  it('S1-04: the first message after they are known does not overtake what waits', async () => {
    const { alice, bob } = await newPair();
    alice.peers.clear();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    for (let message = 0; message < 100; message += 1) alice.say(bob, dialogId, `${message}`);
    alice.knows(bob);
    expect(alice.say(bob, dialogId, 'last')).toMatchObject({ sequence: 102, keyEpoch: 1 });
    settle(alice, bob);
    expect(bob.sink.texts()).toEqual([...Array.from({ length: 100 }, (_, index) => `${index}`), 'last']);
  });

  it('pending goes on where it was left, and never skips', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    for (let message = 0; message < 9; message += 1) alice.say(bob, dialogId, `${message}`);
    const seen: number[] = [];
    let after = 0;
    for (let page = 0; page < 10; page += 1) {
      const rows = alice.engine.pending(bob.peerId, { after, limit: 3 });
      seen.push(...rows.map((row) => row.sequence));
      after = rows.at(-1)?.cursor ?? after;
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    settle(alice, bob);
    alice.say(bob, dialogId, 'after everything was acknowledged');
    expect(alice.engine.pending(bob.peerId, { after, limit: 3 }).map((row) => row.sequence)).toEqual([11]);
  });
});
