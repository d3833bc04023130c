import { expect, it } from 'vitest';
import type { KeyShift } from '../../../shared/model/keys';
import { overBothBackings } from './backings';
import { conversation, dialog, handle, instance, message, peer } from './rows';

overBothBackings('ConversationStore', (open) => {
  it('gives back what was put, by handle and by person and dialog', () => {
    const { stores, again } = open();
    const full = conversation(1, { title: 'Trip', state: 'failed', failure: 'too-many-shifts', continuedBy: handle(7), continues: handle(6), unread: 3, lastMessageAt: 50, preview: 'hi' });
    stores.conversations.put(full);
    expect(stores.conversations.byDialog(peer(1), dialog(1))).toStrictEqual(full);
    const plain = conversation(1, { state: 'closed' });
    stores.conversations.put(plain);
    expect(again().conversations.byId(handle(1))).toStrictEqual(plain);
  });

  it('S1-05 A40: the same dialog id with another person is another conversation', () => {
    const { stores } = open();
    stores.conversations.put(conversation(1));
    stores.conversations.put(conversation(2, { dialogId: dialog(1) }));
    expect(stores.conversations.byDialog(peer(2), dialog(1))?.conversationId).toBe(handle(2));
    expect(stores.conversations.byDialog(peer(3), dialog(1))).toBeUndefined();
    expect(() => stores.conversations.put(conversation(3, { peerId: peer(1), dialogId: dialog(1) }))).toThrow(/UNIQUE/);
  });

  it('gives all conversations of one person and nobody else’s', () => {
    const { stores } = open();
    for (const n of [1, 2, 3]) stores.conversations.put(conversation(n, { peerId: peer(n === 3 ? 2 : 1) }));
    expect(stores.conversations.ofPeer(peer(1)).map((row) => row.conversationId).sort()).toEqual([handle(1), handle(2)]);
    expect(stores.conversations.ofPeer(peer(9))).toEqual([]);
  });

  it('knows which another one took in, whatever was put, undone or removed since', () => {
    const { db, stores, again } = open();
    const taken = (): boolean[] => [1, 2, 3].map((n) => stores.conversations.isTakenIn(handle(n)));
    stores.conversations.put(conversation(1, { continuedBy: handle(2) }));
    expect(taken()).toEqual([true, false, false]);
    stores.conversations.put(conversation(3, { continuedBy: handle(2) }));
    stores.conversations.put(conversation(1));
    expect(taken()).toEqual([false, false, true]);
    expect(() => db.transaction(() => {
      stores.conversations.put(conversation(2, { continuedBy: handle(1) }));
      stores.conversations.put(conversation(3));
      expect(taken()).toEqual([false, true, false]);
      throw new Error('undone');
    })).toThrow('undone');
    expect(taken()).toEqual([false, false, true]);
    expect([1, 2, 3].map((n) => again().conversations.isTakenIn(handle(n)))).toEqual([false, false, true]);
  });

  it('lists newest activity first; a conversation without messages counts from its creation', () => {
    const { stores, again } = open();
    stores.conversations.put(conversation(1, { lastMessageAt: 100 }));
    stores.conversations.put(conversation(2, { createdAt: 150 }));
    stores.conversations.put(conversation(3, { lastMessageAt: 200 }));
    expect(again().conversations.list().map((row) => row.conversationId)).toEqual([handle(3), handle(2), handle(1)]);
  });
});

