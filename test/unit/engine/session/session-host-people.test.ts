import { beforeAll, describe, expect, it } from 'vitest';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import type { Secret, SecretKind } from '../../../../electron/engine/crypto/secret';
import type { Link } from '../../../../electron/engine/ports';
import { SessionError } from '../../../../electron/engine/session/failure';
import type { Session } from '../../../../electron/engine/session/session';
import type { SessionHostParts } from '../../../../electron/engine/session/session-host';
import { encodeFrame, frameTypes } from '../../../../electron/engine/wire/frame';
import { createLinkPair, type LinkPairOptions } from '../../../support/link-pair';
import { ManualClock } from '../../../support/manual-clock';
import { arrive, connectHosts, hostOf, listening, messageItem as text } from '../../../support/session-hosts';
import { type Contacts, dialler, newParty, type Party, targetOf, testNow } from '../../../support/session-kit';

let alice: Party;
let bob: Party;

beforeAll(async () => {
  [alice, bob] = await Promise.all([newParty('Alice'), newParty('Bob')]);
}, 60_000);

const connected = (options: Partial<LinkPairOptions> = {}, changes: Partial<SessionHostParts> = {}) => connectHosts(alice, bob, options, changes);

const listeningBob = (changes: Partial<SessionHostParts> = {}, contacts: Contacts = [alice]) => listening(bob, contacts, changes);

describe('what accept lets in', () => {
  it('A41: a stranger, a blocked person and an unknown key get the same bytes at the same moment', async () => {
    const answers: string[] = [];
    for (const contacts of [[], [{ party: alice, pin: { blocked: true } }], [alice]] satisfies Contacts[]) {
      const { clock, b } = listeningBob({}, contacts);
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
    const { clock, b } = listeningBob({ local: () => undefined });
    const pair = arrive(clock, b);
    pair.dialler.send(sampleM1());
    await clock.advance(500);
    expect([pair.listener.destroyed, pair.listener.sent]).toEqual([true, []]);
    await expect(b.host.dial(createLinkPair({ clock }).dialler, targetOf(alice))).rejects.toMatchObject({ reason: 'locked' });
  });

  it('S5-04: a channel’s first frame goes to its own host, with what came behind it, and counts until it closes', async () => {
    const taken: { link: Link; payload: Uint8Array; leftover: Uint8Array }[] = [];
    const { clock, b } = listeningBob({ onChannel: (link, frame, leftover) => taken.push({ link, payload: Uint8Array.from(frame.payload), leftover }) });
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

  it.each(['a person blocked', 'a device stopped by another one of its person'])('A57 A65: %s between M1 and M3 gets no session', async (who) => {
    let happened = false;
    const isPerson = who === 'a person blocked';
    const made: Secret<SecretKind>[] = [];
    const crypto: Crypto = { ...bob.crypto, secret: (kind, bytes) => {
      const secret = bob.crypto.secret(kind, bytes);
      if (kind === 'session-master' || kind === 'record') made.push(secret);
      return secret;
    } };
    const { clock, b } = listeningBob({ crypto, peers: { pinned: () => ({ spkiHash: alice.local.identity.spkiHash, blocked: isPerson && happened }), isSuspended: () => !isPerson && happened } });
    const a = hostOf(alice, [bob], clock);
    const pair = arrive(clock, b, { tamper: (bytes, from, index) => [{ bytes, delay: from === 'dialler' && index === 1 ? 100 : 0 }] });
    void a.host.dial(pair.dialler, targetOf(bob)).catch(() => {});
    await clock.advance(50);
    expect(pair.listener.sent.length).toBe(1);
    happened = true;
    await clock.advance(500);
    expect(b.sessions).toEqual([]);
    expect(pair.listener.destroyed).toBe(true);
    // What was agreed with them is gone.
    expect(made.map(({ kind }) => kind).sort()).toEqual(['record', 'record', 'session-master']);
    expect(made.filter(({ wiped }) => !wiped)).toEqual([]);
  });

  it('S4-32 A38: a device that shows an older list than the one known is told the newer one, and nothing else', async () => {
    const clock = new ManualClock(testNow);
    const outdated: Session[] = [];
    const known = { party: alice, pin: { listVersion: alice.local.list.version + 1 } };
    const b = hostOf(bob, [known], clock, { onOutdated: (session) => void (outdated.push(session), session.send([text('the newer list')])) });
    const a = hostOf(alice, [bob], clock);
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

  it('S4-26 A65: whoever is another person is none of the own devices that have to get in step', async () => {
    const behind: Session[] = [];
    const { a, b } = await connected({}, { onBehind: (other) => void behind.push(other) });
    expect([behind, a.sessions.length, b.sessions.length, a.host.counts.sessions]).toEqual([[], 1, 1, 1]);
  });

  it('A88: the secret of a refused M1 that nobody takes is wiped, at whoever refused and at whoever was', async () => {
    const made: Secret<SecretKind>[] = [];
    const watched = (party: Party): Party => ({ ...party, crypto: { ...party.crypto, secret: (kind, bytes) => {
      const secret = party.crypto.secret(kind, bytes);
      if (kind === 'pair') made.push(secret);
      return secret;
    } } });
    const clock = new ManualClock(testNow);
    const [a, b] = [hostOf(watched(alice), [bob], clock), hostOf(watched(bob), [{ party: alice, pin: { spkiHash: bob.local.identity.spkiHash } }], clock)];
    const pair = createLinkPair({ clock });
    b.host.accept(pair.listener);
    await Promise.all([expect(a.host.dial(pair.dialler, targetOf(bob))).rejects.toMatchObject({ reason: 'retry-asked' }), clock.advance(500)]);
    expect(made.map(({ wiped }) => wiped)).toEqual([true, true]);
  });

  it('A46: a key mismatch is told to the host on either side', async () => {
    const clock = new ManualClock(testNow);
    const mismatches: string[] = [];
    const wrong = { spkiHash: alice.local.identity.spkiHash };
    const a = hostOf(alice, [bob], clock, { onKeyMismatch: ({ peerId, dialledBy }) => mismatches.push(`dialled by ${dialledBy}: ${peerId}`) });
    const b = hostOf(bob, [{ party: alice, pin: { spkiHash: bob.local.identity.spkiHash } }], clock, { onKeyMismatch: ({ peerId, dialledBy }) => mismatches.push(`dialled by ${dialledBy}: ${peerId}`) });
    const pair = createLinkPair({ clock });
    b.host.accept(pair.listener);
    await Promise.all([expect(a.host.dial(pair.dialler, targetOf(bob))).rejects.toMatchObject({ reason: 'retry-asked' }), clock.advance(500)]);
    const trusting = hostOf(bob, [alice], clock);
    const second = createLinkPair({ clock });
    trusting.host.accept(second.listener);
    const dialled = a.host.dial(second.dialler, { ...targetOf(bob), pinnedSpkiHash: wrong.spkiHash });
    await Promise.all([expect(dialled).rejects.toMatchObject({ reason: 'contact.key-mismatch' }), clock.advance(500)]);
    expect(mismatches).toEqual([`dialled by them: ${alice.local.peerId}`, `dialled by us: ${bob.local.peerId}`]);
  });

  it('no log line holds a secret or a peer id', async () => {
    const { a, b } = await connected();
    const clock = new ManualClock(testNow);
    const c = hostOf(bob, [], clock);
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
