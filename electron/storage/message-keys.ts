/** How many messages of one conversation have keys side by side. With 2^25 conversations a key is still a safe integer. */
export const keysOfOne = 2 ** 28;
/** Below stand those that were here before messages of a conversation lay side by side, by the keys they had (`search-placing.ts`). */
export const keysBefore = 2 ** 27;

/**
 * The key of a conversation's next message, one parameter: the conversation's id. SQLite keeps rows by their key, so that those of one conversation lie
 * on the same pages, and reading fifty is reading three pages instead of fifty. The order of keys within one is that in which they were added.
 */
export const nextKey = `(
  SELECT max(whose.key * ${keysOfOne} + ${keysBefore}, coalesce((
    SELECT max(key) FROM messages WHERE key > whose.key * ${keysOfOne} AND key < (whose.key + 1) * ${keysOfOne}), 0)) + 1
  FROM conversations AS whose WHERE whose.conversation_id = ?)`;
