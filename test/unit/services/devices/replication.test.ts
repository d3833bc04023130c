import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquaint, createWorld, type Resident, toldOf, type World } from '../../../support/services-kit';

describe('what devices of one person have in common', () => {
  let world: World;
  let desk: Resident;

  beforeEach(async () => {
    world = createWorld();
    desk = await world.move('Ada');
  });
  afterEach(() => world.close());

  const rows = (of: Resident): number => {
    const [row] = of.db.prepare('SELECT (SELECT count(*) FROM replica_facts) + (SELECT count(*) FROM replica_heard) + (SELECT count(*) FROM replica_state) AS n').all();
    return Number(row?.['n']);
  };
  const inStep = (...devices: Resident[]): boolean =>
    devices.every(({ profile }) => {
      const { replica } = profile.devices;
      return replica.isReady && devices.every((other) => other.profile === profile || replica.behind(other.profile.local.instanceId) === 0);
    });

  it('S4-31: with one device nothing is written down', async () => {
    const bob = await world.move('Bob');
    const { ofInviter } = await acquaint(world, desk, bob);
    let asked = 0;
    desk.replace(({ replica }) => ({ replica: Object.fromEntries(Object.entries(replica).map(([name, call]: [string, (...given: never[]) => unknown]) => [name, (...given: never[]) => ((asked += 1), call(...given))])) as unknown as typeof replica }));
    desk.reopen();
    const opening = asked;
    const { conversationId } = await desk.conversations.open({ contactId: ofInviter, title: 'Tea' });
    const { messageId } = await desk.messages.send({ conversationId, text: 'Milk?' });
    await world.until('it delivered', () => desk.profile.stores.messages.byId(messageId)?.state === 'delivered');
    const atBobs = bob.profile.stores.conversations.list()[0]?.conversationId ?? '';
    await bob.messages.send({ conversationId: atBobs, text: 'No.' });
    await world.until('the answer', () => desk.profile.stores.conversations.list()[0]?.unread === 1);
    desk.conversations.markRead({ conversationId });
    desk.contacts.block({ contactId: ofInviter });
    // No statement of the log ran for any of it.
    expect(asked).toBe(opening);
    expect(rows(desk)).toBe(0);
    expect(desk.profile.devices.replica.isOn).toBe(false);
  });

  it('S4-31 S4-32: a new device hears of everybody and of every conversation, and talks to nobody before', async () => {
    const bob = await world.move('Bob');
    const { ofInviter } = await acquaint(world, desk, bob);
    desk.conversations.open({ contactId: ofInviter, title: 'Tea' });
    const laptop = await world.link(desk, 'Ada’s laptop');
    expect(laptop.profile.devices.replica.isReady).toBe(false);
    await world.until('both in step', () => inStep(desk, laptop));
    const [bobThere] = await laptop.contacts.list({});
    expect(bobThere).toMatchObject({ name: 'Bob', pending: false, checked: false });
    expect(await laptop.conversations.list({})).toMatchObject([{ title: 'Tea', state: 'open', contactId: bobThere?.contactId }]);
    expect(toldOf(laptop, 'contact.changed').length).toBeGreaterThan(0);
  });

  it('S4-32: who is blocked on one device is blocked on the other; a block made at the same time outlives a lift', async () => {
    const bob = await world.move('Bob');
    const { ofInviter } = await acquaint(world, desk, bob);
    const laptop = await world.link(desk, 'Ada’s laptop');
    await world.until('both in step', () => inStep(desk, laptop));
    const there = (await laptop.contacts.list({}))[0]?.contactId ?? '';
    desk.contacts.block({ contactId: ofInviter });
    await world.until('the block', () => laptop.profile.stores.contacts.byId(there)?.blocked === true);
    // Both without a connection: one lifts the block and the other one blocks anew.
    for (const each of [desk, laptop]) each.mute = true;
    for (const each of [desk, laptop]) for (const session of each.profile.devices.siblings.sessions()) session.close();
    await world.pass(100);
    laptop.contacts.block({ contactId: there, blocked: false });
    desk.contacts.block({ contactId: ofInviter, blocked: false });
    desk.contacts.block({ contactId: ofInviter });
    for (const each of [desk, laptop]) each.mute = false;
    await world.until('both in step', () => desk.profile.devices.siblings.sessions().length > 0 && inStep(desk, laptop));
    expect(laptop.profile.stores.contacts.byId(there)?.blocked).toBe(true);
    laptop.contacts.block({ contactId: there, blocked: false });
    await world.until('the lift', () => desk.profile.stores.contacts.byId(ofInviter)?.blocked === false);
  });

  const say = (from: Resident, conversationId: string, text: string, replyTo?: string) => from.messages.send({ conversationId, text, ...(replyTo && { replyTo }) });
  const shown = async (of: Resident): Promise<unknown[]> => {
    const [conversation] = await of.conversations.list({});
    const messages = await of.messages.list({ conversationId: conversation?.conversationId ?? '', limit: 100 });
    const texts = new Map(messages.map(({ messageId, text }) => [messageId, text]));
    return messages.map(({ direction, text, state, replyTo, sentAt }) => ({ direction, text, state, sentAt, ...(replyTo && { to: texts.get(replyTo) }) }));
  };

  it('S4-31: a new device gets the whole history, both ways, in the order it was shown, with its progress', async () => {
    const bob = await world.move('Bob');
    const { ofInviter } = await acquaint(world, desk, bob);
    const { conversationId } = await desk.conversations.open({ contactId: ofInviter, title: 'Tea' });
    await world.until('the conversation at Bob’s', () => bob.profile.stores.conversations.list().length > 0);
    const atBobs = bob.profile.stores.conversations.list()[0]?.conversationId ?? '';
    for (let n = 1; n <= 150; n += 1) {
      const { messageId } = await say(desk, conversationId, `question ${n}`);
      if (n % 50 === 0) {
        await world.until('it at Bob’s', () => bob.profile.stores.messages.page(atBobs, undefined, 1)[0]?.text === `question ${n}`);
        const asked = bob.profile.stores.messages.page(atBobs, undefined, 1)[0]?.messageId;
        await say(bob, atBobs, `answer ${n}`, asked);
        await world.until('the answer', () => desk.profile.stores.messages.page(conversationId, undefined, 1)[0]?.text === `answer ${n}`);
        expect(messageId).toBeDefined();
      }
    }
    await world.pass(2_000);
    desk.conversations.markRead({ conversationId });
    const laptop = await world.link(desk, 'Ada’s laptop');
    const progress: [number, number][] = [];
    laptop.profile.devices.replica.onChange(() => {
      const { done, total } = laptop.profile.devices.replica.progress ?? { done: 0, total: 0 };
      progress.push([done, total]);
    });
    await world.until('both in step', () => inStep(desk, laptop));
    expect(await shown(laptop)).toEqual(await shown(desk));
    expect((await laptop.conversations.list({}))[0]).toMatchObject({ unread: 0, preview: 'answer 150' });
    const steps = progress.filter(([, total]) => total > 0);
    expect(steps.length).toBeGreaterThan(1);
    expect(steps.map(([done]) => done)).toEqual(steps.map(([done]) => done).sort((a, b) => a - b));
    expect(toldOf(laptop, 'message.received')).toEqual([]);
  });

  it('S4-31: what is written and what arrives on one device shows on the other at once, and so does that it was read', async () => {
    const bob = await world.move('Bob');
    const { ofInviter } = await acquaint(world, desk, bob);
    const laptop = await world.link(desk, 'Ada’s laptop');
    await world.until('both in step', () => inStep(desk, laptop));
    const { conversationId } = await desk.conversations.open({ contactId: ofInviter, title: 'Tea' });
    const { messageId } = await say(desk, conversationId, 'Milk?');
    await world.until('it delivered', () => desk.profile.stores.messages.byId(messageId)?.state === 'delivered');
    const atBobs = bob.profile.stores.conversations.list()[0]?.conversationId ?? '';
    await say(bob, atBobs, 'No.', bob.profile.stores.messages.page(atBobs, undefined, 1)[0]?.messageId);
    await world.until('the answer on the laptop', () => laptop.profile.stores.conversations.list()[0]?.preview === 'No.');
    await world.until('both in step', () => inStep(desk, laptop));
    expect(await shown(laptop)).toEqual(await shown(desk));
    expect(await shown(laptop)).toMatchObject([{ text: 'Milk?', direction: 'out', state: 'delivered' }, { text: 'No.', to: 'Milk?' }]);
    expect(toldOf(laptop, 'message.received').map(({ message }) => message.text)).toEqual(['Milk?', 'No.']);
    expect(laptop.profile.stores.conversations.list()[0]?.unread).toBe(1);
    desk.conversations.markRead({ conversationId });
    await world.until('it read on the laptop', () => laptop.profile.stores.conversations.list()[0]?.unread === 0);
    await world.until('both in step', () => inStep(desk, laptop));
    expect(await shown(laptop)).toEqual(await shown(desk));
  });

  it('S4-32 S5-09: a new device knows a contact by the same key and is connected by itself', async () => {
    const bob = await world.move('Bob');
    const { ofInviter } = await acquaint(world, desk, bob);
    await desk.contacts.setChecked({ contactId: ofInviter, checked: true });
    const laptop = await world.link(desk, 'Ada’s laptop');
    await world.until('both in step', () => inStep(desk, laptop));
    await world.until('the laptop and Bob connected', () => laptop.profile.connections.sessions().length > 0);
    const [atDesk, atLaptop] = [(await desk.contacts.list({}))[0], (await laptop.contacts.list({}))[0]];
    expect(atLaptop).toEqual({ ...atDesk, contactId: atLaptop?.contactId });
    expect(atLaptop).toMatchObject({ checked: true, keyEpoch: 1, pending: false });
    expect(await laptop.contacts.safetyNumber({ contactId: atLaptop?.contactId ?? '' })).toEqual(await desk.contacts.safetyNumber({ contactId: ofInviter }));
  });

  it('S5-09 S5-33 A72: a contact’s new key, proven to one device, is waited for by the other with the same proof, and pinned when it is met', async () => {
    const bob = await world.move('Bob');
    await acquaint(world, desk, bob);
    const laptop = await world.link(desk, 'Ada’s laptop');
    await world.until('both in step', () => inStep(desk, laptop));
    await world.until('all connected', () => laptop.profile.connections.sessions().length > 0 && desk.profile.connections.sessions().length > 0);
    const bobs = bob.profile.local.peerId;
    // The laptop has its connection with the desk and gets no other meanwhile.
    laptop.mute = true;
    laptop.onLink = (link) => link.destroy();
    laptop.profile.connections.drop(bobs);
    await bob.rotate();
    await world.until('the desk to take the new key', () => desk.profile.book.find(bobs)?.record.identityEpoch === 2);
    await world.until('the laptop to wait for it', () => laptop.profile.book.successorOf(bobs) !== undefined);
    expect(laptop.profile.book.find(bobs)?.record.identityEpoch).toBe(1);
    expect(laptop.profile.book.successorOf(bobs)).toMatchObject({ epoch: 2, vouched: 'old-key' });
    laptop.mute = false;
    laptop.onLink = undefined;
    await world.until('the laptop to take it', () => laptop.profile.book.find(bobs)?.record.identityEpoch === 2);
    expect(laptop.profile.book.held(bobs)).toBeUndefined();
  });

  it('S4-31: a device that goes down in the middle of the transfer goes on where it was, and shows nothing twice', async () => {
    const bob = await world.move('Bob');
    const { ofInviter } = await acquaint(world, desk, bob);
    const { conversationId } = await desk.conversations.open({ contactId: ofInviter, title: 'Tea' });
    const { stores, newMessageId, local } = desk.profile;
    stores.transaction(() => {
      for (let n = 1; n <= 1_500; n += 1) {
        stores.messages.add({ messageId: newMessageId(), conversationId, direction: 'out', instanceId: local.instanceId, sequence: 1 + n, kind: 'text', text: `line ${n}`, sentAt: world.clock.now(), state: 'delivered', keyEpoch: 1 });
      }
    });
    const laptop = await world.link(desk, 'Ada’s laptop');
    const heard = (): number => laptop.profile.stores.replica.heard().get(local.instanceId) ?? 0;
    for (let turns = 0; heard() === 0 && turns < 10_000; turns += 1) await world.pass(1, 1);
    const before = heard();
    expect(before).toBeLessThan(desk.profile.stores.replica.heard().get(local.instanceId) ?? 0);
    laptop.reopen();
    expect(laptop.profile.devices.replica.isReady).toBe(false);
    expect(heard()).toBe(before);
    await world.until('both in step', () => inStep(desk, laptop));
    const there = laptop.profile.stores.conversations.list()[0]?.conversationId ?? '';
    const texts = laptop.profile.stores.messages.page(there, undefined, 5_000).map(({ text }) => text);
    expect(texts).toEqual(desk.profile.stores.messages.page(conversationId, undefined, 5_000).map(({ text }) => text));
    expect(texts.length).toBe(1_500);
  });

  it('S4-31: who was away for very long hears the latest of everything, once', async () => {
    const bob = await world.move('Bob');
    const { ofInviter } = await acquaint(world, desk, bob);
    const laptop = await world.link(desk, 'Ada’s laptop');
    await world.until('both in step', () => inStep(desk, laptop));
    for (const each of [desk, laptop]) each.mute = true;
    for (const each of [desk, laptop]) for (const session of each.profile.devices.siblings.sessions()) session.close();
    await world.pass(100);
    const row = desk.profile.stores.contacts.byId(ofInviter);
    if (row === undefined) throw new Error('Bob is a contact');
    const lacking = (): number => desk.profile.devices.replica.behind(laptop.profile.local.instanceId) ?? 0;
    // Bob may have told the desk something of himself meanwhile.
    const before = lacking();
    for (let n = 1; n <= 500; n += 1) desk.profile.commit(() => desk.profile.stores.contacts.put({ ...row, name: `Bob ${n}` }));
    expect(lacking()).toBeGreaterThan(0);
    expect(lacking()).toBeLessThanOrEqual(before + 1);
    for (const each of [desk, laptop]) each.mute = false;
    await world.until('both in step', () => inStep(desk, laptop));
    expect((await laptop.contacts.list({}))[0]?.name).toBe('Bob 500');
  });
});
