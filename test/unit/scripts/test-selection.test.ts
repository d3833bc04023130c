import { expect, it } from 'vitest';
import { selection, takesPackagesAlone, together } from '../../../scripts/lib/test-selection.mjs';

it('what stands in files is looked at all at once, whatever runs tests one after the other', () => {
  expect(together(selection([]).stages)).toEqual([['lockfile'], ['lint', 'types', 'build'], ['vitest'], ['electron'], ['e2e'], ['package']]);
  expect(together(['types', 'e2e'])).toEqual([['types'], ['e2e']]);
  expect(together([])).toEqual([]);
});

it('what is fetched beside npm’s packages is waited for before any test runs', () => {
  const early = together(selection([]).stages).filter(takesPackagesAlone).flat();
  expect(early).toEqual(['lockfile', 'lint', 'types', 'build']);
});
