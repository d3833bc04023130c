import { createContext, useContext } from 'react';
import { useStore, type StoreApi } from 'zustand';
import type { BackupState } from '../features/backup/backup-store';
import type { ContactsState } from '../features/contacts/contacts-store';
import type { PeopleState } from '../features/contacts/people-store';
import type { DraftsState } from '../features/conversation/drafts-store';
import type { TalkState } from '../features/conversation/talk-store';
import type { MessagesState } from '../features/conversation/messages-store';
import type { ConversationsState } from '../features/conversations/conversations-store';
import type { DevicesState } from '../features/devices/devices-store';
import type { ExportState } from '../features/export/export-store';
import type { FilesState } from '../features/files/files-store';
import type { KeysState } from '../features/keys/keys-store';
import type { MailboxState } from '../features/mailbox/mailbox-store';
import type { NearbyState } from '../features/nearby/nearby-store';
import type { NetworkState } from '../features/network/network-store';
import type { AuthoritiesState } from '../features/organisations/authorities-store';
import type { SearchState } from '../features/search/search-store';
import type { IdentityState } from '../features/settings/identity-store';
import type { NetworkDraftsState } from '../features/settings/network-drafts-store';
import type { ProfilesState } from '../features/profiles/profiles-store';
import type { SettingsState } from '../features/settings/settings-store';
import type { UpdatesState } from '../features/updates/updates-store';
import type { Model } from './model';
import type { SessionState } from './session-store';
import type { UiState } from './ui-store';

export const ModelContext = createContext<Model | undefined>(undefined);

export function useModel(): Model {
  const model = useContext(ModelContext);
  if (model === undefined) throw new Error('no model around this component');
  return model;
}

function useIn<S, T>(store: StoreApi<S>, pick: (state: S) => T): T {
  return useStore(store, pick);
}

export const useSession = <T>(pick: (state: SessionState) => T): T => useIn(useModel().session, pick);
export const useContacts = <T>(pick: (state: ContactsState) => T): T => useIn(useModel().contacts, pick);
export const usePeople = <T>(pick: (state: PeopleState) => T): T => useIn(useModel().people, pick);
export const useConversations = <T>(pick: (state: ConversationsState) => T): T => useIn(useModel().conversations, pick);
export const useMessages = <T>(pick: (state: MessagesState) => T): T => useIn(useModel().messages, pick);
export const useTalk = <T>(pick: (state: TalkState) => T): T => useIn(useModel().talk, pick);
export const useDrafts = <T>(pick: (state: DraftsState) => T): T => useIn(useModel().drafts, pick);
export const useKeys = <T>(pick: (state: KeysState) => T): T => useIn(useModel().keys, pick);
export const useFiles = <T>(pick: (state: FilesState) => T): T => useIn(useModel().files, pick);
export const useIdentity = <T>(pick: (state: IdentityState) => T): T => useIn(useModel().identity, pick);
export const useAuthorities = <T>(pick: (state: AuthoritiesState) => T): T => useIn(useModel().authorities, pick);
export const useBackup = <T>(pick: (state: BackupState) => T): T => useIn(useModel().backup, pick);
export const useNetwork = <T>(pick: (state: NetworkState) => T): T => useIn(useModel().network, pick);
export const useNearby = <T>(pick: (state: NearbyState) => T): T => useIn(useModel().nearby, pick);
export const useDevices = <T>(pick: (state: DevicesState) => T): T => useIn(useModel().devices, pick);
export const useMailbox = <T>(pick: (state: MailboxState) => T): T => useIn(useModel().mailbox, pick);
export const useNetworkDrafts = <T>(pick: (state: NetworkDraftsState) => T): T => useIn(useModel().networkDrafts, pick);
export const useProfiles = <T>(pick: (state: ProfilesState) => T): T => useIn(useModel().profiles, pick);
export const useSearch = <T>(pick: (state: SearchState) => T): T => useIn(useModel().search, pick);
export const useExport = <T>(pick: (state: ExportState) => T): T => useIn(useModel().exports, pick);
export const useSettings = <T>(pick: (state: SettingsState) => T): T => useIn(useModel().settings, pick);
export const useUpdates = <T>(pick: (state: UpdatesState) => T): T => useIn(useModel().updates, pick);
export const useUi = <T>(pick: (state: UiState) => T): T => useIn(useModel().ui, pick);
