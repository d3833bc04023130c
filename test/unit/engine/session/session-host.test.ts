import { beforeAll, describe, expect, it } from 'vitest';
import type { Secret, SecretKind } from '../../../../electron/engine/crypto/secret';
import type { Link } from '../../../../electron/engine/ports';
import { SessionError } from '../../../../electron/engine/session/failure';
import { maxItemBytes } from '../../../../electron/engine/session/items';
import type { Session, SessionItem } from '../../../../electron/engine/session/session';
import { createSessionHost, type SessionHost, type SessionHostParts } from '../../../../electron/engine/session/session-host';
import { encodeFrame, frameTypes } from '../../../../electron/engine/wire/frame';
import { bytewise, createLinkPair, type LinkPair, type LinkPairOptions } from '../../../support/link-pair';
import { ManualClock } from '../../../support/manual-clock';
import { type Contacts, dialler, newParty, type Party, peersOf, recordingLogger, targetOf, testNow } from '../../../support/session-kit';

let alice: Party;
let bob: Party;

beforeAll(async () => {
  [alice, bob] = await Promise.all([newParty('Alice'), newParty('Bob')]);
}, 60_000);

interface End {
  readonly host: SessionHost;
  readonly sessions: Session[];
  readonly items: SessionItem[];
  readonly logger: ReturnType<typeof recordingLogger>;
}

function endOf(party: Party, contacts: Contacts, clock: ManualClock, changes: Partial<SessionHostParts> = {}): End {
  const sessions: Session[] = [];
  const items: SessionItem[] = [];
  const logger = recordingLogger();
  const host = createSessionHost({
    crypto: party.crypto,
    clock,
    logger,
    local: () => party.local,
    peers: peersOf(contacts),
    onSession: (session) => {
      sessions.push(session);
      session.onItems((batch) => items.push(...batch));
    },
    ...changes,
  });
  return { host, sessions, items, logger };
}

async function connected(options: Partial<LinkPairOptions> = {}, changes: Partial<SessionHostParts> = {}) {
  const clock = new ManualClock(testNow);
  const a = endOf(alice, [bob], clock, changes);
  const b = endOf(bob, [alice], clock, changes);
  const pair = createLinkPair({ clock, ...options });
  b.host.accept(pair.listener);
  const dialled = a.host.dial(pair.dialler, targetOf(bob));
  await clock.advance(100);
  return { clock, a, b, pair, dialled, session: await dialled };
}

const text = (value: string): SessionItem => ({ kind: 'message', bytes: new TextEncoder().encode(value) });

