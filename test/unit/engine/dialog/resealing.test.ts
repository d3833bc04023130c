import { describe, expect, it } from 'vitest';
import { parseNames } from '../../../../electron/engine/exchange/kek-block';
import { credentialHash } from '../../../../electron/engine/exchange/service-pair';
import { spanOfMessage } from '../../../../electron/engine/dialog/message-layout';
import * as twin from '../../../reference/dialog-twin';
import { Forger } from '../../../support/dialog-forge';
import type { Device } from '../../../support/dialog-kit';
import type { Person } from '../../../support/dialog-person';
import { day, keysWithBytes, RotatingPair } from '../../../support/rotating-pair';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const all = (messages: readonly Uint8Array[]): string[] => messages.map(hex);

function targetOf(message: Uint8Array): string {
  const bytes = Buffer.from(message);
  const span = spanOfMessage(bytes);
  if (!span) throw new Error('not a message');
  return hex(credentialHash(parseNames(bytes, span.block).targetCert));
}

/** What a thief of one exchange private key reads of recorded traffic, with an independent reader and nothing else. */
function openedBy(secret: Uint8Array, from: Device, to: Person, recorded: readonly Uint8Array[]): boolean[] {
  const keys = {
    sender: peerBytes(from.peerId),
    recipient: peerBytes(to.local.peerId),
    signer: from.person.local.instance.credential.signingKey,
    exchangeSecret: secret,
  };
  return recorded.map((message) => {
    try {
      twin.openMessage(Buffer.from(message), keys);
      return true;
    } catch {
      return false;
    }
  });
}

