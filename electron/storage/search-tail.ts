import { atMost } from './at-most';
import type { Db, Row } from './database';
import { integer, optionalText, text } from './row';
import { hitColumns, hitNames, lineOf, type Within } from './search-hits';
import type { SearchPlans } from './search-plans';
import { needleOf, signWords, stands } from './search-words';

/** One flat record of what a hit tells: there are thousands of them, and rows as the library makes them take half as much again. */
interface TailLine {
  readonly messageId: string;
  readonly direction: number;
  readonly text: string;
  readonly sentAt: number;
  readonly conversationId: string;
  readonly name: string | null;
  /** The words of its text and of the names of its files, a space before each. */
  readonly words: string;
  /** Those for its emoji, between spaces. */
  readonly signs: string;
}

/** The newest messages of all conversations in memory: what is common is found there, at any size of the history. */
export interface SearchTail {
  /** Reads at most `limit` more of them; false: there are none, or enough. */
  fill(limit: number): boolean;
  /** Hits among them below a place, newest first, and from which place on all are there. Undefined inside a transaction, which may be undone. */
  look(within: Within): { readonly hits: Row[]; readonly from: number } | undefined;
  /** In which share of the newest messages a word begins so, about; undefined: too few are here. */
  share(beginning: string): number | undefined;
}

/** No emoji in it. */
const plain = /^[\u0000-\u00a8]*$/;
const tails = new WeakMap<Db, SearchTail>();

/** One of a database: what changes is noted by triggers that live as long as the connection, and in its memory. Whoever asks first says how far it reaches. */
export function searchTail(db: Db, plans: SearchPlans): SearchTail {
  const known = tails.get(db);
  if (known !== undefined) return known;
  const made = createSearchTail(db, plans);
  tails.set(db, made);
  return made;
}

/** The library keeps the last row that a statement gave, until it gives another one: the words of a message that may go meanwhile. */
const nothingLast = 'UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL';
const forgetNews = 'DELETE FROM search_news; DELETE FROM search_news_gone;';

function createSearchTail(db: Db, plans: SearchPlans): SearchTail {
  // Where something changed, and where something is gone. A transaction that is undone takes its note back.
  db.exec(`
    CREATE TEMP TABLE IF NOT EXISTS search_news (at INTEGER PRIMARY KEY);
    CREATE TEMP TABLE IF NOT EXISTS search_news_gone (at INTEGER PRIMARY KEY);
    ${forgetNews}
    CREATE TEMP TRIGGER IF NOT EXISTS search_news_of_new AFTER INSERT ON main.search_places BEGIN INSERT OR IGNORE INTO search_news (at) VALUES (new.at); END;
    CREATE TEMP TRIGGER IF NOT EXISTS search_news_of_old AFTER DELETE ON main.search_places BEGIN
      INSERT OR IGNORE INTO search_news (at) VALUES (old.at);
      INSERT OR IGNORE INTO search_news_gone (at) VALUES (old.at);
    END;
  `);
  return new Tail(db, plans);
}

interface Joined {
  readonly ordered: readonly (readonly [number, TailLine])[];
  readonly all: string;
  /** The newest of it, which say how common something is: what is rare would be looked for in all the others. */
  readonly sample: string;
  /** Where in it each line begins. */
  readonly starts: readonly number[];
}

class Tail implements SearchTail {
  readonly #db: Db;
  readonly #plans: SearchPlans;
  readonly #selectNews;
  readonly #selectGone;
  readonly #selectOne;
  readonly #selectMore;
  readonly #lines = new Map<number, TailLine>();
  /** Ids of conversations, one text of each for all its lines. */
  readonly #conversations = new Map<string, string>();
  #text: Joined | undefined;
  /** All from this place on are here, but for what changed since and was not looked at. */
  #from = Number.POSITIVE_INFINITY;

