// Of vitest: what was thrown outside of every test, by a timer that outlived its own, say. It fails the run, and no report of vitest's own names it.
import { writeFileSync } from 'node:fs';

export default class OutsideReporter {
  /** @param {unknown} _modules @param {ReadonlyArray<{ name?: string, message?: string, stack?: string, VITEST_TEST_PATH?: string, VITEST_TEST_NAME?: string }>} errors */
  onTestRunEnd(_modules, errors) {
    const file = process.env['KEYSHIFT_TEST_OUTSIDE'];
    if (!file) return;
    const told = errors.map(({ name, message, stack, VITEST_TEST_PATH, VITEST_TEST_NAME }) => ({ file: VITEST_TEST_PATH, near: VITEST_TEST_NAME, message: [`${name ?? 'Error'}: ${message ?? ''}`, framesOf(stack)].filter(Boolean).join('\n') }));
    writeFileSync(file, JSON.stringify(told));
  }
}

/**
 * The lines of where it was. What stands above them is the message as it was when the stack was taken: of a test that never ended vitest takes it at the
 * beginning, under the name STACK_TRACE_ERROR, and gives it its own message later.
 * @param {string | undefined} stack
 */
function framesOf(stack) {
  return (stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)).join('\n');
}
