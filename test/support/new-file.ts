import { afterAll, afterEach, onTestFinished } from 'vitest';
import { endFile, endTest } from './afterwards';
import { beginFile } from './per-file';

// Run before every test file, also where files share a process and its modules.
beginFile(onTestFinished);
afterEach(endTest);
afterAll(endFile);
