import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createCrypto } from '../../../../electron/engine/crypto/create-crypto';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../../../electron/engine/crypto/kernel-random';
import { acceptChannel, type Channel, openChannel } from '../../../../electron/engine/session/channel';
import { ChannelError, type ChannelFrame, channelFrames, channelKinds, type ChannelPurpose, channelPayload } from '../../../../electron/engine/session/channel-frames';
import { ChannelKeys, channelHash } from '../../../../electron/engine/session/channel-keys';
import { type Frame, FrameReader, encodeFrame, frameTypes } from '../../../../electron/engine/wire/frame';
import { concat } from '../../../../electron/engine/wire/writer';
import { bytewise, createLinkPair, type LinkPair, type Tamper, type TestLink } from '../../../support/link-pair';
import { ManualClock } from '../../../support/manual-clock';

let crypto: Crypto;
let clock: ManualClock;
beforeAll(async () => {
  crypto = await createCrypto({ random: kernelRandom });
});
beforeEach(() => {
  clock = new ManualClock();
});

interface Ends {
  readonly pair: LinkPair;
  readonly client: Channel;
  readonly server: Channel;
}

/** Keeps every secret that was made, to look at later. */
function watching(secrets: { wiped: boolean }[]): Crypto {
  return {
    ...crypto,
    secret: (kind, bytes) => keep(crypto.secret(kind, bytes)),
    generateKem: (kind) => {
      const pair = crypto.generateKem(kind);
      keep(pair.secret);
      return pair;
    },
    encapsulate: (key) => {
      const made = crypto.encapsulate(key);
      if (made) keep(made.shared);
      return made;
    },
    decapsulate: (secret, ciphertext) => {
      const made = crypto.decapsulate(secret, ciphertext);
      return made && keep(made);
    },
  };
  function keep<T extends { wiped: boolean }>(secret: T): T {
    secrets.push(secret);
    return secret;
  }
}

/** Accepts on `link` as the session host does: reads the first frame itself, then hands over. */
function accepting(link: TestLink, withCrypto: Crypto, onChannel: (channel: Channel | undefined) => void): void {
  const reader = new FrameReader();
  let pushed = 0;
  link.onData((bytes) => {
    pushed += bytes.length;
    let first: Frame | undefined;
    try {
      reader.push(bytes);
      first = reader.next();
    } catch {
      return link.destroy();
    }
    if (!first) return;
    onChannel(acceptChannel(withCrypto, clock, link, first, bytes.slice(bytes.length - (pushed - first.frame.length))));
  });
}

async function connected(purpose: ChannelPurpose = 'invite', options: { tamper?: Tamper; using?: Crypto } = {}): Promise<Ends> {
  const using = options.using ?? crypto;
  const pair = createLinkPair({ clock, ...(options.tamper && { tamper: options.tamper }) });
  let server: Channel | undefined;
  accepting(pair.listener, using, (channel) => {
    server = channel;
  });
  const opening = openChannel(using, clock, pair.dialler, purpose);
  await clock.advance(10);
  const client = await opening;
  if (!server) throw new Error('the server gave no channel');
  return { pair, client, server };
}

function collect(channel: Channel): ChannelFrame[] {
  const frames: ChannelFrame[] = [];
  channel.onFrame((frame) => frames.push({ kind: frame.kind, payload: Uint8Array.from(frame.payload) }));
  return frames;
}

function endOf(channel: Channel): { reason: string | undefined } {
  const end: { reason: string | undefined } = { reason: undefined };
  channel.onClose((error) => {
    end.reason = error.reason;
  });
  return end;
}

const hello: ChannelFrame = { kind: channelKinds.inviteHello, payload: Uint8Array.of(1, 2, 3) };
const answer: ChannelFrame = { kind: channelKinds.inviteAnswer, payload: Uint8Array.of(4) };

