import { signsIn } from '../../shared/signs';
import type { FoundMessage, SearchQuery, SearchStore } from '../services/ports/finding';
import { atMost } from './at-most';
import type { Db, Row } from './database';
import { at } from './message-row';
import { integer, text } from './row';
import { createSearchBeside, hasSigns } from './search-beside';
import { createSearchErasing } from './search-erasing';
import { createSearchRecent } from './search-recent';
import { createWordList } from './search-terms';
import { begins, phrase, type Wanted, wanted } from './search-words';

/** A beginning with at most so many words is asked for as these words at once: they are found newest first, however common. */
const fewEndings = 60;
/** Of a beginning with more, so many of the newest messages are looked through before that. There is hardly one without. */
const looks = {
  /** They lie side by side in the file. */
  all: [300, 1_000],
  /** Each on another page. */
  one: [130, 300],
  /** The same, and found one by one. */
  known: [50, 160],
} as const;
/** With at most so many words it is then asked for as these words, 10 µs each; else the index joins all it has. */
const mostEndings = 1_000;
/** Of messages with the words that stand beside an emoji, so many at a time, and so many times, are looked through for it. */
const signsAtOnce = 200;
const signsLooks = 3;
const directions = ['in', 'out'] as const;

const columns = `messages.message_id, messages.direction, messages.text, messages.sent_at, (SELECT conversation_id FROM conversations WHERE key = messages.conversation) AS conversation_id`;
const placeOf = `
  (SELECT coalesce((SELECT at FROM search_places WHERE message = asked.key), asked.place * 512) FROM messages AS asked WHERE asked.message_id = ?)`;

