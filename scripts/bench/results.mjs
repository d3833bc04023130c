// What was measured last, part by part, in .cache/bench/results: the report is made of it.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { inCache, inRoot } from '../lib/paths.mjs';

/** @typedef {{ part: string, at: string, commit: string, machine: string, load: [number, number], reports: any[] }} Result `at`: ISO 8601; `commit`: with a `+` where files were changed */

/** For example `2 × AMD EPYC, 23 GiB`. */
export const machine = () => `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}`;

/** @param {Omit<Result, 'at' | 'commit' | 'machine'>} result */
export function keepResult(result) {
  const file = fileOf(result.part);
  mkdirSync(inCache('bench/results'), { recursive: true });
  writeFileSync(`${file}.part`, JSON.stringify({ ...result, at: new Date().toISOString(), commit: commit(), machine: machine() }));
  renameSync(`${file}.part`, file);
}

/** @param {readonly string[]} parts @returns {Result[]} of those that were measured */
export function keptResults(parts) {
  return parts.filter((part) => existsSync(fileOf(part))).map((part) => JSON.parse(readFileSync(fileOf(part), 'utf8')));
}

const fileOf = (/** @type {string} */ part) => inCache(`bench/results/${part}.json`);

function commit() {
  const git = (/** @type {string[]} */ ...args) => execFileSync('git', ['-C', inRoot('.'), ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return git('rev-parse', '--short=10', 'HEAD') + (git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+');
  } catch {
    return 'no repository';
  }
}
