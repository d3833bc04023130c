import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const TOP = ['electron', 'renderer', 'shared', 'test', 'scripts', 'docs', 'assets', '.ci'];
const PATH = new RegExp(`^(${TOP.map((one) => one.replace('.', '\\.')).join('|')})/[\\w./-]*$`);

/** Paths of the repository that a document mentions in `code` or links to, and that do not exist. A path with <placeholders> or * is a pattern. */
export function missingPaths(document: string, text: string, root: string): string[] {
  const mentioned = [...text.matchAll(/`([^`\n]+)`/g)].map((match) => (match[1] ?? '').replace(/:\d+(-\d+)?$/, '')).filter((one) => PATH.test(one));
  const linked = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => (match[1] ?? '').replace(/#.*$/, ''))
    .filter((one) => one !== '' && !/^[a-z]+:/i.test(one));
  return [
    ...mentioned.filter((path) => !existsSync(join(root, path))).map((path) => `${document} mentions ${path}, which does not exist`),
    ...linked.filter((path) => !existsSync(join(root, dirname(document), path))).map((path) => `${document} links to ${path}, which does not exist`),
  ];
}
