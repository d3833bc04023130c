import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MessageRow } from '../../../../electron/services/ports';
import { messageKey } from '../../../../electron/services/replication/kinds/values';
import { setDisappearing } from '../../../../electron/services/talk/of-profile';
import { RowsOf } from '../../../support/put-back';
import { remainsIn } from '../../../support/remains';
import { acquaint, createWorld, type Resident, toldOf, type World } from '../../../support/services-kit';

/** Words that nothing else of a database holds. */
const secret = 'Aardvark4711';

describe('what was erased is nowhere on the own devices', () => {
  let world: World;
  let ada: Resident;
  let laptop: Resident;
  let bob: Resident;
  let here: string;
  let there: string;

  beforeEach(async () => {
    world = createWorld();
    [ada, bob] = [await world.move('Ada'), await world.move('Bob')];
    const { ofInviter } = await acquaint(world, ada, bob);
    here = (await ada.conversations.open({ contactId: ofInviter, title: 'Tea' })).conversationId;
    await world.until('the conversation', () => bob.profile.stores.conversations.list().length === 1);
    there = bob.profile.stores.conversations.list()[0]?.conversationId ?? '';
    laptop = await world.link(ada, 'Ada’s laptop');
    await world.until('both in step', inStep);
  });
  afterEach(() => world.close());

  const inStep = (): boolean =>
    [ada, laptop].every(({ profile }) => profile.devices.replica.isReady && [ada, laptop].every((other) => other.profile === profile || profile.devices.replica.behind(other.profile.local.instanceId) === 0));
  const rows = (of: Resident): readonly MessageRow[] => of.profile.stores.conversations.list().flatMap(({ conversationId }) => of.profile.stores.messages.page(conversationId, undefined, 50));
  const rowOf = (of: Resident, text: string): MessageRow | undefined => rows(of).find((row) => row.text === text);
  /** Tables of this device in which these words stand. */
  const remains = (of: Resident, words = secret): string[] => remainsIn(of.db, words);

  it('S4-31: taken back by its writer, erased for oneself, disappeared: not in the log of the own devices either', async () => {
    const { messageId } = await bob.messages.send({ conversationId: there, text: secret });
    await world.until('it on both', () => [ada, laptop].every((each) => rowOf(each, secret) !== undefined));
    await world.until('in step', inStep);
    await bob.messages.edit({ messageId, text: `${secret} again` });
    await world.until('the edit on both', () => [ada, laptop].every((each) => rowOf(each, `${secret} again`) !== undefined));
    await world.until('in step', inStep);
    expect([...remains(ada), ...remains(laptop)]).not.toEqual([]);
    await bob.messages.delete({ messageId, forBoth: true });
    await world.until('gone on both', () => [ada, laptop].every((each) => rows(each).every(({ kind }) => kind === 'deleted')));
    await world.until('in step', inStep);
    await world.pass(6_000, 200);
    expect({ ada: remains(ada), laptop: remains(laptop), bob: remains(bob) }).toEqual({ ada: [], laptop: [], bob: [] });
  });

  it('S4-31: after an edit nothing of the former words, whoever heard them from whom and whoever changed them', async () => {
    const shelf = await world.link(ada, 'Ada’s shelf');
    const all = [ada, laptop, shelf];
    const together = () => world.until('all in step', () => all.every((each) => all.every((other) => other === each || each.profile.devices.replica.behind(other.profile.local.instanceId) === 0)));
    const say = (of: Resident, text: string) => of.messages.send({ conversationId: of.profile.stores.conversations.list()[0]?.conversationId ?? '', text });
    await world.until('the shelf there', () => shelf.profile.devices.replica.isReady);
    const { messageId } = await bob.messages.send({ conversationId: there, text: secret });
    await say(laptop, `${secret} of the laptop`);
    await world.until('both on all', () => all.every((each) => rows(each).length === 2));
    await together();
    const own = (of: Resident): string => rows(of).find(({ direction }) => direction === 'out')?.messageId ?? '';
    await shelf.messages.react({ messageId: own(shelf), emoji: '🎉' });
    for (const [at, editor] of [laptop, ada].entries()) {
      await bob.messages.edit({ messageId, text: at === 1 ? 'His last' : `${secret} once more` });
      await editor.messages.edit({ messageId: own(editor), text: at === 1 ? 'Hers at last' : `${secret} and again` });
      await world.until('heard', () => all.every((each) => (rowOf(each, 'His last') && rowOf(each, 'Hers at last')) !== undefined || (at === 0 && rowOf(each, `${secret} and again`) !== undefined)));
      await together();
    }
    await world.pass(6_000, 200);
    // What was sent is kept as it was for a contact that was set back and asks for it again.
    expect(all.map((each) => remains(each))).toEqual([[], ['outbox.content'], []]);
    // And who comes later hears all of it.
    const phone = await world.link(ada, 'Ada’s phone');
    await world.until('the phone there', () => rows(phone).length === 2);
    await world.until('the reaction', () => phone.profile.stores.reactions.of(own(phone)).length === 1);
    expect(rows(phone).map(({ text, revision }) => [text, revision])).toEqual(rows(ada).map(({ text, revision }) => [text, revision]));
  });

  it('S4-31: erased on one device while the other one, which has it too, is not there: it comes back nowhere', async () => {
    // Each reaches Bob; they do not reach each other.
    ada.refuses = (host) => host === laptop.address.host;
    laptop.refuses = (host) => host === ada.address.host;
    for (const each of [ada, laptop]) each.reopen();
    await world.until('Bob with both', () => bob.profile.connections.sessions().length === 2);
    expect([ada, laptop].map(({ profile }) => profile.devices.siblings.sessions().length)).toEqual([0, 0]);
    await bob.messages.send({ conversationId: there, text: secret });
    await world.until('it on both', () => [ada, laptop].every((each) => rowOf(each, secret) !== undefined));
    ada.messages.delete({ messageId: rowOf(ada, secret)?.messageId ?? '' });
    ada.refuses = laptop.refuses = undefined;
    await world.until('it gone', () => rowOf(laptop, secret) === undefined);
    await world.until('in step', inStep);
    await world.pass(6_000, 200);
    expect({ ada: remains(ada), laptop: remains(laptop) }).toEqual({ ada: [], laptop: [] });
  });

  /** Bob's words are on both own devices, unread, and disappear half a minute after one of them has read them. */
  const shortLived = async (): Promise<void> => {
    bob.profile.commit(() => setDisappearing(bob.profile, bob.profile.stores.conversations.byId(there) ?? expect.unreachable('a conversation'), 30));
    await bob.messages.send({ conversationId: there, text: secret });
    await world.until('it on both', () => [ada, laptop].every((each) => rowOf(each, secret) !== undefined));
    await world.until('in step', inStep);
  };
  const leave = (device: Resident, isAway: boolean): void => {
    device.mute = isAway;
    device.onLink = isAway ? (link) => link.destroy() : undefined;
    device.reopen();
  };

  it('S4-31: a device that was away for five weeks brings back nothing whose time was over, nor keeps it', async () => {
    const shelf = await world.link(ada, 'Ada’s shelf');
    await world.until('the shelf in step', () => shelf.profile.devices.replica.isReady && ada.profile.devices.replica.behind(shelf.profile.local.instanceId) === 0);
    await shortLived();
    leave(laptop, true);
    ada.conversations.markRead({ conversationId: here });
    await world.pass(31_000, 500);
    expect([rowOf(ada, secret), rowOf(laptop, secret)]).toEqual([undefined, expect.objectContaining({ state: 'delivered' })]);
    world.clock.wall += 33 * 86_400_000;
    for (const each of [ada, bob, shelf]) await each.renew(); // as a vault does when it is opened
    await world.until('the two in step', () => ada.profile.devices.siblings.sessions().length > 0);
    ada.conversations.update({ conversationId: here, pinned: true });
    await world.pass(15_000, 1_000); // what passed with time is looked for ten seconds after something was heard
    expect(rowOf(shelf, secret)).toBeUndefined();
    leave(laptop, false);
    await laptop.renew();
    await world.until('in step', inStep);
    await world.pass(12_000, 500);
    expect([ada, laptop].map((each) => [rowOf(each, secret), remains(each)])).toEqual([[undefined, []], [undefined, []]]);
    expect([ada, laptop].map(({ profile }) => profile.stores.replica.after(ada.profile.local.instanceId, 0, 1_000).filter(({ kind }) => kind === 'expired'))).toEqual([[], []]);
  });

  it('S4-31: nor does one that was set back to a time when it was not', async () => {
    await shortLived();
    const before = new RowsOf(laptop.db);
    ada.conversations.markRead({ conversationId: here });
    await world.pass(45_000, 500);
    expect([ada, laptop].map((each) => rowOf(each, secret))).toEqual([undefined, undefined]);
    leave(laptop, true);
    before.putBack(laptop.db);
    leave(laptop, false);
    const row = rowOf(laptop, secret) ?? expect.unreachable('it is there again');
    laptop.profile.commit(() => laptop.profile.devices.replica.say('message', messageKey({ ...laptop.profile.stores.conversations.list()[0] ?? expect.unreachable('a conversation'), instanceId: row.instanceId }, row.sequence), new Uint8Array(0)));
    await world.until('gone there, too', () => rowOf(laptop, secret) === undefined);
    expect(toldOf(ada, 'message.received')).toHaveLength(1);
  });

  it.each<readonly [string, () => unknown]>([
    ['deleted for both by its writer', () => bob.messages.delete({ messageId: rowOf(bob, secret)?.messageId ?? '', forBoth: true })],
    ['deleted for oneself', () => ada.messages.delete({ messageId: rowOf(ada, secret)?.messageId ?? '' })],
    ['edited by its writer', () => bob.messages.edit({ messageId: rowOf(bob, secret)?.messageId ?? '', text: 'something else' })],
    ['at the end of its time', () => ada.conversations.markRead({ conversationId: here })],
  ])('A79: the log beside the database is emptied once the words have left the rows: %s', async (_what, erase) => {
    /** Where the words still stood each time it was emptied. */
    const emptied: string[][] = [];
    ada.replace((stores) => ({ purge: () => (emptied.push(remains(ada)), stores.purge()) }));
    ada.reopen();
    await shortLived();
    // What was to be emptied because of something before.
    await world.pass(8_000, 500);
    emptied.length = 0;
    await erase();
    await world.until('it gone', () => rowOf(ada, secret) === undefined);
    await world.pass(8_000, 500);
    expect(emptied.at(-1)).toEqual([]);
  });

  it('S4-31: a removed conversation, with its title, draft, messages and what was done to them', async () => {
    ada.conversations.update({ conversationId: here, title: `${secret} title`, draft: { text: `${secret} draft` } });
    const { messageId } = await bob.messages.send({ conversationId: there, text: secret });
    await world.until('it on both', () => [ada, laptop].every((each) => rowOf(each, secret) !== undefined));
    await bob.messages.edit({ messageId, text: `${secret} again` });
    await world.until('the edit on both', () => [ada, laptop].every((each) => rowOf(each, `${secret} again`) !== undefined));
    await world.until('in step', inStep);
    laptop.conversations.remove({ conversationId: laptop.profile.stores.conversations.list()[0]?.conversationId ?? '' });
    await world.until('gone on both', () => [ada, laptop].every(({ profile }) => profile.stores.conversations.list().length === 0));
    await world.until('in step', inStep);
    await world.pass(1_000, 200);
    expect({ ada: remains(ada), laptop: remains(laptop) }).toEqual({ ada: [], laptop: [] });
    for (const { profile } of [ada, laptop]) expect(profile.stores.replica.hasWaiting()).toBe(false);
  });
});
