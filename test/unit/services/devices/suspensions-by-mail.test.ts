import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCard, parseCard } from '../../../../electron/engine/certificates/card';
import { issueSuspension } from '../../../../electron/engine/certificates/suspension';
import type { PeerId } from '../../../../electron/engine/ids';
import { createMailWorld, type MailWorld } from '../../../support/mail-world';
import { type Device, heard, household, type Household, idOf, theirs } from '../../../support/own-devices';

let world: MailWorld;
let home: Household;
let ada: PeerId;

beforeEach(async () => {
  world = createMailWorld();
  home = await household('Ada', world);
  await home.together();
  ada = home.desk.profile.local.peerId;
  await world.until('the contact with all', () => home.own.every((each) => home.bo.profile.connections.sessions().some(({ peer }) => peer.instance.instanceId === idOf(each))));
});
afterEach(() => world.close());

const stopped = () => home.bo.profile.stores.suspensions.list().map(({ instanceId }) => String(instanceId));
const about = (suspended: Device, by: Device, list = by.profile.local.list) =>
  issueSuspension(by.crypto, { suspended: suspended.profile.local.instanceId, list, credential: by.profile.local.instance.credential, signing: by.profile.local.instance.signing, time: world.clock.now() }).bytes;
let later = 0;
/** A card of the laptop that says this, as the contact would get it by mail. */
const brought = (statements: readonly Uint8Array[], by = home.laptop) =>
  parseCard(home.bo.crypto, createCard(by.crypto, by.profile.local, [], world.clock.now() + (later += 1), 'contact', { suspensions: statements }), world.clock.now());
const learn = (card: ReturnType<typeof brought>): void => home.bo.profile.commit(() => home.bo.profile.book.learnCard(card));

describe('a contact met only by mailbox', () => {
  test('S4-32 A65: hears by card that a device was stopped, takes nothing of it any more, and takes it again when the identity says so', async () => {
    const { desk, laptop, shelf, bo } = home;
    await world.register(bo);
    await world.until('all know where', () => home.own.every(({ profile }) => profile.stores.ways.peopleWithMailbox().length === 1));
    bo.mute = true;
    bo.onLink = (link) => link.destroy();
    for (const session of bo.profile.connections.sessions()) session.close();
    home.leave(desk);
    await world.pass(1_000);
    expect(await shelf.say(bo, 'before')).toBe(true);
    const key = theirs(bo, ada);
    const slots = () => bo.profile.stores.ways.slots().filter(({ peerId }) => peerId === ada);
    expect([stopped(), slots().map(({ staleSince }) => staleSince)]).toEqual([[], [undefined]]);

    await laptop.devices.suspend({ instanceId: idOf(shelf) });
    await world.until('the contact heard', () => stopped().includes(idOf(shelf)));
    expect(bo.profile.connections.sessions()).toEqual([]);
    expect(theirs(bo, ada)).not.toBe(key);
    // It knows their slot: they get another one.
    expect(slots().some(({ staleSince }) => staleSince !== undefined)).toBe(true);
    // Whoever has that device leaves it in the mailbox all the same.
    shelf.profile.stores.suspensions.removeBelow(ada, Number.MAX_SAFE_INTEGER);
    home.leave(laptop);
    shelf.reopen();
    const before = world.left.length;
    expect(await shelf.say(bo, 'after')).toBe(false);
    expect(world.left.slice(before).filter(({ outcome }) => outcome === 'stored').length).toBeGreaterThan(0);
    expect(heard(bo)).toEqual(['before']);
    // Nor does a card of its own tell anything.
    const places = () => JSON.stringify(bo.profile.book.find(ada)?.record.places);
    const whereBefore = places();
    learn(brought([], shelf));
    expect(places()).toBe(whereBefore);

    home.comeBack(desk);
    home.comeBack(laptop);
    await world.until('the identity says so, too', () => desk.profile.local.list.instances.some(({ state }) => state === 'suspended'));
    await world.until('the list at the contact', () => bo.profile.book.find(ada)?.record.listVersion === desk.profile.local.list.version);
    expect(stopped()).toEqual([]);
    await desk.devices.reinstate({ instanceId: idOf(shelf) });
    await home.together();
    expect(await shelf.say(bo, 'here again')).toBe(true);
  });
});

describe('what a card says of other devices', () => {
  test('S4-32 A65: counts only as a sibling signed it, under the list in force', async () => {
    const { laptop, shelf, desk, bo } = home;
    const good = about(shelf, laptop);
    const forged = good.slice();
    const inSignature = 4 + 77 + 5; // body LP ‖ signature
    forged[inSignature] = (forged[inSignature] ?? 0) ^ 1;
    const record = () => JSON.stringify(bo.profile.stores.peers.find(ada)?.instanceList);
    const before = record();
    const sessions = () => bo.profile.connections.sessions().length;
    expect(sessions()).toBe(3);
    // Forged, by somebody else, garbage, and of a list that is not in force.
    learn(brought([forged, about(shelf, bo), new Uint8Array([1, 2, 3]), about(shelf, laptop, { ...laptop.profile.local.list, version: 1 })]));
    await world.pass(100);
    expect([stopped(), record(), sessions()]).toEqual([[], before, 3]);
    const card = brought([good, about(desk, shelf)]);
    learn(card);
    // Who was stopped stops nobody.
    expect(stopped()).toEqual([idOf(shelf)]);
    await world.until('no session with it', () => sessions() === 2);
    learn(brought([about(laptop, shelf)], shelf));
    expect(stopped()).toEqual([idOf(shelf)]);
  });

  test('S4-32 A65: replayed once the identity has spoken it is nothing', async () => {
    const { laptop, shelf, desk, bo } = home;
    const card = brought([about(shelf, laptop)]);
    await desk.devices.rename({ instanceId: idOf(laptop), name: 'new name' });
    await world.until('the list at the contact', () => bo.profile.book.find(ada)?.record.listVersion === desk.profile.local.list.version);
    learn(card);
    learn(brought(card.suspensions ?? []));
    expect(stopped()).toEqual([]);
  });
});
