// The documents for people who use the app, as the help inside of it shows them: read when the window is built, so that the page gets parts to draw and never
// text to make markup from. Only the forms below may stand in them; anything else stops the build with its line.

/**
 * @typedef {string | { readonly strong: readonly Span[] } | { readonly soft: readonly Span[] } | { readonly code: string }
 *   | { readonly link: readonly Span[], readonly page: string, readonly anchor: string }} Span
 * @typedef {{ readonly kind: 'text', readonly spans: readonly Span[] } | { readonly kind: 'heading', readonly id: string, readonly spans: readonly Span[] }
 *   | { readonly kind: 'list', readonly ordered: boolean, readonly items: readonly (readonly Block[])[] }
 *   | { readonly kind: 'table', readonly head: readonly (readonly Span[])[], readonly rows: readonly (readonly (readonly Span[])[])[] }
 *   | { readonly kind: 'code', readonly text: string }} Block
 * @typedef {{ readonly id: string, readonly spans: readonly Span[], readonly blocks: readonly Block[] }} Section
 * @typedef {{ readonly title: string, readonly lead: readonly Block[], readonly sections: readonly Section[] }} Page
 */

const heading = /^(#{1,3}) (.+)$/;
const item = /^(- |\d+\. )/;
const fence = /^```/;
const picture = /^!\[[^\]]*\]\([^)]*\)$/;
/** Links and dots alone: the contents, which the page makes itself. */
const contents = /^(?:\[[^\]]+\]\(#[^)]+\)(?: · )?)+$/;
/** What the page could not draw. */
const foreign = /^(?:>|<|\t| {4}|\*\*\*|---|===|\d+\) |[*+] )/;

/** @param {string} words @returns {string} As GitHub names headings. */
const slug = (words) => words.toLowerCase().replace(/[^\p{L}\p{N}\s-]/gu, '').trim().replace(/\s/g, '-');

/**
 * @param {string} text
 * @param {string} name Of the document, for what is said of a fault.
 * @returns {Page}
 */
export function pageOf(text, name) {
  // On Windows Git writes lines of text with two signs at their end.
  const blocks = blocksOf(text.split(/\r?\n/), name);
  const [first, ...rest] = blocks;
  if (first?.kind !== 'heading' || first.level !== 1) throw new Error(`${name}: it has to begin with its title`);
  /** @type {Block[]} */
  const lead = [];
  /** @type {{ id: string, spans: readonly Span[], blocks: Block[] }[]} */
  const sections = [];
  for (const block of rest) {
    if (block.kind === 'heading' && block.level === 1) throw new Error(`${name}: it has a second title`);
    if (block.kind === 'heading' && block.level === 2) sections.push({ id: block.id, spans: block.spans, blocks: [] });
    else (sections.at(-1)?.blocks ?? lead).push(block.kind === 'heading' ? { kind: 'heading', id: block.id, spans: block.spans } : block);
  }
  return { title: plain(first.spans), lead, sections };
}

/** @param {readonly string[]} lines @param {string} name */
function blocksOf(lines, name) {
  const blocks = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? '';
    const end = (test) => {
      let next = at;
      while (next < lines.length && test(lines[next] ?? '', next)) next += 1;
      return next;
    };
    if (line.trim() === '' || picture.test(line)) at += 1;
    else if (heading.test(line)) {
      const [, marks = '', words = ''] = heading.exec(line) ?? [];
      const spans = spansOf(words);
      blocks.push({ kind: 'heading', level: marks.length, id: slug(plain(spans)), spans });
      at += 1;
    } else if (fence.test(line)) {
      const last = end((each, next) => next === at || !fence.test(each));
      if (last === lines.length) throw new Error(`${name}: what begins with “${line}” does not end`);
      blocks.push({ kind: 'code', text: lines.slice(at + 1, last).join('\n') });
      at = last + 1;
    } else if (line.startsWith('|')) {
      const last = end((each) => each.startsWith('|'));
      blocks.push(tableOf(lines.slice(at, last), name));
      at = last;
    } else if (item.test(line)) {
      const last = end((each, next) => item.test(each) || /^ {2,}\S/.test(each) || (each.trim() === '' && /^ {2,}\S|^- |^\d+\. /.test(lines[next + 1] ?? '')));
      blocks.push(listOf(lines.slice(at, last), name));
      at = last;
    } else {
      if (foreign.test(line)) throw new Error(`${name}: the help has no form for “${line}”`);
      const last = end((each, next) => each.trim() !== '' && (next === at || !(heading.test(each) || fence.test(each) || each.startsWith('|') || item.test(each))));
      const words = lines.slice(at, last).map((each) => each.trim()).join(' ');
      if (!contents.test(words)) blocks.push({ kind: 'text', spans: spansOf(words) });
      at = last;
    }
  }
  return blocks;
}

function listOf(lines, name) {
  const ordered = /^\d/.test(lines[0] ?? '');
  /** @type {string[][]} */
  const items = [];
  for (const line of lines) {
    if (item.test(line)) {
      if (/^\d/.test(line) !== ordered) throw new Error(`${name}: two kinds of lists run into each other at “${line}”`);
      items.push([line.replace(item, '')]);
    } else items.at(-1)?.push(line.replace(ordered ? /^ {1,3}/ : /^ {1,2}/, ''));
  }
  return { kind: 'list', ordered, items: items.map((each) => blocksOf(each, name)) };
}

function tableOf(lines, name) {
  const cells = (line) => line.replace(/^\||\|\s*$/g, '').split('|').map((cell) => spansOf(cell.trim()));
  const [head = '', rule = '', ...rows] = lines;
  if (!/^[|\s:-]+$/.test(rule)) throw new Error(`${name}: “${head}” begins no table`);
  const width = cells(head).length;
  const read = rows.map(cells);
  if (read.some((row) => row.length !== width)) throw new Error(`${name}: rows of different lengths below “${head}”`);
  return { kind: 'table', head: cells(head), rows: read };
}

/** @param {string} text @returns {Span[]} */
function spansOf(text) {
  /** @type {Span[]} */
  const spans = [];
  let from = 0;
  for (const found of text.matchAll(/\*\*(.+?)\*\*|\*([^*\s][^*]*)\*|`([^`]+)`|\[([^\]]+)\]\(([^)\s]+)\)/g)) {
    if (found.index > from) spans.push(text.slice(from, found.index));
    from = found.index + found[0].length;
    const [, strong, soft, code, words, target] = found;
    if (strong !== undefined) spans.push({ strong: spansOf(strong) });
    else if (soft !== undefined) spans.push({ soft: spansOf(soft) });
    else if (code !== undefined) spans.push({ code });
    else if (words !== undefined && target !== undefined) {
      const [page = '', anchor = ''] = target.split('#');
      spans.push({ link: spansOf(words), page, anchor });
    }
  }
  if (from < text.length) spans.push(text.slice(from));
  return spans;
}

