import { defineConfig } from '@playwright/test';

// Real apps in real Electron windows. scripts/test.mjs brings the runtime (ELECTRON_EXECUTABLE) and a virtual display (DISPLAY).
export default defineConfig({
  testDir: 'test/e2e',
  testMatch: '**/*.test.ts',
  outputDir: 'test-results',
  workers: 1,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 10_000 },
  forbidOnly: true,
  reporter: 'list',
});
