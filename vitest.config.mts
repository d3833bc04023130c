import { availableParallelism } from 'node:os';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { guidePages } from './scripts/lib/guide.mjs';
import { moduleCache } from './scripts/lib/module-cache.mjs';
import { present } from './scripts/lib/present-files.mjs';
import { SpreadSequencer } from './scripts/lib/test-order.mjs';

// Everything that runs in plain Node. Real Electron is elsewhere: test/electron (node:test in its Node) and test/e2e (Playwright).
const NOT_HERE = ['test/e2e/**', 'test/electron/**', 'test/bench/**', 'test/package/**'];

// What measures how soon somebody answers, or takes servers and processes down at a chosen moment: nothing else runs then, not even another of these. And what
// looks through the heap of its process, which is small there.
const ALONE = present(['test/unit/storage/search-memory.test.ts', 'test/integration/flood.test.ts', 'test/integration/handover.test.ts', 'test/unit/bench/bench.test.ts']);

// The window's logic that reads or builds a document although it draws nothing.
const WITH_DOCUMENT = present(['test/unit/renderer/app/model.test.ts', 'test/unit/renderer/app/shortcuts.test.ts']);

const shared = { isolate: false, setupFiles: ['test/support/new-file.ts'] };
// Tests make much that is gone at once: with more room for what is new it is collected more seldom (docs/decisions/131-short-forms-that-are-short.md). V8's threads, which compile and collect beside
// the first one, take cores that other files keep busy: what is run often is compiled once more only when it is run more often still, and one thread collects (163-threads-that-nobody-waits-for.md).
const roomy = ['--max-semi-space-size=64', '--interrupt-budget=1000000', '--single-threaded-gc'];
const node = { ...shared, environment: 'node' };

export default defineConfig({
  plugins: [react(), guidePages()],
  test: {
    pool: 'forks',
    // Many tests wait for real processes and sockets: two more at once than there are cores keep these busy, where the default would use one less.
    // Those that wait run beside those that compute. One more than cores left a sixth of both idle (two cores: 563 and 514 s for the same 865 s of processor).
    maxWorkers: availableParallelism() + 2,
    sequence: { sequencer: SpreadSequencer },
    testTimeout: 20_000,
    hookTimeout: 20_000,
    passWithNoTests: false,
    // Making the program's modules ready for a process takes as long as loading them.
    experimental: { fsModuleCache: true, fsModuleCachePath: moduleCache() },
    reporters: ['default'],
    // Files share their process and with it the modules: loading those anew for each file took longer than most tests. Those of the window share a
    // document, too, as tests of one file do anyway: what a file may leave of it stands in new-document.ts (decision 076).
    projects: [
      { extends: true, test: { ...node, name: 'node', execArgv: roomy, include: ['test/**/*.test.ts'], exclude: [...NOT_HERE, ...ALONE, ...WITH_DOCUMENT] } },
      { extends: true, test: { ...node, name: 'alone', include: ALONE, maxWorkers: 1, sequence: { groupOrder: 1 } } },
      { extends: true, test: { ...shared, setupFiles: [...shared.setupFiles, 'test/unit/renderer/new-document.ts'], name: 'renderer', execArgv: roomy, environment: 'jsdom', include: ['test/**/*.test.tsx', ...WITH_DOCUMENT], exclude: NOT_HERE } },
    ],
  },
});
