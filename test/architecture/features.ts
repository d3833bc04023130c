import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A test as it is named in a document: its file, and its title, which may end in “…”. */
const proof = /`(test\/[\w./-]+\.test\.tsx?)` “([^”]+)”/g;
const nowhere = '–';

/** Rows of the tables of features, without their heads. */
export function featureRows(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| | '))
    .map((line) => line.slice(2, -2).split(' | ').map((cell) => cell.trim()));
}

/** What is wrong with the table of features: each row has four cells, and either tests that are there under their titles, or says that the thing itself is not there. */
export function featureProblems(text: string, root: string): string[] {
  const rows = featureRows(text);
  const names = rows.map(([name = '']) => name);
  return [
    ...rows.filter((cells) => cells.length !== 4 || cells.some((cell) => cell === '')).map(([name]) => `not four cells: ${name}`),
    ...names.filter((name, at) => names.indexOf(name) !== at).map((name) => `twice: ${name}`),
    ...rows.flatMap(([name = '', what = '', , tests = '']) => {
      if (tests === nowhere && what.startsWith('not there')) return [];
      const found = [...tests.matchAll(proof)];
      return found.length === 0 ? [`proven by nothing: ${name}`] : found.flatMap(([, path = '', title = '']) => titleProblem(root, path, title));
    }),
  ];
}

function titleProblem(root: string, path: string, title: string): string[] {
  const file = join(root, path);
  if (!existsSync(file)) return [`no such test: ${path}`];
  const begun = title.endsWith('…') ? title.slice(0, -1) : undefined;
  const text = readFileSync(file, 'utf8');
  const is = ['\'', '"', '`'].some((quote) => (begun === undefined ? text.includes(`${quote}${title}${quote}`) : begun.length > 8 && text.includes(`${quote}${begun}`)));
  return is ? [] : [`no such title in ${path}: ${title}`];
}
