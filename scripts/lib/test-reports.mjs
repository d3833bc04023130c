// Counts what the test runners themselves report. A count that is not in a report does not exist.
import { readFileSync } from 'node:fs';

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
