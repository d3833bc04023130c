import { beforeAll, describe, expect, it } from 'vitest';
import { renewLocalRecord } from '../../../../electron/engine/certificates/renewal';
import { encodeDeposit, maxDepositBytes, placeOf } from '../../../../electron/engine/dialog/deposit';
import { maxMessageBytes } from '../../../../electron/engine/dialog/message-layout';
import { maxChainBytes } from '../../../../electron/engine/certificates/chain';
import type { LocalRecord } from '../../../../electron/engine/ports';
import { type DialogLimits } from '../../../../electron/engine/dialog/dialog-engine';
import { id16ToBytes, peerIdToBytes } from '../../../../electron/engine/wire/ids';
import { Device, newPair, person, settle, testCrypto } from '../../../support/dialog-kit';
import { depositsFor, shuffled, take } from '../../../support/deposit-kit';
import { newDevices, personOf } from '../../../support/two-devices';

const start = Date.UTC(2026, 0, 1);
const day = 86_400_000;

/** 49 texts behind a title, over several keys and three starts of the sender; nothing was ever delivered. */
async function history(limits: Partial<DialogLimits> = {}): Promise<{ alice: Device; texts: string[]; deposits: Uint8Array[] }> {
  const { alice, bob } = await newPair({ limits });
  const dialogId = alice.engine.open(bob.peerId, { title: 'By hand' });
  const texts = Array.from({ length: 49 }, (_, index) => `message ${index}`);
  for (const [index, text] of texts.entries()) {
    if (index === 10 || index === 30) alice.restart();
    if (index % 15 === 7) alice.engine.shift(alice.dialog(bob, dialogId), 'hand');
    alice.say(bob, dialogId, text);
  }
  return { alice, texts, deposits: depositsFor(alice, bob) };
}

async function freshBob(alice: Device, limits: Partial<DialogLimits> = {}): Promise<Device> {
  return new Device(await testCrypto(), await person('Bob'), { limits }).knows(alice);
}

