import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { InstanceId } from '../../../../electron/engine/ids';
import { instanceIdFromBytes } from '../../../../electron/engine/wire/ids';
import type { MessageRow } from '../../../../electron/services/ports';
import type { Change } from '../../../../electron/services/talk/message-changes';
import { defaultSettings } from '../../../../shared/model/settings';
import { type Resident, toldOf, type World } from '../../../support/services-kit';
import { disappear, never, rowOf, rows, sendDelivered, teaTalk } from '../../../support/tea-talk';

describe('readings, writing, and the same on all own devices', () => {
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
  const inStep = (...devices: Resident[]): boolean =>
    devices.every(({ profile }) => profile.devices.replica.isReady && devices.every((other) => other.profile === profile || profile.devices.replica.behind(other.profile.local.instanceId) === 0));
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
