import { describe, expect, it } from 'vitest';
import { dialogHeaderBytes, dskHeaderBytes, preambleBytes, saltAt, spanOfMessage, wrappedDskBytes } from '../../../../electron/engine/dialog/message-layout';
import { padme } from '../../../../electron/engine/crypto/padding';
import { kekBytes, wrappedKekBytes } from '../../../../electron/engine/exchange/kek-wrap';
import { dskBytes } from '../../../../electron/engine/dialog/session-key';
import { Device, newPair, person, settle, testCrypto } from '../../../support/dialog-kit';

/** A million with `KEYSHIFT_SALTS=1000000 npx vitest run test/unit/engine/dialog/several-dialogs.test.ts`, which takes minutes (docs/testing.md); a number that takes no time otherwise. */
const messageCount = Number(process.env['KEYSHIFT_SALTS'] ?? 300);

function sections(message: Uint8Array): { block: string; dskId: string; wrappedDsk: string; dialogId: string; sequence: number; body: number } {
  const bytes = Buffer.from(message);
  const span = spanOfMessage(bytes);
  if (!span) throw new Error('not a message');
  const { block, dskAt, dialogAt, bodyAt, sequence } = span;
  return {
    block: bytes.toString('hex', block.at, block.end),
    dskId: bytes.toString('hex', dskAt, dskAt + 16),
    wrappedDsk: bytes.toString('hex', dialogAt - wrappedDskBytes, dialogAt),
    dialogId: bytes.toString('hex', dialogAt, dialogAt + 16),
    sequence,
    body: bytes.length - bodyAt,
  };
}

