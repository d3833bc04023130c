import { bareSign } from '../../shared/signs';
import { atMost } from './at-most';
import type { Db, Row } from './database';
import { integer, text } from './row';
import { begins, mayBegin, type Wanted } from './search-words';

/** So many of the newest messages are looked through for an emoji alone, and so many of the newest files for their names: a few milliseconds' work. */
const newestMessages = 2_000;
const newestFiles = 1_000;

export interface SearchBeside {
  /** Newest first, among the newest ones before `before`: messages with these emoji, bare, in them. */
  signs(signs: readonly string[], within: { readonly conversationId?: string | undefined; readonly before?: string | undefined; readonly limit: number }): readonly Row[];
  /** Newest first: messages whose file is called so, with its `name`. */
  files(wanted: Wanted, within: { readonly conversationId?: string | undefined; readonly before?: string | undefined; readonly limit: number }): readonly Row[];
}

/** What the index of words does not have. `columns`: of `messages`; `placeOf`: the place of a message by its id, one parameter. */
export function createSearchBeside(db: Db, columns: string, placeOf: string): SearchBeside {
  const ofThis = 'conversation = (SELECT key FROM conversations WHERE conversation_id = ?)';
  const where = '(SELECT coalesce((SELECT at FROM search_places WHERE message = messages.key), messages.place * 512))';
  const withSign = (near: string) => db.prepare(`SELECT ${columns}, ${where} AS at FROM (${near} LIMIT ${newestMessages}) AS near CROSS JOIN messages ON messages.key = near.key WHERE instr(messages.text, ?) > 0 ORDER BY at DESC`);
  const signs = {
    all: withSign('SELECT message AS key FROM search_places ORDER BY at DESC'),
    allBefore: withSign(`SELECT message AS key FROM search_places WHERE at < ${placeOf} ORDER BY at DESC`),
    one: withSign(`SELECT key FROM messages WHERE ${ofThis} ORDER BY place DESC`),
    oneBefore: withSign(`SELECT key FROM messages WHERE ${ofThis} AND place <= ${placeOf} / 512 ORDER BY place DESC`),
  };
  const names = {
    all: db.prepare(`SELECT message_id, name FROM transfers ORDER BY added_at DESC ${atMost}`),
    one: db.prepare(`SELECT message_id, name FROM transfers WHERE conversation_id = ? ORDER BY added_at DESC ${atMost}`),
  };
  const placeBefore = db.prepare(`SELECT ${placeOf} AS at`);
  const selectMessage = db.prepare(`SELECT ${columns}, ${where} AS at FROM messages WHERE message_id = ?`);

  const holds = (words: readonly string[], { phrases, last }: Wanted): boolean =>
    phrases.every((phrase) => words.some((_, from) => phrase.every((word, offset) => words[from + offset] === word))) && begins(words, last);
  // As it is written, and in the pieces that people see in it: report_2024.pdf.
  const isCalled = (name: string, wanted: Wanted): boolean => holds(db.words(name), wanted) || holds(db.words(name.replace(/[_.-]+/gu, ' ')), wanted);

  return {
    signs(wanted, { conversationId, before, limit }) {
      const first = Array.from(wanted[0] ?? '')[0] ?? '';
      const found =
        conversationId === undefined
          ? before === undefined ? signs.all.all([first]) : signs.allBefore.all([before, first])
          : before === undefined ? signs.one.all([conversationId, first]) : signs.oneBefore.all([conversationId, before, first]);
      return found.filter((row) => text(row, 'message_id') !== before && hasSigns(text(row, 'text'), wanted)).slice(0, limit);
    },
    files(wanted, { conversationId, before, limit }) {
      const rows = conversationId === undefined ? names.all.all([newestFiles]) : names.one.all([conversationId, newestFiles]);
      const from = before === undefined ? undefined : placeBefore.get([before]);
      return rows
        .flatMap((row) => {
          const name = text(row, 'name');
          if (!mayBegin(name, wanted.last.beginning) || !isCalled(name, wanted)) return [];
          const message = selectMessage.get([text(row, 'message_id')]);
          return message === undefined || (from !== undefined && integer(message, 'at') >= integer(from, 'at')) ? [] : [{ ...message, name }];
        })
        .sort((a, b) => integer(b, 'at') - integer(a, 'at'))
        .slice(0, limit);
    },
  };
}

/** Whether all of these, which are bare, stand in a text. */
export function hasSigns(source: string, signs: readonly string[]): boolean {
  const bare = bareSign(source);
  return signs.every((sign) => bare.includes(sign));
}
