import { atOnce, type Behind } from './behind-frame';
import type { StoreApi } from 'zustand/vanilla';
import type { KeyshiftError } from '../../shared/errors';
import type { Conversation } from '../../shared/model/conversation';
import type { Client } from '../bridge/client';
import { toFailure } from '../bridge/failure';
import { createBackupStore, type BackupState } from '../features/backup/backup-store';
import { createContactsStore, type ContactsState } from '../features/contacts/contacts-store';
import { createPeopleStore, type PeopleState } from '../features/contacts/people-store';
import { createDraftsStore, storedIn, type Draft, type DraftsState } from '../features/conversation/drafts-store';
import { createMessagesStore, type MessagesState } from '../features/conversation/messages-store';
import { conversationWith, createConversationsStore, type ConversationsState } from '../features/conversations/conversations-store';
import { createTalkStore, type TalkState } from '../features/conversation/talk-store';
import { createDevicesStore, type DevicesState } from '../features/devices/devices-store';
import { createExportStore, type ExportState } from '../features/export/export-store';
import { createFilesStore, type FilesState } from '../features/files/files-store';
import { createKeysStore, type KeysState } from '../features/keys/keys-store';
import { createMailboxStore, type MailboxState } from '../features/mailbox/mailbox-store';
import { createNearbyStore, type NearbyState } from '../features/nearby/nearby-store';
import { createNetworkStore, type NetworkState } from '../features/network/network-store';
import { createAuthoritiesStore, type AuthoritiesState } from '../features/organisations/authorities-store';
import { createSearchStore, type SearchState } from '../features/search/search-store';
import { createIdentityStore, type IdentityState } from '../features/settings/identity-store';
import { createNetworkDraftsStore, type NetworkDraftsState } from '../features/settings/network-drafts-store';
import { createProfilesStore, type ProfilesState } from '../features/profiles/profiles-store';
import { createUpdatesStore, type UpdatesState } from '../features/updates/updates-store';
import { createSettingsStore, type SettingsState } from '../features/settings/settings-store';
import { routeEvent } from './event-router';
import { askFirstLists } from './first-lists';
import { inFrames } from './in-frames';
import { leftOpen, openAgain, type LeftOpen } from './left-open';
import { createLife } from './life';
import { createShield, type Shield } from './shield';
import { createSessionStore, type SessionState } from './session-store';
import { createUiStore, type UiState } from './ui-store';

/** Everything the window knows, one small store per feature, and the ways between them. */
export interface Model {
  readonly client: Client;
  readonly session: StoreApi<SessionState>;
  readonly contacts: StoreApi<ContactsState>;
  readonly people: StoreApi<PeopleState>;
  readonly conversations: StoreApi<ConversationsState>;
  readonly messages: StoreApi<MessagesState>;
  readonly drafts: StoreApi<DraftsState>;
  readonly talk: StoreApi<TalkState>;
  readonly files: StoreApi<FilesState>;
  readonly keys: StoreApi<KeysState>;
  readonly search: StoreApi<SearchState>;
  readonly exports: StoreApi<ExportState>;
  readonly identity: StoreApi<IdentityState>;
  readonly authorities: StoreApi<AuthoritiesState>;
  readonly backup: StoreApi<BackupState>;
  readonly network: StoreApi<NetworkState>;
  readonly nearby: StoreApi<NearbyState>;
  readonly devices: StoreApi<DevicesState>;
  readonly mailbox: StoreApi<MailboxState>;
  readonly profiles: StoreApi<ProfilesState>;
  readonly settings: StoreApi<SettingsState>;
  readonly updates: StoreApi<UpdatesState>;
  readonly networkDrafts: StoreApi<NetworkDraftsState>;
  readonly ui: StoreApi<UiState>;
  readonly shield: Shield;
  /** Subscribes to events and asks for the first facts; the returned function stops listening. */
  readonly start: () => () => void;
  /** Shows a person: their conversation, opened now if there is none yet. Throws what `conversations.open` throws. */
  readonly showContact: (contactId: string) => Promise<void>;
  readonly showConversation: (conversationId: string) => void;
  /** One conversation is different, new or gone: what is shown of it follows, and its draft, unless another one is being written here. */
  readonly conversationChanged: (conversationId: string) => Promise<void>;
  /** Runs what nobody waits for; a failure goes to the `onFailure` listeners, except that the vault has just locked, or that what it is about was removed. */
  readonly background: (task: Promise<unknown>) => void;
  /** Told about failures of background work. */
  readonly onFailure: (listener: (failure: KeyshiftError) => void) => () => void;
}

/** Refusals of what nobody waits for that are no news: the vault has just locked, or a person or conversation was removed, which whoever did it was told. */
const notTold: readonly string[] = ['vault.locked', 'vault.absent', 'contact.unknown', 'conversation.unknown'];

