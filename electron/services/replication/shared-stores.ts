import type { InstanceId, PeerId } from '../../engine/ids';
import type { MessagePlace, Stores } from '../ports';
import { encodeAlias } from './kinds/alias';
import { encodeAuthority } from './kinds/authority';
import { blockChanged } from './kinds/block';
import { checkChanged } from './kinds/check';
import { conversationChanged } from './kinds/conversation';
import { encodeEnd } from './kinds/ended';
import type { KindParts } from './kinds/kind-parts';
import { sharedMailboxes } from './kinds/mailbox';
import { markedState, type Marks, raisedMarks } from './kinds/mark';
import { personChanged } from './kinds/person';
import { sharedPlaces } from './kinds/place';
import { encodePolicy } from './kinds/policy';
import { encodeGone } from './kinds/gone';
import { encodeRequest } from './kinds/request';
import { encodeRemoved } from './kinds/removed';
import { shelfChanges } from './kinds/shelf';
import { encodeUnread } from './kinds/unread';
import { dialogKey, messageKey } from './kinds/values';
import { wasErased } from '../talk/message-changes';
import type { Replica } from './replica';

const nothing = new Uint8Array(0);

/**
 * The stores of an open profile, saying in the common log what changes in them, in the transaction that changes it. With one device they do
 * what they did.
 */
export function shareStores(stores: Stores, replica: () => Replica, parts: Pick<KindParts, 'clock' | 'random' | 'local'>): Stores {
  return {
    ...stores,
    contacts: sharedContacts(stores, replica, parts),
    conversations: sharedConversations(stores, replica),
    messages: sharedMessages(stores, replica, parts.local.instanceId),
    ways: sharedPlaces(stores, replica),
    deviceMailboxes: sharedMailboxes(stores, replica, parts.local.instanceId),
    ...sharedPins(stores, replica),
    ...sharedChoices(stores, replica),
  };
}

function sharedContacts(stores: Stores, replica: () => Replica, parts: Pick<KindParts, 'clock' | 'random' | 'local'>): Stores['contacts'] {
  const { contacts } = stores;
  return {
    ...contacts,
    put(row) {
      if (!replica().isOn) return contacts.put(row);
      const before = contacts.byId(row.contactId);
      contacts.put(row);
      const { peerId } = row;
      if (personChanged(before, row)) replica().say('person', peerId, nothing);
      if (before?.alias !== row.alias && (before !== undefined || row.alias !== undefined)) replica().say('alias', peerId, encodeAlias(row));
      const block = blockChanged({ ...parts, stores }, row);
      if (block) replica().say('block', peerId, block);
      const check = checkChanged(before, row);
      if (check) replica().say('check', peerId, check);
    },
    remove(contactId) {
      const row = replica().isAwaited ? contacts.byId(contactId) : undefined;
      contacts.remove(contactId);
      if (row) replica().say('gone', row.peerId, encodeGone(Math.max(Math.trunc(parts.clock.now()), row.createdAt)));
    },
  };
}

function sharedPins({ peers, peerKeys }: Stores, replica: () => Replica): Pick<Stores, 'peers' | 'peerKeys'> {
  const after = <A extends readonly unknown[]>(work: (...given: A) => void, of: (...given: A) => PeerId) => (...given: A): void => {
    work(...given);
    if (replica().isOn) replica().say('pin', of(...given), nothing);
  };
  const itself = (peerId: PeerId): PeerId => peerId;
  return {
    peers: { ...peers, put: after(peers.put, ({ peerId }) => peerId) },
    peerKeys: {
      ...peerKeys,
      putKey: after(peerKeys.putKey, ({ peerId }) => peerId),
      putCandidate: after(peerKeys.putCandidate, ({ peerId }) => peerId),
      setTrouble: after(peerKeys.setTrouble, itself),
      setRecovery: after(peerKeys.setRecovery, itself),
      addPairSecret: after(peerKeys.addPairSecret, itself),
    },
  };
}

/** What a person chose or has to answer. */
function sharedChoices({ dialogs, authorities, requests }: Stores, replica: () => Replica): Pick<Stores, 'dialogs' | 'authorities' | 'requests'> {
  return {
    dialogs: {
      ...dialogs,
      putPolicy(key, policy) {
        dialogs.putPolicy(key, policy);
        if (replica().isOn) replica().say('policy', dialogKey(key), encodePolicy(policy));
      },
    },
    authorities: {
      ...authorities,
      put(row) {
        authorities.put(row);
        if (replica().isOn) replica().say('authority', row.authorityId, encodeAuthority(row));
      },
      remove(authorityId) {
        authorities.remove(authorityId);
        if (replica().isOn) replica().say('authority', authorityId, encodeAuthority(undefined));
      },
    },
    requests: {
      ...requests,
      put(row) {
        requests.put(row);
        if (replica().isOn) replica().say('request', row.peerId, encodeRequest(row));
      },
      remove(requestId) {
        const before = replica().isOn ? requests.byId(requestId) : undefined;
        requests.remove(requestId);
        if (before) replica().say('request', before.peerId, encodeRequest(undefined));
      },
    },
  };
}

