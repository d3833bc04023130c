import type { Message, MessageState, MessageWay, WaitingFor } from '../../../shared/model/message';
import type { TextId } from '../../i18n/messages';

const states: Readonly<Record<MessageState, TextId>> = {
  queued: 'state.queued',
  sent: 'state.sent',
  delivered: 'state.delivered',
  read: 'state.read',
};

const waiting: Readonly<Record<WaitingFor, TextId>> = {
  acceptance: 'state.queued.acceptance',
  connection: 'state.queued.connection',
  acknowledgement: 'state.queued.acknowledgement',
  pickup: 'state.queued.pickup',
  unblock: 'state.queued.unblock',
  continuation: 'state.queued.continuation',
  key: 'state.queued.key',
  pace: 'state.queued.pace',
  ended: 'state.queued.ended',
};

const ways: Readonly<Record<MessageWay, TextId>> = {
  connection: 'details.way.connection',
  device: 'details.way.device',
  mailbox: 'details.way.mailbox',
  file: 'details.way.file',
};

/** Which way a message went last. */
export function wayWords(way: MessageWay): TextId {
  return ways[way];
}

/** What a delivery state is called: while something is awaited, that is what is named. `byMailbox`: what is not left yet waits for the mailbox of the person it is for. */
export function deliveryWords(message: Pick<Message, 'state' | 'waitingFor' | 'movedTo' | 'way'>, byMailbox = false): TextId {
  const arrived = message.state === 'delivered' || message.state === 'read';
  if (message.movedTo !== undefined) return 'state.moved';
  // Not with the other person's mailbox, but at home.
  if (message.waitingFor === 'pickup' && message.way === 'device' && !arrived) return 'state.queued.pickup.device';
  // It need not wait until both are online.
  if (message.waitingFor === 'connection' && byMailbox && !arrived) return 'state.queued.mailbox';
  if (message.waitingFor !== undefined && !arrived) return waiting[message.waitingFor];
  return states[message.state];
}