overBothBackings('MessageStore', (open) => {
  it('gives back what was added, by handle and by place in its stream', () => {
    const { stores, again } = open();
    stores.conversations.put(conversation(1));
    const received = message(7, { direction: 'in', kind: 'unsupported', text: '', replyTo: handle(3), receivedAt: 99, state: 'delivered', keyEpoch: 4 });
    const sent = message(8, { movedTo: handle(5), text: 'שלום <b>x</b> \u0000 👩‍👩‍👧' });
    stores.messages.add(received);
    stores.messages.add(sent);
    const fresh = again();
    expect(fresh.messages.byId(handle(7))).toStrictEqual(received);
    expect(fresh.messages.bySequence(handle(1), instance(1), 8)).toStrictEqual(sent);
    expect(fresh.messages.byId(handle(99))).toBeUndefined();
    expect(fresh.messages.bySequence(handle(1), instance(2), 8)).toBeUndefined();
    expect(fresh.messages.bySequence(handle(2), instance(1), 8)).toBeUndefined();
  });

  it('tells which of the newest own messages have not arrived, oldest first, and no received ones', () => {
    const { stores } = open();
    stores.conversations.put(conversation(1));
    for (let n = 1; n <= 6; n += 1) stores.messages.add(message(n, { state: 'queued' }));
    stores.messages.add(message(7, { instanceId: instance(2), direction: 'in', state: 'delivered' }));
    stores.messages.raiseState(handle(1), instance(1), 1, 2, 'delivered');
    stores.messages.raiseState(handle(1), instance(1), 3, 4, 'sent');
    const waiting = (limit: number) => stores.messages.newestUndelivered(handle(1), instance(1), limit).map(({ messageId, state }) => [messageId, state]);
    expect(waiting(10)).toEqual([[handle(3), 'sent'], [handle(4), 'sent'], [handle(5), 'queued'], [handle(6), 'queued']]);
    expect(waiting(3)).toEqual([[handle(4), 'sent'], [handle(5), 'queued'], [handle(6), 'queued']]);
    expect(stores.messages.newestUndelivered(handle(1), instance(2), 10)).toEqual([]);
    stores.messages.raiseState(handle(1), instance(1), 1, 6, 'delivered');
    expect(waiting(10)).toEqual([]);
  });

  it('takes each place of a stream once, and no message without a conversation', () => {
    const { stores } = open();
    stores.conversations.put(conversation(1));
    stores.messages.add(message(1));
    expect(() => stores.messages.add(message(2, { sequence: 1 }))).toThrow(/UNIQUE/);
    expect(() => stores.messages.add(message(1, { sequence: 2 }))).toThrow(/UNIQUE/);
    expect(() => stores.messages.add(message(3, { conversationId: handle(2) }))).toThrow(/NOT NULL/);
    stores.messages.add(message(4, { sequence: 1, instanceId: instance(2) }));
    expect(stores.messages.page(handle(1), undefined, 10)).toHaveLength(2);
  });

  it('pages backwards without gap or repeat, in the order of arrival whatever the clocks said', () => {
    const { stores, again } = open();
    stores.conversations.put(conversation(1));
    stores.conversations.put(conversation(2));
    for (let n = 1; n <= 25; n += 1) {
      stores.messages.add(message(n, { sentAt: 1000 - n }));
      stores.messages.add(message(100 + n, { conversationId: handle(2), sequence: n }));
    }
    const { messages } = again();
    const seen: number[] = [];
    let before: string | undefined;
    for (let page = 0; page < 10; page += 1) {
      const rows = messages.page(handle(1), before, 10);
      if (rows.length === 0) break;
      seen.unshift(...rows.map((row) => row.sequence));
      before = rows[0]?.messageId;
    }
    expect(seen).toEqual(Array.from({ length: 25 }, (_, at) => at + 1));
    expect(messages.page(handle(1), handle(3), 10).map((row) => row.sequence)).toEqual([1, 2]);
  });

  it('gives an empty page before an unknown message, before one of another conversation, and of an unknown conversation', () => {
    const { stores } = open();
    stores.conversations.put(conversation(1));
    stores.conversations.put(conversation(2));
    stores.messages.add(message(1));
    stores.messages.add(message(2, { conversationId: handle(2) }));
    expect(stores.messages.page(handle(1), handle(9), 10)).toEqual([]);
    expect(stores.messages.page(handle(1), handle(2), 10)).toEqual([]);
    expect(stores.messages.page(handle(3), undefined, 10)).toEqual([]);
  });

  it('raises the state of own messages in a range, never lowers it, and tells which changed', () => {
    const { stores, again } = open();
    stores.conversations.put(conversation(1));
    for (let n = 1; n <= 5; n += 1) stores.messages.add(message(n));
    stores.messages.add(message(6, { direction: 'in', instanceId: instance(2), sequence: 3 }));

    expect(stores.messages.raiseState(handle(1), instance(1), 3, 3, 'read')).toStrictEqual([
      { messageId: message(3).messageId, conversationId: handle(1), direction: 'out', state: 'read' },
    ]);
    const raised = stores.messages.raiseState(handle(1), instance(1), 2, 4, 'delivered');
    expect(raised.map((row) => [row.messageId, row.state])).toEqual([2, 4].map((n) => [message(n).messageId, 'delivered']));
    expect(stores.messages.raiseState(handle(1), instance(1), 1, 5, 'queued')).toEqual([]);
    expect(stores.messages.raiseState(handle(1), instance(2), 1, 5, 'read')).toEqual([]);
    expect(again().messages.page(handle(1), undefined, 10).map((row) => row.state)).toEqual([
      'queued', 'delivered', 'read', 'delivered', 'queued', 'queued',
    ]);
  });

  it('S2-10: lists own texts that never arrived and were not sent again, in order; counts what is kept since a time', () => {
    const { stores, again } = open();
    stores.conversations.put(conversation(1));
    stores.conversations.put(conversation(2));
    stores.messages.add(message(1, { state: 'delivered' }));
    stores.messages.add(message(2, { state: 'sent' }));
    stores.messages.add(message(3, { direction: 'in', instanceId: instance(2), state: 'delivered' }));
    stores.messages.add(message(4));
    stores.messages.add(message(5));
    stores.messages.add(message(6, { conversationId: handle(2) }));
    expect(stores.messages.undelivered(handle(1)).map((row) => row.sequence)).toEqual([2, 4, 5]);
    stores.messages.setMoved(handle(4), handle(6));
    const fresh = again();
    expect(fresh.messages.undelivered(handle(1)).map((row) => row.sequence)).toEqual([2, 5]);
    expect(fresh.messages.byId(handle(4))?.movedTo).toBe(handle(6));
    expect([fresh.messages.count(handle(1), 0), fresh.messages.count(handle(1), 10_004), fresh.messages.count(handle(9), 0)]).toEqual([5, 2, 0]);
  });

  it('A38: moves an own message to another place, finds it by its first one, and queues it again', () => {
    const { stores, again } = open();
    stores.conversations.put(conversation(1));
    stores.messages.add(message(1, { state: 'sent' }));
    stores.messages.add(message(2, { direction: 'in', instanceId: instance(2), sequence: 1 }));
    const moved = stores.messages.move(handle(1), { instanceId: instance(1), sequence: 1 }, { instanceId: instance(3), sequence: 1 }, 7);
    const origin = { instanceId: instance(1), sequence: 1 };
    expect(moved).toStrictEqual(message(1, { instanceId: instance(3), keyEpoch: 7, state: 'queued', origin }));
    expect(stores.messages.move(handle(1), { instanceId: instance(2), sequence: 1 }, { instanceId: instance(3), sequence: 2 }, 7)).toBeUndefined();
    expect(stores.messages.move(handle(1), origin, { instanceId: instance(3), sequence: 2 }, 7)).toBeUndefined();
    // Moved once more it keeps its first place.
    stores.messages.move(handle(1), { instanceId: instance(3), sequence: 1 }, { instanceId: instance(4), sequence: 5 }, 1);
    const { messages } = again();
    expect(messages.byOrigin(handle(1), instance(1), 1)).toStrictEqual(message(1, { instanceId: instance(4), sequence: 5, keyEpoch: 1, state: 'queued', origin }));
    expect(messages.byOrigin(handle(1), instance(3), 1)).toBeUndefined();
    expect(messages.byOrigin(handle(2), instance(1), 1)).toBeUndefined();
    expect(messages.page(handle(1), undefined, 10).map((row) => row.messageId)).toEqual([handle(1), handle(2)]);
  });

  it('sets the epoch of one message', () => {
    const { stores, again } = open();
    stores.conversations.put(conversation(1));
    stores.messages.add(message(1));
    stores.messages.add(message(2));
    stores.messages.setKeyEpoch(handle(1), instance(1), 2, 9);
    expect(again().messages.page(handle(1), undefined, 10).map((row) => row.keyEpoch)).toEqual([0, 9]);
  });

  it('marks incoming messages of one conversation read, once', () => {
    const { stores, again } = open();
    stores.conversations.put(conversation(1));
    stores.conversations.put(conversation(2));
    stores.messages.add(message(1));
    for (let n = 2; n <= 4; n += 1) stores.messages.add(message(n, { direction: 'in', instanceId: instance(2), state: 'delivered' }));
    stores.messages.add(message(5, { conversationId: handle(2), direction: 'in', state: 'delivered' }));
    expect(stores.messages.markRead(handle(1))).toBe(3);
    expect(stores.messages.markRead(handle(1))).toBe(0);
    const { messages } = again();
    expect(messages.byId(handle(1))?.state).toBe('queued');
    expect(messages.byId(handle(4))?.state).toBe('read');
    expect(messages.byId(handle(5))?.state).toBe('delivered');
  });

  it('marks what stands no further down than a message read, of each device, and nothing where that message is gone', () => {
    const { stores } = open();
    stores.conversations.put(conversation(1));
    stores.conversations.put(conversation(2));
    // Two devices of the other side, in turns.
    for (let n = 1; n <= 6; n += 1) stores.messages.add(message(n, { direction: 'in', instanceId: instance(2 + (n % 2)), state: 'delivered' }));
    stores.messages.add(message(7, { conversationId: handle(2), direction: 'in', instanceId: instance(2), state: 'delivered' }));
    expect(stores.messages.unreadStreams(handle(1), handle(9))).toEqual([]);
    expect(stores.messages.markRead(handle(1), handle(9))).toBe(0);
    expect([...stores.messages.unreadStreams(handle(1), handle(4))].sort((a, b) => a.sequence - b.sequence)).toEqual([
      { instanceId: instance(3), sequence: 3 },
      { instanceId: instance(2), sequence: 4 },
    ]);
    expect(stores.messages.markRead(handle(1), handle(4))).toBe(4);
    expect(stores.messages.markRead(handle(1), handle(4))).toBe(0);
    expect([1, 2, 3, 4, 5, 6, 7].map((n) => stores.messages.byId(handle(n))?.state)).toEqual(['read', 'read', 'read', 'read', 'delivered', 'delivered', 'delivered']);
    expect(stores.messages.markRead(handle(1))).toBe(2);
  });

  it('of two conversations that are shown as one it marks what stands no further down in either, also of those that came in the same moment', () => {
    const { stores } = open();
    const came = { direction: 'in', state: 'delivered', receivedAt: 5_000 } as const;
    for (const n of [1, 2, 3]) stores.conversations.put(conversation(n));
    // All at one place: shown in the order of the devices they are from.
    for (const n of [1, 2, 3]) stores.messages.add(message(n, { ...came, conversationId: handle(n), instanceId: instance(1 + n) }));
    const parts = [1, 2, 3].map(handle);
    const shown = stores.messages.page(parts, undefined, 10).map(({ messageId }) => messageId);
    expect(shown).toEqual(parts);
    expect(parts.map((part) => stores.messages.unreadStreams(part, handle(2)))).toEqual([[{ instanceId: instance(2), sequence: 1 }], [{ instanceId: instance(3), sequence: 2 }], []]);
    expect(parts.map((part) => stores.messages.markRead(part, handle(2)))).toEqual([1, 1, 0]);
    expect(shown.map((messageId) => stores.messages.byId(messageId)?.state)).toEqual(['read', 'read', 'delivered']);
  });
});

