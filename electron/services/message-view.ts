import type { Message, WaitingFor } from '../../shared/model/message';
import type { PeerId } from '../engine/ids';
import type { MessageRow } from './ports';

/** What keeps an own message from its reader at this moment. */
export type WaitingRule = (peerId: PeerId, row: Pick<MessageRow, 'conversationId' | 'direction' | 'state' | 'way' | 'movedTo'>) => WaitingFor | undefined;

/** A stored message as a door may see it. */
export function messageView(row: MessageRow, waitingFor: WaitingFor | undefined): Message {
  return {
    messageId: row.messageId,
    conversationId: row.conversationId,
    direction: row.direction,
    instanceId: row.instanceId,
    sequence: row.sequence,
    kind: row.kind,
    text: row.text,
    ...(row.replyTo === undefined ? {} : { replyTo: row.replyTo }),
    sentAt: row.sentAt,
    ...(row.receivedAt === undefined ? {} : { receivedAt: row.receivedAt }),
    state: row.state,
    ...(waitingFor === undefined ? {} : { waitingFor }),
    ...(row.way === undefined ? {} : { way: row.way }),
    ...(row.movedTo === undefined ? {} : { movedTo: row.movedTo }),
    ...(row.maybeRepeat === true ? { maybeRepeat: true } : {}),
    keyEpoch: row.keyEpoch,
  };
}
