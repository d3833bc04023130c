import type { FoundMessage, SearchQuery, SearchStore } from '../services/ports/finding';
import { atMost } from './at-most';
import type { Db, Row } from './database';
import { at } from './message-row';
import { given, integer, optionalText, text } from './row';
import { createSearchErasing } from './search-erasing';
import { createSearchFilling } from './search-filling';
import { createSearchRecent } from './search-recent';
import { createWordList } from './search-terms';
import { holds, phrase, type Wanted, wanted } from './search-words';

/** A beginning with at most so many words is asked for as these words at once: they are found newest first, however common. */
const fewEndings = 60;
/** Of a beginning with more, so many of the newest messages are looked through before that. There is hardly one without. */
const looks = {
  /** They lie side by side in the file. */
  all: [300, 1_000],
  /** Each on another page. */
  one: [110, 240, 600],
  /** The same, and found one by one. */
  known: [50, 160],
} as const;
/** With at most so many words it is then asked for as these words, 10 µs each; else the index joins all it has. */
const mostEndings = 1_000;
/** New messages whose emoji are still looked for while somebody waits. */
const signsAtOnce = 100;
const directions = ['in', 'out'] as const;

const placeOf = '(SELECT coalesce((SELECT at FROM search_places WHERE message = asked.key), asked.place) FROM messages AS asked WHERE asked.message_id = ?)';
const marker = (column: string, words: readonly string[]): string => `{${column}} : ${phrase(words)}`;

/** How words are found among millions of messages in a few milliseconds; why so, decisions/041 and 054 say. */
export function createSearchStore(db: Db): SearchStore {
  const wordsFrom = createWordList(db);
  const recent = createSearchRecent(db, placeOf);
  const found = (and: string): string => `
    SELECT search_places.message AS message FROM search CROSS JOIN search_places ON search_places.at = search.rowid ${and} ORDER BY search.rowid DESC ${atMost}`;
  // Conversations share letters when there are many.
  const inOne = 'CROSS JOIN messages ON messages.key = search_places.message WHERE search MATCH ? AND messages.conversation = (SELECT key FROM conversations WHERE conversation_id = ?)';
  const before = `AND search.rowid < ${placeOf}`;
  const statements = {
    all: db.prepare(found('WHERE search MATCH ?')),
    allBefore: db.prepare(found(`WHERE search MATCH ? ${before}`)),
    one: db.prepare(found(inOne)),
    oneBefore: db.prepare(found(`${inOne} ${before}`)),
  };
  const selectLetter = db.prepare('SELECT char(131072 + key % 40000) AS letter FROM conversations WHERE conversation_id = ?');
  const selectHit = db.prepare(`
    SELECT message_id, direction, text, sent_at, (SELECT conversation_id FROM conversations WHERE key = messages.conversation) AS conversation_id,
      (SELECT name FROM search_names WHERE message = messages.key) AS name
    FROM messages WHERE key = ?`);
  const selectName = db.prepare('SELECT name FROM transfers WHERE message_id = ?');

  const ask = (match: string, { conversationId, before: from, limit }: SearchQuery): readonly Row[] => {
    if (conversationId === undefined) return from === undefined ? statements.all.all([match, limit]) : statements.allBefore.all([match, from, limit]);
    return from === undefined ? statements.one.all([match, conversationId, limit]) : statements.oneBefore.all([match, conversationId, from, limit]);
  };
  /** Those of these lines that are hits; undefined: there may be more further back. */
  const among = (query: SearchQuery, words: Wanted, { rows, isAll }: ReturnType<typeof recent.any>): readonly Row[] | undefined => {
    const hits: Row[] = [];
    for (const row of rows) {
      if (holds(db.words(text(row, 'line')), words)) hits.push(row);
      if (hits.length >= query.limit) return hits;
    }
    return isAll() ? hits : undefined;
  };

  const rowsOf = (query: SearchQuery, words: Wanted): readonly Row[] => {
    const { phrases, last, signs } = words;
    const letter = query.conversationId === undefined ? undefined : selectLetter.get([query.conversationId]);
    if (query.conversationId !== undefined && letter === undefined) return [];
    const bounds = letter === undefined ? [] : [marker('talk', [text(letter, 'letter')])];
    const exact = [...phrases.map((each) => marker('text name', each)), ...signs.map((sign) => marker('signs', [sign])), ...bounds];
    if (last === undefined) return ask(exact.join(' AND '), query);
    const withEndings = (endings: readonly string[]) => ask([...exact, `{text name} : (${endings.map((ending) => phrase([...last.words, ending])).join(' OR ')})`].join(' AND '), query);
    const few = wordsFrom(last.beginning, fewEndings);
    if (few !== undefined) return few.length === 0 ? [] : withEndings(few);
    const known = last.words.length === 0 ? exact : [...exact, marker('text name', last.words)];
    const isKnown = known.length > bounds.length;
    for (const count of looks[isKnown ? 'known' : letter === undefined ? 'all' : 'one']) {
      const near = among(query, words, isKnown ? recent.of(known.join(' AND '), query, last.beginning, count) : recent.any(query, last.beginning, count));
      if (near !== undefined) return near;
    }
    const endings = wordsFrom(last.beginning, mostEndings);
    return endings === undefined ? ask([...exact, `{text name} : (${phrase([...last.words, last.beginning])} *)`].join(' AND '), query) : withEndings(endings);
  };

  const read = (found: Row, words: Wanted): FoundMessage | undefined => {
    const row = selectHit.get([integer(found, 'message')]);
    if (row === undefined) return undefined;
    const isSaid = optionalText(row, 'name') === undefined || (words.last !== undefined && holds(db.words(text(row, 'text')), words)) || words.last === undefined;
    const name = isSaid ? undefined : selectName.get([text(row, 'message_id')]);
    return {
      messageId: text(row, 'message_id'),
      conversationId: text(row, 'conversation_id'),
      direction: at(row, 'direction', directions),
      text: text(row, 'text'),
      sentAt: integer(row, 'sent_at'),
      ...given('fileName', name && text(name, 'name')),
    };
  };

  const filling = createSearchFilling(db);
  const totalChanges = db.prepare('SELECT total_changes() AS n');
  const changes = (): number => {
    const row = totalChanges.get();
    return row === undefined ? 0 : integer(row, 'n');
  };
  const merge = db.prepare(`INSERT INTO search (search, rank) VALUES ('merge', ?)`);
  return {
    find(query) {
      const words = wanted(db, query.text);
      if (words === undefined) return [];
      if (words.signs.length > 0) filling.findNewSigns(signsAtOnce);
      return rowsOf(query, words).flatMap((row) => read(row, words) ?? []);
    },
    takeUp: (limit) => filling.takeUp(limit),
    erase: createSearchErasing(db),
    tidy(pages) {
      const earlier = changes();
      merge.run([pages]);
      // Fewer than these two mean that there was nothing to join (SQLite's documentation of FTS5, "merge").
      return changes() - earlier >= 2;
    },
  };
}
