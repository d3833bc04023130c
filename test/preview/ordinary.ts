import type { Conversation } from '../../shared/model/conversation';

/** A conversation nobody did anything to. */
export const ordinary = { markedUnread: false, pinned: false, archived: false, mutedUntil: 0, disappearAfter: 0 } as const satisfies Partial<Conversation>;
