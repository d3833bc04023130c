import { expect, it } from 'vitest';
import { selection, together } from '../../../scripts/lib/test-selection.mjs';

it('what stands in files is looked at all at once, whatever runs tests one after the other', () => {
  expect(together(selection([]).stages)).toEqual([['lockfile'], ['lint', 'types', 'build'], ['vitest'], ['electron'], ['e2e'], ['package']]);
  expect(together(['types', 'e2e'])).toEqual([['types'], ['e2e']]);
  expect(together([])).toEqual([]);
});
