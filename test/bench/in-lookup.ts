import { lookupCase } from './lookup-case';
import { runCases } from './in-runtime';

void runCases((runtime, rounds) => lookupCase(runtime, rounds));
