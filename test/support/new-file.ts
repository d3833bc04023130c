import { onTestFinished } from 'vitest';
import { beginFile } from './per-file';

// Run before every test file, also where files share a process and its modules.
beginFile(onTestFinished);
