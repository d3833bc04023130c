import type { Page } from '@playwright/test';
import type { Conversation } from '../../../shared/model/conversation';
import type { KeyStatus, KeyTimeline } from '../../../shared/model/keys';
import type { Message } from '../../../shared/model/message';

/** What the main process says of one conversation, past everything that is drawn. */
export interface Facts {
  readonly conversation: Conversation;
  readonly status: KeyStatus;
  readonly timeline: KeyTimeline;
  /** Oldest first. */
  readonly messages: readonly Message[];
}

/** The newest conversation of this window, or the one with this id. */
export function factsOf(window: Page, conversationId?: string): Promise<Facts> {
  return window.evaluate(async (wanted) => {
    const value = <T>(reply: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: { readonly code: string } }): T => {
      if (!reply.ok) throw new Error(reply.error.code);
      return reply.value;
    };
    const { keyshift } = globalThis.window;
    const all = value(await keyshift.conversations.list());
    const newest = [...all].sort((one, other) => (other.lastMessageAt ?? 0) - (one.lastMessageAt ?? 0))[0];
    const conversation = wanted === undefined ? newest : all.find((one) => one.conversationId === wanted);
    if (conversation === undefined) throw new Error('no such conversation');
    const { conversationId: id } = conversation;
    return {
      conversation,
      status: value(await keyshift.keys.status({ conversationId: id })),
      timeline: value(await keyshift.keys.timeline({ conversationId: id })),
      messages: value(await keyshift.messages.list({ conversationId: id, limit: 200 })),
    };
  }, conversationId);
}
