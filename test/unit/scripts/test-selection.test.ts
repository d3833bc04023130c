import { expect, it } from 'vitest';
import { selection, takesPackagesAlone, together } from '../../../scripts/lib/test-selection.mjs';

it('what stands in files is looked at all at once; what keeps both cores busy or measures time runs alone', () => {
  expect(together(selection([]).stages)).toEqual([['lockfile'], ['lint', 'types', 'build'], ['vitest'], ['e2e'], ['electron', 'package']]);
  expect(together(['types', 'e2e'])).toEqual([['types'], ['e2e']]);
  expect(together([])).toEqual([]);
});

it('what is fetched beside npm’s packages is waited for before any test runs', () => {
  const early = together(selection([]).stages).filter(takesPackagesAlone).flat();
  expect(early).toEqual(['lockfile', 'lint', 'types', 'build']);
});