/** @param {readonly Span[]} spans @returns {string} */
function plain(spans) {
  return spans.map((span) => (typeof span === 'string' ? span : 'code' in span ? span.code : plain('strong' in span ? span.strong : 'soft' in span ? span.soft : span.link))).join('');
}

/** How names of headings and of documents in a translation are called in the original. @param {Page} original @param {Page} translated @returns {Map<string, string>} */
function originalNames(original, translated) {
  const ids = (page) => page.sections.flatMap(({ id, blocks }) => [id, ...blocks.flatMap((block) => (block.kind === 'heading' ? [block.id] : []))]);
  const originals = ids(original);
  return new Map(ids(translated).map((id, at) => [id, originals[at] ?? id]));
}

/**
 * A translation of `original`, part for part, under its names of headings and documents: a link leads to the same place in every language.
 * @param {Page} original @param {Page} translated @param {string} name
 * @param {ReadonlyMap<string, ReadonlyMap<string, string>>} [others] Of the other translations, by the names of their files.
 * @returns {Page}
 */
export function alike(original, translated, name, others = new Map()) {
  const shape = ({ lead, sections }) => [lead, ...sections.map(({ blocks }) => blocks)].map((blocks) => blocks.map((block) => [block.kind, block.items?.length, block.rows?.length]));
  const [wanted, there] = [shape(original), shape(translated)];
  const names = [original, translated].map((page) => page.sections.map(({ id, spans }) => [id, plain(spans)]));
  for (const [at, part] of wanted.entries()) {
    if (JSON.stringify(part) !== JSON.stringify(there[at])) throw new Error(`${name}: “${at === 0 ? original.title : names[0]?.[at - 1]?.[1]}” has other parts than the original`);
  }
  if (there.length !== wanted.length) throw new Error(`${name}: it has more parts than the original`);
  const own = originalNames(original, translated);
  return JSON.parse(JSON.stringify(translated), (key, value) => {
    if (key === 'id' && typeof value === 'string') return own.get(value) ?? value;
    if (value?.link === undefined) return value;
    const [, there] = /^([a-z]+)\.de\.md$/.exec(value.page) ?? [];
    if (there === undefined) return value.page === '' ? { ...value, anchor: own.get(value.anchor) ?? value.anchor } : value;
    return { ...value, page: `${there}.md`, anchor: others.get(value.page)?.get(value.anchor) ?? value.anchor };
  });
}

/** For Vite: `import guide from '…/docs/guide.md'` is a page. @returns {import('vite').Plugin} */
export function guidePages() {
  return {
    name: 'guide-pages',
    enforce: 'pre',
    async transform(text, id) {
      const [, name] = /\/docs\/([a-z.]+)\.md$/.exec(id) ?? [];
      if (name === undefined) return undefined;
      const page = pageOf(text, `docs/${name}.md`);
      if (!name.endsWith('.de')) return { code: `export default ${JSON.stringify(page)};`, map: null };
      const { readFile } = await import('node:fs/promises');
      const read = async (file) => {
        const path = id.replace(/[^/]+$/, file);
        this.addWatchFile(path);
        return pageOf(await readFile(path, 'utf8'), `docs/${file}`);
      };
      const originalOf = (file) => read(file.replace(/\.de\.md$/, '.md'));
      const linked = new Set([...text.matchAll(/\]\(([a-z]+\.de\.md)/g)].map(([, file = '']) => file));
      const others = new Map(await Promise.all([...linked].map(async (file) => /** @type {const} */ ([file, originalNames(await originalOf(file), await read(file))]))));
      return { code: `export default ${JSON.stringify(alike(await originalOf(`${name}.md`), page, `docs/${name}.md`, others))};`, map: null };
    },
  };
}
