import { runCases } from './in-runtime';
import { recordCase } from './record-case';

void runCases((runtime, rounds) => recordCase(runtime, rounds));
