export type Report = (thrown: unknown) => void;

/** Where faults are told that nobody caught. */
const asUncaught: Report = (thrown) =>
  queueMicrotask(() => {
    throw thrown;
  });

/** Runs all of them in their order: one that throws is told of, and takes none of the others along. */
export function eachAlone(runs: readonly (() => void)[], report: Report = asUncaught): void {
  for (const run of runs) {
    try {
      run();
    } catch (thrown) {
      report(thrown);
    }
  }
}