describe('exchange keys that come and go', () => {
  it('S1-48 A20: recorded for ten weeks: a stolen exchange key opens its own week and what was late for it, and nothing more', async () => {
    await twin.ready;
    const pair = await RotatingPair.create();
    const { alice, bob, clock } = pair;
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    pair.settle();
    const recorded: { readonly week: number; readonly bytes: Uint8Array }[] = [];
    const secrets: Uint8Array[] = [];
    for (let week = 0; week < 10; week += 1) {
      for (const text of ['a', 'b']) alice.say(bob, dialogId, `${week} ${text}`);
      recorded.push(...alice.pending(bob).map((bytes) => ({ week, bytes })));
      secrets.push(bob.person.local.exchange.current.kem.bytes.slice());
      bob.say(alice, dialogId, 'heard');
      pair.settle();
      clock.pass(6 * day);
      await pair.renew(bob);
      await pair.renew(alice);
      pair.meet();
    }
    expect(bob.sink.texts()).toHaveLength(20);
    for (const [week, secret] of secrets.entries()) {
      const opened = openedBy(secret, alice, bob.person, recorded.map((each) => each.bytes));
      expect(recorded.filter((_, index) => opened[index]).map((each) => each.week)).toEqual([week, week]);
    }
    // What Bob still holds is no more than 38 days old; every older message is closed to Bob as well.
    const held = bob.person.local.exchange.all();
    expect(Math.min(...held.map((each) => each.credential.notBefore))).toBeGreaterThanOrEqual(clock.time - 38 * day);
    const stillOpen = recorded.filter((each) => held.some((own) => hex(own.credential.hash) === targetOf(each.bytes)));
    expect(new Set(stillOpen.map((each) => each.week)).size).toBeLessThan(7);
    const old = recorded.filter((each) => !stillOpen.includes(each));
    for (const outcome of bob.receive(alice, ...old.map((each) => each.bytes))) expect(outcome).toEqual({ kind: 'rejected', reason: 'key-destroyed' });
    expect(bob.engine.status(bob.dialog(alice, dialogId)).problems).toMatchObject([{ kind: 'key-destroyed', count: old.length }]);
    alice.say(bob, dialogId, 'readable');
    pair.settle();
    expect(bob.engine.status(bob.dialog(alice, dialogId)).problems).toEqual([]);
  });

  it('A21: who has an exchange key and the key inside can forge to its owner until it is replaced; then no more', async () => {
    const pair = await RotatingPair.create();
    const { alice, bob, clock } = pair;
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    pair.settle();
    // The thief took Bob's exchange key, so it has the key in the header that Alice signed.
    const row = alice.db.prepare('SELECT * FROM keks').get();
    const genuine = alice.db.prepare('SELECT block FROM kek_blocks_own').get()?.['block'] as Uint8Array;
    const thief = new Forger(alice.crypto, alice.person, bob.person);
    thief.kek = alice.crypto.secret('kek', new Uint8Array(row?.['key'] as Uint8Array));
    thief.kekHeader = { ...thief.kekHeader, kekId: row?.['kek_id'] as Forger['kekHeader']['kekId'] };
    expect(bob.receive(alice, thief.message(1, 'forged', { block: genuine }))[0]?.kind).toBe('delivered');
    // Where Alice has used the next key it is refused at once …
    clock.pass(6 * day);
    await pair.renew(bob);
    pair.meet();
    alice.say(bob, dialogId, 'under the next');
    pair.settle();
    const inUse = new Forger(alice.crypto, alice.person, bob.person);
    Object.assign(inUse, { kek: thief.kek, kekHeader: thief.kekHeader, dialogId });
    inUse.dskHeader = { ...inUse.dskHeader, epoch: 9, firstSequence: 3 };
    expect(bob.receive(alice, inUse.message(3, 'forged', { block: genuine }))[0]).toEqual({ kind: 'rejected', reason: 'kek-rollback' });
    // … and everywhere when its own time is over.
    clock.pass(32 * day);
    await pair.renew(bob);
    const late = new Forger(alice.crypto, alice.person, bob.person);
    Object.assign(late, { kek: thief.kek, kekHeader: thief.kekHeader });
    expect(bob.receive(alice, late.message(1, 'forged', { block: genuine }))[0]).toEqual({ kind: 'rejected', reason: 'key-destroyed' });
    expect(bob.sink.texts()).toEqual(['forged', 'under the next']);
  });

  it('S1-48: what waits is sent as the same bytes until the grace of its exchange key is over, then sealed again with the same content', async () => {
    const pair = await RotatingPair.create();
    const { alice, bob, clock } = pair;
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    const other = alice.engine.open(bob.peerId, { title: 'y' });
    pair.settle();
    for (const text of ['one', 'two']) alice.say(bob, dialogId, text);
    const before = all(alice.pending(bob));
    const digests = alice.db.prepare('SELECT digest FROM outbox ORDER BY cursor').all();
    clock.pass(6 * day);
    await pair.renew(bob);
    const successor = bob.person.local.exchange.current.credential.notBefore;
    pair.meet();
    alice.say(bob, other, 'to the successor');
    const [, , fresh] = all(alice.pending(bob));
    for (const time of [successor + 1, successor + 31 * day - 1]) {
      clock.time = time;
      alice.restart();
      pair.meet();
      expect(all(alice.pending(bob))).toEqual([...before, fresh]);
      expect(alice.sink.of('resealed')).toEqual([]);
    }
    clock.time = successor + 31 * day;
    pair.meet();
    const after = all(alice.pending(bob));
    expect(after[0]).not.toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
    // Only what nobody can open any more: the other dialog's message is sealed to a key that still lives.
    expect(after[2]).toBe(fresh);
    expect(alice.sink.of('resealed')).toHaveLength(1);
    expect(alice.sink.of('shifted').at(-1)).toMatchObject({ who: 'you', reason: 'pair' });
    expect(alice.db.prepare('SELECT digest FROM outbox ORDER BY cursor').all()).toEqual(digests.concat(alice.db.prepare('SELECT digest FROM outbox ORDER BY cursor DESC LIMIT 1').all()));

    clock.pass(1);
    await pair.renew(bob);
    expect(bob.receive(alice, ...before.map((each) => Buffer.from(each, 'hex'))).map((each) => each.kind === 'rejected' && each.reason)).toEqual(['key-destroyed', 'key-destroyed']);
    pair.settle();
    expect(bob.sink.texts(dialogId)).toEqual(['one', 'two']);
    expect(bob.sink.texts(other)).toEqual(['to the successor']);
    expect(bob.sink.of('shifted').filter((each) => each.who === 'peer').map((each) => each.reason)).not.toContain('compromise');
    expect(alice.engine.status(alice.dialog(bob, dialogId)).transcript).toEqual({ equal: true, upTo: 3, instanceId: alice.person.local.instanceId });
    for (const device of [alice, bob]) expect(device.sink.of('failed')).toEqual([]);
    pair.meet();
    expect(alice.sink.of('resealed')).toHaveLength(1);
  });

  it('S1-48: two who did not meet for seven weeks: what lay in the outbox comes through, though its exchange key is gone', async () => {
    const pair = await RotatingPair.create();
    const { alice, bob, clock } = pair;
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    pair.settle();
    for (let week = 0; week < 7; week += 1) {
      alice.say(bob, dialogId, `a${week}`);
      bob.say(alice, dialogId, `b${week}`);
      clock.pass(6 * day);
      await pair.renew(alice);
      await pair.renew(bob);
    }
    const lost = alice.pending(bob);
    expect(bob.receive(alice, ...lost).map((each) => each.kind === 'rejected' && each.reason)).toEqual(lost.map(() => 'key-destroyed'));
    pair.settle();
    const weeks = [0, 1, 2, 3, 4, 5, 6];
    expect(bob.sink.texts()).toEqual(weeks.map((week) => `a${week}`));
    expect(alice.sink.texts()).toEqual(weeks.map((week) => `b${week}`));
    expect(new Set(pair.keks(dialogId)).size).toBe(1);
    expect(alice.pending(bob)).toEqual([]);
    for (const device of [alice, bob]) {
      expect(device.sink.of('failed')).toEqual([]);
      // Own keys of before have no bytes left anywhere.
      expect(keysWithBytes(device)).toBeLessThanOrEqual(1);
    }
  });

  it('S1-19: at every opening the bytes of own keys for an earlier exchange key, or past their end, are erased', async () => {
    const pair = await RotatingPair.create();
    const { alice, bob, clock } = pair;
    alice.engine.open(bob.peerId, { title: 'x' });
    pair.settle();
    expect(keysWithBytes(alice)).toBe(1);
    alice.engine.tidy();
    expect(keysWithBytes(alice)).toBe(1);
    clock.pass(6 * day);
    await pair.renew(alice);
    expect(keysWithBytes(alice)).toBe(0);
    expect(alice.engine.open(bob.peerId, { title: 'y' })).toBeDefined();
    expect(keysWithBytes(alice)).toBe(1);
    clock.pass(7 * day);
    alice.engine.tidy();
    expect(keysWithBytes(alice)).toBe(0);
    pair.settle();
    expect(bob.sink.of('opened')).toHaveLength(2);
  });

  it('S1-12 A19: nothing of a pair is used again after blocking; a fresh key comes with the next message', async () => {
    const pair = await RotatingPair.create();
    const { alice, bob } = pair;
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    pair.settle();
    alice.engine.shiftPair(alice.dialog(bob, dialogId), { compromised: false });
    alice.say(bob, dialogId, 'a');
    pair.settle();
    const [before] = pair.keks(dialogId);
    alice.engine.block(bob.peerId);
    expect(keysWithBytes(alice)).toBe(0);
    alice.say(bob, dialogId, 'b');
    pair.settle();
    const [after, theirs] = pair.keks(dialogId);
    expect(after).not.toBe(before);
    expect(theirs).toBe(after);
    expect(bob.sink.texts()).toEqual(['a', 'b']);
  });

  it('S1-19 S1-28: a key whose exchange key is gone after a restart holds nothing up, though its block for answers is kept: one’s own is used', async () => {
    const pair = await RotatingPair.create();
    const { alice, bob, clock } = pair;
    const dialogId = bob.engine.open(alice.peerId, { title: 'x' });
    pair.settle();
    // Bob does not hear of her new exchange keys, and locks with a new key of his to one about to be destroyed.
    const epochs: number[] = [];
    for (let at = 0; at < 45; at += 1) {
      clock.pass(day);
      await pair.renew(alice);
      if (at === 36) {
        bob.say(alice, dialogId, 'late');
        expect(alice.receive(bob, ...bob.pending(alice)).map((each) => each.kind)).toEqual(['delivered']);
      }
      if (at >= 36) epochs.push(alice.say(bob, dialogId, `${at}`).keyEpoch);
    }
    expect(epochs).not.toContain(0);
    pair.settle();
    expect(bob.sink.texts()).toHaveLength(epochs.length);
  });
});

