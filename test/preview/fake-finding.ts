import type { Handlers } from '../../shared/contract/contract';
import type { ErrorCode } from '../../shared/errors';
import type { World } from './world';

/** Search as it looks, not as it is done. */
export function searchHandlers(world: World): Pick<Handlers['messages'], 'search' | 'days'> {
  return {
    days: ({ conversationId, starts }) => {
      const times = (world.messages.get(conversationId) ?? []).map(({ receivedAt, sentAt }) => receivedAt ?? sentAt);
      return starts.slice(0, -1).flatMap((start, index) => (times.some((at) => at >= start && at < (starts[index + 1] ?? start)) ? [index] : []));
    },
    search: ({ query, conversationId, limit = 50 }) => {
      const word = query.trim().toLowerCase();
      if (word === '') return [];
      return [...world.messages.values()]
        .flat()
        .filter((one) => (conversationId === undefined || one.conversationId === conversationId) && one.text.toLowerCase().includes(word))
        .sort((a, b) => b.sentAt - a.sentAt)
        .slice(0, limit)
        .map((one) => {
          const start = Math.max(0, one.text.toLowerCase().indexOf(word) - 40);
          const snippet = one.text.slice(start, start + 200);
          const at = snippet.toLowerCase().indexOf(word);
          return { messageId: one.messageId, conversationId: one.conversationId, direction: one.direction, snippet, marks: [[at, at + word.length] as [number, number]], sentAt: one.sentAt };
        });
    },
  };
}

export function exportHandlers(world: World, { refuse }: { refuse: (code: ErrorCode) => never }): Pick<Handlers['conversations'], 'export' | 'cancelExport' | 'checkArchive'> {
  const choose = (): string => world.identity.chosenFile ?? refuse('path.required');
  return {
    export: ({ conversationId }) => ({ path: choose(), messages: world.messages.get(conversationId)?.length ?? 0 }),
    cancelExport: () => null,
    checkArchive: () => {
      choose();
      return { conversation: { title: 'Harbour report', people: [] }, exportedAt: world.now(), messages: 3, headers: 2, faults: [], faultKinds: [], ...world.archive };
    },
  };
}
