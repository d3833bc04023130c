import { describe, expect, test, vi } from 'vitest';
import { frameTypes } from '../../../electron/engine/wire/frame';
import { rotated, toldOf } from '../../support/services-kit';
import { annAndBo, ann, annAtBo, apart, backTogether, bo, impostor, judgements, pinOf, recordOf, sessionOf, together, troubleOf, withoutProof, world } from '../../support/ann-and-bo';

annAndBo();

describe('what comes of a question about somebody’s keys', () => {
  test('A70 A73 A77 S5-16: who is there and refuses to answer puts it on hold at once, who is not with the second question; it is asked again by itself until somebody knows; nothing is held of who is connected, and a freeze gets no third key', async () => {
    const { peerId } = ann.profile.local;
    const { rekeying, book, stores, connections } = bo.profile;
    const learned = vi.spyOn(connections, 'learned');
    const thief = await impostor(withoutProof(await rotated(ann.crypto, recordOf(ann), world.clock.now(), 'routine', 'thief')));
    const show = () => rekeying.suspect(peerId, thief.profile.local.chain);
    let asked = 0;
    const questionsAlone = () =>
      world.network.setWire((bytes, from) => {
        if (from === 'dialler' && bytes[0] === frameTypes.channelOpen) asked += 1;
        return bytes[0] === frameTypes.m1 ? undefined : [bytes];
      });
    await apart();
    questionsAlone();
    ann.onLink = (link) => thief.profile.accept(link);
    bo.mute = false;
    const changes = () => toldOf(bo, 'contact.changed').map(({ contactId }) => contactId);
    const earlier = changes().length;
    show();
    await world.until('held', () => book.held(peerId) === 'unknown-key');
    expect([asked, changes().slice(earlier)]).toEqual([1, [annAtBo]]);

    ann.onLink = undefined;
    await world.until('asked again, and answered', () => book.held(peerId) === undefined);
    expect([asked, judgements(bo), learned.mock.calls, changes().slice(earlier)]).toEqual([2, ['current'], [[peerId]], [annAtBo, annAtBo]]);
    await world.pass(61_000, 500);
    rekeying.suspect(peerId);
    await world.until('asked once more', () => judgements(bo).length === 2);
    expect([judgements(bo), learned.mock.calls]).toEqual([['current', 'current'], [[peerId]]]);

    ann.onLink = (link) => link.destroy();
    await world.pass(61_000, 500);
    show();
    await world.pass(30_000, 500);
    expect(book.held(peerId)).toBeUndefined();
    show();
    await world.pass(61_000, 500);
    expect(book.held(peerId)).toBe('unknown-key');

    world.network.setWire(undefined);
    ann.onLink = undefined;
    await backTogether();
    await world.pass(3 * 60_000, 1_000);
    questionsAlone();
    ann.onLink = (link) => thief.profile.accept(link);
    // Where both dialled at once a refusal says nothing.
    const before = asked;
    rekeying.refused(peerId);
    await world.pass(5_000, 500);
    expect(asked).toBe(before);
    show();
    await world.until('asked', () => asked > before);
    await world.pass(10_000, 500);
    expect([before, sessionOf(bo) !== undefined, book.held(peerId), await troubleOf(bo)]).toEqual([asked - 1, true, undefined, { kind: 'none', candidates: [] }]);

    world.network.cut();
    bo.profile.commit(() => book.keys?.setTrouble(peerId, { kind: 'frozen', since: world.clock.now() }));
    await world.pass(10 * 60_000, 1_000);
    const now = asked;
    show();
    await world.until('asked', () => asked > now);
    await world.pass(10_000, 500);
    expect([book.held(peerId), stores.peerKeys.candidates(peerId)]).toEqual(['frozen', []]);
  }, 60_000);

  test('A72 A77: what a device says that is behind counts for nothing, and as no answer: a key that was shown waits for another', async () => {
    await apart();
    await ann.rotate();
    const behind = await impostor(recordOf(ann));
    await ann.rotate();
    const thief = await impostor(withoutProof(await rotated(ann.crypto, recordOf(ann), world.clock.now(), 'routine', 'thief')));
    const { peerId, history } = ann.profile.local;
    const { rekeying, book } = bo.profile;
    const pinned = pinOf(bo);
    expect(rekeying.hear(peerId, history?.elements ?? [], undefined)).toBe('adopted');
    ann.onLink = (link) => behind.profile.accept(link);
    world.network.setWire((bytes) => (bytes[0] === frameTypes.m1 ? undefined : [bytes]));
    bo.mute = false;
    rekeying.suspect(peerId, thief.profile.local.chain);
    await world.until('told', () => judgements(bo).length === 2);
    await world.pass(1_000, 100);
    expect([judgements(bo), book.held(peerId), book.successorOf(peerId)?.epoch, pinOf(bo)]).toEqual([['adopted', 'stale'], 'unknown-key', 3, pinned]);
  }, 30_000);

  test('S5-10: what two share for questions is wiped wherever it was copied, once it is stored or the question is over', async () => {
    const { peerId } = ann.profile.local;
    bo.become(recordOf(bo));
    const { peerKeys } = bo.profile.stores;
    const [stored, shown] = [vi.spyOn(peerKeys, 'addPairSecret'), vi.spyOn(peerKeys, 'pairSecret')];
    await world.until('together', together);
    bo.profile.rekeying.suspect(peerId);
    await world.until('answered', () => judgements(bo).length > 0);
    await world.pass(1_000, 100);
    const copies = [...stored.mock.calls.map(([, secret]) => secret), ...shown.mock.results.flatMap(({ value }) => (value instanceof Uint8Array ? [value] : []))];
    expect([stored.mock.calls.length > 0, shown.mock.calls.length > 0, copies.length > 1, copies.filter((copy) => copy.some((byte) => byte !== 0))]).toEqual([true, true, true, []]);
    expect(sessionOf(bo)?.takePairSecret()).toBeUndefined();
  }, 30_000);
});
