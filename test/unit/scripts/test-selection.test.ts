import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { MEASURED_WINDOWS, selection, takesPackagesAlone, together } from '../../../scripts/lib/test-selection.mjs';

describe('words after npm test --', () => {
  test('stages, folders and files; running tests builds first', () => {
    expect(selection(['types', 'lint'])).toEqual({ stages: ['lint', 'types'], filters: {}, options: [] });
    expect(selection(['unit', '-t', 'name'])).toEqual({ stages: ['build', 'vitest'], filters: { vitest: ['test/unit/'] }, options: ['-t', 'name'] });
    expect(selection(['test/e2e/talk.test.ts'])).toEqual({ stages: ['build', 'e2e'], filters: { e2e: ['test/e2e/talk.test.ts'] }, options: [] });
    expect(selection(['test/electron/db.test.ts']).stages).toEqual(['build', 'electron']);
  });

  test('windows that are measured are a stage of their own, also of a word or folder that means both', () => {
    expect(existsSync(MEASURED_WINDOWS)).toBe(true);
    expect(readFileSync('playwright.config.ts', 'utf8')).toContain(`const ALONE = '**/${MEASURED_WINDOWS}';`);
    expect(selection([MEASURED_WINDOWS])).toEqual({ stages: ['build', 'flood'], filters: { flood: [MEASURED_WINDOWS] }, options: [] });
    expect(selection(['e2e', '-g', 'name'])).toEqual({ stages: ['build', 'flood', 'e2e'], filters: {}, options: ['-g', 'name'] });
    expect(selection(['test/e2e/'])).toEqual({ stages: ['build', 'flood', 'e2e'], filters: { flood: ['test/e2e/'], e2e: ['test/e2e/'] }, options: [] });
  });

  test('an unknown word is refused', () => {
    expect(() => selection(['everythnig'])).toThrow('neither a stage');
  });
});

describe('which stages run at once', () => {
  test('those that look at files; windows with what is one thing after the other. What keeps both cores busy by itself or measures time runs alone', () => {
    expect(together(selection([]).stages)).toEqual([['lockfile'], ['lint', 'types', 'build'], ['vitest'], ['flood'], ['e2e', 'electron', 'package']]);
    expect(together(['vitest', 'flood', 'e2e'])).toEqual([['vitest'], ['flood'], ['e2e']]);
    expect(together(['types', 'e2e'])).toEqual([['types'], ['e2e']]);
    expect(together([])).toEqual([]);
  });

  test('what is fetched beside npm’s packages is waited for before any test runs', () => {
    const early = together(selection([]).stages).filter(takesPackagesAlone).flat();
    expect(early).toEqual(['lockfile', 'lint', 'types', 'build']);
  });
});