describe('a deposit opens by itself', () => {
  it('S1-48: each of 50 messages opens on an engine that has seen nothing before', async () => {
    const { alice, deposits } = await history();
    expect(deposits).toHaveLength(50);
    const outcomes: string[] = [];
    for (const deposit of deposits) outcomes.push(...take(await freshBob(alice), [deposit]));
    // Opened and judged; what is not the first waits for those before it.
    expect(outcomes).toEqual(['delivered', ...Array.from({ length: 49 }, () => 'held')]);
  });

  it.each([
    ['in order', (all: Uint8Array[]) => all],
    ['in reverse', (all: Uint8Array[]) => all.toReversed()],
    ['at random', (all: Uint8Array[]) => shuffled(all, 7)],
    ['at random again', (all: Uint8Array[]) => shuffled(all, 4_711)],
  ])('S1-47 S1-48 S1-51: the whole history %s, with caches of 0, 1 and the usual size: the same result', async (_order, arrange) => {
    const { alice, texts, deposits } = await history({ cacheEntries: 0 });
    const results: string[] = [];
    for (const limits of [{ cacheEntries: 0 }, { cacheEntries: 1 }, {}]) {
      const bob = await freshBob(alice, limits);
      const outcomes = take(bob, arrange(deposits));
      expect(outcomes.filter((each) => each !== 'delivered' && each !== 'held')).toEqual([]);
      expect(bob.sink.texts()).toEqual(texts);
      results.push(bob.snapshot());
    }
    expect(new Set(results).size).toBe(1);
  });

  it('S1-47: with the engine thrown away and started again before every single one', async () => {
    const { alice, texts, deposits } = await history();
    const bob = await freshBob(alice, { cacheEntries: 0 });
    for (const deposit of shuffled(deposits, 99)) {
      bob.restart();
      take(bob, [deposit]);
    }
    expect(bob.sink.texts()).toEqual(texts);
  });

  it('S1-04 S1-52: answers and acknowledgements the same way, until both know that all arrived', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: '' });
    alice.say(bob, dialogId, 'out');
    expect(take(bob, depositsFor(alice, bob))).toEqual(['delivered', 'delivered']);
    bob.say(alice, dialogId, 'back');
    expect(take(alice, depositsFor(bob, alice).toReversed())).toEqual(['control', 'delivered']);
    expect(alice.sink.of('acknowledged').map(({ upTo }) => upTo)).toEqual([2]);
    expect(take(bob, depositsFor(alice, bob))).toEqual(['control']);
    expect([alice.pending(bob), bob.pending(alice)]).toEqual([[], []]);
    expect(bob.engine.status(bob.dialog(alice, dialogId)).transcript).toEqual({ equal: true, upTo: 1, instanceId: bob.person.local.instanceId });
  });

  it('the places of messages put any heap into the order of its streams, control messages last', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: '' });
    bob.receive(alice, ...alice.pending(bob));
    bob.say(alice, dialogId, 'one');
    bob.say(alice, dialogId, 'two');
    const messages = [...bob.acknowledgements(alice), ...bob.pending(alice).toReversed()];
    expect(messages.map(placeOf)).toEqual([Number.MAX_SAFE_INTEGER, 2, 1]);
    expect(placeOf(Uint8Array.of(1, 2, 3))).toBe(Number.POSITIVE_INFINITY);
  });

  it('the largest message fits, and nothing of sender or recipient can be read outside', async () => {
    // Three letters would stand in so many random bytes now and then.
    const { alice, bob, crypto } = await newPair({ names: ['Alice Pleasance', 'Bob Sandringham'] });
    const dialogId = alice.engine.open(bob.peerId, { title: '' });
    alice.say(bob, dialogId, 'x'.repeat(40 * 1024));
    const deposits = depositsFor(alice, bob);
    for (const deposit of deposits) expect(deposit.length).toBeLessThanOrEqual(maxDepositBytes);
    const outside = Buffer.concat(deposits);
    for (const { local } of [alice.person, bob.person]) {
      const { identity, instance, exchange, instanceId, peerId } = local;
      const names = [Buffer.from(local.name), Buffer.from(peerId), peerIdToBytes(peerId), id16ToBytes(instanceId), identity.spkiHash, instance.credential.hash];
      for (const part of [...names, instance.credential.signingKey, exchange.current.credential.hash]) {
        expect(outside.includes(Buffer.from(part))).toBe(false);
      }
    }
    expect(take(bob, deposits)).toEqual(['delivered', 'delivered']);

    const { credential } = bob.person.local.exchange.current;
    const sized = (chain: number, message: number) =>
      encodeDeposit(crypto, {
        chain: new Uint8Array(chain),
        message: new Uint8Array(message),
        signing: alice.person.local.instance.signing.secret,
        recipient: { peerId: bob.peerId, credentialHash: credential.hash, kemKey: credential.kemKey },
      }).length;
    expect(sized(maxChainBytes, maxMessageBytes)).toBe(66_792);
    // A longer name does not show.
    expect(sized(5_310, 2_000)).toBe(sized(5_360, 2_000));
  });
});

