import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createCrypto } from '../../../../electron/engine/crypto/create-crypto';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../../../electron/engine/crypto/kernel-random';
import { type Channel, openChannel } from '../../../../electron/engine/session/channel';
import { ChannelError, channelKinds, type ChannelPurpose, channelPayload } from '../../../../electron/engine/session/channel-frames';
import { encodeFrame, frameTypes } from '../../../../electron/engine/wire/frame';
import { concat } from '../../../../electron/engine/wire/writer';
import { accepting, answer, type ChannelEnds, collect, endOf, hello, openEnds, watching } from '../../../support/channel-ends';
import { bytewise, createLinkPair, type Tamper } from '../../../support/link-pair';
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

  test('nothing that is said, and no kind, is seen on the wire; equal frames look different; once sealed it is wiped', async () => {
    const sealed: Uint8Array[] = [];
    const noting: Crypto = { ...crypto, seal: (purpose, key, nonce, aad, plaintext) => (sealed.push(plaintext), crypto.seal(purpose, key, nonce, aad, plaintext)) };
    const { pair, client, server } = await openEnds(noting, clock);
    collect(server);
    const payload = new TextEncoder().encode('a sentence nobody may read');
    client.send({ kind: channelKinds.inviteHello, payload });
    client.send({ kind: channelKinds.inviteHello, payload });
    const [, first, second] = pair.dialler.sent;
    expect(sealed.map((each) => [each.length, each.some((byte) => byte !== 0)])).toEqual([[1 + payload.length, false], [1 + payload.length, false]]);
    expect(Buffer.from(concat(...pair.dialler.sent)).includes(Buffer.from(payload))).toBe(false);
    expect(first).toHaveLength(7 + 1 + payload.length + 16);
    expect(Buffer.from(first ?? []).equals(Buffer.from(second ?? []))).toBe(false);
  });

  test('byte layout: purpose ‖ key, ciphertext, AEAD(kind ‖ payload) under header and counter', async () => {
    const kem = crypto.generateKem('channel');
    const openFrame = encodeFrame(frameTypes.channelOpen, concat(Uint8Array.of(3), kem.publicKey));
    const pair = createLinkPair({ clock });
    let server: Channel | undefined;
    accepting(pair.listener, clock, crypto, (channel) => {
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
    await sodium.ready;
    const plain = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, second.subarray(7), Buffer.concat([name('channel-server'), second.subarray(0, 7)]), nonce, key);
    expect([...plain]).toEqual([channelKinds.inviteAnswer, 4]);
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

  test('S4-12: letting a device in has eight minutes from the first frame, a meeting three, anything else no more than before', async () => {
    for (const [purpose, kind, milliseconds] of [['link', channelKinds.linkHello, 480_000], ['meet', channelKinds.meetAsk, 180_000], ['rekey', channelKinds.rekeyRequest, 4_000]] as const) {
      const { client, server } = await connected(purpose);
      collect(server);
      collect(client);
      const ends = [endOf(client), endOf(server)];
      await clock.advance(6_000);
      client.send({ kind, payload: new Uint8Array(0) });
      await clock.advance(milliseconds - 100);
      expect(ends.map((end) => end.reason)).toEqual([undefined, undefined]);
      await clock.advance(200);
      expect(ends.map((end) => end.reason)).toEqual(['timeout', 'timeout']);
    }
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
    const ways: ((ends: ChannelEnds) => void)[] = [
      ({ client }) => client.close(),
      ({ server }) => server.close(),
      ({ pair }) => pair.dialler.destroy(),
      ({ pair }) => void pair.dialler.send(Uint8Array.of(99)),
      () => {},
    ];
    for (const way of ways) {
      const secrets: { wiped: boolean }[] = [];
      const ends = await openEnds(watching(crypto, secrets), clock);
      // Ephemeral key, the shared secret on both sides, two keys on both sides.
      expect(secrets).toHaveLength(7);
      expect(secrets.filter((secret) => !secret.wiped)).toHaveLength(4);
      way(ends);
      await clock.advance(11_000);
      expect(secrets.every((secret) => secret.wiped)).toBe(true);
    }
    const secrets: { wiped: boolean }[] = [];
    const lonely = createLinkPair({ clock });
    const opening = openChannel(watching(crypto, secrets), clock, lonely.dialler, 'invite').catch(() => {});
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
