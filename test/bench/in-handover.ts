import { handoverCase } from './handover-case';
import { runCases } from './in-runtime';

void runCases((runtime, rounds) => handoverCase(runtime, rounds));