  constructor(db: Db, plans: SearchPlans) {
    this.#db = db;
    this.#plans = plans;
    this.#selectNews = db.prepare(`SELECT at FROM search_news ORDER BY at DESC ${atMost}`);
    this.#selectGone = db.prepare('SELECT at FROM search_news_gone');
    const lines = (which: string): string => `
      SELECT * FROM (
        SELECT search_places.at AS at, ${hitColumns} FROM search_places CROSS JOIN messages ON messages.key = search_places.message ${hitNames} WHERE ${which})
      ${nothingLast}`;
    this.#selectOne = db.prepare(lines('search_places.at = ?'));
    this.#selectMore = db.prepare(lines(`search_places.at < ? ORDER BY search_places.at DESC ${atMost}`));
    db.afterCommit(() => this.#letGo());
  }

  fill(limit: number): boolean {
    if (this.#db.inTransaction) return false;
    if (this.#hear(limit) !== undefined) return true;
    if (this.#from === Number.NEGATIVE_INFINITY || this.#lines.size >= this.#plans.remembered) return false;
    const rows = this.#selectMore.all([Math.min(this.#from, Number.MAX_SAFE_INTEGER), limit]).filter(isLine);
    for (const row of rows) this.#put(row);
    this.#from = rows.length < limit ? Number.NEGATIVE_INFINITY : Math.min(...this.#lines.keys());
    return this.#from !== Number.NEGATIVE_INFINITY && this.#lines.size < this.#plans.remembered;
  }

  look({ words, below, limit }: Within): ReturnType<SearchTail['look']> {
    if (this.#db.inTransaction) return undefined;
    const unheard = this.#hear(this.#plans.news);
    const from = unheard === undefined ? this.#from : Math.max(this.#from, unheard + 1);
    const { ordered, all, starts } = (this.#text ??= this.#join());
    const hits: Row[] = [];
    const needle = needleOf(words);
    for (let found = wordAt(all, needle, 0); found >= 0 && hits.length < limit; ) {
      const at = lineAt(starts, found);
      const [place, line] = ordered[at] ?? [below, undefined];
      if (place < from) break;
      if (line !== undefined && place < below && stands(line, words)) hits.push(rowOf(place, line));
      found = wordAt(all, needle, starts[at + 1] ?? all.length);
    }
    return { hits, from };
  }

  share(beginning: string): number | undefined {
    const { sample, starts } = (this.#text ??= this.#join());
    if (starts.length < this.#plans.sample) return undefined;
    let lines = 0;
    for (let found = wordAt(sample, beginning, 0); found >= 0; found = wordAt(sample, beginning, starts[lineAt(starts, found) + 1] ?? sample.length)) lines += 1;
    return lines / this.#plans.sample;
  }

  /** One text of all lines, newest first, which is looked through at once. */
  #join(): Joined {
    const ordered = [...this.#lines].sort(([a], [b]) => b - a);
    const lines = ordered.map(([, { words, signs }]) => `${words} ${signs}`);
    const starts: number[] = [];
    lines.reduce((start, line) => (starts.push(start), start + line.length), 0);
    return { ordered, all: lines.join(''), sample: lines.slice(0, this.#plans.sample).join(''), starts };
  }

  /** What is not said any more does not stay until somebody searches. That it is missing here, the news say until then. */
  #letGo(): void {
    try {
      const gone = this.#selectGone.all();
      if (gone.length === 0) return;
      for (const place of gone) this.#lines.delete(integer(place, 'at'));
      this.#text = undefined;
      this.#db.execTemporary('DELETE FROM search_news_gone');
    } catch {
      // No memory for it, or closed meanwhile: nothing is kept.
      this.#clear();
    }
  }

  #clear(): void {
    this.#lines.clear();
    this.#conversations.clear();
    this.#text = undefined;
    this.#from = Number.POSITIVE_INFINITY;
  }

  /** Takes over what changed, the newest first, at most at so many places; the next place where something did: up to it what is here may not be all, or gone. */
  #hear(limit: number): number | undefined {
    const news = this.#selectNews.all([limit + 1]).map((place) => integer(place, 'at'));
    if (news.length === 0) return undefined;
    const heard = news.slice(0, limit);
    for (const at of heard) {
      if (at < this.#from) break;
      this.#text = undefined;
      this.#lines.delete(at);
      for (const row of this.#selectOne.all([at]).filter(isLine)) this.#put(row);
    }
    const unheard = news[limit];
    const isAny = unheard !== undefined && unheard >= this.#from;
    // What is not here anyway is no news.
    if (isAny) this.#db.execTemporary(`DELETE FROM search_news WHERE at > ${unheard}`);
    else this.#db.execTemporary(forgetNews);
    this.#cut();
    return isAny ? unheard : undefined;
  }

  #cut(): void {
    if (this.#lines.size < 2 * this.#plans.remembered) return;
    this.#text = undefined;
    this.#conversations.clear();
    const kept = [...this.#lines.keys()].sort((a, b) => b - a).slice(0, this.#plans.remembered);
    this.#from = kept.at(-1) ?? this.#from;
    for (const at of this.#lines.keys()) if (at < this.#from) this.#lines.delete(at);
  }

  #put(row: Row): void {
    const said = text(row, 'text');
    const id = text(row, 'conversation_id');
    const conversationId = this.#conversations.get(id) ?? id;
    this.#conversations.set(id, conversationId);
    this.#text = undefined;
    this.#lines.set(integer(row, 'at'), {
      messageId: text(row, 'message_id'),
      direction: integer(row, 'direction'),
      text: said,
      sentAt: integer(row, 'sent_at'),
      conversationId,
      name: optionalText(row, 'name') ?? null,
      // Joined in one go, it is one text, and not two with a third that says so.
      words: ['', ...this.#db.words(lineOf(row))].join(' '),
      signs: plain.test(said) ? '' : ` ${signWords(said)} `,
    });
  }
}

/** As it would be read: of `hitColumns`, with its place. */
function rowOf(at: number, { messageId, direction, text: said, sentAt, conversationId, name }: TailLine): Row {
  return { at, message_id: messageId, direction, text: said, sent_at: sentAt, conversation_id: conversationId, name };
}

/** Where from there on a word begins so; below zero: nowhere. The space before it would be looked at in front of every word. */
function wordAt(text: string, beginning: string, from: number): number {
  let at = text.indexOf(beginning, from);
  while (at >= 0 && text[at - 1] !== ' ') at = text.indexOf(beginning, at + 1);
  return at;
}

function isLine(row: Row): boolean {
  return row['at'] !== null;
}

/** The last line that begins at this letter or before. */
function lineAt(starts: readonly number[], letter: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= letter) low = middle;
    else high = middle - 1;
  }
  return low;
}
