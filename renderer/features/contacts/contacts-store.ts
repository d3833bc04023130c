import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Contact, ContactRequest } from '../../../shared/model/contact';
import { coalesce } from '../../app/coalesce';
import type { Life } from '../../app/life';
import type { Client } from '../../bridge/client';

export interface ContactsState {
  readonly loaded: boolean;
  readonly contacts: readonly Contact[];
  readonly requests: readonly ContactRequest[];
  readonly load: () => Promise<void>;
  readonly requested: (request: ContactRequest) => void;
  readonly answer: (requestId: string, accept: boolean) => Promise<void>;
  readonly setChecked: (contactId: string, checked: boolean) => Promise<void>;
  readonly setBlocked: (contactId: string, blocked: boolean) => Promise<void>;
}

export function createContactsStore(client: Client, life: Life): StoreApi<ContactsState> {
  return createStore<ContactsState>()((set, get) => ({
    loaded: false,
    contacts: [],
    requests: [],
    load: coalesce(async () => {
      const alive = life.begin();
      const [contacts, requests] = await Promise.all([client.contacts.list(), client.contacts.requests()]);
      if (alive()) set({ contacts, requests, loaded: true });
    }),
    requested: (request) =>
      set((state) => ({ requests: [...state.requests.filter((known) => known.requestId !== request.requestId), request] })),
    answer: async (requestId, accept) => {
      const alive = life.begin();
      await client.contacts.answerRequest({ requestId, accept });
      if (!alive()) return;
      set((state) => ({ requests: state.requests.filter((request) => request.requestId !== requestId) }));
      await get().load();
    },
    setChecked: async (contactId, checked) => {
      await client.contacts.setChecked({ contactId, checked });
      await get().load();
    },
    setBlocked: async (contactId, blocked) => {
      await client.contacts.block({ contactId, blocked });
      await get().load();
    },
  }));
}

export function findContact(state: ContactsState, contactId: string | undefined): Contact | undefined {
  return contactId === undefined ? undefined : state.contacts.find((contact) => contact.contactId === contactId);
}
