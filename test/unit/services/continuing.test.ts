import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConversationRow } from '../../../electron/services/ports';
import { acquaint, createWorld, type World } from '../../support/services-kit';

describe('conversations that continue each other', () => {
  let world: World;
  beforeAll(() => {
    world = createWorld();
  });
  afterAll(() => world.close());

  it('S2-10: two that a contact says continue each other are no ring: asked twice to go on, there is one new conversation', async () => {
    const [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
    const { ofInviter: contactId } = await acquaint(world, ann, bo);
    const rows: ConversationRow[] = [];
    for (const title of ['x', 'y']) {
      const { conversationId } = await ann.conversations.open({ contactId, title });
      const row = ann.profile.stores.conversations.byId(conversationId);
      if (row) rows.push(row);
    }
    const [x, y] = rows;
    if (!x || !y) throw new Error('two conversations');
    const { history } = ann.profile;
    ann.profile.commit(() => {
      history.continued({ ...x, continues: y.dialogId });
      history.continued({ ...y, continues: x.dialogId });
      for (const { peerId, dialogId } of rows) history.failed({ peerId, dialogId, reason: 'told-by-peer' });
    });
    const [first, second] = [await ann.conversations.continue(x), await ann.conversations.continue(x)];
    expect(second).toEqual(first);
    expect(await ann.conversations.continue(y)).toEqual(first);
  });
});
