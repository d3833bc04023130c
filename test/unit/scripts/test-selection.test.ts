import { describe, expect, test } from 'vitest';
import { selection, takesPackagesAlone, together } from '../../../scripts/lib/test-selection.mjs';

describe('words after npm test --', () => {
  test('stages, folders and files; running tests builds first', () => {
    expect(selection(['types', 'lint'])).toEqual({ stages: ['lint', 'types'], filters: {}, options: [] });
    expect(selection(['unit', '-t', 'name'])).toEqual({ stages: ['build', 'vitest'], filters: { vitest: ['test/unit/'] }, options: ['-t', 'name'] });
    expect(selection(['test/e2e/talk.test.ts'])).toEqual({ stages: ['build', 'e2e'], filters: { e2e: ['test/e2e/talk.test.ts'] }, options: [] });
    expect(selection(['test/electron/db.test.ts']).stages).toEqual(['build', 'electron']);
  });

  test('an unknown word is refused', () => {
    expect(() => selection(['everythnig'])).toThrow('neither a stage');
  });
});

describe('which stages run at once', () => {
  test('those that look at files; those that keep one core busy. What keeps both busy or measures time runs alone', () => {
    expect(together(selection([]).stages)).toEqual([['lockfile'], ['lint', 'types', 'build'], ['vitest'], ['e2e'], ['electron', 'package']]);
    expect(together(['types', 'e2e'])).toEqual([['types'], ['e2e']]);
    expect(together([])).toEqual([]);
  });

  test('what is fetched beside npm’s packages is waited for before any test runs', () => {
    const early = together(selection([]).stages).filter(takesPackagesAlone).flat();
    expect(early).toEqual(['lockfile', 'lint', 'types', 'build']);
  });
});