describe('two devices of one person', () => {
  let records: readonly [LocalRecord, LocalRecord];
  beforeAll(async () => {
    records = await newDevices(await testCrypto(), 'Dana', start);
  }, 30_000);

  async function cast(): Promise<{ alice: Device; desk: Device; laptop: Device }> {
    const crypto = await testCrypto();
    const [desk, laptop] = records.map((record) => new Device(crypto, personOf(crypto, record, start)));
    if (!desk || !laptop) throw new Error('two records');
    const alice = new Device(crypto, await person('Alice')).knows(desk);
    desk.knows(alice);
    laptop.knows(alice);
    return { alice, desk, laptop };
  }

  it('S1-50 S1-53: what was sealed while only the first was known opens on the second, and its answer is taken', async () => {
    const { alice, desk, laptop } = await cast();
    const dialogId = alice.engine.open(desk.peerId, { title: 'both' });
    for (const text of ['a', 'b', 'c']) alice.say(desk, dialogId, text);
    const deposits = depositsFor(alice, desk);
    expect(take(laptop, deposits.toReversed())).toEqual(['held', 'held', 'held', 'delivered']);
    expect(take(desk, deposits)).toEqual(['delivered', 'delivered', 'delivered', 'delivered']);
    expect(laptop.sink.texts()).toEqual(desk.sink.texts());
    laptop.say(alice, dialogId, 'from the laptop');
    desk.say(alice, dialogId, 'from the desk');
    expect(take(alice, [...depositsFor(laptop, alice), ...depositsFor(desk, alice)])).toEqual(['delivered', 'control', 'delivered', 'control']);
    expect(alice.sink.texts()).toEqual(['from the laptop', 'from the desk']);
  });

  it('S1-51: in the middle of a dialog the second opens what follows, and waits for what it was not given', async () => {
    const { alice, desk, laptop } = await cast();
    const dialogId = alice.engine.open(desk.peerId, { title: '' });
    alice.say(desk, dialogId, 'two');
    alice.say(desk, dialogId, 'three');
    const first = depositsFor(alice, desk);
    take(desk, first);
    take(alice, depositsFor(desk, alice));
    alice.say(desk, dialogId, 'four');
    const next = depositsFor(alice, desk).slice(0, 1);
    expect(take(laptop, next)).toEqual(['held']);
    expect(laptop.sink.texts()).toEqual([]);
    expect(take(laptop, first)).toEqual(['delivered', 'delivered', 'delivered']);
    expect(laptop.sink.texts()).toEqual(['two', 'three', 'four']);
  });

  it('S1-53 A20: a device without the exchange key opens nothing, and costs nothing', async () => {
    const crypto = await testCrypto();
    const { alice, desk, laptop } = await cast();
    const later = start + 6.5 * day;
    const renewed = await renewLocalRecord(crypto, records[0], later);
    if (!renewed) throw new Error('nothing was due');
    const deskLater = new Device(crypto, personOf(crypto, renewed, later)).knows(alice);
    const dialogId = alice.engine.open(desk.peerId, { title: '' });
    const before = depositsFor(alice, desk);
    alice.knows(deskLater);
    alice.say(deskLater, dialogId, 'after the removal');
    const after = depositsFor(alice, deskLater).slice(1);
    const nothing = laptop.snapshot();
    laptop.crypto.meter.reset();
    expect(take(laptop, after)).toEqual(['refused: not-for-us']);
    expect(laptop.crypto.meter.read().kemDecaps).toBe(0);
    const destroyed = { ...laptop.person.local, exchange: { ...laptop.person.local.exchange, all: () => [], find: () => undefined } };
    expect(take(laptop, before, { local: destroyed })).toEqual(['refused: not-for-us']);
    expect(laptop.snapshot()).toBe(nothing);
    expect(take(deskLater, [...before, ...after])).toEqual(['delivered', 'delivered']);
  });
});

describe('a message counts once, whichever way it came', () => {
  it('A22: the same deposit, and the same message in another one, are dropped and acknowledged again at most', async () => {
    const { alice, bob } = await newPair({ limits: { cacheEntries: 0 } });
    const dialogId = alice.engine.open(bob.peerId, { title: '' });
    alice.say(bob, dialogId, 'once');
    const [one, two] = [depositsFor(alice, bob), depositsFor(alice, bob)];
    expect(one.map((each) => Buffer.from(each).toString('hex'))).not.toEqual(two.map((each) => Buffer.from(each).toString('hex')));
    expect(take(bob, one)).toEqual(['delivered', 'delivered']);
    bob.acknowledgements(alice);
    const unanswered = (text: string): string => text.replaceAll('"acknowledgement_due":1', '"acknowledgement_due":0');
    const before = unanswered(bob.snapshot());
    expect(take(bob, [...one, ...two])).toEqual(['duplicate', 'duplicate', 'duplicate', 'duplicate']);
    bob.restart();
    expect(take(bob, [...two, ...one])).toEqual(['duplicate', 'duplicate', 'duplicate', 'duplicate']);
    expect(unanswered(bob.snapshot())).toBe(before);
    expect(bob.sink.texts()).toEqual(['once']);
    expect(bob.acknowledgements(alice)).toHaveLength(1);
  });

  it('A22: over a session first and then from a file, or the other way round', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: '' });
    alice.say(bob, dialogId, 'one');
    const deposits = depositsFor(alice, bob);
    bob.receive(alice, ...alice.pending(bob).slice(0, 1));
    expect(take(bob, deposits)).toEqual(['duplicate', 'delivered']);
    expect(bob.receive(alice, ...alice.pending(bob)).map(({ kind }) => kind)).toEqual(['duplicate', 'duplicate']);
    settle(alice, bob);
    expect(bob.sink.texts()).toEqual(['one']);
  });

  it('A22 A37: a dialog that is closed does not come back', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: '' });
    const deposits = depositsFor(alice, bob);
    take(bob, deposits);
    bob.db.prepare(`UPDATE dialogs SET state = 'closed'`).run([]);
    bob.restart();
    alice.say(bob, dialogId, 'still there?');
    expect(take(bob, [...deposits, ...depositsFor(alice, bob)])).toEqual(['rejected: buried', 'rejected: buried', 'rejected: buried']);
  });
});
