/** Emojis that were put to messages. */
export interface ReactionStore {
  /** Oldest first. */
  of(messageId: string): readonly ReactionRow[];
  /** Those of many messages at once, in no order of messages. */
  ofAll(messageIds: readonly string[]): ReadonlyMap<string, readonly ReactionRow[]>;
  /** False: it is there already. */
  add(messageId: string, row: ReactionRow): boolean;
  /** False: it was not there. */
  remove(messageId: string, by: ReactionRow['by'], emoji: string): boolean;
}

export interface ReactionRow {
  readonly by: 'me' | 'them';
  readonly emoji: string;
  /** Unix milliseconds. */
  readonly at: number;
}
