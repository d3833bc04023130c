import type { Stores } from '../ports';
import { blockChanged } from './kinds/block';
import { checkChanged } from './kinds/check';
import { conversationChanged } from './kinds/conversation';
import type { KindParts } from './kinds/kind-parts';
import { personChanged } from './kinds/person';
import { dialogKey } from './kinds/values';
import type { Replica } from './replica';

const nothing = new Uint8Array(0);

/**
 * The stores of an open profile, saying in the common log what changes in them, in the transaction that changes it. With one device they do
 * what they did.
 */
export function shareStores(stores: Stores, replica: () => Replica, parts: Pick<KindParts, 'random' | 'local'>): Stores {
  const { contacts, conversations } = stores;
  return {
    ...stores,
    contacts: {
      ...contacts,
      put(row) {
        if (!replica().isOn) return contacts.put(row);
        const before = contacts.byId(row.contactId);
        contacts.put(row);
        const { peerId } = row;
        if (personChanged(before, row)) replica().say('person', peerId, nothing);
        const block = blockChanged({ ...parts, stores }, row);
        if (block) replica().say('block', peerId, block);
        const check = checkChanged(before, row);
        if (check) replica().say('check', peerId, check);
      },
    },
    conversations: {
      ...conversations,
      put(row) {
        if (!replica().isOn) return conversations.put(row);
        const before = conversations.byId(row.conversationId);
        conversations.put(row);
        if (conversationChanged(before, row)) replica().say('conversation', dialogKey(row), nothing);
      },
    },
  };
}
