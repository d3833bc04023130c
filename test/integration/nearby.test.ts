import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DiscoveryStatus } from '../../shared/model/discovery';
import type { CallName } from '../../shared/contract/contract';
import { newPerson, passphrase, temporaryFolder, texts, type Person } from '../support/two-peers';

/** What a person does; looking at the screen is no act. */
const looks: ReadonlySet<CallName> = new Set(['discovery.status', 'contacts.list', 'conversations.list', 'messages.list', 'network.status']);

describe('two people in one place, over multicast DNS on this machine alone', () => {
  const folder = temporaryFolder();
  let ann: Person;
  let bo: Person;
  let acts = 0;

  beforeAll(async () => {
    [ann, bo] = await Promise.all([newPerson(folder.path, 'Ann'), newPerson(folder.path, 'Bo')]);
    acts = 2; // a name and a passphrase each
    for (const { peer } of [ann, bo]) {
      const call = peer.call.bind(peer);
      peer.call = (method, params) => {
        if (!looks.has(method)) acts += 1;
        return call(method, params);
      };
    }
  }, 60_000);

  afterAll(async () => {
    await Promise.all([ann?.peer.end(), bo?.peer.end()]);
    folder.release();
  });

  const status = (who: Person): Promise<DiscoveryStatus> => who.peer.call('discovery.status');
  const step = async (who: Person, wanted: string) => (await status(who)).meeting?.step === wanted;

  it('S5-04: the first message is delivered without any link, in fewer than twelve acts', async () => {
    await Promise.all([ann.peer.call('discovery.start'), bo.peer.call('discovery.start')]);
    const { name } = await status(bo);
    let nearbyId: string | undefined;
    await ann.peer.until('Bo in the list', async () => {
      nearbyId = (await status(ann)).people.find((person) => person.name === name)?.nearbyId;
      return nearbyId !== undefined;
    });
    await ann.peer.call('discovery.meet', { nearbyId: nearbyId ?? '' });
    await bo.peer.until('the question', () => step(bo, 'asked'));
    expect(await bo.peer.call('contacts.list')).toEqual([]);
    await bo.peer.call('discovery.answer', { accept: true });
    await Promise.all([ann, bo].map((who) => who.peer.until('digits', () => step(who, 'compare'))));
    const [atAnn, atBo] = await Promise.all([status(ann), status(bo)]);
    expect(atAnn.meeting?.digits).toMatch(/^\d{6}$/);
    expect(atBo.meeting?.digits).toBe(atAnn.meeting?.digits);
    await Promise.all([ann.peer.call('discovery.confirm', { same: true }), bo.peer.call('discovery.confirm', { same: true })]);
    await Promise.all([ann, bo].map((who) => who.peer.until('met', () => step(who, 'met'))));
    const contactId = (await status(ann)).meeting?.contactId ?? '';
    const { conversationId } = await ann.peer.call('conversations.open', { contactId });
    await ann.peer.call('messages.send', { conversationId, text: 'There you are' });
    await ann.peer.until('delivered', async () => (await ann.peer.call('messages.list', { conversationId })).at(-1)?.state === 'delivered');
    expect(acts).toBeLessThan(12);
    const [conversation] = await bo.peer.call('conversations.list');
    expect(await texts(bo.peer, conversation?.conversationId ?? '', 'in')).toEqual(['There you are']);
    for (const [who, other] of [
      [ann, 'Bo'],
      [bo, 'Ann'],
    ] as const) {
      expect(await who.peer.call('contacts.list')).toMatchObject([{ name: other, checked: true, who: 'checked', pending: false }]);
      expect(who.peer.events.some(({ type }) => type === 'discovery.changed')).toBe(true);
    }
  }, 60_000);

  it('the next session, after both were closed, is with the same key; nothing is announced while nobody looks', async () => {
    const { name } = await status(ann);
    await ann.peer.call('vault.lock');
    await expect(ann.peer.call('discovery.status')).rejects.toMatchObject({ code: 'vault.locked' });
    await bo.peer.until('Ann is gone', async () => !(await status(bo)).people.some((person) => person.name === name) && (await bo.peer.call('network.status')).sessions.length === 0);
    await ann.peer.call('vault.unlock', { passphrase });
    expect(await status(ann)).toEqual({ running: false, people: [] });
    await ann.peer.until('a session again', async () => (await ann.peer.call('network.status')).sessions.length > 0);
    expect(await ann.peer.call('contacts.list')).toMatchObject([{ name: 'Bo', checked: true, keyEpoch: 1 }]);
    await bo.peer.call('discovery.stop');
    expect(await status(bo)).toMatchObject({ running: false, people: [] });
  }, 60_000);
});
