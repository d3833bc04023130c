import { KeyshiftError } from '../../shared/errors';
import type { Handlers } from '../../shared/contract/contract';
import { inOneForm, isEmoji } from '../../shared/model/emoji';
import { conversationRow, ownRow } from './conversations-service';
import type { OpenProfile } from './open-profile';
import type { ConversationRow, MessageRow } from './ports';
import { type Change, mostWords } from './talk/message-changes';
import { assertLength, assertOpen } from './writable';

/** Emojis of one's own on one message. */
const mostReactions = 12;

export function messageChangesService(parts: { profile: () => OpenProfile }): Pick<Handlers['messages'], 'edit' | 'delete' | 'react' | 'typing'> {
  return {
    edit: ({ messageId, text }) => say(parts.profile(), messageId, (row, profile) => {
      assertOwn(row);
      if (row.kind !== 'text') throw new KeyshiftError('message.not-text', 'Only a text can be changed.');
      if (text.trim() === '') throw new KeyshiftError('message.empty', 'There is nothing to send.');
      assertLength(text);
      // Nothing of it is being typed any more.
      profile.stores.edits.remove(messageId);
      return text === row.text ? [] : [{ kind: 'edit', target: row, revision: (row.revision ?? 0) + 1, text }];
    }),
    delete: ({ messageId, forBoth }) => {
      const profile = parts.profile();
      if (forBoth !== true) return eraseHere(profile, messageId);
      return say(profile, messageId, (row) => {
        assertOwn(row);
        return row.kind === 'deleted' ? [] : [{ kind: 'delete', target: row }];
      });
    },
    react: ({ messageId, emoji, remove = false }) => say(parts.profile(), messageId, (row, profile) => {
      if (row.kind !== 'text' && row.kind !== 'file') throw new KeyshiftError('message.not-text', 'Nothing can be put to this message.');
      const wanted = inOneForm(emoji);
      if (!isEmoji(wanted)) throw new KeyshiftError('reaction.malformed', 'That is not one emoji.');
      const own = profile.stores.reactions.words(messageId).filter(({ by }) => by === 'me');
      const same = own.filter((word) => inOneForm(word.emoji) === wanted);
      const put = same.filter(({ removed }) => !removed);
      // Both forms of one may stand there, which is shown once: it is taken back once as well.
      if (remove) return put.map((word) => ({ kind: 'reaction', target: row, revision: word.revision + 1, emoji: word.emoji, remove }));
      if (put.length > 0) return [];
      // Another word about the form that was said before goes on from there.
      const before = same.find((word) => word.emoji === wanted) ?? same[0];
      // Also those taken back count: the other side keeps no more words about one message.
      const isFull = own.filter(({ removed }) => !removed).length >= mostReactions || (before === undefined && own.length >= mostWords);
      if (isFull) throw new KeyshiftError('reaction.too-many', 'There are enough on this message.', { limit: mostReactions });
      return [{ kind: 'reaction', target: row, revision: (before?.revision ?? 0) + 1, emoji: before?.emoji ?? wanted, remove }];
    }),
    typing: ({ conversationId, typing }) => {
      const profile = parts.profile();
      profile.talk.typing.say(conversationRow(profile, conversationId), typing);
      return null;
    },
  };
}

function messageRow(profile: OpenProfile, messageId: string): { row: MessageRow; conversation: ConversationRow } {
  const row = profile.stores.messages.byId(messageId);
  if (row === undefined) throw new KeyshiftError('message.unknown', 'There is no such message.');
  return { row, conversation: ownRow(profile, row.conversationId) };
}

/** Gives each a place in the stream and does it here, in one transaction; none: nothing is to be said. */
function say(profile: OpenProfile, messageId: string, changes: (row: MessageRow, profile: OpenProfile) => readonly Change[]): Promise<null> {
  return profile.sends.run((touch) => {
    const { row, conversation } = messageRow(profile, messageId);
    assertOpen(profile, conversation);
    const contents = changes(row, profile);
    const target = { instanceId: row.instanceId, sequence: row.sequence };
    for (const content of contents) {
      const told = { ...content, target };
      profile.talk.changes.own(conversation, row, told, profile.engine.send(conversation, told));
    }
    if (contents.length > 0) touch(conversation.peerId);
    return null;
  });
}

/** Needs nobody: not the other side, nor that this device counts. */
function eraseHere(profile: OpenProfile, messageId: string): null {
  const { row } = messageRow(profile, messageId);
  profile.commit(() => profile.talk.changes.erase([row], 'erased'));
  return null;
}

function assertOwn({ direction }: MessageRow): void {
  if (direction !== 'out') throw new KeyshiftError('message.not-own', 'Only what you wrote yourself can be changed.');
}
