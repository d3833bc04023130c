import type { StoreApi } from 'zustand/vanilla';
import type { Client } from '../bridge/client';
import type { ContactsState } from '../features/contacts/contacts-store';
import type { ConversationsState } from '../features/conversations/conversations-store';
import type { Life } from './life';

export interface FirstListsParts {
  readonly client: Client;
  readonly life: Life;
  readonly contacts: StoreApi<ContactsState>;
  readonly conversations: StoreApi<ConversationsState>;
}

/**
 * What the window of an open vault lists, asked for at the start of the page together with whether it is open: where a keyring opened it, all of it is answered in one turn, and
 * drawn once instead of once empty and once for each answer. The returned function puts it into the stores, to be called before anything of the open vault is drawn. Where something was told meanwhile
 * they are shown and asked for once more. It never rejects: where the vault is not open, or something fails, they stay as they are, and are asked for when it is.
 */
export function askFirstLists({ client, life, contacts, conversations }: FirstListsParts): () => Promise<void> {
  const alive = life.begin();
  // What is told before the vault is known to be open goes unheard (`routeEvent`): a list may be older than it.
  let isTold = false;
  const stop = client.on(({ type }) => (isTold ||= type !== 'vault.changed' && type !== 'settings.changed'));
  const asked = Promise.all([client.contacts.list(), client.contacts.requests(), client.conversations.list()]);
  asked.catch(stop);
  return async () => {
    const lists = await asked.catch(() => undefined);
    stop();
    if (lists === undefined || !alive() || contacts.getState().loaded || conversations.getState().loaded) return;
    const [people, requests, listed] = lists;
    contacts.setState({ contacts: people, requests, loaded: !isTold });
    conversations.setState({ conversations: listed, loaded: !isTold });
  };
}
