import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isLower } from '../../../../electron/engine/session/simultaneous';
import { bytewise, createLinkPair } from '../../../support/link-pair';
import { ManualClock } from '../../../support/manual-clock';
import { newParty, type Party, targetOf, testNow } from '../../../support/session-kit';
import { dial, type End, endOf, entries, text } from '../../../support/resuming-ends';

let alice: Party;
let bob: Party;
let clock: ManualClock;
let a: End;
let b: End;

beforeAll(async () => {
  [alice, bob] = await Promise.all([newParty('Alice'), newParty('Bob')]);
}, 60_000);

beforeEach(() => {
  clock = new ManualClock(testNow);
  a = endOf(clock, alice, bob);
  b = endOf(clock, bob, alice);
});

describe('sessions that resume', () => {
  it('S3-08 S3-10: cut, they resume, say so on both sides, and items go on', async () => {
    const first = await dial(a, b);
    expect([first.session.resumed, b.sessions[0]?.resumed]).toEqual([false, false]);
    first.session.send([text('before')]);
    await clock.advance(10);
    first.pair.dialler.destroy();
    await clock.advance(10);
    for (let at = 1; at <= 3; at += 1) {
      const next = at === 2 ? await dial(b, a) : await dial(a, b);
      expect([a.sessions[at]?.resumed, b.sessions[at]?.resumed]).toEqual([true, true]);
      expect(a.sessions[at]?.keyId).toEqual(b.sessions[at]?.keyId);
      next.session.send([text(`again ${at}`)]);
      await clock.advance(10);
      next.pair.listener.destroy();
      await clock.advance(10);
    }
    expect(b.items).toEqual([text('before'), text('again 1'), text('again 3')]);
    expect(a.items).toEqual([text('again 2')]);
  });

  it('S3-26 S3-11: the same when every byte comes alone', async () => {
    (await dial(a, b)).session.close();
    await clock.advance(10);
    const { session } = await dial(a, b, { tamper: bytewise() });
    expect(session.resumed).toBe(true);
    session.send([text('slowly')]);
    await clock.advance(10);
    expect(b.items).toEqual([text('slowly')]);
  });

  it('one entry per pair of devices, the one of the session in use; its positions are written at the end', async () => {
    const { session } = await dial(a, b);
    const [kept] = entries(a, bob);
    expect(kept?.keyId).toEqual(session.keyId);
    expect([kept?.sent.counter, kept?.received.counter]).toEqual([1, 1]);
    session.send([text('one')]);
    session.send([text('two')]);
    b.sessions[0]?.send([text('three')]);
    await clock.advance(10);
    session.close();
    await clock.advance(10);
    const [[atA], [atB]] = [entries(a, bob), entries(b, alice)];
    expect([atA?.sent.counter, atA?.received.counter]).toEqual([3, 2]);
    expect([atB?.sent, atB?.received]).toEqual([atA?.received, atA?.sent]);
    expect(entries(a, bob)).toHaveLength(1);
  });

  it('A51: records in flight when the connection broke are no reason to refuse', async () => {
    const { session, pair } = await dial(a, b);
    b.sessions[0]?.send([text('arrives')]);
    await clock.advance(10);
    b.sessions[0]?.send([text('lost'), text('lost, too')]);
    pair.dialler.vanish();
    pair.listener.vanish();
    await clock.advance(10);
    expect(session.digests.received.counter).toBeLessThan(b.sessions[0]?.digests.sent.counter ?? 0);
    expect((await dial(a, b)).session.resumed).toBe(true);
  });

  it('A51: broken for one side only: the other, whose session stands still, has not lost what it sent', async () => {
    const first = await dial(a, b);
    b.sessions[0]?.send([text('arrives')]);
    await clock.advance(10);
    first.pair.dialler.vanish();
    await clock.advance(10);
    expect(entries(a, bob)[0]?.received.counter).toBe(2);
    const next = await dial(a, b);
    expect([next.session.resumed, b.sessions[1]?.resumed]).toEqual([true, true]);
    expect([a.resumptions.refusedAt(bob.local.peerId), b.logger.lines.join()]).toEqual([undefined, '']);
    // The same the other way round: who dials says what its session, which stands still, has received.
    b.sessions[1]?.send([text('arrives, too')]);
    await clock.advance(10);
    const [atB] = entries(b, alice);
    next.pair.listener.vanish();
    await clock.advance(10);
    expect(entries(b, alice)[0]?.sent.counter).toBeGreaterThan(atB?.sent.counter ?? 0);
    expect((await dial(a, b)).session.resumed).toBe(true);
  });

  it('S3-12 A55: an older session that is in use again does not bring the entry back that was used up', async () => {
    const first = await dial(a, b);
    first.pair.dialler.vanish();
    const second = await dial(a, b);
    expect(second.session.resumed).toBe(true);
    // It ends on both sides while the older one still stands at the listener's.
    second.pair.dialler.vanish();
    second.pair.listener.vanish();
    await clock.advance(10);
    expect(b.sessions.at(-1)).toBe(b.sessions[0]);
    expect(entries(b, alice).map(({ keyId }) => keyId)).toEqual([second.session.keyId]);
    expect((await dial(a, b)).session.resumed).toBe(true);
    expect(a.resumptions.refusedAt(bob.local.peerId)).toBeUndefined();
  });

  it('S3-31 A55: who lost its end and dials anew at once is not put out for a session that is dead', async () => {
    const [low, high] = isLower(alice.local, bob.local) ? [a, b] : [b, a];
    const first = await dial(low, high);
    first.session.send([text('there')]);
    high.sessions[0]?.send([text('back')]);
    await clock.advance(10);
    first.pair.listener.vanish();
    // By the rule for simultaneous opening the session that the lower one dialled would stay.
    const next = await dial(high, low);
    next.session.send([text('again')]);
    await clock.advance(6_000);
    expect([low.sessions.length, low.sessions.at(-1)?.keyId, low.items.at(-1)]).toEqual([2, next.session.keyId, text('again')]);
    low.sessions.at(-1)?.send([text('here')]);
    await clock.advance(10);
    expect(high.items.at(-1)).toEqual(text('here'));
    next.pair.dialler.destroy();
    await clock.advance(10);
    expect((await dial(high, low)).session.resumed).toBe(true);
    expect(high.resumptions.refusedAt(low.party.local.peerId)).toBeUndefined();
  });

  it('A51: a listener that lost what it had sent meets a full handshake', async () => {
    const { session } = await dial(a, b);
    const [early] = entries(b, alice);
    b.sessions[0]?.send([text('sent')]);
    await clock.advance(10);
    session.close();
    await clock.advance(10);
    // Restored from before the end of the session: the store's state of then.
    if (early) b.store.put(early);
    const next = await dial(a, b);
    expect([next.session.resumed, b.sessions[1]?.resumed]).toEqual([false, false]);
    expect(b.logger.lines.join()).toContain('resume-stale');
  });
});

