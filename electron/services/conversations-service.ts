import { KeyshiftError } from '../../shared/errors';
import type { Handlers } from '../../shared/contract/contract';
import type { Random } from '../engine/ports';
import { contactRow } from './contacts-service';
import { continueConversation } from './continuing';
import { listedConversations } from './conversation-view';
import type { EventHub } from './event-hub';
import type { OpenProfile } from './open-profile';
import type { ContactRow, ConversationRow } from './ports';
import { isPlain, shownIn, shownTogether } from './talk/together';

/** The conversation's own row, wherever it is shown; throws `conversation.unknown`. */
export function ownRow(profile: OpenProfile, conversationId: string): ConversationRow {
  const row = profile.stores.conversations.byId(conversationId);
  if (row === undefined) throw new KeyshiftError('conversation.unknown', 'There is no such conversation.');
  return row;
}

/** The row of the conversation that is shown for this one (talk/together.ts); throws `conversation.unknown`. */
export function conversationRow(profile: OpenProfile, conversationId: string): ConversationRow {
  return shownIn(profile.stores.conversations, ownRow(profile, conversationId));
}

/** Where it is shown, if it is there at all. */
export function shownAt({ stores: { conversations } }: OpenProfile, conversationId: string): string {
  const row = conversations.isTakenIn(conversationId) ? conversations.byId(conversationId) : undefined;
  return row === undefined ? conversationId : shownIn(conversations, row).conversationId;
}

/** What is shown as one with it, which comes first; throws `conversation.unknown`. */
export function conversationRows(profile: OpenProfile, conversationId: string): readonly [ConversationRow, ...ConversationRow[]] {
  return shownTogether(profile.stores.conversations, ownRow(profile, conversationId));
}

function assertReachable(contact: ContactRow): void {
  if (contact.blocked) throw new KeyshiftError('contact.blocked', 'You blocked this person.');
  if (contact.ended !== undefined) throw new KeyshiftError('contact.ended', 'This person will not answer any more.');
}

export function conversationsService(parts: {
  profile: () => OpenProfile;
  events: EventHub;
  random: Random;
}): Pick<Handlers['conversations'], 'open' | 'list' | 'continue' | 'markRead'> {
  return {
    open: ({ contactId, title = '' }) => {
      const profile = parts.profile();
      profile.devices.standing.assertCounts();
      const contact = contactRow(profile, contactId);
      assertReachable(contact);
      const { conversations } = profile.stores;
      const known = title === '' ? conversations.ofPeer(contact.peerId).find((row) => row.state === 'open' && isPlain(row)) : undefined;
      if (known !== undefined) return { conversationId: shownIn(conversations, known).conversationId };
      const { conversationId } = profile.commit(() =>
        profile.history.conversationFor(contact.peerId, profile.engine.open(contact.peerId, { title }), title),
      );
      profile.delivery.flush(contact.peerId);
      return { conversationId };
    },
    list: () => {
      const { stores, talk } = parts.profile();
      return listedConversations(stores, talk.disappearing);
    },
    continue: ({ conversationId }) => {
      const profile = parts.profile();
      const row = ownRow(profile, conversationId);
      profile.devices.standing.assertCounts();
      if (row.state !== 'failed') throw new KeyshiftError('conversation.open', 'This conversation goes on: nothing has to be continued.');
      assertReachable(contactRow(profile, row.contactId));
      const next = profile.commit(() => continueConversation(profile, parts.random, row));
      profile.delivery.flush(row.peerId);
      profile.connections.reach(row.peerId);
      return { conversationId: next.conversationId };
    },
    markRead: ({ conversationId, upTo }) => {
      const profile = parts.profile();
      const rows = conversationRows(profile, conversationId);
      profile.commit(() => {
        for (const row of rows) read(profile, parts.events, row, upTo);
      });
      profile.delivery.flush(rows[0].peerId);
      return null;
    },
  };
}

function read(profile: OpenProfile, events: EventHub, row: ConversationRow, upTo: string | undefined): void {
  const { conversationId } = row;
  const { messages, conversations } = profile.stores;
  const places = messages.unreadStreams(conversationId, upTo);
  const changed = messages.markRead(conversationId, upTo);
  // What was marked by hand is dealt with where anything of it is read, or all of it is called so.
  const wasMarked = row.markedUnread === true && (changed > 0 || upTo === undefined);
  if (changed === 0 && !wasMarked && (upTo !== undefined || row.unread === 0)) return;
  profile.talk.read(row, places);
  conversations.put({ ...row, markedUnread: wasMarked ? undefined : row.markedUnread, unread: upTo === undefined ? 0 : Math.max(0, row.unread - changed) });
  events.emit({ type: 'conversation.changed', conversationId });
}
