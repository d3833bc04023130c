import { beforeAll, describe, expect, it } from 'vitest';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { type Purpose, purposes } from '../../../../electron/engine/crypto/purpose';
import { sealTo } from '../../../../electron/engine/crypto/sealed-envelope';
import { spanOfMessage } from '../../../../electron/engine/dialog/message-layout';
import { type DskContext, type DskHeader, unwrapDsk, wrapDsk } from '../../../../electron/engine/dialog/session-key';
import { spanOfBlock } from '../../../../electron/engine/exchange/kek-block';
import { openKek, wrapKek } from '../../../../electron/engine/exchange/kek-wrap';
import { certName } from '../../../../electron/engine/exchange/service-pair';
import { Forger } from '../../../support/dialog-forge';
import { Device, newPair, person, settle, testCrypto } from '../../../support/dialog-kit';
import { type People, twoDevicesEach } from '../../../support/several-devices';

let crypto: Crypto;
let people: People;

beforeAll(async () => {
  crypto = await testCrypto();
  people = await twoDevicesEach(crypto);
});

/** A contact that signs, wraps and locks whatever it likes: only what a message names is wrong. */
async function malicious(): Promise<{ alice: Device; bob: Device; forger: Forger }> {
  const { alice, bob } = await newPair();
  return { alice, bob, forger: new Forger(crypto, alice.person, bob.person) };
}

/** The same, by one of two listed devices of a contact. */
function twoDevices(): { first: Device; second: Device; bob: Device; byFirst: Forger; bySecond: Forger } {
  const [first, second, bob] = [people.a1, people.a2, people.b1].map((each) => new Device(crypto, each));
  if (!first || !second || !bob) throw new Error('no devices');
  bob.knows(first);
  return { first, second, bob, byFirst: new Forger(crypto, first.person, bob.person), bySecond: new Forger(crypto, second.person, bob.person) };
}

