import { handshakeCase } from './handshake-case';
import { runCases } from './in-runtime';

void runCases((runtime, rounds) => handshakeCase(runtime, rounds));
