import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { maxTitleBytes } from '../../electron/engine/dialog/content';
import { defaultLimits as dialogs, maxLiveKeys, openings, openingsPerSecond, shiftsTakenPerHour, storedDeadKeys } from '../../electron/engine/dialog/limits';
import { keptStillborn } from '../../electron/engine/dialog/stillborn';
import { maxCreators } from '../../electron/engine/exchange/kek-ring';
import { defaultLimits as sessions } from '../../electron/engine/session/limits';
import { maxResumptions } from '../../electron/engine/session/resumption-entry';
import { mostOfAll, mostOfOne } from '../../electron/services/ways/brought';

const text = readFileSync(new URL('../../docs/threat-model.md', import.meta.url), 'utf8');
const row = (what: string): string => text.split('\n').find((line) => line.startsWith(`| ${what}`))?.split(' | ')[1] ?? `no row “${what}”`;
const number = (value: number): string => value.toLocaleString('en');
const mebibytes = (bytes: number): string => `${bytes / 1_048_576} MiB`;

// Tests of what happens at a limit take the limit from the program: here it is what the document says.
test.each<readonly [string, string]>([
  ['Connections and handshakes of strangers', `${sessions.handshakeMs / 1_000} s`],
  ['Entries for resumption', `the newest ${number(maxResumptions)}`],
  ['Deposits brought for somebody', `${mebibytes(mostOfOne)} of one session, ${mebibytes(mostOfAll)} in all`],
  ['Devices of a contact', `keys of ${maxCreators}`],
  ['Conversations that are begun', `${number(openings)} at once, ${openingsPerSecond * 60 === 1 ? 'one' : '?'} more a minute`],
  ['Conversations that fail with their first message', `the newest ${keptStillborn},`],
  ['Messages ahead of a missing one', `${number(dialogs.lookAhead)} and ${mebibytes(dialogs.heldBytes)} of a stream, ${mebibytes(dialogs.heldBytesOfPeer)} of a person`],
  ['Session keys, also under acknowledgements alone', `${number(maxLiveKeys)} that can open something; ${number(storedDeadKeys)} others`],
  ['Renewals of session keys under times that are not true', `${number(shiftsTakenPerHour)} of a stream in an hour`],
  ['Key exchange keys', `${dialogs.decapsulations} at once and ${dialogs.decapsulationsPerSecond === 1 ? 'one' : '?'} a second`],
  ['Titles', `${maxTitleBytes} bytes`],
])('docs/threat-model.md: %s: %s', (what, said) => {
  expect(row(what)).toContain(said);
});