function sharedConversations(stores: Stores, replica: () => Replica): Stores['conversations'] {
  const { conversations } = stores;
  return {
    ...conversations,
    remove(row, at) {
      conversations.remove(row, at);
      if (replica().isOn) replica().say('removed', dialogKey(row), encodeRemoved(at));
    },
    put(changed) {
      if (!replica().isOn) return conversations.put(changed);
      const before = conversations.byId(changed.conversationId);
      // Why it was over first is why it is over, whatever this device finds later.
      const row = before?.state === 'failed' && !replica().isApplying ? { ...changed, state: before.state, ...(before.failure !== undefined && { failure: before.failure }) } : changed;
      conversations.put(row);
      for (const { key, value } of shelfChanges(stores, before, row)) replica().say('shelf', key, value);
      if (before?.markedUnread !== row.markedUnread) replica().say('unread', dialogKey(row), encodeUnread(row));
      if (row.titled && (before?.titled?.revision !== row.titled.revision || before.titled.by !== row.titled.by)) replica().say('title', dialogKey(row), nothing);
      if (conversationChanged(before, row)) replica().say('conversation', dialogKey(row), nothing);
      if (row.state !== 'open' && row.state !== before?.state) replica().say('ended', dialogKey(row), encodeEnd(row));
    },
  };
}

function sharedMessages(stores: Stores, replica: () => Replica, own: InstanceId): Stores['messages'] {
  const { messages, conversations } = stores;
  const say = (conversationId: string, { instanceId, sequence }: MessagePlace): void => {
    const conversation = conversations.byId(conversationId);
    // What is delivered while an envelope is applied may be told by nobody else: whoever accepted that one may only hold it.
    if (conversation) replica().sayAfter('message', messageKey({ ...conversation, instanceId }, sequence), nothing);
  };
  const mark = (conversationId: string, instanceId: InstanceId, marks: Partial<Marks>): void => {
    const raised = raisedMarks(stores, own, conversationId, instanceId, marks);
    if (raised === undefined) return;
    // That an own message arrived may come by way of another device, which does not say it: the acknowledgement is not meant for that one.
    if (instanceId === own) replica().sayAfter('mark', raised.key, raised.value);
    else replica().say('mark', raised.key, raised.value);
  };
  return {
    ...messages,
    add(row) {
      if (!replica().isOn) return messages.add(row);
      if (messages.bySequence(row.conversationId, row.instanceId, row.sequence)) return undefined;
      const conversation = conversations.byId(row.conversationId);
      if (conversation && wasErased({ stores, replica }, conversation, row)) return undefined;
      // Another device may have read further already.
      const isRead = conversation && row.direction === 'in' && markedState(stores.replica, { ...conversation, instanceId: row.instanceId }, 'in', row.sequence) === 'read';
      const state = messages.add(isRead ? { ...row, state: 'read' } : row);
      say(row.conversationId, row);
      return state;
    },
    merge(messageId, news) {
      const changed = messages.merge(messageId, news);
      const row = changed !== undefined && replica().isOn && !replica().isApplying ? messages.byId(messageId) : undefined;
      if (row) say(row.conversationId, row);
      return changed;
    },
    answer(messageId, replyTo) {
      const changed = messages.answer(messageId, replyTo);
      // By the contact's own word, whoever brought it: who told of the message did not know.
      const row = changed && replica().isOn ? messages.byId(messageId) : undefined;
      if (row) say(row.conversationId, row);
      return changed;
    },
    replace(row) {
      messages.replace(row);
      if (replica().isOn) say(row.conversationId, row);
    },
    move(conversationId, from, to, keyEpoch) {
      const row = messages.move(conversationId, from, to, keyEpoch);
      if (row && replica().isOn) say(conversationId, to);
      return row;
    },
    raiseState(conversationId, instanceId, from, upTo, state) {
      const raised = messages.raiseState(conversationId, instanceId, from, upTo, state);
      if (raised.length > 0 && replica().isOn && (state === 'sent' || state === 'delivered' || state === 'read')) mark(conversationId, instanceId, { [state]: upTo });
      return raised;
    },
    setKeyEpoch(conversationId, instanceId, sequence, keyEpoch) {
      messages.setKeyEpoch(conversationId, instanceId, sequence, keyEpoch);
      if (replica().isOn) say(conversationId, { instanceId, sequence });
    },
    setMoved(messageId, movedTo) {
      messages.setMoved(messageId, movedTo);
      const row = replica().isOn ? messages.byId(messageId) : undefined;
      if (row) say(row.conversationId, row);
    },
    markRead(conversationId, upTo) {
      if (!replica().isOn) return messages.markRead(conversationId, upTo);
      const unread = messages.unreadStreams(conversationId, upTo);
      const changed = messages.markRead(conversationId, upTo);
      for (const { instanceId, sequence } of unread) mark(conversationId, instanceId, { read: sequence });
      return changed;
    },
  };
}
