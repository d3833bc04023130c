import { describe, expect, test } from 'vitest';
import { present } from '../../../scripts/lib/present-files.mjs';
import { spread } from '../../../scripts/lib/test-order.mjs';
import { fileTimes, playwrightTimes } from '../../../scripts/lib/test-times.mjs';

const ordered = (files: readonly string[]): string[] => spread(files, (file) => file);

describe('the order in which files of tests are taken up', () => {
  const waiting = Array.from({ length: 5 }, (_, at) => `test/integration/${at}.test.ts`);
  const computing = Array.from({ length: 20 }, (_, at) => `test/unit/${at}.test.ts`);

  test('holds every file once, each kind in the order it had', () => {
    const all = ordered([...computing, ...waiting]);
    expect(all.toSorted()).toEqual([...computing, ...waiting].toSorted());
    expect(all.filter((file) => waiting.includes(file))).toEqual(waiting);
    expect(all.filter((file) => computing.includes(file))).toEqual(computing);
  });

  test('has one that waits among every few that compute, from the first on', () => {
    const places = ordered([...computing, ...waiting]).flatMap((file, at) => (waiting.includes(file) ? [at] : []));
    expect(places).toEqual([0, 5, 10, 15, 20]);
  });

  test('has what takes longest in the first half, the first of it first, and none beside the next; one kind alone stays as it is', () => {
    const longest = ['test/integration/long-forms.test.ts', 'test/integration/stolen-key.test.ts'];
    const places = ordered([...computing, ...waiting, ...longest.toReversed()]).flatMap((file, at) => (longest.includes(file) ? [{ file, at }] : []));
    expect(places).toEqual([{ file: longest[0], at: 0 }, { file: longest[1], at: 8 }]);
    expect(ordered(computing)).toEqual(computing);
    expect(ordered([])).toEqual([]);
  });

  test('is refused where a list names a file there is not, by that name', () => {
    const here = 'test/unit/scripts/test-order.test.ts';
    expect(present([here])).toEqual([here]);
    expect(() => present([here, 'test/unit/renamed.test.ts'])).toThrow('names what there is not: test/unit/renamed.test.ts');
  });
});

describe('what files took', () => {
  test('of vitest: the clock, and the processors with those of children, longest first', () => {
    expect(fileTimes('{"file":"a","wall":1,"own":0.5,"children":0}\n{"file":"b","wall":9,"own":1,"children":2}\n')).toEqual([{ file: 'b', wall: 9, cpu: 3 }, { file: 'a', wall: 1, cpu: 0.5 }]);
    expect(fileTimes('')).toEqual([]);
  });

  test('of Playwright: all tests of a file together, in whatever suite', () => {
    const spec = (file: string, ...durations: number[]) => ({ file, tests: [{ results: durations.map((duration) => ({ duration })) }] });
    const report = { suites: [{ specs: [spec('a.test.ts', 500)], suites: [{ specs: [spec('a.test.ts', 1500)] }] }, { specs: [spec('b.test.ts', 1000, 3000)] }] };
    expect(playwrightTimes(JSON.stringify(report))).toEqual([{ file: 'b.test.ts', wall: 4 }, { file: 'a.test.ts', wall: 2 }]);
    expect(playwrightTimes('')).toEqual([]);
  });
});
