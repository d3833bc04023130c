import { describe, expect, it, vi } from 'vitest';
import type { Behind } from '../../../../renderer/app/behind-frame';
import { createModel } from '../../../../renderer/app/model';
import { mostFollowed, mostGathered, pageSize } from '../../../../renderer/features/conversation/messages-store';
import { createClient } from '../../../../renderer/bridge/client';
import { KeyshiftError } from '../../../../shared/errors';
import { createFake, idOf, makeContact } from '../../../preview/fake-world';
import { bo, busyWorld, talkWithBo } from '../../../preview/scenes';

const now = Date.UTC(2026, 4, 6, 12);
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 6; turn += 1) await new Promise((done) => setTimeout(done, 0));
};

async function started(world = busyWorld(now), behind?: Behind) {
  const fake = createFake(world);
  const model = createModel(createClient(fake.bridge), behind);
  const stop = model.start();
  await settle();
  return { fake, model, stop };
}

describe('the client', () => {
  it('turns a refusal into an error with its code and facts', async () => {
    const { model, fake } = await started();
    fake.world.failing.set('contacts.list', 'disk.failed');
    await expect(model.client.contacts.list()).rejects.toMatchObject({ name: 'KeyshiftError', code: 'disk.failed' });
    await expect(model.client.contacts.block({ contactId: 'not an id' })).rejects.toBeInstanceOf(KeyshiftError);
  });
});

describe('the start of the page', () => {
  it('shows what an open vault lists together with the vault: nothing is drawn empty first, and nothing asked twice', async () => {
    const fake = createFake(busyWorld(now));
    const model = createModel(createClient(fake.bridge));
    const shown: { readonly phase: string; readonly contacts: number; readonly conversations: number }[] = [];
    model.session.subscribe(({ phase }) => shown.push({ phase, contacts: model.contacts.getState().contacts.length, conversations: model.conversations.getState().conversations.length }));
    model.start();
    await settle();
    expect(shown).toEqual([{ phase: 'open', contacts: fake.world.contacts.length, conversations: fake.world.conversations.length }]);
    expect(fake.calls.filter((name) => ['contacts.list', 'contacts.requests', 'conversations.list'].includes(name))).toHaveLength(3);
  });

  it('an answer from before the vault was locked is not kept', async () => {
    const fake = createFake(busyWorld(now));
    const client = createClient(fake.bridge);
    let answer = (): void => undefined;
    const late = new Promise<void>((resolve) => (answer = resolve));
    const model = createModel({ ...client, conversations: { ...client.conversations, list: async () => late.then(() => client.conversations.list()) } });
    model.start();
    await settle();
    fake.emit({ type: 'vault.changed', state: 'locked' });
    await settle();
    answer();
    await settle();
    expect([model.session.getState().phase, model.contacts.getState().contacts, model.conversations.getState().conversations]).toEqual(['locked', [], []]);
  });

  it('what was told between the lists and the vault is not missed: they are asked for once more', async () => {
    const fake = createFake(busyWorld(now));
    const client = createClient(fake.bridge);
    let answer = (): void => undefined;
    const late = new Promise<void>((resolve) => (answer = resolve));
    const model = createModel({ ...client, vault: { ...client.vault, status: async () => late.then(() => client.vault.status()) } });
    model.start();
    await settle();
    const [first] = fake.world.conversations;
    if (first === undefined) throw new Error('there is a conversation');
    fake.world.conversations = fake.world.conversations.map((one) => (one === first ? { ...one, unread: 7 } : one));
    fake.emit({ type: 'conversation.changed', conversationId: first.conversationId });
    answer();
    await settle();
    expect(model.conversations.getState().conversations.find(({ conversationId }) => conversationId === first.conversationId)?.unread).toBe(7);
    expect([model.session.getState().phase, model.conversations.getState().loaded, model.contacts.getState().loaded]).toEqual(['open', true, true]);
  });

  it('where the vault is told to be open before the lists are there, what the keyring does is known all the same', async () => {
    const fake = createFake(busyWorld(now));
    const client = createClient(fake.bridge);
    let answer = (): void => undefined;
    const late = new Promise<void>((resolve) => (answer = resolve));
    const model = createModel({ ...client, contacts: { ...client.contacts, requests: async () => late.then(() => client.contacts.requests()) } });
    model.start();
    await settle();
    fake.emit({ type: 'vault.changed', state: 'open' });
    answer();
    await settle();
    expect([model.session.getState().phase, model.session.getState().keyring]).toEqual(['open', (await client.vault.status()).keyring]);
  });

  it('a vault that locked itself before the answer that it was opened or restored is shown as locked: each call of an open one would fail', async () => {
    const fake = createFake(busyWorld(now));
    fake.world.vault = 'locked';
    const client = createClient(fake.bridge);
    // The machine goes to sleep, or nobody touched it for long, while all of this is made.
    const overtaken = async (): Promise<never> => {
      for (const state of ['open', 'locked'] as const) fake.emit({ type: 'vault.changed', state });
      return undefined as never;
    };
    const model = createModel({ ...client, vault: { ...client.vault, unlock: overtaken }, backup: { ...client.backup, restore: overtaken } });
    model.start();
    await settle();
    const { unlock, restore } = model.session.getState();
    for (const open of [unlock, restore]) {
      await open('a passphrase');
      await settle();
      expect(model.session.getState().phase).toBe('locked');
    }
    // What was told before is no word about the next one.
    fake.emit({ type: 'vault.changed', state: 'locked' });
    const later = createModel({ ...client, vault: { ...client.vault, unlock: async () => undefined as never } });
    later.session.getState().changed('locked');
    await later.session.getState().unlock('a passphrase');
    expect(later.session.getState().phase).toBe('open');
  });

  it('a list that cannot be had is asked for again when the vault is told to be open', async () => {
    const fake = createFake(busyWorld(now));
    fake.world.failing.set('contacts.requests', 'disk.failed');
    const model = createModel(createClient(fake.bridge));
    model.start();
    await settle();
    expect([model.session.getState().phase, model.conversations.getState().loaded, model.contacts.getState().loaded]).toEqual(['open', true, false]);
  });
});

