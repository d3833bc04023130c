import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** As GitHub makes them: small letters, spaces to hyphens, everything but letters, digits, hyphens and underscores left out. */
const anchorOf = (heading: string) => heading.trim().replace(/`/g, '').toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replace(/ /g, '-');

function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6} (.*)$/gm)) {
    const anchor = anchorOf(heading);
    let unique = anchor;
    for (let n = 1; anchors.has(unique); n++) unique = `${anchor}-${n}`;
    anchors.add(unique);
  }
  return anchors;
}

/** Links to a heading that its document does not have. A document that is missing is told by `missingPaths`. */
export function missingAnchors(document: string, text: string, root: string): string[] {
  return [...text.matchAll(/\]\(([^)\s#:]*)#([^)\s]+)\)/g)].flatMap(([, path = '', anchor = '']) => {
    const file = join(root, dirname(document), path);
    if (path !== '' && !(existsSync(file) && path.endsWith('.md'))) return [];
    const target = path === '' ? text : readFileSync(file, 'utf8');
    return anchorsOf(target).has(anchor) ? [] : [`${document} links to ${path}#${anchor}, which is not there`];
  });
}

const KEYS = /^(?:(?:Ctrl|Strg)\+)?(?:Alt\+)?(?:(?:Shift|Umschalt)\+)?(?:\S|Enter)$/;

/** Words in bold, of which each part of a path (`A → B`) has to stand in the window like this, but keys and whole sentences of the document's own. */
export function wordsNotInTheWindow(document: string, text: string, window: readonly string[]): string[] {
  // Where a long word may be parted is no letter of it.
  const there = new Set(window.map((one) => one.replaceAll('\u00AD', '').replace(/…$/, '')));
  return [...text.matchAll(/\*\*([^*]+)\*\*/g)].flatMap(([, bold = '']) =>
    bold
      .replace(/\n/g, ' ')
      .split(' → ')
      .map((word) => word.replace(/…$/, ''))
      .filter((word) => !there.has(word) && !KEYS.test(word))
      .map((word) => `${document} says **${word}**, which is nowhere in the window`),
  );
}

/** Labels of the window in a document that is no guide: what leans and begins with a large letter, bold paths (`A → B`), and what one is told to press. Each has to stand in the window. */
export function labelsNotInTheWindow(document: string, text: string, window: readonly string[]): string[] {
  const leaning = [...text.matchAll(/(?<![*\w])\*([A-Z][^*]*)\*(?![*\w])/g)].map(([, label = '']) => label);
  // By turns outside and inside of bold; what such a sentence says behind its path is no label.
  const bold = text.split('**').filter((_, at) => at % 2 === 1);
  const paths = bold.filter((label) => label.includes(' → ')).map((label) => label.replace(/(?: says that | sagt, dass )[^→]*$/, ''));
  const pressed = [...text.matchAll(/\b[Pp]ress(?:es)? \*\*([^*]+)\*\*/g)].map(([, label = '']) => label);
  const labels = [...leaning, ...paths, ...pressed].map((label) => label.replace(/\s+/g, ' ').replace(/[.,]$/, ''));
  return wordsNotInTheWindow(document, [...new Set(labels)].map((label) => `**${label}**`).join(' '), window);
}

/** Keys in the text, such as Ctrl+Shift+F or, in German, Strg+Umschalt+F, that call nothing. */
export function keysThatCallNothing(document: string, text: string, known: readonly string[]): string[] {
  const keys = new Set(known.map((one) => one.replace('Mod', 'Ctrl')));
  return [...new Set([...text.matchAll(/\b(?:Ctrl|Strg|Alt)\+[A-Za-z+]*[A-Za-z/,]/g)].map(([one]) => one))].filter((one) => !keys.has(one.replace('Strg', 'Ctrl').replace('Umschalt', 'Shift'))).map((one) => `${document} names ${one}, which calls nothing`);
}

/** Labels (docs/protocol.md, first page) that the document does not have in quotes: whoever writes from it alone would not know them. */
export function unnamedLabels(purposes: readonly string[], text: string): string[] {
  return purposes.filter((purpose) => !text.includes(`"${purpose}"`)).map((purpose) => `docs/protocol.md does not say "${purpose}"`);
}