/** `behind`: when what an event leads to beside what is seen of it is asked for. */
export function createModel(client: Client, behind: Behind = atOnce): Model {
  const life = createLife();
  const events = inFrames((event) => routeEvent(model, event, behind), behind);
  const listeners = new Set<(failure: KeyshiftError) => void>();
  const session = createSessionStore(client, () => drafts.getState().flush());
  const contacts = createContactsStore(client, life);
  const people = createPeopleStore(client, life);
  const conversations = createConversationsStore(client, life);
  const messages = createMessagesStore(client, life, () => events.catchUp());
  const drafts = createDraftsStore((conversationId, written) => {
    const { editing, ...draft } = written ?? { text: '' };
    const stored = client.conversations.update({ conversationId, draft: draft.text === '' && draft.replyTo === undefined ? null : draft, editing: editing ?? null });
    // Told once: while it lasts it is said above the field.
    background(stored.catch((thrown: unknown) => {
      if (drafts.getState().unkept[conversationId] === undefined) throw thrown;
    }));
    return stored;
  });
  const talk = createTalkStore();
  const files = createFilesStore(client, life);
  const keys = createKeysStore(client, life);
  const search = createSearchStore(client, life);
  const exports = createExportStore(client, life);
  const profiles = createProfilesStore(client, () => drafts.getState().flush());
  const settings = createSettingsStore(client);
  const updates = createUpdatesStore(client);
  const identity = createIdentityStore(client, life, (change) => settings.getState().change(change));
  const authorities = createAuthoritiesStore(client, life);
  const backup = createBackupStore(client, life, async (passphrase, code) => {
    await session.getState().restore(passphrase, code);
    // They were in the backup, too.
    background(settings.getState().load());
  });
  const network = createNetworkStore(client, life);
  const nearby = createNearbyStore(client, life);
  const devices = createDevicesStore(client, life);
  const mailbox = createMailboxStore(client, life);
  const networkDrafts = createNetworkDraftsStore();
  const ui = createUiStore(() => ['locking', 'locked'].includes(session.getState().phase));
  const shield = createShield(settings);

  const background = (task: Promise<unknown>): void => {
    task.catch((thrown: unknown) => {
      const failure = toFailure(thrown);
      if (notTold.includes(failure.code)) return;
      for (const listener of listeners) listener(failure);
    });
  };

  /** Locking drops every person, message, draft and key fact from memory. */
  const forget = (): void => {
    life.end();
    contacts.setState(contacts.getInitialState(), true);
    people.setState(people.getInitialState(), true);
    conversations.setState(conversations.getInitialState(), true);
    messages.setState(messages.getInitialState(), true);
    drafts.getState().forget();
    drafts.setState(drafts.getInitialState(), true);
    talk.setState(talk.getInitialState(), true);
    files.setState(files.getInitialState(), true);
    keys.setState(keys.getInitialState(), true);
    search.setState(search.getInitialState(), true);
    exports.setState(exports.getInitialState(), true);
    identity.setState(identity.getInitialState(), true);
    authorities.setState(authorities.getInitialState(), true);
    backup.setState(backup.getInitialState(), true);
    network.setState(network.getInitialState(), true);
    nearby.setState(nearby.getInitialState(), true);
    // How the last linking ended was seen, or was not.
    const { aside } = devices.getState();
    devices.setState({ ...devices.getInitialState(), aside }, true);
    mailbox.setState(mailbox.getInitialState(), true);
    // A bar put away stays away: it names ports and programs, no person. What is on its way to be accepted ends by itself.
    const { barsPutAway, accepting } = ui.getState();
    ui.setState({ ...ui.getInitialState(), barsPutAway, accepting }, true);
    // The engine keeps the text that was last matched (`RegExp.input`): a message as a rule.
    /^/.exec('');
  };

  const showConversation = (conversationId: string): void => {
    const known = conversations.getState().conversations.find((one) => one.conversationId === conversationId);
    if (known === undefined) return;
    ui.getState().select({ contactId: known.contactId, conversationId });
    opened(conversationId);
  };

  /** By somebody: what was marked as unread by hand is not any more. */
  const opened = (conversationId: string): void => {
    const known = conversations.getState().conversations.find((one) => one.conversationId === conversationId);
    if (known?.markedUnread === true) background(conversations.getState().update({ conversationId, markedUnread: false }));
  };

  const model: Model = {
    client,
    session,
    contacts,
    people,
    conversations,
    messages,
    drafts,
    talk,
    files,
    keys,
    search,
    exports,
    identity,
    authorities,
    backup,
    network,
    nearby,
    devices,
    mailbox,
    profiles,
    settings,
    updates,
    networkDrafts,
    ui,
    shield,
    background,
    showConversation,
    conversationChanged: async (conversationId) => {
      const before = conversations.getState().conversations.find((one) => one.conversationId === conversationId);
      await conversations.getState().changed(conversationId);
      const known = conversations.getState().conversations.find((one) => one.conversationId === conversationId);
      if (known !== undefined) drafts.getState().told(conversationId, storedIn(known));
      const { select } = ui.getState();
      const isUsed = ui.getState().selection?.conversationId === conversationId || isWritten(drafts.getState().drafts[conversationId]) || (files.getState().staged[conversationId]?.length ?? 0) > 0;
      const into = known === undefined && isUsed ? await shownNow(client, conversationId) : undefined;
      if (into !== undefined) {
        drafts.getState().moved(conversationId, into.conversationId);
        files.getState().moved(conversationId, into.conversationId);
        if (ui.getState().selection?.conversationId === conversationId) select({ contactId: into.contactId, conversationId: into.conversationId, byItself: true });
        return;
      }
      if (known === undefined && before !== undefined && conversations.getState().loaded) {
        drafts.getState().gone(conversationId, before.contactId);
        for (const store of [messages, talk, keys, search]) store.getState().forget(conversationId);
        const tokens = files.getState().forget(conversationId).map(({ token }) => token);
        if (tokens.length > 0) background(client.desktop.dropFiles({ tokens }));
      }
      // What was open is gone: the person stays, with what else there is.
      const { selection } = ui.getState();
      if (known === undefined && selection?.conversationId === conversationId && conversations.getState().loaded) select({ contactId: selection.contactId, conversationId: conversationWith(conversations.getState(), selection.contactId)?.conversationId, byItself: true });
    },
    onFailure: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    showContact: async (contactId) => {
      // The person first, so that someone blocked or ended can be looked at too.
      ui.getState().select({ contactId, conversationId: undefined });
      const alive = life.begin();
      const conversationId = conversationWith(conversations.getState(), contactId)?.conversationId ?? (await conversations.getState().open(contactId));
      if (!alive() || ui.getState().selection?.contactId !== contactId) return;
      ui.getState().select({ contactId, conversationId });
      opened(conversationId);
    },
    start: () => {
      const flush = (): void => drafts.getState().flush();
      // Whatever ends the window or locks it behind one's back: what was written stands by then.
      document.addEventListener('visibilitychange', flush);
      window.addEventListener('blur', flush);
      window.addEventListener('pagehide', flush);
      let left: LeftOpen | undefined;
      let opening: LeftOpen | undefined;
      const stopEvents = client.on(events.take);
      const stopSession = session.subscribe((now, before) => {
        if (now.phase === before.phase) return;
        // Nothing could be asked before the services started.
        if (before.phase === 'failed') background(settings.getState().load());
        if (now.phase !== 'open') {
          // Locked again before it was open again: it is what was left.
          if (before.phase === 'open') left = leftOpen(model) ?? opening;
          // A link that was opened elsewhere is not done with: it is shown again once the vault is open.
          const { offeredLink, accepting } = ui.getState();
          if (offeredLink !== '' && offeredLink !== accepting) background(client.desktop.keepLink({ link: offeredLink }));
          forget();
          // A new device is let in before there is a vault.
          if (now.phase === 'absent') background(devices.getState().loadLinking());
          return;
        }
        const wasOpen = left;
        opening = left;
        left = undefined;
        const alive = life.begin();
        if (!contacts.getState().loaded) background(contacts.getState().load());
        background((conversations.getState().loaded ? Promise.resolve() : conversations.getState().load()).then(async () => {
          conversations.getState().conversations.forEach((one) => drafts.getState().told(one.conversationId, storedIn(one)));
          if (wasOpen === undefined || !alive()) return;
          await openAgain(model, wasOpen, alive);
          if (alive()) opening = undefined;
        }));
        background(identity.getState().load());
        // Who has a mailbox hears of it by what changes there; a page that began anew asks.
        background(network.getState().load().then(() => (alive() && network.getState().status?.mailbox !== undefined ? mailbox.getState().load() : undefined)));
        background(nearby.getState().load());
        background(devices.getState().load());
        background(devices.getState().loadRequests());
        background(devices.getState().loadLinking());
      });
      background(settings.getState().load());
      background(session.getState().load(askFirstLists({ client, life, contacts, conversations })));
      return () => {
        document.removeEventListener('visibilitychange', flush);
        window.removeEventListener('blur', flush);
        window.removeEventListener('pagehide', flush);
        stopEvents();
        stopSession();
      };
    },
  };
  return model;
}

function isWritten(draft: Draft | undefined): boolean {
  return draft !== undefined && (draft.text !== '' || draft.editing !== undefined);
}

/** The conversation in which this one is shown now; undefined: it is gone. */
async function shownNow(client: Client, conversationId: string): Promise<Conversation | undefined> {
  try {
    return await client.conversations.get({ conversationId });
  } catch (thrown) {
    if (toFailure(thrown).code === 'conversation.unknown') return undefined;
    throw thrown;
  }
}
