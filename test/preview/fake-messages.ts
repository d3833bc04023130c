import type { AppEvent, Handlers } from '../../shared/contract/contract';
import type { ErrorCode } from '../../shared/errors';
import type { Message } from '../../shared/model/message';
import type { World } from './fake-world';

type Calls = Pick<Handlers['messages'], 'edit' | 'delete' | 'react' | 'typing'>;

/** What is done to messages that are there. */
export function messageChanges(world: World, { refuse, emit }: { refuse: (code: ErrorCode) => never; emit: (event: AppEvent) => void }): Calls {
  const find = (messageId: string): Message => [...world.messages.values()].flat().find((one) => one.messageId === messageId) ?? refuse('message.unknown');
  const put = (message: Message): null => {
    const { conversationId, messageId } = message;
    world.messages.set(conversationId, (world.messages.get(conversationId) ?? []).map((one) => (one.messageId === messageId ? message : one)));
    emit({ type: 'message.changed', conversationId, message });
    return null;
  };
  const own = (messageId: string): Message => {
    const message = find(messageId);
    return message.direction === 'out' ? message : refuse('message.not-own');
  };
  return {
    edit: ({ messageId, text }) => {
      const message = own(messageId);
      if (text.trim() === '') refuse('message.empty');
      return put({ ...message, text, editedAt: world.now() });
    },
    delete: ({ messageId, forBoth }) => {
      if (forBoth === true) {
        const { reactions: _gone, file: _neither, ...message } = own(messageId);
        return put({ ...message, kind: 'deleted', text: '' });
      }
      const { conversationId } = find(messageId);
      world.messages.set(conversationId, (world.messages.get(conversationId) ?? []).filter((one) => one.messageId !== messageId));
      emit({ type: 'messages.removed', conversationId, messageIds: [messageId] });
      return null;
    },
    react: ({ messageId, emoji, remove }) => {
      const { reactions = [], ...message } = find(messageId);
      const others = reactions.filter((one) => one.by !== 'me' || one.emoji !== emoji);
      const next = remove === true ? others : [...others, { by: 'me' as const, emoji }];
      return put(next.length === 0 ? message : { ...message, reactions: next });
    },
    typing: () => null,
  };
}
