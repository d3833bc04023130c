import { searchIn, snippetOf } from '../../../shared/search-marks';
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

/** A text that is looked through with every key that is pressed. */
interface Searched {
  readonly text: string;
  readonly marks: ReturnType<typeof searchIn>;
}

interface Part extends Pick<HelpHit, 'page' | 'anchor' | 'title' | 'of'> {
  readonly heading: Searched;
  readonly texts: readonly Searched[];
  readonly whole: Searched;
}

const searched = (text: string): Searched => ({ text, marks: searchIn(text) });
/** Of each language's pages, which stay as they are. */
const partsOf = new WeakMap<Pages, readonly Part[]>();

function partsIn(pages: Pages): readonly Part[] {
  const known = partsOf.get(pages);
  if (known !== undefined) return known;
  const parts = [...pages].flatMap(([page, { title: of, lead, sections }]) =>
    [{ id: '', spans: [of], blocks: lead }, ...sections].map(({ id, spans, blocks }): Part => {
      const title = plainSpans(spans);
      const texts = textsOf(blocks);
      return { page, anchor: id, title, of, heading: searched(title), texts: texts.map(searched), whole: searched(`${title} ${texts.join(' ')}`) };
    }),
  );
  partsOf.set(pages, parts);
  return parts;
}

/** Parts whose title has the words come first; within these the order of the pages. */
export function findHelp(pages: Pages, query: string): readonly HelpHit[] {
  const wanted = [...new Set(wordsOf(query))];
  if (wanted.length === 0) return [];
  const stands = ({ marks }: Searched, word: string): boolean => marks(word, 1).length > 0;
  const has = (text: Searched): boolean => wanted.every((word) => stands(text, word));
  const hits = partsIn(pages).flatMap(({ page, anchor, title, of, heading, texts, whole }) => {
    if (!has(whole)) return [];
    const best = texts.find(has) ?? texts.find((text) => wanted.some((word) => stands(text, word)));
    const snippet = best === undefined ? '' : snippetOf(best.text, best.marks(query), longestSnippet).snippet;
    return [{ hit: { page, anchor, title, of, snippet }, isTitle: has(heading) }];
  });
  return hits.sort((one, other) => Number(other.isTitle) - Number(one.isTitle)).map(({ hit }) => hit);
}
