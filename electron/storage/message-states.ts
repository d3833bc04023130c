import type { MessageState } from '../../shared/model/message';

/** Stored as their place in this list: a state only ever rises. */
export const messageStates = ['queued', 'sent', 'delivered', 'read'] as const satisfies readonly MessageState[];
