import { existsSync } from 'node:fs';
import { join } from 'node:path';

const testFile = /`(test\/[\w./-]+\.test\.tsx?)`/g;

/** What is wrong with a page of promises: each is one line with a name of its own and a test that is there; what is not promised is one line, too. */
export function promiseProblems(text: string, root: string): string[] {
  const [, promised = '', denied = ''] = /\n## Promised\n([^]*)\n## Not promised\n([^]*)$/.exec(text) ?? [];
  if (promised === '' || denied === '') return ['the two parts are not there'];
  const lines = (part: string): string[] => part.split('\n').filter((line) => line !== '' && !line.startsWith('### '));
  const isOne = (line: string): boolean => line.startsWith('- ');
  const tests = (line: string): string[] => [...line.matchAll(testFile)].map(([, path]) => path ?? '');
  const titles = lines(promised).map((line) => /^- \*\*([^*]+)\*\*/.exec(line)?.[1] ?? '');
  return [
    ...[...lines(promised), ...lines(denied)].filter((line) => !isOne(line)).map((line) => `not one line for itself: ${line.slice(0, 60)}`),
    ...lines(promised).filter((_line, at) => titles[at] === '').map((line) => `without a name: ${line.slice(0, 60)}`),
    ...titles.filter((title, at) => title !== '' && titles.indexOf(title) !== at).map((title) => `twice: ${title}`),
    ...lines(promised).filter((line) => isOne(line) && tests(line).length === 0).map((line) => `held by no test: ${line.slice(0, 60)}`),
    ...[...lines(promised), ...lines(denied)].flatMap(tests).filter((path) => !existsSync(join(root, path))).map((path) => `no such test: ${path}`),
  ];
}

/** Rows of a table in a document: the cells of each line that begins with a number. */
export function numberedRows(text: string): { readonly number: number; readonly cells: readonly string[] }[] {
  return text
    .split('\n')
    .filter((line) => /^\| \d+ \|/.test(line))
    .map((line) => line.slice(2, -2).split(' | '))
    .map(([number = '', ...cells]) => ({ number: Number(number), cells }));
}

/** Rows of the table of settings that no test which is there holds, and those that are missing. */
export function hardeningProblems(text: string, rows: number, root: string): string[] {
  const found = numberedRows(text);
  return [
    ...Array.from({ length: rows }, (_, at) => at + 1).filter((number) => found.filter((row) => row.number === number).length !== 1).map((number) => `row ${number} is not there once`),
    ...found.filter(({ cells }) => cells.some((cell) => cell.trim() === '')).map(({ number }) => `row ${number} has an empty cell`),
    ...found.filter(({ cells }) => [...(cells.at(-1) ?? '').matchAll(testFile)].every(([, path]) => !existsSync(join(root, path ?? '')))).map(({ number }) => `row ${number} is held by no test`),
    ...[...text.matchAll(testFile)].map(([, path]) => path ?? '').filter((path) => !existsSync(join(root, path))).map((path) => `no such test: ${path}`),
  ];
}
