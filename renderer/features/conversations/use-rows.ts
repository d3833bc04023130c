import { useMemo } from 'react';
import { useContacts, useConversations, useUi } from '../../app/model-context';
import { listRows, listSections, type Row, type Section } from './rows';

export function useRows(): readonly Row[] {
  const contacts = useContacts((state) => state.contacts);
  const conversations = useConversations((state) => state.conversations);
  return useMemo(() => listRows(contacts, conversations), [contacts, conversations]);
}

/** What the list shows now, by section. */
export function useSections(): readonly Section[] {
  const rows = useRows();
  const view = useUi((state) => state.listView);
  const selected = useUi((state) => state.selection?.conversationId ?? state.selection?.contactId);
  return useMemo(() => listSections(rows, view, view.unreadOnly ? selected : undefined), [rows, view, selected]);
}

/** The same lines one after the other, as the keyboard goes through them. */
export function useShownRows(): readonly Row[] {
  const sections = useSections();
  return useMemo(() => sections.flatMap((section) => section.rows), [sections]);
}
