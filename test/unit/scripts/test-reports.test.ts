import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import OutsideReporter from '../../../scripts/lib/outside-reporter.mjs';
import { playwrightCount, playwrightFailures, skippedBelow, sum, tapCount, tapFailures, vitestCount, vitestFailures, vitestOutside } from '../../../scripts/lib/test-reports.mjs';

const folder = mkdtempSync(join(tmpdir(), 'keyshift-reports-'));
afterAll(() => rmSync(folder, { recursive: true }));

function report(name: string, content: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify(content));
  return file;
}

describe('the count of tests is what the runners report', () => {
  test('TAP: suites are not counted, their tests are', () => {
    const text = ['TAP version 13', '# Subtest: suite', '    ok 1 - a', '    not ok 2 - b', '    1..2', 'not ok 1 - suite', 'ok 2 - alone', 'ok 3 - later # SKIP', '1..3'].join('\n');
    expect(tapCount(text)).toEqual({ passed: 2, failed: 1, skipped: 1 });
  });

  test('TAP: anything else is no report', () => {
    expect(tapCount('Segmentation fault')).toBeUndefined();
    expect(tapCount('')).toBeUndefined();
  });

  test('vitest: a file that could not be loaded counts as failed', () => {
    const file = report('vitest.json', {
      numPassedTests: 3,
      numFailedTests: 1,
      numPendingTests: 2,
      numTodoTests: 0,
      testResults: [
        { status: 'failed', assertionResults: [{ status: 'failed' }] },
        { status: 'failed', assertionResults: [] },
        { status: 'passed', assertionResults: [{ status: 'passed' }] },
      ],
    });
    expect(vitestCount(file)).toEqual({ passed: 3, failed: 2, skipped: 2 });
  });

  test('what was skipped in a folder is known, so that the end of a run can say what was not proven', () => {
    const file = report('skipped.json', {
      testResults: [
        { name: '/somewhere/test/network/weak-links.test.ts', assertionResults: [{ status: 'skipped' }, { status: 'passed' }, { status: 'pending' }] },
        { name: 'C:\\keyshift\\test\\network\\router.test.ts', assertionResults: [{ status: 'skipped' }] },
        { name: '/somewhere/test/unit/network/addresses.test.ts', assertionResults: [{ status: 'skipped' }] },
      ],
    });
    expect(skippedBelow(file, 'test/network/')).toBe(3);
    expect(skippedBelow(join(folder, 'absent.json'), 'test/network/')).toBe(0);
  });

  test('Playwright: flaky is failed, and so is an error outside any test', () => {
    const file = report('playwright.json', { stats: { expected: 4, unexpected: 1, flaky: 1, skipped: 2 }, errors: [{ message: 'x' }] });
    expect(playwrightCount(file)).toEqual({ passed: 4, failed: 3, skipped: 2 });
  });

  test('what failed is named with its reason, in vitest, Playwright and TAP', () => {
    const vitest = report('failures.json', {
      testResults: [
        { name: '/elsewhere/a.test.ts', status: 'failed', assertionResults: [{ status: 'passed', fullName: 'fine' }, { status: 'failed', fullName: 'S1-01: held', failureMessages: ['\u001B[31mAssertionError: 1 is not 2\u001B[39m\n\n    at x'] }] },
        { name: '/elsewhere/b.test.ts', status: 'failed', message: 'Cannot find module', assertionResults: [] },
      ],
    });
    expect(vitestFailures(vitest).map((text) => text.replace(/^.*elsewhere/, ''))).toEqual(['/a.test.ts: S1-01: held\n    AssertionError: 1 is not 2\n    at x', '/b.test.ts: the whole file\n    Cannot find module']);
    const windows = report('windows.json', {
      suites: [{ specs: [{ ok: true, title: 'fine', file: 'c.test.ts', tests: [] }], suites: [{ specs: [{ ok: false, title: 'opens', file: 'test/e2e/c.test.ts', tests: [{ results: [{ error: { message: 'timed out' } }] }] }] }] }],
      errors: [{ message: 'no browser' }],
    });
    expect(playwrightFailures(windows)).toEqual(['test/e2e/c.test.ts: opens\n    timed out', 'Playwright: outside any test\n    no browser']);
    expect(tapFailures('TAP version 13\n    not ok 2 - b\nok 3 - c')).toEqual(['b']);
    expect(vitestFailures(join(folder, 'absent.json'))).toEqual([]);
    expect(playwrightFailures(join(folder, 'absent.json'))).toEqual([]);
  });

  test('vitest: what is thrown outside of every test is named, too, with the test beside which it was', () => {
    const file = join(folder, 'outside.json');
    vi.stubEnv('KEYSHIFT_TEST_OUTSIDE', file);
    onTestFinished(() => void vi.unstubAllEnvs());
    const reporter = new OutsideReporter();
    reporter.onTestRunEnd([], []);
    expect(vitestOutside(file)).toEqual([]);
    reporter.onTestRunEnd([], [{ name: 'Error', message: 'late', stack: 'Error: late\n    at x', VITEST_TEST_PATH: 'test/unit/a.test.ts', VITEST_TEST_NAME: 'waits' }, { name: 'Error', message: 'no worker' }]);
    expect(vitestOutside(file)).toEqual(['test/unit/a.test.ts: outside any test, during: waits\n    Error: late\n    at x', 'vitest: outside any test\n    Error: no worker']);
    reporter.onTestRunEnd([], [{ name: 'Error', message: 'Test timed out in 5000ms.', stack: 'Error: STACK_TRACE_ERROR\n    at test/unit/a.test.ts:3:1' }]);
    expect(vitestOutside(file)).toEqual(['vitest: outside any test\n    Error: Test timed out in 5000ms.\n    at test/unit/a.test.ts:3:1']);
    expect(vitestOutside(join(folder, 'absent.json'))).toEqual([]);
  });

  test('a missing report is no count, and adds nothing', () => {
    expect(vitestCount(join(folder, 'absent.json'))).toBeUndefined();
    expect(playwrightCount(join(folder, 'absent.json'))).toBeUndefined();
    expect(sum([{ passed: 1, failed: 0, skipped: 0 }, undefined])).toEqual({ passed: 1, failed: 0, skipped: 0 });
  });
});
