/** An own message whose text is being changed, and what it is to say. */
export interface EditRow {
  readonly conversationId: string;
  readonly messageId: string;
  readonly text: string;
}

/** What of edits was typed and not said: on this device alone, and gone with its message. */
export interface EditStore {
  list(): readonly EditRow[];
  put(messageId: string, text: string): void;
  remove(messageId: string): void;
}
