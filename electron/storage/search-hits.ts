import type { Row } from './database';
import { apart } from './migrations/0040-search-whole';
import { optionalText, text } from './row';
import type { Wanted } from './search-words';

/** What of a message is told of a hit, and what it is looked for in, read in one go. */
export const hitColumns = `messages.message_id AS message_id, messages.direction AS direction, messages.text AS text, messages.sent_at AS sent_at,
  (SELECT conversation_id FROM conversations WHERE key = messages.conversation) AS conversation_id, search_names.name AS name`;
export const hitNames = 'LEFT JOIN search_names ON search_names.message = messages.key';
/** A pattern that is a parameter alone has SQLite compile the statement again for every call, as a limit does (`atMost`). */
const asText = `(? || '')`;

/**
 * A text of ASCII alone without these letters (`likePattern`) and without a name beside it holds no such word, and stays in SQLite, which compares them as the
 * tokenizer does. It is asked by rising costs.
 */
export const mayHold = `(search_names.name IS NOT NULL OR octet_length(messages.text) <> length(messages.text) OR messages.text LIKE ${asText} ESCAPE '!')`;

export interface Within {
  readonly words: Wanted;
  /** Only places below. */
  readonly below: number;
  readonly limit: number;
}

/** The text of a message with the names of its files behind it. */
export function lineOf(row: Row): string {
  const name = optionalText(row, 'name');
  return name === undefined ? text(row, 'text') : `${text(row, 'text')} ${apart} ${name}`;
}
