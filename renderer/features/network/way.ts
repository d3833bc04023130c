import type { Contact } from '../../../shared/model/contact';
import type { NetworkStatus } from '../../../shared/model/network';
import { useNetwork } from '../../app/model-context';
import type { Way } from '../../ui/icons';

/** How a message would reach this person now: as the contact says it, through Tor where that is how they are connected, and not at all once the contact has ended. */
export function wayOf(contact: Contact, status: NetworkStatus | undefined): Way {
  if (contact.ended !== undefined) return 'ended';
  if (contact.reach !== 'direct' && contact.reach !== 'lan') return contact.reach;
  return status?.sessions.find((session) => session.contactId === contact.contactId)?.via ?? contact.reach;
}

export function useWay(contact: Contact): Way {
  return useNetwork((state) => wayOf(contact, state.status));
}

/** Connected now, whichever way. */
export function isConnected(way: Way): boolean {
  return way === 'direct' || way === 'lan' || way === 'onion';
}