describe('a session over a link', () => {
  it('S3-08: items go both ways, in order, several to a record and records to a write', async () => {
    const { clock, a, b, session, pair } = await connected();
    expect(b.sessions).toHaveLength(1);
    expect(a.sessions).toEqual([session]);
    expect(session.keyId).toEqual(b.sessions[0]?.keyId);
    expect([session.role, b.sessions[0]?.role]).toEqual(['dialler', 'listener']);
    const before = pair.dialler.sent.length;
    const many = Array.from({ length: 100 }, (_, at) => text(`${at} ${'x'.repeat(2_000)}`));
    expect(session.send(many)).toBe(true);
    expect(pair.dialler.sent.length - before).toBe(1);
    b.sessions[0]?.send([text('back'), { kind: 'card', bytes: Uint8Array.of(1) }]);
    await clock.advance(10);
    expect(b.items).toEqual(many);
    expect(a.items).toEqual([text('back'), { kind: 'card', bytes: Uint8Array.of(1) }]);
    expect(session.digests.sent).toEqual(b.sessions[0]?.digests.received);
    expect(session.digests.sent.counter).toBe(1 + 3);
  });

  it('S3-11: the same when every byte comes alone', async () => {
    const { clock, b, session } = await connected({ tamper: bytewise() });
    session.send([text('slowly')]);
    await clock.advance(10);
    expect(b.items).toEqual([text('slowly')]);
  });

  it('S3-08: an item over the cap is the sender’s error and costs nothing', async () => {
    const { clock, b, session } = await connected();
    expect(() => session.send([{ kind: 'message', bytes: new Uint8Array(maxItemBytes + 1) }])).toThrow('cap');
    session.send([{ kind: 'message', bytes: new Uint8Array(maxItemBytes) }]);
    await clock.advance(10);
    expect(b.items).toHaveLength(1);
  });

  it('S3-09: closing is the end: what was sent before arrives, both sides hear of it once, keys are gone', async () => {
    const { clock, a, b, session } = await connected();
    let closes = 0;
    session.onClose(() => (closes += 1));
    b.sessions[0]?.onClose(() => (closes += 10));
    session.send([text('last')]);
    session.close();
    session.close();
    await clock.advance(10);
    expect(b.items).toEqual([text('last')]);
    expect(closes).toBe(11);
    expect(session.send([text('too late')])).toBe(false);
    expect([a.host.counts.sessions, b.host.counts.sessions]).toEqual([0, 0]);
    session.onClose(() => (closes += 100));
    expect(closes).toBe(111);
  });

  it('A51 S3-09: half a record at the end is dropped', async () => {
    const { clock, b, session, pair } = await connected();
    session.send([text('whole')]);
    await clock.advance(10);
    session.send([text('cut')]);
    const cut = pair.dialler.sent.at(-1) ?? new Uint8Array();
    expect(cut.length).toBeGreaterThan(10);
    pair.listener.destroy();
    await clock.advance(10);
    expect(b.items).toEqual([text('whole')]);
  });

  it('A52: a repeated, a reordered, a dropped and a changed record each end the session, and nothing of it is delivered', async () => {
    const tampers: Record<string, (frames: Uint8Array[]) => Uint8Array[]> = {
      repeated: ([one, two]) => (one && two ? [one, one, two] : []),
      reordered: ([one, two]) => (one && two ? [two, one] : []),
      dropped: ([, two]) => (two ? [two] : []),
      changed: ([one, two]) => (one && two ? [one.map((byte, at) => (at === one.length - 1 ? byte ^ 1 : byte)), two] : []),
    };
    for (const [name, tamper] of Object.entries(tampers)) {
      let held: Uint8Array[] | undefined;
      const { clock, b, session, pair } = await connected({ tamper: (bytes, from) => (held && from === 'dialler' ? (held.push(bytes), []) : [{ bytes }]) });
      held = [];
      session.send([text('one')]);
      session.send([text('two')]);
      for (const bytes of tamper(held)) pair.listener.inject(bytes);
      await clock.advance(10);
      expect(b.items, name).toEqual(name === 'repeated' ? [text('one')] : []);
      expect(pair.listener.destroyed, name).toBe(true);
      expect(b.host.counts.sessions, name).toBe(0);
    }
  });

  it('A53: a confirmation in any later record ends the session', async () => {
    const { clock, b, session } = await connected();
    // What no honest caller can say.
    session.send([{ kind: 'confirm', bytes: new Uint8Array(32) } as never, text('behind it')]);
    await clock.advance(10);
    expect(b.items).toEqual([]);
    expect(b.host.counts.sessions).toBe(0);
  });

  it('S3-30: MK and every record and confirm key of both sides are wiped when the session has ended', async () => {
    const made: Secret<SecretKind>[] = [];
    const watched = (party: Party): Party => ({
      ...party,
      crypto: {
        ...party.crypto,
        secret: (kind, bytes) => {
          const secret = party.crypto.secret(kind, bytes);
          if (['session-master', 'record', 'confirm'].includes(kind)) made.push(secret);
          return secret;
        },
      },
    });
    const clock = new ManualClock(testNow);
    const [a, b] = [endOf(watched(alice), [bob], clock), endOf(watched(bob), [alice], clock)];
    const pair = createLinkPair({ clock });
    b.host.accept(pair.listener);
    const dialled = a.host.dial(pair.dialler, targetOf(bob));
    await clock.advance(100);
    expect(made.map(({ kind, wiped }) => `${kind} ${wiped}`).sort()).toEqual([
      ...Array.from({ length: 4 }, () => 'confirm true'),
      ...Array.from({ length: 4 }, () => 'record false'),
      ...Array.from({ length: 2 }, () => 'session-master false'),
    ]);
    (await dialled).close();
    await clock.advance(100);
    expect(made.every(({ wiped }) => wiped)).toBe(true);
  });

  it('S3-08: reading waits for a handler, and for a handler that lags', async () => {
    const got: SessionItem[] = [];
    const clock = new ManualClock(testNow);
    const quiet: Session[] = [];
    const a = endOf(alice, [bob], clock);
    const b = endOf(bob, [alice], clock, { onSession: (session) => quiet.push(session) });
    const pair = createLinkPair({ clock });
    b.host.accept(pair.listener);
    const dialled = a.host.dial(pair.dialler, targetOf(bob));
    await clock.advance(10);
    (await dialled).send([text('early')]);
    await clock.advance(10);
    expect(pair.listener.paused).toBe(true);
    quiet[0]?.onItems((items) => got.push(...items));
    expect(got).toEqual([text('early')]);
    await clock.advance(10);
    expect(pair.listener.paused).toBe(false);
    quiet[0]?.pause();
    (await dialled).send([text('later')]);
    await clock.advance(120_000);
    expect(got).toHaveLength(1);
    expect(b.host.counts.sessions).toBe(1);
    quiet[0]?.resume();
    await clock.advance(10);
    expect(got).toEqual([text('early'), text('later')]);
  });

  it('S3-08: back-pressure of the link is told, and its end too', async () => {
    const { session, pair } = await connected();
    let drained = 0;
    session.onDrain(() => (drained += 1));
    pair.dialler.takesMore = false;
    expect(session.send([text('x')])).toBe(false);
    pair.dialler.drain();
    expect(drained).toBe(1);
    expect(session.send([text('y')])).toBe(true);
  });

  it('keep-alive: pings after 20 s of silence keep a session up for hours and are nobody’s items', async () => {
    const { clock, a, b, pair } = await connected();
    const before = pair.dialler.sent.length;
    await clock.advance(19_000);
    expect(pair.dialler.sent.length).toBe(before);
    await clock.advance(7_200_000);
    expect([a.host.counts.sessions, b.host.counts.sessions]).toEqual([1, 1]);
    expect(pair.dialler.sent.length - before).toBeGreaterThan(300);
    expect([a.items, b.items]).toEqual([[], []]);
  });

  it('keep-alive: a vanished peer is given up after 45 s', async () => {
    const { clock, a, b, pair } = await connected();
    pair.dialler.vanish();
    await clock.advance(44_000);
    expect(b.host.counts.sessions).toBe(1);
    await clock.advance(1_500);
    expect([a.host.counts.sessions, b.host.counts.sessions]).toEqual([0, 0]);
    expect(clock.waiting).toBeLessThanOrEqual(2);
  });
});

