import { beforeAll, describe, expect, it } from 'vitest';
import type { Secret, SecretKind } from '../../../../electron/engine/crypto/secret';
import { maxItemBytes } from '../../../../electron/engine/session/items';
import type { Session, SessionItem } from '../../../../electron/engine/session/session';
import type { SessionHostParts } from '../../../../electron/engine/session/session-host';
import { bytewise, createLinkPair, type LinkPairOptions } from '../../../support/link-pair';
import { ManualClock } from '../../../support/manual-clock';
import { connectHosts, hostOf, messageItem as text } from '../../../support/session-hosts';
import { newParty, type Party, targetOf, testNow } from '../../../support/session-kit';

let alice: Party;
let bob: Party;

beforeAll(async () => {
  [alice, bob] = await Promise.all([newParty('Alice'), newParty('Bob')]);
}, 60_000);

const connected = (options: Partial<LinkPairOptions> = {}, changes: Partial<SessionHostParts> = {}) => connectHosts(alice, bob, options, changes);

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

  it('S3-09: one that cannot be taken up ends with its link: nobody asks it for a sign of life once its keys are gone', async () => {
    const clock = new ManualClock(testNow);
    const faults: string[] = [];
    const b = hostOf(bob, [alice], clock, {
      onSession: () => {
        throw new TypeError('a defect');
      },
    });
    const a = hostOf(alice, [bob], clock);
    const pair = createLinkPair({ clock });
    b.host.accept(pair.listener);
    await Promise.all([a.host.dial(pair.dialler, targetOf(bob)).catch((error: unknown) => void faults.push(String(error))), clock.advance(100)]);
    await clock.advance(10 * 60_000);
    expect([b.host.counts.sessions, pair.listener.closed]).toEqual([0, true]);
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

  it('A08 A53: a confirmation in any later record ends the session', async () => {
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
    const [a, b] = [hostOf(watched(alice), [bob], clock), hostOf(watched(bob), [alice], clock)];
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
    const a = hostOf(alice, [bob], clock);
    const b = hostOf(bob, [alice], clock, { onSession: (session) => quiet.push(session) });
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
