import type { DialogKey } from '../engine/dialog/dialog-store';
import type { InstanceId, PeerId } from '../engine/ids';
import type { Logger } from '../engine/ports';
import type { EventHub } from './event-hub';
import type { WaitingRule } from './message-view';
import type { Stores } from './ports';

/** Own messages of one conversation that clients hear of, at the most, when what they wait for changes. */
export const toldPerConversation = 100;

export interface WaitingNewsParts {
  readonly stores: Stores;
  readonly events: EventHub;
  readonly waiting: WaitingRule;
  readonly ownInstance: InstanceId;
}

/** What keeps an own message from its reader now; undefined for received and delivered ones. */
export function waitingRule(stores: Pick<Stores, 'conversations' | 'contacts'>, isConnected: (peerId: PeerId) => boolean, isHeld: (peerId: PeerId) => boolean = () => false, isResting: (dialog: DialogKey) => boolean = () => false): WaitingRule {
  return (peerId, row) => {
    if (row.direction === 'in' || row.state === 'delivered' || row.state === 'read' || row.movedTo !== undefined) return undefined;
    const conversation = stores.conversations.byId(row.conversationId);
    const life = conversation?.state;
    if (life === 'failed') return 'continuation';
    if (life === 'closed') return 'ended';
    const contact = stores.contacts.byPeer(peerId);
    if (contact?.ended !== undefined) return 'ended';
    if (contact?.blocked === true) return 'unblock';
    if (contact !== undefined && contact.relation !== 'mutual') return 'acceptance';
    if (isHeld(peerId)) return 'key';
    // Nothing of these was handed over while there is a connection: they are not locked yet.
    if (conversation && row.state === 'queued' && isConnected(peerId) && isResting(conversation)) return 'pace';
    if (isConnected(peerId)) return 'acknowledgement';
    if (row.state === 'queued') return 'connection';
    // Handed over once: what is awaited is that somebody fetches it where it lies, or the word that it arrived.
    return row.way === 'mailbox' || row.way === 'device' ? 'pickup' : 'acknowledgement';
  };
}

/**
 * Tells what own messages to this person wait for now, because it changed for many of them at once: a connection came or
 * went (which concerns only what was never handed over), the contact agreed, ended, was blocked or unblocked. One
 * `message.state` for each of the newest `toldPerConversation` of every open conversation, oldest first; whoever shows more
 * asks again on `session.changed` or `contact.changed`.
 */
export function tellWaiting({ stores, events, waiting, ownInstance }: WaitingNewsParts, peerId: PeerId, concerned: 'queued' | 'all'): void {
  for (const { conversationId, state: life } of stores.conversations.ofPeer(peerId)) {
    if (life !== 'open') continue; // what stands there waits for something else
    for (const { messageId, state, way } of stores.messages.newestUndelivered(conversationId, ownInstance, toldPerConversation)) {
      if (concerned === 'queued' && state !== 'queued' && way !== 'mailbox' && way !== 'device') continue;
      const ofWay = way === undefined ? {} : { way };
      const waitingFor = waiting(peerId, { conversationId, direction: 'out', state, ...ofWay });
      events.emit({ type: 'message.state', conversationId, messageId, state, ...(waitingFor === undefined ? {} : { waitingFor }), ...ofWay });
    }
  }
}

/** The same; a failure is logged only. */
export function tryTellWaiting(parts: WaitingNewsParts, logger: Logger, peerId: PeerId, concerned: 'queued' | 'all'): void {
  try {
    tellWaiting(parts, peerId, concerned);
  } catch (error) {
    logger.warn('message.state-not-told', { reason: error instanceof Error ? error.name : 'unknown' });
  }
}