describe('what accept lets in', () => {
  const listening = (changes: Partial<SessionHostParts> = {}, contacts: Contacts = [alice]) => {
    const clock = new ManualClock(testNow);
    return { clock, b: endOf(bob, contacts, clock, changes) };
  };
  const arrive = (clock: ManualClock, b: End, options: Partial<LinkPairOptions> = {}): LinkPair => {
    const pair = createLinkPair({ clock, ...options });
    b.host.accept(pair.listener);
    return pair;
  };

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
    const { clock, b } = listening();
    const { dialler, listener } = arrive(clock, b);
    dialler.send(bytes);
    await clock.advance(500);
    expect(listener.destroyed).toBe(true);
    expect(listener.sent).toEqual([]);
    expect(b.host.counts).toEqual({ halfOpen: 0, sessions: 0 });
  });

  it('S3-11: the first byte decides, before anything is kept', async () => {
    const { clock, b } = listening();
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

  it('A42: an M1 that comes twice costs one decapsulation, whoever sends it', async () => {
    const { clock, b } = listening();
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
    const { clock, b } = listening();
    const a = endOf(alice, [bob], clock);
    const home = { diallerAddress: { host: '198.51.100.9', port: 1 } };
    const first = arrive(clock, b, home);
    const session = a.host.dial(first.dialler, targetOf(bob));
    await clock.advance(50);
    (await session).close();
    await clock.advance(50);
    for (let at = 0; at < 600; at += 1) arrive(clock, b, { diallerAddress: { host: `192.0.${at >> 8}.${at & 255}`, port: 1 } });
    expect(b.host.counts.halfOpen).toBe(448);
    const stranger = arrive(clock, b, { diallerAddress: { host: '203.0.113.77', port: 1 } });
    expect(stranger.listener.destroyed).toBe(true);
    const again = arrive(clock, b, home);
    const second = a.host.dial(again.dialler, targetOf(bob));
    await clock.advance(50);
    expect((await second).peer.identity.peerId).toBe(bob.local.peerId);
  });

  it('S3-32 A54: whoever says nothing, or a byte a second, is gone after 10 s', async () => {
    const { clock, b } = listening();
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
    const { clock, b } = listening();
    const pair = arrive(clock, b);
    await clock.advance(9_000);
    const a = endOf(alice, [bob], clock);
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
    const { clock, b } = listening();
    for (let at = 0; at < 500; at += 1) arrive(clock, b);
    expect(b.host.counts.halfOpen).toBe(8);
    await clock.advance(1_500);
    const a = endOf(alice, [bob], clock);
    const pair = arrive(clock, b);
    const session = a.host.dial(pair.dialler, targetOf(bob));
    await clock.advance(50);
    expect((await session).peer.identity.peerId).toBe(bob.local.peerId);
  });

  it('S3-32 A54: 1,000 forged M1 a second cost a bounded number of decapsulations; a known contact still gets in', async () => {
    const { clock, b } = listening({ isKnownSource: (source) => source === '198.51.100.7' });
    const a = endOf(alice, [bob], clock);
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

  it('A41: a stranger, a blocked person and an unknown key get the same bytes at the same moment', async () => {
    const answers: string[] = [];
    for (const contacts of [[], [{ party: alice, pin: { blocked: true } }], [alice]] satisfies Contacts[]) {
      const { clock, b } = listening({}, contacts);
      const pair = arrive(clock, b);
      const m1 = Uint8Array.from(sampleM1());
      if (contacts[0] === alice) m1[8] = (m1[8] ?? 0) ^ 1;
      let at = -1;
      pair.dialler.onData((bytes) => {
        at = clock.monotonic();
        answers.push(`${Buffer.from(bytes).toString('hex')} at ${at}`);
      });
      pair.dialler.send(m1);
      await clock.advance(500);
      expect(pair.listener.closed).toBe(true);
    }
    expect(answers).toHaveLength(3);
    expect(new Set(answers)).toEqual(new Set(['04020000000000 at 52']));
  });

  it('S3-32: a locked vault answers nothing', async () => {
    const { clock, b } = listening({ local: () => undefined });
    const pair = arrive(clock, b);
    pair.dialler.send(sampleM1());
    await clock.advance(500);
    expect([pair.listener.destroyed, pair.listener.sent]).toEqual([true, []]);
    await expect(b.host.dial(createLinkPair({ clock }).dialler, targetOf(alice))).rejects.toThrow(SessionError);
  });

  it('S5-04: a channel’s first frame goes to its own host, with what came behind it, and counts until it closes', async () => {
    const taken: { link: Link; payload: Uint8Array; leftover: Uint8Array }[] = [];
    const { clock, b } = listening({ onChannel: (link, frame, leftover) => taken.push({ link, payload: Uint8Array.from(frame.payload), leftover }) });
    const pair = arrive(clock, b);
    pair.dialler.send(Buffer.concat([encodeFrame(frameTypes.channelOpen, Uint8Array.of(1, 2)), Uint8Array.of(17, 2, 0)]));
    await clock.advance(10);
    expect(taken).toHaveLength(1);
    expect(taken[0]?.payload).toEqual(Uint8Array.of(1, 2));
    expect(Array.from(taken[0]?.leftover ?? [])).toEqual([17, 2, 0]);
    let data = 0;
    let closed = 0;
    taken[0]?.link.onData((bytes) => (data += bytes.length));
    taken[0]?.link.onClose(() => (closed += 1));
    pair.dialler.send(Uint8Array.of(9, 9));
    await clock.advance(60_000);
    expect(data).toBe(2);
    expect(b.host.counts.halfOpen).toBe(1);
    taken[0]?.link.destroy();
    await clock.advance(10);
    expect([closed, b.host.counts.halfOpen]).toEqual([1, 0]);
  });

  it('S3-32: no new sessions beyond the limit', async () => {
    const { clock, b } = listening({ limits: { sessions: 0 } });
    const pair = arrive(clock, b);
    pair.dialler.send(sampleM1());
    await clock.advance(500);
    expect([pair.listener.destroyed, pair.listener.sent]).toEqual([true, []]);
  });

  it('A57: a person blocked between M1 and M3 gets no session', async () => {
    let blocked = false;
    const { clock, b } = listening({ peers: { pinned: () => ({ spkiHash: alice.local.identity.spkiHash, blocked }) } });
    const a = endOf(alice, [bob], clock);
    const pair = arrive(clock, b, { tamper: (bytes, from, index) => [{ bytes, delay: from === 'dialler' && index === 1 ? 100 : 0 }] });
    void a.host.dial(pair.dialler, targetOf(bob)).catch(() => {});
    await clock.advance(50);
    expect(pair.listener.sent.length).toBe(1);
    blocked = true;
    await clock.advance(500);
    expect(b.sessions).toEqual([]);
    expect(pair.listener.destroyed).toBe(true);
  });

  it('S1-45 A38: a device that shows an older list than the one known is told the newer one, and nothing else', async () => {
    const clock = new ManualClock(testNow);
    const outdated: Session[] = [];
    const known = { party: alice, pin: { listVersion: alice.local.list.version + 1 } };
    const b = endOf(bob, [known], clock, { onOutdated: (session) => void (outdated.push(session), session.send([text('the newer list')])) });
    const a = endOf(alice, [bob], clock);
    const pair = createLinkPair({ clock });
    b.host.accept(pair.listener);
    const dialled = a.host.dial(pair.dialler, targetOf(bob));
    await clock.advance(100);
    const session = await dialled;
    expect(a.items).toEqual([text('the newer list')]);
    expect(outdated).toHaveLength(1);
    session.send([text('not for anybody')]);
    await clock.advance(100);
    expect([b.sessions, b.items, b.host.counts.sessions]).toEqual([[], [], 0]);
    expect(a.host.counts.sessions).toBe(0);

    // The other way round the dialler sees it.
    const again = createLinkPair({ clock });
    a.host.accept(again.listener);
    const refused = b.host.dial(again.dialler, targetOf(alice)).catch((error: unknown) => error);
    await clock.advance(100);
    expect(await refused).toBeInstanceOf(SessionError);
    expect(outdated).toHaveLength(2);
    expect(b.sessions).toEqual([]);
  });

  it('A46: a key mismatch is told to the host on either side', async () => {
    const clock = new ManualClock(testNow);
    const mismatches: string[] = [];
    const wrong = { spkiHash: alice.local.identity.spkiHash };
    const a = endOf(alice, [bob], clock, { onKeyMismatch: ({ peerId, dialledBy }) => mismatches.push(`dialled by ${dialledBy}: ${peerId}`) });
    const b = endOf(bob, [{ party: alice, pin: { spkiHash: bob.local.identity.spkiHash } }], clock, { onKeyMismatch: ({ peerId, dialledBy }) => mismatches.push(`dialled by ${dialledBy}: ${peerId}`) });
    const pair = createLinkPair({ clock });
    b.host.accept(pair.listener);
    await Promise.all([expect(a.host.dial(pair.dialler, targetOf(bob))).rejects.toMatchObject({ reason: 'retry-asked' }), clock.advance(500)]);
    const trusting = endOf(bob, [alice], clock);
    const second = createLinkPair({ clock });
    trusting.host.accept(second.listener);
    const dialled = a.host.dial(second.dialler, { ...targetOf(bob), pinnedSpkiHash: wrong.spkiHash });
    await Promise.all([expect(dialled).rejects.toMatchObject({ reason: 'contact.key-mismatch' }), clock.advance(500)]);
    expect(mismatches).toEqual([`dialled by them: ${alice.local.peerId}`, `dialled by us: ${bob.local.peerId}`]);
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
  });

  it('S3-32: a dialler gives up after 10 s, and when the link closes', async () => {
    const clock = new ManualClock(testNow);
    const a = endOf(alice, [bob], clock);
    const pair = createLinkPair({ clock });
    const silent = a.host.dial(pair.dialler, targetOf(bob));
    await Promise.all([expect(silent).rejects.toMatchObject({ reason: 'timeout' }), clock.advance(10_000)]);
    const other = createLinkPair({ clock });
    const cut = a.host.dial(other.dialler, targetOf(bob));
    other.listener.destroy();
    await Promise.all([expect(cut).rejects.toMatchObject({ reason: 'closed' }), clock.advance(100)]);
  });

  it('no log line holds a secret or a peer id', async () => {
    const { a, b } = await connected();
    const clock = new ManualClock(testNow);
    const c = endOf(bob, [], clock);
    const pair = arrive(clock, c);
    pair.dialler.send(sampleM1());
    await clock.advance(500);
    const lines = [...a.logger.lines, ...b.logger.lines, ...c.logger.lines];
    expect(lines).toEqual(['session.refused {"reason":"not-a-contact","source":"203.0.113.1"}']);
  });

  /** An M1 of Alice's to Bob. */
  function sampleM1(): Uint8Array {
    sample ??= dialler(alice, targetOf(bob), [bob]).next();
    return sample;
  }
  let sample: Uint8Array | undefined;
});
