import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquaint, createWorld, type Resident, type World } from '../../../support/services-kit';

describe('dialogs of a person with two devices', () => {
  let world: World;
  let desk: Resident;
  let laptop: Resident;
  let bob: Resident;
  let atDesk = '';
  let atBobs = '';

  beforeEach(async () => {
    world = createWorld();
    desk = await world.move('Ada');
    bob = await world.move('Bob');
    const { ofInviter } = await acquaint(world, desk, bob);
    atDesk = (await desk.conversations.open({ contactId: ofInviter, title: 'Tea' })).conversationId;
    await desk.messages.send({ conversationId: atDesk, text: 'Milk?' });
    await world.until('it at Bob’s', () => bob.profile.stores.conversations.list()[0]?.preview === 'Milk?');
    atBobs = bob.profile.stores.conversations.list()[0]?.conversationId ?? '';
    laptop = await world.link(desk, 'Ada’s laptop');
    await world.until('both in step', inStep);
    await world.until('the laptop and Bob connected', () => laptop.profile.connections.sessions().length > 0);
  });
  afterEach(() => world.close());

  const inStep = (): boolean =>
    [desk, laptop].every(({ profile }) => profile.devices.replica.isReady && [desk, laptop].every((other) => other.profile === profile || profile.devices.replica.behind(other.profile.local.instanceId) === 0));
  const atLaptop = (): string => laptop.profile.stores.conversations.list()[0]?.conversationId ?? '';
  const texts = (of: Resident): readonly string[] => of.profile.stores.messages.page(of.profile.stores.conversations.list()[0]?.conversationId ?? '', undefined, 100).map(({ text }) => text);
  const received = (of: Resident): unknown => of.db.prepare('SELECT instance_id, cumulative, digest FROM receiving_streams WHERE cumulative > 0 ORDER BY instance_id').all();
  const epochs = (of: Resident): number => Number(of.db.prepare('SELECT max(epoch) AS epoch FROM sending_streams').get()?.['epoch']);

  it('S1-50 S1-51 S4-31 A22: both write in one conversation and both have all of it, each message once, with the same digests', async () => {
    await laptop.messages.send({ conversationId: atLaptop(), text: 'Or lemon?' });
    await world.until('both questions at Bob’s', () => texts(bob).length === 2);
    await bob.messages.send({ conversationId: atBobs, text: 'Milk.' });
    const before = epochs(bob);
    for (const text of ['No,', 'lemon.']) await bob.messages.send({ conversationId: atBobs, text });
    await world.until('the answers on both', () => [desk, laptop].every((each) => texts(each).length === 5) && inStep());
    expect(texts(laptop)).toEqual(texts(desk));
    expect([...texts(desk)].sort()).toEqual(['Milk.', 'Milk?', 'No,', 'Or lemon?', 'lemon.'].sort());
    expect(received(laptop)).toEqual(received(desk));
    expect(bob.profile.stores.conversations.list()).toHaveLength(1);
    expect(bob.profile.stores.conversations.list()[0]?.title).toBe('Tea');
    await world.pass(60_000);
    for (const each of [desk, laptop, bob]) {
      const [dialog] = each.profile.stores.conversations.list();
      expect(dialog && each.profile.engine.status(dialog).transcript.equal).toBe(true);
    }
    // Two devices that have everything cost no new key.
    expect(epochs(bob)).toBe(before);
  });

  it('S1-47: what comes to a device that has not heard all says for good that it may be a repeat', async () => {
    desk.mute = true;
    for (const session of desk.profile.devices.siblings.sessions()) session.close();
    Object.defineProperty(laptop.profile.devices.replica, 'hasHeardAll', { get: () => false });
    await bob.messages.send({ conversationId: atBobs, text: 'again?' });
    await world.until('it on the laptop', () => texts(laptop).includes('again?'));
    const shown = await laptop.messages.list({ conversationId: atLaptop(), limit: 10 });
    expect(shown.map(({ text, maybeRepeat }) => [text, maybeRepeat])).toEqual([['Milk?', undefined], ['again?', true]]);
  });

  it('S1-51 S4-31: what came while one device was away it gets from the other, and judges it itself', async () => {
    await bob.messages.send({ conversationId: atBobs, text: 'to both' });
    await world.until('it on both', () => [desk, laptop].every((each) => texts(each).length === 2) && inStep());
    const before = epochs(bob);
    desk.mute = true;
    for (const session of [...desk.profile.devices.siblings.sessions(), ...desk.profile.connections.sessions()]) session.close();
    await world.pass(100);
    for (const text of ['one', 'two', 'three']) await bob.messages.send({ conversationId: atBobs, text });
    await world.until('it on the laptop', () => texts(laptop).length === 5);
    // Only the own other device is met again: Bob is not there any more.
    bob.mute = true;
    for (const session of bob.profile.connections.sessions()) session.close();
    desk.mute = false;
    await world.until('both in step', () => desk.profile.devices.siblings.sessions().length > 0 && texts(desk).length === 5 && inStep());
    expect(texts(desk)).toEqual(texts(laptop));
    expect(received(desk)).toEqual(received(laptop));
    expect(received(desk)).toHaveLength(1);
    bob.mute = false;
    await world.until('Bob back', () => [desk, laptop].every(({ profile }) => profile.connections.sessions().length > 0));
    await desk.messages.send({ conversationId: atDesk, text: 'thanks' });
    await world.until('it at Bob’s', () => texts(bob).includes('thanks'));
    expect(epochs(bob)).toBe(before);
    expect(texts(desk)).toHaveLength(6);
  });
});
