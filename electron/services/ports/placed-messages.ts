import type { MessageState } from '../../../shared/model/message';
import type { InstanceId } from '../../engine/ids';
import type { MessagePlace, MessageRow } from '../ports';

/** What of the history several own devices share needs. */
export interface PlacedMessages {
  /** Marks incoming messages read, up to this place of one device's stream; gives how many changed. */
  markReadUpTo(conversationId: string, instanceId: InstanceId, sequence: number): number;
  /** The last unread message of each device, of those that stand no further down than the message `upTo`, where it is given: none where that is gone. */
  unreadStreams(conversationId: string, upTo?: string): readonly MessagePlace[];
  /** What other own devices need of a message, and when it was first shown, in 1/4096 milliseconds. */
  shared(conversationId: string, place: MessagePlace): { readonly row: MessageRow; readonly shown: number } | undefined;
  /** One that another own device showed first, then: among the others by that time, and never before what it replies to. */
  addShown(row: MessageRow, shown: number): void;
  /** What the contact really wrote, where another own device told something else of the same place: at the end, under the id it has. */
  replace(row: MessageRow): void;
  /** What another own device knew of a message that is here: merges it. Undefined: nothing changed; `moved`: perhaps it stands elsewhere now, or shows what it replies to. */
  merge(messageId: string, news: SharedNews): 'known' | 'moved' | undefined;
  /** What a message replies to, where that was not known when it was told of. False: nothing changed. */
  answer(messageId: string, replyTo: string): boolean;
  /** In the order on screen, at most `limit` after `after`. */
  placesAfter(conversationId: string, after: ShownPlace | undefined, limit: number): readonly ShownPlace[];
}

export interface ShownPlace extends MessagePlace {
  readonly place: number;
}

/** What may come to be known of a message later. A state only rises, `shown` only falls, what was known stays. */
export interface SharedNews {
  readonly shown: number;
  readonly state: MessageState;
  readonly replyTo?: string | undefined;
  readonly movedTo?: string | undefined;
  readonly keyEpoch: number;
}