describe('both dial at once, and the second M1 is heard when the first session has used the entry up', () => {
  /** Both have an entry and no session. */
  async function apart(): Promise<void> {
    (await dial(a, b)).session.close();
    await clock.advance(10);
  }

  const work = ({ party }: End) => {
    const { rsaVerify, kemEncaps, kemDecaps, sign, verify, dh } = party.crypto.meter.read();
    return { rsaVerify, kemEncaps, kemDecaps, sign, verify, dh };
  };

  /** The second has dialled over a slow way, 20 ms each, when the first does over a fast one. */
  function bothDial(late: End, early: End) {
    const slow = createLinkPair({ clock, delay: 20 });
    early.host.accept(slow.listener);
    const second = late.host.dial(slow.dialler, targetOf(early.party));
    second.catch(() => {});
    const fast = createLinkPair({ clock });
    late.host.accept(fast.listener);
    const first = early.host.dial(fast.dialler, targetOf(late.party));
    first.catch(() => {});
    return { slow, fast, first, second };
  }

  it.each([
    ['the lower', true],
    ['the higher', false],
  ])('S3-08 S3-10 S3-31: the session that %s one dialled stands: refused, the other one ends its dial in place of a full handshake', async (_, lowerFirst) => {
    await apart();
    const [early, late] = isLower(alice.local, bob.local) === lowerFirst ? [a, b] : [b, a];
    const before = [early, late].map(work);
    const { slow, first, second } = bothDial(late, early);
    await clock.advance(5);
    expect((await first).resumed).toBe(true);
    await clock.advance(1_000);
    await expect(second).rejects.toThrow('met-meanwhile');
    expect(slow.dialler.sent.map((bytes) => [bytes[0], bytes[7]])).toEqual([[1, 2]]);
    expect(early.logger.lines.join()).toContain('resume-unknown');
    expect([early, late].map(({ host }) => host.counts)).toEqual([{ halfOpen: 0, sessions: 1 }, { halfOpen: 0, sessions: 1 }]);
    // One agreement each, of the one resumption, and no other work of public keys.
    expect([early, late].map(work)).toEqual(before.map((each) => ({ ...each, dh: each.dh + 1 })));
    expect([late.resumptions.refusedAt(early.party.local.peerId), late.logger.lines.join()]).toEqual([undefined, '']);
    // And the entry is that of the session, on both sides.
    const keyId = (await first).keyId;
    expect([entries(early, late.party), entries(late, early.party)].map((kept) => kept.map((entry) => entry.keyId))).toEqual([[keyId], [keyId]]);
  });

  it('S3-10: where that session has ended again by then, the full handshake follows as ever', async () => {
    await apart();
    const { fast, slow, second } = bothDial(b, a);
    await clock.advance(30);
    fast.dialler.destroy();
    await clock.advance(1_000);
    expect((await second).resumed).toBe(false);
    expect(slow.dialler.sent.map((bytes) => [bytes[0], bytes[7]])).toEqual([[1, 2], [1, 1], [3, expect.any(Number)]]);
  });

  it('A56: a session that stood before the dial is no reason: who dials beside it may have lost it', async () => {
    await apart();
    await dial(a, b);
    await clock.advance(10);
    a.store.removeAll();
    const { pair } = await dial(b, a);
    expect(pair.dialler.sent.map((bytes) => [bytes[0], bytes[7]])).toEqual([[1, 2], [1, 1], [3, expect.any(Number)]]);
  });
});
