import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EventOf } from '../../../shared/contract/contract';
import { acquaint, createWorld, toldOf, type Resident, type World } from '../../support/services-kit';

describe('clients hear what own messages wait for when that changes', () => {
  let world: World;
  let ann: Resident;
  let bo: Resident;
  /** Whatever Bo says on links dialled from now on is lost while this is set: nothing is acknowledged. */
  let deaf = false;

  beforeEach(async () => {
    deaf = false;
    world = createWorld();
    world.network.setWire((bytes, from) => (deaf && from === 'listener' ? undefined : [bytes]));
    [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
    bo.mute = true;
  }, 30_000);
  afterEach(() => world.close());

  const write = async (conversationId: string, count: number) => {
    for (let n = 0; n < count; n += 1) await ann.messages.send({ conversationId, text: `${n}` });
  };
  const states = (since: number) =>
    ann.told.slice(since).filter((event): event is EventOf<'message.state'> => event.type === 'message.state');
  /** The last thing told of each message, by id. */
  const lastTold = () => new Map(toldOf(ann, 'message.state').map((event) => [event.messageId, event]));
  const listed = async (conversationId: string) => (await ann.messages.list({ conversationId, limit: 500 })).map(({ messageId, state, waitingFor }) => ({ messageId, state, waitingFor }));

  /** What was told last agrees with what asking gives. */
  const agrees = async (conversationId: string) => {
    const told = lastTold();
    for (const message of await listed(conversationId)) {
      expect({ state: told.get(message.messageId)?.state, waitingFor: told.get(message.messageId)?.waitingFor }).toEqual({ state: message.state, waitingFor: message.waitingFor });
    }
  };

  test('when a connection drops, what was not handed over waits for a connection again; when one comes, for the acknowledgement', async () => {
    const { ofInviter } = await acquaint(world, ann, bo);
    const { conversationId } = await ann.conversations.open({ contactId: ofInviter });
    await world.pass(100);
    // Longer than what the connection takes unread: the rest stays queued.
    const text = 'x'.repeat(40_000);
    deaf = true;
    const session = ann.profile.connections.session(bo.profile.local.peerId);
    bo.profile.connections.session(ann.profile.local.peerId)?.pause();
    for (let n = 0; n < 8; n += 1) await ann.messages.send({ conversationId, text });
    await world.pass(60);
    const handedOver = (await listed(conversationId)).filter(({ state }) => state === 'sent').length;
    expect(session).toBe(ann.profile.connections.session(bo.profile.local.peerId));
    expect(handedOver).toBeGreaterThan(0);
    expect(handedOver).toBeLessThan(8);
    expect((await listed(conversationId)).every(({ waitingFor }) => waitingFor === 'acknowledgement')).toBe(true);

    const before = ann.told.length;
    bo.onLink = (link) => link.destroy();
    world.network.cut();
    await world.pass(60);
    const dropped = states(before).map(({ state, waitingFor }) => [state, waitingFor]);
    expect(dropped).toEqual(Array.from({ length: 8 - handedOver }, () => ['queued', 'connection']));
    expect(toldOf(ann, 'session.changed').at(-1)?.connected).toBe(false);
    await agrees(conversationId);

    const back = ann.told.length;
    bo.onLink = undefined;
    deaf = false;
    await world.until('everything delivered', () => [...lastTold().values()].every(({ state }) => state === 'delivered'));
    const after = states(back).map(({ state, waitingFor }) => [state, waitingFor]);
    expect(after.slice(0, 8 - handedOver)).toEqual(Array.from({ length: 8 - handedOver }, () => ['queued', 'acknowledgement']));
    expect(after.at(-1)).toEqual(['delivered', undefined]);
    await agrees(conversationId);
  }, 30_000);

  test('at most the newest hundred of each conversation are told, oldest first, and what arrived is left alone', async () => {
    const { ofInviter } = await acquaint(world, ann, bo);
    const first = await ann.conversations.open({ contactId: ofInviter, title: 'first' });
    const second = await ann.conversations.open({ contactId: ofInviter, title: 'second' });
    const idle = await ann.conversations.open({ contactId: ofInviter, title: 'idle' });
    await write(idle.conversationId, 2);
    await world.until('two delivered', () => [...lastTold().values()].filter(({ state }) => state === 'delivered').length === 2);
    bo.onLink = (link) => link.destroy();
    world.network.cut();
    await world.pass(60);
    await write(first.conversationId, 130);
    await write(second.conversationId, 2);
    const before = ann.told.length;
    await ann.contacts.block({ contactId: ofInviter });
    const told = states(before);
    const newest = (await listed(first.conversationId)).slice(-100).map(({ messageId }) => messageId);
    expect(told.filter((event) => event.conversationId === first.conversationId).map(({ messageId }) => messageId)).toEqual(newest);
    expect(told.filter((event) => event.conversationId === second.conversationId)).toHaveLength(2);
    expect(told.filter((event) => event.conversationId === idle.conversationId)).toEqual([]);
    expect(new Set(told.map(({ waitingFor }) => waitingFor))).toEqual(new Set(['unblock']));
  }, 30_000);

  test('when a contact agrees: first the acceptance, then the connection', async () => {
    bo.onLink = (link) => link.destroy();
    const { link } = await bo.contacts.createInvitation({});
    const { contactId } = await ann.contacts.acceptInvitation({ link });
    const { conversationId } = await ann.conversations.open({ contactId });
    await write(conversationId, 2);
    expect((await listed(conversationId)).map(({ waitingFor }) => waitingFor)).toEqual(['acceptance', 'acceptance']);
    let channels = 0;
    bo.onLink = (accepted) => {
      channels += 1;
      if (channels === 1) bo.profile.accept(accepted);
      else accepted.destroy();
    };
    await world.until('Bo agreed', () => toldOf(ann, 'message.state').length > 0);
    expect(toldOf(ann, 'message.state').map(({ state, waitingFor }) => [state, waitingFor])).toEqual(Array.from({ length: 2 }, () => ['queued', 'connection']));
    bo.onLink = undefined;
    await world.until('both delivered', () => [...lastTold().values()].every(({ state }) => state === 'delivered'));
    await agrees(conversationId);
  }, 30_000);

  test('when a contact ends nothing is awaited any more, and a new link gives hope again', async () => {
    const cy = await world.move('Cy');
    const { link } = await bo.contacts.createInvitation({});
    await cy.contacts.acceptInvitation({ link });
    await world.until('Cy is in', () => cy.profile.connections.sessions().length > 0);
    bo.onLink = (accepted) => accepted.destroy();
    const { contactId } = await ann.contacts.acceptInvitation({ link });
    const { conversationId } = await ann.conversations.open({ contactId });
    await write(conversationId, 2);
    bo.onLink = undefined;
    await world.until('the end', () => toldOf(ann, 'message.state').length > 0);
    expect(await ann.contacts.list(undefined)).toMatchObject([{ pending: true, ended: 'invitation.used' }]);
    expect(toldOf(ann, 'message.state').map(({ state, waitingFor }) => [state, waitingFor])).toEqual(Array.from({ length: 2 }, () => ['queued', 'ended']));
    await agrees(conversationId);

    bo.onLink = (accepted) => accepted.destroy();
    await ann.contacts.acceptInvitation({ link: (await bo.contacts.createInvitation({})).link });
    expect([...lastTold().values()].map(({ waitingFor }) => waitingFor)).toEqual(['acceptance', 'acceptance']);
    await agrees(conversationId);
    bo.onLink = undefined;
    await world.until('both delivered', () => [...lastTold().values()].every(({ state }) => state === 'delivered'));
  }, 30_000);

  test('when a contact is blocked and unblocked', async () => {
    const { ofInviter } = await acquaint(world, ann, bo);
    const { conversationId } = await ann.conversations.open({ contactId: ofInviter });
    await world.pass(100);
    deaf = true;
    await write(conversationId, 1);
    await world.pass(100);
    await ann.contacts.block({ contactId: ofInviter });
    expect([...lastTold().values()].map(({ state, waitingFor }) => [state, waitingFor])).toEqual([['sent', 'unblock']]);
    await world.pass(100);
    await agrees(conversationId);
    await ann.contacts.block({ contactId: ofInviter, blocked: false });
    expect([...lastTold().values()].map(({ waitingFor }) => waitingFor)).toEqual(['acknowledgement']);
    await agrees(conversationId);
    deaf = false;
    await world.until('delivered', () => [...lastTold().values()].every(({ state }) => state === 'delivered'));
  }, 30_000);

  test('when a conversation is ended by a rule, what waits in it waits for a continuation, and only there', async () => {
    bo.onLink = (link) => link.destroy();
    const { contactId } = await ann.contacts.acceptInvitation({ link: (await bo.contacts.createInvitation({})).link });
    const broken = await ann.conversations.open({ contactId, title: 'broken' });
    const sound = await ann.conversations.open({ contactId, title: 'sound' });
    await write(broken.conversationId, 1);
    await write(sound.conversationId, 1);
    const row = ann.profile.stores.conversations.byId(broken.conversationId);
    if (row === undefined) throw new Error('no conversation');
    ann.profile.commit(() => ann.profile.history.failed({ peerId: row.peerId, dialogId: row.dialogId, reason: 'too-many-shifts' }));
    const [lost] = await listed(broken.conversationId);
    expect(lost?.waitingFor).toBe('continuation');
    expect(lastTold().get(lost?.messageId ?? '')?.waitingFor).toBe('continuation');
    expect((await listed(sound.conversationId))[0]?.waitingFor).toBe('acceptance');
  }, 30_000);

  test('a profile that is exchanged while open tells that its connections are gone', async () => {
    const { ofInviter } = await acquaint(world, ann, bo);
    const before = ann.told.length;
    ann.profile.leave();
    expect(ann.told.slice(before)).toEqual([{ type: 'session.changed', contactId: ofInviter, connected: false }]);
    ann.reopen();
  }, 30_000);
});
