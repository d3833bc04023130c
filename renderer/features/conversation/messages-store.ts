import { createStore, type StoreApi } from 'zustand/vanilla';
import type { EventOf } from '../../../shared/contract/contract';
import type { KeyshiftError } from '../../../shared/errors';
import type { Message } from '../../../shared/model/message';
import type { Life } from '../../app/life';
import type { Client } from '../../bridge/client';
import { toFailure } from '../../bridge/failure';
import { coalesce } from '../../app/coalesce';
import { applyState, cameSince, mergePage, replacePage } from './merge';

/** Messages asked for at once. */
export const pageSize = 50;

/** … and behind one that was sent: with those that both sides sent at the same moment. */
const newestFew = 8;
/** Most that `messages.list` gives at once. */
export const maxPage = 500;
/** What is shown above the first unread one, so that it does not stand alone. */
const above = 10;
/** What is kept of a conversation that nobody looks at, and of one in which somebody follows the newest. */
const keptUnseen = pageSize;
export const mostFollowed = 300;
/** As many messages as a page carries without getting slow. Others that come while somebody reads further up are counted: whoever sends without an end would in time stop the window. */
export const mostGathered = 1_000;

export interface Thread {
  readonly messages: readonly Message[];
  /** True when nothing older exists. */
  readonly complete: boolean;
  /** There are newer ones than the last of these: somebody looks at an earlier place. */
  readonly behind?: boolean;
  /** So many of the other side came behind those that are here, which are as many as a page takes; only where that is why it is behind. */
  readonly missed?: number | undefined;
  readonly loading: 'no' | 'newest' | 'older';
  readonly failure: KeyshiftError | undefined;
}

export const emptyThread: Thread = { messages: [], complete: false, behind: false, missed: undefined, loading: 'no', failure: undefined };

/** Words on their way into the storage, which can take seconds where a disk is slow. */
export interface Storing {
  /** Of this window. */
  readonly id: number;
  readonly conversationId: string;
  readonly text: string;
}

export interface MessagesState {
  readonly threads: Readonly<Record<string, Thread>>;
  /** Oldest first. */
  readonly storing: readonly Storing[];
  /** `unread`: so many, that where they begin is among them. */
  readonly loadNewest: (conversationId: string, unread?: number) => Promise<void>;
  readonly loadOlder: (conversationId: string) => Promise<void>;
  /** Behind the last one shown, where there are any. */
  readonly loadNewer: (conversationId: string) => Promise<void>;
  /** Shows the place of a message, unless it is shown already. Errors: message.unknown. */
  readonly loadAround: (conversationId: string, messageId: string) => Promise<void>;
  /** Shows the first message of a time or later; gives which that is. */
  readonly loadAt: (conversationId: string, at: number) => Promise<string | undefined>;
  /** Somebody looks at it from now on. */
  readonly enter: (conversationId: string) => void;
  /** Nobody looks at it any more: an earlier place is forgotten, and all but the newest, which stay so few however many come. */
  readonly leave: (conversationId: string) => void;
  /** Somebody stands at the newest of many: the oldest are forgotten, and come again when they are scrolled to. */
  readonly shorten: (conversationId: string) => void;
  readonly send: (conversationId: string, text: string, replyTo?: string) => Promise<void>;
  readonly received: (conversationId: string, message: Message) => void;
  /** Messages stand elsewhere, or say something else: what is shown is asked for anew. */
  readonly moved: (conversationId: string) => Promise<void>;
  readonly stateChanged: (event: EventOf<'message.state'>) => void;
  /** One message says something else. */
  readonly changed: (conversationId: string, message: Message) => void;
  readonly removed: (conversationId: string, messageIds: readonly string[]) => void;
  /** The conversation is gone: nothing of it stays in memory. */
  readonly forget: (conversationId: string) => void;
}

