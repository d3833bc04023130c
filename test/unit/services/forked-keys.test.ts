import { describe, expect, test } from 'vitest';
import { recoverLocalRecord } from '../../../electron/engine/certificates/recovery';
import { parseKeyLink } from '../../../electron/engine/certificates/key-link';
import type { KeyElement } from '../../../electron/engine/certificates/key-history';
import { toHex } from '../../../electron/engine/wire/encoding';
import { frameTypes } from '../../../electron/engine/wire/frame';
import { foreignKeyOf } from '../../../electron/services/renewed-elsewhere';
import { type Resident, rotated, toldOf } from '../../support/services-kit';
import { annAndBo, ann, annAtBo, apart, arrived, bo, boAtAnn, contactOf, exchange, heardBy, impostor, inStep, judgements, keyOf, noted, pinOf, recordOf, send, sessionOf, together, troubleOf, waitsFor, withoutProof, world } from '../../support/ann-and-bo';

annAndBo();

describe('one key that vouches for two', () => {
  test('A72 A73: a step on a way that is known is no fork, played again or overtaken; another next key is one, however it comes', async () => {
    await apart();
    const thief = await rotated(ann.crypto, recordOf(ann), world.clock.now(), 'routine', 'thief');
    for (let turn = 0; turn < 3; turn += 1) await ann.rotate();
    const steps = ann.profile.local.history?.elements ?? [];
    const { peerId } = ann.profile.local;
    const pinned = bo.profile.rekeying.desk.askBack(peerId, ann.profile.local.identity.spkiHash)[0] ?? expect.unreachable();
    /** After so many of Ann's steps. */
    const heldAt = (count: number) => ({ ...pinned, ...(count === 0 ? {} : steps[count - 1]), peerId });
    const hear = (elements: readonly KeyElement[], from = 0): unknown => {
      const { epoch, spki } = elements.at(-1) ?? expect.unreachable();
      bo.profile.rekeying.desk.onAnswer({ peerId, head: { epoch, spki }, elements, revoked: [], purpose: 'routine' }, heldAt(from));
      return [judgements(bo).at(-1), bo.profile.book.successorOf(peerId)?.epoch, bo.profile.book.held(peerId)];
    };
    expect(hear(steps.slice(0, 2))).toEqual(['adopted', 3, undefined]);
    expect(hear(steps.slice(0, 1))).toEqual(['stale', 3, undefined]);
    expect(hear(steps.slice(2), 2)).toEqual(['adopted', 4, undefined]);
    expect(hear(steps)).toEqual(['adopted', 4, undefined]);
    // Begins at a key that is neither pinned nor waited for.
    expect(hear(steps.slice(1), 1)).toEqual(['stale', 4, undefined]);
    const stolen = parseKeyLink(ann.crypto, thief.identityKeys.at(-1)?.link ?? expect.unreachable());
    expect(hear([stolen])).toEqual(['fork', undefined, 'frozen']);
    expect(hear(steps)).toEqual(['stale', undefined, 'frozen']);
  }, 30_000);

  /** Ann's first key was stolen: Bo heard of the thief's next key, then of hers. */
  async function forked(): Promise<{ thief: Resident; old: string }> {
    await exchange('before');
    const old = pinOf(bo);
    const thief = await impostor(await rotated(ann.crypto, recordOf(ann), world.clock.now(), 'routine', 'thief'));
    await apart();
    await ann.rotate();
    ann.mute = true;
    ann.onLink = (link) => thief.profile.accept(link);
    bo.mute = false;
    // Of the thief only the answer comes through, no session.
    world.network.setWire((bytes) => (bytes[0] === frameTypes.m1 ? undefined : [bytes]));
    bo.profile.rekeying.suspect(ann.profile.local.peerId);
    await world.until('the thief is heard', () => judgements(bo).includes('adopted'));
    ann.onLink = undefined;
    bo.profile.rekeying.suspect(ann.profile.local.peerId);
    world.network.setWire(undefined);
    await world.until('frozen', () => bo.profile.book.held(ann.profile.local.peerId) === 'frozen');
    return { thief, old };
  }

  test('A71 A73 A79: freezes, nothing goes out or comes in, and ends with the recovery key', async () => {
    const { thief, old } = await forked();
    expect(await contactOf(bo)).toMatchObject({ who: 'frozen', keyEpoch: 1 });
    const trouble = await troubleOf(bo);
    expect(trouble.kind).toBe('fork');
    expect(trouble.candidates.map(({ fingerprint, vouched }) => [fingerprint, vouched]).sort()).toEqual([[keyOf(ann), true], [keyOf(thief), true]].sort());
    const messageId = await send('held back');
    ann.mute = thief.mute = false;
    for (const { profile } of [ann, bo, thief]) profile.networkChanged();
    await world.pass(5 * 60_000, 500);
    expect([sessionOf(bo), pinOf(bo), await waitsFor(messageId)]).toEqual([undefined, old, expect.objectContaining({ state: 'queued', waitingFor: 'key', keyEpoch: 0 })]);
    expect(bo.profile.book.held(ann.profile.local.peerId)).toBe('frozen');

    const record = recordOf(ann);
    ann.become(await recoverLocalRecord(ann.crypto, record, record.recovery?.seed ?? expect.unreachable(), world.clock.now()));
    await world.until('it arrives', () => arrived('held back'));
    expect(pinOf(bo)).toBe(keyOf(ann));
    expect(await contactOf(bo)).toMatchObject({ who: 'unchecked', keyEpoch: 3 });
    expect(toldOf(bo, 'key.rotated').at(-1)).toMatchObject({ epoch: 3, origin: 'recovery' });
    expect(await troubleOf(bo)).toEqual({ kind: 'none', candidates: [] });
  }, 60_000);

  test('A73: ends with the key that both compared', async () => {
    const { thief } = await forked();
    const chosen = (await troubleOf(bo)).candidates.find(({ fingerprint }) => fingerprint === keyOf(ann));
    ann.mute = false;
    expect(chosen?.digits).toBe((await ann.contacts.safetyNumber({ contactId: boAtAnn })).digits);
    await bo.keys.acceptKey({ contactId: annAtBo, fingerprint: keyOf(ann) });
    await exchange('after');
    expect(await contactOf(bo)).toMatchObject({ who: 'checked', keyEpoch: 2 });
    expect(pinOf(bo)).not.toBe(keyOf(thief));
  }, 60_000);

  /** The thief is where Ann was, and Bo follows. */
  async function followed(): Promise<Resident> {
    await exchange('before');
    const thief = await impostor(await rotated(ann.crypto, recordOf(ann), world.clock.now(), 'routine', 'thief'));
    await apart();
    ann.onLink = (link) => thief.profile.accept(link);
    thief.mute = bo.mute = false;
    thief.profile.networkChanged();
    await world.until('the pin moves to the thief', () => pinOf(bo) === keyOf(thief) && sessionOf(bo) !== undefined);
    return thief;
  }
  const annComes = (): void => {
    ann.mute = false;
    ann.profile.networkChanged();
  };
  const isFrozen = () => bo.profile.book.held(ann.profile.local.peerId) === 'frozen';
  async function recovers(): Promise<void> {
    const record = recordOf(ann);
    ann.become(await recoverLocalRecord(ann.crypto, record, record.recovery?.seed ?? expect.unreachable(), world.clock.now()));
  }
  /** Bo followed the thief, who is there and stays; Ann makes her own next key, of which Bo hears when she dials. */
  async function misled(): Promise<Resident> {
    const thief = await followed();
    await ann.rotate();
    annComes();
    return thief;
  }

  test('A71 A73: also where the thief was followed already, and is connected: once its owner dials, nothing goes to either, both are shown, and the recovery key ends it', async () => {
    const thief = await misled();
    await world.until('frozen', isFrozen);
    expect(await contactOf(bo)).toMatchObject({ who: 'frozen', keyEpoch: 2 });
    const trouble = await troubleOf(bo);
    expect([trouble.kind, trouble.candidates.map(({ fingerprint, vouched, epoch }) => [fingerprint, vouched, epoch])]).toEqual(['fork', [[keyOf(ann), true, 2], [keyOf(thief), true, 2]]]);
    expect(trouble.candidates[0]?.digits).toBe((await ann.contacts.safetyNumber({ contactId: boAtAnn })).digits);
    const messageId = await send('held back');
    await world.pass(5 * 60_000, 500);
    expect([sessionOf(bo), pinOf(bo), await waitsFor(messageId)]).toEqual([undefined, keyOf(thief), expect.objectContaining({ state: 'queued', waitingFor: 'key', keyEpoch: 0 })]);
    expect(heardBy(thief)).not.toContain('held back');

    await recovers();
    ann.onLink = undefined;
    await world.until('it arrives', () => arrived('held back'));
    expect([pinOf(bo), await troubleOf(bo)]).toEqual([keyOf(ann), { kind: 'none', candidates: [] }]);
  }, 60_000);

  test('A71 A73: a key that was shown is asked about under the keys before as well, where the thief’s leads nowhere and its owner cannot dial', async () => {
    const thief = await followed();
    await ann.rotate();
    world.network.setWire((bytes) => (bytes[0] === frameTypes.m1 ? undefined : [bytes]));
    // Hers by now, for whoever dials.
    thief.onLink = (link) => ann.profile.accept(link);
    ann.onLink = undefined;
    bo.profile.rekeying.suspect(ann.profile.local.peerId, ann.profile.local.chain);
    await world.until('frozen', isFrozen);
    expect((await troubleOf(bo)).candidates.map(({ fingerprint }) => fingerprint)).toEqual([keyOf(ann), keyOf(thief)]);
    expect(sessionOf(bo)).toBeUndefined();
  }, 60_000);

  /** As many sessions as it takes until nothing shows any more who Ann is. */
  const forgetAnn = (): void => {
    for (let turn = 0; turn < 3; turn += 1) bo.profile.stores.peerKeys.addPairSecret(ann.profile.local.peerId, bo.crypto.random(32));
  };

  test.each([
    ['one key after the thief’s', 1, 1],
    ['several, the thief more', 3, 4],
  ])('A71 A73: where the thief met so often that nothing of before shows who its owner is, and sits at every address: the dial that is refused does (%s)', async (_which, own, stolen) => {
    const thief = await followed();
    for (let turn = 1; turn < stolen; turn += 1) {
      thief.become(await rotated(thief.crypto, recordOf(thief), world.clock.now(), 'routine', `thief ${turn}`));
      await world.until('followed on', () => pinOf(bo) === keyOf(thief) && sessionOf(bo) !== undefined);
    }
    forgetAnn();
    for (let turn = 0; turn < own; turn += 1) await ann.rotate();
    annComes();
    await world.until('frozen', isFrozen);
    expect((await troubleOf(bo)).candidates.map(({ fingerprint }) => fingerprint)).toEqual([keyOf(ann), keyOf(thief)]);
    // What she says then comes by the same way.
    await send('held back');
    await recovers();
    await world.until('it arrives', () => arrived('held back'));
    expect([pinOf(bo), await troubleOf(bo)]).toEqual([keyOf(ann), { kind: 'none', candidates: [] }]);
    expect(heardBy(thief)).not.toContain('held back');
  }, 60_000);

  const elsewhere = async (of: Resident) => (await of.identity.get(undefined)).renewedElsewhere;

  test.each([false, true])('A71 A79: the owner hears that somebody else renewed the key, also who only comes with the old one, until they are in step again (nothing of before shows who it is: %s)', async (isForgotten) => {
    const thief = await followed();
    if (isForgotten) forgetAnn();
    annComes();
    await world.until('Ann is told', () => toldOf(ann, 'identity.changed').length > 0);
    expect(await elsewhere(ann)).toEqual({ epoch: 2, fingerprint: keyOf(thief), seenAt: expect.any(Number), contactId: boAtAnn });
    // Bo's device does not take her key: that he has moved is not what she is told.
    const { advice } = await ann.networkCalls.reach({ contactId: boAtAnn });
    expect(advice).toContain('own-key');
    expect(advice).not.toContain('moved');
    // One next key is no fork: a backup comes with an old key, too.
    expect([isFrozen(), await troubleOf(bo), sessionOf(bo) !== undefined]).toEqual([false, { kind: 'none', candidates: [] }, true]);
    ann.reopen();
    expect(await elsewhere(ann)).toMatchObject({ epoch: 2 });
    expect(toldOf(ann, 'identity.changed')).toHaveLength(1);
    await ann.rotate();
    await world.until('frozen', isFrozen);
    expect(await elsewhere(ann)).toMatchObject({ fingerprint: keyOf(thief) });
    await recovers();
    await world.until('in step', () => pinOf(bo) === keyOf(ann) && together());
    expect([await elsewhere(ann), await elsewhere(bo), toldOf(bo, 'identity.changed')]).toEqual([undefined, undefined, []]);
  }, 60_000);

  test('A38 A71: a device that holds the key hears of it, also where a copy of it is the certifier; one that does not hold it hears of new keys by its own devices alone', async () => {
    const thief = await impostor(await rotated(ann.crypto, recordOf(ann), world.clock.now(), 'routine', 'thief'));
    const { history, identity } = thief.profile.local;
    const elements = history?.elements ?? expect.unreachable('steps');
    const own = { ...ann.profile.local };
    expect(foreignKeyOf(ann.crypto, own, elements)).toEqual({ epoch: 2, spkiHash: identity.spkiHash });
    expect(foreignKeyOf(ann.crypto, { ...own, isCertifier: false } as typeof own, elements)).toEqual({ epoch: 2, spkiHash: identity.spkiHash });
    const elsewhereHeld = { ...own, certifierKey: () => { throw new Error('not here'); } };
    expect(foreignKeyOf(ann.crypto, elsewhereHeld, elements)).toBeUndefined();
  });

  test('A71 A73: the owner was followed first and the thief comes then: it freezes as well, and she hears of it', async () => {
    await exchange('before');
    const thief = await impostor(await rotated(ann.crypto, recordOf(ann), world.clock.now(), 'routine', 'thief'));
    await ann.rotate();
    await world.until('in step', () => inStep() && together());
    const pinned = pinOf(bo);
    thief.mute = false;
    thief.reopen(); // it dials whoever it knows
    await world.until('frozen', isFrozen);
    expect((await troubleOf(bo)).candidates.map(({ fingerprint, vouched }) => [fingerprint, vouched])).toEqual([[keyOf(thief), true], [pinned, true]]);
    await world.until('Ann is told', () => toldOf(ann, 'identity.changed').length > 0);
    expect(await elsewhere(ann)).toMatchObject({ epoch: 2, fingerprint: keyOf(thief), contactId: boAtAnn });
    await bo.keys.acceptKey({ contactId: annAtBo, fingerprint: keyOf(ann) });
    await exchange('after');
    expect([pinOf(bo), await elsewhere(ann)]).toEqual([keyOf(ann), undefined]);
  }, 60_000);

  test.each(['hers, which was not followed', 'the one that was followed'])('A73: a key in question that is renewed shows as the newest one, so that both find it on their screens (%s)', async (which) => {
    const thief = await misled();
    await world.until('frozen', isFrozen);
    const renews = which.startsWith('hers') ? ann : thief;
    if (renews === ann) await ann.rotate();
    else thief.become(await rotated(thief.crypto, recordOf(thief), world.clock.now(), 'routine', 'thief again'));
    const shown = async () => (await troubleOf(bo)).candidates.map(({ fingerprint }) => fingerprint);
    const isShown = (): boolean => bo.profile.stores.peerKeys.candidates(ann.profile.local.peerId).some(({ spkiHash }) => toHex(spkiHash) === keyOf(renews));
    await world.until('it is shown', isShown);
    expect([new Set(await shown()), isFrozen()]).toEqual([new Set([keyOf(ann), keyOf(thief)]), true]);
    expect((await shown()).length).toBe(2);
    await bo.keys.acceptKey({ contactId: annAtBo, fingerprint: keyOf(ann) });
    ann.onLink = undefined;
    await exchange('after');
    expect([pinOf(bo), await troubleOf(bo), heardBy(thief).includes('after')]).toEqual([keyOf(ann), { kind: 'none', candidates: [] }, false]);
  }, 60_000);

  test('A73: what the person decided of such two stands: neither of them freezes it again', async () => {
    const thief = await misled();
    await world.until('frozen', isFrozen);
    await bo.keys.acceptKey({ contactId: annAtBo, fingerprint: keyOf(ann) });
    ann.onLink = undefined;
    await exchange('after');
    for (const { profile } of [ann, bo, thief]) profile.networkChanged();
    await world.pass(10 * 60_000, 500);
    expect([pinOf(bo), await troubleOf(bo)]).toEqual([keyOf(ann), { kind: 'none', candidates: [] }]);
    expect(judgements(bo).filter((judgement) => judgement === 'fork')).toHaveLength(1);
    expect(heardBy(thief)).not.toContain('after');
  }, 60_000);

  test('A70 A77: after an honest change a key that only says to be theirs is no fork, is asked about as seldom, and the real one goes on', async () => {
    await exchange('before');
    await ann.rotate();
    await world.until('in step again', () => inStep() && together());
    const pinned = pinOf(bo);
    const thief = await impostor(withoutProof(await rotated(ann.crypto, recordOf(ann), world.clock.now(), 'routine', 'thief')));
    const before = bo.dials.length;
    thief.mute = false;
    thief.reopen(); // it dials whoever it knows
    await world.pass(20 * 60_000, 1_000);
    // Connected with Ann, Bo dials to ask and for nothing else.
    const asked = bo.dials.length - before;
    expect([noted(bo, 'session.refused') > 0, thief.dials.length > 5, asked > 0]).toEqual([true, true, true]);
    expect(asked).toBeLessThanOrEqual(21);
    expect([pinOf(bo), await troubleOf(bo), judgements(bo).includes('fork')]).toEqual([pinned, { kind: 'none', candidates: [] }, false]);
    await exchange('after');
  }, 60_000);
});
