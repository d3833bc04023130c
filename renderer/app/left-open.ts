import { placeInSight } from '../features/conversation/use-feed-scroll';
import { standAt } from '../features/search/bring-into-view';
import type { Model } from './model';

/** What was open when the vault closed: random ids, and nothing of a person. Kept in the window's memory alone. */
export interface LeftOpen {
  readonly conversationId: string;
  /** The first message in sight of somebody who was reading further up. */
  readonly messageId: string | undefined;
  readonly front: 'list' | 'conversation';
}

/** Asked while it is still on screen. */
export function leftOpen({ ui }: Pick<Model, 'ui'>): LeftOpen | undefined {
  const { selection, front } = ui.getState();
  return selection?.conversationId === undefined ? undefined : { conversationId: selection.conversationId, messageId: placeInSight(), front };
}

/** After unlocking, unless something else is open by then or it is gone. Where something new came reading goes on with that. `alive`: whether it was not locked again meanwhile. */
export async function openAgain(model: Pick<Model, 'ui' | 'conversations' | 'messages'>, { conversationId, messageId, front }: LeftOpen, alive: () => boolean): Promise<void> {
  const known = model.conversations.getState().conversations.find((one) => one.conversationId === conversationId);
  if (known === undefined || model.ui.getState().selection !== undefined) return;
  const place = known.unread === 0 ? messageId : undefined;
  // It may be gone, and so may the vault: the conversation is what counts.
  if (place !== undefined) await model.messages.getState().loadAround(conversationId, place).catch(() => undefined);
  if (!alive()) return;
  const opened = model.ui.getState().selection;
  if (opened !== undefined) {
    // Whoever comes to it later begins with the newest.
    if (opened.conversationId !== conversationId) model.messages.getState().leave(conversationId);
    return;
  }
  // Not by somebody: what was marked as unread stays so.
  model.ui.getState().select({ contactId: known.contactId, conversationId });
  if (front === 'list') model.ui.getState().back();
  if (place !== undefined) standAt(place);
}
