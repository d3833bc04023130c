import { defineConfig } from '@playwright/test';

// What measures how soon a window answers while others flood it: a stage of its own, beside which nothing runs (scripts/lib/test-selection.mjs).
const ALONE = '**/test/e2e/flood.test.ts';
// Runs a copy that nobody installed, so that it can run beside what is installed.
const UNPACKED = '**/updates.test.ts';

// Real apps in real Electron windows. scripts/test.mjs brings the runtime (ELECTRON_EXECUTABLE) and a virtual display (DISPLAY).
export default defineConfig({
  testDir: 'test/e2e',
  testMatch: '**/*.test.ts',
  // Modules for Node as they are: made into the older kind they would not load.
  build: { external: ['**/test/preview/**/*.mjs'] },
  // scripts/lib/test-stages.mjs says how many there are, as every one has a display of its own, and with it a clipboard (test/e2e/support/app.ts).
  workers: 1,
  projects: [
    // Each has a folder of its own for what it leaves of a failure: the next run empties it.
    { name: 'windows', testIgnore: ALONE, outputDir: 'test-results/windows' },
    { name: 'alone', testMatch: ALONE, outputDir: 'test-results/alone' },
    // Installed packages, one of each.
    { name: 'package', testDir: 'test/package', testIgnore: UNPACKED, fullyParallel: false, workers: 1, outputDir: 'test-results/package' },
    { name: 'unpacked', testDir: 'test/package', testMatch: UNPACKED, fullyParallel: false, workers: 1, outputDir: 'test-results/unpacked' },
  ],
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 10_000 },
  forbidOnly: true,
  reporter: 'list',
});
