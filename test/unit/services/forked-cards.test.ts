import { describe, expect, test } from 'vitest';
import { createCard } from '../../../electron/engine/certificates/card';
import { openCardDeposit, sealCardDeposit } from '../../../electron/engine/dialog/card-deposit';
import { cardText } from '../../support/card-text';
import { type Resident, rotated } from '../../support/services-kit';
import { ann, annAndBo, annAtBo, apart, bo, contactOf, exchange, impostor, judgements, keyOf, pinOf, recordOf, send, troubleOf, waitsFor, world } from '../../support/ann-and-bo';

annAndBo();

/** Bo is given this person's card, as a mailbox or a file brings it; nobody can be asked. */
function cardOf(from: Resident): void {
  const { local } = bo.profile;
  const now = world.clock.now();
  const deposit = sealCardDeposit(from.crypto, from.profile.local, { peerId: local.peerId, exchange: local.exchange.current.credential }, { card: createCard(from.crypto, from.profile.local, [], now), wantsAnswer: false });
  const found = openCardDeposit({ crypto: bo.crypto, local, mayDecapsulate: () => true, now }, deposit);
  expect(bo.profile.ways.received(found ?? expect.unreachable())).toBe('news');
}
const steals = async (name: string): Promise<Resident> => impostor(await rotated(ann.crypto, recordOf(ann), world.clock.now(), 'routine', name));
const isFrozen = () => bo.profile.book.held(ann.profile.local.peerId) === 'frozen';

describe('cards that come while nobody is there', () => {
  test('A71 A73: two next keys of one key, each by a card alone: nothing goes to either, both are shown', async () => {
    await exchange('before');
    const thief = await steals('thief');
    await apart();
    await ann.rotate();
    const before = pinOf(bo);
    cardOf(thief);
    expect([judgements(bo).at(-1), isFrozen(), pinOf(bo)]).toEqual(['adopted', false, before]);
    cardOf(ann);
    expect([judgements(bo).at(-1), isFrozen(), pinOf(bo)]).toEqual(['fork', true, before]);
    expect(await contactOf(bo)).toMatchObject({ who: 'frozen', keyEpoch: 1 });
    const trouble = await troubleOf(bo);
    expect([trouble.kind, trouble.candidates.map(({ fingerprint, vouched }) => [fingerprint, vouched]).sort()]).toEqual(['fork', [[keyOf(ann), true], [keyOf(thief), true]].sort()]);
    const messageId = await send('held back');
    await world.pass(60_000, 500);
    expect(await waitsFor(messageId)).toMatchObject({ state: 'queued', waitingFor: 'key', keyEpoch: 0 });
  }, 30_000);

  test('A71 A73: also where a thief was followed before, and who the owner is comes by her card alone; the same card again changes nothing', async () => {
    await exchange('before');
    const thief = await steals('thief');
    await apart();
    ann.onLink = (link) => thief.profile.accept(link);
    thief.mute = bo.mute = false;
    thief.profile.networkChanged();
    await world.until('the pin moves to the thief', () => pinOf(bo) === keyOf(thief));
    thief.mute = bo.mute = true;
    ann.onLink = undefined;
    world.network.cut();
    for (let turn = 0; turn < 2; turn += 1) await ann.rotate();
    cardOf(ann);
    expect([judgements(bo).at(-1), isFrozen(), pinOf(bo)]).toEqual(['fork', true, keyOf(thief)]);
    const trouble = await troubleOf(bo);
    cardOf(ann);
    expect((await troubleOf(bo)).candidates.map(({ fingerprint }) => fingerprint)).toEqual(trouble.candidates.map(({ fingerprint }) => fingerprint));
  }, 30_000);

  test('A71 A73: also a card as text, which is no introduction of a contact', async () => {
    await exchange('before');
    const thief = await steals('thief');
    await apart();
    await ann.rotate();
    for (const each of [thief, ann]) {
      const { text } = cardText(each, world.clock.now());
      const before = judgements(bo);
      await expect(Promise.resolve().then(() => bo.contacts.readKey({ text }))).rejects.toMatchObject({ code: 'key.already-known' });
      expect(judgements(bo)).toEqual(before);
      await expect(Promise.resolve().then(() => bo.contacts.importKey({ text }))).rejects.toMatchObject({ code: 'key.already-known' });
    }
    expect([judgements(bo), isFrozen()]).toEqual([expect.arrayContaining(['adopted', 'fork']), true]);
  }, 30_000);

  test('S5-09 A74: a card with true steps moves no pin: that takes a session or a message under the key', async () => {
    await exchange('before');
    await apart();
    const before = pinOf(bo);
    await ann.rotate();
    cardOf(ann);
    expect([judgements(bo).at(-1), isFrozen(), pinOf(bo), (await bo.keys.keyHistory({ contactId: annAtBo })).length]).toEqual(['adopted', false, before, 1]);
  }, 30_000);
});
