import type { Handlers } from '../../shared/contract/contract';
import type { Message } from '../../shared/model/message';

type List = (input: Parameters<Handlers['messages']['list']>[0]) => Promise<Message[]> | Message[];

/** All messages of a conversation in the order a person sees them, over all pages. */
export async function everyMessage(list: List, conversationId: string): Promise<Message[]> {
  const all: Message[] = [];
  for (;;) {
    const before = all[0]?.messageId;
    const page = await list({ conversationId, limit: 500, ...(before !== undefined && { before }) });
    if (page.length === 0) return all;
    all.unshift(...page);
  }
}
