import { describe, expect, it } from 'vitest';
import { spanOfMessage } from '../../../../electron/engine/dialog/message-layout';
import { type Device, newPair, settle } from '../../../support/dialog-kit';

const publicKeyWork = { rsaSign: 0, rsaVerify: 0, sign: 0, verify: 0, dh: 0, kemEncaps: 0, kemDecaps: 0, kekWrap: 0, kekUnwrap: 0 };

/** All of 10,000 with `KEYSHIFT_MESSAGES=10000 npx vitest run test/unit/engine/dialog/meter.test.ts`; a number that takes no time otherwise. */
const messageCount = Number(process.env['KEYSHIFT_MESSAGES'] ?? 900);

function reset(...devices: Device[]): void {
  for (const device of devices) device.crypto.meter.reset();
}

describe('what a message costs', () => {
  it('S1-39 S1-30 S1-31 S1-32: first contact is one signature, one encapsulation; one verification, one decapsulation', async () => {
    const { alice, bob } = await newPair();
    alice.engine.open(bob.peerId, { title: 'x' });
    expect(alice.crypto.meter.read()).toMatchObject({ ...publicKeyWork, sign: 1, kemEncaps: 1, kekWrap: 1, dskWrap: 1 });
    bob.receive(alice, ...alice.pending(bob));
    expect(bob.crypto.meter.read()).toMatchObject({ ...publicKeyWork, verify: 1, kemDecaps: 1, kekUnwrap: 1, dskUnwrap: 1 });
  });

  it('S1-27 S1-40 S1-06 S1-17: another dialog costs both sides one DSK wrap and no public-key operation, with the same header bytes', async () => {
    const { alice, bob } = await newPair();
    alice.engine.open(bob.peerId, { title: 'x' });
    bob.receive(alice, ...alice.pending(bob));
    reset(alice, bob);
    for (let dialog = 0; dialog < 50; dialog += 1) alice.engine.open(bob.peerId, { title: `${dialog}` });
    bob.receive(alice, ...alice.pending(bob).slice(1));
    expect(alice.crypto.meter.read()).toMatchObject({ ...publicKeyWork, dskWrap: 50 });
    expect(bob.crypto.meter.read()).toMatchObject({ ...publicKeyWork, dskUnwrap: 50 });
    const blocks = alice.pending(bob).map((bytes) => Buffer.from(bytes.subarray(44, 44 + 1200)).toString('hex'));
    expect(new Set(blocks).size).toBe(1);
  });

  it('S1-28: the answering side creates no key exchange key: one signature and one encapsulation per pair, later none', async () => {
    const { alice, bob } = await newPair();
    const first = alice.engine.open(bob.peerId, { title: 'x' });
    const second = alice.engine.open(bob.peerId, { title: 'y' });
    settle(alice, bob);
    reset(alice, bob);
    // The acknowledgements already needed the reverse header.
    bob.say(alice, first, 'a');
    bob.say(alice, second, 'b');
    bob.engine.open(alice.peerId, { title: 'z' });
    expect(bob.crypto.meter.read()).toMatchObject({ ...publicKeyWork, dskWrap: 1 });
    expect(bob.db.prepare('SELECT count(*) AS n FROM keks').get()).toEqual({ n: 1 });
    settle(alice, bob);
    expect(alice.crypto.meter.read()).toMatchObject(publicKeyWork);
  });

  it('S1-28: the very first reply is one signature and one encapsulation', async () => {
    const { alice, bob } = await newPair();
    alice.engine.open(bob.peerId, { title: 'x' });
    bob.receive(alice, ...alice.pending(bob));
    reset(bob);
    bob.acknowledgements(alice);
    expect(bob.crypto.meter.read()).toMatchObject({ ...publicKeyWork, sign: 1, kemEncaps: 1, kekWrap: 1, dskWrap: 1 });
  });

  it(`S1-43: in the steady state ${messageCount} messages are a seal here and an open there each, and no other operation but for what acknowledges them`, { timeout: 600_000 }, async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    // A renewal in between is one DSK wrap, which is another row (S1-32).
    alice.engine.setPolicy(alice.dialog(bob, dialogId), { afterMessages: 0, afterBytes: 0 });
    settle(alice, bob);
    reset(alice, bob);
    const none = alice.crypto.meter.read();
    expect(new Set(Object.values(none))).toEqual(new Set([0]));
    let acknowledgements = 0;
    for (let sent = 0; sent < messageCount; ) {
      const upTo = Math.min(messageCount, sent + 500);
      for (; sent < upTo; sent += 1) alice.say(bob, dialogId, `${sent}`);
      bob.receive(alice, ...alice.pending(bob));
      const answers = bob.acknowledgements(alice);
      acknowledgements += answers.length;
      alice.receive(bob, ...answers);
    }
    expect(alice.crypto.meter.read()).toEqual({ ...none, seal: messageCount, open: acknowledgements });
    expect(bob.crypto.meter.read()).toEqual({ ...none, seal: acknowledgements, open: messageCount });
    expect(acknowledgements).toBe(Math.ceil(messageCount / 500));
    expect(bob.sink.texts()).toEqual(Array.from({ length: messageCount }, (_, each) => `${each}`));
  });

  it('S1-19 S1-20: after a restart the receiver needs one decapsulation and no signature check; the sender the same header', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    settle(alice, bob);
    bob.restart();
    alice.say(bob, dialogId, 'a');
    bob.receive(alice, ...alice.pending(bob));
    expect(bob.crypto.meter.read()).toMatchObject({ ...publicKeyWork, kemDecaps: 1, kekUnwrap: 1, dskUnwrap: 1 });
    expect(bob.sink.texts()).toEqual(['a']);
    const blockOf = (message: Uint8Array | undefined): string => {
      const span = message && spanOfMessage(Buffer.from(message));
      return span ? Buffer.from(message).toString('hex', span.block.at, span.block.end) : 'none';
    };
    const before = blockOf(alice.pending(bob).at(-1));
    alice.receive(bob, ...bob.acknowledgements(alice));
    alice.restart();
    alice.say(bob, dialogId, 'b');
    expect(alice.crypto.meter.read()).toMatchObject({ ...publicKeyWork, dskWrap: 1 });
    // Service pair and KEK header byte for byte; the session key is another one after every start (A38).
    expect([alice.pending(bob).length, blockOf(alice.pending(bob)[0])]).toEqual([1, before]);
  });

  it('S1-32: a shift by hand costs one DSK wrap and one unwrap, nothing else', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    settle(alice, bob);
    reset(alice, bob);
    alice.engine.shift(alice.dialog(bob, dialogId), 'hand');
    alice.say(bob, dialogId, 'a');
    bob.receive(alice, ...alice.pending(bob));
    expect(alice.crypto.meter.read()).toMatchObject({ ...publicKeyWork, dskWrap: 1 });
    expect(bob.crypto.meter.read()).toMatchObject({ ...publicKeyWork, dskUnwrap: 1 });
  });
});