function peerBytes(peerId: string): Buffer {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  const bits = [...peerId].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from(Uint8Array.from({ length: 32 }, (_, index) => Number.parseInt(bits.slice(index * 8, index * 8 + 8), 2)));
}


describe('a device whose own credential is renewed', () => {
  it('S1-04 S1-33: half a year later: what named the former one is sealed again, under the same sequences, and arrives once', async () => {
    const pair = await RotatingPair.create();
    const { alice, bob, clock } = pair;
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    const other = alice.engine.open(bob.peerId, { title: 'y' });
    pair.settle();
    alice.say(bob, dialogId, 'before');
    alice.say(bob, dialogId, 'before, too');
    const former = alice.person.local.instance.credential.hash;
    const early = alice.pending(bob);

    clock.pass(184 * day);
    await pair.renew(alice);
    await pair.renew(bob);
    const own = hex(alice.person.local.instance.credential.hash);
    expect(own).not.toBe(hex(former));
    alice.say(bob, other, 'after');
    pair.meet();
    const late = alice.pending(bob);
    expect(late.map(signerOf)).toEqual([own, own, own]);
    // The former ones are refused, whatever way they come.
    for (const message of early) expect(bob.receive(alice, message)[0]?.kind).toBe('rejected');
    pair.settle();
    expect(bob.sink.texts(dialogId)).toEqual(['before', 'before, too']);
    expect(bob.sink.texts(other)).toEqual(['after']);
    expect(alice.pending(bob)).toEqual([]);
    expect(alice.engine.status(alice.dialog(bob, dialogId)).transcript.equal).toBe(true);
  });

  it('S1-33: a start without a renewal changes no byte of what waits', async () => {
    const pair = await RotatingPair.create();
    const { alice, bob } = pair;
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    pair.settle();
    alice.say(bob, dialogId, 'waits');
    const before = all(alice.pending(bob));
    alice.restart();
    pair.meet();
    expect(all(alice.pending(bob))).toEqual(before);
  });
});

/** H(instance credential) that a message names as its sender's. */
function signerOf(message: Uint8Array): string {
  const bytes = Buffer.from(message);
  const span = spanOfMessage(bytes);
  if (!span) throw new Error('not a message');
  return hex(credentialHash(parseNames(bytes, span.block).initiatorCert));
}
