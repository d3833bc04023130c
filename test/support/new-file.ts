import { afterAll, afterEach, expect, onTestFinished, vi } from 'vitest';
import { endFile, endTest } from './afterwards';
import { measureFile } from './file-times';
import { beginFile } from './per-file';
import './same-bytes';

// Run before every test file, also where files share a process and its modules.
const measured = measureFile();
beginFile(onTestFinished);
afterEach(endTest);
// Modules that a file began to load and did not wait for, before the process is given the next one: what is broken off stays there as a module that cannot be
// loaded, for every later file that wants it.
afterAll(() => vi.dynamicImportSettled());
// The latest first: what a file leaves to be taken away counts as its own.
afterAll(() => measured(expect.getState().testPath));
afterAll(endFile);
