import { wasErased } from '../../talk/message-changes';
import type { MessageRow } from '../../ports';
import type { Fact } from '../replica';
import type { KindParts } from './kind-parts';
import { parseDialogKey, parseMessageKey } from './values';

/** Whether a conversation was removed: nothing that was said of it is kept in the log, either. */
export function ofRemoved({ stores: { conversations } }: Pick<KindParts, 'stores'>, dialogKey: string): boolean {
  const { peerId, dialogId } = parseDialogKey(dialogKey);
  return conversations.isRemoved(peerId, dialogId);
}

/**
 * Whether nothing of what a fact says of one message may be kept in the log: the message was erased here, its conversation was removed, or the fact still
 * `says` something of what it was before it was taken back or changed.
 */
export function ofErased({ stores, profile }: Pick<KindParts, 'stores' | 'profile'>, { key }: Pick<Fact, 'key'>, says: (row: MessageRow) => boolean): boolean {
  const place = parseMessageKey(key);
  const conversation = stores.conversations.byDialog(place.peerId, place.dialogId);
  if (conversation === undefined) return stores.conversations.isRemoved(place.peerId, place.dialogId);
  const { conversationId } = conversation;
  const { messages } = stores;
  const row = messages.bySequence(conversationId, place.instanceId, place.sequence) ?? messages.byOrigin(conversationId, place.instanceId, place.sequence);
  return row === undefined ? wasErased({ stores, replica: () => profile.devices.replica }, conversation, place) : says(row);
}