describe('encryption-only channel', () => {
  test('S5-04: carries frames both ways, under one hash that both know', async () => {
    const { pair, client, server } = await connected();
    expect(client).toMatchObject({ purpose: 'invite', role: 'client' });
    expect(server).toMatchObject({ purpose: 'invite', role: 'server' });
    expect(client.hash).toHaveLength(32);
    expect(client.hash).toEqual(server.hash);
    const atServer = collect(server);
    const atClient = collect(client);
    const large = { kind: channelKinds.inviteProof, payload: crypto.random(channelPayload) };
    client.send(hello);
    client.send(large);
    server.send(answer);
    await clock.advance(10);
    expect(atServer).toEqual([hello, large]);
    expect(atClient).toEqual([answer]);
    expect((await connected()).client.hash).not.toEqual(client.hash);
    expect(pair.dialler.closed).toBe(false);
  });

  test('one byte at a time gives the same', async () => {
    const { client, server } = await connected('request', { tamper: bytewise() });
    const frames = collect(server);
    client.send({ kind: channelKinds.cardRequest, payload: new Uint8Array(64) });
    await clock.advance(10);
    expect(frames).toEqual([{ kind: channelKinds.cardRequest, payload: new Uint8Array(64) }]);
  });

  test('nothing that is said, and no kind, is seen on the wire; equal frames look different', async () => {
    const { pair, client, server } = await connected();
    collect(server);
    const payload = new TextEncoder().encode('a sentence nobody may read');
    client.send({ kind: channelKinds.inviteHello, payload });
    client.send({ kind: channelKinds.inviteHello, payload });
    const [, first, second] = pair.dialler.sent;
    expect(Buffer.from(concat(...pair.dialler.sent)).includes(Buffer.from(payload))).toBe(false);
    expect(first).toHaveLength(7 + 1 + payload.length + 16);
    expect(Buffer.from(first ?? []).equals(Buffer.from(second ?? []))).toBe(false);
  });

  test('byte layout: purpose ‖ key, ciphertext, AEAD(kind ‖ payload) under header and counter', async () => {
    const kem = crypto.generateKem('channel');
    const openFrame = encodeFrame(frameTypes.channelOpen, concat(Uint8Array.of(3), kem.publicKey));
    const pair = createLinkPair({ clock });
    let server: Channel | undefined;
    accepting(pair.listener, crypto, (channel) => {
      server = channel;
    });
    pair.dialler.send(openFrame);
    await clock.advance(5);
    const acceptFrame = pair.listener.sent[0] ?? new Uint8Array();
    expect([openFrame.length, acceptFrame.length]).toEqual([7 + 1217, 7 + 1120]);
    expect([...openFrame.subarray(0, 8)]).toEqual([16, 2, 0, 0, 0, 4, 193, 3]);
    // An independent hand at the key schedule, with Node's own primitives.
    const { createHash, hkdfSync } = await import('node:crypto');
    const framed = (text: Uint8Array): Buffer => Buffer.concat([Buffer.from([0, 0, text.length >> 8, text.length & 255]), text]);
    const name = (text: string): Buffer => framed(Buffer.from(`keyshift/2 ${text}`));
    const hash = createHash('sha256').update(name('channel-hash')).update(framed(openFrame)).update(framed(acceptFrame)).digest();
    expect(Buffer.from(server?.hash ?? []).equals(hash)).toBe(true);
    const shared = crypto.decapsulate(kem.secret, acceptFrame.subarray(7));
    const key = Buffer.from(hkdfSync('sha256', shared?.bytes ?? new Uint8Array(), Buffer.alloc(32), Buffer.concat([name('channel-server'), hash]), 32));
    server?.send(answer);
    server?.send(answer);
    const second = pair.listener.sent[2] ?? new Uint8Array();
    const nonce = new Uint8Array(24);
    nonce[23] = 1;
    const sodium = (await import('libsodium-wrappers')).default;
    const plain = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, second.subarray(7), Buffer.concat([name('channel-server'), second.subarray(0, 7)]), nonce, key);
    expect([...plain]).toEqual([channelKinds.inviteAnswer, 4]);
  });

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
    const mine: Record<ChannelPurpose, readonly number[]> = { rekey: [1, 2, 7], invite: [16, 18], request: [3, 5], meet: [32, 33, 34, 35, 37], link: [48, 50, 52, 54] };
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
        accepting(pair.listener, crypto, (channel) => channel?.onFrame((frame) => frames.push(frame)));
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

  test('ten seconds in all, however busily it drips', async () => {
    const { pair, client, server } = await connected();
    collect(server);
    const ends = [endOf(client), endOf(server)];
    for (let second = 0; second < 9; second += 1) {
      client.send(hello);
      await clock.advance(1_000);
    }
    expect(ends.map((end) => end.reason)).toEqual([undefined, undefined]);
    await clock.advance(1_100);
    expect(ends.map((end) => end.reason)).toEqual(['timeout', 'timeout']);
    expect(pair.listener.closed).toBe(true);
    expect(clock.waiting).toBe(0);
  });

  test('S5-04: a meeting has ten seconds to its first frame and three minutes from there, on either side', async () => {
    const idle = await connected('meet');
    collect(idle.server);
    const idleEnds = [endOf(idle.client), endOf(idle.server)];
    await clock.advance(10_100);
    expect(idleEnds.map((end) => end.reason)).toEqual(['timeout', 'timeout']);

    const { client, server } = await connected('meet');
    const atServer = collect(server);
    collect(client);
    const ends = [endOf(client), endOf(server)];
    await clock.advance(5_000);
    client.send({ kind: channelKinds.meetAsk, payload: Uint8Array.of(1) });
    await clock.advance(170_000);
    server.send({ kind: channelKinds.meetAccept, payload: new Uint8Array(0) });
    client.send({ kind: channelKinds.meetCommit, payload: new Uint8Array(32) });
    await clock.advance(9_000);
    expect(ends.map((end) => end.reason)).toEqual([undefined, undefined]);
    expect(atServer.map(({ kind }) => kind)).toEqual([channelKinds.meetAsk, channelKinds.meetCommit]);
    await clock.advance(1_100);
    expect(ends.map((end) => end.reason)).toEqual(['timeout', 'timeout']);
    expect(clock.waiting).toBe(0);
  });

  test('S5-04: what the server says first gives a meeting no longer time', async () => {
    const { client, server } = await connected('meet');
    collect(client);
    collect(server);
    const ends = [endOf(client), endOf(server)];
    server.send({ kind: channelKinds.meetAccept, payload: new Uint8Array(0) });
    await clock.advance(10_100);
    expect(ends.map((end) => end.reason)).toEqual(['timeout', 'timeout']);
  });

  test('a listener that never answers is given up after ten seconds; one that leaves at once', async () => {
    const silent = createLinkPair({ clock });
    silent.listener.onData(() => {});
    const opening = openChannel(crypto, clock, silent.dialler, 'request');
    const failed = expect(opening).rejects.toEqual(new ChannelError('timeout'));
    await clock.advance(10_001);
    await failed;
    expect(silent.dialler.destroyed).toBe(true);

    const leaving = createLinkPair({ clock });
    leaving.listener.onData(() => leaving.listener.destroy());
    const second = expect(openChannel(crypto, clock, leaving.dialler, 'request')).rejects.toMatchObject({ reason: 'closed' });
    await clock.advance(10);
    await second;
    expect(clock.waiting).toBe(0);
  });

  test('the last frame before close still arrives, then the other side hears the end', async () => {
    const { pair, client, server } = await connected();
    const frames = collect(client);
    const ends = [endOf(client), endOf(server)];
    server.send(answer);
    server.close();
    server.send(answer);
    await clock.advance(10);
    expect(frames).toEqual([answer]);
    expect(ends.map((end) => end.reason)).toEqual(['closed', undefined]);
    expect(pair.dialler.closed).toBe(true);
  });

  test('every secret is wiped, whichever way it ends', async () => {
    const ways: ((ends: Ends) => void)[] = [
      ({ client }) => client.close(),
      ({ server }) => server.close(),
      ({ pair }) => pair.dialler.destroy(),
      ({ pair }) => void pair.dialler.send(Uint8Array.of(99)),
      () => {},
    ];
    for (const way of ways) {
      const secrets: { wiped: boolean }[] = [];
      const ends = await connected('invite', { using: watching(secrets) });
      // Ephemeral key, the shared secret on both sides, two keys on both sides.
      expect(secrets).toHaveLength(7);
      expect(secrets.filter((secret) => !secret.wiped)).toHaveLength(4);
      way(ends);
      await clock.advance(11_000);
      expect(secrets.every((secret) => secret.wiped)).toBe(true);
    }
    const secrets: { wiped: boolean }[] = [];
    const lonely = createLinkPair({ clock });
    const opening = openChannel(watching(secrets), clock, lonely.dialler, 'invite').catch(() => {});
    await clock.advance(11_000);
    await opening;
    expect(secrets.map((secret) => secret.wiped)).toEqual([true]);
  });

  test('a handler that throws ends the channel and is told to the link’s owner', async () => {
    const { client, server } = await connected();
    server.onFrame(() => {
      throw new TypeError('a defect');
    });
    const end = endOf(server);
    client.send(hello);
    await expect(clock.advance(5)).rejects.toEqual(new TypeError('a defect'));
    expect(end.reason).toBe('malformed');
  });
});

function onlyFrame(bytes: Uint8Array): Frame {
  const reader = new FrameReader();
  reader.push(bytes);
  const frame = reader.next();
  if (!frame) throw new Error('no frame');
  return frame;
}
