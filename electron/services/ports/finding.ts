import type { MessageRow } from './talks';

/** Where a message stands in its conversation; it says so also when the message is gone. */
export interface MessagePosition {
  readonly place: number;
  readonly instanceId: string;
  readonly sequence: number;
}

/** Pages of a conversation, or of several as if they were one, beside those before a message: each oldest first, in the order on screen. */
export interface MessagePages {
  /** The `limit` messages behind `after` (exclusive). */
  pageAfter(conversationId: string | readonly string[], after: string, limit: number): readonly MessageRow[];
  /** The next `limit` messages behind a position, from the first on without one, and where they end (undefined: there were none). */
  pageFrom(conversationId: string | readonly string[], from: MessagePosition | undefined, limit: number): { readonly rows: readonly MessageRow[]; readonly end: MessagePosition | undefined };
  /** At most `limit` messages with that one in the middle. */
  pageAround(conversationId: string | readonly string[], messageId: string, limit: number): readonly MessageRow[];
  /** Whether one stands there from `start` on and before `end` (Unix milliseconds). */
  hasBetween(conversationId: string | readonly string[], start: number, end: number): boolean;
  /** At most `limit` messages with the first of `time` (Unix milliseconds) or later in the middle, else the newest. */
  pageAt(conversationId: string | readonly string[], time: number, limit: number): readonly MessageRow[];
}

export interface SearchQuery {
  /** All words and emoji, in any order, in a message or the names of its files; the last word may be a beginning. */
  readonly text: string;
  /** Of several: what is shown as one. */
  readonly conversationId?: string | readonly string[] | undefined;
  /** Only what stands before this message in the order of the whole history. */
  readonly before?: string | undefined;
  readonly limit: number;
}

export interface FoundMessage extends Pick<MessageRow, 'messageId' | 'conversationId' | 'direction' | 'text' | 'sentAt'> {
  /** It is its file that is called so. */
  readonly fileName?: string;
}

/** The words of all messages, in the same database and transactions (migration "search"). */
export interface SearchStore {
  /** Newest first. Nothing for a text without a word or an emoji. */
  find(query: SearchQuery): readonly FoundMessage[];
  /** Reads at most `limit` more of the newest messages into the memory in which a search begins; false: there are none, or enough. */
  remember(limit: number): boolean;
  /** Finds the emoji of at most `limit` new messages, or takes so many older ones into the index, which were here before this one; false: nothing is left to do. */
  takeUp(limit: number): boolean;
  /** Looks through at most `limit` pages for what is left of words that were erased. Undefined: none were since it was done last. */
  erase(limit: number): 'more' | 'done' | undefined;
  /** Joins parts of the index, about so many pages of it; false: there was nothing to do. */
  tidy(pages: number): boolean;
}
