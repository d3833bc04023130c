import { afterEach, expect, test } from 'vitest';
import { acquaint, createWorld, toldOf, type World } from '../../support/services-kit';

let world: World;
afterEach(() => world.close());

test('S2-11: a message that waits because this device was started so often says so, and goes by itself within the hour', async () => {
  world = createWorld();
  const [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
  const { ofInviter } = await acquaint(world, ann, bo);
  const { conversationId } = await ann.conversations.open({ contactId: ofInviter });
  await world.pass(100);
  let last = '';
  for (let start = 0; start < 105; start += 1) {
    ann.reopen();
    last = (await ann.messages.send({ conversationId, text: `${start}` })).messageId;
  }
  const state = async () => (await ann.messages.list({ conversationId, limit: 500 })).find(({ messageId }) => messageId === last);
  await world.until('they are connected', () => ann.profile.connections.session(bo.profile.local.peerId) !== undefined);
  await world.pass(1000);
  expect(await state()).toMatchObject({ state: 'queued', waitingFor: 'pace' });
  await world.pass(62 * 60_000, 10_000);
  expect(await state()).toMatchObject({ state: 'delivered' });
  expect(await state()).not.toHaveProperty('waitingFor');
  expect(toldOf(bo, 'message.received').map(({ message }) => message.text)).toEqual(Array.from({ length: 105 }, (_, at) => `${at}`));
  expect((await bo.conversations.list({}))[0]?.state).toBe('open');
  expect(ann.logged.filter(([event]) => event === 'dialog.failed')).toEqual([]);
}, 60_000);
