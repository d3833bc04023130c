import type { FoundMessage, SearchQuery, SearchStore } from '../services/ports/finding';
import { atMost } from './at-most';
import type { Db, Row } from './database';
import { at } from './message-row';
import { given, integer, optionalText, text } from './row';
import { createSearchErasing } from './search-erasing';
import { createSearchFilling } from './search-filling';
import { hitColumns, hitNames, type Within } from './search-hits';
import { type SearchPlans, usualPlans } from './search-plans';
import { createSearchRecent, nowhere } from './search-recent';
import { searchTail } from './search-tail';
import { createWordList } from './search-terms';
import type { IsBegun } from './search-spellings';
import { createSearchWholeWords } from './search-whole-words';
import { holds, isAskable, phrase, readings, type Wanted } from './search-words';

/** New messages whose emoji are still looked for while somebody waits. */
const signsAtOnce = 100;
const directions = ['in', 'out'] as const;

type OneQuery = Omit<SearchQuery, 'conversationId'> & { readonly conversationId: string | undefined };

const marker = (column: string, words: readonly string[]): string => `{${column}} : ${phrase(words)}`;

/** How words are found among millions of messages in a few milliseconds; why so, decisions/041, 054, 064 and 072 say. */
export function createSearchStore(db: Db, plans: SearchPlans = usualPlans): SearchStore {
  const wordsFrom = createWordList(db);
  const recent = createSearchRecent(db, plans);
  const wholeWords = createSearchWholeWords(db, wordsFrom);
  const tail = searchTail(db, plans);
  const filling = createSearchFilling(db);
  const selectPlace = db.prepare('SELECT coalesce((SELECT at FROM search_places WHERE message = asked.key), asked.place) AS at FROM messages AS asked WHERE asked.message_id = ?');
  const found = (and: string): string => `
    SELECT ${hitColumns} FROM search CROSS JOIN search_places ON search_places.at = search.rowid CROSS JOIN messages ON messages.key = search_places.message ${hitNames}
    WHERE search MATCH ? AND search.rowid < ? ${and} ORDER BY search.rowid DESC ${atMost}`;
  const all = db.prepare(found(''));
  // Conversations share letters when there are many.
  const one = db.prepare(found('AND messages.conversation = (SELECT key FROM conversations WHERE conversation_id = ?)'));
  const selectLetter = db.prepare('SELECT char(131072 + key % 40000) AS letter FROM conversations WHERE conversation_id = ?');
  const selectName = db.prepare('SELECT name FROM transfers WHERE message_id = ?');

  /** Asks the index. */
  const ask = ({ words, below, limit }: Within, conversationId: string | undefined): readonly Row[] => {
    const { phrases, last, signs } = words;
    const whole = wholeWords(conversationId, { words, below, limit });
    if (whole !== undefined) return whole;
    if (signs.length > 0) filling.findNewSigns(signsAtOnce);
    const letter = conversationId === undefined ? undefined : selectLetter.get([conversationId]);
    const bounds = letter === undefined ? [] : [marker('talk', [text(letter, 'letter')])];
    const exact = [...phrases.map((each) => marker('text name', each)), ...signs.map((sign) => marker('signs', [sign])), ...bounds];
    const anyWord = (asked: string): string => `{text name} : (${asked})`;
    const match = (more: readonly string[]): readonly Row[] => {
      const asked = [...exact, ...more].join(' AND ');
      return conversationId === undefined ? all.all([asked, below, limit]) : one.all([asked, below, conversationId, limit]);
    };
    if (last === undefined) return match([]);
    const whatBegins = () => match([anyWord(`${phrase([...last.words, last.beginning])} *`)]);
    const withEndings = (endings: readonly string[]) => (endings.every(isAskable) ? match([anyWord(endings.map((ending) => phrase([...last.words, ending])).join(' OR '))]) : whatBegins());
    const known = last.words.length === 0 ? exact : [...exact, marker('text name', last.words)];
    const lookInKnown = () => (known.length > bounds.length ? recent.of(known.join(' AND '), conversationId, { words, below, limit }, plans.known) : undefined);
    const share = tail.share(last.beginning);
    // Asked for what stands in every other message, the index looks it up at each place of the other words.
    const isOften = share !== undefined && share >= plans.often;
    const oftenLooked = isOften ? lookInKnown() : undefined;
    if (oftenLooked?.isAll === true) return oftenLooked.hits;
    const few = wordsFrom(last.beginning, plans.fewEndings);
    if (few !== undefined) return few.length === 0 ? [] : withEndings(few);
    if (conversationId !== undefined && signs.length === 0) {
      const looked = recent.one(conversationId, { words, below, limit }, plans.any, () => true);
      if (looked.isAll) return looked.hits;
    }
    if (conversationId === undefined && exact.length === 0 && (share === undefined || share * plans.everywhere >= limit)) {
      const looked = recent.all({ words, below, limit }, plans.everywhere);
      if (looked.isAll) return looked.hits;
    }
    const looked = isOften ? undefined : lookInKnown();
    if (looked?.isAll === true) return looked.hits;
    const endings = wordsFrom(last.beginning, plans.mostEndings);
    return endings === undefined ? whatBegins() : withEndings(endings);
  };

  const rowsOf = ({ conversationId, before, limit }: OneQuery, words: Wanted): readonly Row[] => {
    const start = before === undefined ? undefined : selectPlace.get([before]);
    if (before !== undefined && start === undefined) return [];
    const below = start === undefined ? nowhere : integer(start, 'at');
    if (conversationId !== undefined) {
      if (words.signs.length > 0) return ask({ words, below, limit }, conversationId);
      // What is common is among the newest; how common it is, the first of them say.
      const looked = recent.one(conversationId, { words, below, limit }, plans.common, (hits, seen) => hits * plans.common >= limit * seen);
      return looked.isAll ? looked.hits : ask({ words, below, limit }, conversationId);
    }
    const newest = tail.look({ words, below, limit });
    if (newest === undefined) return ask({ words, below, limit }, undefined);
    const { hits, from } = newest;
    if (hits.length >= limit || from === Number.NEGATIVE_INFINITY) return hits;
    return [...hits, ...ask({ words, below: Math.min(below, from), limit: limit - hits.length }, undefined)];
  };

  const read = (row: Row, words: Wanted): FoundMessage => {
    const isSaid = optionalText(row, 'name') === undefined || words.last === undefined || holds(db.words(text(row, 'text')), words);
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

  /** Each once, newest first. */
  const inOrder = (hits: readonly FoundMessage[], limit: number): readonly FoundMessage[] => {
    const placeOf = ({ messageId }: FoundMessage): number => {
      const place = selectPlace.get([messageId]);
      return place === undefined ? 0 : integer(place, 'at');
    };
    const once = new Map([...hits].reverse().map((hit) => [hit.messageId, hit]));
    return [...once.values()].map((hit) => ({ hit, place: placeOf(hit) })).sort((a, b) => b.place - a.place).slice(0, limit).map(({ hit }) => hit);
  };

  const selectLeft = db.prepare('SELECT 1 FROM messages WHERE key < (SELECT below FROM search_backlog) LIMIT 1');
  /** What is not taken up yet is looked through for any, but for what would be so in nearly every word. */
  const isBegun: IsBegun = (word, isKnown) => wordsFrom(word, 0) === undefined || (!isKnown && selectLeft.get() !== undefined);

  const totalChanges = db.prepare('SELECT total_changes() AS n');
  const changes = (): number => {
    const row = totalChanges.get();
    return row === undefined ? 0 : integer(row, 'n');
  };
  const merge = db.prepare(`INSERT INTO search (search, rank) VALUES ('merge', ?)`);
  return {
    find({ conversationId, ...query }) {
      const among = typeof conversationId === 'object' ? conversationId : [conversationId];
      const asked = readings(db, query.text, isBegun).flatMap((words) => among.map((each) => rowsOf({ ...query, conversationId: each }, words).map((row) => read(row, words))));
      const some = asked.filter((hits) => hits.length > 0);
      // What comes of one question is in order already. The sender's clock is none: what it says is shown, and may be any.
      return some.length < 2 ? (some[0] ?? []) : inOrder(some.flat(), query.limit);
    },
    remember: (limit) => tail.fill(limit),
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