describe('events', () => {
  it('one message asks for its conversation again and for nothing else', async () => {
    const { fake, model } = await started();
    await model.messages.getState().loadNewest(talkWithBo);
    fake.calls.length = 0;
    fake.receive(talkWithBo, 'new');
    await settle();
    expect(new Set(fake.calls)).toEqual(new Set(['conversations.get']));
    expect(model.messages.getState().threads[talkWithBo]?.messages.at(-1)?.text).toBe('new');
    expect(model.conversations.getState().conversations[0]?.unread).toBe(1);
  });

  it('a message is shown before anything is asked because of it, and what is asked is asked once', async () => {
    const behind: Parameters<Behind>[] = [];
    const { fake, model } = await started(busyWorld(now), (...each) => behind.push(each));
    await model.messages.getState().loadNewest(talkWithBo);
    await model.keys.getState().load(talkWithBo);
    fake.calls.length = 0;
    fake.receive(talkWithBo, 'new');
    await settle();
    expect(model.messages.getState().threads[talkWithBo]?.messages.at(-1)?.text).toBe('new');
    expect(fake.calls).toEqual([]);
    // The message, and that its conversation changed: under one name. Beside it what would come before the frame.
    expect(new Set(behind.map(([name]) => name))).toEqual(new Set(['arrivals', talkWithBo]));
    behind.at(-1)?.[1]();
    await settle();
    expect([...fake.calls].sort()).toEqual(['conversations.get', 'keys.status']);
    expect(model.conversations.getState().conversations[0]?.unread).toBe(1);
  });

  it('what waited for a frame is not asked of a vault that was locked meanwhile', async () => {
    const behind: Parameters<Behind>[] = [];
    const { fake, model } = await started(busyWorld(now), (...each) => behind.push(each));
    fake.receive(talkWithBo, 'new');
    await model.session.getState().lock();
    fake.calls.length = 0;
    behind.at(-1)?.[1]();
    await settle();
    expect(fake.calls).toEqual([]);
  });

  it('behind an own message only the newest few are asked for, and a whole page where these do not join what is shown', async () => {
    const { fake, model } = await started();
    const store = model.messages.getState();
    await store.loadNewest(talkWithBo);
    const before = model.messages.getState().threads[talkWithBo]?.messages.length ?? 0;
    const asked = vi.spyOn(model.client.messages, 'list');
    await store.send(talkWithBo, 'one');
    expect(asked.mock.calls.map(([{ limit }]) => limit)).toEqual([8]);
    expect(model.messages.getState().threads[talkWithBo]?.messages.map(({ text }) => text).slice(before)).toEqual(['one']);
    // Many came unheard.
    const [sample] = fake.world.messages.get(talkWithBo) ?? [];
    if (sample === undefined) throw new Error('no message');
    const missed = Array.from({ length: 20 }, (_, at) => ({ ...sample, messageId: idOf(`missed ${at}`), text: `missed ${at}` }));
    fake.world.messages.set(talkWithBo, [...(fake.world.messages.get(talkWithBo) ?? []), ...missed]);
    asked.mockClear();
    await store.send(talkWithBo, 'two');
    expect(asked.mock.calls.map(([{ limit }]) => limit)).toEqual([8, pageSize]);
    expect(model.messages.getState().threads[talkWithBo]?.messages.map(({ text }) => text)).toEqual(expect.arrayContaining(['one', 'missed 0', 'two']));
  });

  it('a burst of a hundred messages asks for its conversation a few times, not a hundred', async () => {
    const { fake } = await started();
    fake.calls.length = 0;
    for (let index = 0; index < 100; index += 1) fake.receive(talkWithBo, `burst ${index}`);
    await settle();
    expect(fake.calls.filter((call) => call.startsWith('conversations.')).length).toBeLessThanOrEqual(3);
  });

  it('the same message told twice is shown once', async () => {
    const { fake, model } = await started();
    await model.messages.getState().loadNewest(talkWithBo);
    const message = fake.receive(talkWithBo, 'once');
    fake.emit({ type: 'message.received', conversationId: talkWithBo, message });
    expect(model.messages.getState().threads[talkWithBo]?.messages.filter((one) => one.text === 'once')).toHaveLength(1);
  });

  it('of a conversation that nobody looks at only the newest are kept, of one that is followed never all of a day; what is older comes again', async () => {
    const { fake, model } = await started();
    const store = model.messages.getState();
    const thread = () => model.messages.getState().threads[talkWithBo];
    const shown = (): (string | undefined)[] => thread()?.messages.map(({ text }) => text) ?? [];
    store.enter(talkWithBo);
    await store.loadNewest(talkWithBo);
    for (let index = 0; index < mostFollowed; index += 1) fake.receive(talkWithBo, `looked at ${index}`);
    expect(shown().length).toBeGreaterThan(mostFollowed);
    store.shorten(talkWithBo);
    expect([shown().length, shown().at(-1), thread()?.complete]).toEqual([2 * pageSize, `looked at ${mostFollowed - 1}`, false]);
    store.shorten(talkWithBo);
    expect(shown()).toHaveLength(2 * pageSize);
    store.leave(talkWithBo);
    expect(shown()).toHaveLength(pageSize);
    for (let index = 0; index < 30; index += 1) fake.receive(talkWithBo, `not looked at ${index}`);
    expect([shown().length, shown().at(-1)]).toEqual([pageSize, 'not looked at 29']);
    store.enter(talkWithBo);
    await store.loadNewest(talkWithBo);
    while (thread()?.complete !== true) await store.loadOlder(talkWithBo);
    expect(shown()).toEqual(fake.world.messages.get(talkWithBo)?.map(({ text }) => text));
    await settle();
  });

  it('an earlier place that somebody left is forgotten, and that it was one', async () => {
    const { fake, model } = await started();
    const store = model.messages.getState();
    for (let index = 0; index < 3 * pageSize; index += 1) fake.receive(talkWithBo, `one of many ${index}`);
    const first = fake.world.messages.get(talkWithBo)?.[pageSize]?.messageId ?? '';
    store.enter(talkWithBo);
    await store.loadAround(talkWithBo, first);
    expect(model.messages.getState().threads[talkWithBo]?.behind).toBe(true);
    store.leave(talkWithBo);
    expect(model.messages.getState().threads[talkWithBo]).toMatchObject({ messages: [], behind: false });
    await settle();
  });

  it('more than a page takes are not gathered while somebody reads further up: they are counted, and come when they are scrolled to', async () => {
    const { fake, model } = await started();
    const store = model.messages.getState();
    const thread = () => model.messages.getState().threads[talkWithBo];
    store.enter(talkWithBo);
    await store.loadNewest(talkWithBo);
    const room = mostGathered - (thread()?.messages.length ?? 0);
    for (let index = 0; index < room + 3 * pageSize; index += 1) fake.receive(talkWithBo, `${index}`);
    expect([thread()?.messages.length, thread()?.messages.at(-1)?.text, thread()?.behind, thread()?.missed]).toEqual([mostGathered, `${room - 1}`, true, 3 * pageSize]);
    await store.loadNewer(talkWithBo);
    expect([thread()?.messages.at(-1)?.text, thread()?.behind, thread()?.missed]).toEqual([`${room + pageSize - 1}`, true, 2 * pageSize]);
    fake.receive(talkWithBo, 'one more');
    expect(thread()?.missed).toBe(2 * pageSize + 1);
    while (thread()?.behind === true) await store.loadNewer(talkWithBo);
    expect([thread()?.messages.at(-1)?.text, thread()?.missed]).toEqual(['one more', undefined]);
    fake.receive(talkWithBo, 'again too many');
    expect([thread()?.messages.at(-1)?.text, thread()?.missed]).toEqual(['one more', 1]);
    await store.loadNewest(talkWithBo);
    expect([thread()?.messages.at(-1)?.text, thread()?.behind, thread()?.missed]).toEqual(['again too many', false, undefined]);
    await settle();
  });

  it('S4-31: messages that stand elsewhere are asked for anew, once for a burst, and only where they are shown', async () => {
    const { fake, model } = await started();
    fake.emit({ type: 'messages.moved', conversationId: talkWithBo });
    await settle();
    expect(fake.calls).not.toContain('messages.list');
    await model.messages.getState().loadNewest(talkWithBo);
    fake.receive(talkWithBo, 'told late');
    const there = fake.world.messages.get(talkWithBo) ?? [];
    const late = there.pop();
    if (late) there.unshift({ ...late, text: 'told right' });
    fake.calls.length = 0;
    for (let index = 0; index < 100; index += 1) fake.emit({ type: 'messages.moved', conversationId: talkWithBo });
    await settle();
    expect(fake.calls.filter((call) => call === 'messages.list').length).toBeLessThanOrEqual(2);
    const shown = model.messages.getState().threads[talkWithBo]?.messages ?? [];
    expect(shown.map(({ messageId }) => messageId)).toEqual(there.map(({ messageId }) => messageId));
    expect(shown[0]?.text).toBe('told right');
  });

  it('a connection change asks for the contacts', async () => {
    const { fake, model } = await started();
    fake.world.contacts = fake.world.contacts.map((one) => (one.contactId === bo.contactId ? { ...one, reach: 'waiting' } : one));
    fake.emit({ type: 'session.changed', contactId: bo.contactId, connected: false });
    await settle();
    expect(model.contacts.getState().contacts.find((one) => one.contactId === bo.contactId)?.reach).toBe('waiting');
  });

  it('S5-21: who is behind an own key is asked for anew with each connection, while somebody looks at it', async () => {
    const { fake, model } = await started();
    await model.identity.getState().loadKeys();
    fake.world.identity.ownKeys = fake.world.identity.ownKeys.map((key) => ({ ...key, behind: 3 }));
    fake.calls.length = 0;
    fake.emit({ type: 'session.changed', contactId: bo.contactId, connected: true });
    await settle();
    expect(fake.calls).not.toContain('identity.keyHistory');
    model.ui.getState().openSettings('identity');
    fake.emit({ type: 'session.changed', contactId: bo.contactId, connected: true });
    await settle();
    expect(model.identity.getState().keys?.map(({ behind }) => behind)).toEqual([3]);
  });

  it('a shift is asked for where the keys are known, and only there', async () => {
    const { fake, model } = await started();
    fake.calls.length = 0;
    const shifted = { type: 'key.shifted', conversationId: talkWithBo, at: now, who: 'peer', from: 5, to: 6, reason: 'hand' } as const;
    fake.emit(shifted);
    await settle();
    expect(fake.calls).not.toContain('keys.status');
    await model.keys.getState().load(talkWithBo);
    fake.calls.length = 0;
    fake.emit(shifted);
    await settle();
    expect(fake.calls).toEqual(['keys.status']);
  });

  it('after stopping nothing is heard', async () => {
    const { fake, model, stop } = await started();
    stop();
    fake.emit({ type: 'contact.request', requestId: 'a'.repeat(32), peerId: 'b'.repeat(52), name: 'Eve', via: 'card' });
    expect(model.contacts.getState().requests).toEqual([]);
  });
});

