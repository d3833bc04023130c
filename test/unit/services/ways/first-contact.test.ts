import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCard } from '../../../../electron/engine/certificates/card';
import { openCardDeposit, sealCardDeposit } from '../../../../electron/engine/dialog/card-deposit';
import { sealDeposit } from '../../../../electron/engine/dialog/deposit';
import { createMailWorld, type MailWorld, textsOf } from '../../../support/mail-world';
import { type Resident, toldOf } from '../../../support/services-kit';

let world: MailWorld;
let ann: Resident;
let bo: Resident;

beforeEach(async () => {
  world = createMailWorld();
  [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
  await world.register(bo);
  world.part(ann, bo);
});
afterEach(() => world.close());

const cardOf = async (resident: Resident): Promise<string> => (await resident.identity.exportPublic({ format: 'card' })).text;

/** Ann has Bo's card and writes to him. */
async function askWith(...texts: string[]): Promise<string> {
  const { contactId } = await ann.contacts.importKey({ text: await cardOf(bo) });
  const { conversationId } = await ann.conversations.open({ contactId });
  for (const text of texts) await ann.messages.send({ conversationId, text });
  return conversationId;
}

describe('first contact by mailbox', () => {
  test('S1-01 S1-54: a card with a public slot is enough: the request comes with its messages, which show when it is accepted; both answers by mailbox', async () => {
    await world.register(ann);
    const conversationId = await askWith('hello', 'it is me');
    expect((await ann.messages.list({ conversationId }))[0]).toMatchObject({ waitingFor: 'acceptance' });
    await world.until('Bo is asked', () => toldOf(bo, 'contact.request').length === 1);
    await world.pass(10_000);
    expect(await bo.contacts.list(undefined)).toEqual([]);
    expect(await bo.conversations.list(undefined)).toEqual([]);
    expect(toldOf(bo, 'message.received')).toEqual([]);
    const publicSlot = bo.profile.stores.ways.slots().find(({ isPublic }) => isPublic)?.place.slot;
    expect(new Set(world.left.map(({ by, slot }) => `${by} ${slot}`))).toEqual(new Set([`Ann ${publicSlot}`]));

    const [request] = await bo.contacts.requests(undefined);
    await bo.contacts.answerRequest({ requestId: request?.requestId ?? '', accept: true });
    expect(toldOf(bo, 'message.received').map(({ message }) => message.text)).toEqual(['hello', 'it is me']);
    await world.until('Ann hears that Bo agreed', () => ann.profile.stores.contacts.byPeer(bo.profile.local.peerId)?.relation === 'mutual');
    await world.until('and that all arrived', () => toldOf(ann, 'message.state').filter(({ state }) => state === 'delivered').length === 2);
    const [there] = await bo.conversations.list(undefined);
    await bo.messages.send({ conversationId: there?.conversationId ?? '', text: 'welcome' });
    await world.until('Ann has the answer', () => toldOf(ann, 'message.received').length === 1);
    expect(await textsOf(ann, conversationId)).toEqual(['hello', 'it is me', 'welcome']);
    // From now on in a slot of her own.
    await ann.messages.send({ conversationId, text: 'more' });
    await world.until('Bo has it', () => toldOf(bo, 'message.received').length === 3);
    expect(world.left.filter(({ by }) => by === 'Ann').at(-1)?.slot).not.toBe(publicSlot);
    await world.pass(60_000, 500);
    expect(world.left.length).toBeLessThan(20);
  });

  test('S1-01 S1-54: who has no mailbox of their own can ask, too, and hears the answer with the next connection', async () => {
    const conversationId = await askWith('hello');
    await world.until('Bo is asked', () => toldOf(bo, 'contact.request').length === 1);
    const [request] = await bo.contacts.requests(undefined);
    await world.until('the message waits', () => bo.profile.stores.quarantine.of(ann.profile.local.peerId).length === 2);
    bo.reopen();
    await bo.contacts.answerRequest({ requestId: request?.requestId ?? '', accept: true });
    expect(toldOf(bo, 'message.received').map(({ message }) => message.text)).toEqual(['hello']);
    world.meet(ann, bo);
    await world.until('delivered', () => toldOf(ann, 'message.state').some(({ state }) => state === 'delivered'));
    expect(await textsOf(bo, (await bo.conversations.list(undefined))[0]?.conversationId ?? '')).toEqual(['hello']);
    expect((await ann.messages.list({ conversationId }))[0]).toMatchObject({ state: 'delivered' });
  });

  test('S1-01 S1-54: a declined request takes what came with it along, and asking again shows nothing', async () => {
    await askWith('hello');
    await world.until('the message waits', () => bo.profile.stores.quarantine.of(ann.profile.local.peerId).length === 2);
    const [request] = await bo.contacts.requests(undefined);
    await bo.contacts.answerRequest({ requestId: request?.requestId ?? '', accept: false });
    expect(bo.profile.stores.quarantine.people()).toEqual([]);
    ann.profile.commit(() => {
      const { peerId } = bo.profile.local;
      ann.profile.stores.ways.putCardMail({ peerId, asks: true, dueAt: 0 });
      ann.profile.stores.ways.giveAgain(peerId);
    });
    ann.reopen();
    const before = world.left.length;
    await world.until('all of it was left again', () => world.left.length >= before + 3 && world.server.size === 0);
    expect(await bo.contacts.requests(undefined)).toEqual([]);
    expect(toldOf(bo, 'contact.request')).toHaveLength(1);
    expect(bo.profile.stores.quarantine.people()).toEqual([]);
  });

  test('S1-01 S1-54: who declined, and asks then, is told by mailbox that both agree, and gets what was thrown away with the request', async () => {
    await world.register(ann);
    await askWith('hello');
    await world.until('the message waits', () => bo.profile.stores.quarantine.of(ann.profile.local.peerId).length === 2);
    const [request] = await bo.contacts.requests(undefined);
    await bo.contacts.answerRequest({ requestId: request?.requestId ?? '', accept: false });
    await bo.contacts.importKey({ text: await cardOf(ann) });
    const relationOf = (at: Resident, to: Resident) => at.profile.stores.contacts.byPeer(to.profile.local.peerId)?.relation;
    await world.until('both agree', () => relationOf(ann, bo) === 'mutual' && relationOf(bo, ann) === 'mutual');
    await world.until('Bo has it', () => toldOf(bo, 'message.received').length === 1);
  });

  test('S1-54: somebody else’s card, a card for somebody else, and messages of nobody who asked are nothing', async () => {
    const cy = await world.move('Cy');
    world.part(cy);
    const to = { peerId: bo.profile.local.peerId, exchange: bo.profile.local.exchange.current.credential };
    const now = world.clock.now();
    const annsCard = createCard(ann.crypto, ann.profile.local, [], now);
    // Cy cannot ask in Ann's name, and what was sealed for Ann says nothing to Bo.
    const stolen = sealCardDeposit(cy.crypto, cy.profile.local, to, { card: annsCard, wantsAnswer: true });
    const genuine = sealCardDeposit(ann.crypto, ann.profile.local, to, { card: annsCard, wantsAnswer: true });
    const foreign = sealCardDeposit(cy.crypto, cy.profile.local, { peerId: ann.profile.local.peerId, exchange: ann.profile.local.exchange.current.credential }, { card: createCard(cy.crypto, cy.profile.local, [], now), wantsAnswer: true });
    const message = sealDeposit(cy.crypto, cy.profile.local, to, new Uint8Array(300));
    const altered = genuine.map((byte, at) => (at === genuine.length - 9 ? byte ^ 1 : byte));
    const parts = { crypto: bo.crypto, local: bo.profile.local, mayDecapsulate: () => true, now };
    expect(openCardDeposit(parts, genuine)?.card.chain.identity.name).toBe('Ann');
    for (const bad of [stolen, foreign, altered, genuine.subarray(0, genuine.length - 1), message]) expect(openCardDeposit(parts, bad)).toBeUndefined();
    expect(openCardDeposit({ ...parts, mayDecapsulate: () => false }, genuine)).toBeUndefined();
    const place = bo.profile.stores.ways.slots().find(({ isPublic }) => isPublic)?.place;
    if (place === undefined) throw new Error('Bo is registered');
    for (const [at, bytes] of [stolen, foreign, altered, message].entries()) await world.server.mailbox().deposit(place, bytes, at.toString(16).padStart(32, '0'));
    await world.until('Bo took all', () => world.server.size === 0);
    expect(await bo.contacts.requests(undefined)).toEqual([]);
    expect(bo.profile.stores.quarantine.people()).toEqual([]);
  });
});