overBothBackings('KeyEventStore', (open) => {
  it('lists the newest, newest last, per conversation', () => {
    const { stores, again } = open();
    stores.conversations.put(conversation(1));
    stores.conversations.put(conversation(2));
    const shift = (to: number): KeyShift => ({ at: 100 - to, who: to % 2 ? 'you' : 'peer', from: to - 1, to, reason: to === 1 ? 'first' : 'hand' });
    for (let to = 1; to <= 5; to += 1) stores.keyEvents.add(handle(1), shift(to));
    stores.keyEvents.add(handle(2), shift(1));
    const { keyEvents } = again();
    expect(keyEvents.list(handle(1), 3)).toStrictEqual([shift(3), shift(4), shift(5)]);
    expect(keyEvents.list(handle(2), 3)).toStrictEqual([shift(1)]);
    // A contact may renew without end.
    for (let to = 6; to <= 1_300; to += 1) keyEvents.add(handle(1), shift(to));
    expect(keyEvents.list(handle(1), 10_000).map((each) => each.to)).toStrictEqual(Array.from({ length: 1_000 }, (_, at) => 301 + at));
    expect(keyEvents.list(handle(2), 3)).toStrictEqual([shift(1)]);
    expect(keyEvents.list(handle(3), 3)).toEqual([]);
    expect(() => stores.keyEvents.add(handle(3), shift(1))).toThrow();
  });
});

overBothBackings('Stores.transaction', (open) => {
  it('spans all stores: what was written before an error is gone in every one', () => {
    const { stores, again } = open();
    stores.conversations.put(conversation(1));
    expect(() =>
      stores.transaction(() => {
        stores.messages.add(message(1));
        stores.local.transaction(() => stores.keyEvents.add(handle(1), { at: 1, who: 'you', from: 0, to: 1, reason: 'first' }));
        throw new Error('stop');
      }),
    ).toThrow('stop');
    const fresh = again();
    expect(fresh.messages.page(handle(1), undefined, 10)).toEqual([]);
    expect(fresh.keyEvents.list(handle(1), 10)).toEqual([]);
  });
});
