import { useMemo } from 'react';
import { useContacts, useConversations } from '../../app/model-context';
import { listRows, type Row } from './rows';

export function useRows(): readonly Row[] {
  const contacts = useContacts((state) => state.contacts);
  const conversations = useConversations((state) => state.conversations);
  return useMemo(() => listRows(contacts, conversations), [contacts, conversations]);
}
