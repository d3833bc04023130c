/** Emojis that were put to messages. */
export interface ReactionStore {
  /** Oldest first. */
  of(messageId: string): readonly ReactionRow[];
  /** Those of many messages at once, in no order of messages. */
  ofAll(messageIds: readonly string[]): ReadonlyMap<string, readonly ReactionRow[]>;
  /** What was taken back, too: in no order. */
  words(messageId: string): readonly ReactionWord[];
  /** Takes the place of an earlier word about this emoji by that side; of two with one revision the one that leaves it there counts. False: it was not later. */
  put(messageId: string, word: ReactionWord): boolean;
}

export interface ReactionRow {
  readonly by: 'me' | 'them';
  readonly emoji: string;
  /** Unix milliseconds. */
  readonly at: number;
}

/** The last word of one side about one emoji. */
export interface ReactionWord extends ReactionRow {
  /** From 1; each later word about it has a higher one. */
  readonly revision: number;
  readonly removed: boolean;
}