/** How words are found among millions of messages in a few milliseconds; why so, decisions/041 says. */
export function createSearchStore(db: Db): SearchStore {
  const wordsFrom = createWordList(db);
  const found = (where: string): string => `
    SELECT ${columns}, search.rowid AS at FROM search CROSS JOIN search_places ON search_places.at = search.rowid CROSS JOIN messages ON messages.key = search_places.message
    WHERE search MATCH ? ${where} ORDER BY search.rowid DESC ${atMost}`;
  // Conversations share letters when there are many.
  const inOne = 'AND messages.conversation = (SELECT key FROM conversations WHERE conversation_id = ?)';
  const before = `AND search.rowid < ${placeOf}`;
  const statements = { all: db.prepare(found('')), allBefore: db.prepare(found(before)), one: db.prepare(found(inOne)), oneBefore: db.prepare(found(`${inOne} ${before}`)) };
  const recent = createSearchRecent(db, columns, placeOf);
  const selectLetter = db.prepare('SELECT char(131072 + key % 40000) AS letter FROM conversations WHERE conversation_id = ?');

  const ask = (match: string, { conversationId, before: from }: SearchQuery, limit: number): readonly Row[] => {
    if (conversationId === undefined) return from === undefined ? statements.all.all([match, limit]) : statements.allBefore.all([match, from, limit]);
    return from === undefined ? statements.one.all([match, conversationId, limit]) : statements.oneBefore.all([match, conversationId, from, limit]);
  };
  /** Undefined: there is no such conversation. */
  const within = (query: SearchQuery): readonly string[] | undefined => {
    if (query.conversationId === undefined) return [];
    const row = selectLetter.get([query.conversationId]);
    return row && [`{talk} : "${text(row, 'letter')}"`];
  };

  const byBeginning = (query: SearchQuery, { phrases, last }: Wanted, bounds: readonly string[]): readonly Row[] => {
    const exact = [...bounds, ...phrases.map((words) => `{text} : ${phrase(words)}`)];
    const known = last.words.length === 0 ? exact : [...exact, `{text} : ${phrase(last.words)}`];
    const withEndings = (endings: readonly string[]) => ask([...exact, `{text} : (${endings.map((ending) => phrase([...last.words, ending])).join(' OR ')})`].join(' AND '), query, query.limit);
    /** Undefined: there may be more of them further back. */
    const amongNewest = (count: number): readonly Row[] | undefined => {
      const near = known.length > bounds.length ? recent.of(known.join(' AND '), query, last.beginning, count) : recent.any(query, last.beginning, count);
      const hits = near.rows.filter((row) => begins(db.words(text(row, 'text')), last)).slice(0, query.limit);
      return hits.length >= query.limit || near.isAll() ? hits : undefined;
    };
    const few = wordsFrom(last.beginning, fewEndings);
    if (few !== undefined) return few.length === 0 ? [] : withEndings(few);
    for (const count of looks[known.length > bounds.length ? 'known' : query.conversationId === undefined ? 'all' : 'one']) {
      const near = amongNewest(count);
      if (near !== undefined) return near;
    }
    const endings = wordsFrom(last.beginning, mostEndings);
    return endings === undefined ? ask([...exact, `{text} : (${phrase([...last.words, last.beginning])} *)`].join(' AND '), query, query.limit) : withEndings(endings);
  };

  const selectBacklog = db.prepare('SELECT key, place FROM messages WHERE key < (SELECT below FROM search_backlog) ORDER BY key DESC LIMIT ? + 0');
  const updateBacklog = db.prepare('UPDATE search_backlog SET below = ?');
  const insertPlace = db.prepare(`
    INSERT INTO search_places (at, message)
    SELECT CASE WHEN last IS NULL THEN place * 512 WHEN last < place * 512 + 511 THEN last + 1 ELSE (SELECT max(at) + 1 FROM search_places) END, key
    FROM (SELECT key, place, (SELECT max(at) FROM search_places WHERE at BETWEEN messages.place * 512 AND messages.place * 512 + 511) AS last
      FROM messages WHERE key = ? AND text <> '' AND NOT EXISTS (SELECT 1 FROM search_places WHERE message = messages.key))`);
  const insertWords = db.prepare('INSERT INTO search (rowid, text, talk) SELECT at, text, talk FROM search_texts WHERE at = (SELECT at FROM search_places WHERE message = ?)');
  const totalChanges = db.prepare('SELECT total_changes() AS n');
  const changes = (): number => {
    const row = totalChanges.get();
    return row === undefined ? 0 : integer(row, 'n');
  };
  const merge = db.prepare(`INSERT INTO search (search, rank) VALUES ('merge', ?)`);

  const beside = createSearchBeside(db, columns, placeOf);
  /** With words and emoji: those with the words, newest first, as long as that is worth it. */
  const withSigns = (query: SearchQuery, words: Wanted, bounds: readonly string[], signs: readonly string[]): readonly Row[] => {
    const hits: Row[] = [];
    let before = query.before;
    for (let look = 0; look < signsLooks && hits.length < query.limit; look += 1) {
      const rows = byBeginning({ ...query, before, limit: signsAtOnce }, words, bounds);
      hits.push(...rows.filter((row) => hasSigns(text(row, 'text'), signs)));
      const last = rows.at(-1);
      if (last === undefined || rows.length < signsAtOnce) break;
      before = text(last, 'message_id');
    }
    return hits.slice(0, query.limit);
  };

  return {
    find(query) {
      const signs = signsIn(query.text);
      const words = wanted(db, query.text);
      const bounds = within(query);
      if (bounds === undefined) return [];
      if (words === undefined) return signs.length === 0 ? [] : beside.signs(signs, query).map(read);
      if (signs.length > 0) return withSigns(query, words, bounds, signs).map(read);
      const said = byBeginning(query, words, bounds);
      const called = beside.files(words, query);
      if (called.length === 0) return said.map(read);
      const known = new Set(said.map((row) => text(row, 'message_id')));
      return [...said, ...called.filter((row) => !known.has(text(row, 'message_id')))].sort((a, b) => integer(b, 'at') - integer(a, 'at')).slice(0, query.limit).map(read);
    },
    takeUp: (limit) =>
      db.transaction(() => {
        const rows = selectBacklog.all([limit]).map((row) => ({ key: integer(row, 'key'), place: integer(row, 'place') }));
        // The index takes rising numbers at once, others one by one.
        for (const { key } of [...rows].sort((a, b) => a.place - b.place)) {
          if (insertPlace.run([key]).changes > 0) insertWords.run([key]);
        }
        const lowest = rows.at(-1);
        if (lowest !== undefined) updateBacklog.run([lowest.key]);
        return rows.length === limit;
      }),
    erase: createSearchErasing(db),
    tidy(pages) {
      const before = changes();
      merge.run([pages]);
      // Fewer than these two mean that there was nothing to join (SQLite's documentation of FTS5, "merge").
      return changes() - before >= 2;
    },
  };
}

function read(row: Row): FoundMessage {
  return {
    messageId: text(row, 'message_id'),
    conversationId: text(row, 'conversation_id'),
    direction: at(row, 'direction', directions),
    text: text(row, 'text'),
    sentAt: integer(row, 'sent_at'),
    ...(row['name'] === undefined ? {} : { fileName: text(row, 'name') }),
  };
}