describe('several dialogs of one pair', () => {
  it('S1-03 S1-22 S2-01: three dialogs, interleaved both ways: each its own handle, keys and order', async () => {
    const { alice, bob } = await newPair();
    const dialogs = ['one', 'two', 'three'].map((title) => alice.engine.open(bob.peerId, { title }));
    settle(alice, bob);
    const said: { alice: string[]; bob: string[] }[] = dialogs.map(() => ({ alice: [], bob: [] }));
    for (let round = 0; round < 20; round += 1) {
      for (const [index, dialogId] of dialogs.entries()) {
        const text = `${index}/${round}`;
        if ((round + index) % 3 !== 0) {
          alice.say(bob, dialogId, text);
          said[index]?.alice.push(text);
        } else {
          bob.say(alice, dialogId, text);
          said[index]?.bob.push(text);
        }
      }
    }
    const sent = [...alice.pending(bob), ...bob.pending(alice)].map(sections);
    // Six streams, six session keys, one key exchange key; sequences of each stream without a hole.
    expect(new Set(sent.map(({ dialogId }) => dialogId)).size).toBe(3);
    expect(new Set(sent.map(({ dskId }) => dskId)).size).toBe(6);
    expect(new Set(sent.map(({ wrappedDsk }) => wrappedDsk)).size).toBe(6);
    expect(new Set(sent.map(({ block }) => block)).size).toBe(2);
    settle(alice, bob);
    for (const [index, dialogId] of dialogs.entries()) {
      expect(bob.sink.texts(dialogId)).toEqual(said[index]?.alice);
      expect(alice.sink.texts(dialogId)).toEqual(said[index]?.bob);
    }
  });

  it('S1-18: a conversation at rest takes the newer key exchange key, also after a transaction that the disk refused', async () => {
    const { alice, bob } = await newPair();
    const [one, rests] = ['one', 'rests'].map((title) => alice.engine.open(bob.peerId, { title }));
    if (one === undefined || rests === undefined) return expect.unreachable();
    settle(alice, bob);
    alice.restart();
    const keyOf = (dialogId: typeof one) => {
      alice.say(bob, dialogId, 'x');
      return alice.db.prepare('SELECT kek_id FROM outbox WHERE dialog_id = ? ORDER BY sequence DESC LIMIT 1').get([dialogId])?.['kek_id'];
    };
    const before = keyOf(rests);
    alice.engine.shiftPair(alice.dialog(bob, one), { compromised: false });
    expect(() => alice.db.transaction(() => { keyOf(one); throw new Error('disk full'); })).toThrow('disk full');
    const after = keyOf(rests);
    expect(after).not.toBe(before);
    expect(keyOf(one)).toBe(after);
  });

  it('S1-17 S2-05: all dialogs with one person share a key exchange key; another person’s is another', async () => {
    const { alice, bob } = await newPair();
    const carol = new Device(await testCrypto(), await person('Carol'));
    alice.knows(carol);
    for (let count = 0; count < 50; count += 1) alice.engine.open(bob.peerId, { title: `${count}` });
    alice.engine.open(carol.peerId, { title: 'x' });
    const keks = alice.db.prepare('SELECT peer_id, kek_id FROM keks').all();
    expect(keks).toHaveLength(2);
    expect(new Set(keks.map((row) => row['kek_id'])).size).toBe(2);
  });

  it('S2-02 S2-03 S2-04 S1-08 S1-55: what is sent is all four outputs together, of the sizes the layout says', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    settle(alice, bob);
    expect([kekBytes, dskBytes]).toEqual([32, 32]);
    expect(wrappedKekBytes).toBe(1120 + kekBytes + 16);
    expect(wrappedDskBytes).toBe(24 + dskBytes + 16);
    for (const length of [0, 1, 100, 1024, 40_000]) {
      const text = 'x'.repeat(length);
      const { sequence } = alice.say(bob, dialogId, text);
      const message = alice.pending(bob).at(-1) ?? new Uint8Array();
      const span = spanOfMessage(Buffer.from(message));
      if (!span) throw new Error('not a message');
      const { body } = sections(message);
      // c, schema, type, length, text, no reply; then padding to its step.
      expect(body).toBe(padme(16 + 2 + 4 + length + 1 + 1));
      expect(span.sequence).toBe(sequence);
      expect(message.length).toBe(preambleBytes + (span.block.end - span.block.at) + dskHeaderBytes + dialogHeaderBytes + 4 + body);
      // The headers that make every message able to stand alone: 2 KiB at most, whatever it says.
      expect(message.length - body).toBeLessThan(2048);
    }
  });

  it('S1-12 A06: every message has a salt of its own, fresh from the generator: also a control message, and one that is sealed again', async () => {
    const { alice, bob } = await newPair();
    const drawn: string[] = [];
    const real = await testCrypto();
    const random = (length: number): Uint8Array => {
      const bytes = real.random(length);
      drawn.push(Buffer.from(bytes).toString('hex'));
      return bytes;
    };
    const sender = new Device(real, alice.person, { random });
    sender.knows(bob);
    const dialogId = sender.engine.open(bob.peerId, { title: 'x' });
    const sealed: Uint8Array[] = [];
    for (let count = 0; count < 20; count += 1) {
      sender.say(bob, dialogId, 'the same text');
      if (count % 5 === 4) sender.engine.shift(sender.dialog(bob, dialogId), 'hand');
    }
    sealed.push(...sender.pending(bob));
    bob.receive(sender, ...sealed.slice(0, 10));
    bob.say(sender, dialogId, 'an answer');
    sender.receive(bob, ...bob.pending(sender), ...bob.acknowledgements(sender));
    sealed.push(...sender.acknowledgements(bob));
    // What waits is sealed again under another key.
    sender.engine.shiftPair(sender.dialog(bob, dialogId), { compromised: true });
    const again = sender.pending(bob);
    sealed.push(...again);
    expect([sealed.length, again.length]).toEqual([expect.toSatisfy((count: number) => count > 31), expect.toSatisfy((count: number) => count >= 10)]);
    const salts = sealed.map((message) => Buffer.from(message).toString('hex', saltAt, saltAt + 16));
    expect(new Set(salts).size).toBe(sealed.length);
    const generator = drawn.join(' ');
    expect(salts.filter((salt) => !generator.includes(salt))).toEqual([]);
  });

  it(`S1-12 A06: a salt that repeats never repeats a nonce under a key, in ${messageCount} messages, also across shifts and restarts`, { timeout: 1_500_000 }, async () => {
    const { alice, bob } = await newPair();
    // The generator of a machine that was restored again and again: the same salt for every message.
    let counter = 0;
    const stuck = (length: number): Uint8Array => {
      // Ids and keys differ, or nothing would be left to test; salts (the last 16 of 32 drawn with c) do not.
      counter += 1;
      const bytes = new Uint8Array(length);
      new DataView(bytes.buffer).setUint32(0, counter);
      if (length === 32) bytes.fill(7, 16);
      return bytes;
    };
    const real = await testCrypto();
    const keys = new Set<string>();
    const salts = new Set<string>();
    const used = new Set<string>();
    let seals = 0;
    const watched: typeof real = {
      ...real,
      sealDetached: (label, key, nonce, ...rest) => {
        const [keyBytes, nonceBytes] = [key.bytes, nonce].map((bytes) => Buffer.from(bytes).toString('latin1'));
        keys.add(`${keyBytes}`);
        salts.add(`${nonceBytes?.slice(0, 16)}`);
        used.add(`${keyBytes}${nonceBytes}`);
        seals += 1;
        return real.sealDetached(label, key, nonce, ...rest);
      },
    };
    const sender = new Device(watched, alice.person, { random: stuck });
    sender.knows(bob);
    const dialogId = sender.engine.open(bob.peerId, { title: 'x' });
    const said: string[] = [];
    let controls = 0;
    const pass = (): void => {
      bob.receive(sender, ...sender.pending(bob));
      said.push(...bob.sink.texts());
      bob.sink.events = [];
      sender.receive(bob, ...bob.acknowledgements(sender));
      // Acknowledgements have a counter of their own, from 1 as well, under the same key and salt.
      bob.say(sender, dialogId, 'heard');
      sender.receive(bob, ...bob.pending(sender));
      controls += bob.receive(sender, ...sender.acknowledgements(bob)).filter(({ kind }) => kind === 'control').length;
    };
    for (let count = 0; count < messageCount; count += 1) {
      if (count % 50 === 25) {
        // So many shifts by hand are allowed in an hour.
        for (const { clock } of [sender, bob]) clock.pass(120_000);
        sender.engine.shift(sender.dialog(bob, dialogId), 'hand');
      }
      sender.say(bob, dialogId, `${count}`);
      // Early as well, while the places and the counter of acknowledgements are the same numbers.
      if (count % 500 === 249 || count === 10) pass();
      if (count % 2_000 === 149) sender.restart();
    }
    pass();
    expect(controls).toBeGreaterThan(0);
    expect([used.size, seals]).toEqual([seals, expect.toSatisfy((count: number) => count > messageCount)]);
    expect([salts.size, keys.size]).toEqual([expect.toSatisfy((count: number) => count < seals / 10), expect.toSatisfy((count: number) => count > messageCount / 50)]);
    expect(said).toEqual(Array.from({ length: messageCount }, (_, count) => `${count}`));
  });

  it('S1-29 S2-13: one call takes what is to be said, the other gives what was: nothing between them is the caller’s', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    alice.say(bob, dialogId, 'there');
    bob.receive(alice, ...alice.pending(bob));
    bob.say(alice, dialogId, 'and back');
    alice.receive(bob, ...bob.pending(alice));
    expect([bob.sink.texts(dialogId), alice.sink.texts(dialogId)]).toEqual([['there'], ['and back']]);
    const [mine, theirs] = [alice.engine.status(alice.dialog(bob, dialogId)), bob.engine.status(bob.dialog(alice, dialogId))];
    expect(mine.sending?.id).toBe(theirs.receiving[0]?.id);
    expect(mine.receiving[0]?.id).toBe(theirs.sending?.id);
    expect(mine.sending?.id).not.toBe(mine.receiving[0]?.id);
    expect(mine.kek?.id).toBe(theirs.kek?.id);
  });
});
