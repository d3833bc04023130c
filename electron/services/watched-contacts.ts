import type { PeerId } from '../engine/ids';
import type { ContactRow, ContactStore } from './ports';

/** The contact store, telling of every change of what somebody may do here, inside the transaction that makes it. */
export function watchRights(store: ContactStore, onChange: (peerId: PeerId) => void): ContactStore {
  return {
    ...store,
    put(row) {
      const before = store.byId(row.contactId);
      store.put(row);
      if (before !== undefined && rightsOf(before) !== rightsOf(row)) onChange(row.peerId);
    },
    remove(contactId) {
      const before = store.byId(contactId);
      store.remove(contactId);
      if (before !== undefined) onChange(before.peerId);
    },
  };
}

function rightsOf({ peerId, blocked, permissions }: ContactRow): string {
  const { message, openConversation, sendFile } = permissions;
  return JSON.stringify([peerId, blocked, message, openConversation, sendFile]);
}
