import type { AppEvent } from '../../shared/contract/contract';
import { KeyshiftError, type ErrorCode, type ErrorFacts } from '../../shared/errors';
import type { Contact } from '../../shared/model/contact';
import type { Conversation } from '../../shared/model/conversation';
import type { Message } from '../../shared/model/message';
import type { VaultState } from '../../shared/model/vault';
import { idOf } from './ids';
import { makeContact, type World } from './world';

export type FakeTools = ReturnType<typeof createTools>;

/** What the double's answers share: to find, to change and tell, to refuse. */
export function createTools(world: World, emit: (event: AppEvent) => void) {
  let count = 0;
  const refuse = (code: ErrorCode, facts: ErrorFacts = {}): never => {
    throw new KeyshiftError(code, code, facts);
  };
  const contactOf = (contactId: string): Contact => world.contacts.find((one) => one.contactId === contactId) ?? refuse('contact.unknown');
  const conversationOf = (id: string): Conversation => world.conversations.find((one) => one.conversationId === id) ?? refuse('conversation.unknown');
  const change = (contactId: string, by: Partial<Contact>): void => {
    world.contacts = world.contacts.map((one) => (one.contactId === contactId ? { ...one, ...by } : one));
    emit({ type: 'contact.changed', contactId });
  };
  const touch = (conversationId: string, by: Partial<Conversation>): void => {
    const known = { ...conversationOf(conversationId), ...by };
    world.conversations = [known, ...world.conversations.filter((one) => one.conversationId !== conversationId)];
    world.conversations.sort((one, other) => (other.lastMessageAt ?? 0) - (one.lastMessageAt ?? 0));
    emit({ type: 'conversation.changed', conversationId });
  };
  const setVault = (state: VaultState): null => {
    world.vault = state;
    emit({ type: 'vault.changed', state });
    return null;
  };
  const setState = (message: Message, state: Message['state'], waitingFor?: Message['waitingFor']): void => {
    const { conversationId, messageId } = message;
    const awaited = waitingFor === undefined ? {} : { waitingFor };
    world.messages.set(
      conversationId,
      (world.messages.get(conversationId) ?? []).map((one) => {
        if (one.messageId !== messageId) return one;
        const { waitingFor: _done, ...rest } = one;
        return { ...rest, state, ...awaited };
      }),
    );
    emit({ type: 'message.state', conversationId, messageId, state, ...awaited });
  };
  const addContact = (name: string, by: Partial<Contact>): { contactId: string } => {
    const contact = makeContact(name, by);
    world.contacts = [...world.contacts, contact];
    emit({ type: 'contact.changed', contactId: contact.contactId });
    return { contactId: contact.contactId };
  };
  /** The next of a row of names. */
  const nextId = (name: string): string => {
    count += 1;
    return idOf(`${name} ${count}`);
  };
  return { refuse, idOf, emit, contactOf, conversationOf, change, touch, setVault, setState, addContact, nextId };
}