describe('names in a header block that its sender signed', () => {
  it('S1-13 S1-14 A13: the dates of both credentials are those the credentials have, and the name is the recipient’s own', async () => {
    const { alice, bob, forger } = await malicious();
    const before = bob.snapshot();
    const date = Buffer.from('2026-01-01T00:00:01Z');
    const { subject } = (await person('Carol')).local.identity;
    const wrong = [
      { changed: { initiatorIssued: date }, reason: 'names' },
      { changed: { targetIssued: date }, reason: 'target' },
      { changed: { targetCert: certName({ subject }, bob.person.local.exchange.current.credential) }, reason: 'target' },
    ];
    bob.crypto.meter.reset();
    for (const { changed, reason } of wrong) {
      expect(bob.receive(alice, forger.message(1, 'x', { block: forger.block({ changed }) }))[0]).toEqual({ kind: 'rejected', reason });
    }
    expect(bob.crypto.meter.read()).toMatchObject({ verify: 0, kemDecaps: 0 });
    expect(bob.snapshot()).toBe(before);
    expect(bob.receive(alice, forger.message(1, 'x'))[0]?.kind).toBe('delivered');
  });

  it('S1-13: a name has 1 to 1,024 bytes and a date 1 to 32: at the bound it is another name, beside it no message', async () => {
    const { alice, bob, forger } = await malicious();
    const before = bob.snapshot();
    bob.crypto.meter.reset();
    for (const [field, most, other] of [['initiatorCert', 1_024, 'names'], ['initiatorIssued', 32, 'names'], ['targetCert', 1_024, 'target'], ['targetIssued', 32, 'target']] as const) {
      for (const [length, reason] of [[0, 'preamble'], [1, other], [most, other], [most + 1, 'preamble']] as const) {
        const block = forger.block({ changed: { [field]: new Uint8Array(length).fill(0x41) } });
        expect([field, length, bob.receive(alice, forger.message(1, 'x', { block }))[0]]).toEqual([field, length, { kind: 'rejected', reason }]);
      }
    }
    expect(bob.crypto.meter.read()).toMatchObject({ verify: 0, kemDecaps: 0 });
    expect(bob.snapshot()).toBe(before);
  });

  it('S1-13 A03: a name of whatever signs is its bytes: written otherwise, though it looks the same, it is somebody else', async () => {
    const { alice, bob } = await newPair({ names: ['Zo\u00eb 🦊', 'Bo\u0308b'] });
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    alice.say(bob, dialogId, 'there');
    settle(alice, bob);
    bob.say(alice, dialogId, 'and back');
    settle(alice, bob);
    expect([bob.sink.texts(), alice.sink.texts()]).toEqual([['there'], ['and back']]);
    const decomposed = new Device(crypto, await person('Zoe\u0308 🦊')).knows(bob);
    bob.knows(decomposed);
    const before = bob.snapshot();
    alice.say(bob, dialogId, 'mine');
    expect(bob.receive(decomposed, ...alice.pending(bob))[0]).toEqual({ kind: 'rejected', reason: 'names' });
    expect(bob.snapshot()).toBe(before);
  });

  it('S1-35 A12: the cached block of one device serves no other device of that person', () => {
    const { first, second, bob, byFirst, bySecond } = twoDevices();
    const block = byFirst.block();
    expect(bob.receive(first, byFirst.message(1, 'first', { block }))[0]?.kind).toBe('delivered');
    const before = bob.snapshot();
    bySecond.kek = byFirst.kek;
    bySecond.kekHeader = byFirst.kekHeader;
    expect(bob.receive(second, bySecond.message(1, 'second', { block }))[0]).toEqual({ kind: 'rejected', reason: 'names' });
    expect(bob.snapshot()).toBe(before);
  });

  it('S1-02 A39: a device writes in its own stream only, whatever keys it shares with another device of its person', () => {
    const { first, second, bob, byFirst, bySecond } = twoDevices();
    bob.receive(first, byFirst.message(1, 'first'));
    const before = bob.snapshot();
    bySecond.dialogId = byFirst.dialogId;
    const senderInstance = first.person.local.instanceId;
    expect(bob.receive(second, bySecond.message(2, 'for the first', { senderInstance }))[0]).toEqual({ kind: 'rejected', reason: 'names' });
    expect(bob.snapshot()).toBe(before);
    expect(bob.receive(first, byFirst.message(2, 'second'))[0]?.kind).toBe('delivered');
  });

  it('A16: a block that opened a message before is refused once its key is given up', async () => {
    const { alice, bob, forger } = await malicious();
    const block = forger.block();
    bob.receive(alice, forger.message(1, 'first', { block }));
    bob.engine.shiftPair(bob.dialog(alice, forger.dialogId), { compromised: true });
    expect(bob.receive(alice, forger.message(2, 'second', { block }))[0]).toEqual({ kind: 'rejected', reason: 'kek-floor' });
    expect(bob.sink.texts()).toEqual(['first']);
  });

  it('A16 A17: a block below its floor is refused from the cache as well, where newer keys of its creator pushed it out', async () => {
    const { alice, bob, forger } = await malicious();
    const block = forger.block();
    bob.receive(alice, forger.message(1, 'first', { block }));
    // As many more of this creator as are remembered beside it.
    bob.db.exec(`
      WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 256)
      INSERT INTO keks (peer_id, kek_id, creating_instance, epoch, not_before, not_after, key, own_exchange, peer_exchange, by_hand, key_check, known, deleted, created_at)
      SELECT peer_id, printf('%032x', i), creating_instance, i, not_before, not_after, key, own_exchange, peer_exchange, by_hand, randomblob(16), known, deleted, created_at FROM keks, n WHERE epoch = 1`);
    bob.restart();
    // Since the start the block is in the cache again.
    expect(bob.receive(alice, forger.message(2, 'second', { block }))[0]?.kind).toBe('delivered');
    const other = new Forger(crypto, alice.person, bob.person);
    other.kekHeader = { ...other.kekHeader, epoch: 257 };
    expect(bob.receive(alice, other.message(1, 'in another dialog'))[0]?.kind).toBe('delivered');
    expect(bob.receive(alice, forger.message(3, 'third', { block }))[0]).toEqual({ kind: 'rejected', reason: 'kek-floor' });
    expect(bob.sink.texts(forger.dialogId)).toEqual(['first', 'second']);
  });
});

