import { runCases } from './in-runtime';
import { setUpCase } from './set-up-case';
import { warmCase } from './warm-case';

void runCases(warmCase, setUpCase);
