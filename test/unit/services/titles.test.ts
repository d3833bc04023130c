import { expect, test } from 'vitest';
import { isLaterTitle, isTitleToTake } from '../../../electron/services/titles';
import { instanceIdFromBytes } from '../../../electron/engine/wire/ids';

const [low, high] = [1, 2].map((byte) => instanceIdFromBytes(new Uint8Array(16).fill(byte)));
if (low === undefined || high === undefined) throw new Error('two devices');
const known = { title: 'Plans', titled: { revision: 7, by: low } };

test('S1-41: of two titles the higher number counts, then the greater device, then the greater text, whoever asks', () => {
  const isLater = (revision: number, by = low, title = 'Plans') => isLaterTitle(known, { title, revision, by });
  expect([isLater(8), isLater(6, high, 'Z'), isLater(7, high), isLater(7), isLater(7, low, 'Z'), isLater(7, low, 'A')]).toEqual([true, false, true, false, true, false]);
});

test('S1-41: another person’s title is at most 65,535 above the one that is known; an own device may have heard of more', () => {
  const told = (revision: number) => ({ title: 'Z', revision, by: high });
  expect([7 + 65_535, 7 + 65_536].map((revision) => [isTitleToTake(known, told(revision)), isLaterTitle(known, told(revision))])).toEqual([[true, true], [false, true]]);
  // Where none is known yet, it counts from nothing.
  expect([65_535, 65_536].map((revision) => isTitleToTake({ title: '' }, told(revision)))).toEqual([true, false]);
});
