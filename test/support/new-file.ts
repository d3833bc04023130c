import { afterAll, afterEach, expect, onTestFinished } from 'vitest';
import { endFile, endTest } from './afterwards';
import { measureFile } from './file-times';
import { beginFile } from './per-file';

// Run before every test file, also where files share a process and its modules.
const measured = measureFile();
beginFile(onTestFinished);
afterEach(endTest);
// The latest first: what a file leaves to be taken away counts as its own.
afterAll(() => measured(expect.getState().testPath));
afterAll(endFile);
