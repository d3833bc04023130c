import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createCrypto } from '../../../../electron/engine/crypto/create-crypto';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../../../electron/engine/crypto/kernel-random';
import { acceptChannel, openChannel } from '../../../../electron/engine/session/channel';
import { type ChannelFrame, channelFrames, channelKinds, type ChannelPurpose, channelPayload } from '../../../../electron/engine/session/channel-frames';
import { ChannelKeys, channelHash } from '../../../../electron/engine/session/channel-keys';
import { encodeFrame, frameTypes } from '../../../../electron/engine/wire/frame';
import { concat } from '../../../../electron/engine/wire/writer';
import { accepting, type ChannelEnds, collect, endOf, hello, onlyFrame, openEnds } from '../../../support/channel-ends';
import { createLinkPair, type Tamper } from '../../../support/link-pair';
import { ManualClock } from '../../../support/manual-clock';

let crypto: Crypto;
let clock: ManualClock;
beforeAll(async () => {
  crypto = await createCrypto({ random: kernelRandom });
});
beforeEach(() => {
  clock = new ManualClock();
});

const connected = (purpose?: ChannelPurpose, options?: { tamper?: Tamper }): Promise<ChannelEnds> => openEnds(crypto, clock, purpose, options);

describe('encryption-only channel', () => {
  test('A78: every frame type that is not the channel’s ends it, and nothing is shown', async () => {
    for (const type of [frameTypes.m1, frameTypes.m2, frameTypes.record, frameTypes.retry, frameTypes.channelOpen, frameTypes.channelAccept]) {
      const { pair, server } = await connected();
      const frames = collect(server);
      const end = endOf(server);
      pair.dialler.send(encodeFrame(type, new Uint8Array(40)));
      await clock.advance(10);
      expect(frames).toEqual([]);
      expect(end.reason).toBe('malformed');
      expect(pair.listener.destroyed).toBe(true);
    }
  });

  test('A78: kinds of another purpose, of the other direction, reserved or unknown end it', async () => {
    const mine: Record<ChannelPurpose, readonly number[]> = { rekey: [1, 2, 7, 63], invite: [16, 18], request: [3, 5], meet: [32, 33, 34, 35, 37], link: [48, 50, 52, 54] };
    for (const purpose of ['rekey', 'invite', 'request', 'meet', 'link'] as const) {
      for (let kind = 0; kind < 256; kind += 1) {
        const { pair, client, server } = await connected(purpose);
        const frames = collect(server);
        // What an own client could never be made to send: the type says so, hence the cast.
        client.send({ kind: kind as ChannelFrame['kind'], payload: new Uint8Array(0) });
        await clock.advance(4);
        const taken = mine[purpose].includes(kind);
        expect([kind, frames.length, pair.listener.destroyed]).toEqual([kind, taken ? 1 : 0, !taken]);
        client.close();
        await clock.advance(4);
      }
    }
  }, 60_000);

  test('a changed, repeated, dropped or swapped frame ends it', async () => {
    const tampers: Tamper[] = [
      (bytes, from, index) => (from === 'dialler' && index === 2 ? [{ bytes: bytes.map((byte, at) => (at === 9 ? byte ^ 1 : byte)) }] : [{ bytes }]),
      (bytes, from, index) => (from === 'dialler' && index === 2 ? [{ bytes: bytes.map((byte, at) => (at === bytes.length - 1 ? byte ^ 128 : byte)) }] : [{ bytes }]),
      (bytes, from, index) => (from === 'dialler' && index === 2 ? [{ bytes }, { bytes }] : [{ bytes }]),
      (bytes, from, index) => (from === 'dialler' && index === 2 ? [] : [{ bytes }]),
      (bytes, from, index) => (from === 'dialler' && index === 2 ? [{ bytes, delay: 5 }] : [{ bytes }]),
    ];
    for (const tamper of tampers) {
      const { client, server } = await connected('invite', { tamper });
      const frames = collect(server);
      const end = endOf(server);
      for (let index = 0; index < 3; index += 1) client.send({ kind: channelKinds.inviteHello, payload: Uint8Array.of(index) });
      await clock.advance(20);
      expect(end.reason).toBe('malformed');
      expect(frames.length).toBeLessThan(3);
    }
  });

  test('a frame of one’s own sent back ends it: the directions have keys of their own', async () => {
    const { pair, client } = await connected();
    const frames = collect(client);
    const end = endOf(client);
    client.send(hello);
    const own = pair.dialler.sent[1];
    if (!own) throw new Error('nothing sent');
    pair.dialler.inject(Uint8Array.from(own));
    await clock.advance(5);
    expect([frames, end.reason]).toEqual([[], 'malformed']);
  });

  test('any changed byte of the opening leads to no channel that carries anything', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('dialler', 'listener'), fc.nat(7 + 1119), fc.integer({ min: 1, max: 255 }), async (side, at, change) => {
        const pair = createLinkPair({
          clock,
          tamper: (bytes, from, index) => [{ bytes: from === side && index === 0 ? bytes.map((byte, place) => (place === at ? byte ^ change : byte)) : bytes }],
        });
        const frames: ChannelFrame[] = [];
        accepting(pair.listener, clock, crypto, (channel) => channel?.onFrame((frame) => frames.push(frame)));
        const opening = openChannel(crypto, clock, pair.dialler, 'invite').then(
          (channel) => channel.send(hello),
          () => {},
        );
        await clock.advance(11_000);
        await opening;
        await clock.advance(11_000);
        expect(frames).toEqual([]);
        expect(pair.listener.closed && pair.dialler.closed).toBe(true);
        expect(clock.waiting).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  test('an opening with a key that nothing can be sealed to is not answered', () => {
    const key = crypto.generateKem('channel').publicKey;
    // Coefficients beyond the field in front; an X25519 share of small order behind.
    for (const spoiled of [concat(new Uint8Array(3).fill(255), key.subarray(3)), concat(key.subarray(0, 1184), new Uint8Array(32))]) {
      const pair = createLinkPair({ clock });
      expect(acceptChannel(crypto, clock, pair.listener, onlyFrame(encodeFrame(frameTypes.channelOpen, concat(Uint8Array.of(3), spoiled))))).toBeUndefined();
      expect([pair.listener.destroyed, pair.listener.sent]).toEqual([true, []]);
    }
  });

  test('unserved purposes, wrong sizes and bytes behind the opening are refused', async () => {
    const key = crypto.generateKem('channel').publicKey;
    const openings = [0, 6, 255].map((purpose) => concat(Uint8Array.of(purpose), key));
    openings.push(concat(Uint8Array.of(3), key.subarray(1)), concat(Uint8Array.of(3), key, Uint8Array.of(0)), new Uint8Array(0));
    for (const payload of openings) {
      const pair = createLinkPair({ clock });
      const frame = onlyFrame(encodeFrame(frameTypes.channelOpen, payload));
      expect(acceptChannel(crypto, clock, pair.listener, frame)).toBeUndefined();
      expect(pair.listener.destroyed).toBe(true);
      expect(pair.listener.sent).toEqual([]);
    }
    const good = onlyFrame(encodeFrame(frameTypes.channelOpen, concat(Uint8Array.of(3), key)));
    const eager = createLinkPair({ clock });
    expect(acceptChannel(crypto, clock, eager.listener, good, Uint8Array.of(18))).toBeUndefined();
    const wrongType = createLinkPair({ clock });
    expect(acceptChannel(crypto, clock, wrongType.listener, { ...good, type: frameTypes.channelAccept })).toBeUndefined();
    const fine = createLinkPair({ clock });
    expect(acceptChannel(crypto, clock, fine.listener, good)).toBeDefined();
  });

  test('A78: an opening is answered by one frame of its own type and size, with a share that is one; nothing else makes a channel', async () => {
    /** What the dialler makes of an answer that differs from the right one. */
    const answered = async (change: (ciphertext: Uint8Array) => Uint8Array): Promise<string> => {
      const pair = createLinkPair({ clock });
      pair.listener.onData((bytes) => {
        const made = crypto.encapsulate(bytes.slice(8));
        pair.listener.send(change(made?.ciphertext ?? new Uint8Array()));
      });
      const opening = openChannel(crypto, clock, pair.dialler, 'invite').then(
        () => 'a channel',
        (error: { reason?: string }) => error.reason ?? 'a defect',
      );
      await clock.advance(10);
      return opening;
    };
    const framed = (type: (typeof frameTypes)[keyof typeof frameTypes]) => (ciphertext: Uint8Array) => encodeFrame(type, ciphertext);
    const accept = framed(frameTypes.channelAccept);
    expect(await answered(accept)).toBe('a channel');
    expect(await answered(framed(frameTypes.channelData))).toBe('malformed');
    expect(await answered((ciphertext) => accept(ciphertext.subarray(1)))).toBe('malformed');
    expect(await answered((ciphertext) => accept(concat(ciphertext, Uint8Array.of(0))))).toBe('malformed');
    // The X25519 share of the ciphertext, of small order.
    expect(await answered((ciphertext) => accept(concat(ciphertext.subarray(0, 1088), new Uint8Array(32))))).toBe('malformed');
  });

  test('S5-04: nothing is heard or said behind the end, and whoever asks late hears of it', async () => {
    const { pair, client, server } = await connected();
    const frames: ChannelFrame[] = [];
    server.onFrame((frame) => {
      frames.push(frame);
      server.close();
    });
    client.send(hello);
    client.send(hello);
    const [, first = new Uint8Array(), second = new Uint8Array()] = pair.dialler.sent;
    // Both in one piece: the second waits while the first is dealt with.
    pair.listener.inject(concat(first, second));
    await clock.advance(10);
    expect(frames).toHaveLength(1);

    const cut = await connected();
    cut.pair.dialler.destroy();
    await clock.advance(10);
    expect(endOf(cut.server).reason).toBe('closed');
    cut.server.send({ kind: channelKinds.inviteAnswer, payload: new Uint8Array(0) });
    expect(cut.pair.listener.sent).toHaveLength(1);

    // Closed on this side, and the other one still speaks: nothing is looked at any more.
    const half = await connected();
    const late = collect(half.server);
    half.pair.listener.close = () => undefined;
    half.server.close();
    half.client.send(hello);
    await clock.advance(10);
    expect([late, half.pair.listener.destroyed]).toEqual([[], false]);
    half.client.close();

    // The connection breaks with the very frame that would give it more time.
    const broken = await connected('meet');
    const link = broken.pair.dialler;
    let closes = 0;
    link.close = () => void (closes += 1);
    link.send = () => (link.vanish(), false);
    broken.client.send({ kind: channelKinds.meetAsk, payload: new Uint8Array(0) });
    expect(endOf(broken.client).reason).toBe('closed');
    broken.client.close();
    expect(closes).toBe(0);
    broken.server.close();
    await clock.advance(10);
    expect(clock.waiting).toBe(0);
  });

  test('A01: a frame may be as large as the document says and not a byte larger, sealed well or not', () => {
    const purpose = 'invite';
    const hash = crypto.random(32);
    const secret = crypto.randomSecret('shared', 32);
    const key = crypto.secret('channel', crypto.hkdf(secret.bytes, 'channel-client', 32, hash));
    const receiver = new ChannelKeys(crypto, purpose, 'server', secret, hash);
    const header = new Uint8Array(7);
    const sealed = (bytes: number, counter: number): Uint8Array => {
      const nonce = new Uint8Array(24);
      nonce[23] = counter;
      return crypto.seal('channel-client', key, nonce, header, concat(Uint8Array.of(channelKinds.inviteHello), new Uint8Array(bytes)));
    };
    expect(receiver.open(header, sealed(channelPayload, 0))?.payload).toHaveLength(channelPayload);
    expect(receiver.open(header, sealed(channelPayload + 1, 1))).toBeUndefined();
    // Nothing but a tag: not even a kind.
    expect(receiver.open(header, crypto.seal('channel-client', key, Uint8Array.from({ length: 24 }, (_, at) => (at === 23 ? 1 : 0)), header, new Uint8Array(0)))).toBeUndefined();
    expect(receiver.open(header, sealed(1, 1))?.payload).toHaveLength(1);
  });

  test('A01: announced lengths and floods of frames end it with bounded memory', async () => {
    const { pair, server } = await connected();
    const end = endOf(server);
    pair.dialler.send(Uint8Array.of(18, 2, 0, 0x7f, 0xff, 0xff, 0xff, 1));
    await clock.advance(5);
    expect(end.reason).toBe('malformed');

    const busy = await connected();
    const frames = collect(busy.server);
    for (let index = 0; index < channelFrames; index += 1) busy.client.send(hello);
    expect(() => busy.client.send(hello)).toThrow(RangeError);
    expect(() => busy.server.send({ kind: channelKinds.inviteAnswer, payload: new Uint8Array(channelPayload + 1) })).toThrow(RangeError);
    await clock.advance(5);
    expect(frames).toHaveLength(channelFrames);
  });

  test('A01: a seventeenth frame is not even opened', () => {
    const secret = crypto.randomSecret('shared', 32);
    const copy = crypto.secret('shared', Uint8Array.from(secret.bytes));
    const hash = crypto.random(32);
    const sender = new ChannelKeys(crypto, 'invite', 'client', secret, hash);
    const receiver = new ChannelKeys(crypto, 'invite', 'server', copy, hash);
    for (let index = 0; index < channelFrames; index += 1) {
      const frame = onlyFrame(sender.seal(hello));
      expect(receiver.open(frame.header, frame.payload)).toEqual(hello);
    }
    const opens = crypto.meter.read().open;
    expect(receiver.open(new Uint8Array(7), new Uint8Array(20))).toBeUndefined();
    expect(crypto.meter.read().open).toBe(opens);
    expect(channelHash(crypto, hash, hash)).not.toEqual(hash);
  });
});
