import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ContactDevice } from '../../../shared/model/contact';
import type { ContactKey, KeyTrouble } from '../../../shared/model/identity';
import type { Life } from '../../app/life';
import { createNewest } from '../../app/newest';
import type { Client } from '../../bridge/client';

/** The identity keys of contacts: those that were believed, and those that nothing vouches for. */
export interface PeopleState {
  /** By contact, newest first. */
  readonly histories: Readonly<Record<string, readonly ContactKey[]>>;
  readonly troubles: Readonly<Record<string, KeyTrouble>>;
  /** By contact, those in use first. */
  readonly devices: Readonly<Record<string, readonly ContactDevice[]>>;
  /** Contacts whose history could not be asked for: the conversation goes on without it. */
  readonly unread: ReadonlySet<string>;
  readonly loadHistory: (contactId: string) => Promise<void>;
  readonly loadTrouble: (contactId: string) => Promise<void>;
  readonly loadDevices: (contactId: string) => Promise<void>;
}

export function createPeopleStore(client: Client, life: Life): StoreApi<PeopleState> {
  const [askHistory, askTrouble, askDevices] = [createNewest(), createNewest(), createNewest()];
  return createStore<PeopleState>()((set) => ({
    histories: {},
    troubles: {},
    devices: {},
    unread: new Set(),
    loadHistory: async (contactId) => {
      const alive = life.begin();
      const isNewest = askHistory(contactId);
      try {
        const keys = await client.contacts.keyHistory({ contactId });
        if (!alive() || !isNewest()) return;
        set((state) => ({ histories: { ...state.histories, [contactId]: keys }, unread: without(state.unread, contactId) }));
      } catch {
        if (alive() && isNewest()) set((state) => ({ unread: new Set([...state.unread, contactId]) }));
      }
    },
    loadTrouble: async (contactId) => {
      const alive = life.begin();
      const isNewest = askTrouble(contactId);
      const trouble = await client.contacts.keyTrouble({ contactId });
      if (alive() && isNewest()) set((state) => ({ troubles: { ...state.troubles, [contactId]: trouble } }));
    },
    loadDevices: async (contactId) => {
      const alive = life.begin();
      const isNewest = askDevices(contactId);
      const devices = await client.contacts.devices({ contactId });
      if (alive() && isNewest()) set((state) => ({ devices: { ...state.devices, [contactId]: devices } }));
    },
  }));
}

function without(all: ReadonlySet<string>, one: string): ReadonlySet<string> {
  return all.has(one) ? new Set([...all].filter((each) => each !== one)) : all;
}