describe('locking', () => {
  it('an answer that comes after it is dropped', async () => {
    const { fake, model } = await started();
    const late = model.messages.getState().loadNewest(talkWithBo);
    const contacts = model.contacts.getState().load();
    model.session.getState().changed('locked');
    await Promise.all([late, contacts]);
    await settle();
    expect(model.messages.getState().threads).toEqual({});
    expect(model.contacts.getState().contacts).toEqual([]);
    expect(fake.world.contacts.length).toBeGreaterThan(0);
  });

  it('a refusal because of it is not told, any other is', async () => {
    const { model } = await started();
    const told = vi.fn();
    model.onFailure(told);
    model.background(Promise.reject(new KeyshiftError('vault.locked', '')));
    // Asked while a person was being removed, by the same hand.
    model.background(Promise.reject(new KeyshiftError('contact.unknown', '')));
    model.background(Promise.reject(new KeyshiftError('conversation.unknown', '')));
    await settle();
    expect(told).not.toHaveBeenCalled();
    model.background(Promise.reject(new KeyshiftError('disk.full', '')));
    await settle();
    expect(told).toHaveBeenCalledOnce();
  });
});

describe('showing a person', () => {
  it('opens the conversation that is there and never a second one', async () => {
    const { fake, model } = await started();
    await model.showContact(bo.contactId);
    expect(model.ui.getState().selection).toEqual({ contactId: bo.contactId, conversationId: talkWithBo });
    expect(fake.calls).not.toContain('conversations.open');
  });

  it('shows someone blocked without a conversation, and tells why there is none', async () => {
    const blocked = makeContact('Blocked', { reach: 'blocked' });
    const { model } = await started(busyWorld(now, { contacts: [blocked], conversations: [] }));
    await expect(model.showContact(blocked.contactId)).rejects.toMatchObject({ code: 'contact.blocked' });
    expect(model.ui.getState().selection).toEqual({ contactId: blocked.contactId, conversationId: undefined });
  });
});
