import { useEffect, type ReactNode } from 'react';
import { MailOpen, Radar, UserPlus } from 'lucide-react';
import { useBackupTold } from '../features/backup/use-backup-told';
import { useEditLost } from '../features/conversation/use-edit-lost';
import { useExportTold } from '../features/export/use-export-told';
import { useRemovedTold } from '../features/profiles/use-removed-told';
import { findContact } from '../features/contacts/contacts-store';
import { ConversationList } from '../features/conversations/conversation-list';
import { findConversation } from '../features/conversations/conversations-store';
import { ConversationView } from '../features/conversation/conversation-view';
import { useDesktop } from '../features/desktop/use-desktop';
import { DetailsPane } from '../features/details/details-pane';
import { useText } from '../i18n/use-text';
import { Button } from '../ui/button';
import { EmptyState } from '../ui/empty-state';
import { Bars } from './bars';
import { Dialogs } from './dialogs';
import { beginFocus, fallBack, keepFocus } from './keep-focus';
import { useContacts, useConversations, useUi } from './model-context';
import { focusBack, focusStart, isListShown } from './panes';
import { useKeyLabel } from './use-shortcut-keys';
import { useArrivals } from './use-arrivals';
import { useShortcuts } from './use-shortcuts';

/** Three panes: who there is, what was said, and on demand what is known. */
export function MainWindow(): ReactNode {
  useShortcuts();
  useArrivals();
  useDesktop();
  useBackupTold();
  useExportTold();
  useEditLost();
  useRemovedTold();
  const selection = useUi((state) => state.selection);
  const detailsOpen = useUi((state) => state.detailsOpen);
  const front = useUi((state) => state.front);
  const contact = useContacts((state) => findContact(state, selection?.contactId));
  const conversation = useConversations((state) => findConversation(state, selection?.conversationId));
  const nobodyYet = useContacts((state) => state.loaded && state.contacts.length === 0);
  const hasRequests = useContacts((state) => state.requests.length > 0);
  const loaded = useContacts((state) => state.loaded);
  // The field of the passphrase went with its screen, and the first steps go when somebody comes: nobody must begin at nothing.
  useEffect(() => (loaded ? beginFocus(focusStart) : undefined), [loaded, nobodyYet]);
  // The person went with their details, where the focus was.
  const isNobodyChosen = contact === undefined;
  useEffect(() => (loaded && isNobodyChosen ? fallBack(focusStart) : undefined), [loaded, isNobodyChosen]);
  // In a narrow window the list goes with the line that was pressed. A conversation that is opened takes the focus by itself, one that was only behind the list does not.
  useEffect(() => (front === 'conversation' && !isListShown() ? keepFocus(focusBack, 10) : undefined), [front]);

  return (
    <>
      <Bars />
      <div className={`panes${detailsOpen && contact !== undefined ? ' with-details' : ''}`} data-front={nobodyYet && !hasRequests ? 'conversation' : front}>
        {/* With a request the list stands in front of a narrow window: then it has every way to others by itself. */}
        <ConversationList nobodyYet={nobodyYet && !hasRequests} />
        {contact === undefined ? <NothingChosen nobodyYet={nobodyYet} /> : <ConversationView contact={contact} conversation={conversation} />}
        {contact !== undefined && detailsOpen ? <DetailsPane contact={contact} conversationId={conversation?.conversationId} /> : null}
        <Dialogs />
      </div>
    </>
  );
}

function NothingChosen({ nobodyYet }: { readonly nobodyYet: boolean }): ReactNode {
  const text = useText();
  const keyLabel = useKeyLabel();
  const openDialog = useUi((state) => state.openDialog);
  if (!nobodyYet) {
    return (
      <main className="pane conversation-pane" data-pane="conversation">
        <EmptyState title={text('empty.choose.title')}>{text('empty.choose.text', { keys: keyLabel('switcher') ?? 'none' })}</EmptyState>
      </main>
    );
  }
  return (
    <main className="pane conversation-pane" data-pane="conversation">
      <EmptyState
        title={text('empty.title')}
        actions={
          <>
            <Button kind="main" icon={<UserPlus aria-hidden="true" />} onPress={() => openDialog('invite')}>
              {text('list.invite')}
            </Button>
            <Button icon={<Radar aria-hidden="true" />} onPress={() => openDialog('nearby')}>
              {text('nearby.find')}
            </Button>
            <Button icon={<MailOpen aria-hidden="true" />} onPress={() => openDialog('accept')}>
              {text('list.accept')}
            </Button>
          </>
        }
      >
        {text('empty.text')}
      </EmptyState>
    </main>
  );
}
