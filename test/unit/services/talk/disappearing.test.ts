import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { searchService } from '../../../../electron/services/search-service';
import { type Resident, toldOf, type World } from '../../../support/services-kit';
import { disappear, never, rowOf, rows, sendDelivered, teaTalk } from '../../../support/tea-talk';

const year = 365 * 86_400_000;

describe('messages that disappear', () => {
  let world: World;
  let ada: Resident;
  let bob: Resident;
  let here: string;
  let there: string;

  beforeEach(async () => {
    ({ world, ada, bob, here, there } = await teaTalk());
  });
  afterEach(() => world.close());

  const send = (from: Resident, conversationId: string, text: string, to: Resident): Promise<string> => sendDelivered(world, from, conversationId, text, to);
  it('a message disappears: here from when it was handed over, there from when it was read, and nothing of it is kept', async () => {
    disappear(ada, here, 60);
    await world.until('the word', () => bob.profile.stores.conversations.byId(there)?.disappearAfter === 60);
    await send(ada, here, 'Soon gone', bob);
    await send(bob, there, 'This one, too', ada);
    await world.pass(70_000, 500);
    expect(rows(ada).map(({ text }) => text)).toEqual(['This one, too']);
    // Nobody read it there: its clock has not begun.
    expect(rows(bob).map(({ text }) => text)).toEqual(['Soon gone']);
    ada.conversations.markRead({ conversationId: here });
    bob.conversations.markRead({ conversationId: there });
    expect(toldOf(bob, 'message.changed').at(-1)?.message.disappearsAt).toBe(world.clock.now() + 60_000);
    await world.pass(59_000, 500);
    expect([rows(ada), rows(bob)].map(({ length }) => length)).toEqual([1, 1]);
    await world.pass(2_000, 500);
    expect([...rows(ada), ...rows(bob)]).toEqual([]);
    expect(toldOf(bob, 'messages.removed')).toHaveLength(2);
    await world.pass(6_000, 500);
    for (const of of [ada, bob]) {
      expect(of.db.prepare("SELECT count(*) AS n FROM outbox WHERE instr(hex(content), ?) > 0").all([Buffer.from('gone').toString('hex').toUpperCase()])[0]?.['n']).toBe(0);
      expect(of.profile.stores.conversations.list()[0]?.preview).toBeUndefined();
    }
    disappear(bob, there, 0);
    await world.until('that they stay again', () => ada.profile.stores.conversations.byId(here)?.disappearAfter === undefined);
    await send(ada, here, 'Stays', bob);
    expect(rowOf(bob, 'Stays')).not.toHaveProperty('disappearAfter');
  });

  it('neither a restart nor a clock that was set back lets anything stay longer', async () => {
    disappear(ada, here, 3_600);
    const messageId = await send(ada, here, 'An hour', bob);
    await world.until('its clock begun', () => ada.profile.stores.messages.byId(messageId)?.disappearsAt !== undefined);
    await world.pass(1_800_000, 5_000);
    world.clock.wall -= 86_400_000;
    await world.pass(1_790_000, 5_000);
    expect(ada.profile.stores.messages.byId(messageId)).toBeDefined();
    await world.pass(20_000, 5_000);
    expect(ada.profile.stores.messages.byId(messageId)).toBeUndefined();
    // Set back while the program is closed: it counts on from what the clock said last.
    const second = await send(ada, here, 'Another', bob);
    await world.until('its clock begun', () => ada.profile.stores.messages.byId(second)?.disappearsAt !== undefined);
    await world.pass(60_000, 5_000);
    world.clock.wall -= 30 * 86_400_000;
    ada.reopen();
    await world.pass(3_500_000, 10_000);
    expect(ada.profile.stores.messages.byId(second)).toBeDefined();
    await world.pass(100_000, 5_000);
    expect(ada.profile.stores.messages.byId(second)).toBeUndefined();
    world.clock.wall += 31 * 86_400_000;
    // What ended while nobody was here is gone before anything is shown.
    const third = await send(ada, here, 'A third', bob);
    await world.until('its clock begun', () => ada.profile.stores.messages.byId(third)?.disappearsAt !== undefined);
    ada.profile.stores.edits.put(third, 'A third, chang');
    world.clock.wall += 3_700_000;
    ada.reopen();
    expect(ada.profile.stores.messages.byId(third)).toBeUndefined();
    // And so is what it was being changed to, which somebody typed.
    expect(toldOf(ada, 'messages.removed').slice(-1)).toEqual([{ type: 'messages.removed', conversationId: here, messageIds: [third], lostEdit: true }]);
  });

  it('a clock that was set back lets nothing stay longer where the first transaction that saw it was undone', async () => {
    disappear(ada, here, 3_600);
    const messageId = await send(ada, here, 'An hour', bob);
    await world.until('its clock begun', () => ada.profile.stores.messages.byId(messageId)?.disappearsAt !== undefined);
    await send(bob, there, 'Read in vain', ada);
    for (let n = 1; n < 20; n += 1) await send(bob, there, `Read in vain, ${n}`, ada);
    await world.pass(1_800_000, 5_000);
    const arrived = rows(ada).flatMap(({ direction, messageId: each }) => (direction === 'in' ? [each] : []));
    expect(arrived).toHaveLength(20);
    world.clock.wall -= 86_400_000;
    expect(() => ada.profile.commit(() => {
      // As often as words of another own device say so at once.
      for (const upTo of arrived) ada.conversations.markRead({ conversationId: here, upTo });
      throw new Error('the disk is full');
    })).toThrow('full');
    expect(rowOf(ada, 'Read in vain')?.disappearsAt).toBeUndefined();
    await world.pass(1_790_000, 5_000);
    expect(ada.profile.stores.messages.byId(messageId)).toBeDefined();
    await world.pass(20_000, 5_000);
    expect(ada.profile.stores.messages.byId(messageId)).toBeUndefined();
  });

  it('what ended in numbers while nobody was here holds nothing up, and is shown and found no more though it goes in slices', async () => {
    await send(ada, here, 'A boat', bob);
    const sent = rowOf(ada, 'A boat') ?? never();
    const add = (n: number, end?: number) => ada.profile.stores.messages.add({
      ...sent, messageId: n.toString(16).padStart(32, '0'), sequence: 1_000 + n, text: `boat ${n}`, ...(end !== undefined && { disappearAfter: 60, disappearsAt: end }),
    });
    const over = world.clock.now() + 60_000;
    ada.profile.commit(() => {
      for (let n = 1; n <= 160; n += 1) add(n, n > 40 && n <= 150 ? over : undefined);
    });
    world.clock.wall += 3_600_000;
    ada.reopen();
    const left = () => ada.profile.stores.messages.count(here, 0);
    expect(left()).toBeGreaterThan(100);
    const listed = async (page: { limit: number; after?: string; before?: string }) => (await ada.messages.list({ conversationId: here, ...page })).map(({ text }) => Number(text.slice(5)));
    const down = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, at) => to + at);
    expect(await listed({ limit: 30 })).toEqual([...down(40, 21), ...down(160, 151)]);
    expect((await listed({ limit: 50, before: (151).toString(16).padStart(32, '0') })).slice(1)).toEqual(down(40, 1));
    expect(await listed({ limit: 5, after: (38).toString(16).padStart(32, '0') })).toEqual([39, 40]);
    expect(await listed({ limit: 30, after: (39).toString(16).padStart(32, '0') })).toEqual([40, ...down(160, 151)]);
    const hits = await searchService({ profile: () => ada.profile }).search({ query: 'boat', limit: 100 });
    expect(hits.filter(({ messageId }) => Number.parseInt(messageId, 16) > 40 && Number.parseInt(messageId, 16) <= 150)).toEqual([]);
    await world.until('them gone', () => left() === 51);
    expect(await listed({ limit: 50 })).toEqual([...down(40, 1), ...down(160, 151)]);
  });

  it('a disk that takes nothing is tried again now and then, not without end', async () => {
    await send(ada, here, 'Kept', bob);
    const over = world.clock.now() + 60_000;
    ada.profile.commit(() => ada.profile.stores.messages.add({ ...(rowOf(ada, 'Kept') ?? never()), messageId: (1).toString(16).padStart(32, '0'), sequence: 1_001, text: 'secret', disappearAfter: 60, disappearsAt: over }));
    world.clock.wall += 3_600_000;
    let tries = 0;
    const disk = vi.spyOn(ada.profile, 'commit').mockImplementation(() => {
      // The clock of a test never came to an end otherwise.
      if ((tries += 1) > 100) ada.profile.talk.disappearing.close();
      throw new Error('no disk');
    });
    ada.profile.talk.disappearing.look();
    await world.pass(60_000);
    expect(tries).toBeGreaterThan(2);
    expect(tries).toBeLessThan(20);
    disk.mockRestore();
    await world.pass(10_000);
    expect(rowOf(ada, 'secret')).toBeUndefined();
  });

  it('the line of a conversation drops a message whose time is over at the moment the conversation does, though it is erased in a later slice', async () => {
    await send(ada, here, 'Kept', bob);
    const sent = rowOf(ada, 'Kept') ?? never();
    const over = world.clock.now() + 60_000;
    ada.profile.commit(() => {
      for (let n = 1; n <= 160; n += 1) ada.profile.stores.messages.add({ ...sent, messageId: n.toString(16).padStart(32, '0'), sequence: 1_000 + n, text: `secret ${n}`, disappearAfter: 60, disappearsAt: over });
      ada.profile.stores.conversations.noteMessage(here, { at: sent.sentAt, preview: 'secret 160', own: true, unread: 0 });
    });
    const lines = async () => [(await ada.conversations.list(undefined)).find(({ conversationId }) => conversationId === here)?.preview, (await ada.conversations.get({ conversationId: here })).preview];
    expect(await lines()).toEqual(['secret 160', 'secret 160']);
    world.clock.wall += 3_600_000;
    ada.reopen();
    expect(ada.profile.stores.messages.byId((160).toString(16).padStart(32, '0'))).toBeDefined();
    expect(await lines()).toEqual(['Kept', 'Kept']);
    await world.until('them gone', () => ada.profile.stores.messages.count(here, 0) === 1);
    expect(await lines()).toEqual(['Kept', 'Kept']);
  });

  it('a clock that was set, while nothing was to disappear, lets nothing end that begins after it', async () => {
    disappear(ada, here, 60);
    const first = await send(ada, here, 'The first', bob);
    await world.until('it gone', () => ada.profile.stores.messages.byId(first) === undefined);
    for (const jump of [-10 * year, 10 * year, year / 365]) {
      world.clock.wall += jump;
      const { messageId } = await ada.messages.send({ conversationId: here, text: `After ${jump}` });
      await world.until('its clock begun', () => ada.profile.stores.messages.byId(messageId)?.disappearsAt !== undefined);
      await world.pass(55_000, 500);
      expect(ada.profile.stores.messages.byId(messageId)).toBeDefined();
      await world.pass(10_000, 500);
      expect(ada.profile.stores.messages.byId(messageId)).toBeUndefined();
    }
    // The same where the clock was wrong while the program was closed.
    world.clock.wall -= year / 365;
    ada.reopen();
    const { messageId } = await ada.messages.send({ conversationId: here, text: 'Last' });
    await world.until('its clock begun', () => ada.profile.stores.messages.byId(messageId)?.disappearsAt !== undefined);
    await world.pass(50_000, 500);
    expect(ada.profile.stores.messages.byId(messageId)).toBeDefined();
  });

  it('nobody says a last word about the time, and what another own device says of an end is believed as far as its clock may be', () => {
    const { disappearing } = ada.profile.talk;
    const row = () => ada.profile.stores.conversations.byId(here) ?? never();
    disappearing.heard(row(), 30, 0xffff_ffff);
    expect(row()).not.toHaveProperty('disappearAfter');
    for (let revision = 65_535; revision < 0xffff_ffff; revision += 65_535 * 4096) disappearing.merge(row(), { seconds: 30, revision });
    disappearing.merge(row(), { seconds: 30, revision: 0xffff_ffff });
    disappear(ada, here, 0);
    expect(row()).not.toHaveProperty('disappearAfter');
    const now = world.clock.now();
    for (const told of [undefined, now - year, now + year, now - 121_000]) expect(disappearing.endOf({ disappearAfter: 60, ...(told !== undefined && { disappearsAt: told }) })).toBe(now + 60_000);
    for (const told of [now - 60_000, now + 30_000]) expect(disappearing.endOf({ disappearAfter: 60, disappearsAt: told })).toBe(told);
    expect(disappearing.endOf({ disappearsAt: now })).toBeUndefined();
  });

  it('of two words about the time at once both sides take the shorter one', () => {
    ada.profile.talk.disappearing.heard(ada.profile.stores.conversations.byId(here) ?? never(), 60, 7);
    ada.profile.talk.disappearing.heard(ada.profile.stores.conversations.byId(here) ?? never(), 300, 7);
    ada.profile.talk.disappearing.heard(ada.profile.stores.conversations.byId(here) ?? never(), 0, 7);
    ada.profile.talk.disappearing.heard(ada.profile.stores.conversations.byId(here) ?? never(), 10, 6);
    expect(ada.profile.stores.conversations.byId(here)).toMatchObject({ disappearAfter: 60, disappearRevision: 7 });
    ada.profile.talk.disappearing.heard(ada.profile.stores.conversations.byId(here) ?? never(), 30, 7);
    expect(ada.profile.stores.conversations.byId(here)?.disappearAfter).toBe(30);
    ada.profile.talk.disappearing.heard(ada.profile.stores.conversations.byId(here) ?? never(), 0, 8);
    expect(ada.profile.stores.conversations.byId(here)).not.toHaveProperty('disappearAfter');
  });
});
