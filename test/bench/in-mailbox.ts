import { runCases } from './in-runtime';
import { mailboxCase } from './mailbox-case';

void runCases((runtime, rounds) => mailboxCase(runtime, rounds));
