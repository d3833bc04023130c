import type { Handlers } from '../../shared/contract/contract';
import type { ErrorCode } from '../../shared/errors';
import type { Contact } from '../../shared/model/contact';
import type { Conversation } from '../../shared/model/conversation';
import type { World } from './fake-world';

interface Tools {
  readonly refuse: (code: ErrorCode) => never;
  readonly contactOf: (contactId: string) => Contact;
  readonly change: (contactId: string, by: Partial<Contact>) => void;
  readonly touch: (conversationId: string, by: Partial<Conversation>) => void;
}

/** What a person does to the people and conversations in the list. */
export function contactChanges(world: World, { refuse, contactOf, change }: Tools): Pick<Handlers['contacts'], 'rename' | 'setPermissions' | 'remove' | 'saveInvitationPicture'> {
  return {
    rename: ({ contactId, name }) => {
      const contact = contactOf(contactId);
      const ownName = contact.ownName ?? contact.name;
      change(contactId, name === '' ? { name: ownName, ownName: undefined } : { name, ownName });
      return null;
    },
    setPermissions: ({ contactId, permissions }) => {
      const now = contactOf(contactId).permissions;
      change(contactId, {
        permissions: { message: permissions.message ?? now.message, openConversation: permissions.openConversation ?? now.openConversation, sendFile: permissions.sendFile ?? now.sendFile },
      });
      return null;
    },
    remove: ({ contactId }) => {
      contactOf(contactId);
      world.conversations = world.conversations.filter((one) => one.contactId !== contactId);
      world.contacts = world.contacts.filter((one) => one.contactId !== contactId);
      return null;
    },
    saveInvitationPicture: () => ({ path: world.identity.chosenFile ?? refuse('path.required') }),
  };
}

export function conversationChanges(world: World, { touch }: Tools): Pick<Handlers['conversations'], 'update' | 'remove'> {
  return {
    update: ({ conversationId, title, pinned, archived, mutedUntil, disappearAfter, draft }) => {
      touch(conversationId, {
        ...(title !== undefined && { title }),
        ...(pinned !== undefined && { pinned }),
        ...(archived !== undefined && { archived }),
        ...(mutedUntil !== undefined && { mutedUntil }),
        ...(disappearAfter !== undefined && { disappearAfter }),
        ...(draft !== undefined && { draft: draft ?? undefined }),
      });
      return null;
    },
    remove: ({ conversationId }) => {
      world.conversations = world.conversations.filter((one) => one.conversationId !== conversationId);
      world.messages.delete(conversationId);
      return null;
    },
  };
}