/** `catchUp`: shows what was told and is not shown yet. A page holds all that was told before it came: what it has no room for would be put behind its newer ones. */
export function createMessagesStore(client: Client, life: Life, catchUp: () => void = () => undefined): StoreApi<MessagesState> {
  const list: Client['messages']['list'] = async (asked) => {
    const page = await client.messages.list(asked);
    catchUp();
    return page;
  };
  return createStore<MessagesState>()((set, get) => {
    const threadOf = (conversationId: string): Thread => get().threads[conversationId] ?? emptyThread;
    const put = (conversationId: string, change: Partial<Thread>): void =>
      set((state) => ({
        threads: { ...state.threads, [conversationId]: { ...(state.threads[conversationId] ?? emptyThread), ...change } },
      }));

    /** What was asked for does not fit what is shown any more; whoever still wants more asks again. */
    const stopLoadingOlder = (conversationId: string): void => {
      if (threadOf(conversationId).loading === 'older') put(conversationId, { loading: 'no' });
    };

    /** Where something came behind what is shown since the newest, or newer ones, were asked for: the answer may be older than it. */
    const cameBehind = new Set<string>();

    /** The only one that somebody looks at; the others are kept short. */
    let looked: string | undefined;
    const shortened = (thread: Thread, most: number): Partial<Thread> => (thread.messages.length > most ? { messages: thread.messages.slice(-most), complete: false } : {});

    let lastStored = 0;
    const askedAnew = new Map<string, () => Promise<void>>();
    const askAnew = async (conversationId: string): Promise<void> => {
      const alive = life.begin();
      const before = threadOf(conversationId).messages;
      const limit = Math.min(maxPage, Math.max(pageSize, before.length));
      const isBehind = threadOf(conversationId).behind === true;
      const middle = isBehind ? before[Math.floor(before.length / 2)]?.messageId : undefined;
      const page = await list({ conversationId, limit, ...(middle !== undefined && { around: middle }) });
      if (!alive()) return;
      // Somebody went to another place meanwhile: that one was asked for later.
      const { behind = false, messages, missed } = threadOf(conversationId);
      if (behind !== isBehind || (middle !== undefined && !messages.some(({ messageId }) => messageId === middle))) return;
      if (middle !== undefined) put(conversationId, { messages: page, complete: false, missed: missed === undefined ? undefined : stillMissed(missed, messages, page) });
      else put(conversationId, { messages: replacePage(before, messages, page), complete: page.length < limit });
    };

    /** What was just written, with what stands right before it: of what is shown the rest is here. */
    const showSent = async (conversationId: string): Promise<void> => {
      const alive = life.begin();
      try {
        const page = await list({ conversationId, limit: newestFew });
        if (!alive()) return;
        const { messages, replaced } = mergePage(threadOf(conversationId).messages, page);
        if (!replaced && threadOf(conversationId).behind !== true) return put(conversationId, { messages, failure: undefined });
      } catch {
        // Asked for once more, and told if that fails.
      }
      if (alive()) await get().loadNewest(conversationId);
    };

    return {
      threads: {},
      storing: [],
      loadNewest: async (conversationId, unread = 0) => {
        const alive = life.begin();
        const limit = unread <= pageSize - above ? pageSize : Math.min(maxPage, unread + above);
        put(conversationId, { loading: 'newest', failure: undefined });
        const before = threadOf(conversationId);
        cameBehind.delete(conversationId);
        try {
          const page = await list({ conversationId, limit });
          if (!alive()) return;
          const now = threadOf(conversationId);
          const behind = now.behind === true && cameBehind.has(conversationId);
          const { messages, replaced } = mergePage(now.messages, page, now.behind === true ? [] : cameSince(before.messages, now.messages));
          const complete = replaced ? page.length < limit : threadOf(conversationId).complete;
          put(conversationId, { messages, complete, behind, missed: undefined, loading: 'no' });
          if (behind) void get().loadNewer(conversationId);
        } catch (thrown) {
          if (alive()) put(conversationId, { loading: 'no', failure: toFailure(thrown) });
        }
      },
      loadOlder: async (conversationId) => {
        const alive = life.begin();
        const thread = threadOf(conversationId);
        const before = thread.messages[0]?.messageId;
        if (before === undefined || thread.complete || thread.loading !== 'no') return;
        put(conversationId, { loading: 'older', failure: undefined });
        try {
          const page = await list({ conversationId, before, limit: pageSize });
          if (!alive()) return;
          // Gone, or no longer shown: above what is there now would be a gap, or another order.
          if (threadOf(conversationId).messages[0]?.messageId !== before) return stopLoadingOlder(conversationId);
          const known = new Set(threadOf(conversationId).messages.map((message) => message.messageId));
          const older = page.filter((message) => !known.has(message.messageId));
          put(conversationId, {
            messages: [...older, ...threadOf(conversationId).messages],
            complete: page.length < pageSize,
            loading: 'no',
          });
        } catch (thrown) {
          if (alive()) put(conversationId, { loading: 'no', failure: toFailure(thrown) });
        }
      },
      loadNewer: async (conversationId) => {
        const alive = life.begin();
        const thread = threadOf(conversationId);
        const after = thread.messages.at(-1)?.messageId;
        if (after === undefined || thread.behind !== true || thread.loading !== 'no') return;
        put(conversationId, { loading: 'older', failure: undefined });
        cameBehind.delete(conversationId);
        try {
          const page = await list({ conversationId, after, limit: pageSize });
          if (!alive()) return;
          if (threadOf(conversationId).messages.at(-1)?.messageId !== after) return stopLoadingOlder(conversationId);
          const { messages, missed } = threadOf(conversationId);
          const isBehind = page.length === pageSize || cameBehind.has(conversationId);
          const left = missed === undefined || !isBehind ? undefined : Math.max(0, missed - page.filter(isIncoming).length);
          put(conversationId, { messages: [...messages, ...page], behind: isBehind, missed: left, loading: 'no' });
          if (isBehind && page.length < pageSize) void get().loadNewer(conversationId);
        } catch (thrown) {
          if (alive()) put(conversationId, { loading: 'no', failure: toFailure(thrown) });
        }
      },
      loadAround: async (conversationId, messageId) => {
        if (threadOf(conversationId).messages.some((known) => known.messageId === messageId)) return;
        const alive = life.begin();
        const page = await list({ conversationId, around: messageId, limit: pageSize });
        if (alive()) put(conversationId, place(page));
      },
      loadAt: async (conversationId, at) => {
        const alive = life.begin();
        const wasLooked = looked === conversationId;
        const page = await list({ conversationId, at, limit: pageSize });
        // Whoever left meanwhile would come back to that place, and not to the newest.
        if (!alive() || (wasLooked && looked !== conversationId)) return undefined;
        put(conversationId, place(page));
        return (page.find((message) => (message.receivedAt ?? message.sentAt) >= at) ?? page.at(-1))?.messageId;
      },
      enter: (conversationId) => {
        looked = conversationId;
      },
      leave: (conversationId) => {
        if (looked === conversationId) looked = undefined;
        const thread = threadOf(conversationId);
        if (thread.behind === true) put(conversationId, emptyThread);
        else if (thread.messages.length > keptUnseen) put(conversationId, shortened(thread, keptUnseen));
      },
      shorten: (conversationId) => {
        const thread = threadOf(conversationId);
        if (thread.behind !== true && thread.loading === 'no' && thread.messages.length > mostFollowed) put(conversationId, shortened(thread, 2 * pageSize));
      },
      send: async (conversationId, text, replyTo) => {
        const alive = life.begin();
        const words: Storing = { id: (lastStored += 1), conversationId, text };
        set(({ storing }) => ({ storing: [...storing, words] }));
        try {
          await client.messages.send(replyTo === undefined ? { conversationId, text } : { conversationId, text, replyTo });
          if (alive()) await showSent(conversationId);
        } catch (thrown) {
          // Locked meanwhile: whoever heard of it would give the words back, to a window that keeps none.
          if (alive()) throw thrown;
        } finally {
          if (alive()) set(({ storing }) => ({ storing: storing.filter((each) => each !== words) }));
        }
      },
      received: (conversationId, message) => {
        const thread = get().threads[conversationId];
        if (thread === undefined) return;
        if (thread.behind === true) {
          cameBehind.add(conversationId);
          if (thread.missed !== undefined && isIncoming(message)) put(conversationId, { missed: thread.missed + 1 });
          return;
        }
        if (thread.messages.some((known) => known.messageId === message.messageId)) return;
        if (thread.messages.length >= mostGathered) {
          cameBehind.add(conversationId);
          return put(conversationId, { behind: true, missed: isIncoming(message) ? 1 : 0 });
        }
        const messages = [...thread.messages, message];
        put(conversationId, { messages, ...(conversationId === looked ? {} : shortened({ ...thread, messages }, keptUnseen)) });
      },
      moved: async (conversationId) => {
        if (get().threads[conversationId] === undefined) return;
        const ask = askedAnew.get(conversationId) ?? coalesce(() => askAnew(conversationId));
        askedAnew.set(conversationId, ask);
        await ask();
      },
      stateChanged: (event) => {
        const thread = get().threads[event.conversationId];
        if (thread === undefined) return;
        const messages = applyState(thread.messages, event);
        if (messages !== thread.messages) put(event.conversationId, { messages });
      },
      changed: (conversationId, message) => {
        const thread = get().threads[conversationId];
        if (!thread?.messages.some((known) => known.messageId === message.messageId)) return;
        put(conversationId, { messages: thread.messages.map((known) => (known.messageId === message.messageId ? message : known)) });
      },
      removed: (conversationId, messageIds) => {
        const thread = get().threads[conversationId];
        if (thread === undefined) return;
        const gone = new Set(messageIds);
        const messages = thread.messages.filter(({ messageId }) => !gone.has(messageId));
        if (messages.length < thread.messages.length) put(conversationId, { messages });
      },
      forget: (conversationId) => {
        cameBehind.delete(conversationId);
        askedAnew.delete(conversationId);
        set(({ threads: { [conversationId]: _gone, ...threads } }) => ({ threads }));
      },
    };
  });
}

const isIncoming = ({ direction }: Message): boolean => direction === 'in';

/** How many came behind the last of `page`, where so many did behind the last of `messages`; undefined: nothing says where one ends in the other. */
function stillMissed(missed: number, messages: readonly Message[], page: readonly Message[]): number | undefined {
  const placeOf = (list: readonly Message[], message: Message | undefined): number => list.findIndex(({ messageId }) => messageId === message?.messageId);
  const [inPage, inList] = [placeOf(page, messages.at(-1)), placeOf(messages, page.at(-1))];
  if (inPage !== -1) return Math.max(0, missed - page.slice(inPage + 1).filter(isIncoming).length);
  return inList === -1 ? undefined : missed + messages.slice(inList + 1).filter(isIncoming).length;
}

/** A page somewhere in the middle: there may be more on either side, which the next question tells. */
function place(page: readonly Message[]): Thread {
  return { messages: page, complete: page.length < pageSize, behind: page.length === pageSize, missed: undefined, loading: 'no', failure: undefined };
}
