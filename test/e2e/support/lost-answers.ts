import type { ElectronApplication } from '@playwright/test';

/** What Playwright says where V8 collected the promise of an answer before it was there: since Electron 27, with any call, now and then (microsoft/playwright#33737). */
const lost = /Resulting promise was garbage collected|Promise was collected/;

/** Where main processes are busy, answers of one call were lost twice. */
const mostTries = 5;

/**
 * A call into the main process whose answer got lost is made once more. It had been made, so what is called this way has to bear being done again;
 * that is said, so that a test that then goes wrong is understood.
 */
export function askAgainWhereLost(app: ElectronApplication): ElectronApplication {
  const evaluate = app.evaluate.bind(app) as (...given: unknown[]) => Promise<unknown>;
  const asking = async (...given: unknown[]): Promise<unknown> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await evaluate(...given);
      } catch (error) {
        if (!(error instanceof Error) || !lost.test(error.message) || tries === mostTries) throw error;
        console.warn('The answer of a main process was lost by whoever drives it; it is asked again.');
      }
    }
  };
  return Object.assign(app, { evaluate: asking });
}
