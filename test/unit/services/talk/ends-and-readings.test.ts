import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { InstanceId } from '../../../../electron/engine/ids';
import { instanceIdFromBytes } from '../../../../electron/engine/wire/ids';
import type { MessageRow } from '../../../../electron/services/ports';
import { searchService } from '../../../../electron/services/search-service';
import type { Change } from '../../../../electron/services/talk/message-changes';
import { setDisappearing } from '../../../../electron/services/talk/of-profile';
import { defaultSettings } from '../../../../shared/model/settings';
import { acquaint, createWorld, type Resident, toldOf, type World } from '../../../support/services-kit';

const year = 365 * 86_400_000;

describe('ends, readings and writing', () => {
  let world: World;
  let ada: Resident;
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
  });
  afterEach(() => world.close());

  const rows = (of: Resident): readonly MessageRow[] => of.profile.stores.conversations.list().flatMap(({ conversationId }) => of.profile.stores.messages.page(conversationId, undefined, 50));
  const rowOf = (of: Resident, text: string): MessageRow | undefined => rows(of).find((row) => row.text === text);
  const send = async (from: Resident, conversationId: string, text: string, to: Resident): Promise<string> => {
    const { messageId } = await from.messages.send({ conversationId, text });
    await world.until(text, () => rowOf(to, text) !== undefined && from.profile.stores.messages.byId(messageId)?.state === 'delivered');
    return messageId;
  };
  const disappear = (of: Resident, conversationId: string, seconds: number): void => {
    const conversation = of.profile.stores.conversations.byId(conversationId) ?? never();
    of.profile.commit(() => setDisappearing(of.profile, conversation, seconds));
    of.profile.delivery.flush(conversation.peerId);
  };
  const inStep = (...devices: Resident[]): boolean =>
    devices.every(({ profile }) => profile.devices.replica.isReady && devices.every((other) => other.profile === profile || profile.devices.replica.behind(other.profile.local.instanceId) === 0));

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
    world.clock.wall += 3_700_000;
    ada.reopen();
    expect(ada.profile.stores.messages.byId(third)).toBeUndefined();
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
      ada.profile.stores.conversations.noteMessage(here, sent.sentAt, 'secret 160', 0);
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

  it('what was read is told with acknowledgements, to whoever tells it too, and costs no numbered message', async () => {
    const messageId = await send(ada, here, 'Read me', bob);
    const next = (of: Resident, id: string) => of.profile.stores.dialogs.findSending({ ...(of.profile.stores.conversations.byId(id) ?? never()), instanceId: of.profile.local.instanceId })?.nextSequence;
    const before = next(bob, there);
    bob.conversations.markRead({ conversationId: there });
    await world.until('read', () => ada.profile.stores.messages.byId(messageId)?.state === 'read');
    expect(toldOf(ada, 'message.state').at(-1)).toMatchObject({ messageId, state: 'read' });
    expect(next(bob, there)).toBe(before);
    // Who does not tell it is not told. What was read before and is not told yet is told no more, either.
    const noted = await send(ada, here, 'Noted', bob);
    const { instanceId, sequence } = ada.profile.stores.messages.byId(noted) ?? never();
    bob.profile.engine.read(bob.profile.stores.conversations.byId(there) ?? never(), instanceId, sequence);
    bob.settings = { ...defaultSettings, readReceipts: false };
    const second = await send(ada, here, 'And me', bob);
    bob.conversations.markRead({ conversationId: there });
    const back = await send(bob, there, 'I did', ada);
    ada.conversations.markRead({ conversationId: here });
    await world.pass(2_000);
    expect([noted, second].map((id) => ada.profile.stores.messages.byId(id)?.state)).toEqual(['delivered', 'delivered']);
    expect(bob.profile.stores.messages.byId(back)?.state).toBe('delivered');
    // It is shown with the next word once both want it.
    bob.settings = defaultSettings;
    await send(ada, here, 'Third', bob);
    bob.conversations.markRead({ conversationId: there });
    await world.until('all read', () => rows(ada).filter(({ direction }) => direction === 'out').every(({ state }) => state === 'read'));
  });

  it('what was read up to a message is told of those up to it, the others stay unread', async () => {
    const ids: string[] = [];
    for (const text of ['One', 'Two', 'Three']) ids.push(await send(ada, here, text, bob));
    const atBobs = bob.profile.stores.messages.page(there, undefined, 10).filter(({ direction }) => direction === 'in').map(({ messageId }) => messageId);
    bob.conversations.markRead({ conversationId: there, upTo: atBobs[1] ?? '' });
    const stateOf = (): unknown => ids.map((id) => ada.profile.stores.messages.byId(id)?.state);
    await world.until('two read', () => ada.profile.stores.messages.byId(ids[1] ?? '')?.state === 'read');
    await world.pass(2_000);
    expect(stateOf()).toEqual(['read', 'read', 'delivered']);
    expect(await bob.conversations.get({ conversationId: there })).toMatchObject({ unread: 1 });
    // Once more, and up to one that is not there any more: nothing is told, and nothing changes.
    const told = bob.told.length;
    bob.conversations.markRead({ conversationId: there, upTo: atBobs[0] ?? '' });
    bob.conversations.markRead({ conversationId: there, upTo: 'f'.repeat(32) });
    expect(bob.told.length).toBe(told);
    expect(await bob.conversations.get({ conversationId: there })).toMatchObject({ unread: 1 });
    bob.conversations.markRead({ conversationId: there });
    await world.until('all read', () => (stateOf() as unknown[]).every((state) => state === 'read'));
    expect(await bob.conversations.get({ conversationId: there })).toMatchObject({ unread: 0 });
  });

  it('a reading while nobody is connected is told with the next connection', async () => {
    const messageId = await send(ada, here, 'Read me', bob);
    for (const each of [ada, bob]) each.mute = true;
    ada.reopen();
    await world.until('no session', () => bob.profile.connections.sessions().length === 0);
    bob.conversations.markRead({ conversationId: there });
    bob.reopen();
    await world.pass(1_000);
    expect(ada.profile.stores.messages.byId(messageId)?.state).toBe('delivered');
    for (const each of [ada, bob]) each.mute = false;
    await world.until('read', () => ada.profile.stores.messages.byId(messageId)?.state === 'read');
  });

  it('a message that could not be stored ends no typing for good: it is told as over by its own time at the latest', async () => {
    disappear(ada, here, 3_600);
    await world.until('the word', () => bob.profile.stores.conversations.byId(there)?.disappearAfter === 3_600);
    ada.messages.typing({ conversationId: here, typing: true });
    await world.until('it', () => toldOf(bob, 'contact.typing').length > 0);
    const begin = vi.spyOn(bob.profile.talk.disappearing, 'begin').mockImplementation(() => {
      throw new Error('the disk is full');
    });
    await ada.messages.send({ conversationId: here, text: 'No room' });
    await world.until('it was tried', () => begin.mock.calls.length > 0);
    begin.mockRestore();
    await world.pass(10_500);
    expect(toldOf(bob, 'contact.typing').at(-1)?.typing).toBe(false);
  });

  it('typing is said on the connection, ends by itself and with a message, and only between those who want it', async () => {
    ada.messages.typing({ conversationId: here, typing: true });
    ada.messages.typing({ conversationId: here, typing: true });
    await world.until('it', () => toldOf(bob, 'contact.typing').length > 0);
    expect(toldOf(bob, 'contact.typing')).toEqual([{ type: 'contact.typing', conversationId: there, typing: true }]);
    await world.pass(10_500);
    expect(toldOf(bob, 'contact.typing').map(({ typing }) => typing)).toEqual([true, false]);
    ada.messages.typing({ conversationId: here, typing: true });
    await world.until('it', () => toldOf(bob, 'contact.typing').length === 3);
    await send(ada, here, 'There', bob);
    expect(toldOf(bob, 'contact.typing').map(({ typing }) => typing)).toEqual([true, false, true, false]);
    for (const off of [ada, bob]) {
      off.settings = { ...defaultSettings, typing: false };
      ada.messages.typing({ conversationId: here, typing: true });
      await world.pass(500);
      off.settings = defaultSettings;
      await world.pass(5_000);
    }
    expect(toldOf(bob, 'contact.typing')).toHaveLength(4);
    // Nonsense, another conversation, a flood: nothing, or no more than anybody types.
    const { peerId } = bob.profile.stores.conversations.byId(there) ?? never();
    const dialog = Buffer.from(bob.profile.stores.conversations.byId(there)?.dialogId ?? '', 'hex');
    bob.profile.talk.typing.heard(peerId, Buffer.concat([dialog, Buffer.of(2)]));
    bob.profile.talk.typing.heard(peerId, Buffer.concat([Buffer.alloc(16, 9), Buffer.of(1)]));
    expect(toldOf(bob, 'contact.typing')).toHaveLength(4);
    for (let at = 0; at < 200; at += 1) bob.profile.talk.typing.heard(peerId, Buffer.concat([dialog, Buffer.of((at + 1) % 2)]));
    expect(toldOf(bob, 'contact.typing').length).toBe(4 + 2 * 20);
  });

  it('S4-31: on all own devices: edits, reactions, deletions, ends, and that it was read', async () => {
    const laptop = await world.link(ada, 'Ada’s laptop');
    await world.until('both in step', () => inStep(ada, laptop));
    const onLaptop = laptop.profile.stores.conversations.list()[0]?.conversationId ?? '';
    const messageId = await send(ada, here, 'First', bob);
    await world.until('it there', () => rowOf(laptop, 'First') !== undefined);
    const same = (text: string) => rowOf(laptop, text)?.messageId ?? '';
    // Written on one device, changed on the other.
    await laptop.messages.edit({ messageId: same('First'), text: 'Second' });
    await laptop.messages.react({ messageId: same('Second'), emoji: '🎉' });
    await world.until('everywhere', () => [ada, bob, laptop].every((each) => { const row = rowOf(each, 'Second'); return row !== undefined && each.profile.stores.reactions.of(row.messageId).length === 1; }));
    bob.conversations.markRead({ conversationId: there });
    await world.until('read on both', () => [ada, laptop].every((each) => rowOf(each, 'Second')?.state === 'read'));
    await ada.messages.react({ messageId, emoji: '🎉', remove: true });
    await world.until('taken back', () => [ada, bob, laptop].every((each) => each.profile.stores.reactions.of(rowOf(each, 'Second')?.messageId ?? '').length === 0));
    await laptop.messages.delete({ messageId: same('Second'), forBoth: true });
    await world.until('gone everywhere', () => [ada, bob, laptop].every((each) => rows(each).every(({ kind }) => kind === 'deleted')));
    expect(ada.db.prepare("SELECT count(*) AS n FROM outbox WHERE instr(hex(content), ?) > 0").all([Buffer.from('First').toString('hex').toUpperCase()])[0]?.['n']).toBe(0);
    // For oneself, on one device: on the other, too, and it does not come back.
    await send(bob, there, 'For nobody', ada);
    await world.until('it there', () => rowOf(laptop, 'For nobody') !== undefined);
    laptop.messages.delete({ messageId: same('For nobody') });
    await world.until('it gone', () => rowOf(ada, 'For nobody') === undefined);
    disappear(laptop, onLaptop, 30);
    await world.until('the word', () => [ada, bob].every((each) => each.profile.stores.conversations.list()[0]?.disappearAfter === 30));
    // Each side is told who chose it, on every device.
    disappear(bob, there, 30 + 1);
    await world.until('Bob’s word', () => [ada, laptop].every((each) => each.profile.stores.conversations.list()[0]?.disappearAfter === 31));
    disappear(bob, there, 30);
    await world.until('Bob’s word', () => [ada, laptop].every((each) => each.profile.stores.conversations.list()[0]?.disappearAfter === 30));
    const timers = async (of: Resident) => (await of.conversations.timers({ conversationId: of.profile.stores.conversations.list()[0]?.conversationId ?? '' })).map(({ by, seconds }) => `${by} ${seconds}`);
    for (const each of [ada, laptop]) expect(await timers(each)).toEqual(['me 30', 'them 31', 'them 30']);
    expect(await timers(bob)).toEqual(['them 30', 'me 31', 'me 30']);
    await send(bob, there, 'Half a minute', ada);
    await world.until('it there', () => rowOf(laptop, 'Half a minute') !== undefined);
    laptop.conversations.markRead({ conversationId: onLaptop });
    await world.pass(31_000, 200);
    expect([ada, laptop].map((each) => rowOf(each, 'Half a minute'))).toEqual([undefined, undefined]);
    ada.reopen();
    laptop.reopen();
    await world.until('both in step', () => inStep(ada, laptop));
    expect([ada, laptop].map((each) => rows(each).map(({ kind }) => kind))).toEqual([['deleted'], ['deleted']]);
  });

  it('in whatever order the words come, and before or after their message, the same is shown', async () => {
    const conversation = bob.profile.stores.conversations.byId(there) ?? never();
    const device = (name: number): InstanceId => instanceIdFromBytes(new Uint8Array(16).fill(name));
    const { changes } = bob.profile.talk;
    let round = 0;
    const arrive = (row: MessageRow): void => {
      bob.profile.stores.messages.add(row);
      changes.arrived(conversation, row);
    };
    const show = (words: readonly Omit<Change, 'target'>[], at: number): unknown => {
      round += 1;
      const target = { instanceId: device(1), sequence: round };
      const row: MessageRow = { messageId: `m${round}`, conversationId: there, direction: 'in', ...target, kind: 'text', text: 'first', sentAt: 5, receivedAt: 5, state: 'delivered', keyEpoch: 1 };
      bob.profile.commit(() => {
        words.forEach((word, index) => {
          if (index === at) arrive(row);
          // What a word holds is decided where it is made.
          changes.heard(conversation, { instanceId: device(2), sequence: round * 100 + index, sentAt: 9, content: { ...word, target } as Change });
        });
        if (at >= words.length) arrive(row);
      });
      const shown = bob.profile.stores.messages.byId(row.messageId) ?? never();
      return { text: shown.text, kind: shown.kind, revision: shown.revision, reactions: bob.profile.stores.reactions.of(row.messageId).map(({ emoji }) => emoji).sort() };
    };
    const revision = fc.integer({ min: 1, max: 3 });
    const word = fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('edit' as const), revision, text: fc.constantFrom('a', 'b', 'c') }) },
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('reaction' as const), revision, emoji: fc.constantFrom('🎉', '👍'), remove: fc.boolean() }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const) }) },
    );
    const words = fc.array(word, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(words.chain((all) => fc.record({ all: fc.constant(all), other: fc.shuffledSubarray(all, { minLength: all.length }), one: fc.nat(7), two: fc.nat(7) })), ({ all, other, one, two }) => {
        const first = show(all, one);
        const second = show(other, two);
        const [a, b] = [first, second].map((each) => JSON.stringify({ ...(each as object), revision: undefined }));
        expect(a).toBe(b);
      }),
      { numRuns: 150 },
    );
  });
});

function never(): never {
  throw new Error('not here');
}
