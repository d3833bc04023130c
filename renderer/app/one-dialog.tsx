import type { ReactNode } from 'react';
import { AcceptDialog } from '../features/contacts/accept-dialog';
import { ImportDialog } from '../features/contacts/import-dialog';
import { InviteDialog } from '../features/contacts/invite-dialog';
import { DeleteMessagesDialog } from '../features/conversation/delete-messages-dialog';
import { ForwardDialog } from '../features/conversation/forward-dialog';
import { MessageDialog } from '../features/conversation/message-dialog';
import { OpenLinkDialog } from '../features/conversation/open-link-dialog';
import { RemoveConversationDialog } from '../features/conversations/remove-conversation-dialog';
import { RenameConversationDialog } from '../features/conversations/rename-conversation-dialog';
import { NewConversationDialog } from '../features/conversations/new-conversation-dialog';
import { SwitcherDialog } from '../features/conversations/switcher-dialog';
import { LinkDialog } from '../features/devices/link-dialog';
import { ArchiveDialog } from '../features/export/archive-dialog';
import { ExportDialog } from '../features/export/export-dialog';
import { Lightbox } from '../features/files/lightbox';
import { NearbyDialog } from '../features/nearby/nearby-dialog';
import { PairDialog } from '../features/keys/pair-dialog';
import { RulesDialog } from '../features/keys/rules-dialog';
import { SearchDialog } from '../features/search/search-dialog';
import { SettingsDialog } from '../features/settings/settings-dialog';
import { VerifyDialog } from '../features/verify/verify-dialog';
import { ShortcutSheet } from './shortcut-sheet';
import { useUi } from './model-context';

/** The dialogs there are. */
export function OneDialog(): ReactNode {
  const dialog = useUi((state) => state.dialog);
  const offered = useUi((state) => state.offeredLink);
  switch (dialog) {
    case undefined:
      return null;
    case 'invite':
      return <InviteDialog />;
    case 'accept':
      return <AcceptDialog key={offered} />;
    case 'import':
      return <ImportDialog />;
    case 'new':
      return <NewConversationDialog />;
    case 'switcher':
      return <SwitcherDialog />;
    case 'settings':
      return <SettingsDialog />;
    case 'shortcuts':
      return <ShortcutSheet />;
    case 'rules':
      return <RulesDialog />;
    case 'pair':
      return <PairDialog />;
    case 'nearby':
      return <NearbyDialog />;
    case 'picture':
      return <Lightbox />;
    case 'message':
      return <MessageDialog />;
    case 'forward':
      return <ForwardDialog />;
    case 'delete-messages':
      return <DeleteMessagesDialog />;
    case 'search':
      return <SearchDialog here={false} />;
    case 'find':
      return <SearchDialog here />;
    case 'export':
      return <ExportDialog />;
    case 'archive':
      return <ArchiveDialog />;
    case 'verify':
      return <VerifyDialog />;
    case 'rename-conversation':
      return <RenameConversationDialog />;
    case 'remove-conversation':
      return <RemoveConversationDialog />;
    case 'open-link':
      return <OpenLinkDialog />;
    case 'link':
      return <LinkDialog />;
    default:
      return dialog satisfies never;
  }
}
