// Counts what the test runners themselves report. A count that is not in a report does not exist.
import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { root } from './paths.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */

/** @returns {Count | undefined} undefined: there is no report */
export function vitestCount(file) {
  const report = readJson(file);
  if (!report) return undefined;
  // A file that could not even be loaded has no tests in the report, but it has failed.
  const unloaded = report.testResults.filter(({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'));
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** How many tests of a folder the report says were skipped. `-t` skips what was not asked for: that counts, too. */
export function skippedBelow(file, folder) {
  const results = readJson(file)?.testResults ?? [];
  return results
    .filter(({ name }) => name.replaceAll('\\', '/').includes(`/${folder}`))
    .reduce((count, { assertionResults }) => count + assertionResults.filter(({ status }) => status === 'skipped' || status === 'pending').length, 0);
}

/**
 * Each test that failed and how, for the end of a run: file, title, the first lines of what went wrong.
 * @returns {string[]}
 */
export function vitestFailures(file) {
  return (readJson(file)?.testResults ?? []).flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (failed.length > 0) return failed.map(({ fullName, title, failureMessages }) => failure(name, fullName ?? title, failureMessages?.[0]));
    return status === 'failed' ? [failure(name, 'the whole file', message)] : [];
  });
}

/**
 * The same of what was thrown outside of every test, as scripts/lib/outside-reporter.mjs leaves it: `near` is the test during which it was.
 * @returns {string[]}
 */
export function vitestOutside(file) {
  return (readJson(file) ?? []).map(({ file: where, near, message }) => failure(where ?? 'vitest', `outside any test${near ? `, during: ${near}` : ''}`, message));
}

/** The same of Playwright, also what went wrong outside any test. */
export function playwrightFailures(file) {
  const report = readJson(file);
  const below = (suite) => [...(suite.suites ?? []).flatMap(below), ...(suite.specs ?? []).filter(({ ok }) => !ok)];
  const tests = (report?.suites ?? []).flatMap(below).map(({ file: where, title, tests: [test] }) => failure(where, title, test?.results?.findLast(({ error }) => error)?.error.message));
  return [...tests, ...(report?.errors ?? []).map(({ message, location }) => failure(location?.file ?? 'Playwright', 'outside any test', message))];
}

/** The same of the TAP text that node:test writes: titles only, what went wrong stands above. */
export function tapFailures(text) {
  return text.split('\n').flatMap((line) => /^ *not ok \d+ - (.*)$/.exec(line)?.[1] ?? []);
}

/** Some lines of the reason: more stands where the test ran. */
function failure(file, title, message = '') {
  const reason = stripVTControlCharacters(message).split('\n').filter((line) => line.trim() !== '').slice(0, 6);
  return [`${relative(root, resolve(root, file))}: ${title}`, ...reason.map((line) => `    ${line.trim().slice(0, 240)}`)].join('\n');
}

/** @returns {Count | undefined} */
export function playwrightCount(file) {
  const report = readJson(file);
  if (!report) return undefined;
  const { expected, unexpected, flaky, skipped } = report.stats;
  // `errors` holds what went wrong outside any test, for instance a file that could not be loaded.
  return { passed: expected, failed: unexpected + flaky + (report.errors?.length ?? 0), skipped };
}

/**
 * Counts the tests (not the suites around them) in the TAP text that node:test writes.
 * @param {string} text
 * @returns {Count | undefined}
 */
export function tapCount(text) {
  const count = { passed: 0, failed: 0, skipped: 0 };
  if (!text.startsWith('TAP version')) return undefined;
  let previousIndent = -1;
  for (const line of text.split('\n')) {
    const result = /^( *)(not ok|ok) \d+/.exec(line);
    if (!result) continue;
    const indent = result[1]?.length ?? 0;
    // The closing line of a suite follows the deeper lines of its tests.
    const isSuite = previousIndent > indent;
    previousIndent = indent;
    if (isSuite) continue;
    if (/# (SKIP|TODO)/i.test(line)) count.skipped += 1;
    else if (result[2] === 'ok') count.passed += 1;
    else count.failed += 1;
  }
  return count;
}

/** @param {readonly (Count | undefined)[]} counts */
export function sum(counts) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const count of counts) {
    total.passed += count?.passed ?? 0;
    total.failed += count?.failed ?? 0;
    total.skipped += count?.skipped ?? 0;
  }
  return total;
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
