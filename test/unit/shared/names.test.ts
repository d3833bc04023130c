import { describe, expect, it } from 'vitest';
import { personName } from '../../../shared/model/text';

describe('the name of a person', () => {
  // A certificate holds 64 UTF-16 units (docs/protocol.md §2); NFC makes three characters, six units, of this note.
  it.each([
    ['a'.repeat(64), true],
    ['a'.repeat(65), false],
    ['\u{1F600}'.repeat(32), true],
    ['\u{1F600}'.repeat(33), false],
    ['\u{1D160}'.repeat(10), true],
    ['\u{1D160}'.repeat(11), false],
    [`${' '.repeat(100)}Ada\n`, true],
    [' \u0000 ', false],
  ])('%j is taken: %s', (name, taken) => {
    expect(personName.safeParse(name).success).toBe(taken);
  });

  it('that is too long is told once, with how much there may be', () => {
    for (const name of ['a'.repeat(65), '\u{1F600}'.repeat(33), '\u{1F600}'.repeat(65)]) expect(personName.safeParse(name).error?.issues).toMatchObject([{ code: 'too_big', maximum: 64 }]);
  });
});
