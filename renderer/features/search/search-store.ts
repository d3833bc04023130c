import { createStore, type StoreApi } from 'zustand/vanilla';
import type { KeyshiftError } from '../../../shared/errors';
import type { Message } from '../../../shared/model/message';
import type { SearchHit } from '../../../shared/model/search';
import { searchFor, snippetOf, standsIn } from '../../../shared/search-marks';
import type { Life } from '../../app/life';
import type { Client } from '../../bridge/client';
import { toFailure } from '../../bridge/failure';

/** Hits asked for at once. */
const hitsAtOnce = 30;

export interface SearchState {
  readonly query: string;
  /** Only in this conversation. */
  readonly conversationId: string | undefined;
  readonly hits: readonly SearchHit[];
  /** There are older ones. */
  readonly more: boolean;
  /** What the hits are of; undefined: nothing was asked yet. */
  readonly answered: string | undefined;
  /** … and in which conversation; undefined: in all of them. */
  readonly answeredIn: string | undefined;
  readonly failure: KeyshiftError | undefined;
  /** Words that are marked in the conversation, since somebody came from a hit, and as long as that is one. */
  readonly marked: { readonly conversationId: string; readonly query: string; readonly messageId: string } | undefined;
  readonly look: (query: string, conversationId: string | undefined) => Promise<void>;
  readonly lookFurther: () => Promise<void>;
  /** It says something else: a hit shows that, or goes where not everything that was looked for stands there any more. */
  readonly changed: (message: Message) => void;
  /** These messages are gone: nothing of them is listed any more. */
  readonly removed: (messageIds: readonly string[]) => void;
  /** The conversation is gone, with all that was found in it. */
  readonly forget: (conversationId: string) => void;
  readonly mark: (hit: Pick<SearchHit, 'conversationId' | 'messageId'>, query: string) => void;
  /** Whoever leaves a conversation, or looks for nothing any more, is done with what was found in it. */
  readonly unmark: (conversationId: string) => void;
}

export function createSearchStore(client: Client, life: Life): StoreApi<SearchState> {
  return createStore<SearchState>()((set, get) => {
    let asked = 0;
    /** The last question that what is listed goes back to. Another one is on its way where it is not the last that was asked. */
    let listed = 0;
    const ask = async (before: string | undefined): Promise<void> => {
      const { query, conversationId, hits } = get();
      const alive = life.begin();
      asked += 1;
      const mine = asked;
      try {
        const found = await client.messages.search({ query, limit: hitsAtOnce, ...(conversationId !== undefined && { conversationId }), ...(before !== undefined && { before }) });
        if (!alive() || mine !== asked) return;
        listed = mine;
        set({ hits: before === undefined ? found : [...hits, ...found], more: found.length === hitsAtOnce, answered: query, answeredIn: conversationId, failure: undefined });
      } catch (thrown) {
        if (!alive() || mine !== asked) return;
        // Of the same words there are still those.
        if (before !== undefined) listed = mine;
        set({ failure: toFailure(thrown) });
      }
    };
    return {
      query: '',
      conversationId: undefined,
      hits: [],
      more: false,
      answered: undefined,
      answeredIn: undefined,
      failure: undefined,
      marked: undefined,
      look: async (query, conversationId) => {
        // Why the one before failed is said of that alone.
        set({ query, conversationId, failure: undefined });
        if (query.trim() !== '') return ask(undefined);
        asked += 1;
        set({ hits: [], more: false, answered: undefined, answeredIn: undefined, failure: undefined, marked: undefined });
      },
      lookFurther: async () => {
        const last = get().hits.at(-1);
        if (last !== undefined && get().more && listed === asked) await ask(last.messageId);
      },
      changed: ({ messageId, text, file }) => {
        const { hits, answered = '', marked } = get();
        // As the search itself: some of the words may be of the text, and others of the file's name.
        const texts = [text, file?.name ?? ''];
        if (marked?.messageId === messageId && !standsIn(texts, marked.query)) get().unmark(marked.conversationId);
        const hit = hits.find((each) => each.messageId === messageId);
        if (hit === undefined) return;
        const marksIn = searchFor(answered);
        const shown = texts.find((words) => marksIn(words).length > 0) ?? text;
        if (!standsIn(texts, answered)) get().removed([messageId]);
        else set({ hits: hits.map((each) => (each === hit ? { ...hit, ...snippetOf(shown, marksIn(shown)) } : each)) });
      },
      removed: (messageIds) => {
        const { marked } = get();
        if (marked !== undefined && messageIds.includes(marked.messageId)) get().unmark(marked.conversationId);
        const hits = get().hits.filter(({ messageId }) => !messageIds.includes(messageId));
        if (hits.length === get().hits.length) return;
        set({ hits });
        // Older ones are asked for behind the last that is listed, and none is any more.
        if (hits.length === 0 && get().more && listed === asked) void ask(undefined);
      },
      forget: (conversationId) => {
        get().removed(get().hits.flatMap((hit) => (hit.conversationId === conversationId ? [hit.messageId] : [])));
        get().unmark(conversationId);
      },
      mark: ({ conversationId, messageId }, query) => set({ marked: { conversationId, query, messageId } }),
      unmark: (conversationId) => set(({ marked }) => (marked?.conversationId === conversationId ? { marked: undefined } : {})),
    };
  });
}
