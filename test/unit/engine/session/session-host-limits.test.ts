import { beforeAll, describe, expect, it } from 'vitest';
import type { SessionHostParts } from '../../../../electron/engine/session/session-host';
import { encodeFrame, frameTypes } from '../../../../electron/engine/wire/frame';
import { bytewise, createLinkPair, type LinkPairOptions } from '../../../support/link-pair';
import { ManualClock } from '../../../support/manual-clock';
import { arrive, connectHosts, hostOf, listening } from '../../../support/session-hosts';
import { type Contacts, dialler, newParty, type Party, targetOf, testNow } from '../../../support/session-kit';

let alice: Party;
let bob: Party;

beforeAll(async () => {
  [alice, bob] = await Promise.all([newParty('Alice'), newParty('Bob')]);
}, 60_000);

const connected = (options: Partial<LinkPairOptions> = {}, changes: Partial<SessionHostParts> = {}) => connectHosts(alice, bob, options, changes);

const listeningBob = (changes: Partial<SessionHostParts> = {}, contacts: Contacts = [alice]) => listening(bob, contacts, changes);

describe('what accept lets in', () => {
  it.each([
    ['random bytes', Buffer.from('9f3a771120', 'hex')],
    ['a browser', Buffer.from('GET / HTTP/1.1\r\nHost: example\r\n\r\n')],
    ['a TLS client', Buffer.from('160301020001000', 'hex')],
    ['M1 announced with 2 GiB', Buffer.from('01020080000000', 'hex')],
    ['M1 of another version', Buffer.from('01030000000010', 'hex')],
    ['a record', encodeFrame(frameTypes.record, new Uint8Array(64))],
    ['M2', encodeFrame(frameTypes.m2, new Uint8Array(2_000))],
    ['an empty M1', encodeFrame(frameTypes.m1, new Uint8Array(0))],
    ['a channel where none is offered', encodeFrame(frameTypes.channelOpen, new Uint8Array(10))],
  ])('S3-11 A54: %s is closed without a word', async (_, bytes) => {
    const { clock, b } = listeningBob();
    const { dialler, listener } = arrive(clock, b);
    dialler.send(bytes);
    await clock.advance(500);
    expect(listener.destroyed).toBe(true);
    expect(listener.sent).toEqual([]);
    expect(b.host.counts).toEqual({ halfOpen: 0, sessions: 0 });
  });

  it('S3-11: the first byte decides, before anything is kept', async () => {
    const { clock, b } = listeningBob();
    for (const type of [0, frameTypes.m2, frameTypes.record, frameTypes.retry, frameTypes.channelAccept, frameTypes.channelData, 99]) {
      const { dialler, listener } = arrive(clock, b);
      dialler.send(Uint8Array.of(type));
      await clock.advance(2);
      expect(listener.destroyed, `type ${type}`).toBe(true);
    }
    const { dialler, listener } = arrive(clock, b);
    dialler.send(Uint8Array.of(frameTypes.m1));
    await clock.advance(2);
    expect(listener.destroyed).toBe(false);
  });

  it('S3-32 A54: whose place goes to another is hung up on at once: no more connections than places', async () => {
    const { clock, b } = listeningBob({ limits: { halfOpenPerSource: 1 } });
    const first = arrive(clock, b);
    await clock.advance(1_000);
    const second = arrive(clock, b);
    await clock.advance(1);
    expect([first.listener.destroyed, second.listener.destroyed, b.host.counts.halfOpen]).toEqual([true, false, 1]);
  });

  it('A42: an M1 that comes twice costs one decapsulation, whoever sends it', async () => {
    const { clock, b } = listeningBob();
    const before = bob.crypto.meter.read().kemDecaps;
    for (let at = 0; at < 5; at += 1) {
      const pair = arrive(clock, b, { diallerAddress: { host: `192.0.2.${at}`, port: 1 } });
      pair.dialler.send(sampleM1());
      await clock.advance(10);
      expect(pair.listener.sent.length, `the ${at + 1}. time`).toBe(at === 0 ? 1 : 0);
    }
    expect(bob.crypto.meter.read().kemDecaps - before).toBe(1);
  });

  it('S3-32: a source that was part of a session keeps a place when strangers have taken theirs', async () => {
    const { clock, b } = listeningBob();
    const a = hostOf(alice, [bob], clock);
    const home = { diallerAddress: { host: '198.51.100.9', port: 1 } };
    const first = arrive(clock, b, home);
    const session = a.host.dial(first.dialler, targetOf(bob));
    await clock.advance(50);
    (await session).close();
    await clock.advance(50);
    for (let at = 0; at < 2_100; at += 1) arrive(clock, b, { diallerAddress: { host: `192.0.${at >> 8}.${at & 255}`, port: 1 } });
    expect(b.host.counts.halfOpen).toBe(1_984);
    const stranger = arrive(clock, b, { diallerAddress: { host: '203.0.113.77', port: 1 } });
    expect(stranger.listener.destroyed).toBe(true);
    const again = arrive(clock, b, home);
    const second = a.host.dial(again.dialler, targetOf(bob));
    await clock.advance(50);
    expect((await second).peer.identity.peerId).toBe(bob.local.peerId);
  });

  it('S3-32 A54: whoever says nothing, or a byte a second, is gone after 10 s', async () => {
    const { clock, b } = listeningBob();
    const silent = arrive(clock, b);
    const slow = arrive(clock, b, { tamper: bytewise(1_000) });
    slow.dialler.send(encodeFrame(frameTypes.m1, new Uint8Array(5_000)));
    await clock.advance(9_900);
    expect(b.host.counts.halfOpen).toBe(2);
    await clock.advance(200);
    expect([silent.listener.destroyed, slow.listener.destroyed]).toEqual([true, true]);
    expect(b.host.counts.halfOpen).toBe(0);
  });

  it('S3-32: the 10 s count from the connection to M3, not from M1', async () => {
    const { clock, b } = listeningBob();
    const pair = arrive(clock, b);
    await clock.advance(9_000);
    const a = hostOf(alice, [bob], clock);
    let seen = 0;
    const relay = createLinkPair({ clock, tamper: (bytes, from) => (from === 'dialler' && (seen += 1) > 1 ? [] : [{ bytes }]) });
    void a.host.dial(relay.dialler, targetOf(bob)).catch(() => {});
    relay.listener.onData((bytes) => pair.dialler.send(bytes));
    await clock.advance(500);
    expect(pair.listener.sent.length).toBe(1);
    expect(b.host.counts.halfOpen).toBe(1);
    await clock.advance(600);
    expect(b.host.counts.halfOpen).toBe(0);
    expect(pair.listener.destroyed).toBe(true);
  });

  it('S3-32: 500 idle connections of one source do not keep a contact at the same address out', async () => {
    const { clock, b } = listeningBob();
    for (let at = 0; at < 500; at += 1) arrive(clock, b);
    expect(b.host.counts.halfOpen).toBe(8);
    await clock.advance(1_500);
    const a = hostOf(alice, [bob], clock);
    const pair = arrive(clock, b);
    const session = a.host.dial(pair.dialler, targetOf(bob));
    await clock.advance(50);
    expect((await session).peer.identity.peerId).toBe(bob.local.peerId);
  });

  it('S3-32 A54: 1,000 forged M1 a second cost a bounded number of decapsulations; a known contact still gets in', async () => {
    const { clock, b } = listeningBob({ isKnownSource: (source) => source === '198.51.100.7' });
    const a = hostOf(alice, [bob], clock);
    const before = bob.crypto.meter.read().kemDecaps;
    for (let at = 0; at < 1_000; at += 1) {
      // Every one a fresh envelope that names Bob's key: the dearest thing a stranger can send.
      const pair = arrive(clock, b, { diallerAddress: { host: `192.0.2.${at % 250}`, port: 1 } });
      const m1 = Uint8Array.from(sampleM1());
      m1[m1.length - 1] = at & 255;
      m1[m1.length - 2] = at >> 8;
      pair.dialler.send(m1);
      await clock.advance(1);
    }
    const cost = bob.crypto.meter.read().kemDecaps - before;
    expect(cost).toBeGreaterThan(50);
    expect(cost).toBeLessThanOrEqual(100 + 50 + 1);
    const pair = arrive(clock, b, { diallerAddress: { host: '198.51.100.7', port: 1 } });
    const session = a.host.dial(pair.dialler, targetOf(bob));
    await clock.advance(50);
    expect((await session).peer.identity.peerId).toBe(bob.local.peerId);
    expect(b.logger.lines.length).toBeLessThan(600);
  });

  it('S3-32: no new sessions beyond the limit', async () => {
    const { clock, b } = listeningBob({ limits: { sessions: 0 } });
    const pair = arrive(clock, b);
    pair.dialler.send(sampleM1());
    await clock.advance(500);
    expect([pair.listener.destroyed, pair.listener.sent]).toEqual([true, []]);
  });

  it('S3-32: close ends what is under way and what stands', async () => {
    const { clock, a, b } = await connected();
    const half = createLinkPair({ clock });
    b.host.accept(half.listener);
    const dialling = a.host.dial(createLinkPair({ clock }).dialler, targetOf(bob));
    a.host.close();
    b.host.close();
    await expect(dialling).rejects.toMatchObject({ reason: 'locked' });
    await clock.advance(10);
    expect([a.host.counts, b.host.counts]).toEqual([
      { halfOpen: 0, sessions: 0 },
      { halfOpen: 0, sessions: 0 },
    ]);
    expect(half.listener.destroyed).toBe(true);
    expect(clock.waiting).toBe(0);
    // Nor is anything begun after it.
    const late = createLinkPair({ clock });
    b.host.accept(late.listener);
    const own = createLinkPair({ clock });
    await expect(a.host.dial(own.dialler, targetOf(bob))).rejects.toMatchObject({ reason: 'locked' });
    expect([late.listener.destroyed, own.dialler.destroyed, b.host.counts.halfOpen]).toEqual([true, true, 0]);
  });

  it('S3-32: a dialler gives up after 10 s, and when the link closes', async () => {
    const clock = new ManualClock(testNow);
    const a = hostOf(alice, [bob], clock);
    const pair = createLinkPair({ clock });
    const silent = a.host.dial(pair.dialler, targetOf(bob));
    await Promise.all([expect(silent).rejects.toMatchObject({ reason: 'timeout' }), clock.advance(10_000)]);
    const other = createLinkPair({ clock });
    const cut = a.host.dial(other.dialler, targetOf(bob));
    other.listener.destroy();
    await Promise.all([expect(cut).rejects.toMatchObject({ reason: 'closed' }), clock.advance(100)]);
  });

  /** An M1 of Alice's to Bob. */
  function sampleM1(): Uint8Array {
    sample ??= dialler(alice, targetOf(bob), [bob]).next();
    return sample;
  }
  let sample: Uint8Array | undefined;
});
