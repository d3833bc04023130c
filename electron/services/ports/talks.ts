import type { Draft } from '../../../shared/model/conversation';
import type { Message, MessageState, MessageWay } from '../../../shared/model/message';
import type { DialogId, InstanceId, PeerId } from '../../engine/ids';
import type { MessagePages } from './finding';
import type { PlacedMessages } from './placed-messages';

export interface ConversationRow {
  readonly conversationId: string;
  readonly contactId: string;
  readonly peerId: PeerId;
  readonly dialogId: DialogId;
  readonly title: string;
  readonly state: 'open' | 'failed' | 'closed';
  readonly failure?: string;
  /** Handle of the conversation that goes on where this failed one stopped, and the other way round. */
  readonly continuedBy?: string;
  readonly continues?: string;
  readonly createdAt: number;
  readonly unread: number;
  readonly lastMessageAt?: number;
  readonly preview?: string;
  /** The newest message is an own one. */
  readonly newestOwn?: true | undefined;
  /** By hand, whatever is read: until it is opened. */
  readonly markedUnread?: true | undefined;
  readonly pinned?: true;
  /** When it was put into the archive, Unix milliseconds: it is there until anything newer is said. */
  readonly archivedAt?: number;
  /** Which title this is, where it is not the first: its number and the device that gave it. */
  readonly titled?: { readonly revision: number; readonly by: InstanceId };
  /** Unix milliseconds until which nobody is told of new messages. */
  readonly mutedUntil?: number;
  /** Seconds after which new messages disappear; absent: they stay. */
  readonly disappearAfter?: number;
  /** Number of the last word of either side about that. */
  readonly disappearRevision?: number;
  readonly draft?: Draft;
  /** It went on, at this time, after an end that only this own device had said, which was stopped. */
  readonly returned?: { readonly at: number; readonly by: InstanceId };
}

export interface ConversationStore {
  byId(conversationId: string): ConversationRow | undefined;
  byDialog(peerId: PeerId, dialogId: DialogId): ConversationRow | undefined;
  /** Whether another one took it in: from memory, where most conversations have no row. */
  isTakenIn(conversationId: string): boolean;
  /** Newest activity first. */
  list(): readonly ConversationRow[];
  /** In no particular order. */
  ofPeer(peerId: PeerId): readonly ConversationRow[];
  put(row: ConversationRow): void;
  /** Gone from every list at once; its messages go with `sweep`. Never to come back: `isRemoved`. */
  remove(row: Pick<ConversationRow, 'conversationId' | 'peerId' | 'dialogId'>, at: number): void;
  /** One that was never here is not to come, either. */
  buryUnknown(peerId: PeerId, dialogId: DialogId, at: number): void;
  isRemoved(peerId: PeerId, dialogId: DialogId): boolean;
  removed(): readonly { readonly peerId: PeerId; readonly dialogId: DialogId; readonly at: number }[];
  /** Drops at most `limit` facts that the common log keeps of what was said there. Gives how many. */
  forgetFacts(peerId: PeerId, dialogId: DialogId, limit: number): number;
  /** Deletes at most `limit` messages of conversations that were removed, in a transaction of the caller. */
  sweep(limit: number): 'more' | 'done';
  /** A message was added: what the conversation's line shows, and `unread` more of them. */
  noteMessage(conversationId: string, message: { readonly at: number; readonly preview: string; readonly own: boolean; readonly unread: number }): void;
}

export interface MessageRow {
  readonly messageId: string;
  readonly conversationId: string;
  readonly direction: 'in' | 'out';
  readonly instanceId: InstanceId;
  readonly sequence: number;
  readonly kind: Message['kind'];
  readonly text: string;
  readonly replyTo?: string;
  readonly sentAt: number;
  readonly receivedAt?: number;
  readonly state: MessageState;
  /** Which way an own message went last. */
  readonly way?: MessageWay;
  /** Handle of the message that says the same in the conversation that goes on: this one is sent no more. */
  readonly movedTo?: string;
  readonly keyEpoch: number;
  /** It came to this device before it had heard what the other own devices have had. */
  readonly maybeRepeat?: true;
  /** Which message of a device that is no more this was first. */
  readonly origin?: MessagePlace;
  readonly editedAt?: number;
  /** Number of the last change of its text; absent: never changed. */
  readonly revision?: number;
  /** Seconds it is to be seen; a received one from when it was read on, an own one from when it was sent. */
  readonly disappearAfter?: number;
  readonly disappearsAt?: number;
  /** The file it brings. */
  readonly transferId?: string;
}

/** What is told of a message whose state changed. */
export type RaisedMessage = Pick<MessageRow, 'messageId' | 'conversationId' | 'direction' | 'state' | 'way' | 'movedTo'>;

export interface MessagePlace {
  readonly instanceId: InstanceId;
  readonly sequence: number;
}

export interface MessageStore extends PlacedMessages, MessagePages {
  byId(messageId: string): MessageRow | undefined;
  bySequence(conversationId: string, instanceId: InstanceId, sequence: number): MessageRow | undefined;
  /** One that was sent again by another device than it was first sent by. */
  byOrigin(conversationId: string, instanceId: InstanceId, sequence: number): MessageRow | undefined;
  /** An own message takes another place, and is queued again. */
  move(conversationId: string, from: MessagePlace, to: MessagePlace, keyEpoch: number): MessageRow | undefined;
  /** The `limit` messages before `before` (exclusive) or the newest, oldest first, in the order they were first shown on any own device. Of several conversations in one order. */
  page(conversationId: string | readonly string[], before: string | undefined, limit: number): readonly MessageRow[];
  /** Behind all others of its conversation; gives the state it has then. Undefined: it is here already, from another own device. */
  add(row: MessageRow): MessageState | undefined;
  /** Raises the state (queued < sent < delivered < read) of own messages with sequence in [from, upTo]; gives the changed ones by sequence. */
  raiseState(conversationId: string, instanceId: InstanceId, from: number, upTo: number, state: MessageState): readonly RaisedMessage[];
  /** Own messages that were not delivered yet went this way: they are sent, if they were not; gives the changed ones by sequence. */
  setWay(conversationId: string, instanceId: InstanceId, from: number, upTo: number, way: MessageWay): readonly RaisedMessage[];
  /** Of the newest `limit` messages this own device wrote, those queued or sent, oldest first. */
  newestUndelivered(conversationId: string, instanceId: InstanceId, limit: number): readonly Pick<MessageRow, 'messageId' | 'state' | 'way'>[];
  setKeyEpoch(conversationId: string, instanceId: InstanceId, sequence: number, keyEpoch: number): void;
  /** Own texts that never reached the other person and were not sent again elsewhere, in the order they were written. */
  undelivered(conversationId: string): readonly MessageRow[];
  setMoved(messageId: string, movedTo: string): void;
  /** How many messages are kept, of those that came, or were written here, at or after `since`: by this device's own clock. */
  count(conversationId: string, since: number): number;
  /** Marks incoming messages read, all or those that `unreadStreams` gives for `upTo`; gives how many changed. */
  markRead(conversationId: string, upTo?: string): number;
}
