import type { AppEvent } from '../../shared/contract/contract';
import { atOnce, type Behind } from './behind-frame';
import type { Model } from './model';

/**
 * Brings each event to the stores it concerns, and asks again only for what it made old. A message that came is shown first: its line in the list and the
 * keys are asked for behind the frame that has it.
 */
export function routeEvent(model: Model, event: AppEvent, behind: Behind = atOnce): void {
  // Nothing about people or messages is kept while the vault is closed, whatever still arrives. A restore and a linking run where there is none yet.
  const { phase } = model.session.getState();
  const atFirst = phase === 'absent' && event.type === 'devices.linking';
  // Nothing of a person: how the window looks, and in which language it speaks, on the lock screen as well.
  if (event.type === 'settings.changed') {
    model.background(model.settings.getState().load());
    return;
  }
  // As the vault is opened. That an edit went is all that is kept of it, and told once the window is there.
  if (phase !== 'open' && event.type === 'messages.removed' && event.lostEdit === true) return model.drafts.getState().removed(event.conversationId, [], true);
  if (event.type !== 'vault.changed' && event.type !== 'vault.renewing' && event.type !== 'backup.progress' && event.type !== 'backup.found' && event.type !== 'updates.changed' && event.type !== 'desktop.help' && !atFirst && phase !== 'open') return;
  switch (event.type) {
    case 'vault.changed':
      model.session.getState().changed(event.state);
      return;
    case 'vault.renewing':
      model.session.getState().renewed(event);
      return;
    case 'message.received':
      model.messages.getState().received(event.conversationId, event.message);
      conversationChanged(model, event.conversationId, behind);
      return;
    case 'message.changed':
      model.messages.getState().changed(event.conversationId, event.message);
      if (event.message.kind !== 'deleted') {
        model.search.getState().changed(event.message);
        return;
      }
      model.drafts.getState().takenBack(event.conversationId, event.message.messageId);
      model.talk.getState().removed(event.conversationId, [event.message.messageId]);
      model.search.getState().removed([event.message.messageId]);
      return;
    case 'transfer.progress': {
      const { type: _told, ...transfer } = event;
      model.files.getState().told(transfer);
      return;
    }
    case 'messages.removed':
      model.messages.getState().removed(event.conversationId, event.messageIds);
      model.drafts.getState().removed(event.conversationId, event.messageIds, event.lostEdit === true);
      model.search.getState().removed(event.messageIds);
      model.talk.getState().removed(event.conversationId, event.messageIds);
      model.background(model.files.getState().reload(event.conversationId));
      return;
    case 'contact.typing':
      model.talk.getState().heardTyping(event.conversationId, event.typing);
      return;
    // Heard where they are followed: features/desktop.
    case 'dictionary.changed':
    case 'desktop.link':
    case 'desktop.show':
      return;
    case 'desktop.help':
      model.ui.getState().showHelp(true);
      return;
    case 'profiles.changed':
      model.background(model.profiles.getState().load());
      return;
    case 'updates.changed':
      model.background(model.updates.getState().load());
      return;
    case 'export.progress':
      model.exports.getState().progress(event);
      return;
    case 'messages.moved':
      model.background(model.messages.getState().moved(event.conversationId));
      return;
    case 'message.state':
      model.messages.getState().stateChanged(event);
      model.conversations.getState().stateChanged(event);
      // With each confirmation the other side said what it holds.
      if (event.state === 'delivered' && isLookingAtKeys(model, event.conversationId)) model.background(model.keys.getState().load(event.conversationId));
      return;
    case 'conversation.changed':
      conversationChanged(model, event.conversationId, behind);
      return;
    case 'contact.changed':
      model.background(model.contacts.getState().load());
      reloadPerson(model, event.contactId);
      reloadReach(model, event.contactId);
      return;
    case 'session.changed':
      model.background(model.contacts.getState().load());
      model.background(model.network.getState().load());
      reloadReach(model, event.contactId);
      // A device that was not known may have shown itself.
      if (event.connected) reloadPerson(model, event.contactId);
      reloadOwnKeys(model);
      return;
    case 'network.changed':
      model.background(model.network.getState().load());
      reloadWay(model, model.ui.getState().selection?.contactId);
      return;
    case 'discovery.changed':
      model.background(model.nearby.getState().load());
      return;
    case 'contact.request':
      model.contacts.getState().requested(
        { requestId: event.requestId, peerId: event.peerId, name: event.name, via: event.via },
      );
      return;
    case 'identity.changed':
      model.background(model.identity.getState().load());
      return;
    case 'contact.requestOver':
      model.background(model.contacts.getState().load());
      return;
    case 'key.rotated':
      // Of a contact's: how many are behind an own key may be another number now.
      model.background(model.identity.getState().changed());
      if (event.contactId === undefined) return;
      model.background(model.contacts.getState().load());
      reloadPerson(model, event.contactId);
      return;
    case 'backup.found':
      model.backup.getState().found(event);
      return;
    case 'backup.progress':
      model.backup.getState().progress(event);
      return;
    case 'authorities.changed':
      model.background(model.authorities.getState().changed());
      // Who vouches for whom stands with the contacts, and for oneself with the own identity.
      model.background(model.contacts.getState().load());
      model.background(model.identity.getState().load());
      return;
    case 'devices.changed':
      model.background(model.devices.getState().load());
      reloadOwnKeys(model);
      return;
    case 'devices.linking':
      model.devices.getState().told(event);
      return;
    case 'devices.requests':
      model.devices.getState().asked(event.requests);
      return;
    case 'mailbox.changed':
      // One that takes this device no more is told wherever somebody is.
      if (model.session.getState().phase === 'open') model.background(model.mailbox.getState().load());
      return;
    case 'key.shifted':
      reloadKeys(model, event.conversationId);
      return;
    default:
      unheard(event);
  }
}

