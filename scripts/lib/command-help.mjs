// What `--help` of a command says is what its file says at its top, so that the two cannot differ.
import { readFileSync } from 'node:fs';

/**
 * The comment a file begins with, as text.
 * @param {string} source
 */
export function headComment(source) {
  const lines = source.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('//'));
  return lines
    .slice(0, end < 0 ? lines.length : end)
    .map((line) => line.replace(/^\/\/ ?/, ''))
    .join('\n');
}

/**
 * The help of the command that runs, where its words ask for it.
 * @param {readonly string[]} argv as `process.argv`
 * @returns {string | undefined}
 */
export function askedHelp([, file = '', ...words]) {
  return words.some((word) => word === '--help' || word === '-h') ? headComment(readFileSync(file, 'utf8')) : undefined;
}
