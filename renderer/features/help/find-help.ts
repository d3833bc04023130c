import { searchMarks, snippetOf } from '../../../shared/search-marks';
import { plainSpans, textsOf } from './page';
import type { Pages } from './pages';

/** A part of the help that has every word of a query. */
export interface HelpHit {
  readonly page: string;
  readonly anchor: string;
  readonly title: string;
  readonly of: string;
  /** What stands there of it; empty where the title alone has it. */
  readonly snippet: string;
}

const longestSnippet = 160;
const wordsOf = (text: string): readonly string[] => text.split(/[\s,.;:/+…-]+/u).filter((word) => word !== '');

/** Parts whose title has the words come first; within these the order of the pages. */
export function findHelp(pages: Pages, query: string): readonly HelpHit[] {
  const wanted = wordsOf(query);
  if (wanted.length === 0) return [];
  const has = (text: string): boolean => wanted.every((word) => searchMarks(text, word, 1).length > 0);
  const hits = [...pages].flatMap(([page, { title: of, lead, sections }]) =>
    [{ id: '', spans: [of], blocks: lead }, ...sections].flatMap(({ id, spans, blocks }) => {
      const title = plainSpans(spans);
      const texts = textsOf(blocks);
      if (!has(`${title} ${texts.join(' ')}`)) return [];
      const best = texts.find(has) ?? texts.find((text) => wanted.some((word) => searchMarks(text, word, 1).length > 0)) ?? '';
      return [{ hit: { page, anchor: id, title, of, snippet: snippetOf(best, searchMarks(best, query), longestSnippet).snippet }, isTitle: has(title) }];
    }),
  );
  return hits.sort((one, other) => Number(other.isTitle) - Number(one.isTitle)).map(({ hit }) => hit);
}