/** Once for all that is told of it before that: a message that comes says the same twice. */
function conversationChanged(model: Model, conversationId: string, behind: Behind): void {
  behind(conversationId, () => {
    // Locked meanwhile.
    if (model.session.getState().phase !== 'open') return;
    model.background(model.conversationChanged(conversationId));
    reloadKeys(model, conversationId);
  });
}

/** Only where the keys are on screen already: everything else asks when it is opened. The lives only while they are looked at. */
function reloadKeys(model: Model, conversationId: string): void {
  if (model.keys.getState().statuses[conversationId] === undefined) return;
  model.background(model.keys.getState().load(conversationId));
  if (isLookingAtKeys(model, conversationId)) model.background(model.keys.getState().loadTimeline(conversationId));
}

function isLookingAtKeys(model: Model, conversationId: string): boolean {
  const { selection, detailsOpen, detailsTab } = model.ui.getState();
  return detailsOpen && detailsTab === 'keys' && selection?.conversationId === conversationId;
}

/** Only where the identity keys and devices are on screen already. */
function reloadPerson(model: Model, contactId: string): void {
  const { devices, histories, troubles, loadDevices, loadHistory, loadTrouble } = model.people.getState();
  if (devices[contactId] !== undefined) model.background(loadDevices(contactId));
  if (histories[contactId] !== undefined) model.background(loadHistory(contactId));
  if (troubles[contactId] !== undefined) model.background(loadTrouble(contactId));
}

/** Who connects proves which own key they know, and may settle what a key out of a file waited for. Only while somebody looks at it. */
function reloadOwnKeys(model: Model): void {
  const { dialog, settingsSection } = model.ui.getState();
  if (dialog === 'settings' && settingsSection === 'identity') model.background(model.identity.getState().changed());
}

/** … or at a line that says whether their mailbox takes what is written, which may be another one now. */
function reloadWay(model: Model, contactId: string | undefined): void {
  const { reports, loadReach } = model.network.getState();
  const reach = model.contacts.getState().contacts.find((one) => one.contactId === contactId)?.reach;
  if (contactId !== undefined && reach === 'mailbox' && reports[contactId] !== undefined) model.background(loadReach(contactId));
  else reloadReach(model, contactId);
}

/** Only while somebody looks at how this person is reached. */
function reloadReach(model: Model, contactId: string | undefined): void {
  const { selection, detailsOpen, detailsTab } = model.ui.getState();
  if (contactId === undefined || !detailsOpen || detailsTab !== 'reach' || selection?.contactId !== contactId) return;
  model.background(model.network.getState().loadReach(contactId));
}

function unheard(event: never): void {
  // A newer main process may tell more than this window knows.
  void event;
}