describe('session keys and the sequences they are for', () => {
  it('A35: a sequence below the first one of its own key fails the dialog', async () => {
    const { alice, bob, forger } = await malicious();
    forger.dskHeader = { ...forger.dskHeader, firstSequence: 3 };
    expect(bob.receive(alice, forger.message(2, 'x'))[0]).toEqual({ kind: 'rejected', reason: 'key-conflict' });
    expect(bob.sink.of('failed')).toMatchObject([{ reason: 'key-conflict' }]);
  });

  it.each([
    ['was used already', 1],
    ['lies before the first one of the key before', 2],
  ])('S2-19 A35: a routine key whose first sequence %s fails the dialog', async (_why, firstSequence) => {
    const { alice, bob, forger } = await malicious();
    const next = (epoch: number, from: number): void => {
      forger.newDsk();
      forger.dskHeader = { ...forger.dskHeader, dskId: forger.newDskId(), epoch, firstSequence: from };
    };
    bob.receive(alice, forger.message(1, 'first'));
    if (firstSequence > 1) {
      next(2, 3);
      expect(bob.receive(alice, forger.message(4, 'early'))[0]?.kind).toBe('held');
    }
    next(3, firstSequence);
    expect(bob.receive(alice, forger.message(5, 'x'))[0]).toEqual({ kind: 'rejected', reason: 'key-rollback' });
    expect(bob.sink.of('failed')).toMatchObject([{ reason: 'key-rollback' }]);
    expect(bob.sink.texts()).toEqual(['first']);
  });
});

describe('what keys are wrapped for', () => {
  it('S1-21 A27 A28: a session key is bound to both people, the dialog, the device, every field of its header and its key exchange key, by no public-key operation', async () => {
    const { alice, bob, forger } = await malicious();
    const [carol, other] = [await person('Carol'), new Forger(crypto, bob.person, alice.person)];
    const context: DskContext = { sender: alice.peerId, recipient: bob.peerId, dialogId: forger.dialogId, senderInstance: alice.person.local.instanceId, kekId: forger.kekHeader.kekId };
    const header: DskHeader = { dskId: forger.dskHeader.dskId, epoch: 3, firstSequence: 7, compromise: false };
    const before = crypto.meter.read();
    const wrapped = wrapDsk(crypto, forger.kek, context, header, forger.dsk);
    const opens = (of: Partial<DskContext>, at: Partial<DskHeader> = {}, { key = forger.kek, bytes = wrapped } = {}) => unwrapDsk(crypto, key, { ...context, ...of }, { ...header, ...at }, bytes)?.bytes;
    expect(Buffer.from(opens({}) ?? []).equals(forger.dsk.bytes)).toBe(true);
    const wrong = {
      direction: opens({ sender: context.recipient, recipient: context.sender }),
      sender: opens({ sender: carol.local.peerId }),
      recipient: opens({ recipient: carol.local.peerId }),
      dialog: opens({ dialogId: other.dialogId }),
      device: opens({ senderInstance: bob.person.local.instanceId }),
      kekId: opens({ kekId: other.kekHeader.kekId }),
      dskId: opens({}, { dskId: other.dskHeader.dskId }),
      epoch: opens({}, { epoch: 4 }),
      firstSequence: opens({}, { firstSequence: 8 }),
      farSequence: opens({}, { firstSequence: 7 + 2 ** 32 }),
      compromise: opens({}, { compromise: true }),
      again: opens({}, { again: true }),
      key: opens({}, {}, { key: other.kek }),
      shorter: opens({}, {}, { bytes: wrapped.subarray(0, -1) }),
      longer: opens({}, {}, { bytes: Buffer.concat([wrapped, new Uint8Array(1)]) }),
    };
    expect(wrong).toEqual(Object.fromEntries(Object.keys(wrong).map((name) => [name, undefined])));
    expect(crypto.meter.read()).toMatchObject({ sign: before.sign, verify: before.verify, kemEncaps: before.kemEncaps, kemDecaps: before.kemDecaps, rsaSign: before.rsaSign, rsaVerify: before.rsaVerify });
  });

  it('S1-16 A13 A15: a key exchange key opens for its recipient under its own header, at its one length, and in one way for nobody else', async () => {
    const { bob, forger } = await malicious();
    const [right, carols] = [bob.person.local.exchange.current, (await person('Carol')).local.exchange.current];
    const context = Buffer.from('recipient and header');
    const wrapped = wrapKek(crypto, right.credential.kemKey, context, forger.kek) ?? expect.unreachable('a good key');
    const opens = ({ kem = right.kem, under = context, bytes = wrapped } = {}) => openKek(crypto, kem, under, bytes)?.bytes;
    expect(Buffer.from(opens() ?? []).equals(forger.kek.bytes)).toBe(true);
    const changed = (at: number): Uint8Array => wrapped.map((byte, place) => (place === at ? byte ^ 1 : byte));
    const wrong = [{ kem: carols.kem }, { under: Buffer.from('recipient and headeR') }, { bytes: changed(0) }, { bytes: changed(1_119) }, { bytes: changed(1_120) }, { bytes: changed(1_167) }, { bytes: wrapped.subarray(0, -1) }, { bytes: Buffer.concat([wrapped, new Uint8Array(1)]) }];
    expect(wrong.map((each) => opens(each))).toEqual(wrong.map(() => undefined));
  });
});

