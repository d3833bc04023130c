import { describe, expect, it } from 'vitest';
import { micAt, preambleBytes, spanOfMessage, timeAt } from '../../../../electron/engine/dialog/message-layout';
import { createKekBlock, kekHeaderBytes, spanOfBlock } from '../../../../electron/engine/exchange/kek-block';
import { certName, issued } from '../../../../electron/engine/exchange/service-pair';
import { Forger } from '../../../support/dialog-forge';
import { Device, newPair, person, settle, testCrypto } from '../../../support/dialog-kit';

/** Alice is an authenticated contact of Bob who puts her messages together by hand. */
async function byHand(): Promise<{ alice: Device; bob: Device; forger: Forger }> {
  const { crypto, alice, bob } = await newPair();
  return { alice, bob, forger: new Forger(crypto, alice.person, bob.person) };
}

function changedAt(message: Uint8Array, at: number): Uint8Array {
  const copy = message.slice();
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

function spanOf(message: Uint8Array): NonNullable<ReturnType<typeof spanOfMessage>> {
  const span = spanOfMessage(Buffer.from(message));
  if (!span) throw new Error('not a message');
  return span;
}

describe('the layers of a message', () => {
  it('S1-07 S2-06: each layer, spoiled alone, is what stops the message, and what lies above it was still done', async () => {
    const { alice, bob, forger } = await byHand();
    const message = forger.message(1, 'hello');
    const { block, dialogAt, bodyAt } = spanOf(message);
    const cases: readonly [string, Uint8Array, object][] = [
      // Sender's private key → authentication.
      ['signature', changedAt(message, block.signatureAt + 4), { verify: 1, kemDecaps: 0, dskUnwrap: 0, open: 0 }],
      // Recipient's public key → KEK: well signed, but not wrapped to Bob.
      ['kek-wrap', forger.message(1, 'hello', { block: await wrappedToCarol(forger) }), { verify: 1, kemDecaps: 1, dskUnwrap: 0 }],
      // KEK → DSK.
      ['dsk-wrap', changedAt(message, dialogAt - 1), { verify: 1, kemDecaps: 1, dskUnwrap: 1 }],
      // DSK → body.
      ['tag', changedAt(message, bodyAt), { verify: 1, kemDecaps: 1, dskUnwrap: 1 }],
    ];
    const before = bob.snapshot();
    for (const [reason, bytes, work] of cases) {
      bob.crypto.meter.reset();
      expect(bob.receive(alice, bytes)[0]).toEqual({ kind: 'rejected', reason });
      expect(bob.crypto.meter.read(), reason).toMatchObject(work);
    }
    expect(bob.snapshot()).toBe(before);
    expect(bob.sink.events).toEqual([]);
    expect(bob.receive(alice, message)[0]?.kind).toBe('delivered');
  });

  it('S1-01 S1-54: a message shows neither text nor any key, and whoever carries it can open nothing', async () => {
    const { alice, bob, forger } = await byHand();
    const text = 'a sentence that nobody on the way may read';
    const message = Buffer.from(forger.message(1, text));
    for (const secret of [Buffer.from(text), Buffer.from(forger.dsk.bytes), Buffer.from(forger.kek.bytes)]) {
      expect(message.includes(secret)).toBe(false);
    }
    const relay = new Device(await testCrypto(), await person('Relay')).knows(alice).knows(bob);
    expect(relay.receive(alice, message)[0]).toEqual({ kind: 'rejected', reason: 'target' });
    expect(relay.crypto.meter.read()).toMatchObject({ kemDecaps: 0, dskUnwrap: 0, open: 0 });
    expect(bob.receive(alice, message)[0]?.kind).toBe('delivered');
  });

  it('S1-46 S2-16: a message without its service pair is no message', async () => {
    const { alice, bob, forger } = await byHand();
    const message = Buffer.from(forger.message(1, 'x'));
    const { block } = spanOf(message);
    const empty = Buffer.alloc(4 * 4 + 4);
    const without = [
      // KEK header, DSK header and body alone, as the packet of claim 20 of the second text reads literally.
      Buffer.concat([message.subarray(0, preambleBytes), message.subarray(block.headerAt)]),
      Buffer.concat([message.subarray(0, preambleBytes), empty, message.subarray(block.headerAt)]),
      // Names, but an empty signature.
      Buffer.concat([message.subarray(0, block.signatureAt), Buffer.alloc(4), message.subarray(block.headerAt)]),
      // Only the sender is named.
      Buffer.concat([message.subarray(0, preambleBytes), initiatorOnly(message), message.subarray(block.signatureAt)]),
    ];
    const before = bob.snapshot();
    for (const bytes of without) expect(bob.receive(alice, bytes)[0]).toEqual({ kind: 'rejected', reason: 'preamble' });
    expect(bob.snapshot()).toBe(before);
    expect(bob.crypto.meter.read()).toMatchObject({ verify: 0, kemDecaps: 0, open: 0 });
  });

  it('S1-09 A04: of any other version, higher or lower in either byte, it is refused before any key is touched', async () => {
    const { alice, bob, forger } = await byHand();
    const message = forger.message(1, 'x');
    expect([message[0], message[1]]).toEqual([2, 0]);
    const others = Array.from({ length: 256 }, (_, byte) => [message.with(0, byte), message.with(1, byte)]).flat().filter((one) => Buffer.compare(one, message) !== 0);
    const before = bob.snapshot();
    bob.crypto.meter.reset();
    expect(new Set(bob.receive(alice, ...others).map((outcome) => JSON.stringify(outcome)))).toEqual(new Set([JSON.stringify({ kind: 'rejected', reason: 'preamble' })]));
    expect(new Set(Object.values(bob.crypto.meter.read()))).toEqual(new Set([0]));
    expect([others.length, bob.snapshot()]).toEqual([510, before]);
    expect(bob.receive(alice, message)[0]?.kind).toBe('delivered');
  });

  it('S1-11 A07: the time is the sender’s claim, and part of what is authenticated', async () => {
    const { alice, bob, forger } = await byHand();
    const message = forger.message(1, 'x', { time: 1_000_000 });
    for (let at = timeAt + 2; at < timeAt + 8; at += 1) expect(bob.receive(alice, changedAt(message, at))[0]).toEqual({ kind: 'rejected', reason: 'tag' });
    expect(bob.receive(alice, message)[0]?.kind).toBe('delivered');
    expect(bob.sink.of('delivered')[0]).toMatchObject({ sentAt: 1_000_000, receivedAt: bob.clock.now() });
  });

  it('S1-37 S1-38: a new DSK header is unwrapped once, a cached one never; the body comes out as it went in', async () => {
    const { alice, bob, forger } = await byHand();
    for (let sequence = 1; sequence <= 3; sequence += 1) bob.receive(alice, forger.message(sequence, `${sequence}`, { block: forger.block() }));
    bob.crypto.meter.reset();
    const block = forger.block();
    bob.receive(alice, forger.message(4, '4', { block }));
    const first = bob.crypto.meter.read().dskUnwrap;
    const own = await newPair();
    const dialogId = own.alice.engine.open(own.bob.peerId, { title: 'x' });
    settle(own.alice, own.bob);
    own.bob.crypto.meter.reset();
    for (let count = 0; count < 10; count += 1) own.alice.say(own.bob, dialogId, `${count}`);
    own.bob.receive(own.alice, ...own.alice.pending(own.bob));
    expect(own.bob.crypto.meter.read()).toMatchObject({ dskUnwrap: 0, open: 10 });
    expect(own.bob.sink.texts()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect(first).toBe(1);
    expect(bob.sink.texts()).toEqual(['1', '2', '3', '4']);
  });

  it('S1-37 S1-21: a cached DSK id with other bytes is no hit', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    settle(alice, bob);
    alice.say(bob, dialogId, 'a');
    const message = alice.pending(bob)[0] ?? new Uint8Array();
    const { dskAt, dialogAt } = spanOf(message);
    bob.crypto.meter.reset();
    for (const at of [dskAt + 16, dskAt + 20, dskAt + 40, dialogAt - 20]) expect(bob.receive(alice, changedAt(message, at))[0]?.kind).toBe('rejected');
    expect(bob.crypto.meter.read().open).toBeGreaterThan(0);
    expect(bob.receive(alice, message)[0]?.kind).toBe('delivered');
  });

  it('S1-56 S1-24: every field the seed does not have is authenticated with the rest', async () => {
    const { alice, bob, forger } = await byHand();
    const message = forger.message(1, 'x');
    const { block, dskAt, dialogAt } = spanOf(message);
    const fields = {
      kekEpoch: block.headerAt + 35,
      creatingInstance: block.headerAt + 16,
      notBefore: block.headerAt + 43,
      notAfter: block.headerAt + 51,
      dskEpoch: dskAt + 19,
      firstSequence: dskAt + 27,
      dialogId: dialogAt,
      sequence: dialogAt + 39,
    };
    const before = bob.snapshot();
    for (const [field, at] of Object.entries(fields)) expect(bob.receive(alice, changedAt(message, at))[0]?.kind, field).toBe('rejected');
    expect(bob.snapshot()).toBe(before);
  });

  it('S1-26 A15: no refused message reaches the inbox, and nothing tells its sender why', async () => {
    const { alice, bob, forger } = await byHand();
    const good = forger.message(1, 'good');
    const { block, dskAt, dialogAt, bodyAt } = spanOf(good);
    const refused = [
      new Uint8Array(),
      good.subarray(0, 100),
      changedAt(good, 0),
      changedAt(good, block.signatureAt + 10),
      forger.message(1, 'x', { block: await wrappedToCarol(forger) }),
      changedAt(good, dskAt + 60),
      changedAt(good, dialogAt + 3),
      changedAt(good, bodyAt + 1),
      changedAt(good, micAt),
      forger.message(5000, 'too far'),
    ];
    for (const bytes of refused) expect(bob.receive(alice, bytes)[0]?.kind).toBe('rejected');
    expect(bob.sink.events).toEqual([]);
    expect(bob.acknowledgements(alice)).toEqual([]);
    expect(bob.pending(alice)).toEqual([]);
  });

  it('A15: what was wrapped badly and what was wrapped to somebody else cost the same and end the same', async () => {
    const { alice, bob, forger } = await byHand();
    const outcomes = [];
    for (const block of [await wrappedToCarol(forger), await wrappedToCarol(forger, true)]) {
      bob.crypto.meter.reset();
      outcomes.push([bob.receive(alice, forger.message(1, 'x', { block }))[0], bob.crypto.meter.read()]);
    }
    expect(outcomes[0]).toEqual(outcomes[1]);
  });

  it('A15: nor does the time tell them apart: of pairs measured in turns either is the slower one about as often', async () => {
    const { alice, bob, forger } = await byHand();
    const [misdirected, spoiled] = [await wrappedToCarol(forger), await wrappedToCarol(forger, true)].map((block) => forger.message(1, 'x', { block }));
    const timeOf = (bytes: Uint8Array = new Uint8Array()): number => {
      bob.clock.pass(1000); // what one peer may cause in a second is not what is measured
      const begun = performance.now();
      const [outcome] = bob.receive(alice, bytes);
      const took = performance.now() - begun;
      expect(outcome).toEqual({ kind: 'rejected', reason: 'kek-wrap' });
      return took;
    };
    const slowerOne = (turn: number): boolean => {
      if (turn % 2 === 0) return timeOf(misdirected) > timeOf(spoiled);
      const first = timeOf(spoiled);
      return timeOf(misdirected) > first;
    };
    for (let turn = 0; turn < 20; turn += 1) slowerOne(turn); // until the code is warm
    const pairs = 200;
    const slower = Array.from({ length: pairs }, (_, turn) => slowerOne(turn)).filter(Boolean).length;
    // A coin tossed as often is further off once in some hundred thousand runs.
    expect(Math.abs(slower - pairs / 2)).toBeLessThan(4.5 * (Math.sqrt(pairs) / 2));
  });

  it('S1-41 S1-15: a dialog comes into being with its first message, and only for a contact', async () => {
    const { alice, bob, forger } = await byHand();
    const before = bob.snapshot();
    bob.peers.clear();
    expect(bob.receive(alice, forger.message(1, 'x'))[0]).toEqual({ kind: 'rejected', reason: 'blocked' });
    expect(bob.snapshot()).toBe(before);
    bob.knows(alice);
    expect(bob.receive(alice, forger.message(1, 'x'))[0]?.kind).toBe('delivered');
    expect(bob.sink.of('opened')).toHaveLength(1);
  });

  it('S1-15 A03: two people of the same name are two people: the fingerprint decides', async () => {
    const { alice, bob, forger } = await byHand();
    const double = new Device(await testCrypto(), await person('Alice\u200b'));
    bob.knows(double);
    // Alice's message, said to come from the person whose name looks the same.
    expect(bob.receive(double, forger.message(1, 'x'))[0]).toEqual({ kind: 'rejected', reason: 'names' });
    expect(bob.receive(alice, forger.message(1, 'x'))[0]?.kind).toBe('delivered');
    expect(bob.sink.of('delivered').map(({ peerId }) => peerId)).toEqual([alice.peerId]);
  });
});

/** A block that names Bob and is well signed, whose KEK was wrapped to Carol, or to Bob and then spoiled. */
async function wrappedToCarol(forger: Forger, spoiled = false): Promise<Uint8Array> {
  const carol = await person('Carol');
  const { local } = forger.from;
  const { credential } = forger.to.local.exchange.current;
  const make = (recipientKem: Uint8Array): Uint8Array => {
    const names = {
      initiatorCert: certName(local.identity, local.instance.credential),
      initiatorIssued: issued(local.instance.credential),
      targetCert: certName(forger.to.local.identity, credential),
      targetIssued: issued(credential),
    };
    const block = createKekBlock(forger.crypto, { names, header: forger.kekHeader, kek: forger.kek, recipientKem, signing: local.instance.signing.secret });
    if (!block) throw new Error('the recipient has a malformed key');
    return block;
  };
  if (!spoiled) return make(carol.local.exchange.current.credential.kemKey);
  const block = Buffer.from(make(credential.kemKey));
  const span = spanOfBlock(block, 0);
  if (!span) throw new Error('not a block');
  // The last byte of the wrap, and the signature made anew over it.
  block[block.length - 1] = (block[block.length - 1] ?? 0) ^ 1;
  const signed = Buffer.concat([Buffer.from([2, 0]), block.subarray(0, span.signatureAt), block.subarray(span.headerAt)]);
  block.set(forger.crypto.sign('kek-block', local.instance.signing.secret, signed), span.signatureAt + 4);
  expect(block.length - span.headerAt).toBe(kekHeaderBytes);
  return block;
}

/** The four names of a message with those of the recipient left empty. */
function initiatorOnly(message: Buffer): Buffer {
  const first = message.readUInt32BE(preambleBytes) + 4;
  const second = message.readUInt32BE(preambleBytes + first) + 4;
  return Buffer.concat([message.subarray(preambleBytes, preambleBytes + first + second), Buffer.alloc(8)]);
}
