import type { Message } from '../../shared/model/message';
import { idOf, ownInstance } from './ids';
import type { World } from './world';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const talkWithBo = idOf('talk with Bo');

/** A name and a title as long as they may be, in a language that makes long words. */
export const longName = 'Donaudampfschifffahrtsgesellschaftskapitän Maximilian von Hohen';
const longTitle = 'Vertragsverlängerung und Nebenkostenabrechnung der Werkstattgemeinschaft am Hafen, zweite Fassung';

/** What can be done with words, and what the list of conversations can hold. Bo is the first contact. */
export function talkScenes(busy: (now: number) => World): Readonly<Record<string, (now: number) => World>> {
  /** Edited, taken back, answered with emojis, about to disappear, with links and moments. */
  const words = (now: number): World => {
    const world = busy(now);
    world.settings = { ...world.settings, readReceipts: true, typing: true };
    const list = world.messages.get(talkWithBo) ?? [];
    const changes: Readonly<Record<number, Partial<Message>>> = {
      1: { reactions: [{ by: 'them', emoji: '🎉' }, { by: 'me', emoji: '🎉' }, { by: 'them', emoji: '❤️' }] },
      3: { kind: 'deleted', text: '' },
      4: { kind: 'deleted', text: '' },
      5: { sentAt: now - 2 * day },
      6: { editedAt: now - 3.2 * hour, reactions: [{ by: 'them', emoji: '😂' }] },
      8: { text: 'The joiner’s guide has a page on it: https://wood.example/rails/oak-or-ash?page=12#grain, and bücher.example/holz has another. Shall we talk at 18:30 UTC?' },
      9: { disappearsAt: now + 6 * day, reactions: [{ by: 'them', emoji: '👍' }] },
      10: { disappearsAt: now + 7 * day },
      11: { disappearsAt: now + 7 * day, state: 'read' },
    };
    world.messages.set(talkWithBo, list.map((message, index): Message => ({ ...message, ...changes[index] })));
    world.conversations = world.conversations.map((one) => (one.conversationId === talkWithBo ? { ...one, disappearAfter: 7 * 86_400 } : one));
    return world;
  };
  return {
    words,
    /** A link of letters that imitate others, with a name before the host. */
    'strange-link': (now) => {
      const world = words(now);
      const list = world.messages.get(talkWithBo) ?? [];
      world.messages.set(talkWithBo, list.map((message, index): Message => (index === 10 ? { ...message, text: 'Sign in at http://bank.example@xn--pypal-4ve.example/login' } : message)));
      return world;
    },
    /** Pinned, muted, put away, a draft, many unread, one marked as unread, the longest names, somebody who asks. */
    order: (now) => {
      const world = busy(now);
      const [first, ...others] = world.contacts;
      if (first === undefined) throw new Error('nobody there');
      const [bo, noor, carla] = world.conversations;
      if (bo === undefined || noor === undefined || carla === undefined) throw new Error('no conversations');
      const long = { ...first, contactId: idOf(longName), peerId: idOf('long').replaceAll(/[0189]/g, 'q').padEnd(52, 'k'), name: longName, who: 'unchecked' as const, checked: false };
      world.contacts = [first, ...others, long];
      world.conversations = [
        { ...bo, pinned: true, draft: { text: 'Bring the long clamp, the one with the green' } },
        { ...noor, mutedUntil: now + 8 * hour, unread: 128 },
        { ...carla, unread: 3 },
        { ...bo, conversationId: idOf('long talk'), contactId: long.contactId, title: longTitle, preview: 'Selbstverständlich, ich bringe die Unterlagen morgen früh mit.', lastMessageAt: now - 3 * day },
        { ...bo, conversationId: idOf('second talk'), title: 'Garden shed', preview: 'Measured twice.', markedUnread: true, lastMessageAt: now - 9 * day },
        { ...carla, conversationId: idOf('away'), title: 'Old report', archived: true, lastMessageAt: now - 90 * day, unread: 1 },
        { ...bo, conversationId: idOf('away too'), title: 'Bicycle', archived: true, lastMessageAt: now - 300 * day },
      ];
      world.messages.set(idOf('long talk'), [
        { messageId: idOf('long 0'), conversationId: idOf('long talk'), direction: 'in', instanceId: idOf('their device'), sequence: 1, kind: 'text', text: 'Selbstverständlich, ich bringe die Unterlagen morgen früh mit.', sentAt: now - 3 * day, receivedAt: now - 3 * day, state: 'delivered', keyEpoch: 1, reactions: [{ by: 'me', emoji: '🙏' }] },
        { messageId: idOf('long 1'), conversationId: idOf('long talk'), direction: 'out', instanceId: ownInstance, sequence: 1, kind: 'text', text: 'Danke.', sentAt: now - 3 * day + minute, state: 'delivered', keyEpoch: 1, replyTo: idOf('long 0') },
      ]);
      world.requests = [
        { requestId: idOf('request'), peerId: idOf('x').replaceAll(/[0189]/g, 'q').padEnd(52, 'k').slice(0, 52), name: 'Wren Abbott', via: 'card' },
        { requestId: idOf('request 2'), peerId: idOf('y').replaceAll(/[0189]/g, 'q').padEnd(52, 'm').slice(0, 52), name: longName, via: 'lan' },
      ];
      return world;
    },
    /** A thousand conversations, whose people are numbered as they stand in the list. */
    thousand: (now) => {
      const world = busy(now);
      const [someone] = world.contacts;
      const [talk] = world.conversations;
      if (someone === undefined || talk === undefined) throw new Error('nobody there');
      const numbers = Array.from({ length: 1_000 }, (_, at) => at);
      world.contacts = numbers.map((at) => ({ ...someone, contactId: idOf(`person ${at}`), peerId: idOf(`peer ${at}`).replaceAll(/[0189]/g, 'q').padEnd(52, 'k'), name: `Person ${at + 1}` }));
      world.conversations = numbers.map((at) => ({ ...talk, conversationId: idOf(`talk ${at}`), contactId: idOf(`person ${at}`), preview: `word ${at}`, unread: 0, lastMessageAt: now - at * minute }));
      return world;
    },
    /** Bo is called something else here and may do little; several profiles, and a mailbox that takes answers. */
    renamed: (now) => {
      const world = busy(now);
      world.contacts = world.contacts.map((one, index) => (index === 0 ? { ...one, name: 'Bo Lind (workshop)', ownName: 'Bo Lindqvist', permissions: { message: true, openConversation: false, sendFile: true } } : one));
      world.devices.mailbox = { ...world.devices.mailbox, state: 'connected', url: 'tls://mail.example.org:4222', expiresAt: now + 200 * day, slotsLeft: 40, taken: 12 };
      return world;
    },
  };
}