describe('what a sender signed and locked, and no message may say', () => {
  /** The block as it is after that change, signed for what it says then. */
  const signed = (from: Device, block: Uint8Array, change: (bytes: Buffer, headerAt: number) => void): Uint8Array => {
    const bytes = Buffer.from(block);
    const { signatureAt, headerAt } = spanOfBlock(bytes, 0) ?? expect.unreachable('a block');
    change(bytes, headerAt);
    const what = Buffer.concat([Buffer.from([2, 0]), bytes.subarray(0, signatureAt), bytes.subarray(headerAt)]);
    bytes.set(crypto.sign('kek-block', from.person.local.instance.signing.secret, what), signatureAt + 4);
    return bytes;
  };

  it('S1-16 S1-34 A02: a wrapped key or a signature of another length, and epochs and times out of their bounds, also where all else opens', async () => {
    const { alice, bob, forger } = await malicious();
    const carol = (await person('Carol')).local.instanceId;
    const before = bob.snapshot();
    const { signatureAt } = spanOfBlock(Buffer.from(forger.block()), 0) ?? expect.unreachable('a block');
    const lengths = [-1, 1].flatMap((by) => [
      signed(alice, forger.block(), (bytes, headerAt) => void bytes.writeUInt32BE(1_168 + by, headerAt + 52)),
      signed(alice, forger.block(), (bytes) => void bytes.writeUInt32BE(64 + by, signatureAt)),
    ]);
    for (const block of lengths) expect(bob.receive(alice, forger.message(1, 'x', { block }))[0]).toEqual({ kind: 'rejected', reason: 'preamble' });
    const { kekHeader } = forger;
    const bounds = [{ epoch: 0 }, { notBefore: 2, notAfter: 2 }, { notBefore: 3, notAfter: 2 }, { creatingInstance: carol }].map((change) => {
      forger.kekHeader = { ...kekHeader, ...change };
      return forger.block();
    });
    forger.kekHeader = kekHeader;
    bounds.push(signed(alice, forger.block(), (bytes, headerAt) => void bytes.writeBigUInt64BE(2n ** 53n, headerAt + 44)));
    for (const block of bounds) expect(bob.receive(alice, forger.message(1, 'x', { block }))[0]).toEqual({ kind: 'rejected', reason: 'kek-header' });
    expect(bob.crypto.meter.read()).toMatchObject({ verify: 0, kemDecaps: 0 });
    expect(bob.snapshot()).toBe(before);
    expect(bob.receive(alice, forger.message(1, 'x'))[0]?.kind).toBe('delivered');
  });

  it('S1-21 S1-34 A02: a session key header of another length, and an epoch, a first sequence or a kind out of its bounds', async () => {
    const { alice, bob, forger } = await malicious();
    const before = bob.snapshot();
    const good = forger.message(1, 'x');
    const { dskAt } = spanOfMessage(Buffer.from(good)) ?? expect.unreachable('a message');
    const changed = (change: (bytes: Buffer) => void): Uint8Array => {
      const bytes = Buffer.from(good);
      change(bytes);
      return bytes;
    };
    for (const length of [71, 73]) expect(bob.receive(alice, changed((bytes) => void bytes.writeUInt32BE(length, dskAt + 29)))[0]).toEqual({ kind: 'rejected', reason: 'preamble' });
    const { dskHeader } = forger;
    const bounds = [{ epoch: 0 }, { firstSequence: 0 }].map((change) => {
      forger.dskHeader = { ...dskHeader, ...change };
      return forger.message(1, 'x');
    });
    forger.dskHeader = dskHeader;
    for (const kind of [0, 4, 255]) bounds.push(changed((bytes) => void bytes.writeUInt8(kind, dskAt + 28)));
    bounds.push(changed((bytes) => void bytes.writeBigUInt64BE(2n ** 53n, dskAt + 20)));
    for (const message of bounds) expect(bob.receive(alice, message)[0]).toEqual({ kind: 'rejected', reason: 'dsk-header' });
    expect(bob.snapshot()).toBe(before);
    expect(bob.receive(alice, good)[0]?.kind).toBe('delivered');
  });

  it('A08: a key wrapped, a block signed or a body locked for any other purpose is none, nor is the opening of a handshake or an answer about keys in its place', async () => {
    const { alice, bob } = await malicious();
    const before = bob.snapshot();
    /** What it makes for the one purpose, it makes for the other, and all else as it is. */
    const confusing = (one: Purpose, other: Purpose): Forger => {
      const as = (purpose: Purpose): Purpose => (purpose === one ? other : purpose);
      const changed: Partial<Crypto> = {
        hkdf: (secret, purpose, ...rest) => crypto.hkdf(secret, as(purpose), ...rest),
        sign: (purpose, ...rest) => crypto.sign(as(purpose), ...rest),
        seal: (purpose, ...rest) => crypto.seal(as(purpose), ...rest),
        sealDetached: (purpose, ...rest) => crypto.sealDetached(as(purpose), ...rest),
      };
      return new Forger({ ...crypto, ...changed }, alice.person, bob.person);
    };
    const reasons = { kek: 'kek-wrap', 'kek-wrap': 'kek-wrap', 'kek-block': 'signature', dsk: 'dsk-wrap', body: 'tag' } as const;
    const some = purposes.filter((_purpose, at) => at % 9 === 0);
    for (const [one, reason] of Object.entries(reasons) as [keyof typeof reasons, string][]) {
      for (const other of new Set<Purpose>([...some, 'm1', 'm1-content', 'm2-content', 'kem-content', 'rekey-answer', 'record', ...(Object.keys(reasons) as Purpose[])])) {
        if (other !== one) expect([one, other, bob.receive(alice, confusing(one, other).message(1, 'x'))[0]]).toEqual([one, other, { kind: 'rejected', reason }]);
      }
    }
    // Both seal 32 bytes behind a ciphertext of the same length: M1 in the place of the wrapped key, signed by whoever passes it on.
    const forger = new Forger(crypto, alice.person, bob.person);
    const m1 = sealTo(crypto, 'm1-content', bob.person.local.exchange.current.credential.kemKey, crypto.secret('content', Uint8Array.from(forger.kek.bytes)), () => new Uint8Array(9));
    const block = signed(alice, forger.block(), (bytes, headerAt) => bytes.set(m1.subarray(0, 1_168), headerAt + 56));
    expect(bob.receive(alice, forger.message(1, 'x', { block }))[0]).toEqual({ kind: 'rejected', reason: 'kek-wrap' });
    expect([bob.snapshot(), bob.sink.events]).toEqual([before, []]);
    expect(bob.receive(alice, forger.message(1, 'x'))[0]?.kind).toBe('delivered');
  });

  it('S1-34 A02 A09: a place 0, a place or a time of 2 to the 53, a body over its cap or below what there always is, though everything else would open', async () => {
    const { alice, bob, forger } = await malicious();
    const before = bob.snapshot();
    const filled = (length: number): { plaintext: Uint8Array } => ({ plaintext: crypto.random(length) });
    const bodyOf = (bytes: Uint8Array): number => bytes.length - (spanOfMessage(Buffer.from(bytes))?.bodyAt ?? 0);
    const wrong = [0, 2 ** 53].flatMap((place) => [false, true].map((control) => forger.message(place, 'x', { control })));
    wrong.push(forger.message(1, 'x', { time: 2 ** 53 }), forger.message(1, 'x', filled(48 * 1024)), forger.message(1, 'x', filled(15)));
    const around = forger.message(1, 'x').length - bodyOf(forger.message(1, 'x'));
    expect(wrong.slice(-2).map((bytes) => bytes.length - around)).toEqual([50 * 1024, 16]);
    const longer = Buffer.concat([forger.message(1, 'x', filled(48 * 1024 - 1)), Buffer.of(0)]);
    longer.writeUInt32BE(48 * 1024 + 1, longer.length - 48 * 1024 - 1 - 4);
    wrong.push(longer);
    for (const bytes of wrong) expect([spanOfMessage(Buffer.from(bytes)), bob.receive(alice, bytes)[0]]).toEqual([undefined, { kind: 'rejected', reason: 'preamble' }]);
    expect([bob.crypto.meter.read(), bob.snapshot(), bob.sink.events]).toMatchObject([{ verify: 0, kemDecaps: 0, dskUnwrap: 0 }, before, []]);
    // At those bounds it is a message.
    const last = forger.message(2 ** 53 - 1, 'x', { time: 2 ** 53 - 1, ...filled(48 * 1024 - 1) });
    expect(spanOfMessage(Buffer.from(last))).toMatchObject({ control: false, sequence: 2 ** 53 - 1, time: 2 ** 53 - 1 });
    expect([last, forger.message(1, 'x', filled(16))].map(bodyOf)).toEqual([48 * 1024, 18]);
    for (const bytes of [forger.message(1, 'x', filled(48 * 1024 - 1)), forger.message(2, 'x', { time: 2 ** 53 - 1 })]) expect(bob.receive(alice, bytes)[0]?.kind).toBe('delivered');
  });

  it('S1-26 S1-34: a body whose padding is not the one there is, though its tag is right', async () => {
    const { alice, bob } = await malicious();
    const before = bob.snapshot();
    const padded = (change: (body: Uint8Array) => void): Uint8Array => {
      const sealDetached: Crypto['sealDetached'] = (purpose, key, nonce, aad, body, ...rest) => {
        change(body);
        return crypto.sealDetached(purpose, key, nonce, aad, body, ...rest);
      };
      const other = new Forger({ ...crypto, sealDetached }, alice.person, bob.person);
      return other.message(1, 'x'.repeat(100));
    };
    const marker = (body: Uint8Array): number => body.lastIndexOf(0x80);
    // None, one behind which something stands, one that is too early, and one in front of which there are not even those 16 bytes.
    const wrong: readonly ((body: Uint8Array) => void)[] = [
      (body) => body.fill(0),
      (body) => body.fill(1, marker(body) + 1),
      (body) => body.fill(0, 18).set([0x80], 17),
      (body) => body.fill(0).set([0x80], 3),
    ];
    for (const change of wrong) expect(bob.receive(alice, padded(change))[0]).toEqual({ kind: 'rejected', reason: 'padding' });
    expect([bob.snapshot(), bob.sink.events]).toEqual([before, []]);
    expect(bob.receive(alice, padded(() => undefined))[0]?.kind).toBe('delivered');
  });
});
