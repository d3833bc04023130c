/**
 * What tests and their files leave to be taken away. Registered by `new-file.ts`, for each file anew: files share their process and its modules, where hooks
 * that a shared module registers belong to the file that happened to load it first.
 */
const ofTest: (() => void)[] = [];
const ofFile: (() => void)[] = [];

/** Runs after the test, the latest first. */
export function afterwards(step: () => void): void {
  ofTest.push(step);
}

/** Runs after the last test of the file, the latest first. */
export function afterTheFile(step: () => void): void {
  ofFile.push(step);
}

export const endTest = (): void => runAll(ofTest);
export const endFile = (): void => runAll(ofFile);

/** All of them, also where one fails. */
function runAll(steps: (() => void)[]): void {
  const failures: unknown[] = [];
  for (const step of steps.splice(0).reverse()) {
    try {
      step();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures.length === 1 ? failures[0] : new AggregateError(failures, 'taking away failed several times');
}
