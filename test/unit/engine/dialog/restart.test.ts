import { describe, expect, it } from 'vitest';
import { Forger } from '../../../support/dialog-forge';
import { newPair, settle } from '../../../support/dialog-kit';

describe('crash, restart and rollback', () => {
  it('S1-33 S1-47 A22: a replay is answered again and delivered never: at once, after a restart, without caches', async () => {
    for (const cacheEntries of [0, 1, 64]) {
      const { alice, bob } = await newPair({ limits: { cacheEntries } });
      const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
      alice.say(bob, dialogId, 'once');
      const messages = alice.pending(bob);
      bob.receive(alice, ...messages);
      expect(bob.receive(alice, ...messages).map((each) => each.kind)).toEqual(['duplicate', 'duplicate']);
      bob.acknowledgements(alice);
      bob.restart();
      expect(bob.receive(alice, ...messages).map((each) => each.kind)).toEqual(['duplicate', 'duplicate']);
      expect(bob.acknowledgements(alice)).toHaveLength(1);
      expect(bob.acknowledgements(alice)).toEqual([]);
      expect(bob.sink.texts()).toEqual(['once']);
    }
  });

  it('A38 A06: the first message after a start, and after every one of them, has a new session key', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    expect(alice.say(bob, dialogId, 'a').keyEpoch).toBe(1);
    alice.restart();
    expect(alice.say(bob, dialogId, 'b').keyEpoch).toBe(2);
    expect(alice.say(bob, dialogId, 'c').keyEpoch).toBe(2);
    alice.restart();
    alice.restart();
    expect(alice.say(bob, dialogId, 'd').keyEpoch).toBe(3);
    settle(alice, bob);
    expect(bob.sink.texts()).toEqual(['a', 'b', 'c', 'd']);
    expect(bob.sink.of('shifted').map(({ who, from, to, reason }) => ({ who, from, to, reason }))).toEqual([
      { who: 'peer', from: 0, to: 1, reason: 'first' },
      { who: 'peer', from: 1, to: 2, reason: 'peer' },
      { who: 'peer', from: 2, to: 3, reason: 'peer' },
      { who: 'you', from: 0, to: 1, reason: 'first' },
    ]);
    expect(alice.sink.of('shifted').filter((each) => each.who === 'you').map((each) => each.reason)).toEqual(['first', 'start', 'start']);
  });

  it('S1-33: what is sent again are the same bytes, also after a restart', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    alice.say(bob, dialogId, 'a');
    const before = alice.pending(bob).map((bytes) => Buffer.from(bytes).toString('hex'));
    alice.restart();
    alice.engine.shift(alice.dialog(bob, dialogId), 'hand');
    expect(alice.pending(bob).map((bytes) => Buffer.from(bytes).toString('hex'))).toEqual(before);
  });

  it('S1-04: what came early waits on disk and is delivered after a restart', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    for (const text of ['a', 'b', 'c']) alice.say(bob, dialogId, text);
    const [title, a, b, c] = alice.pending(bob);
    if (!title || !a || !b || !c) throw new Error('four messages');
    expect(bob.receive(alice, c, title).map((each) => each.kind)).toEqual(['held', 'delivered']);
    bob.restart();
    expect(bob.receive(alice, c)[0]?.kind).toBe('duplicate');
    expect(bob.receive(alice, b, a).map((each) => each.kind)).toEqual(['held', 'delivered']);
    expect(bob.sink.texts()).toEqual(['a', 'b', 'c']);
  });

  it('S1-42: when the sink cannot store, nothing of the batch has happened, and it may come again', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    for (const text of ['a', 'b']) alice.say(bob, dialogId, text);
    const before = bob.snapshot();
    for (const refused of ['opened', 'delivered', 'shifted'] as const) {
      bob.sink.refuse = refused;
      expect(() => bob.receive(alice, ...alice.pending(bob))).toThrow('refuses');
      expect(bob.snapshot()).toBe(before);
    }
    bob.sink.events = [];
    bob.receive(alice, ...alice.pending(bob));
    expect(bob.sink.texts()).toEqual(['a', 'b']);
  });

  it('S1-33: an outer transaction that fails later takes memory back with it', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    alice.say(bob, dialogId, 'kept');
    const before = alice.snapshot();
    const fail = (work: () => void): void => {
      expect(() =>
        alice.db.transaction(() => {
          work();
          throw new Error('later');
        }),
      ).toThrow('later');
    };
    fail(() => alice.say(bob, dialogId, 'lost'));
    fail(() => alice.engine.open(bob.peerId, { title: 'lost too' }));
    fail(() => alice.engine.shift(alice.dialog(bob, dialogId), 'hand'));
    expect(alice.snapshot()).toBe(before);
    expect(alice.say(bob, dialogId, 'next').sequence).toBe(3);
    bob.receive(alice, ...alice.pending(bob));
    expect(bob.sink.texts()).toEqual(['kept', 'next']);

    bob.say(alice, dialogId, 'answer');
    const answers = bob.pending(alice);
    fail(() => alice.receive(bob, ...answers));
    alice.sink.events = [];
    expect(alice.receive(bob, ...answers)[0]?.kind).toBe('delivered');
    expect(alice.sink.texts()).toEqual(['answer']);
    settle(alice, bob);
    expect(alice.engine.status(alice.dialog(bob, dialogId)).transcript).toEqual({ equal: true, upTo: 3, instanceId: alice.person.local.instanceId });
  });

  it('an inner failure that the caller catches leaves what it did before', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    alice.db.transaction(() => {
      alice.say(bob, dialogId, 'one');
      alice.sink.refuse = 'shifted';
      expect(() => alice.engine.shift(alice.dialog(bob, dialogId), 'hand')).toThrow('refuses');
      alice.say(bob, dialogId, 'two');
    });
    settle(alice, bob);
    expect(bob.sink.texts()).toEqual(['one', 'two']);
    expect(bob.sink.of('failed')).toEqual([]);
    // The refused shift left no trace; the key that went with it was replaced.
    expect(alice.sink.of('shifted').filter((each) => each.who === 'you').map(({ from, to, reason }) => [from, to, reason])).toEqual([
      [0, 1, 'first'],
      [1, 2, 'start'],
    ]);
  });

  it('S1-47 S1-49: with caches of 0, 1 and many entries everything ends the same', async () => {
    const results: unknown[] = [];
    for (const cacheEntries of [0, 1, 64]) {
      const { crypto, alice, bob } = await newPair({ limits: { cacheEntries } });
      const dialogs = [alice.engine.open(bob.peerId, { title: 'a' }), alice.engine.open(bob.peerId, { title: 'b' })];
      for (let round = 0; round < 4; round += 1) {
        for (const dialogId of dialogs) {
          alice.say(bob, dialogId, `${round}`);
          if (round > 0) bob.say(alice, dialogId, `re ${round}`);
          alice.engine.shift(alice.dialog(bob, dialogId), 'hand');
        }
        settle(alice, bob);
      }
      const forger = new Forger(crypto, alice.person, bob.person);
      const outcomes = [forger.message(1, 'x'), forger.message(3, 'y'), forger.message(9_999, 'z')].map((bytes) => bob.receive(alice, bytes)[0]?.kind);
      results.push({
        outcomes,
        texts: bob.sink.events.flatMap((event) => (event.type === 'delivered' && event.content.kind === 'text' ? [event.content.text] : [])),
        back: alice.sink.texts(),
        status: dialogs.map((dialogId) => alice.engine.status(alice.dialog(bob, dialogId)).transcript),
        shifts: bob.sink.of('shifted').map(({ who, from, to }) => [who, from, to]),
      });
    }
    expect(results[0]).toEqual(results[2]);
    expect(results[1]).toEqual(results[2]);
  });
});
