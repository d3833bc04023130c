import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MessageRow } from '../../../../electron/services/ports';
import { acquaint, createWorld, type Resident, type World } from '../../../support/services-kit';

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
  const remains = (of: Resident, words = secret): string[] =>
    of.db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search%' AND sql NOT LIKE '%VIRTUAL%'").all().flatMap((table) => {
      const name = String(table['name']);
      const columns = of.db.prepare(`SELECT name FROM pragma_table_info('${name}')`).all().map((column) => String(column['name']));
      return columns.filter((column) => of.db.prepare(`SELECT 1 AS found FROM ${name} WHERE instr(hex(${column}), ?) > 0 LIMIT 1`).get([Buffer.from(words).toString('hex').toUpperCase()]) !== undefined).map((column) => `${name}.${column}`);
    });

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
